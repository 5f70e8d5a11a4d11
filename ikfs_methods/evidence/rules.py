"""The declared rules: which numbers bear on keeping an indicator, by which cut-off, under which parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GROUNDS = (
    "content", "clarity", "key", "item_rest", "msa", "loading", "gap", "communality", "redundancy", "dif",
)  # fmt: skip
# In a formative dimension the indicators need not go together, so that nothing which rests on that may count.
FORMATIVE_GROUNDS = ("content", "clarity", "redundancy")
GROUPS = ("panel", "item", "reliability", "factor", "validity")
# The rules on the panel's ratings, of which `Rules.content_rules` names those that count.
CONTENT_RULES = ("aiken", "cvr", "i_cvi", "clarity")
# Lynn (1986): with so few experts all of them must find an item relevant; with more, .78 of them.
SMALL_PANEL, WHOLE_PANEL, LARGE_PANEL = 5, 1.00, 0.78


@dataclass(frozen=True, slots=True)
class Rules:
    """The cut-offs: the least acceptable value, except for `redundancy` and the significance levels.

    `content_alpha` is the largest p of the exact test of Aiken's V, `cvr_alpha` that of Lawshe's CVR (whose critical
    value comes with the panel's result); `i_cvi` None means 1.00 up to five experts and .78 from six; `clarity` is the
    least Aiken's V of the ratings on clarity, by default the middle of the scale, below which the panel finds a wording
    unclear rather than clear; `redundancy` is the correlation above which two items repeat each other; `dif_alpha` and
    `dif_effect` are those by which differential functioning was flagged; `level` is that of the critical r below whose
    negative an item runs against its dimension. `content_rules` names the rules on the panel's ratings that count:
    aiken, cvr and i_cvi as the ground `content`, clarity as a ground of its own.
    """

    content: float = 0.70
    content_alpha: float = 0.05
    item_rest: float = 0.30
    msa: float = 0.50
    loading: float = 0.40
    gap: float = 0.20
    communality: float = 0.30
    redundancy: float = 0.90
    clarity: float = 0.50
    cvr_alpha: float = 0.05
    i_cvi: float | None = None
    dif_alpha: float = 0.01
    dif_effect: float = 0.02
    level: float = 0.95
    content_rules: tuple[str, ...] = ("aiken", "clarity")


# The round's parameter that each rule is set by.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "content": "aiken_cutoff",
        "content_alpha": "aiken_alpha",
        "item_rest": "item_rest_cutoff",
        "msa": "msa_cutoff",
        "loading": "loading_cutoff",
        "gap": "loading_gap",
        "communality": "communality_cutoff",
        "redundancy": "redundancy_cutoff",
        "clarity": "clarity_cutoff",
        "cvr_alpha": "cvr_alpha",
        "i_cvi": "i_cvi_cutoff",
        "dif_alpha": "dif_alpha",
        "dif_effect": "dif_effect",
        "level": "level",
        "content_rules": "content_rules",
    }
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the evidence and its rule.

    `name` is what it is called, `column` where the wide table holds it, `ground` the ground that its failing counts
    for ("" where it is shown without a rule), `operator` the side of the cut-off on which it passes, `rule` the field
    of Rules that sets the cut-off, `low` and `high` the ends of its interval, `counts` the rule on the panel's ratings
    that must count for it to be judged.
    """

    name: str
    group: str
    column: str
    ground: str = ""
    operator: str = ""
    rule: str = ""
    low: str = ""
    high: str = ""
    counts: str = ""

    @property
    def parameter(self) -> str:
        """The round's parameter that sets the cut-off."""
        return PARAMETERS.get(self.rule, "")


NUMBERS = (
    Number("aiken_v", "panel", "aiken_v", "content", ">=", "content", "v_low", "v_high", "aiken"),
    Number("aiken_p", "panel", "aiken_p", "content", "<=", "content_alpha", counts="aiken"),
    Number("cvr", "panel", "cvr", "content", ">=", "cvr_alpha", "cvr_low", "cvr_high", "cvr"),
    Number("i_cvi", "panel", "i_cvi", "content", ">=", "i_cvi", "i_cvi_low", "i_cvi_high", "i_cvi"),
    Number("cvi_kappa", "panel", "cvi_kappa"),
    Number("clarity_v", "panel", "clarity_v", "clarity", ">=", "clarity", "clarity_low", "clarity_high", "clarity"),
    Number("item_rest", "item", "item_rest", "item_rest", ">=", "item_rest"),
    Number("key", "item", "item_rest", "key", ">=", "level"),
    Number("alpha", "reliability", "alpha"),
    Number("alpha_if_dropped", "reliability", "alpha_if_dropped"),
    Number("msa", "factor", "msa", "msa", ">=", "msa"),
    Number("loading", "factor", "loading", "loading", ">=", "loading"),
    Number("gap", "factor", "gap", "gap", ">=", "gap"),
    Number("communality", "factor", "communality", "communality", ">=", "communality"),
    Number("nearest_r", "validity", "nearest_r", "redundancy", "<=", "redundancy"),
    Number("dif_r2", "validity", "dif_r2", "dif", "<=", "dif_effect"),
    Number("criterion_r", "validity", "criterion_r"),
    Number("retest_r", "validity", "retest_r"),
)
# Columns that only the long table shows: ends of intervals and what the rules are looked up by.
BESIDE = ("cvr_low", "cvr_high", "i_cvi_low", "i_cvi_high", "clarity_low", "clarity_high", "n_experts", "reachable")
