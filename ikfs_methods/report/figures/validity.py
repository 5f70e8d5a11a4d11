"""Figures of validity beyond content."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ikfs_methods.report.figures.canvas import INK, canvas, localise
from ikfs_methods.report.figures.drawing import _dimension_colours, _dimension_legend, _rows, _rows_height, draw
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Round
from ikfs_methods.validity import CriterionResult


@draw.register
def _(result: CriterionResult, words: Words, opened: Round, *, measure: str | None = None) -> Figure:
    items = result.indicators
    with canvas(_rows_height(len(items))) as (figure, ax):
        places = _rows(ax, list(items.index))
        colours = _dimension_colours(opened, list(items.index))
        ax.hlines(places, items["ci_low"], items["ci_high"], color=colours, linewidth=1.6)
        ax.scatter(items["r"], places, color=colours, s=22, zorder=3)
        extra = []
        if "partial_r" in items:
            ax.scatter(items["partial_r"], places, facecolor="white", edgecolor=INK, s=12, linewidth=0.8, zorder=4)
            extra.append(
                Line2D([], [], linestyle="", marker="o", markerfacecolor="white", markeredgecolor=INK, markersize=3.5,
                       label=words("same group"))
            )  # fmt: skip
        ax.axvline(0, color=INK, linewidth=0.7)
        ax.margins(x=0.03)
        name = opened.called(measure or opened.outside[0])
        level = words.percent(result.level, 0)
        ax.set_xlabel(words("Correlation with “{name}”, with its {level} interval", name=name, level=level))
        localise(ax.xaxis, words, 1)
        _dimension_legend(ax, opened, *extra)
    return figure
