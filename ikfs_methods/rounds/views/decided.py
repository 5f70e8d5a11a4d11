"""What people decided, on indicators and on the method, beside what the evidence says; and what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from ikfs_methods.rounds.decisions import proposals
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.roundfile import MethodDecision
from ikfs_methods.rounds.views.base import View

AGAINST, STRICTER, MILDER = "against", "stricter", "milder"
# How each decision stands to what the evidence proposes; what is not listed agrees with it. Against it: an indicator is
# kept as it stands although the rules question it, or dropped although they support it. To move one is a revision; one
# that the round itself added is kept.
STANDING: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("keep", "revise"): STRICTER,
        ("keep", "move"): STRICTER,
        ("keep", "drop"): AGAINST,
        ("revise", "keep"): AGAINST,
        ("revise", "add"): AGAINST,
        ("revise", "drop"): STRICTER,
        ("drop", "keep"): AGAINST,
        ("drop", "add"): AGAINST,
        ("drop", "revise"): MILDER,
        ("drop", "move"): MILDER,
    }
)
TOPICS = ("weights", "factors", "normalisation", "aggregation")


class Decisions(View):
    """A row per candidate, then one per indicator that is proposed anew.

    indicator, parent (before any move), name, verdict ("" for a proposal, which has no data), grounds (tuple of those
    on which it falls short), decision ("" while undecided), moved_to, reason, decided_by, standing (against, stricter
    or milder than the evidence; ""), against, differs (the decision is not the word of the verdict), proposed.
    """

    __slots__ = ()

    @property
    def undecided(self) -> list[str]:
        """Candidates on which nothing was decided."""
        return list(self.table.loc[self.table["decision"] == "", "indicator"])

    @property
    def against(self) -> list[str]:
        """Indicators decided against the evidence."""
        return list(self.table.loc[self.table["against"], "indicator"])


class MethodDecisions(View):
    """A row per topic, for weights one per parent.

    topic, parent, choice (as decided; "" while undecided), in_force, origin (given for this run, decision, parameter,
    default, framework, parallel analysis), reason, decided_by, decided, against, check (what was held against it:
    consistency, retention, or ""), value and limit of that check, named (who is meant).
    """

    __slots__ = ()

    @property
    def undecided(self) -> pd.DataFrame:
        """The rows on which nothing was decided."""
        return self.table[~self.table["decided"]]


def decisions(opened: Round) -> Decisions:
    """The decision on every candidate beside what the evidence proposes and why; an undecided candidate says so."""
    found, tree, language = opened.evidence.indicators, opened.framework, opened.language
    verdicts = found["verdict"].astype(str).to_dict()
    entries = {entry.indicator: entry for entry in opened.file.decisions}
    candidates = [
        (code, tree.parent(code), tree.label(code, language), verdicts[code], found.loc[code, "failed"])
        for code in tree.indicators
    ]
    new = [
        (entry.indicator, entry.parent or "", entry.name[language] if entry.name else "", "", ())
        for entry in proposals(opened.file.decisions, tree)
    ]
    rows = []
    for code, parent, name, verdict, grounds in [*candidates, *new]:
        entry = entries.get(code)
        decision = entry.decision if entry else ""
        standing = STANDING.get((verdict, decision), "")
        rows.append(
            {
                "indicator": code,
                "parent": parent,
                "name": name,
                "verdict": verdict,
                "grounds": grounds,
                "decision": decision,
                "moved_to": entry.parent or "" if entry and decision == "move" else "",
                "reason": entry.reason[language] if entry else "",
                "decided_by": entry.decided_by if entry else "",
                "standing": standing,
                "against": standing == AGAINST,
                "differs": bool(decision and verdict) and decision != verdict,
                "proposed": not verdict,
            }
        )
    return Decisions(pd.DataFrame(rows))


def method_decisions(opened: Round) -> MethodDecisions:
    """What was decided on weights, factors, normalisation and aggregation, what is in force and who says so.

    Held against the evidence where it has a view: weights by AHP against the group's consistency ratio, a number of
    factors that people chose against what the criteria recommend after the decisions.
    """
    rows = [_weights_row(opened, parent) for parent in opened.structure.parents]
    rows += [_row(opened, topic, "", *_standing(opened, topic), **_retention(opened, topic)) for topic in TOPICS[1:]]
    return MethodDecisions(pd.DataFrame(rows))


def _row(opened: Round, topic: str, parent: str, in_force: Any, origin: str, **check: Any) -> dict[str, Any]:
    entry = _entry(opened, topic, parent)
    held = {"against": False, "check": "", "value": None, "limit": None, "named": (), **check}
    return {
        "topic": topic,
        "parent": parent,
        "choice": _text(entry.choice) if entry else "",
        "in_force": _text(in_force),
        "origin": origin,
        "reason": entry.reason[opened.language] if entry else "",
        "decided_by": entry.decided_by if entry else "",
        "decided": entry is not None,
        **held,
    }


def _entry(opened: Round, topic: str, parent: str) -> MethodDecision | None:
    """The decision on a topic; for a parent the one that names it, else the one for all."""
    entries = {entry.parent: entry for entry in opened.file.method_decisions if entry.topic == topic}
    return entries.get(parent) or entries.get(None)


def _weights_row(opened: Round, parent: str) -> dict[str, Any]:
    table = opened.weights.table
    method = str(table.loc[table["parent"] == parent, "method"].iloc[0])
    by = table.loc[table["parent"] == parent, "decided_by"].iloc[0]
    if by:
        origin = "decision"
    elif opened.overrides.get("weights") == method:
        origin = "given for this run"
    else:
        # Where the parameter's set does not cover the parent, the weights are equal by default.
        named = opened.parameters.weights == method and "weights" in opened.file.parameters
        origin = "parameter" if named else "default"
    return _row(opened, "weights", parent, method, origin, **_consistency(opened, parent, method))


def _consistency(opened: Round, parent: str, method: str) -> dict[str, Any]:
    """The group's consistency ratio where AHP is in force, and the judges who are above the cut-off themselves."""
    ahp = opened.ahp
    if method != "ahp" or isinstance(ahp, Absent) or parent not in ahp.groups.index:
        return {}
    ratio, limit = float(ahp.groups["cr"][parent]), opened.parameters.consistency_cutoff
    judges = ahp.judges["cr"].xs(parent, level="parent")
    named = tuple(str(name) for name in judges.index[judges > limit])
    return {"check": "consistency", "value": ratio, "limit": limit, "named": named, "against": ratio > limit}


