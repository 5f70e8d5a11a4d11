"""Figures of results by dimension: item-rest correlations, and items that favour a group."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ikfs_methods.errors import ParameterError
from ikfs_methods.report.figures.canvas import GREY, INK, PALETTE, RED, canvas, localise
from ikfs_methods.report.figures.drawing import (
    _dimension_colours,
    _dimension_legend,
    _height,
    _rows,
    _rows_height,
    draw,
)
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import ByDimension, Round
from ikfs_methods.validity import DifResult, ItemAnalysisResult

MARKERS = "osD^vP*Xph"


@singledispatch
def draw_each(kind: Any, result: ByDimension, words: Words, opened: Round, **options: Any) -> Figure:
    """The figure of one kind of result for several dimensions; `kind` is one of them."""
    raise ParameterError(f"a figure by dimension must be of a kind that has one; found {type(kind).__name__}.")


@draw.register
def _(result: ByDimension, words: Words, opened: Round, **options: Any) -> Figure:
    return draw_each(next(iter(result.results.values())), result, words, opened, **options)


@draw_each.register
def _(kind: ItemAnalysisResult, result: ByDimension, words: Words, opened: Round) -> Figure:
    items = pd.concat([part.items for part in result.results.values()])
    cutoff = opened.parameters.item_rest_cutoff
    with canvas(_rows_height(len(items))) as (figure, ax):
        places = _rows(ax, list(items.index))
        colours = _dimension_colours(opened, list(items.index))
        ax.hlines(places, 0, items["item_rest"], color=colours, linewidth=2.2)
        ax.scatter(items["item_rest"], places, color=colours, s=24, zorder=3)
        rule = ax.axvline(cutoff, color=RED, linewidth=1, linestyle="--")
        rule.set_label(words("cut-off {cutoff}", cutoff=words.number(cutoff)))
        table = ax.axvline(items["critical_r"].iloc[0], color=GREY, linewidth=1, linestyle=":")
        table.set_label(words("critical r {value}", value=words.number(items["critical_r"].iloc[0], 3)))
        ax.axvline(0, color=INK, linewidth=0.7)
        ax.set_xlabel(words("Item-rest correlation"))
        localise(ax.xaxis, words, 1)
        _dimension_legend(ax, opened, rule, table)
    return figure


@draw_each.register
def _(kind: DifResult, result: ByDimension, words: Words, opened: Round) -> Figure:
    effects = pd.concat([part.effects for part in result.results.values()])
    items = pd.concat([part.items for part in result.results.values()])
    groups = [str(name) for name in effects.columns]
    flagged = items["flagged"].fillna(value=False).astype(bool).to_numpy()
    with canvas(_rows_height(len(effects)) + 0.25) as (figure, ax):
        places = _rows(ax, list(effects.index))
        ax.barh(places[flagged], 1, left=0, height=0.9, color="#fbeccb", transform=ax.get_yaxis_transform(), zorder=0)
        ax.axvline(0, color=INK, linewidth=0.7)
        for at, name in enumerate(effects.columns):
            marker, shade = MARKERS[at % len(MARKERS)], PALETTE[at % len(PALETTE)]
            ax.scatter(effects[name], places, s=18, marker=marker, color=shade, zorder=3)
        handles = [
            Line2D([], [], linestyle="", marker=MARKERS[at % len(MARKERS)], color=PALETTE[at % len(PALETTE)],
                   markersize=5, label=opened.called(name))
            for at, name in enumerate(groups)
        ]  # fmt: skip
        ax.set_xlabel(words("Log odds of a higher answer at equal standing (below 0: harder for the group)"))
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        localise(ax.xaxis, words, 1)
        columns = 2 if max(map(len, (opened.called(name) for name in groups))) > 20 else 4
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.5 / _height(ax)), ncols=columns)
    return figure
