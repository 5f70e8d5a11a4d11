"""Sentences on factor solutions: loadings, fit, resampling."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.factor import ExploratoryResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Absent, Round

FIT_NAMES = {"rmsea": "RMSEA", "tli": "TLI", "srmr": "SRMR"}
_MANY = 8  # names in a sentence; the table has all


def fit_band(name: str, value: float, opened: Round) -> str:
    """Good, adequate or poor by the round's cut-offs."""
    good, adequate = (getattr(opened.parameters, f"{name}_{step}") for step in ("cutoff", "adequate"))
    if name == "tli":
        return "good" if value >= good else "adequate" if value >= adequate else "poor"
    return "good" if value <= good else "adequate" if value <= adequate else "poor"


def judged_items(result: ExploratoryResult, opened: Round) -> list[str]:
    """The items whose loadings count as evidence: not those of formative dimensions, which need not go together."""
    tree, measurement = opened.framework, opened.framework.nodes["measurement"]
    return [code for code in result.loadings.index if measurement[tree.parent(code)] != "formative"]


def primary(result: ExploratoryResult, opened: Round) -> pd.DataFrame:
    """By item: factor of the largest loading, that loading, and the largest of the others (None where there is one)."""
    sizes = result.loadings.abs()
    factors = sizes.idxmax(axis=1)
    own = pd.Series([result.loadings.loc[code, factors[code]] for code in factors.index], index=factors.index)
    rest = sizes.where(~sizes.eq(sizes.max(axis=1), axis=0)).max(axis=1)
    second = rest if result.n_factors > 1 else pd.Series(float("nan"), index=factors.index)
    table = pd.DataFrame({"factor": factors, "loading": own, "second": second})
    judged = judged_items(result, opened)
    return table.assign(judged=[code in judged for code in table.index])


@say.register
def _(
    result: ExploratoryResult,
    words: Words,
    opened: Round,
    *,
    what: str = "loadings",
    after: ExploratoryResult | Absent | None = None,
) -> str:
    if what == "fit":
        if not isinstance(after, ExploratoryResult):
            return _fit(result, words, opened)
        parts = (N_("All candidates: {said}"), result), (N_("After the decisions: {said}"), after)
        return " ".join(words(form, said=_fit(part, words, opened)) for form, part in parts)
    if what == "intervals":
        return _intervals(result, words, opened)
    share = float(result.communalities.mean())
    head = words.plural(
        "{n} factor ({extraction}, {rotation}) explains {share} of the variance of {items} items (n = {rows}).",
        "{n} factors ({extraction}, {rotation}) explain {share} of the variance of {items} items (n = {rows}).",
        result.loadings.shape[1],
        extraction=result.extraction,
        rotation=result.rotation,
        share=words.percent(share),
        items=words.integer(len(result.loadings)),
        rows=words.integer(result.n or 0),
    )
    return " ".join([head, *_match(result, words, opened), *_reading(result, words, opened), *_warnings(result, words)])


def _match(result: ExploratoryResult, words: Words, opened: Round) -> list[str]:
    """How the factors go with the framework's dimensions: where the items of each gather, and which stand elsewhere."""
    table = primary(result, opened)
    table = table[table["judged"] & (table["loading"].abs() >= opened.parameters.loading_cutoff)]
    parents = pd.Series([opened.framework.parent(code) for code in table.index], index=table.index, dtype=object)
    if result.n_factors < 2 or parents.nunique() < 2:
        return []
    home = table.groupby(parents, sort=False)["factor"].agg(lambda factors: factors.value_counts().index[0])
    pairs = words.listing([words("{dimension} on {factor}", dimension=code, factor=home[code]) for code in home.index])
    form = (
        N_("The factors follow the dimensions: {pairs}.")
        if home.is_unique
        else N_("The factors do not part all dimensions; items gather so: {pairs}.")
    )
    astray = table.index[(table["factor"] != parents.map(home)).to_numpy()]
    said = [words(form, pairs=pairs)]
    if len(astray):
        names = listed([f"{code} ({table['factor'][code]})" for code in astray], words)
        said.append(words("Elsewhere than the rest of their dimension: {names}.", names=names))
    return said


def _reading(result: ExploratoryResult, words: Words, opened: Round) -> list[str]:
    """Which items load too little, or on two factors; formative dimensions stay out of it."""
    p, table = opened.parameters, primary(result, opened)
    counted = table[table["judged"]]
    weak = counted[counted["loading"].abs() < p.loading_cutoff]
    split = counted[(counted["loading"].abs() - counted["second"] < p.loading_gap) & ~counted.index.isin(weak.index)]
    cutoff, said = words.number(p.loading_cutoff), []
    if not weak.empty:
        names = listed([f"{code} ({words.number(value)})" for code, value in weak["loading"].items()], words)
        said.append(words("No loading of {cutoff} or more: **{names}**.", cutoff=cutoff, names=names))
    if not split.empty:
        names = listed([str(code) for code in split.index], words)
        gap = words.number(p.loading_gap)
        said.append(words("On two factors, less than {gap} apart: **{names}**.", gap=gap, names=names))
    if not said and len(counted):
        said.append(words("Every item belongs clearly to one factor (loading of at least {cutoff}).", cutoff=cutoff))
    if len(counted) < len(table):
        said.append(words("Items of formative dimensions are shown, not judged: they need not go together."))
    return said


