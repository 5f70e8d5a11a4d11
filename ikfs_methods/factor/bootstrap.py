"""Bootstrap intervals of rotated loadings: respondents drawn anew, each draw aligned to the full sample's solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import fraction, generator, listed, numeric_frame, whole
from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ColumnError, ConvergenceError, ParameterError
from ikfs_methods.factor.redone import FAILURES, Redone, Solution
from ikfs_methods.factor.resampled import resampled_correlations
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]
_FEWEST, _MOST = 10, 100_000
_MOST_FAILED = 0.10  # share of draws: beyond it the intervals would speak of the well-behaved draws alone
_SAME = 1e-6  # of correlations made twice from the same answers; rounding leaves 1e-15, iterated polychorics 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapResult(Shown):
    """Percentile intervals of loadings, factor correlations and communalities over bootstrap draws.

    `loadings_low`, `loadings_high`, `loadings_se` (standard deviation over draws) and `loadings_mean` are frames
    (items, factors) as `loadings`, the full sample's; `phi_low` and `phi_high` (factors, factors); `communalities` has
    a row an item (communality, low, high). `draws` were asked for and `used` stand behind the intervals. `failed`
    counts by kind: undefined (an item did not vary), not_definite, extraction, rotation (no solution: left out), and
    improper (a uniqueness at the bound or below, a Heywood case: a solution, so it stays in).
    """

    loadings: pd.DataFrame
    loadings_low: pd.DataFrame
    loadings_high: pd.DataFrame
    loadings_se: pd.DataFrame
    loadings_mean: pd.DataFrame
    phi_low: pd.DataFrame
    phi_high: pd.DataFrame
    communalities: pd.DataFrame
    draws: int
    used: int
    failed: pd.Series
    level: float
    n: int

    def to_frame(self) -> pd.DataFrame:
        """One row a loading: item, factor, loading, low, high, se, mean."""
        parts = {
            "loading": self.loadings,
            "low": self.loadings_low,
            "high": self.loadings_high,
            "se": self.loadings_se,
            "mean": self.loadings_mean,
        }
        items, factors = self.loadings.index, self.loadings.columns
        long = {name: table.to_numpy().ravel() for name, table in parts.items()}
        return pd.DataFrame(
            {
                "item": np.repeat(items.to_numpy(), len(factors)),
                "factor": np.tile(factors.to_numpy(), len(items)),
                **long,
            }
        )


def bootstrap_loadings(
    answers: pd.DataFrame,
    solution: Solution,
    *,
    draws: int = 1000,
    level: float = 0.95,
    rng: np.random.Generator | int | None = None,
) -> BootstrapResult:
    """Bootstrap intervals of an exploratory `solution` of these `answers` (respondents, items).

    Respondents are drawn with replacement, n of them a draw (listwise: of the complete rows); correlations, extraction
    and rotation follow the solution's own options, except that rotations go on to the minimum where the solution's
    stopped short of it as R's do (see `rotate`; mostly .0001 apart, .003 in varimax and bentler). Extraction starts
    from the full sample's uniquenesses; loadings are turned onto the full sample's (orthogonal Procrustes), rotated on
    from its axes, and put in its order and signs by congruence, so that every draw speaks of the same factors.
    Intervals lie between the (1 - level)/2 and (1 + level)/2 quantiles of the draws (Efron 1981; for factor loadings
    Ichikawa & Konishi 1995, Psychometrika 60, 77-93; Zientek & Thompson 2007, Behavior Research Methods 39, 318-325).
    They cover at their level in large samples, for distinct factors and uniquenesses away from the bound.

    Pearson matrices come all at once; spearman, polychoric and mixed cost one `correlation_matrix` a draw. `rng` is a
    Generator or a seed and always needed. Raises ParameterError for a solution that was made from a matrix, with
    weights or from other answers; ColumnError for a missing item; ConvergenceError when more than a tenth of the draws
    have no solution.
    Answers the question: how far could each loading lie from what these respondents happened to show?
    """
    count = whole(draws, _MOST, name="draws", least=_FEWEST, remedy="1000 is usual.")
    share, stream = fraction(level, name="level"), generator(rng)
    frame = _answers_behind(answers, solution)
    redone = Redone(solution)
    found = [
        redone.solved(matrices)
        for matrices in resampled_correlations(
            frame,
            method=solution.correlations.method,
            missing=solution.correlations.missing,
            draws=count,
            rng=stream,
        )
    ]
    loadings = np.concatenate([batch.loadings for batch in found])
    phi = np.concatenate([batch.phi for batch in found])
    failed = pd.concat([batch.failed for batch in found], axis=1).sum(axis=1).rename("failed")
    _refuse_many_failed(failed, count)
    return _result(solution, loadings, phi, draws=count, level=share, failed=failed)


def _result(
    solution: Solution, loadings: Floats, phi: Floats, *, draws: int, level: float, failed: pd.Series
) -> BootstrapResult:
    pattern, items, factors = solution.loadings, solution.loadings.index, solution.loadings.columns
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = (pd.DataFrame(end, items, factors) for end in np.quantile(loadings, ends, axis=0))
    phi_low, phi_high = (pd.DataFrame(end, factors, factors) for end in np.quantile(phi, ends, axis=0))
    return BootstrapResult(
        loadings=pattern,
        loadings_low=low,
        loadings_high=high,
        loadings_se=pd.DataFrame(loadings.std(axis=0, ddof=1), items, factors),
        loadings_mean=pd.DataFrame(loadings.mean(axis=0), items, factors),
        phi_low=phi_low,
        phi_high=phi_high,
        communalities=_communalities(solution, loadings, phi, ends),
        draws=draws,
        used=len(loadings),
        failed=failed,
        level=level,
        n=int(solution.correlations.n or 0),
    )


def _communalities(solution: Solution, loadings: Floats, phi: Floats, ends: list[float]) -> pd.DataFrame:
    pattern = solution.loadings.to_numpy()
    own = ((pattern @ solution.phi.to_numpy()) * pattern).sum(axis=1)
    low, high = np.quantile(((loadings @ phi) * loadings).sum(axis=2), ends, axis=0)
    return pd.DataFrame({"communality": own, "low": low, "high": high}, index=solution.loadings.index)


def _answers_behind(answers: pd.DataFrame, solution: Solution) -> pd.DataFrame:
    """The solution's items of the answers, when these are the answers that it was made from."""
    if not all(hasattr(solution, name) for name in ("loadings", "phi", "extraction", "rotated", "correlations")):
        raise ParameterError(
            f"solution must be a result of `exploratory`; found {type(solution).__name__}. "
            "Make it from these answers first."
        )
    given = solution.correlations
    if given.method == "given":
        raise ParameterError(
            "a bootstrap draws respondents; this solution was made from a matrix, without them. "
            "Make the solution from the answers."
        )
    if given.weighted:
        raise ParameterError(
            "the bootstrap draws respondents with equal chances; this solution was made with weights. "
            "Make the solution without weights, or take replicate weights for its intervals."
        )
    if not isinstance(answers, pd.DataFrame):
        raise ParameterError(f"answers must be a pandas DataFrame; found {type(answers).__name__}.")
    items = solution.loadings.index
    lacking = [name for name in items if name not in answers.columns]
    if lacking:
        raise ColumnError(f"answers must have every analysed item; missing: {listed(lacking)}. Supply them.")
    frame = numeric_frame(answers.loc[:, answers.columns.isin(items)])[list(items)]
    again = correlation_matrix(frame, method=given.method, missing=given.missing).matrix.to_numpy()
    apart = float(np.abs(again - given.matrix.to_numpy()).max())
    if apart > _SAME:
        raise ParameterError(
            f"answers must be those that the solution was made from; their correlations differ by up to {apart:.3g}. "
            "Give the same answers, or make the solution anew from these."
        )
    return frame


def _refuse_many_failed(failed: pd.Series, draws: int) -> None:
    without = int(failed[list(FAILURES)].sum())
    if without > _MOST_FAILED * draws:
        kinds = listed(f"{name} {failed[name]}" for name in FAILURES if failed[name])
        raise ConvergenceError(
            f"at least {1 - _MOST_FAILED:.0%} of the bootstrap draws must have a solution; {without} of {draws} have "
            f"none ({kinds}). Collect more answers, ask for fewer factors, or drop items that nearly repeat each other."
        )
