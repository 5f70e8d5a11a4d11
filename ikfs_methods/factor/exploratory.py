"""Exploratory factor analysis: extraction, rotation, fit and scores in one result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import complete_rows, listed, one_of, quoted, varying
from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.correlation.matrix import METHODS as CORRELATIONS
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.factor.components import whole
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS, minres, principal
from ikfs_methods.factor.fit import degrees_of_freedom, fit_indices, residual_size
from ikfs_methods.factor.rotation import CRITERIA, RotationResult, rotate, sums_of_squares
from ikfs_methods.factor.scores import METHODS as SCORES
from ikfs_methods.factor.scores import score_weights
from ikfs_methods.result import Shown

EXTRACTIONS = ("minres", "pca")


@dataclass(frozen=True, slots=True, eq=False)
class ExploratoryResult(Shown):
    """A rotated factor solution of k items and m factors F1, F2 ... (components, where extraction is pca).

    `loadings` is the pattern (items, factors), `structure` the correlations of items and factors, `phi` those of the
    factors, `variance` a row a factor (ss_loadings, proportion, cumulative), `fit` what exists of chi2, df, p_value,
    rmsea, rmsea_low, rmsea_high (90 %), tli, srmr and bic; `heywood` names the items whose uniqueness fell to the
    bound, a sign of too many factors or too few respondents. `rotation` is "none" for a single factor.
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    structure: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    variance: pd.DataFrame
    fit: pd.Series
    heywood: tuple[str, ...]
    n_factors: int
    extraction: str
    rotation: str
    normalize: bool
    correlations: CorrelationResult

    @property
    def n(self) -> int | None:
        """Respondents behind the correlations."""
        return self.correlations.n

    @property
    def n_dropped(self) -> int | None:
        """Rows that were left out for a missing answer."""
        return self.correlations.n_dropped

    @property
    def correlation(self) -> str:
        """Kind of correlation."""
        return self.correlations.method

    def to_frame(self) -> pd.DataFrame:
        """One row an item: the pattern, communality, uniqueness."""
        return self.loadings.assign(communality=self.communalities, uniqueness=self.uniquenesses)

    def scores(self, answers: pd.DataFrame, *, method: str = "regression") -> pd.DataFrame:
        """Factor scores (respondents, factors) of the rows of `answers` that are complete in the analysed items.

        Answers are standardised by the mean and standard deviation of these rows, as psych does. `method`:
        regression, bartlett, tenberge (see `score_weights`); components have regression scores only. Raises
        ColumnError for a missing item, ParameterError for a method that does not exist here.
        Answers the question: where does each respondent stand on each factor?
        """
        one_of(method, SCORES, name="method")
        if self.extraction == "pca" and method != "regression":
            raise ParameterError(
                f'components have no uniquenesses to weigh by; found method={quoted(method)}. Use method="regression".'
            )
        items = self.loadings.index
        if not isinstance(answers, pd.DataFrame):
            raise ParameterError(f"answers must be a pandas DataFrame; found {type(answers).__name__}.")
        lacking = [name for name in items if name not in answers.columns]
        if lacking:
            raise ColumnError(
                f"answers must have every analysed item; missing: {listed(lacking)}. Supply them or analyse again."
            )
        used = varying(complete_rows(answers[list(items)]))
        standardised = (used - used.mean()) / used.std(ddof=1)
        weights = score_weights(
            positive_definite(self.correlations.matrix), self.loadings.to_numpy(), self.phi.to_numpy(), method=method
        )
        return pd.DataFrame(standardised.to_numpy() @ weights, index=used.index, columns=self.loadings.columns)


