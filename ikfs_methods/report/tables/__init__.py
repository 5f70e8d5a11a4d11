"""How each result is laid out as a table: dispatches on the result's type."""

from ikfs_methods.report.tables import composite, gate, inputs, measurement, screening
from ikfs_methods.report.tables.base import lay_out

__all__ = ["composite", "gate", "inputs", "lay_out", "measurement", "screening"]
