"""How each result is drawn: dispatches on the result's type."""

from ikfs_methods.report.figures import missing
from ikfs_methods.report.figures.canvas import bundle
from ikfs_methods.report.figures.drawing import draw

__all__ = ["bundle", "draw", "missing"]
