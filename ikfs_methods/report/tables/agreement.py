"""Tables of agreement between experts, and of how many experts are enough."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.reliability import GeneralisabilityResult
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.base import lay_out
from ikfs_methods.rounds import ByCriterion, Round, views
from ikfs_methods.validity import PanelAgreementResult

KEYWORDS = (N_("relevance"), N_("clarity"), N_("essential"), N_("congruence"))
_SAME, _NEAR = N_("The same rating?"), N_("Nearly the same rating?")
_ORDER, _APART = N_("The same order of the indicators?"), N_("Do the ratings tell indicators apart?")
# Each coefficient's name, under the question that it answers; percent agreement first.
COEFFICIENTS = {
    "percent_agreement": (N_("Percent agreement"), _SAME),
    "gwet_ac1": (N_("Gwet's AC1"), _SAME),
    "fleiss_kappa": (N_("Fleiss' kappa"), _SAME),
    "krippendorff_nominal": (N_("Krippendorff's alpha, nominal"), _SAME),
    "gwet_ac2": (N_("Gwet's AC2, quadratic"), _NEAR),
    "fleiss_kappa_quadratic": (N_("Fleiss' kappa, quadratic"), _NEAR),
    "krippendorff_ordinal": (N_("Krippendorff's alpha, ordinal"), _NEAR),
    "krippendorff_interval": (N_("Krippendorff's alpha, interval"), _NEAR),
    "kendall_w": (N_("Kendall's W"), _ORDER),
    "ICC(A,1)": (N_("ICC(A,1), one expert"), _APART),
    "ICC(A,k)": (N_("ICC(A,k), the panel's mean"), _APART),
    "ICC(C,k)": (N_("ICC(C,k), the panel's order"), _APART),
}
COMPLETE = ("kendall_w", "ICC(A,1)", "ICC(A,k)", "ICC(C,k)")  # rest on the indicators that every expert rated
MOST = 4  # criteria whose intervals a page has room for
# What makes ratings differ, and what a large share of it would mean.
SOURCES = {
    "indicator": (N_("Indicators"), N_("Some are rated higher than others by everybody: what the panel is asked for.")),
    "expert": (N_("Experts"), N_("Some are stricter than others, on everything.")),
    "criterion": (N_("Criteria"), N_("Ratings on one criterion are higher than on another.")),
    "indicator:expert": (N_("Indicator × expert"), N_("Experts prefer different indicators.")),
    "indicator:criterion": (N_("Indicator × criterion"), N_("An indicator does well on one criterion only.")),
    "expert:criterion": (N_("Expert × criterion"), N_("An expert is stricter on one criterion only.")),
    "residual": (N_("Remainder"), N_("What is particular to a single rating, chance included.")),
}
# With one criterion nothing separates an expert's own preferences from chance.
REST = N_("Experts prefer different indicators, and chance.")


def criterion_name(criterion: str, words: Words) -> str:
    """A criterion as readers call it; after a colon stands the dimension that it is about."""
    name, colon, about = criterion.partition(":")
    return f"{words(name)}: {about}" if colon else words(name)


def too_sparse(found: PanelAgreementResult) -> bool:
    """Whether so few indicators were rated by every expert that what rests on these is undefined."""
    return int(found.table["n_things"]["kendall_w"]) < 2


def undefined_for_lack_of_spread(found: PanelAgreementResult) -> bool:
    """Whether a coefficient is undefined although there are indicators enough for it."""
    estimates = found.table["estimate"]
    return bool((estimates.drop(list(COMPLETE)) if too_sparse(found) else estimates).isna().any())


def studied_name(criterion: str, result: views.PanelSizes, words: Words) -> str:
    """A criterion, or the mean of those that share the panel's scale."""
    if criterion != views.TOGETHER:
        return criterion_name(criterion, words)
    return words("mean of {names}", names=words.listing([criterion_name(name, words) for name in result.together]))


@singledispatch
def lay_out_criteria(kind: Any, result: ByCriterion, words: Words, opened: Round, **options: Any) -> Laid:
    """The table of one kind of result for several criteria; `kind` is one of them."""
    raise ParameterError(f"a table by criterion must be of a kind that has one; found {type(kind).__name__}.")


@lay_out.register
def _(result: ByCriterion, words: Words, opened: Round, **options: Any) -> Laid:
    return lay_out_criteria(next(iter(result.results.values())), result, words, opened, **options)


