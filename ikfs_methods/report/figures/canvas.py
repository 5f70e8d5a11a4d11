"""The look that all figures share: size, typeface, colours, axes written in the report's language."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ikfs_methods.report import fonts
from ikfs_methods.report.language import Words

WIDTH = 6.3  # inches: the text width of an A4 page with 25 mm margins
# Okabe & Ito's palette, told apart with any colour vision; ordered so that neighbours differ in lightness as well.
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW)
GREY, LIGHT, INK = "#6b7280", "#e5e7eb", "#1f2933"

_STYLE: dict[Any, Any] = {
    "font.family": [fonts.FAMILY, "DejaVu Sans"],
    "font.size": 9.0,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.0,
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LIGHT,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "ikfs",
    "svg.fonttype": "path",
}


@cache
def _register_fonts() -> None:
    for file in sorted(fonts.font_folder().glob("*.ttf")):
        font_manager.fontManager.addfont(str(file))


@contextmanager
def canvas(height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of the report's width and its axes, in the shared style."""
    _register_fonts()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height))
        yield figure, figure.subplots()


@contextmanager
def panels(height: float, *, widths: Sequence[float], heights: Sequence[float]) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of the report's width and its axes in rows and columns of those proportions, row by row."""
    _register_fonts()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height))
        grid = figure.subplots(
            len(heights), len(widths), squeeze=False, width_ratios=list(widths), height_ratios=list(heights)
        )
        yield figure, list(grid.ravel())


def localise(axis: Axis, words: Words, digits: int = 1) -> None:
    """Writes an axis's numbers in the report's language."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: words.number(value, digits)))


def bundle(figure: Figure) -> dict[str, str]:
    """The figure as SVG (page and PDF) and as PNG of 200 dpi (Word), the same bytes every time."""
    with mpl.rc_context(_STYLE):
        drawing, picture = io.StringIO(), io.BytesIO()
        figure.savefig(drawing, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
    return {
        "image/svg+xml": drawing.getvalue(),
        "image/png": base64.b64encode(picture.getvalue()).decode("ascii"),
    }
