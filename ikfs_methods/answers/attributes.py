"""What the file says of each respondent beside the items: id, weight, group, region, time, impossible patterns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.answers.regions import Regions, read_regions
from ikfs_methods.answers.screening import conditions
from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, ParameterError, Problems, ScaleError, WeightError
from ikfs_methods.reading import Step, Table, seconds, times

NO_PROVINCES = "none"  # what round.yaml says where regions are something else
_TWO_DIGITS = re.compile(r"\d{2}")


@dataclass(frozen=True, slots=True)
class Attributes:
    """By record: weight, group, region and its code, seconds, outside measures; and the ids that become the index."""

    ids: pd.Index[Any]
    weight: pd.Series
    group: pd.Series | None
    region: pd.Series | None
    region_code: pd.Series | None
    duration: pd.Series | None
    outside: pd.DataFrame
    steps: tuple[Step, ...]


def read(
    table: Table,
    problems: Problems,
    *,
    respondent: str | None,
    weight: str | None,
    group: str | None,
    region: str | None,
    region_codes: str | None,
    spans: tuple[str | None, str | None, str | None],
    outside: Sequence[str],
    day_first: bool | None,
) -> Attributes:
    """The attributes in the named columns (None: not declared or not there); what is wrong is kept as problems."""
    steps: list[Step] = []
    ids = problems.tried(lambda: _ids(table, respondent))
    weights = problems.tried(lambda: _weights(table, weight)) if weight else None
    groups = problems.tried(lambda: _labels(table, group)) if group else None
    regions = codes = None
    if region:
        found = problems.tried(lambda: _regions(table, region, region_codes, steps))
        regions, codes = found or (None, None)
    duration = problems.tried(lambda: _duration(table, *spans, day_first=day_first))
    measures = {name: problems.tried(lambda name=name: table.numbers(name)) for name in outside}  # type: ignore[misc]
    return Attributes(
        ids=table.cells.index if ids is None else ids,
        weight=pd.Series(1.0, index=table.cells.index, name="weight") if weights is None else weights,
        group=groups,
        region=regions,
        region_code=codes,
        duration=duration,
        outside=pd.DataFrame({name: found for name, found in measures.items() if found is not None}, table.cells.index),
        steps=tuple(steps),
    )


def impossible(
    table: Table,
    problems: Problems,
    given: Mapping[str, pd.Series],
    declared: Mapping[str, str],
    *,
    unread: Collection[str] | None = (),
) -> pd.DataFrame | None:
    """Which declared impossible patterns hold for whom; a name is an indicator (as given) or else a column.

    `unread`: indicators that could not be read (None: it is not known which there are). A pattern that speaks of one
    is passed over; what is wrong with it is told elsewhere.
    """
    if not declared:
        return None
    columns, found = _Columns(table, given), {}
    for name, condition in declared.items():
        try:
            asked = conditions.names(condition)
            if any(column not in columns if unread is None else column in unread for column in asked):
                continue
            found[name] = conditions.holds(condition, columns)
        except ParameterError as error:
            problems.add(ParameterError(f"round.yaml, impossible pattern {name!r}: {error}"))
    return pd.DataFrame(found, index=table.cells.index)


class _Columns(Mapping[str, pd.Series]):
    """All columns of a file by name, each read when it is asked for, and the items by their codes."""

    def __init__(self, table: Table, given: Mapping[str, pd.Series]) -> None:
        self.table, self.given = table, given
        self.names = list(dict.fromkeys([*table.columns, *given]))

    def __getitem__(self, name: str) -> pd.Series:
        if name in self.given:
            return self.given[name]
        return self.table.typed(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _ids(table: Table, name: str | None) -> pd.Index[Any]:
    if name is None:
        return table.cells.index.rename("row")
    column = table.text(name)
    empty = (column == "").to_numpy()
    repeated = column.duplicated(keep=False).to_numpy() & ~empty
    problems = Problems()
    for wrong, how in ((empty, "empty"), (repeated, "repeated")):
        if wrong.any():
            problems.add(
                ColumnError(
                    f"{table.source}, column {name!r}: every respondent must have an id of its own; {how} in row(s) "
                    f"{listed(table.cells.index[wrong])}. Correct the ids or take a record out (corrections.yml, "
                    "`drop: true`), or set `id: null` in round.yaml."
                )
            )
    problems.raise_any()
    ids: pd.Index[Any] = pd.Index(column.to_numpy(), name=name)
    return ids


def _weights(table: Table, name: str) -> pd.Series:
    values = table.numbers(name, needed=True)
    wrong = (values <= 0).to_numpy()
    if wrong.any():
        raise WeightError(
            f"{table.at(name, wrong)}: a design weight must be above 0; found {table.found(name, wrong)}. Correct the "
            "weights, or take the records out (corrections.yml, `drop: true`)."
        )
    return values


def _filled(table: Table, name: str) -> None:
    empty = ~table.filled(name).to_numpy()
    if empty.any():
        raise ColumnError(
            f"{table.at(name, empty)}: every respondent must have a value here; empty in {int(empty.sum())} row(s). "
            "Fill the cells, or set the column to null in round.yaml."
        )


def _categories(table: Table, name: str, words: Mapping[str, str]) -> pd.Series:
    """The column as categories, each distinct text replaced by its word."""
    codes, texts = table.distinct(name)
    named = np.array([words.get(text, text) for text in texts], dtype=object)
    # Categories in alphabetic order, whatever row came first: the same groups in another file's order are the same.
    return pd.Series(pd.Categorical(named[codes], categories=sorted(set(named))), index=table.cells.index, name=name)


def _labels(table: Table, name: str) -> pd.Series:
    _filled(table, name)
    return _categories(table, name, table.value_labels.get(name, {}))


def _regions(table: Table, name: str, system: str | None, steps: list[Step]) -> tuple[pd.Series, pd.Series]:
    _filled(table, name)
    codes, texts = table.distinct(name)
    labels = table.value_labels.get(name, {})
    found = _with_labels(texts, labels, None if system == NO_PROVINCES else system)
    few = 2 * len(found.problems) > len(texts) and not all(_TWO_DIGITS.fullmatch(text) for text in texts)
    if system == NO_PROVINCES or (system is None and few):
        # Regions need not be provinces. One misspelt name among provinces, though, is a mistake and no region.
        note = f"taken as they stand: {len(found.problems)} of {len(texts)} are no provinces' names"
        steps.append(("region", name, len(table.cells), note))
        plain = _categories(table, name, labels)
        return plain, plain.astype("str")
    problems = Problems()
    for text, message in found.problems:
        wrong = np.isin(codes, [position for position, other in enumerate(texts) if other == text])
        problems.add(
            ScaleError(f"{table.at(name, wrong)}: {message.removesuffix('.')}. Such cells: {int(wrong.sum())}.")
        )
    problems.raise_any()
    steps.extend(("region", name, len(table.cells), note) for note in found.notes)
    return _categories(table, name, found.names), _categories(table, name, found.codes).astype("str")


def _with_labels(texts: Sequence[str], labels: Mapping[str, str], system: str | None) -> Regions:
    """The provinces of the distinct texts, where the file itself labels some of them (SPSS, Stata, XLSForm).

    Without a declared system a label that names a province decides: the codes are the file's own. With one, code and
    label must agree.
    """
    found = read_regions(texts, system=system)
    told = read_regions([labels[text] for text in texts if text in labels], system=system)
    named = {text: label for text, label in labels.items() if text in texts and label in told.names}
    if not named:
        return found
    clash = {
        text: label
        for text, label in named.items()
        if system is not None and text in found.names and found.names[text] != told.names[label]
    }
    remedy = "Correct the labels, or the system (region_codes in round.yaml)"
    said = [
        (text, f"{text!r} is {found.names[text]} in {system}, but the file labels it {label!r}. {remedy}")
        for text, label in clash.items()
    ]
    return replace(
        found,
        names=found.names | {text: told.names[label] for text, label in named.items()},
        codes=found.codes | {text: told.codes[label] for text, label in named.items()},
        problems=[*((text, message) for text, message in found.problems if text not in named), *said],
    )


def _duration(
    table: Table, started: str | None, ended: str | None, duration: str | None, *, day_first: bool | None
) -> pd.Series | None:
    if duration is not None:
        if started or ended:
            raise ParameterError(
                "the time that an answer took must be given once; found `duration` beside `started` or `ended`. "
                "Set one of them to null in round.yaml."
            )
        return seconds(table.text(duration), decimal=table.decimal, source=table.source)
    if started is None or ended is None:
        if started or ended:
            raise ParameterError("`started` and `ended` must be given together in round.yaml; found one of them.")
        return None
    begin, end = (times(table.text(name), day_first=day_first, source=table.source) for name in (started, ended))
    spent = (end - begin).dt.total_seconds()
    negative = (spent < 0).to_numpy()
    if negative.any():
        raise ScaleError(
            f"{table.at(ended, negative)}: an interview must end after it started; found {int(negative.sum())} that "
            "ended before. Correct the times, or set started and ended to null in round.yaml."
        )
    return spent
