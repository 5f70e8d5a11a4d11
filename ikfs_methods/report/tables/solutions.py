"""Tables of factor solutions: loadings, fit, intervals, the general factor, stability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.factor import ExploratoryResult, SolutionComparison
from ikfs_methods.factor.congruence import congruence_verdict
from ikfs_methods.reliability import OmegaResult
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Column, Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.report.text.solutions import FIT_NAMES, fit_band, judged_items, primary
from ikfs_methods.report.text.stability import bounds
from ikfs_methods.rounds import Absent, Round
from ikfs_methods.rounds.factored import FactorsByGroup

FIT_LEVEL = 0.90  # of the interval of RMSEA in `fit_indices`
_SHADES = {"good": "good", "adequate": "warn", "poor": "bad", "equal": "good", "fair": "warn", "different": "bad"}
_READINGS = {"equal": N_("the same"), "fair": N_("fairly alike"), "different": N_("another")}


@lay_out.register
def _(
    result: ExploratoryResult,
    words: Words,
    opened: Round,
    *,
    what: str = "loadings",
    after: ExploratoryResult | Absent | None = None,
) -> Laid:
    c = Columns(words)
    names = list(result.loadings.columns)
    if what == "fit":
        return _fit(result, words, opened, after)
    if what == "intervals":
        return _intervals(result, words, opened)
    if what == "phi":
        return _phi(result, words)
    if what == "variance":
        frame = result.variance.rename_axis("measure").reset_index()
        frame["measure"] = [words(text) for text in frame["measure"]]
        return Laid(frame, (c.text("measure", words("Measure")), *(c.number(name, name, 3) for name in names)))
    return _loadings(result, words, opened)


def _loadings(result: ExploratoryResult, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    names = list(result.loadings.columns)
    frame = named(result.loadings.rename_axis("indicator"), opened)
    frame["communality"] = result.communalities.to_numpy()
    main, judged = primary(result, opened)["factor"], judged_items(result, opened)

    def shade(name: str) -> Any:
        def of(row: Any) -> str:
            strong = abs(row[main[row["code"]]])
            if row["code"] not in judged:
                return "strong" if main[row["code"]] == name and strong >= p.loading_cutoff else ""
            if main[row["code"]] == name:
                return "strong" if strong >= p.loading_cutoff else "bad"
            return "warn" if strong - abs(row[name]) < p.loading_gap else ""

        return of

    shades = {name: shade(name) for name in names}
    shades["communality"] = lambda row: (
        "bad" if row["code"] in judged and row["communality"] < p.communality_cutoff else ""
    )
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.number(name, name) for name in names),
        c.number("communality", words("Communality")),
    )
    note = words(
        "Bold: primary loading of at least {loading}. Shaded: primary loading below it, a second loading within {gap} "
        "of the first, communality below {communality}.",
        loading=words.number(p.loading_cutoff),
        gap=words.number(p.loading_gap),
        communality=words.number(p.communality_cutoff),
    )
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note)


def _fit(result: ExploratoryResult, words: Words, opened: Round, after: ExploratoryResult | Absent | None) -> Laid:
    """Fit of all candidates and of what is retained, with the usual cut-offs; the file has every index."""
    c, p = Columns(words), opened.parameters
    parts = {"candidates": result} | ({"retained": after} if isinstance(after, ExploratoryResult) else {})
    labels = {"chi2": words("Chi-square"), "df": words("Degrees of freedom"), "p_value": "p", **FIT_NAMES, "bic": "BIC"}
    limits = {
        name: f"{'≥' if name == 'tli' else '≤'}\u202f{words.number(getattr(p, f'{name}_cutoff'))}" for name in FIT_NAMES
    }
    rows: list[dict[str, Any]] = [{"name": words("Items"), **{key: len(part.loadings) for key, part in parts.items()}}]
    rows.append({"name": words("Factors"), **{key: part.n_factors for key, part in parts.items()}})
    for row in rows:
        row.update({key: words.integer(row[key]) for key in parts})
    for index, label in labels.items():
        written = {key: _fit_cell(part.fit, index, words) for key, part in parts.items()}
        bands = {f"{key}_band": _band(part.fit, index, opened) for key, part in parts.items()}
        rows.append({"name": label, **written, **bands, "cutoff": limits.get(index, "")})
    frame = pd.DataFrame(rows)
    full = pd.DataFrame({key: part.fit for key, part in parts.items()}).rename_axis("index").reset_index()
    heads = {"candidates": words("All candidates"), "retained": words("Retained")}
    columns = (
        c.text("name", words("Fit index")),
        *(Column(key, heads[key], align=NUMBER) for key in parts),
        c.text("cutoff", words("Usual cut-off")),
    )
    shades = {key: _shade_of(f"{key}_band") for key in parts}
    note = words(
        "RMSEA with its {level} interval. Cut-offs: Hu & Bentler (1999), calibrated for confirmatory analysis by "
        "maximum likelihood: a reading aid, not a test. Lighter: adequate (RMSEA up to {rmsea}, TLI from {tli}).",
        level=words.percent(FIT_LEVEL, 0),
        rmsea=words.number(p.rmsea_adequate),
        tli=words.number(p.tli_adequate),
    )
    return Laid(frame, columns, shades=shades, note=note, full=full)


def _fit_cell(fit: pd.Series, index: str, words: Words) -> str:
    if index not in fit.index:
        return NONE
    if index == "df":
        return words.integer(fit[index])
    if index == "p_value":
        return words.p_value(fit[index])
    if index == "rmsea":
        low, high = (words.number(fit[name], 3) for name in ("rmsea_low", "rmsea_high"))
        return f"{words.number(fit[index], 3)} [{low}; {high}]"
    return words.number(fit[index], 1 if index in ("chi2", "bic") else 3)


def _band(fit: pd.Series, index: str, opened: Round) -> str:
    return fit_band(index, fit[index], opened) if index in FIT_NAMES and index in fit.index else ""


def _shade_of(column: str) -> Any:
    return lambda row: _SHADES.get(row[column] if isinstance(row[column], str) else "", "")


def _intervals(result: ExploratoryResult, words: Words, opened: Round) -> Laid:
    """Primary loadings with their intervals; the file has every loading."""
    c, p, found = Columns(words), opened.parameters, result.bootstrap
    frame = named(primary(result, opened).rename_axis("indicator"), opened)
    places = list(zip(frame["code"], frame["factor"], strict=True))
    for name in ("low", "high"):
        ends = None if found is None else (found.loadings_low if name == "low" else found.loadings_high)
        frame[name] = [np.nan if ends is None else ends.loc[place] for place in places]
    frame["communality"] = result.communalities.reindex(frame["code"]).to_numpy()
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.text("factor", words("Factor")),
        c.number("loading", words("Loading")),
        *([] if found is None else [c.number("low", words("Low")), c.number("high", words("High"))]),
        *([] if result.n_factors == 1 else [c.number("second", words("Next loading"))]),
        c.number("communality", words("Communality")),
    )

    def weak(row: Any) -> str:
        return "bad" if row["judged"] and abs(row["loading"]) < p.loading_cutoff else ""

    def reaches(row: Any) -> str:
        least = row["low"] if row["loading"] > 0 else -row["high"]
        return "warn" if row["judged"] and least < p.loading_cutoff and not weak(row) else ""

    shades = {
        "loading": weak,
        "low": reaches,
        "second": lambda row: "warn" if row["judged"] and abs(row["loading"]) - row["second"] < p.loading_gap else "",
    }
    note = "" if found is None else words(
        "Low and high: {level} percentile interval of {draws} resamples, each aligned to this solution. Shaded: "
        "loading or its low end below {cutoff}, next loading within {gap}.",
        level=words.percent(found.level, 0),
        draws=words.integer(found.used),
        cutoff=words.number(p.loading_cutoff),
        gap=words.number(p.loading_gap),
    )  # fmt: skip
    structure = result.structure.add_prefix("structure_").rename_axis("item").reset_index()
    full = None if found is None else found.to_frame().merge(structure, on="item", how="left")
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note, full)


def _phi(result: ExploratoryResult, words: Words) -> Laid:
    """Correlations of the factors, pair by pair, with intervals where there are some."""
    c, found = Columns(words), result.bootstrap
    names = list(result.phi.columns)
    first, second = np.triu_indices(len(names), 1)
    frame = pd.DataFrame({"first": [names[i] for i in first], "second": [names[i] for i in second]})
    frame["r"] = result.phi.to_numpy()[first, second]
    if found is not None:
        frame["low"], frame["high"] = (end.to_numpy()[first, second] for end in (found.phi_low, found.phi_high))
    columns = (
        c.text("first", words("Factor")),
        c.text("second", words("with")),
        c.number("r", "r"),
        *([] if found is None else [c.number("low", words("Low")), c.number("high", words("High"))]),
    )
    return Laid(frame, columns)


@lay_out.register
def _(result: OmegaResult, words: Words, opened: Round, *, what: str = "groups") -> Laid:
    c = Columns(words)
    if what == "groups":
        frame = result.groups.rename_axis("factor").reset_index()
        frame["factor"] = [words("all items") if name == "general" else name for name in frame["factor"]]
        parts = (
            c.text("factor", words("Items of")),
            c.integer("n_items", words("Items")),
            c.number("total", words("Omega total"), 3),
            c.number("general", words("from the general factor"), 3),
            c.number("group", words("from the group factors"), 3),
        )
        return Laid(frame, parts)
    frame = named(result.schmid_leiman.rename_axis("indicator"), opened)
    names = [name for name in result.schmid_leiman.columns if name not in ("general", "h2", "u2", "p2")]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("general", words("General")),
        *(c.number(name, name) for name in names),
        c.number("h2", words("Communality")),
        c.percent("p2", words("General share"), 0),
    )
    shades = {"p2": lambda row: "strong" if row["p2"] >= 0.5 else ""}
    note = words("General share: of what the item has in common with others; bold from one half on.")
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note)


@lay_out.register
def _(result: SolutionComparison, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.congruence.rename_axis("factor").reset_index()
    frame["reading"] = [words(_READINGS[verdict]) for verdict in frame["verdict"]]
    columns = (
        c.text("factor", words("Factor")),
        c.text("other", words("goes with")),
        c.number("by_order", words("Congruence as rotated"), 3),
        c.number("congruence", words("Congruence aligned"), 3),
        c.text("reading", words("Reading")),
    )
    return Laid(frame, columns, shades={"congruence": _shade_of("verdict")}, note=_bounds_note(words))


@lay_out.register
def _(result: FactorsByGroup, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    if not result.results:
        return Laid(pd.DataFrame(), ())
    frame = pd.DataFrame({name: found.congruence["congruence"] for name, found in result.results.items()}).T
    names = list(frame.columns)
    frame = frame.rename_axis("group").reset_index()
    frame.insert(1, "n", result.n.to_numpy())
    frame["least_alike"] = [_least_alike(found, words) for found in result.results.values()]
    columns = (
        c.called("group", words("Group"), opened.called),
        *([] if frame["n"].isna().all() else [c.integer("n", "n")]),
        *(c.number(name, name, 3) for name in names),
        c.text("least_alike", words("Item least alike")),
    )
    shades = {name: _congruence_shade(name) for name in names}
    return Laid(frame, columns, shades=shades, note=_bounds_note(words))


def _congruence_shade(name: str) -> Any:
    return lambda row: _SHADES[congruence_verdict(row[name])]


def _least_alike(found: SolutionComparison, words: Words) -> str:
    return f"{found.items.idxmin()} ({words.number(found.items.min())})"


def _bounds_note(words: Words) -> str:
    return words(
        "Tucker's congruence after the best alignment: {same} or more the same factor, {alike} or more fairly alike, "
        "below another (Lorenzo-Seva & ten Berge 2006).",
        **bounds(words),
    )
