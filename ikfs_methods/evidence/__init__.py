"""One row per candidate indicator: every number that bears on keeping it, the rule, and what the rules say together."""

from ikfs_methods.evidence.collecting import indicators
from ikfs_methods.evidence.result import EvidenceChange, EvidenceResult, changed
from ikfs_methods.evidence.rules import CONTENT_RULES, GROUNDS, GROUPS, NUMBERS, PARAMETERS, Number, Rules

__all__ = [
    "CONTENT_RULES",
    "GROUNDS",
    "GROUPS",
    "NUMBERS",
    "PARAMETERS",
    "EvidenceChange",
    "EvidenceResult",
    "Number",
    "Rules",
    "changed",
    "indicators",
]