def exploratory(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n_factors: int,
    extraction: str = "minres",
    rotation: str = "oblimin",
    correlation: str = "pearson",
    normalize: bool | None = None,
    n: int | None = None,
    missing: str = "listwise",
) -> ExploratoryResult:
    """Exploratory factor analysis of answers (respondents, items) or of a correlation matrix.

    `extraction`: minres (minimum residuals, with uniquenesses of at least .005 as in psych) or pca (principal
    components). `rotation`: oblimin, quartimin, varimax, quartimax, none. `correlation`: pearson or spearman, of
    answers; a matrix is taken as it is, with its `n`. `normalize`: Kaiser's scaling while rotating; None takes it for
    varimax and not for the others, as psych does. Factors come in order of the variance that goes with them and
    with positive column sums, so that reruns compare. For pca `fit` holds srmr alone: components are no model to test.
    Raises ParameterError for an option that does not exist and for more factors than the items can tell apart (minres:
    degrees of freedom below 0), MatrixError when the correlations cannot be inverted (minres) or cannot occur together
    (pca), ConvergenceError when a step does not settle.
    Answers the question: which few common factors lie behind the items, and which item belongs to which?
    """
    one_of(extraction, EXTRACTIONS, name="extraction")
    one_of(rotation, CRITERIA, name="rotation")
    one_of(correlation, CORRELATIONS, name="correlation")
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    items = given.matrix.columns
    components = extraction == "pca"
    if components:
        raw = principal(nonnegative_definite(given.matrix), whole(n_factors, len(items), name="n_factors"))
    else:
        _refuse_too_many(n_factors, len(items))
        raw = minres(positive_definite(given.matrix), n_factors)
    method = rotation if n_factors > 1 else "none"
    scaled = rotation == "varimax" if normalize is None else normalize
    turned = rotate(pd.DataFrame(raw, index=items), method=method, normalize=scaled and method != "none")
    return _described(given, turned, extraction)


def _refuse_too_many(n_factors: int, n_items: int) -> None:
    """ParameterError for common factors with more loadings than there are correlations to find them from."""
    most = max((m for m in range(1, n_items) if degrees_of_freedom(n_items, m) >= 0), default=0)
    if not most:
        raise ParameterError(
            f"one common factor needs at least 3 items; found {n_items}. "
            'Analyse more items together, or take extraction="pca".'
        )
    if isinstance(n_factors, int | np.integer) and n_factors > most:
        raise ParameterError(
            f"n_factors must be at most {most} for {n_items} items; found {quoted(n_factors)}, which leaves "
            f"{degrees_of_freedom(n_items, int(n_factors))} degrees of freedom and no single solution. "
            'Ask for fewer factors, or take extraction="pca".'
        )
    whole(n_factors, most, name="n_factors")


def _described(given: CorrelationResult, turned: RotationResult, extraction: str) -> ExploratoryResult:
    """All that follows from the rotated loadings."""
    components = extraction == "pca"
    values, pattern = given.matrix.to_numpy(), turned.loadings.to_numpy()
    model = pattern @ turned.phi.to_numpy() @ pattern.T
    communalities = pd.Series(np.diag(model), index=given.matrix.columns, name="communality")
    uniquenesses = (1 - communalities).rename("uniqueness")
    # 1e-6: beyond the rounding of a uniqueness at the bound, below any difference that matters
    improper = uniquenesses.index[uniquenesses <= LEAST_UNIQUENESS + 1e-6]
    if components:
        fit = pd.Series({"srmr": residual_size(values, model)}, name="fit")
    else:
        fit = fit_indices(values, model, pattern.shape[1], given.n)
    return ExploratoryResult(
        turned.loadings,
        turned.phi,
        turned.loadings @ turned.phi,
        communalities,
        uniquenesses,
        _variance(turned),
        fit,
        () if components else tuple(str(name) for name in improper),
        pattern.shape[1],
        extraction,
        turned.method,
        turned.normalize,
        given,
    )


def _variance(turned: RotationResult) -> pd.DataFrame:
    sums = sums_of_squares(turned.loadings.to_numpy(), turned.phi.to_numpy())
    proportion = sums / len(turned.loadings)
    return pd.DataFrame(
        {"ss_loadings": sums, "proportion": proportion, "cumulative": proportion.cumsum()},
        index=turned.loadings.columns,
    )
