"""Sentences on agreement between experts, and on how many experts are enough."""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.reliability import GeneralisabilityResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.agreement import criterion_name, studied_name
from ikfs_methods.report.text.agreement_limits import limits
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import ByCriterion, Round, views
from ikfs_methods.validity import PanelAgreementResult

# Schmidt (1997, doi:10.1111/j.1540-5915.1997.tb01330.x) calls W of .1 very weak, .3 weak, .5 moderate, .7 strong.
_W_BANDS = (N_("very weak to weak"), N_("weak to moderate"), N_("moderate to strong"), N_("strong"))
_W_CUTS = (0.3, 0.5, 0.7)
# Koo & Li (2016, doi:10.1016/j.jcm.2016.02.012), who read the band off the ends of the interval, not off the estimate.
_ICC_BANDS = (N_("poor"), N_("moderate"), N_("good"), N_("excellent"))
_ICC_CUTS = (0.5, 0.75, 0.9)
# Krippendorff (2004, Content Analysis): below this not even tentative conclusions.
ALPHA_LEAST = 0.667
# From this distance on a reader asks why two measures of agreement on the same ratings differ.
APART = 0.2


@singledispatch
def say_criteria(kind: Any, result: ByCriterion, words: Words, opened: Round, **context: Any) -> str:
    """The sentences on one kind of result for several criteria; `kind` is one of them."""
    raise ParameterError(f"a sentence by criterion must be of a kind that has one; found {type(kind).__name__}.")


@say.register
def _(result: ByCriterion, words: Words, opened: Round, **context: Any) -> str:
    kind = next(iter(result.results.values()), None)
    said = "" if kind is None else say_criteria(kind, result, words, opened, **context)
    if kind is None and not result.failed:
        return words("The panel's file holds no rating, so there is nothing to compute here.")
    if not result.failed:
        return said
    undefined = words(
        "Not defined for {names}: agreement needs at least two experts who rated the same indicators.",
        names=words.listing([criterion_name(name, words) for name in result.failed]),
    )
    return f"{said} {undefined}".strip()


def _band(value: float, cuts: tuple[float, ...], names: tuple[str, ...], words: Words) -> str:
    return words(names[sum(value >= cut for cut in cuts)])


def _icc_bands(table: pd.DataFrame, name: str, words: Words) -> str:
    """Good to excellent: the bands of both ends of the interval; that of the number alone where it has none."""
    ends = [float(table[column][name]) for column in ("ci_low", "ci_high")]
    if np.isnan(ends).any():
        return _band(float(table["estimate"][name]), _ICC_CUTS, _ICC_BANDS, words)
    low, high = (_band(end, _ICC_CUTS, _ICC_BANDS, words) for end in ends)
    return low if low == high else words("{low} to {high}", low=low, high=high)


def _with_interval(table: pd.DataFrame, name: str, words: Words) -> str:
    """0.53 (0.47 to 0.59), or the number alone where it has no interval."""
    value, low, high = (float(table[column][name]) for column in ("estimate", "ci_low", "ci_high"))
    if np.isnan(low):
        return words.number(value)
    return words("{value} ({low} to {high})", value=words.number(value), low=words.number(low), high=words.number(high))


@say_criteria.register
def _(kind: PanelAgreementResult, result: ByCriterion, words: Words, opened: Round) -> str:
    wanted = opened.parameters.rating_criterion
    name = wanted if wanted in result.results else next(iter(result.results))
    found: PanelAgreementResult = result[name]
    first = words(
        "On **{criterion}**, {percent} of all pairs of ratings of the same indicator are equal ({experts} experts, "
        "{items} indicators).",
        criterion=criterion_name(name, words),
        percent=words.percent(found.table["estimate"]["percent_agreement"], 0),
        experts=words.integer(found.n_experts),
        items=words.integer(found.n_things),
    )
    paragraphs = (
        [first, *_beyond_chance(found.table, words)],
        [*_order(found.table, words), *_apart(found, words)],
        [*_others(result, name, words), *limits(result, words)],
    )
    return "\n\n".join(" ".join(said) for said in paragraphs if said)


