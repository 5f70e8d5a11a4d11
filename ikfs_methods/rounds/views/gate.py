"""What came in, as tables: the file, what was done to its cells before anybody counted, and what is still a guess."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.answers.corrections import read_corrections
from ikfs_methods.reading import log_of
from ikfs_methods.reading.formats import format_of
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View


class Delivery(View):
    """One row: the file's name and format, respondents in it, columns used as items and otherwise, respondents kept."""

    __slots__ = ()


class GateLog(View):
    """Step, columns (comma-separated; "" for the whole file), cells touched, detail; what is alike in one row."""

    __slots__ = ()


class OpenQuestions(View):
    """What the round still guesses: about, question in the round's language."""

    __slots__ = ()


def delivery(opened: Round) -> Delivery:
    """The delivered file at a glance."""
    source = opened.file.inputs.answers
    named = (source.id, source.weight, source.group, source.region, source.strata, source.psu, source.fpc,
             source.started, source.ended, source.duration)  # fmt: skip
    row = {
        "file": opened.delivered.source.name,
        "format": format_of(opened.delivered.source),
        "respondents": opened.delivered.n,
        "items": opened.delivered.items.shape[1],
        "others": ", ".join(dict.fromkeys(name for name in named if name)),
        "kept": opened.answers.n,
    }
    return Delivery(pd.DataFrame([row]))


def gate_log(opened: Round) -> GateLog:
    """What was decided and changed between the file and the first number; never a respondent's own value.

    Entries of one step with the same detail become one row with all their columns.
    """
    log = _without_rows(opened)
    if log.empty:
        return GateLog(pd.DataFrame(columns=["step", "columns", "n_columns", "cells", "detail"]))
    order = {step: place for place, step in enumerate(dict.fromkeys(log["step"]))}
    merged = (
        log.assign(detail=_alike(log))
        .groupby(["step", "detail"], sort=False, as_index=False)
        .agg(columns=("column", _joined), n_columns=("column", "nunique"), cells=("cells", "sum"))
    )
    # Rows of a step stand together, in the order in which the steps were first taken.
    merged = merged.sort_values("step", key=lambda steps: steps.map(order), kind="stable", ignore_index=True)
    return GateLog(merged[["step", "columns", "n_columns", "cells", "detail"]])


def _without_rows(opened: Round) -> pd.DataFrame:
    """The log with its corrections told by reason and name alone: a row with its old and new answer is a person's."""
    log, file = opened.delivered.log, opened.file.inputs.answers.corrections
    entries = [] if file is None else read_corrections(opened.folder / file)
    reasons = {True: "record taken out", False: "correction"}
    corrections = [(reasons[entry.drop], entry.column or "", 1, f"{entry.reason} ({entry.by})") for entry in entries]
    others = log[~log["step"].isin(reasons.values())]
    first = int(log["step"].isin(reasons.values()).to_numpy().argmax()) if len(others) < len(log) else 0
    return pd.concat([others.iloc[:first], log_of(*corrections), others.iloc[first:]], ignore_index=True)


def _alike(log: pd.DataFrame) -> pd.Series:
    """The details; where columns were only named, one that others share but for the names in it stands without them."""
    naming = log["step"].isin(("form", "survey tool"))
    general = log["detail"].str.replace(r"'[^']*'", "…", regex=True)
    shared = naming & general.duplicated(keep=False)
    return log["detail"].where(~shared, general)


def _joined(names: pd.Series) -> str:
    return ", ".join(dict.fromkeys(str(name) for name in names if name))


def open_questions(opened: Round) -> OpenQuestions:
    """What nobody has confirmed yet: questions of round.yaml, then guesses of the dictionary."""
    rows = [{"about": entry.about, "question": entry.question[opened.language]} for entry in opened.file.open]
    file = opened.file.inputs.answers.dictionary or ""
    rows += [{"about": file, "question": text} for text in opened.delivered.guessed]
    return OpenQuestions(pd.DataFrame(rows, columns=["about", "question"]))
