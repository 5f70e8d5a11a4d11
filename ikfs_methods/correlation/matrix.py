"""Correlations of answers by any of four methods, with the number of rows behind them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, flag, listed, numeric_frame, one_of, quoted, varying, whole
from ikfs_methods.correlation.categories import MOST_CATEGORIES, pair_counts
from ikfs_methods.correlation.latent import Latent, latent, ordered_items
from ikfs_methods.correlation.moments import pearson
from ikfs_methods.correlation.ranks import spearman
from ikfs_methods.correlation.result import CorrelationResult
from ikfs_methods.correlation.shape import refuse_matrix
from ikfs_methods.correlation.smoothing import smoothed
from ikfs_methods.correlation.weights import Weights, respondent_weights
from ikfs_methods.errors import ParameterError, TooFewError

Floats = npt.NDArray[np.float64]

METHODS = ("pearson", "spearman", "polychoric", "mixed")
MISSING = ("listwise", "pairwise")


def correlation_matrix(
    answers: pd.DataFrame,
    *,
    method: str = "pearson",
    missing: str = "listwise",
    weights: Weights | None = None,
    smooth: bool | None = None,
    most_categories: int = 8,
    ordinal: Collection[str] | None = None,
) -> CorrelationResult:
    """Correlations between items of answers (respondents, items).

    `method`: pearson; spearman (Pearson's formula on mid-ranks); polychoric (of the normal variables behind ordered
    answers, two-step maximum likelihood, Olsson 1979, Psychometrika 44, 443-460; any codes, only their order counts);
    mixed (polychoric, polyserial and Pearson, by the kinds of the two items). Under mixed the items named in
    `ordinal` are ordered, or without names those with at most `most_categories` different answers (8, as psych's
    mixedCor; lavaan wants them named).
    `missing`: listwise uses the rows without a gap; pairwise uses for each pair the rows in which both are answered
    (ranked anew for that pair; thresholds come from all rows of each item), and its `n` is the smallest of those.
    `weights`: survey weights of the respondents, of which only the proportions count; a weight of 0 drops the row.
    `smooth`: whether a matrix with an eigenvalue below 0 is changed to the nearest without (`smoothing`); by default
    polychoric and mixed ones are, since they are estimated pair by pair.
    Empty cells of tables larger than 2 x 2 stay empty, and thresholds come from each item's own margins, as in lavaan
    and psych with correct=0; psych's default fills them and, where numbers of categories differ, takes pair margins.
    Polyserial z-scores have the variance's divisor n here, as in lavaan, and n - 1 in `polyserial`, as in polycor.
    Standard errors: (1 - r^2)/sqrt(n - 1) for pearson (normal variables; linearised with weights), linearised for
    polychoric and polyserial, none for spearman. Raises ParameterError for an unknown option or an item of more than
    15 ordered categories, ConstantItemError for an item that does not vary (or not in the rows that it shares with
    another), TooFewError below three rows, WeightError for weights that are not one per respondent and at least 0.
    Answers the question: how strongly do the items go together, two by two?
    """
    refuse_matrix(answers)
    one_of(method, METHODS, name="method")
    one_of(missing, MISSING, name="missing")
    if ordinal is not None and method != "mixed":
        raise ParameterError(
            f'ordinal must come with method="mixed"; found {quoted(method)}. Leave out one of the two.'
        )
    most = whole(
        most_categories, MOST_CATEGORIES, name="most_categories", least=2,
        remedy="Give the largest number of answers that an ordered item offers.",
    )  # fmt: skip
    frame, rows = _used(answers, missing, weights)
    counts = _pair_counts(frame.columns, ~np.isnan(frame.to_numpy()))
    found, ordered = _estimated(frame, rows, method, most, ordinal)
    wanted = method in {"polychoric", "mixed"} if smooth is None else flag(smooth, name="smooth")
    made = _result(frame, found, counts, ordered, method=method, missing=missing, smooth=wanted)
    effective = None if rows is None else _effective_n(frame, rows)
    made = replace(
        made, n_rows=len(answers), n_dropped=len(answers) - int((frame.notna().sum(axis=1) >= 2).sum()),
        weighted=rows is not None, effective_n=effective,
    )  # fmt: skip
    return _explained(made, found)


def _result(
    frame: pd.DataFrame,
    found: Latent,
    counts: npt.NDArray[np.int64],
    ordered: npt.NDArray[np.bool_],
    *,
    method: str,
    missing: str,
    smooth: bool,
) -> CorrelationResult:
    """The matrix, smoothed where wished, with what is known of its pairs."""
    names = frame.columns
    eigenvalues = np.asarray(np.linalg.eigvalsh(found.matrix), dtype=np.float64)
    values = smoothed(found.matrix, eigenvalues) if smooth else found.matrix
    kinds = np.where(ordered, "ordinal", "continuous")
    return CorrelationResult(
        pd.DataFrame(values, index=names, columns=names),
        int(counts[~np.eye(len(counts), dtype=bool)].min()),
        None,
        None,
        method,
        missing,
        thresholds=found.thresholds or None,
        smoothed=values is not found.matrix,
        pair_n=pd.DataFrame(counts, index=names, columns=names),
        standard_errors=None if method == "spearman" else pd.DataFrame(found.errors, index=names, columns=names),
        kinds=pd.Series(kinds, index=names, name="kind") if method in {"polychoric", "mixed"} else None,
        least_eigenvalue=float(eigenvalues[0]),
        largest_change=float(np.abs(values - found.matrix).max()),
    )


def _effective_n(frame: pd.DataFrame, rows: Floats) -> float:
    """Kish's (sum w)^2 / sum w^2 in the rows of the pair of items for which it is least (Kish 1965, 11.7)."""
    answered = frame.notna().to_numpy(dtype=np.float64)
    total = (answered * rows[:, None]).T @ answered
    squares = (answered * rows[:, None] ** 2).T @ answered
    return float((total**2 / squares)[~np.eye(len(total), dtype=bool)].min())


