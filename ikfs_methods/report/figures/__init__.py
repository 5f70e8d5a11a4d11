"""How each result is drawn: dispatches on the result's type."""

from ikfs_methods.report.figures import agreement, content, delphi, factors, items, missing, validity, weights
from ikfs_methods.report.figures.canvas import bundle
from ikfs_methods.report.figures.drawing import draw

__all__ = ["agreement", "bundle", "content", "delphi", "draw", "factors", "items", "missing", "validity", "weights"]
