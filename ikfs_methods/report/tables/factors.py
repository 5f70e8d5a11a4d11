"""Tables of correlations, suitability and the number of factors."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.factor import (
    BartlettResult,
    ComparisonResult,
    HullResult,
    KmoResult,
    MsaDeletionResult,
    ParallelResult,
    RetentionResult,
)
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.tables.base import lay_out
from ikfs_methods.rounds import Absent, Round

_METHODS = {
    "parallel_component": N_("Parallel analysis, components (Horn 1965)"),
    "parallel_factor": N_("Parallel analysis, common factors"),
    "map": N_("MAP (Velicer 1976)"),
    "map_fourth": N_("MAP, fourth powers (Velicer et al. 2000)"),
    "empirical_kaiser": N_("Empirical Kaiser criterion (Braeken & van Assen 2017)"),
    "hull": N_("Hull, CFI (Lorenzo-Seva et al. 2011)"),
    "comparison_data": N_("Comparison data (Ruscio & Roche 2012)"),
    "kaiser": N_("Eigenvalues above 1 (Kaiser 1960)"),
}
_STATUS = {
    "needs_answers": N_("needs the answers"),
    "needs_n": N_("needs the number of respondents"),
    "too_few": N_("too few respondents or items"),
    "matrix": N_("the correlations do not allow it"),
    "unsettled": N_("did not settle"),
    "refused": N_("not defined here"),
    "not_asked": N_("not asked for"),
}


@lay_out.register
def _(result: CorrelationResult, words: Words, opened: Round) -> Laid:
    """Mean correlations within and between dimensions; the file has every pair."""
    c = Columns(words)
    tree, matrix = opened.framework, result.matrix
    parents = np.array([tree.parent(code) for code in matrix.columns])
    first, second = np.triu_indices(len(matrix), 1)
    values = matrix.to_numpy()[first, second]
    rows = []
    for one, other in combinations_with_replacement(dict.fromkeys(parents), 2):
        pair = ((parents[first] == one) & (parents[second] == other)) | (
            (parents[first] == other) & (parents[second] == one)
        )
        if pair.any():
            part = values[pair]
            rows.append([one, other, one == other, int(pair.sum()), part.mean(), part.min(), part.max()])
    frame = pd.DataFrame(rows, columns=["first", "second", "within", "pairs", "mean", "min", "max"])
    frame["between"] = [
        words("within {code}", code=row["first"])
        if row["within"]
        else words("{first} with {second}", first=row["first"], second=row["second"])
        for row in frame.to_dict("records")
    ]
    names = matrix.columns.to_numpy()
    full = pd.DataFrame({"first": names[first], "second": names[second], "r": values})
    columns = (
        c.text("between", words("Dimensions")),
        c.integer("pairs", words("Pairs of items")),
        c.number("mean", words("Mean r"), 2),
        c.number("min", words("Lowest r"), 2),
        c.number("max", words("Highest r"), 2),
    )
    shades = {"between": lambda row: "strong" if row["within"] else ""}
    return Laid(frame, columns, shades=shades, full=full)


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
def _(result: MsaDeletionResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = result.log.drop(columns="n").rename_axis("round").reset_index()
    columns = (
        c.integer("round", words("Step")),
        c.text("dropped", words("Taken out")),
        c.number("msa", words("Its MSA"), 3),
        c.number("overall_before", words("KMO before"), 3),
        c.number("overall_after", words("KMO after"), 3),
    )
    return Laid(frame, columns)


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
    return Laid(frame.head(rows), columns, note=note if len(frame) > rows else "", full=frame)


@lay_out.register
def _(result: RetentionResult, words: Words, opened: Round, *, after: RetentionResult | Absent | None = None) -> Laid:
    c = Columns(words)
    later = after if isinstance(after, RetentionResult) else None
    frame = result.criteria.reset_index()
    frame["name"] = [words(_METHODS[name]) for name in frame["method"]]
    frame["retained"] = None if later is None else later.criteria["n_factors"].to_numpy()
    frame["role"] = [words("vote") if counts else words("shown only") for counts in frame["counts"]]
    frame["remark"] = [_remark(result, row["method"], row["status"], words) for row in frame.to_dict("records")]
    verdict = {
        "method": "recommended",
        "name": words("Recommended"),
        "n_factors": result.recommended,
        "retained": None if later is None else later.recommended,
    }
    frame = pd.concat([frame.drop(columns="note").astype(object), pd.DataFrame([verdict], dtype=object)])
    columns = (
        c.text("name", words("Criterion")),
        c.integer("n_factors", words("All candidates")),
        *([] if later is None else [c.integer("retained", words("Retained"))]),
        c.text("role", words("Role")),
        *([c.text("remark", words("Remark"))] if any(frame["remark"].dropna()) else []),
    )

    def bold(row: dict[str, object]) -> str:
        return "strong" if row["method"] == "recommended" else ""

    note = words(
        "Recommended is the number with most votes; where numbers have as many, the one of parallel analysis if it is "
        "among them, else the smallest."
    )
    return Laid(
        frame.reset_index(drop=True), columns, shades=dict.fromkeys(("name", "n_factors", "retained"), bold), note=note
    )


def _remark(result: RetentionResult, method: str, status: str, words: Words) -> str:
    """What must be known beside the number of one criterion."""
    if status != "ok":
        return words(_STATUS[status])
    found = result.details[method]
    if isinstance(found, HullResult) and found.unsettled is not None:
        return words("up to {n} factors compared; more did not settle", n=words.integer(found.unsettled - 1))
    if isinstance(found, ComparisonResult) and found.correlation != result.correlation:
        return words("on Pearson's correlations; finds at least one")
    return words("finds at least one") if isinstance(found, ComparisonResult) else ""
