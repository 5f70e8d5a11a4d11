"""The figure of content validity: V with its interval, the cut-off, and what chance alone could give."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ikfs_methods.report.figures.canvas import GREY, INK, LIGHT, canvas, localise
from ikfs_methods.report.figures.drawing import _dimension_colours, _dimension_legend, _rows, _rows_height, draw
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Round
from ikfs_methods.validity import AikenResult


@draw.register
def _(result: AikenResult, words: Words, opened: Round) -> Figure:
    items, cutoff = result.items, opened.parameters.aiken_cutoff
    with canvas(_rows_height(len(items)) + 0.2) as (figure, ax):
        places = _rows(ax, list(items.index))
        colours = _dimension_colours(opened, list(items.index))
        # A field and not a line: the ticks of the critical V often stand close to the cut-off.
        ax.axvspan(0, cutoff, color=LIGHT, linewidth=0, alpha=0.75, zorder=0)
        ax.axvline(cutoff, color=GREY, linewidth=0.8, linestyle=":", zorder=1)
        ax.hlines(places, items["ci_low"], items["ci_high"], color=colours, linewidth=1.6, zorder=2)
        # Below the cut-off the mark is hollow, so that it is seen without colour too.
        faces = ["white" if v < cutoff else shade for v, shade in zip(items["v"], colours, strict=True)]
        ax.scatter(items["v"], places, facecolor=faces, edgecolor=colours, linewidth=1.4, s=24, zorder=3)
        known = items["critical_v"].notna().to_numpy()
        critical = items["critical_v"].astype("float64")[known]
        ax.vlines(critical, places[known] - 0.38, places[known] + 0.38, color=INK, linewidth=1.1, zorder=4)
        extra: list[Any] = [
            Patch(facecolor=LIGHT, label=words("below the cut-off {cutoff}", cutoff=words.number(cutoff)))
        ]
        if known.any():
            extra.append(
                Line2D([], [], linestyle="", marker="|", color=INK, markersize=8, markeredgewidth=1.1,
                       label=words("critical V"))
            )  # fmt: skip
        ax.set_xlim(0, 1.01)
        ax.set_xlabel(words("Aiken's V with its {level} interval", level=words.percent(result.level, 0)))
        localise(ax.xaxis, words, 1)
        _dimension_legend(ax, opened, *extra)
    return figure
