"""What each number says by its rule, and what the failed grounds say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.evidence.rules import (
    FORMATIVE_GROUNDS,
    GROUNDS,
    LARGE_PANEL,
    NUMBERS,
    SMALL_PANEL,
    WHOLE_PANEL,
    Number,
    Rules,
)

# Item-rest correlations of two items alone are equal but for rounding, about 1e-15; a real difference is far larger.
_TIE = 1e-9
# Why a number is not judged, or passes although it lies beyond its cut-off.
NO_RULE, NO_VALUE, NOT_COUNTED, FORMATIVE, SMALL, BETTER_TWIN, BY_CHANCE = (
    "no rule", "no value", "not counted", "formative", "panel too small", "better twin", "not significant",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """By number and indicator: the cut-off, whether the number passes (missing: not judged), and why not judged."""

    cutoffs: Mapping[str, pd.Series]
    passes: Mapping[str, pd.Series]
    why: Mapping[str, pd.Series]

    def failed(self, codes: list[str]) -> list[tuple[str, ...]]:
        """The grounds on which each indicator falls short."""
        falls = {
            ground: np.any([~self.passes[one.name].fillna(True) for one in NUMBERS if one.ground == ground], axis=0)  # noqa: FBT003
            for ground in GROUNDS
        }
        return [tuple(ground for ground in GROUNDS if falls[ground][place]) for place in range(len(codes))]

    @property
    def applied(self) -> tuple[str, ...]:
        """The grounds on which at least one indicator was judged."""
        judged = {one.ground for one in NUMBERS if one.ground and self.passes[one.name].notna().any()}
        return tuple(ground for ground in GROUNDS if ground in judged)


def judge(table: pd.DataFrame, beside: pd.DataFrame, rules: Rules, formative: pd.Series) -> Judged:
    """Every number of the wide table held against its rule."""
    cutoffs, passes, why = {}, {}, {}
    worse = worse_than_nearest(table)
    for one in NUMBERS:
        value, cut = table[one.column].astype("float64"), _cutoff(one, table, beside, rules)
        small = ~beside["reachable"].astype(bool) if one.name == "aiken_p" else cut.isna()
        said = _silent(one, rules, formative=formative, small=small).mask(value.isna(), NO_VALUE)
        silent = said != ""
        beyond = (value < cut) if one.operator == ">=" else (value > cut)
        if one.ground == "redundancy":
            repeats = beyond & ((worse <= _TIE) | formative)
            said[beyond & ~repeats & ~silent] = BETTER_TWIN
            beyond = repeats
        elif one.ground == "dif":
            # The effect counts where it is significant as well, which was decided where it was tested.
            said[beyond & ~table["dif"] & ~silent] = BY_CHANCE
            beyond = table["dif"]
        cutoffs[one.name], why[one.name] = cut, said
        passes[one.name] = (~beyond).astype("boolean").mask(silent)
    return Judged(cutoffs, passes, why)


def worse_than_nearest(table: pd.DataFrame) -> pd.Series:
    """By how much an item goes with its dimension better than the item that it resembles most."""
    nearest: pd.Series = table["item_rest"].reindex(table["nearest"]).set_axis(table.index)
    return table["item_rest"].sub(nearest)


def _silent(one: Number, rules: Rules, *, formative: pd.Series, small: pd.Series) -> pd.Series:
    """Why a number is not judged, "" where it is.

    `small`: with so few experts not even one mind of all of them is significant, which is no fault of the indicator.
    """
    said = pd.Series("", index=small.index, dtype="object")
    if not one.ground:
        said[:] = NO_RULE
    elif one.ground not in FORMATIVE_GROUNDS:
        said[formative] = FORMATIVE
    if one.counts and one.counts not in rules.content_rules:
        said[:] = NOT_COUNTED
    elif one.name in ("aiken_p", "cvr"):
        said[small] = SMALL
    return said


def _cutoff(one: Number, table: pd.DataFrame, beside: pd.DataFrame, rules: Rules) -> pd.Series:
    """The cut-off of a number for every indicator; it depends on the panel's size for the CVR and the I-CVI."""
    if not one.ground:
        return pd.Series(np.nan, index=table.index)
    if one.name == "cvr":
        return table["critical_cvr"].astype("float64")
    if one.name == "key":
        return -table["critical_r"]
    if one.name == "i_cvi" and rules.i_cvi is None:
        experts = beside["n_experts"]
        return pd.Series(np.where(experts > SMALL_PANEL, LARGE_PANEL, WHOLE_PANEL), index=table.index).where(
            experts.notna()
        )
    return pd.Series(float(getattr(rules, one.rule)), index=table.index)


def verdict(failed: tuple[str, ...], *, weaker: bool) -> str:
    """What the failed grounds propose; `weaker`: the item that says the same goes better with the dimension."""
    if not failed:
        return "keep"
    useless = {"item_rest", "loading"} <= set(failed)
    repeats = "redundancy" in failed and weaker
    return "drop" if (useless or repeats) and "key" not in failed else "revise"


def weaker_twins(table: pd.DataFrame, formative: pd.Series) -> pd.Series:
    """Which items go clearly worse with their dimension than the item that they resemble most."""
    return (worse_than_nearest(table) < -_TIE) & ~formative


def long_table(table: pd.DataFrame, beside: pd.DataFrame, judged: Judged, sources: Mapping[str, str]) -> pd.DataFrame:
    """A row per indicator and number, the indicators in the order of the framework."""
    known = pd.concat([table, beside], axis=1)
    nothing = np.full(len(table), np.nan)

    def within(columns: list[Any], kind: Any = np.float64) -> np.ndarray[Any, Any]:
        """A column per number as one, the numbers of an indicator together."""
        parts: np.ndarray[Any, Any] = np.stack([np.asarray(column, dtype=kind) for column in columns], axis=1)
        return parts.ravel()

    def alike(texts: list[str]) -> np.ndarray[Any, Any]:
        return np.tile(np.array(texts, dtype=object), len(table))

    passes = [judged.passes[one.name] for one in NUMBERS]
    silent = within([column.isna() for column in passes], bool)
    return pd.DataFrame(
        {
            "indicator": np.repeat(table.index.to_numpy(dtype=object), len(NUMBERS)),
            "group": alike([one.group for one in NUMBERS]),
            "number": alike([one.name for one in NUMBERS]),
            "value": within([table[one.column] for one in NUMBERS]),
            "low": within([known[one.low] if one.low else nothing for one in NUMBERS]),
            "high": within([known[one.high] if one.high else nothing for one in NUMBERS]),
            "ground": alike([one.ground for one in NUMBERS]),
            "operator": alike([one.operator for one in NUMBERS]),
            "cutoff": within([judged.cutoffs[one.name] for one in NUMBERS]),
            "parameter": alike([one.parameter for one in NUMBERS]),
            "source": alike([sources.get(one.parameter, "") for one in NUMBERS]),
            "passes": pd.array(within([column.fillna(value=True) for column in passes], bool), dtype="boolean"),
            "why": within([judged.why[one.name] for one in NUMBERS], object),
            "verdict": np.repeat(table["verdict"].to_numpy(dtype=object), len(NUMBERS)),
        }
    ).assign(passes=lambda rows: rows["passes"].mask(silent))
