"""How each result is laid out as a table: dispatches on the result's type."""

from ikfs_methods.report.tables import composite, inputs, measurement
from ikfs_methods.report.tables.base import lay_out

__all__ = ["composite", "inputs", "lay_out", "measurement"]
