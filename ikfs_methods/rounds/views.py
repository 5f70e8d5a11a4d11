"""What a round holds besides results, as small typed tables: who came, what was decided, who answered, which files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd

from ikfs_methods.result import Shown
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.parameters import table as parameter_rows
from ikfs_methods.rounds.round import Round


@dataclass(frozen=True, slots=True)
class View(Shown):
    """A table of the round."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


class Participants(View):
    """Institution, role and number at the table; a number that is not known is NaN."""

    __slots__ = ()


class Decisions(View):
    """Indicator, what the evidence proposes, what people decided, why, and who."""

    __slots__ = ()


class MethodDecisions(View):
    """Topic, parent, choice, why, and who decided."""

    __slots__ = ()


class Sample(View):
    """Respondents by group: number, share, weighted share, complete rows."""

    __slots__ = ()


class CategoryShares(View):
    """Share of each answer category by indicator, after keying (rows indicators, columns scale points)."""

    __slots__ = ()


class WeightTable(View):
    """Weights of every node by every weight set (columns), and those in force."""

    __slots__ = ()


class ParameterTable(View):
    """Parameters in force with default, meaning and source."""

    __slots__ = ()


class InputFiles(View):
    """Files of the round with their size in bytes and SHA-256."""

    __slots__ = ()


def participants(opened: Round) -> Participants | Absent:
    """Who was at the table, or Absent."""
    return Absent("participants") if opened.participants is None else Participants(opened.participants)


def decisions(opened: Round) -> Decisions:
    """The decision on every candidate beside what the evidence proposes; an undecided candidate says so."""
    verdict = opened.evidence.indicators["verdict"]
    decided = {entry.indicator: entry for entry in opened.file.decisions}
    rows = []
    for code in opened.framework.indicators:
        entry = decided.get(code)
        rows.append(
            {
                "indicator": code,
                "parent": opened.framework.parent(code),
                "name": opened.framework.label(code, opened.language),
                "verdict": verdict[code],
                "decision": entry.decision if entry else "",
                "reason": entry.reason[opened.language] if entry else "",
                "decided_by": entry.decided_by if entry else "",
                "differs": entry is not None and entry.decision != verdict[code],
            }
        )
    return Decisions(pd.DataFrame(rows))


def method_decisions(opened: Round) -> MethodDecisions:
    """What people decided on weights, factors, normalisation and aggregation."""
    columns = ["topic", "parent", "choice", "reason", "decided_by"]
    rows = [
        [entry.topic, entry.parent or "", str(entry.choice), entry.reason[opened.language], entry.decided_by]
        for entry in opened.file.method_decisions
    ]
    return MethodDecisions(pd.DataFrame(rows, columns=columns))


def sample(opened: Round) -> Sample | Absent:
    """Respondents by group, with their share of the weights."""
    group = opened.answers.group
    if group is None:
        return Absent("group")
    complete = opened.answers.items.notna().all(axis=1)
    table = pd.DataFrame(
        {
            "n": group.value_counts(sort=False),
            "weight": opened.answers.weight.groupby(group, observed=True).sum(),
            "complete": complete.groupby(group, observed=True).sum(),
        }
    )
    table["share"] = table["n"] / table["n"].sum()
    table["weighted_share"] = table["weight"] / table["weight"].sum()
    return Sample(table.rename_axis("group").reset_index().astype({"group": str}))


def category_shares(opened: Round) -> CategoryShares:
    """How the keyed answers to each item spread over the scale points that were used."""
    shares = opened.answers.items.apply(lambda item: item.value_counts(normalize=True))
    return CategoryShares(shares.fillna(0).sort_index().T.rename_axis("indicator"))


def weight_table(opened: Round) -> WeightTable:
    """All weight sets side by side; a set that does not cover a parent leaves its children blank."""
    tree = opened.structure
    # The children of one parent together, so that each block of the table sums to 1.
    codes = [child for code in tree.walk() for child in tree.children(code)]
    table = pd.DataFrame(index=pd.Index(codes, name="code"))
    table["parent"] = [tree.parent(code) for code in codes]
    table["name"] = [tree.label(code, opened.language) for code in codes]
    for name, found in opened.weight_sets.items():
        table[name] = found.weights.reindex(codes)
    table["chosen"] = opened.weights.weights.reindex(codes)
    table["method"] = opened.weights.table["method"].reindex(codes)
    return WeightTable(table.reset_index())


def parameters(opened: Round) -> ParameterTable:
    """The parameters in force."""
    return ParameterTable(parameter_rows(opened.parameters).reset_index())


def input_files(opened: Round) -> InputFiles:
    """Every file that the round was made from, the framework's among them, with its fingerprint."""
    given = opened.file.inputs
    named = [
        entry.file
        for entry in (given.answers, given.panel, given.judgements, given.budget, given.participants)
        if entry
    ]
    paths = [opened.folder / name for name in ("round.yaml", *named)]
    paths += [opened.folder / opened.file.framework / name for name in ("framework.yaml", "indicators.csv")]
    if opened.file.invented:
        paths.append(opened.folder / opened.file.invented)
    rows = [
        {"file": path.name, "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    ]
    return InputFiles(pd.DataFrame(rows))
