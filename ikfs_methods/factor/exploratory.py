"""Exploratory factor analysis: extraction, rotation, fit, scores and bootstrap in one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import complete_rows, flag, generator, listed, one_of, quoted, varying, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.factor import remarks
from ikfs_methods.factor.extraction import (
    PAF_STOPS,
    Ends,
    likelihood_ends,
    minres_ends,
    principal,
    principal_axis_ends,
)
from ikfs_methods.factor.fit import degrees_of_freedom, fit_indices, most_factors, residual_size
from ikfs_methods.factor.kinds import ROTATIONS
from ikfs_methods.factor.rotation import RotationResult, rotate, sums_of_squares
from ikfs_methods.factor.scores import METHODS as SCORES
from ikfs_methods.factor.scores import score_weights
from ikfs_methods.result import Shown

if TYPE_CHECKING:
    from ikfs_methods.factor.bootstrap import BootstrapResult

Floats = npt.NDArray[np.float64]

EXTRACTIONS = ("minres", "ml", "paf", "pca")
CORRELATIONS = ("pearson", "spearman", "polychoric", "mixed")
ROTATION_OPTIONS = ("gamma", "delta", "power", "kappa", "stop")
_VARIANCE = pd.Index(["ss_loadings", "proportion", "cumulative", "explained", "cumulative_explained"])
_KAISER = ("varimax", "promax")  # rotations that psych scales by Kaiser's rule


@dataclass(frozen=True, slots=True, eq=False)
class ExploratoryResult(Shown):
    """A rotated factor solution of k items and m factors F1, F2 ... (components, where extraction is pca).

    `loadings` is the pattern (items, factors), `structure` the correlations of items and factors, `phi` those of the
    factors, `variance` a row a factor (ss_loadings, proportion and cumulative of the items' variance, explained and
    cumulative_explained of what the factors have in common), `fit` what exists of the indices of `fit_indices`;
    `heywood` names the items whose uniqueness fell to the bound or below, a sign of too many factors or too few
    respondents. `rotation` is "none" for a single factor; `rotated` holds the rotation's own result. `notes` says in
    plain sentences what a reader must know. `bootstrap` holds intervals of the loadings, when they were asked for.
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
    rotated: RotationResult
    paf_stop: str | None = None
    notes: tuple[str, ...] = ()
    bootstrap: BootstrapResult | None = None

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

    @property
    def minima(self) -> pd.DataFrame:
        """The rotation's different minima, the least first: criterion, and how many starts ended there."""
        return self.rotated.minima

    @property
    def starts(self) -> int:
        """Starts of the rotation."""
        return self.rotated.starts

    def to_frame(self) -> pd.DataFrame:
        """One row an item: the pattern, communality, uniqueness."""
        return self.loadings.assign(communality=self.communalities, uniqueness=self.uniquenesses)

    def _repr_html_(self) -> str:
        phi = [] if self.n_factors == 1 else [self.phi]
        tables = [*phi, self.variance, self.fit.to_frame().T]
        return Shown._repr_html_(self) + "".join(table.to_html(border=0) for table in tables)

    def scores(self, answers: pd.DataFrame, *, method: str = "regression") -> pd.DataFrame:
        """Factor scores (respondents, factors) of the rows of `answers` that are complete in the analysed items.

        Answers are standardised by the mean and standard deviation of these rows, as psych does; after polychoric
        correlations they are approximate, for the weights belong to the normal variables behind the answers. `method`:
        regression, bartlett, tenberge, anderson (see `score_weights`); components have regression scores only. Raises
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
        used = varying(complete_rows(answers.loc[:, list(items)]))
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
    starts: int = 1,
    target: pd.DataFrame | None = None,
    rotation_options: Mapping[str, Any] | None = None,
    paf_stop: str = "converged",
    bootstrap: int = 0,
    level: float = 0.95,
    rng: np.random.Generator | int | None = None,
) -> ExploratoryResult:
    """Exploratory factor analysis of answers (respondents, items) or of a correlation matrix.

    `extraction`: minres (minimum residuals), ml (maximum likelihood), both with uniquenesses of at least .005 as in
    psych; paf (principal axis; `paf_stop` converged or psych, see `principal_axis`); pca (principal components).
    `rotation`: a method of `rotate`, with its `starts`, `target` and `rotation_options` (gamma, delta, power, kappa,
    stop). `normalize`: Kaiser's scaling while rotating; None takes it for varimax and promax and not for the others, as
    psych does ("promax" there is the scaled form, "Promax" the form with normalize=False). `correlation`: pearson,
    spearman, polychoric or mixed, of answers; a matrix is taken as it is, with its `n`. `bootstrap`: draws of
    respondents for intervals (coverage `level`) of the loadings, see `bootstrap_loadings`.

    Factors come in order of the variance that goes with them and with positive column sums, so that reruns compare;
    towards a target in the target's order. For pca `fit` holds srmr alone: components are no model to test.
    Raises ParameterError for an option that does not exist and for more factors than the items can tell apart (degrees
    of freedom below 0; not for pca), MatrixError when the correlations cannot be inverted or (pca) cannot occur
    together, ConvergenceError when a step does not settle.
    Answers the question: which few common factors lie behind the items, and which item belongs to which?
    """
    one_of(extraction, EXTRACTIONS, name="extraction")
    one_of(rotation, ROTATIONS, name="rotation")
    one_of(correlation, CORRELATIONS, name="correlation")
    one_of(paf_stop, PAF_STOPS, name="paf_stop")
    options = _checked_options(rotation_options)
    scaled = None if normalize is None else flag(normalize, name="normalize")
    stream = None if rng is None else generator(rng)
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    draws = _checked_draws(bootstrap, given, from_result=isinstance(answers_or_matrix, CorrelationResult))
    ends = _extracted(given, n_factors, extraction, paf_stop)
    raw = pd.DataFrame(ends.loadings, index=given.matrix.columns)
    if raw.shape[1] == 1:
        rotation, target, options = "none", None, {}
    scaled = rotation in _KAISER if scaled is None else scaled and rotation != "none"
    turned = rotate(raw, method=rotation, normalize=scaled, starts=starts, rng=stream, target=target, **options)
    solution = _described(given, ends, turned, extraction, paf_stop if extraction == "paf" else None)
    if not draws or not isinstance(answers_or_matrix, pd.DataFrame):
        return solution
    from ikfs_methods.factor.bootstrap import bootstrap_loadings  # noqa: PLC0415  it takes solutions made here

    found = bootstrap_loadings(answers_or_matrix, solution, draws=draws, level=level, rng=stream)
    return replace(solution, bootstrap=found)


def _checked_options(given: Mapping[str, Any] | None) -> dict[str, Any]:
    if not isinstance(given, Mapping | None):
        raise ParameterError(
            f"rotation_options must name options with their values; found {quoted(given)}. "
            f'Give a dictionary, such as {{"gamma": 0.5}}; the options are {listed(ROTATION_OPTIONS)}.'
        )
    options = dict(given or {})
    for name in options:
        one_of(name, ROTATION_OPTIONS, name="each key of rotation_options")
    return options


def _checked_draws(draws: int, given: CorrelationResult, *, from_result: bool) -> int:
    """The number of bootstrap draws, 0 for none, when there are answers to draw from."""
    wanted = whole(draws, name="bootstrap", least=0, remedy="0 is none; 1000 is usual.")
    if wanted and (from_result or given.method == "given"):
        raise ParameterError(
            "a bootstrap draws respondents, and needs their answers; found correlations. "
            "Give the answers, or leave bootstrap at 0."
        )
    return wanted


def _extracted(given: CorrelationResult, n_factors: int, extraction: str, paf_stop: str) -> Ends:
    n_items = len(given.matrix)
    if extraction == "pca":
        kept = whole(n_factors, n_items, name="n_factors")
        return Ends(principal(nonnegative_definite(given.matrix), kept), np.zeros(1))
    _refuse_too_many(n_factors, n_items)
    matrix = positive_definite(given.matrix, n=given.n)
    if extraction == "paf":
        return principal_axis_ends(matrix, n_factors, stop=paf_stop)
    return (likelihood_ends if extraction == "ml" else minres_ends)(matrix, n_factors)


def _refuse_too_many(n_factors: int, n_items: int) -> None:
    """ParameterError for common factors with more loadings than there are correlations to find them from."""
    most = most_factors(n_items)
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


def _described(
    given: CorrelationResult, ends: Ends, turned: RotationResult, extraction: str, paf_stop: str | None
) -> ExploratoryResult:
    """All that follows from the rotated loadings."""
    components = extraction == "pca"
    values, pattern, items = given.matrix.to_numpy(), turned.loadings.to_numpy(), given.matrix.columns
    structure = pattern @ turned.phi.to_numpy()
    model = structure @ pattern.T
    communalities = pd.Series(np.diag(model).copy(), index=items, name="communality")
    uniquenesses = (1 - communalities).rename("uniqueness")
    if components:
        fit = pd.Series({"srmr": residual_size(values, model)}, name="fit")
    else:
        fit = fit_indices(values, model, pattern.shape[1], given.n if given.effective_n is None else given.effective_n)
    return ExploratoryResult(
        loadings=turned.loadings,
        phi=turned.phi,
        structure=pd.DataFrame(structure, index=items, columns=turned.loadings.columns),
        communalities=communalities,
        uniquenesses=uniquenesses,
        variance=_variance(turned),
        fit=fit,
        heywood=() if components else remarks.improper(uniquenesses),
        n_factors=pattern.shape[1],
        extraction=extraction,
        rotation=turned.method,
        normalize=turned.normalize,
        correlations=given,
        rotated=turned,
        paf_stop=paf_stop,
        notes=remarks.notes(given, ends, turned, uniquenesses=uniquenesses, fit=fit, extraction=extraction),
    )


def _variance(turned: RotationResult) -> pd.DataFrame:
    sums = sums_of_squares(turned.loadings.to_numpy(), turned.phi.to_numpy())
    proportion, explained = sums / len(turned.loadings), sums / sums.sum()
    table = np.column_stack([sums, proportion, proportion.cumsum(), explained, explained.cumsum()])
    return pd.DataFrame(table, index=turned.loadings.columns, columns=_VARIANCE)
