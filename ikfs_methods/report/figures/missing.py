"""Figures of missing answers: which items are missing together, and in which groups."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ikfs_methods.report.figures.canvas import GREY, INK, canvas, localise, panels
from ikfs_methods.report.figures.drawing import draw
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.base import MARK
from ikfs_methods.rounds import Round, views

# One blue from light to dark: the same order in grey. One step for each class of a row of the map.
SHADES = ("#eef1f4", "#c9dcea", "#94bedb", "#5595c2", "#2a6fa3", "#0b3558")
WIDE = 40  # items from which their codes are written smaller
ROW = 0.165  # inches for a row
FAINT = 20.0  # per cent; where no share is higher than this, none is drawn dark
MANY = 8  # groups whose names stand upright


@draw.register
def _(result: views.MissingPatterns, words: Words, opened: Round) -> Figure:
    table, rows = result.table, len(result.table)
    with panels(min(8.8, 2.1 + ROW * rows), widths=(4.6, 1), heights=(0.6, ROW * rows)) as (figure, axes):
        top, corner, ax, side = axes
        corner.set_axis_off()
        corner.text(0, 0, words("Respondents"), transform=corner.transAxes, va="bottom", fontsize=9)
        _mesh(ax, result.classes, cmap=ListedColormap(SHADES), vmin=-0.5, vmax=len(SHADES) - 0.5)
        _columns(ax, list(result.classes.columns))
        ax.set_yticks(range(rows), [_span(*pair) for pair in zip(table["low"], table["high"], strict=True)])
        ax.set_ylabel(words("Missing answers of a respondent"))
        top.bar(range(len(result.items)), 100 * result.items, color=GREY, width=0.7)
        top.set_xlim(ax.get_xlim())
        top.set_xticks([])
        top.set_ylabel(words("Missing (%)"))
        top.grid(axis="y")
        localise(top.yaxis, words, 0 if 100 * result.items.max() >= 2 else 1)
        _numbers(side, result, words)
        used = np.unique(result.classes.to_numpy()).tolist()
        handles = [Patch(facecolor=SHADES[k], edgecolor=GREY, linewidth=0.4, label=_class(k, words)) for k in used]
        title = words("Share of the row's respondents who did not answer the item")
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), title=title, title_fontsize=8.5)
    return figure


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _class(shade: int, words: Words) -> str:
    """What a shade of the map means."""
    last = len(SHADES) - 1
    if shade in (0, last):
        return words("nobody") if shade == 0 else words("all")
    if shade == last - 1:
        return words("over {share}", share=words.percent(views.SHARE_CLASSES[shade - 1], 0))
    return words("up to {share}", share=words.percent(views.SHARE_CLASSES[shade], 0))


def _numbers(ax: Axes, result: views.MissingPatterns, words: Words) -> None:
    """Respondents of every row: a bar and the number beside it."""
    counts = result.table["n"]
    places = np.arange(len(counts))
    ax.barh(places, counts, height=0.7, color=GREY)
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.set_xlim(0, 1.7 * counts.max())
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for edge in ("left", "bottom"):
        ax.spines[edge].set_visible(False)
    for place, n in zip(places, counts, strict=True):
        ax.annotate(words.integer(n), (n, place), (3, 0), textcoords="offset points", va="center", fontsize=7.5)


def _mesh(ax: Axes, values: pd.DataFrame, **shades: Any) -> None:
    """The values as shaded cells with white lines between them, the first row on top; drawn, not a picture."""
    rows, columns = values.shape
    edges = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    ax.pcolormesh(
        *edges, np.ma.masked_invalid(values), edgecolors="white", linewidth=0.8 if columns < WIDE else 0.4, **shades
    )
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_xlim(-0.5, columns - 0.5)


def _columns(ax: Axes, names: list[str]) -> None:
    """The names below the columns; no ticks, frame or grid."""
    ax.grid(visible=False)
    ax.tick_params(axis="both", length=0)
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=8 if len(names) < WIDE else 5.5)
    for spine in ax.spines.values():
        spine.set_visible(False)


@draw.register
def _(result: views.MissingByGroup, words: Words, opened: Round) -> Figure:
    shares = 100 * result.most
    top = max(FAINT, float(np.nanmax(shares.to_numpy(), initial=0)))
    names = [opened.called(name) for name in shares.columns]
    upright = len(names) > MANY
    shades = LinearSegmentedColormap.from_list("share", SHADES)
    shades.set_bad("white")
    with canvas(min(8.8, 1.2 + 0.19 * len(shares))) as (figure, ax):
        _mesh(ax, shares, cmap=shades, vmin=0, vmax=top)
        _columns(ax, names if upright else [fill(name, 90 // len(names)) for name in names])
        ax.tick_params(axis="x", rotation=90 if upright else 0, labelsize=8)
        ax.set_yticks(range(len(shares)), list(shares.index))
        for row, values in enumerate(shares.to_numpy()):
            for column, value in enumerate(values):
                text = MARK if np.isnan(value) else words.number(value, 1)
                ax.text(column, row, text, ha="center", va="center", fontsize=7.5,
                        color="white" if value > 0.55 * top else INK)  # fmt: skip
        ax.set_xlabel(words("Per cent of the group without an answer"))
    return figure