def _beyond_chance(table: pd.DataFrame, words: Words) -> list[str]:
    alpha, ac2 = (float(table["estimate"][name]) for name in ("krippendorff_interval", "gwet_ac2"))
    if np.isnan(alpha) or np.isnan(ac2):
        return []
    said = [
        words(
            "With near misses counted by their size and chance taken out, agreement is {ac2} by Gwet's AC2 and {alpha} "
            "by Krippendorff's alpha.",
            ac2=_with_interval(table, "gwet_ac2", words),
            alpha=_with_interval(table, "krippendorff_interval", words),
        )
    ]
    if ac2 - alpha >= APART:
        said.append(
            words(
                "The two differ because most ratings lie close together: AC2 says that the experts are seldom far "
                "apart, alpha that the indicators differ little beside what separates the experts. A low alpha alone "
                "is therefore no sign of dissent."
            )
        )
    if alpha < ALPHA_LEAST:
        said.append(
            words(
                "Alpha is below the {least} that Krippendorff (2004) asks before even tentative conclusions are drawn "
                "from single ratings.",
                least=words.number(ALPHA_LEAST, 3),
            )
        )
    return said


def _order(table: pd.DataFrame, words: Words) -> list[str]:
    w = float(table["estimate"]["kendall_w"])
    if np.isnan(w):
        return []
    said = words(
        "On the order of the indicators agreement is {band} by Schmidt (1997): Kendall's W {w}.",
        band=_band(w, _W_CUTS, _W_BANDS, words),
        w=_with_interval(table, "kendall_w", words),
    )
    if w < _W_CUTS[1]:
        return [
            said,
            words(
                "Each expert would rank the indicators differently: only the panel's mean gives an order, and "
                "neighbours in it are not told apart."
            ),
        ]
    return [said]


def _apart(found: PanelAgreementResult, words: Words) -> list[str]:
    table = found.table
    one, mean = (float(table["estimate"][name]) for name in ("ICC(A,1)", "ICC(A,k)"))
    if np.isnan(one) or np.isnan(mean):
        return []
    values = {
        "mean": _with_interval(table, "ICC(A,k)", words),
        "one": _with_interval(table, "ICC(A,1)", words),
        "band": _icc_bands(table, "ICC(A,k)", words),
        "other": _icc_bands(table, "ICC(A,1)", words),
    }
    said = words(
        "The panel's mean rating tells indicators apart with a reliability that is {band} by Koo and Li (2016), "
        "ICC(A,k) {mean}; that of a single expert is {other}, ICC(A,1) {one}.",
        **values,
    )
    if values["band"] == values["other"]:
        return [said]
    return [said, words("Decide by the mean of the panel, never by one expert's rating.")]


def _others(result: ByCriterion, name: str, words: Words) -> list[str]:
    """The reliability of the mean on the other criteria, where it is defined."""
    means = {other: one.table["estimate"]["ICC(A,k)"] for other, one in result.results.items() if other != name}
    known = [
        f"{criterion_name(other, words)} {words.number(value)}" for other, value in means.items() if not pd.isna(value)
    ]
    return [words("ICC(A,k) on the other criteria: {pairs}.", pairs=words.listing(known))] if known else []