def _used(answers: pd.DataFrame, missing: str, weights: Weights | None) -> tuple[pd.DataFrame, Floats | None]:
    """The rows that bear on the correlations, and their weights."""
    if weights is None:
        if missing == "listwise":
            return varying(complete_rows(answers, min_rows=3)), None
        return varying(numeric_frame(answers, min_rows=3)), None
    frame = numeric_frame(answers, min_rows=3)
    rows = respondent_weights(weights, frame.index)
    frame, rows = frame[rows > 0], rows[rows > 0]
    if missing == "listwise":
        rows = rows[frame.notna().all(axis=1).to_numpy()]
        frame = complete_rows(frame, what="answers of respondents with a weight", min_rows=3)
    return varying(frame), rows


def _pair_counts(names: pd.Index, answered: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    counts = pair_counts(answered)
    poor = [(i, j) for i, j in zip(*np.nonzero(counts < 3), strict=True) if i < j]
    if poor:
        found = listed(f"{names[i]} with {names[j]} ({counts[i, j]})" for i, j in poor)
        raise TooFewError(
            f"each pair of items must share at least 3 answered rows; found {found}. Leave out one item of each pair."
        )
    return counts


def _estimated(
    frame: pd.DataFrame, rows: Floats | None, method: str, most: int, ordinal: Collection[str] | None
) -> tuple[Latent, npt.NDArray[np.bool_]]:
    k = frame.shape[1]
    ordered = np.full(k, method == "polychoric")
    if method == "pearson":
        return Latent(*pearson(frame, rows)), ordered
    if method == "spearman":
        return Latent(spearman(frame, rows), np.zeros((k, k))), ordered
    if method == "mixed":
        ordered = ordered_items(frame, most, None if ordinal is None else list(ordinal))
    return latent(frame, ordered, rows), ordered


def _explained(result: CorrelationResult, found: Latent) -> CorrelationResult:
    """The result with what a reader must know about its pairs and its smoothing."""
    notes = list(found.notes)
    names = result.matrix.columns
    bound = np.argwhere(np.triu(np.isnan(found.errors), 1))
    at_bound = pd.DataFrame(
        {"first": names[bound[:, 0]], "second": names[bound[:, 1]], "correlation": found.matrix[tuple(bound.T)]}
    )
    if len(at_bound):
        pairs = listed(f"{a} with {b} ({r:g})" for a, b, r in at_bound.itertuples(index=False))
        notes.append(
            f"The answers leave no room for a correlation short of perfect, nor for a standard error: {pairs}."
        )
    if result.smoothed:
        notes.append(
            f"No answers can have all these correlations together (least eigenvalue {result.least_eigenvalue:.3g}); "
            f"the matrix was smoothed, which moved them by up to {result.largest_change:.2g}."
        )
    empty = result.empty_cells if found.empty_cells is None else found.empty_cells
    return replace(result, empty_cells=empty, at_bound=at_bound, notes=tuple(notes))