@lay_out_criteria.register
def _(kind: PanelAgreementResult, result: ByCriterion, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    told = len(result.results) <= MOST
    frame = pd.DataFrame(
        {
            "coefficient": list(COEFFICIENTS),
            "called": [words(name) for name, _ in COEFFICIENTS.values()],
            "question": [question for _, question in COEFFICIENTS.values()],
        }
    )
    for name, found in result.results.items():
        rows = found.table.loc[list(COEFFICIENTS)].to_dict("records")
        frame[name] = [_estimate(row, words, interval=told) for row in rows]
    columns = (
        c.text("called", words("Measure")),
        *(replace(c.text(name, criterion_name(name, words)), align=NUMBER) for name in result.results),
    )
    full = result.to_frame().reset_index()
    return Laid(frame, columns, "question", words, note=_agreement_note(result, words, told=told), full=full)


def _estimate(row: dict[Any, Any], words: Words, *, interval: bool) -> str:
    """0.53 (0.47–0.59)."""
    estimate = words.number(row["estimate"])
    # resamples that all give the same value say nothing of other panels
    if not interval or pd.isna(row["ci_low"]) or row["ci_low"] == row["ci_high"]:
        return estimate
    return f"{estimate} ({words.number(row['ci_low'])}–{words.number(row['ci_high'])})"


def _agreement_note(result: ByCriterion, words: Words, *, told: bool) -> str:
    tables = [found.table for found in result.results.values()]
    known = any(table["ci_low"].notna().any() for table in tables)
    first = next(iter(result.results.values()))
    said = []
    if known and told:
        said.append(
            words(
                "In brackets: {level} interval over {draws} resamples of the experts, that is, what other panels of "
                "this size would say of these indicators.",
                level=words.percent(first.level, 0),
                draws=words.integer(first.draws),
            )
        )
    elif known:
        said.append(words("The intervals are in the file of this table."))
    said.append(
        words("Percent agreement falls as a scale has more points: do not compare it between criteria of other scales.")
    )
    spread = any(undefined_for_lack_of_spread(found) for found in result.results.values())
    sparse = any(too_sparse(found) for found in result.results.values())
    if spread and sparse:
        form = N_("A dash: undefined, because the ratings do not vary enough or too few indicators have all ratings.")
        said.append(words(form))
    elif spread:
        said.append(words("A dash: undefined, because the ratings do not vary enough."))
    elif sparse:
        said.append(words("A dash: undefined, because fewer than two indicators were rated by every expert."))
    return " ".join(said)


@lay_out.register
def _(result: GeneralisabilityResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.components.reset_index()
    told = SOURCES if len(result.n_levels) > 2 else {**SOURCES, "residual": (SOURCES["residual"][0], REST)}
    frame["source"], frame["means"] = ([words(told[name][at]) for name in frame["effect"]] for at in (0, 1))
    columns = (
        c.text("source", words("Source")),
        c.text("means", words("What it means")),
        c.number("variance", words("Variance"), 3),
        c.number("ci_low", words("Low"), 3),
        c.number("ci_high", words("High"), 3),
        c.percent("share", words("Share"), 0),
    )
    note = words(
        "Variances in squared rating points; low and high: {level} interval. {ratings} ratings.",
        level=words.percent(result.level, 0),
        ratings=words.integer(result.n_ratings),
    )
    if (result.components["estimate"] < 0).any():
        note += " " + words("A variance of 0 was estimated below 0.")
    if frame["ci_low"].isna().any():
        note += " " + words("A dash: too few experts, indicators or criteria for an interval.")
    return Laid(frame, columns, note=note)


@lay_out.register
def _(result: views.PanelSizes, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    foreseen = result.foreseen()
    frame = result.table.copy()
    for size in views.SIZES:
        frame[f"phi_{size}"] = foreseen[size].to_numpy()
    frame["called"] = [studied_name(name, result, words) for name in frame["criterion"]]
    frame["enough"], frame["careful"] = (
        [_number_of(row, name, words) for row in frame.to_dict("records")] for name in ("needed", "needed_low")
    )
    columns = (
        c.text("called", words("Criterion")),
        c.integer("n_experts", words("Experts")),
        c.number("g", words("G now")),
        c.number("phi", words("Phi now")),
        c.number("phi_low", words("Low")),
        c.number("phi_high", words("High")),
        *(c.number(f"phi_{size}", words.integer(size)) for size in views.SIZES),
        replace(c.text("enough", words("Enough")), align=NUMBER),
        replace(c.text("careful", words("To be safe")), align=NUMBER),
    )
    cutoff = result.cutoff
    shades = {"phi": lambda row: "" if pd.isna(row["phi"]) else "good" if row["phi"] >= cutoff else "bad"}
    note = words(
        "Phi: reliability of the panel's mean rating, low and high its {level} interval; G: the same for comparing "
        "indicators only. {sizes}: phi of a panel of so many. Enough: experts for a phi of {cutoff}; to be safe: the "
        "same if phi were at the low end of its interval. Shaded: phi green from {cutoff} on, red below. On one "
        "criterion phi is its ICC(A,k), but this interval allows for other indicators as well as other experts, that "
        "of ICC(A,k) for other experts alone.",
        level=words.percent(result.level, 0),
        sizes=", ".join(words.integer(size) for size in views.SIZES),
        cutoff=words.number(cutoff),
    )
    return Laid(frame, columns, shades=shades, note=note, full=frame.drop(columns=["called", "enough", "careful"]))


def _number_of(row: dict[Any, Any], name: str, words: Words) -> str:
    if not pd.isna(row[name]):
        return words.integer(row[name])
    # a phi of 0 grows with no number of experts
    known = not pd.isna(row["phi" if name == "needed" else "phi_low"])
    return words("no number") if known else NONE
