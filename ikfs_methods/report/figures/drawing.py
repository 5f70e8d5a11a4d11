"""The figures themselves, one for each kind of result that people would rather look at than read."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ikfs_methods.errors import ParameterError
from ikfs_methods.index import IndexResult
from ikfs_methods.report.figures.canvas import INK, LIGHT, PALETTE, canvas, localise
from ikfs_methods.report.language import Words
from ikfs_methods.robustness import LeaveOneOutResult
from ikfs_methods.rounds import Round, views


@singledispatch
def draw(result: Any, words: Words, opened: Round, **options: Any) -> Figure:
    """The result as a figure in the words' language; options belong to the kind of result."""
    raise ParameterError(f"a figure must be asked of a result that has one; found {type(result).__name__}.")


def _rows_height(n: int) -> float:
    """Inches for a figure with n labelled rows; a whole page holds about fifty."""
    return min(8.6, 0.75 + 0.165 * n)


def _dimension_colours(opened: Round, codes: list[str]) -> list[str]:
    order = opened.framework.dimensions
    return [PALETTE[order.index(opened.framework.parent(code)) % len(PALETTE)] for code in codes]


def _dimension_legend(ax: Axes, opened: Round, *extra: Any) -> None:
    tree = opened.framework
    handles = [Patch(color=PALETTE[i % len(PALETTE)], label=code) for i, code in enumerate(tree.dimensions)]
    ax.legend(handles=[*handles, *extra], loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=6)


def _height(ax: Axes) -> float:
    figure = ax.figure
    return float(figure.get_figheight()) if isinstance(figure, Figure) else 1.0


def _rows(ax: Axes, labels: list[str]) -> np.ndarray[Any, Any]:
    """Places for the labels from the top down."""
    places = np.arange(len(labels))[::-1]
    ax.set_yticks(places, labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, len(labels) - 0.3)
    return places


@draw.register
def _(result: views.CategoryShares, words: Words, opened: Round) -> Figure:
    shares, hidden = result.table, result.hidden
    points = list(shares.columns)
    import seaborn as sns  # noqa: PLC0415 - a second to import; see the other two

    shades = sns.color_palette("crest", len(points))
    with canvas(_rows_height(len(shares))) as (figure, ax):
        places = _rows(ax, list(shares.index))
        left = np.zeros(len(shares))
        gone = 1 - shares.sum(axis=1).to_numpy()  # what the withheld shares of an item come to together
        for point, shade in zip(points, shades, strict=True):
            first = (hidden[point] & ~hidden[points[: points.index(point)]].any(axis=1)).to_numpy()
            if first.any():
                ax.barh(places, 100 * gone * first, left=left, height=0.72, color=LIGHT, edgecolor="white", hatch="///")
                left += 100 * gone * first
            width = 100 * shares[point].fillna(0).to_numpy()
            ax.barh(places, width, left=left, height=0.72, color=shade, edgecolor="white", linewidth=0.6,
                    label=words.number(point, 0 if float(point).is_integer() else 1))  # fmt: skip
            left += width
        ax.set_xlim(0, 100)
        ax.set_xlabel(words("Per cent of the answers, by scale point (after keying)"))
        localise(ax.xaxis, words, 0)
        handles, _ = ax.get_legend_handles_labels()
        if hidden.any(axis=None):
            handles.append(Patch(facecolor=LIGHT, edgecolor="white", hatch="///", label=words("withheld")))
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=len(handles))
    return figure


@draw.register
def _(result: IndexResult, words: Words, opened: Round) -> Figure:
    tree = opened.structure
    root = tree.root
    scores = result.scores.dropna(subset=root).sort_values(root, ascending=False, kind="stable")
    few = len(scores) <= 8
    shades = dict(zip([code for code in tree.dimensions if code != root], PALETTE, strict=False))
    with canvas(max(2.4, _rows_height(len(scores) * (2 if few else 1)))) as (figure, ax):
        labels = [opened.called(unit) for unit in scores.index]
        places = _rows(ax, labels)
        name = f"{root} {tree.label(root, opened.language)}"
        if few:
            ax.barh(places, scores[root], height=0.62, color="#9fb3c8", label=name)
        else:
            # Bars would have to start at 0 and leave the differences no room; dots need not.
            nodes = [root, *shades]
            ax.hlines(places, scores[nodes].min(axis=1), scores[nodes].max(axis=1), color="#cbd5e1", linewidth=1.4)
            ax.scatter(scores[root], places, color=INK, s=30, marker="|", linewidths=2.2, zorder=4, label=name)
        for (node, shade), marker in zip(shades.items(), "osD^vP*", strict=False):
            ax.scatter(scores[node], places, color=shade, s=26 if few else 14, marker=marker, zorder=3, label=node)
        if few:
            for place, value in zip(places, scores[root], strict=True):
                ax.annotate(words.number(value, 1), (1, place), (4, 0), xycoords="data", textcoords="offset points",
                            va="center", color=INK, fontsize=8)  # fmt: skip
        if few:
            ax.set_xlim(0, 100)
        ax.set_xlabel(words("Score (0-100)"))
        localise(ax.xaxis, words, 0)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=2 + len(shades))
    return figure


@draw.register
def _(result: LeaveOneOutResult, words: Words, opened: Round) -> Figure:
    table = result.table
    with canvas(_rows_height(len(table))) as (figure, ax):
        places = _rows(ax, [str(code) for code in table.index])
        ax.barh(places, table["max_rank_change"], height=0.62, color=_dimension_colours(opened, list(table.index)))
        ax.set_xlabel(words("Largest change of a unit's rank without the indicator"))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        localise(ax.xaxis, words, 0)
        _dimension_legend(ax, opened)
    return figure
