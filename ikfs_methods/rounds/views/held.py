"""What a round holds besides results, as small typed tables: who came, who answered, weights, which files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd

from ikfs_methods.privacy.suppression import suppress_counts
from ikfs_methods.rounds.opened import Absent, uncounted
from ikfs_methods.rounds.parameters import table as parameter_rows
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View
from ikfs_methods.rounds.views.telling import complete_by_group


class Participants(View):
    """Institution, role and number at the table; a number that is not known is NaN."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sample(View):
    """Respondents by group: number, share, weighted share, complete rows; NaN where `hidden` (too few to be told)."""

    hidden: pd.DataFrame


@dataclass(frozen=True, slots=True)
class CategoryShares(View):
    """Share of each answer category by indicator, after keying (rows indicators, columns scale points).

    NaN where `hidden`: the share stands for too few respondents, or would give such a share away.
    """

    hidden: pd.DataFrame


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


def sample(opened: Round) -> Sample | Absent:
    """Respondents by group, with their share of the weights.

    Counts below `minimum_count` are hidden, and others with them, so that totals do not reveal them; so are complete
    rows where those with a gap are that few. A hidden number takes its shares and weights along.
    """
    group = opened.answers.group
    if group is None:
        return Absent("group")
    complete = opened.answers.items.notna().all(axis=1)
    parts = complete_by_group(opened)
    table = pd.DataFrame(
        {
            "n": group.value_counts(sort=False),
            "weight": opened.answers.weight.groupby(group, observed=False).sum(),
            "complete": complete.groupby(group, observed=False).sum(),
        }
    )
    table["share"] = table["n"] / table["n"].sum()
    table["weighted_share"] = table["weight"] / table["weight"].sum()
    few = pd.Series(table.index.astype(str).isin(uncounted(group, opened.parameters.minimum_count)), index=table.index)
    hidden = pd.DataFrame(dict.fromkeys(table, few))
    hidden["complete"] |= parts.hidden["complete"].reindex(table.index)
    told = table.mask(hidden).rename_axis("group").reset_index().astype({"group": str})
    return Sample(told, hidden.assign(group=False).reset_index(drop=True)[list(told)])


def category_shares(opened: Round) -> CategoryShares:
    """How the keyed answers to each item spread over the scale points that were used.

    Shares of fewer than `minimum_count` respondents are hidden, and others of the item with them: its answers add up
    to a published number.
    """
    counts = opened.answers.items.apply(lambda item: item.value_counts()).fillna(0).sort_index().T
    told = suppress_counts(counts, minimum=opened.parameters.minimum_count, margins="rows")
    shares = told.frame.div(counts.sum(axis=1), axis=0).rename_axis("indicator")
    return CategoryShares(shares, told.hidden.rename_axis("indicator"))


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
    paths = [opened.folder / name for name in ("round.yaml", *opened.file.inputs.files)]
    paths += [opened.folder / opened.file.framework / name for name in ("framework.yaml", "indicators.csv")]
    if opened.file.invented:
        paths.append(opened.folder / opened.file.invented)
    rows = [
        {"file": path.name, "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    ]
    return InputFiles(pd.DataFrame(rows))