def _retention(opened: Round, topic: str) -> dict[str, Any]:
    """A number of factors that people chose against the one that the criteria recommend."""
    chosen = opened.factor_number
    # What parallel analysis chose needs no second look, and the criteria take seconds.
    if topic != "factors" or isinstance(chosen, Absent) or chosen.source == "parallel":
        return {}
    found = opened.retention_retained
    if isinstance(found, Absent):
        return {}
    recommended, named = found.recommended, tuple(found.reason.agreeing)
    return {
        "check": "retention",
        "value": float(chosen.retained),
        "limit": float(recommended),
        "named": named,
        "against": chosen.retained != recommended,
    }


def _standing(opened: Round, topic: str) -> tuple[Any, str]:
    """What is in force on a topic that holds for the whole tree, and who says so."""
    if topic == "factors":
        found = opened.factor_number
        if isinstance(found, Absent):
            return "", "not available"
        words = {"given": "given for this run", "parallel": "parallel analysis"}
        return found.retained, words.get(found.source, found.source)
    if topic in opened.overrides:
        return opened.build_options[topic], "given for this run"
    if _entry(opened, topic, "") is not None:
        return opened.build_options[topic], "decision"
    named = getattr(opened.parameters, topic) is not None
    return opened.build_options[topic], "parameter" if named else "framework"


def _text(choice: Any) -> str:
    return ", ".join(map(str, choice)) if isinstance(choice, list | tuple) else str(choice)
