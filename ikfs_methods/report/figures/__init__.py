"""How each result is drawn: dispatches on the result's type."""

from ikfs_methods.report.figures import factors, items, missing, validity
from ikfs_methods.report.figures.canvas import bundle
from ikfs_methods.report.figures.drawing import draw

__all__ = ["bundle", "draw", "factors", "items", "missing", "validity"]
