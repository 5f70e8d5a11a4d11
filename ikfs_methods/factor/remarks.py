"""What a reader of a factor solution must know, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS, Ends
from ikfs_methods.factor.rotation import RotationResult

_NEAR = 0.01  # a minimum of the criterion within this share of the least is nearly as good
_CATEGORICAL = ("polychoric", "mixed")
# Smoothing leaves its eigenvalues near 1e-10, and an item that repeats others to nine digits leaves about as little: a
# logarithm or an inverse of such an eigenvalue speaks of it alone.
_HARDLY = 1e-8
_UNREADABLE = (
    "the determinant and the inverse of the correlations rest on an eigenvalue of {least:.1g}, {why}, and not on the "
    "answers: do not interpret {what}. Drop an item that repeats others"
)


def improper(uniquenesses: pd.Series) -> tuple[str, ...]:
    """Names of the items whose uniqueness is at the bound or below (Heywood 1931)."""
    # 1e-6: beyond the rounding of a uniqueness at the bound, below any difference that matters
    return _below(uniquenesses, LEAST_UNIQUENESS + 1e-6)


def _below(uniquenesses: pd.Series, bound: float) -> tuple[str, ...]:
    low = uniquenesses.to_numpy() < bound
    return tuple(str(name) for name in uniquenesses.index[low]) if low.any() else ()


def singular(given: CorrelationResult, what: str) -> Iterator[str]:
    """A sentence where the matrix hardly has an inverse, by smoothing or otherwise, on `what` rests on that."""
    least = float(np.linalg.eigvalsh(given.matrix.to_numpy())[0])
    if least < _HARDLY:
        why = "to which smoothing raised it" if given.smoothed else "which rounding could have made"
        other = ", or use Pearson correlations." if given.method in _CATEGORICAL else "."
        said = _UNREADABLE.format(least=least, why=why, what=what) + other
        yield said[0].upper() + said[1:]


def descriptive(given: CorrelationResult, what: str) -> Iterator[str]:
    """A sentence where `what` takes correlations of categories for those of normal answers."""
    if given.method in _CATEGORICAL:
        yield (
            f"{what} take the {given.method} correlations for Pearson correlations of normal "
            "answers: read them as descriptions, not as tests."
        )


def weighted(given: CorrelationResult, what: str) -> Iterator[str]:
    """A sentence where `what` counts weighted respondents by their effective number."""
    if given.effective_n is not None:
        yield (
            f"The respondents are weighted: {what} take the effective number of respondents, "
            f"{given.effective_n:.1f}, in place of {given.n} (Kish 1965)."
        )


def notes(
    given: CorrelationResult,
    ends: Ends,
    turned: RotationResult,
    *,
    uniquenesses: pd.Series,
    fit: pd.Series,
    extraction: str,
) -> tuple[str, ...]:
    """Sentences on whatever is unusual in a solution, the most serious first; none where nothing is."""
    model = [] if extraction == "pca" else [*_heywood(uniquenesses), *_extractions(ends), *_testing(given, fit)]
    return (*model, *_minima(turned), *_correlations(given))


def _heywood(uniquenesses: pd.Series) -> Iterator[str]:
    beyond = _below(uniquenesses, 0.0)
    bound = [name for name in improper(uniquenesses) if name not in beyond]
    causes = "too many factors, too few respondents, or items that nearly repeat each other may be the cause"
    if bound:
        yield f"Heywood case: the uniqueness of {listed(bound)} fell to its bound of {LEAST_UNIQUENESS}; {causes}."
    if beyond:
        yield f"Heywood case: the uniqueness of {listed(beyond)} is negative, which no item can have; {causes}."


def _extractions(ends: Ends) -> Iterator[str]:
    if ends.differ:
        usual, least, most = ends.losses[0], ends.losses.min(), ends.losses.max()
        kept = "the usual start's, and the least" if usual - least < _NEAR * least else "a better one than the usual's"
        yield (
            f"The extraction has several minima: {len(ends.losses)} starts ended at discrepancies from {least:.4g} to "
            f"{most:.4g}, and the one kept is {kept} ({usual:.4g}); other programs may show another solution."
        )


def _testing(given: CorrelationResult, fit: pd.Series) -> Iterator[str]:
    if given.n is None:
        yield "Without the number of respondents behind the matrix, the fit has neither chi2 nor what rests on it."
    elif "chi2" not in fit:
        yield (
            "The model's correlations cannot be inverted, or there are too few respondents for the items: "
            "the fit has neither chi2 nor what rests on it."
        )
    if fit["df"] == 0:
        yield "The model has no degrees of freedom: it fits whatever was answered, and its fit cannot be tested."
    if "chi2" in fit:
        yield from singular(given, "chi2, RMSEA, TLI and BIC")
        yield from descriptive(given, "chi2, RMSEA, TLI and BIC")
        yield from weighted(given, "chi2 and all that rests on it")
    if "chi2" in fit and given.missing == "pairwise":
        yield f"The fit takes n = {given.n}, the smallest number of rows behind any pair of items."


def _minima(turned: RotationResult) -> Iterator[str]:
    values = turned.minima["criterion"].to_numpy()
    if len(values) < 2:
        return
    least = turned.criterion
    if turned.first > least + _NEAR * max(abs(least), 1e-12) or np.isnan(turned.first):
        yield (
            f"From the axes as extracted the rotation ends in a worse minimum ({turned.first:.6g} against "
            f"{least:.6g}); the best of {turned.starts} starts is kept, so other programs may show another solution."
        )
    near = values[1:][values[1:] <= least + _NEAR * max(abs(least), 1e-12)]
    if len(near):
        yield (
            f"The rotation has {len(near) + 1} minima nearly as good as each other ({least:.6g} to {near[-1]:.6g}): "
            "other loadings describe the same correlations about as simply."
        )


def _correlations(given: CorrelationResult) -> Iterator[str]:
    if given.smoothed:
        yield "The correlations had to be smoothed to be able to occur together."
    if given.method in _CATEGORICAL:
        yield (
            f"Factor scores weigh standardised answers by {given.method} correlations and are approximate: the "
            "weights belong to the normal variables behind the answers."
        )
