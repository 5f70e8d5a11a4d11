"""What each result says, in sentences made from its numbers: dispatches on the result's type."""

from ikfs_methods.report.text import composite, inputs, measurement
from ikfs_methods.report.text.base import describe, notice, say

__all__ = ["composite", "describe", "inputs", "measurement", "notice", "say"]
