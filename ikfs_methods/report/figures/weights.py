"""Figures of weights: the sets side by side, experts around their group, methods with intervals, single experts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ikfs_methods.checks import one_of
from ikfs_methods.report.figures.canvas import BLUE, GREY, INK, LIGHT, PALETTE, RED, canvas, localise
from ikfs_methods.report.figures.drawing import _height, _rows_height, draw
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Absent, BySet, Round, views
from ikfs_methods.weighting import AhpResult

MARKERS = "osD^vP*"
HATCHES = ("", "///", "...", "\\\\\\", "xx", "++", "")  # sets are told apart without colour too
# Names below each other need a tenth of an inch at least; of more experts those who move most are drawn.
MOST_EXPERTS = 45
# Percentage points that the axis reaches at least, so that rounding is not drawn as if it were large.
LEAST_SHIFT = 0.5


@draw.register
def _(result: views.WeightTable, words: Words, opened: Round, *, parent: str | None = None) -> Figure:
    tree = opened.structure
    node = parent or tree.root
    part = result.table[result.table["parent"] == node]
    sets = [name for name in opened.weight_sets if part[name].notna().any()]
    long = part.melt(id_vars="code", value_vars=sets, var_name="method", value_name="weight")
    long["method"] = [words(name) for name in long["method"]]
    with canvas(2.6) as (figure, ax):
        ax.grid(axis="y")
        ax.grid(visible=False, axis="x")
        import seaborn as sns  # noqa: PLC0415 - a second to import; not every figure needs it

        sns.barplot(
            long, x="code", y="weight", hue="method", ax=ax, palette=list(PALETTE[: len(sets)]), edgecolor="white",
            errorbar=None,
        )  # fmt: skip
        ax.set_xlabel(f"{node} {tree.label(node, opened.language)}")
        ax.set_ylabel(words("Weight"))
        localise(ax.yaxis, words, 2)
        for bars, hatch in zip(ax.containers, HATCHES, strict=False):
            for bar in bars:
                bar.set_hatch(hatch)
        handles = [bars[0] for bars in ax.containers]
        labels = [words(name) for name in sets]
        ax.legend(handles, labels, title=None, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=5)
    return figure


@draw.register
def _(result: AhpResult, words: Words, opened: Round) -> Figure:
    """Every expert's priorities, those of inconsistent ones marked, around the group's with its interval."""
    shown = _shown(result, opened)
    with canvas(min(8.6, 0.9 + 0.45 * len(shown))) as (figure, ax):
        places = _blocks(ax, shown["parent"])
        for place, (code, row) in zip(places, shown.iterrows(), strict=True):
            own = _own_shares(result, shown.index[shown["parent"] == row["parent"]])[code].dropna()
            above = result.judges["cr"].xs(row["parent"], level="parent")[own.index] > result.cutoff
            # Below the group's bar, every expert at the same height in each row, so that no dot hides another.
            heights = place + np.linspace(0.14, -0.4, len(own))
            ax.scatter(own[~above], heights[~above], s=9, color=GREY, linewidth=0, zorder=2)
            ax.scatter(own[above], heights[above], s=22, color=RED, marker="x", linewidth=1.2, zorder=3)
        ax.hlines(places + 0.3, shown["ci_low"], shown["ci_high"], color=BLUE, linewidth=2.4, zorder=4)
        ax.scatter(
            shown["weight"], places + 0.3, s=40, marker="D", color=BLUE, edgecolor="white", linewidth=0.8, zorder=5
        )
        _from_zero(ax, words, words("Weight"))
        level = words.percent(opened.parameters.level, 0)
        group = words("group with its {level} interval", level=level)
        if shown["ci_low"].isna().all():
            group = words("group")
        cutoff = words.number(result.cutoff)
        handles = [
            Line2D([], [], color=BLUE, marker="D", markersize=5, markeredgecolor="white", linewidth=2.4, label=group),
            _mark("o", GREY, words("expert"), 3),
        ]
        if (result.judges["cr"] > result.cutoff).any():
            handles.append(_mark("x", RED, words("expert above CR {cutoff}", cutoff=cutoff), 5))
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=3)
    return figure


def _shown(result: AhpResult, opened: Round) -> pd.DataFrame:
    """parent, weight, ci_low, ci_high by code: of what is retained where that is known, else as judged."""
    found = opened.expert_uncertainty
    if not isinstance(found, Absent) and "ahp" in found.results:
        table: pd.DataFrame = found["ahp"].table
        return table[["parent", "weight", "ci_low", "ci_high"]]
    return pd.DataFrame({"parent": result.parents, "weight": result.weights, "ci_low": np.nan, "ci_high": np.nan})


def _own_shares(result: AhpResult, codes: pd.Index) -> pd.DataFrame:
    """The experts' weights of these elements alone, as the group's are of what is retained."""
    own = result.judge_weights[codes]
    return own.div(own.sum(axis=1, skipna=False), axis=0)


@draw.register
def _(result: BySet, words: Words, opened: Round, *, about: str = "methods") -> Figure:
    """`methods`: weights with intervals by method; `influence`: how much moves without each expert."""
    drawn = {"methods": _methods, "influence": _influence}
    return drawn[one_of(about, list(drawn), name="about")](result, words, opened)


def _methods(result: BySet, words: Words, opened: Round) -> Figure:
    tables = {name: one.table for name, one in result.results.items()}
    long = pd.concat(tables, names=["weights", "code"]).reset_index()
    many = long.groupby("parent")["weights"].nunique()
    # Where two methods can be compared; without such a parent the intervals of all.
    wanted = set(many.index[many > 1]) or set(many.index)
    tree = opened.framework
    codes = [child for parent in tree.walk() if parent in wanted for child in tree.children(parent)]
    codes = [code for code in codes if code in set(long["code"])]
    parents = pd.Series([tree.parent(code) for code in codes], index=codes)
    names = [name for name in tables if wanted & set(tables[name]["parent"])]
    with canvas(min(8.6, _rows_height(len(codes) * max(2, len(names))))) as (figure, ax):
        places = dict(zip(codes, _blocks(ax, parents), strict=True))
        steps = np.linspace(0.24, -0.24, len(names)) if len(names) > 1 else [0.0]
        for at, (name, step) in enumerate(zip(names, steps, strict=True)):
            part = tables[name][tables[name].index.isin(codes)]
            heights = [places[code] + step for code in part.index]
            shade, marker = PALETTE[at], MARKERS[at]
            ax.hlines(heights, part["ci_low"], part["ci_high"], color=shade, linewidth=1.8, zorder=2)
            ax.scatter(part["weight"], heights, color=shade, marker=marker, s=28, zorder=3, label=words(name))
        level = words.percent(next(iter(result.results.values())).level, 0)
        label = words("Weight, with its {level} interval over experts", level=level)
        _from_zero(ax, words, words("Weight") if long["ci_low"].isna().all() else label)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=len(names))
    return figure


def _influence(result: BySet, words: Words, opened: Round) -> Figure:
    found = {name: one.influence["shift"].dropna() for name, one in result.results.items()}
    judged = [str(parent) for shift in found.values() for parent in shift.index.unique("parent")]
    # One parent: the highest that experts weighed.
    parent = next((code for code in opened.framework.walk() if code in judged), opened.structure.root)
    parts = {
        name: 100 * shift.xs(parent, level="parent")
        for name, shift in found.items()
        if parent in shift.index.get_level_values("parent")
    }
    table = pd.DataFrame(parts).rename_axis("expert")
    if len(table) > MOST_EXPERTS:
        table = table.loc[table.max(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_EXPERTS]]
    names = [str(name) for name in table.index]
    with canvas(_rows_height(max(4, len(names)))) as (figure, ax):
        places = np.arange(len(names))[::-1]
        ax.set_yticks(places, names)
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.7, max(len(names), 1) - 0.3)
        ax.hlines(places, 0, table.max(axis=1), color=LIGHT, linewidth=1.4, zorder=1)
        for at, name in enumerate(table.columns):
            ax.scatter(table[name], places, color=PALETTE[at], marker=MARKERS[at], s=26, zorder=3, label=words(name))
        if table.empty:
            ax.text(0.5, 0.5, words("Fewer than three experts: nothing to show."), ha="center", transform=ax.transAxes)
            ax.set_axis_off()
            return figure
        ax.set_xlim(0, max(1.04 * ax.dataLim.x1, LEAST_SHIFT))
        label = words("Percentage points of the weight within {parent} that move without the expert", parent=parent)
        ax.set_xlabel(label)
        localise(ax.xaxis, words, 1)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=len(table.columns))
    return figure


def _blocks(ax: Axes, parents: pd.Series) -> np.ndarray[Any, Any]:
    """Places for the codes from the top down, a line between the children of two parents."""
    places = np.arange(len(parents))[::-1]
    ax.set_yticks(places, [str(code) for code in parents.index])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.6, len(parents) - 0.4)
    change = parents.to_numpy()[1:] != parents.to_numpy()[:-1]
    for place in places[1:][change]:
        ax.axhline(place + 0.5, color=INK, linewidth=0.5)
    return places


def _from_zero(ax: Axes, words: Words, label: str) -> None:
    ax.set_xlim(0, 1.04 * ax.dataLim.x1)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.set_xlabel(label)
    # Two decimals: ticks may stand .05 apart.
    localise(ax.xaxis, words, 2)


def _mark(marker: str, shade: str, label: str, size: float) -> Line2D:
    return Line2D([], [], linestyle="", marker=marker, color=shade, markersize=size, label=label)
