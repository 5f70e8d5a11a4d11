"""Which expert moves a group's weights: what changes within each parent when one is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]


def left_out(without: pd.DataFrame, weights: Floats, parents: pd.Series, nothing: float) -> pd.DataFrame:
    """What leaving out each expert changes, by (parent, expert): shift, code, change, rank_changes.

    `without`: weights with the expert left out (expert x code), missing where that says nothing; `weights`: with all.
    Changes up to `nothing` are rounding.
    """
    all_parents: np.ndarray[Any, np.dtype[np.object_]] = parents.to_numpy(dtype=object)
    left: Floats = without.to_numpy(dtype=np.float64)
    names, codes = list(dict.fromkeys(all_parents)), without.columns.to_numpy(dtype=object)
    columns: dict[str, list[np.ndarray[Any, Any]]] = {"shift": [], "code": [], "change": [], "rank_changes": []}
    for parent in names:
        own = np.flatnonzero(all_parents == parent)
        change = left[:, own] - weights[own]
        known = np.asarray(np.isfinite(change).all(axis=1))
        size = np.where(known[:, None], np.abs(change), 0)
        # Equal changes differ by rounding: the first of the largest.
        most = (size >= size.max(axis=1, keepdims=True) - nothing).argmax(axis=1)
        columns["shift"].append(np.where(known, size.sum(axis=1) / 2, np.nan))
        code = codes[own[most]]
        code[~(known & (size.max(axis=1) > nothing))] = None
        columns["code"].append(code)
        columns["change"].append(np.where(known, np.take_along_axis(change, most[:, None], axis=1)[:, 0], np.nan))
        columns["rank_changes"].append(_reordered(left[:, own], weights[own], nothing))
    index = pd.MultiIndex.from_product([names, without.index], names=["parent", "expert"])
    table = pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()}, index=index)
    table["rank_changes"] = table["rank_changes"].astype("boolean").mask(table["shift"].isna())
    return table


def most_influential(influence: pd.DataFrame, nothing: float) -> pd.DataFrame:
    """The expert whose leaving shifts most, by parent: expert, shift, code, change; no expert where nobody shifts.

    Of experts who shift alike the first by name, so that the order of the table decides nothing.
    """
    table = influence.reset_index()
    largest = table.groupby("parent", sort=False)["shift"].transform("max")
    table = table[(table["shift"] >= largest - nothing) & (largest > nothing)].sort_values("expert", kind="stable")
    first = table.drop_duplicates("parent").set_index("parent")[["expert", "shift", "code", "change"]]
    found = first.reindex(influence.index.unique("parent"))
    found["shift"] = influence["shift"].groupby(level="parent", sort=False).max()
    return found


def _reordered(without: Floats, weights: Floats, nothing: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether any two elements stand otherwise to each other (above, equal, below) than with all experts (experts,)."""

    def order(values: Floats) -> Floats:
        difference = values[..., :, None] - values[..., None, :]
        return np.asarray(np.where(np.abs(difference) <= nothing, 0, np.sign(difference)))

    changed: np.ndarray[Any, np.dtype[np.bool_]] = (order(np.nan_to_num(without)) != order(weights)).any(axis=(1, 2))
    return changed
