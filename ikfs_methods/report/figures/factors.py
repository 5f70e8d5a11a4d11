"""Figures of correlations, number of factors and factors."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.factor import ExploratoryResult, ParallelResult
from ikfs_methods.report.figures.canvas import BLUE, GREY, INK, LIGHT, ORANGE, PALETTE, RED, canvas, localise
from ikfs_methods.report.figures.drawing import draw
from ikfs_methods.report.language import Words
from ikfs_methods.report.text.solutions import primary
from ikfs_methods.rounds import Round

TICKS = [-1, -0.5, 0, 0.5, 1]  # of a scale of correlations or loadings
WIDE = 40  # items from which codes are written smaller


@draw.register
def _(result: CorrelationResult, words: Words, opened: Round) -> Figure:
    matrix, k = result.matrix, len(result.matrix)
    below = np.tril(np.ones((k, k), dtype=bool), -1)
    import seaborn as sns  # noqa: PLC0415 - a second to import; see the other figures

    with canvas(4.8) as (figure, ax):
        edges = np.arange(k + 1) - 0.5
        mesh = ax.pcolormesh(
            edges, edges, np.ma.masked_where(~below, matrix.to_numpy()), cmap=sns.color_palette("vlag", as_cmap=True),
            vmin=-1, vmax=1, edgecolors="white", linewidth=0.5,
        )  # fmt: skip
        ax.set_ylim(k - 0.5, -0.5)
        ax.set_aspect("equal")
        ax.grid(visible=False)
        size = 7.5 if k < WIDE else 5
        ax.set_xticks(range(k), list(matrix.columns), rotation=90, fontsize=size)
        ax.set_yticks(range(k), list(matrix.index), fontsize=size)
        ax.tick_params(axis="both", length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        _between_dimensions(ax, matrix, opened)
        bar = figure.colorbar(mesh, ax=ax, shrink=0.6, label=words("Correlation"), ticks=TICKS)
        localise(bar.ax.yaxis, words, 1)
        bar.outline.set_visible(False)
    return figure


def _between_dimensions(ax: Axes, matrix: pd.DataFrame, opened: Round) -> None:
    """Lines where one dimension ends and the next begins, inside the triangle."""
    parents = [opened.framework.parent(code) for code in matrix.columns]
    k = len(parents)
    for place in range(1, k):
        if parents[place] != parents[place - 1]:
            ax.plot([-0.5, place - 0.5], [place - 0.5] * 2, color=INK, linewidth=0.9)
            ax.plot([place - 0.5] * 2, [place - 0.5, k - 0.5], color=INK, linewidth=0.9)


@draw.register
def _(result: ParallelResult, words: Words, opened: Round) -> Figure:
    positions = np.arange(1, len(result.observed) + 1)
    with canvas(3.0) as (figure, ax):
        ax.grid(axis="y")
        ax.plot(positions, result.observed, color=BLUE, marker="o", markersize=4, label=words("observed"))
        label = words("random, percentile {percentile}", percentile=words.plain(result.percentile))
        ax.plot(positions, result.simulated, color=ORANGE, marker="s", markersize=3, linestyle="--", label=label)
        if result.kind == "component":
            ax.axhline(1, color=GREY, linewidth=0.8, linestyle=":")
        ax.set_xlabel(words("Number of the component") if result.kind == "component" else words("Number of the factor"))
        ax.set_ylabel(words("Eigenvalue"))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        localise(ax.yaxis, words, 1)
        localise(ax.xaxis, words, 0)
        ax.legend(loc="upper right")
    return figure


@draw.register
def _(result: ExploratoryResult, words: Words, opened: Round, *, what: str = "loadings") -> Figure:
    if what == "intervals":
        return _intervals(result, words, opened)
    loadings = result.loadings
    notes = loadings.map(lambda value: words.number(value, 2))
    with canvas(min(8.6, 0.8 + 0.2 * len(loadings))) as (figure, ax):
        import seaborn as sns  # noqa: PLC0415

        sns.heatmap(
            loadings, ax=ax, annot=notes.to_numpy(), fmt="", cmap="vlag", center=0, vmin=-1, vmax=1, linewidths=0.6,
            annot_kws={"size": 8}, cbar_kws={"label": words("Loading"), "shrink": 0.7, "ticks": TICKS},
        )  # fmt: skip
        ax.grid(visible=False)
        ax.tick_params(axis="both", length=0)
        ax.tick_params(axis="y", rotation=0)
        ax.set_ylabel("")
        bar = ax.collections[0].colorbar
        if bar is not None:
            localise(bar.ax.yaxis, words, 1)
            bar.outline.set_visible(False)
    return figure


def _intervals(result: ExploratoryResult, words: Words, opened: Round) -> Figure:
    """Primary loadings with their intervals, factor by factor, the other loadings beside them."""
    found, order = result.bootstrap, opened.framework.dimensions
    table = primary(result, opened)
    names = list(result.loadings.columns)
    codes = [code for name in names for code in table.index[table["factor"] == name]]
    table = table.loc[codes]
    shades = {code: PALETTE[order.index(opened.framework.parent(code)) % len(PALETTE)] for code in codes}
    with canvas(min(8.6, 1.1 + 0.175 * (len(codes) + len(names)))) as (figure, ax):
        places = _factor_rows(ax, table, names, words)
        for code, name in zip(codes, table["factor"], strict=True):
            others = result.loadings.loc[code].drop(name)
            ax.scatter(
                others, [places[code]] * len(others), s=9, color="white", edgecolor=GREY, linewidth=0.7, zorder=2
            )
            if found is not None:
                ends = [end.loc[code, name] for end in (found.loadings_low, found.loadings_high)]
                ax.plot(ends, [places[code]] * 2, color=shades[code], linewidth=1.8, zorder=3)
        heights = [places[code] for code in codes]
        ax.scatter(table["loading"], heights, color=[shades[code] for code in codes], s=22, zorder=4)
        cutoff = opened.parameters.loading_cutoff
        ax.axvline(0, color=INK, linewidth=0.7)
        rule = ax.axvline(cutoff, color=RED, linewidth=1, linestyle="--")
        rule.set_label(words("cut-off {cutoff}", cutoff=words.number(cutoff)))
        ax.set_xlabel(words("Loading on the item's own factor; hollow: on the others"))
        localise(ax.xaxis, words, 1)
        dimensions = dict.fromkeys(opened.framework.parent(code) for code in codes)
        patches = [
            Patch(color=PALETTE[order.index(code) % len(PALETTE)], label=code)
            for code in sorted(dimensions, key=order.index)
        ]
        hollow = Line2D([], [], marker="o", linestyle="", markersize=3.5, color="white", markeredgecolor=GREY,
                        label=words("other loadings"))  # fmt: skip
        ax.legend(
            handles=[*patches, rule, *([hollow] if len(names) > 1 else [])], loc="upper center",
            bbox_to_anchor=(0.5, -0.5 / figure.get_figheight()), ncols=6,
        )  # fmt: skip
    return figure


def _factor_rows(ax: Axes, table: pd.DataFrame, names: list[str], words: Words) -> dict[str, float]:
    """Places for the items from the top down, with room and a heading between factors."""
    places: dict[str, float] = {}
    row = 0.0
    for name in names:
        mine = [str(code) for code in table.index[table["factor"] == name]]
        if not mine:
            continue
        ax.axhspan(row - 0.45, row + 0.45, color=LIGHT, linewidth=0)
        ax.text(0.005, row, name, transform=ax.get_yaxis_transform(), va="center", fontsize=8.5, fontweight="bold")
        places |= {code: row + 1 + step for step, code in enumerate(mine)}
        row += len(mine) + 1
    ax.set_yticks(list(places.values()), list(places))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(row - 0.4, -0.7)
    return places
