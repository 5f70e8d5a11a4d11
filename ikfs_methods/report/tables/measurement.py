"""Tables of content validity, items, reliability, factors and the evidence they make together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.factor import BartlettResult, ExploratoryResult, KmoResult, ParallelResult
from ikfs_methods.reliability import AlphaResult
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.tables.base import covered, dimension, lay_out, named
from ikfs_methods.rounds import ByDimension, Round, views
from ikfs_methods.validity import AikenResult, ItemAnalysisResult


@lay_out.register
def _(result: AikenResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    cutoff = opened.parameters.aiken_cutoff
    frame = named(result.items, opened)
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n_experts", words("Experts")),
        c.number("v", "V"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_value", "p"),
        c.number("critical_v", words("Critical V")),
    )
    note = words(
        "Low and high: {level} score interval. Shaded: V below the cut-off {cutoff}.",
        level=words.percent(result.level, 0),
        cutoff=words.number(cutoff),
    )
    return Laid(
        frame,
        columns,
        "parent_code",
        dimension(opened),
        {"v": lambda row: "bad" if row["v"] < cutoff else "good"},
        note,
    )


@lay_out.register
def _(result: ByDimension, words: Words, opened: Round, **options: Any) -> Laid:
    kind = next(iter(result.results.values()))
    if isinstance(kind, ItemAnalysisResult):
        return _item_table(result, words, opened)
    if isinstance(kind, AlphaResult):
        return _alpha_table(result, words, opened, **options)
    raise ParameterError(f"a table by dimension must be of item analyses or alphas; found {type(kind).__name__}.")


def _item_table(result: ByDimension, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    p = opened.parameters
    frame = named(pd.concat([part.items for part in result.results.values()]), opened)
    # Two items alone have no alpha without either of them.
    frame["alpha_if_dropped"] = frame.get("alpha_if_dropped", float("nan"))
    judged = frame["parent_code"].map(opened.framework.nodes["measurement"]) != "formative"
    frame["judged"] = judged
    critical = sorted({words.number(value, 3) for value in frame["critical_r"]})
    alphas = {code: found.alpha for code, found in opened.alpha.results.items()}
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n", "n"),
        c.number("mean", words("Mean")),
        c.number("sd", words("SD")),
        c.percent("floor", words("Lowest")),
        c.percent("ceiling", words("Highest")),
        c.number("item_total", words("r item-total"), 3),
        c.number("item_rest", words("r item-rest"), 3),
        c.number("alpha_if_dropped", words("Alpha without"), 3),
    )
    shades = {
        "item_rest": lambda row: _judge(row, row["item_rest"] >= p.item_rest_cutoff),
        "alpha_if_dropped": lambda row: "warn" if row["alpha_if_dropped"] > alphas[row["parent_code"]] else "",
    }
    note = words(
        "Critical r (r table, two-sided {alpha}): {critical}. Shaded: item-rest r below {cutoff}; alpha that rises "
        "without the item.",
        alpha=words.percent(1 - p.level, 0),
        critical="–".join(dict.fromkeys([critical[0], critical[-1]])),
        cutoff=words.number(p.item_rest_cutoff),
    )
    hidden = _few(frame, opened)
    laid = Laid(frame.mask(hidden), columns, "parent_code", dimension(opened), shades, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)


def _few(frame: pd.DataFrame, opened: Round) -> pd.DataFrame:
    """Where the share at the lowest or highest scale point stands for too few respondents, or helps to find such."""
    hidden = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    told, bounds = views.category_shares(opened).hidden, opened.framework.nodes
    for name, bound in (("floor", "scale_min"), ("ceiling", "scale_max")):
        count = (frame[name] * frame["n"]).round()
        points = [bounds.loc[code, bound] for code in frame["code"]]
        pairs = zip(frame["code"], points, strict=True)
        withheld = np.array([point in told and bool(told.loc[code, point]) for code, point in pairs])
        hidden[name] = withheld | ((count > 0) & (count < opened.parameters.minimum_count))
    return hidden


def _judge(row: Any, passed: bool) -> str:  # noqa: FBT001 - the cell's verdict
    """The shade of a cell; a formative dimension has none, since its items need not go together."""
    return ("good" if passed else "bad") if row["judged"] else ""


def _alpha_table(result: ByDimension, words: Words, opened: Round, *, after: ByDimension | None = None) -> Laid:
    c = Columns(words)
    cutoff = opened.parameters.alpha_cutoff
    rows = []
    for stage, part in (("all", result), ("retained", after)):
        for code, found in (part.results if part else {}).items():
            rows.append(
                {
                    "code": code,
                    "name": opened.framework.label(code, opened.language),
                    "stage": words("all candidates") if stage == "all" else words("retained"),
                    "n_items": found.n_items,
                    "n_respondents": found.n_respondents,
                    "n_dropped": found.n_dropped,
                    "alpha": found.alpha,
                    "ci_low": found.ci_low,
                    "ci_high": found.ci_high,
                    "standardized": found.standardized_alpha,
                    "judged": opened.framework.nodes["measurement"][code] != "formative",
                }
            )
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Dimension")),
        c.integer("n_items", words("Items")),
        c.integer("n_respondents", "n"),
        c.number("alpha", words("Alpha"), 3),
        c.number("ci_low", words("Low"), 3),
        c.number("ci_high", words("High"), 3),
        c.number("standardized", words("Standardised"), 3),
    )
    shades = {"alpha": lambda row: _judge(row, row["alpha"] >= cutoff)}
    note = words(
        "Low and high: {level} Feldt interval. Shaded: alpha below or at least {cutoff}.",
        level=words.percent(opened.parameters.level, 0),
        cutoff=words.number(cutoff),
    )
    return Laid(pd.DataFrame(rows), columns, "stage" if after else None, str, shades, note)


@lay_out.register
def _(result: KmoResult, words: Words, opened: Round, *, bartlett: BartlettResult | None = None) -> Laid:
    c = Columns(words)
    rows = [[words("KMO"), words.number(result.overall, 3)], [words("Band (Kaiser)"), words(result.band)]]
    if bartlett is not None:
        rows += [
            [words("Bartlett chi-square"), words.number(bartlett.chi2, 2)],
            [words("Degrees of freedom"), words.integer(bartlett.df)],
            ["p", words.p_value(bartlett.p_value)],
        ]
    lowest = result.items.sort_values()
    rows.append([words("Lowest MSA"), f"{words.number(lowest.iloc[0], 3)} ({lowest.index[0]})"])
    rows.append(["n", words.integer(opened.correlation.n)])
    frame = pd.DataFrame(rows, columns=["measure", "result"])
    return Laid(frame, (c.text("measure", words("Measure")), c.text("result", words("Result"))))


@lay_out.register
def _(result: ParallelResult, words: Words, opened: Round, *, rows: int = 8) -> Laid:
    c = Columns(words)
    frame = pd.DataFrame(
        {
            "position": range(1, len(result.observed) + 1),
            "observed": list(result.observed),
            "simulated": list(result.simulated),
            "simulated_mean": list(result.simulated_mean),
        }
    )
    frame["above"] = [position <= result.n_factors for position in frame["position"]]
    columns = (
        c.integer("position", words("No.")),
        c.number("observed", words("Eigenvalue"), 3),
        c.number("simulated", words("Random, percentile {percentile}", percentile=words.plain(result.percentile)), 3),
        c.number("simulated_mean", words("Random, mean"), 3),
        c.mark("above", words("Above chance")),
    )
    note = words("The first {rows} of {all} eigenvalues.", rows=words.integer(rows), all=words.integer(len(frame)))
    return Laid(frame.head(rows), columns, note=note)


@lay_out.register
def _(result: ExploratoryResult, words: Words, opened: Round, *, what: str = "loadings") -> Laid:
    c = Columns(words)
    p = opened.parameters
    names = list(result.loadings.columns)
    if what == "phi":
        frame = result.phi.rename_axis("factor").reset_index()
        return Laid(frame, (c.text("factor", words("Factor")), *(c.number(name, name) for name in names)))
    if what == "variance":
        frame = result.variance.rename_axis("measure").reset_index()
        frame["measure"] = [words(text) for text in frame["measure"]]
        return Laid(frame, (c.text("measure", words("Measure")), *(c.number(name, name, 3) for name in names)))
    frame = named(result.loadings.rename_axis("indicator"), opened)
    frame["communality"] = result.communalities.to_numpy()
    main = {row["code"]: max(names, key=lambda name: abs(row[name])) for row in frame.to_dict("records")}

    def shade(name: str) -> Any:
        def of(row: Any) -> str:
            if main[row["code"]] == name:
                return "strong" if abs(row[name]) >= p.loading_cutoff else "bad"
            return "warn" if abs(row[main[row["code"]]]) - abs(row[name]) < p.loading_gap else ""

        return of

    shades = {name: shade(name) for name in names}
    shades["communality"] = lambda row: "bad" if row["communality"] < p.communality_cutoff else ""
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


@lay_out.register
def _(result: EvidenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rules = result.rules
    frame = named(result.indicators, opened)
    frame["failed"] = [", ".join(words(name) for name in failed) for failed in frame["failed"]]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("aiken_v", "V"),
        c.number("item_rest", words("r item-rest")),
        c.number("msa", "MSA"),
        c.number("loading", words("Loading")),
        c.number("communality", words("Communality")),
        c.text("failed", words("Falls short on")),
        c.translated("verdict", words("Evidence proposes")),
    )
    shades = {
        "aiken_v": lambda row: "bad" if row["aiken_v"] < rules.content else "",
        "item_rest": lambda row: "bad" if row["item_rest"] < rules.item_rest else "",
        "msa": lambda row: "bad" if row["msa"] < rules.msa else "",
        "loading": lambda row: "bad" if row["loading"] < rules.loading else "",
        "communality": lambda row: "bad" if row["communality"] < rules.communality else "",
        "verdict": lambda row: {"keep": "good", "revise": "warn", "drop": "bad"}[row["verdict"]],
    }
    return Laid(frame, columns, "parent_code", dimension(opened), shades)