def _warnings(result: ExploratoryResult, words: Words) -> list[str]:
    """What the reader must know of the solution itself."""
    said = []
    if result.heywood:
        names = listed(list(result.heywood), words)
        said.append(words("Heywood case: {names}.", names=names))
        said.append(
            words("The factors seem to explain all of it: a sign of too many factors or of items that repeat others.")
        )
    found = result.minima["starts"]
    if result.starts > 1 and len(found) == 1:
        said.append(words("All {n} starts of the rotation ended in this solution.", n=words.integer(result.starts)))
    elif len(found) > 1:
        said.append(
            words(
                "The {n} starts of the rotation ended in {k} solutions; the best, where {best} ended, is shown. Read "
                "the names of the factors with that in mind.",
                n=words.integer(result.starts),
                k=words.integer(len(found)),
                best=words.integer(found.iloc[0]),
            )
        )
    return said


def _fit(result: ExploratoryResult, words: Words, opened: Round) -> str:
    fit = result.fit
    if "rmsea" not in fit.index:
        if result.extraction == "pca":
            return words("Components are a summary, not a model: they have no test of fit.")
        return words("The fit cannot be tested: no degrees of freedom are left, or the model cannot be inverted.")
    head = words(
        "RMSEA {rmsea} ({low} to {high}), TLI {tli}, SRMR {srmr}.",
        rmsea=words.number(fit["rmsea"], 3),
        low=words.number(fit["rmsea_low"], 3),
        high=words.number(fit["rmsea_high"], 3),
        tli=words.number(fit.get("tli"), 3),
        srmr=words.number(fit["srmr"], 3),
    )
    bands = {name: fit_band(name, fit[name], opened) for name in FIT_NAMES if name in fit.index}
    poor = [FIT_NAMES[name] for name, band in bands.items() if band == "poor"]
    if poor:
        tail = words.plural(
            "Beyond the usual cut-offs: {names}. Something is left that {n} factor does not explain; look first for "
            "pairs of items that say nearly the same.",
            "Beyond the usual cut-offs: {names}. Something is left that {n} factors do not explain; look first for "
            "pairs of items that say nearly the same.",
            result.n_factors,
            names=words.listing(poor),
        )
    elif "adequate" in bands.values():
        tail = words("By the usual cut-offs the fit is adequate.")
    else:
        tail = words("By the usual cut-offs the fit is good.")
    parts = [head, tail]
    if result.correlation == "polychoric":
        parts.append(
            words("From polychoric correlations chi-square and what rests on it only describe; they test nothing.")
        )
    return " ".join(parts)


def _intervals(result: ExploratoryResult, words: Words, opened: Round) -> str:
    found = result.bootstrap
    if found is None:
        return words("No intervals: too many of the resamples had no solution, itself a sign of an unsteady one.")
    head = words(
        "{n} resamples of the respondents show how far each loading could lie from what was found ({level} intervals).",
        n=words.integer(found.draws),
        level=words.percent(found.level, 0),
    )
    cutoff, table = opened.parameters.loading_cutoff, primary(result, opened)
    counted = table[table["judged"] & (table["loading"].abs() >= cutoff)]
    near = []
    for code, name, loading in zip(counted.index, counted["factor"], counted["loading"], strict=True):
        least = found.loadings_low.loc[code, name] if loading > 0 else -found.loadings_high.loc[code, name]
        if least < cutoff:
            near.append(str(code))
    said = [head]
    if near:
        said.append(
            words(
                "The interval reaches below {cutoff} for {names}: other respondents could have shown a weak loading.",
                cutoff=words.number(cutoff),
                names=listed(near, words),
            )
        )
    elif len(counted):
        said.append(words("All intervals of primary loadings lie above {cutoff}.", cutoff=words.number(cutoff)))
    return " ".join([*said, *_failed(result, words)])


def _failed(result: ExploratoryResult, words: Words) -> list[str]:
    """Resamples without a solution, and with one that no population can have."""
    found = result.bootstrap
    if found is None:
        return []
    lost, improper = found.draws - found.used, int(found.failed.get("improper", 0))
    said = []
    if lost:
        said.append(
            words.plural(
                "{n} resample had no solution and is left out.", "{n} resamples had no solution and are left out.", lost
            )
        )
    if improper:
        said.append(
            words.plural(
                "In {n} resample an item was explained completely (Heywood case); it is kept.",
                "In {n} resamples an item was explained completely (Heywood case); they are kept.",
                improper,
            )
        )
    return said


def listed(names: list[str], words: Words) -> str:
    """The first names, and how many more there are."""
    if len(names) <= _MANY:
        return words.listing(names)
    return words("{names} and {n} more", names=", ".join(names[:_MANY]), n=words.integer(len(names) - _MANY))
