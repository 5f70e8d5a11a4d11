"""Screening as tables that name no respondent: rules, overlap of flags, empty categories, what people left out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.privacy.suppression import suppress_counts
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View
from ikfs_methods.rounds.views.telling import few, unsafe

MOST = 3  # flags of a respondent that are counted apart; more are "or more"


@dataclass(frozen=True, slots=True)
class ScreeningRules(View):
    """Rule, threshold, n_checked, n_flagged, share, note (why a rule could not run, or is weak).

    NaN where `hidden`: the rule flags fewer respondents than may be told (`few`), or all but so few.
    """

    hidden: pd.DataFrame
    few: pd.DataFrame


@dataclass(frozen=True, slots=True)
class FlagOverlap(View):
    """Respondents by the number of rules that flag them: flags (0 to 3, the last meaning or more), n, share.

    NaN where `hidden`; `few`: somebody is flagged, but fewer respondents than may be told.
    """

    hidden: pd.DataFrame
    few: bool


@dataclass(frozen=True, slots=True)
class EmptyCategories(View):
    """Indicator, category, the groups in which nobody chose it (a list), how many they are.

    `n_groups`: groups that were looked at; `note`: items that were not.
    """

    n_groups: int
    note: str


@dataclass(frozen=True, slots=True)
class Exclusions(View):
    """Decisions to leave respondents out: rule ("" for named ones), n, reason, decided_by; and the effect on n.

    n is NaN where `hidden`. Both sample sizes are told, so that the number left out altogether is.
    """

    hidden: pd.DataFrame
    n_delivered: int
    n_kept: int


def screening_rules(opened: Round) -> ScreeningRules:
    """Every rule of the screening with its threshold and how many respondents it flags."""
    table = opened.screening.rules.reset_index()
    least = opened.parameters.minimum_count
    gone = unsafe(table["n_flagged"], table["n_checked"], least)
    hidden = pd.DataFrame({"n_flagged": gone, "share": gone})
    small = pd.DataFrame({"n_flagged": few(table["n_flagged"], least)})
    return ScreeningRules(table.assign(**table[["n_flagged", "share"]].mask(hidden)), hidden, small)


def flag_overlap(opened: Round) -> FlagOverlap:
    """How many respondents have no flag, one, two, or three and more.

    The flags of all rules add up to those of all respondents: where a rule's number is withheld, only how many have any
    flag can be told, and not that where it would give the rule's number away.
    """
    found = opened.screening
    flags = found.flags[["respondent", "rule"]].drop_duplicates().groupby("respondent").size().clip(upper=MOST)
    counts = [found.n - len(flags), *(int((flags == number).sum()) for number in range(1, MOST + 1))]
    table = pd.DataFrame({"flags": range(MOST + 1), "n": counts})
    table["share"] = table["n"] / found.n
    least, flagged = opened.parameters.minimum_count, found.n - counts[0]
    by_rule = found.rules["n_flagged"]
    gone = unsafe(by_rule, found.rules["n_checked"], least)
    bad = unsafe(table["n"], found.n, least)
    if gone.any():
        # What those with a flag leave for a withheld rule, when the other rules are taken from them.
        left = flagged - by_rule[~gone].sum() - (least - 1) * (gone.sum() - 1)
        high = few(found.rules["n_checked"] - by_rule, least).any()
        bad[0] |= left >= least - 1 or bool(high)
        bad[1:] = True
    elif bad.any():
        bad[:] = True
    hidden = pd.DataFrame({"n": bad, "share": bad})
    return FlagOverlap(table.assign(**table[["n", "share"]].mask(hidden)), hidden, 0 < flagged < least)


def empty_categories(opened: Round) -> EmptyCategories:
    """Answer categories that nobody in a group chose, before keying; groups of few respondents are left out.

    Without groups it is of all respondents, as the group "".
    """
    group = opened.delivered.group
    sizes = pd.Series({"": opened.delivered.n}) if group is None else group.value_counts(sort=False)
    large = [name for name in sizes.index if sizes[name] >= opened.parameters.minimum_respondents]
    found = opened.screening.empty_categories
    found = found[found["group"].isin(large)]
    table = found.groupby(["item", "category"], sort=False)["group"].agg(list).reset_index(name="groups")
    place = {code: position for position, code in enumerate(opened.framework.indicators)}
    table["place"] = table["item"].map(place)
    table = table.sort_values(["place", "category"], ignore_index=True).rename(columns={"item": "indicator"})
    table["n_groups"] = table["groups"].map(len)
    return EmptyCategories(table.drop(columns="place"), len(large), opened.screening.empty_note)


def exclusions(opened: Round) -> Exclusions:
    """Who was left out by decision of the round: numbers, reasons and deciders, never ids."""
    out = opened.excluded
    rows = [
        {
            "rule": entry.rule or "",
            "n": int((out["entry"] == entry.number).sum()),
            "reason": entry.reason[opened.language],
            "decided_by": entry.decided_by,
        }
        for entry in opened.file.exclusions
    ]
    table = pd.DataFrame(rows, columns=["rule", "n", "reason", "decided_by"])
    hidden = pd.DataFrame({"n": pd.Series(dtype=bool)})
    if len(table):
        told = suppress_counts(table["n"], minimum=opened.parameters.minimum_count)
        hidden, table["n"] = told.hidden, told.frame["n"]
    return Exclusions(table, hidden, opened.delivered.n, opened.answers.n)
