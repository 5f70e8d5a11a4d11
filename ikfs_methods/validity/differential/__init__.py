"""Differential item functioning: whether an item asks more of one group than of another of equal standing."""

from __future__ import annotations

from ikfs_methods.validity.differential.result import DifResult
from ikfs_methods.validity.differential.search import dif

__all__ = ["DifResult", "dif"]