@say.register
def _(result: GeneralisabilityResult, words: Words, opened: Round) -> str:
    share, variance = result.components["share"], result.components["variance"]
    if not variance.sum() > 0:
        return words("All ratings are equal: there is no variance to divide.")
    parts = {name: words.percent(share.get(name, 0.0), 0) for name in share.index}
    met = "indicator:criterion" in share.index
    said = [
        words(
            "Of what makes ratings differ, {all} is due to indicators that do well or badly on every criterion and "
            "{some} to indicators that do well on one criterion and less well on another.",
            all=parts["indicator"],
            some=parts["indicator:criterion"],
        )
        if met
        else words("Of what makes ratings differ, {all} is due to the indicators.", all=parts["indicator"]),
        words(
            "Strict and lenient experts account for {expert}; {rest} is particular to single ratings, where experts "
            "see one indicator differently or chance plays its part.",
            expert=parts["expert"],
            rest=words.percent(share.get("indicator:expert", 0.0) + share["residual"], 0),
        ),
    ]
    if not np.isnan(result.phi):
        said.append(_reliability(result, words))
    possible = prod(int(n) for n in result.n_levels)
    if result.n_ratings < possible:
        said.append(
            words(
                "{n} of {all} possible ratings were given; the coefficients are those of the means that there are.",
                n=words.integer(result.n_ratings),
                all=words.integer(possible),
            )
        )
    return " ".join(said)


def _reliability(result: GeneralisabilityResult, words: Words) -> str:
    """Phi and G of the panel's mean, with the interval where there is one."""
    values = {"phi": words.number(result.phi), "g": words.number(result.g_coefficient)}
    if np.isnan(result.phi_low):
        return words(
            "The panel's mean rating of an indicator has a reliability of {phi} (phi); for comparing indicators with "
            "each other it is {g} (G).",
            **values,
        )
    return words(
        "The panel's mean rating of an indicator has a reliability of {phi} (phi; {level} interval {low} to {high}); "
        "for comparing indicators with each other it is {g} (G).",
        **values,
        level=words.percent(result.level, 0),
        low=words.number(max(0.0, result.phi_low)),
        high=words.number(result.phi_high),
    )


@say.register
def _(result: views.PanelSizes, words: Words, opened: Round) -> str:
    table, cutoff = result.table, words.number(result.cutoff)
    known = table[table["needed"].notna()]
    never = table[table["needed"].isna() & table["phi"].notna()]
    undefined = table[table["phi"].isna()]
    said = []
    if len(known):
        pairs = [_enough(row, result, words) for row in known.to_dict("records")]
        said.append(
            words(
                "For a reliability of {cutoff} (phi) of the panel's mean this many experts are enough: {pairs}.",
                cutoff=cutoff,
                pairs=words.listing(pairs),
            )
        )
        small = known[known["phi"] < result.cutoff]
        unsure = known[(known["phi"] >= result.cutoff) & (known["phi_low"] < result.cutoff)]
        said += _verdicts(_names(small, result, words), _names(unsure, result, words), cutoff, words)
    for part, form in (
        (never, N_("No number of experts is enough on {names}: these ratings do not tell indicators apart.")),
        (undefined, N_("Undefined on {names}: the ratings do not differ.")),
    ):
        if len(part):
            said.append(words(form, names=_names(part, result, words)))
    return " ".join(said)


def _names(part: pd.DataFrame, result: views.PanelSizes, words: Words) -> str:
    return words.listing([studied_name(name, result, words) for name in part["criterion"]])


def _enough(row: dict[Any, Any], result: views.PanelSizes, words: Words) -> str:
    name, needed = studied_name(row["criterion"], result, words), words.integer(row["needed"])
    if pd.isna(row["needed_low"]):
        return f"{name} **{needed}**"
    return words(
        "{name} **{needed}** (to be safe {careful})",
        name=name,
        needed=needed,
        careful=words.integer(row["needed_low"]),
    )


def _verdicts(small: str, unsure: str, cutoff: str, words: Words) -> list[str]:
    """Whether the panel that there is suffices; the names of the criteria on which it does not, or perhaps not."""
    if not small and not unsure:
        return [words("The present panel is large enough on every criterion.")]
    said = []
    if small:
        form = N_("The present panel is too small on {names}: ask more experts, or read V there with care.")
        said.append(words(form, names=small))
    if unsure:
        form = N_("On {names} the present panel reaches {cutoff}, but its interval goes below.")
        said.append(words(form, names=unsure, cutoff=cutoff))
    return said
