"""Whether the items measure what they should: experts' ratings of the content, and the items' own behaviour."""

from __future__ import annotations

from ikfs_methods.validity.content import AikenResult, aiken_v
from ikfs_methods.validity.items import ItemAnalysisResult, item_analysis

__all__ = ["AikenResult", "ItemAnalysisResult", "aiken_v", "item_analysis"]
