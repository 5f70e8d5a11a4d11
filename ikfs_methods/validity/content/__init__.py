"""Content validity: what a panel of experts says about each item."""

from __future__ import annotations

from ikfs_methods.validity.content.aiken import AikenResult, aiken_v
from ikfs_methods.validity.content.congruence import CongruenceIndexResult, item_objective_congruence
from ikfs_methods.validity.content.difference import AikenDifferenceResult, aiken_difference
from ikfs_methods.validity.content.groups import AikenGroupsResult, aiken_by_group
from ikfs_methods.validity.content.index import (
    S_CVI_AVE_CUTOFF,
    S_CVI_UA_CUTOFF,
    ContentIndexResult,
    content_validity_index,
)
from ikfs_methods.validity.content.ratio import ContentRatioResult, content_validity_ratio

__all__ = [
    "S_CVI_AVE_CUTOFF",
    "S_CVI_UA_CUTOFF",
    "AikenDifferenceResult",
    "AikenGroupsResult",
    "AikenResult",
    "CongruenceIndexResult",
    "ContentIndexResult",
    "ContentRatioResult",
    "aiken_by_group",
    "aiken_difference",
    "aiken_v",
    "content_validity_index",
    "content_validity_ratio",
    "item_objective_congruence",
]
