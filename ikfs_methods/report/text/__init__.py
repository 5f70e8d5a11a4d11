"""What each result says, in sentences made from its numbers: dispatches on the result's type."""

from ikfs_methods.report.text import composite, gaps, gate, inputs, measurement, screening
from ikfs_methods.report.text.base import describe, notice, say

__all__ = ["composite", "describe", "gaps", "gate", "inputs", "measurement", "notice", "say", "screening"]
