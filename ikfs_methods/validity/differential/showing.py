"""The frames of a search for differential functioning."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ikfs_methods.validity.differential.item_tests import PARTS, ItemTest
from ikfs_methods.validity.differential.purification import Flags, Rule

Classes = Literal["jodoin_gierl", "zumbo"]

# Least gain in Nagelkerke's R² for a moderate and for a large effect.
_BOUNDS: dict[Classes, tuple[float, float]] = {"jodoin_gierl": (0.035, 0.070), "zumbo": (0.13, 0.26)}


def item_frame(
    tests: list[ItemTest], items: pd.Index, groups: pd.Index, *, rule: Rule, classes: Classes
) -> pd.DataFrame:
    """A row per item: tests, gains in R², size class, and which group stands out."""
    rows = []
    for test in tests:
        delta, flagged = test.delta[rule.r2], rule.flags(test)
        row: dict[str, object] = {"n": test.n}
        for part in PARTS:
            row |= {f"chi2_{part}": test.chi2[part], f"df_{part}": test.df[part], f"p_{part}": test.p_value[part]}
        row |= {"delta_r2": delta["total"], **{f"delta_r2_{part}": delta[part] for part in PARTS[1:]}}
        row["size"] = _size(test.delta["nagelkerke"][rule.part], classes)
        row["flagged"] = flagged
        row["dif_kind"] = _kind(test, rule) if flagged else ""
        row["group"], row["direction"] = _standing_out(test.effects, groups)
        row["tested"] = bool(np.isfinite(test.p_value[rule.part]))
        row["note"] = "; ".join(test.notes)
        rows.append(row)
    frame = pd.DataFrame(rows, index=items).rename(columns={"df_total": "df"})
    frame.index.name = "item"
    return frame.drop(columns="df_nonuniform")


def effect_frame(tests: list[ItemTest], items: pd.Index, groups: pd.Index) -> pd.DataFrame:
    """Log odds of a higher answer by item and group, against the groups' mean, at the same matching score."""
    frame = pd.DataFrame([test.effects for test in tests], index=items, columns=groups)
    frame.index.name = "item"
    return frame


def round_frame(rounds: list[tuple[Flags, Flags]], items: pd.Index) -> pd.DataFrame:
    """A row per round: how many items made up the scores, and which were flagged."""
    return pd.DataFrame(
        {
            "round": range(1, len(rounds) + 1),
            "n_anchors": [int(anchors.sum()) for anchors, _ in rounds],
            "n_flagged": [int(flags.sum()) for _, flags in rounds],
            "flagged": [", ".join(str(name) for name in items[flags]) for _, flags in rounds],
        }
    )


def _size(gain: float, classes: Classes) -> str:
    if not np.isfinite(gain):
        return ""
    moderate, large = _BOUNDS[classes]
    return "large" if gain >= large else "moderate" if gain >= moderate else "negligible"


def _kind(test: ItemTest, rule: Rule) -> str:
    """Nonuniform when the product term is itself significant: the groups' curves then cross or part."""
    if rule.kind != "both":
        return rule.kind
    return "nonuniform" if test.p_value["nonuniform"] < rule.alpha else "uniform"


def _standing_out(effects: np.ndarray, groups: pd.Index) -> tuple[object, str]:
    """The group farthest from the groups' mean, and whether it finds the item harder or easier than they do.

    Two groups are equally far from their mean: the one that finds the item harder is named.
    """
    if not np.isfinite(effects).all() or not effects.any():
        return "", ""
    place = int(effects.argmin()) if len(effects) == 2 else int(np.abs(effects).argmax())
    return groups[place], "harder" if effects[place] < 0 else "easier"
