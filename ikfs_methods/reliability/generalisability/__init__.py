"""Where the variance of ratings comes from, and how many experts are enough."""

from __future__ import annotations

from ikfs_methods.reliability.generalisability.result import GeneralisabilityResult
from ikfs_methods.reliability.generalisability.study import generalisability

__all__ = ["GeneralisabilityResult", "generalisability"]
