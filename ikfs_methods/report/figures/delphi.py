"""The figure of Delphi rounds: where each indicator stood at first and where it stands now."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from ikfs_methods.report.figures.agreement import draw_criteria
from ikfs_methods.report.figures.canvas import BLUE, GREY, INK, LIGHT, localise, panels
from ikfs_methods.report.figures.drawing import _rows
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.agreement import criterion_name
from ikfs_methods.rounds import ByCriterion, Round
from ikfs_methods.validity import DelphiResult

_ROW = 0.18  # inches: two bars and an arrow between them
_APART = 0.19  # of a row, from its middle to each of its bars


@draw_criteria.register
def _(kind: DelphiResult, result: ByCriterion, words: Words, opened: Round) -> Figure:
    """A panel for each criterion: median and middle half of the first and of the latest rating, joined by an arrow."""
    names = list(result.results)
    most = max(found.items.index.get_level_values("item").nunique() for found in result.results.values())
    height = min(8.6, 1.15 + _ROW * most)
    with panels(height, widths=[1.0] * len(names), heights=[1.0]) as (figure, axes):
        for ax, name in zip(axes, names, strict=True):
            _rounds(ax, result[name])
            localise(ax.xaxis, words, 0 if ax.get_xlim()[1] - ax.get_xlim()[0] > 2 else 1)
            ax.set_xlabel(words("Rating"))
            if len(names) > 1:
                ax.set_title(criterion_name(name, words), fontsize=9, color=INK)
        figure.legend(handles=_legend(words), loc="outside lower center", ncols=2)
    return figure


def _rounds(ax: Axes, found: DelphiResult) -> None:
    by_item = found.items.groupby(level="item", sort=False)
    first, last = by_item.head(1).droplevel("round"), by_item.tail(1).droplevel("round")
    times = by_item.size()
    rule = found.rule
    step = 0.04 * (rule.high - rule.low)
    ax.axvspan(rule.band[0] - step, rule.band[1] + step, color=LIGHT, zorder=0)
    places = _rows(ax, [str(code) for code in last.index])
    for place, code in zip(places, last.index, strict=True):
        now = last.loc[code]
        if times[code] < 2:
            _bar(ax, now, place, BLUE, "o", filled=True)
            continue
        before = first.loc[code]
        _bar(ax, before, place + _APART, GREY, "s", filled=False)
        _bar(ax, now, place - _APART, BLUE, "o", filled=True)
        if before["median"] != now["median"]:
            ax.annotate(
                "", (now["median"], place - _APART), (before["median"], place + _APART),
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "mutation_scale": 7,
                            "shrinkA": 2, "shrinkB": 2}, zorder=4,
            )  # fmt: skip
    ax.set_xlim(rule.low - 2 * step, rule.high + 2 * step)
    if rule.high - rule.low <= 10:
        ax.xaxis.set_major_locator(MultipleLocator(1 if rule.high - rule.low > 2 else 0.5))


def _bar(ax: Axes, row: pd.Series, place: float, shade: str, mark: str, *, filled: bool) -> None:
    ax.hlines(place, row["q1"], row["q3"], color=shade, linewidth=2.4, zorder=2)
    ax.scatter(row["median"], place, s=16, marker=mark, edgecolor=shade, facecolor=shade if filled else "white",
               linewidth=1, zorder=3)  # fmt: skip


def _legend(words: Words) -> list[Any]:
    def line(shade: str, mark: str, face: str, label: str) -> Line2D:
        return Line2D([], [], color=shade, linewidth=2.4, marker=mark, markersize=4, markerfacecolor=face, label=label)

    return [
        line(GREY, "s", "white", words("first rating: median and middle half")),
        line(BLUE, "o", BLUE, words("latest rating: median and middle half")),
        Patch(color=LIGHT, label=words("ratings that count as agreement")),
        Line2D([], [], color=INK, marker=">", markersize=4, linewidth=0.9, label=words("the median moved")),
    ]
