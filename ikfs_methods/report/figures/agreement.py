"""Figures of agreement between experts, and of how many experts are enough."""

from __future__ import annotations

from functools import singledispatch
from itertools import cycle
from math import floor
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ikfs_methods.errors import ParameterError
from ikfs_methods.report.figures.canvas import GREY, INK, PALETTE, RED, canvas, localise, panels
from ikfs_methods.report.figures.drawing import _height, _rows, draw
from ikfs_methods.report.figures.items import MARKERS
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.agreement import COEFFICIENTS, criterion_name, studied_name
from ikfs_methods.rounds import ByCriterion, Round, views
from ikfs_methods.validity import PanelAgreementResult

ABREAST = 4  # criteria side by side
_DASHES = ("-", "--", "-.", ":")


@singledispatch
def draw_criteria(kind: Any, result: ByCriterion, words: Words, opened: Round, **options: Any) -> Figure:
    """The figure of one kind of result for several criteria; `kind` is one of them."""
    raise ParameterError(f"a figure by criterion must be of a kind that has one; found {type(kind).__name__}.")


@draw.register
def _(result: ByCriterion, words: Words, opened: Round, **options: Any) -> Figure:
    return draw_criteria(next(iter(result.results.values())), result, words, opened, **options)


@draw_criteria.register
def _(kind: PanelAgreementResult, result: ByCriterion, words: Words, opened: Round) -> Figure:
    """Coefficients as rows, a panel for each criterion; a line of its own colour and mark for each question."""
    names = list(result.results)
    across = min(ABREAST, len(names))
    down = -(-len(names) // across)
    shades = dict(zip(dict.fromkeys(question for _, question in COEFFICIENTS.values()), PALETTE, strict=False))
    marks = dict(zip(shades, MARKERS, strict=False))
    low = min(float(found.table[["estimate", "ci_low"]].min(axis=None)) for found in result.results.values())
    left = min(0.0, floor(4 * low) / 4) if low < 0 else 0.0
    with panels(2.6 * down + 0.7, widths=[1.0] * across, heights=[1.0] * down) as (figure, axes):
        for at, (ax, name) in enumerate(zip(axes, names, strict=False)):
            table = result[name].table.loc[list(COEFFICIENTS)]
            labels = [words(called) for called, _ in COEFFICIENTS.values()]
            places = _rows(ax, labels if at % across == 0 else [""] * len(labels))
            for place, (key, (_, question)) in zip(places, COEFFICIENTS.items(), strict=True):
                row = table.loc[key]
                ax.hlines(place, row["ci_low"], row["ci_high"], color=shades[question], linewidth=1.6)
                ax.scatter(row["estimate"], place, color=shades[question], marker=marks[question], s=20, zorder=3)
            ax.axvline(0, color=INK, linewidth=0.7)
            ax.set_xlim(left, 1.03)
            ax.xaxis.set_major_locator(MaxNLocator(4 if across > 2 else 8, steps=[1, 2, 2.5, 5, 10]))
            localise(ax.xaxis, words, 1)
            ax.set_title(criterion_name(name, words), fontsize=9, color=INK)
        for ax in axes[len(names) :]:
            ax.set_visible(False)
        level = words.percent(next(iter(result.results.values())).level, 0)
        handles = [
            Line2D([], [], color=shades[question], linewidth=1.6, marker=marks[question], markersize=4.5,
                   label=words(question))
            for question in shades
        ]  # fmt: skip
        title = words("Coefficient with its {level} interval", level=level)
        figure.legend(handles=handles, loc="outside lower center", ncols=2, title=title, title_fontsize=9)
    return figure


@draw.register
def _(result: views.PanelSizes, words: Words, opened: Round) -> Figure:
    """Phi by number of experts, a line for each criterion; the present panel is marked on it."""
    known = result.table[result.table["phi"].notna()]
    with canvas(3.2) as (figure, ax):
        ax.grid(axis="y")
        for (_, row), shade, dash, mark in zip(
            known.iterrows(), cycle(PALETTE), cycle(_DASHES), cycle(MARKERS), strict=False
        ):
            curve = result.curve[result.curve["criterion"] == row["criterion"]]
            together = row["criterion"] == views.TOGETHER
            ax.plot(curve["experts"], curve["phi"], color=INK if together else shade, linestyle=dash,
                    linewidth=1.8 if together else 1.4, marker=mark, markevery=[int(row["n_experts"]) - 1],
                    markersize=5.5, label=studied_name(row["criterion"], result, words))  # fmt: skip
        ax.axhline(result.cutoff, color=RED, linewidth=1, linestyle=(0, (1, 1)),
                   label=words("cut-off {cutoff}", cutoff=words.number(result.cutoff)))  # fmt: skip
        for n in sorted(set(known["n_experts"])):
            ax.axvline(n, color=GREY, linewidth=0.8, zorder=0)
        ax.set_ylim(0, 1)
        ax.set_xlim(0.6, float(result.curve["experts"].max()) + 0.4)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(words("Number of experts (line and marks: the present panel)"))
        ax.set_ylabel("Phi")
        localise(ax.xaxis, words, 0)
        localise(ax.yaxis, words, 1)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.55 / _height(ax)), ncols=3)
    return figure
