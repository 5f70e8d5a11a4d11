"""Two factor solutions side by side: groups, or rounds, of the same items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.errors import ParameterError
from ikfs_methods.factor.congruence import congruence, congruence_verdict, item_congruence
from ikfs_methods.factor.matching import HasLoadings, cosines, loading_frame, same_items
from ikfs_methods.factor.procrustes import procrustes
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

ALIGNMENTS = ("procrustes", "order")


@dataclass(frozen=True, slots=True, eq=False)
class SolutionComparison(Shown):
    """A second solution brought to the first, and how alike they then are.

    `aligned` are the second's loadings in the first's factors, `differences` aligned less first (items, factors);
    `congruence` has a row a factor: other (the second's factor that goes with it), by_order (congruence with order and
    signs matched alone), congruence (of the aligned loadings), verdict (equal, fair, different; of the latter). `items`
    is the congruence of each item's loadings, `rms` the root mean square difference; `align` procrustes or order,
    `oblique` whether the alignment was.
    """

    first: pd.DataFrame
    aligned: pd.DataFrame
    differences: pd.DataFrame
    congruence: pd.DataFrame
    items: pd.Series
    rms: float
    align: str
    oblique: bool

    def to_frame(self) -> pd.DataFrame:
        """One row a factor: other, by_order, congruence, verdict."""
        return self.congruence.copy()


def compare_solutions(
    first: pd.DataFrame | HasLoadings, second: pd.DataFrame | HasLoadings, *, align: str = "procrustes"
) -> SolutionComparison:
    """Loadings of two groups or rounds, the second aligned to the first.

    `align`: procrustes turns the second as near to the first as it comes (McCrae et al. 1996, Journal of Personality
    and Social Psychology 70, 552-566), so that two rotations of one solution count as the same: orthogonally where both
    solutions have uncorrelated factors, else obliquely, from uncorrelated axes of the second. order keeps the second's
    own rotation and matches order and signs alone. Turning can only raise the congruence, so both are told. Solutions
    are exploratory or rotation results, or tables of loadings, which are taken to have uncorrelated factors. Raises
    ColumnError when the items differ (naming them), ParameterError when the numbers of factors do.
    Answers the question: do the items measure the same in both groups, and which of them do not?
    """
    one_of(align, ALIGNMENTS, name="align")
    one, other = loading_frame(first, what="first"), loading_frame(second, what="second")
    other = same_items(one, other, what=("first", "second"))
    if one.shape[1] != other.shape[1]:
        raise ParameterError(
            f"both solutions must have as many factors; found {one.shape[1]} and {other.shape[1]}. "
            "Extract the same number from both, or compare the tables with congruence."
        )
    pairs = congruence(one, other).matched
    signs = pairs["sign"].to_numpy()
    ordered = other[pairs["other"].tolist()] * signs
    ordered.columns = one.columns
    phis = [_phi(given, len(one.columns)) for given in (first, second)]
    oblique = align == "procrustes" and any(not np.array_equal(phi, np.eye(len(phi))) for phi in phis)
    aligned = ordered
    if align == "procrustes":
        uncorrelated = other.to_numpy() @ np.linalg.cholesky(phis[1])
        axes = pd.DataFrame(uncorrelated, index=other.index, columns=other.columns)
        aligned = procrustes(axes, one, oblique=oblique).loadings
    return _compared(one, aligned, pairs, align, oblique=oblique)


def _compared(
    one: pd.DataFrame, aligned: pd.DataFrame, pairs: pd.DataFrame, align: str, *, oblique: bool
) -> SolutionComparison:
    found = np.diag(cosines(one.to_numpy(), aligned.to_numpy()))
    differences = aligned - one
    largest = float(np.abs(differences.to_numpy()).max())
    scaled = differences.to_numpy() / (largest or 1.0)
    table = pd.DataFrame(
        {
            "other": pairs["other"].to_numpy(),
            "by_order": pairs["congruence"].to_numpy(),
            "congruence": found,
            "verdict": [congruence_verdict(float(value)) for value in found],
        },
        index=one.columns,
    )
    return SolutionComparison(
        one,
        aligned,
        differences,
        table,
        item_congruence(one, aligned),
        float(np.sqrt((scaled**2).mean())) * largest,
        align,
        oblique,
    )


def _phi(given: object, n_factors: int) -> Floats:
    """Factor correlations of a solution; a table of loadings has none of its own."""
    phi = None if isinstance(given, pd.DataFrame) else getattr(given, "phi", None)
    return np.eye(n_factors) if phi is None else np.asarray(phi, dtype=np.float64)
