"""Ordinal alpha and omega: the reliability of the normal variables behind ordered answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.correlation import CorrelationResult, correlation_matrix, positive_definite
from ikfs_methods.errors import ConvergenceError, MatrixError, ParameterError, TooFewError
from ikfs_methods.factor.extraction import minres
from ikfs_methods.reliability.covariance import alpha_of, alphas_without_each
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalAlphaResult(Shown):
    """Alpha and one-factor omega of polychoric correlations, and these with what the reader must know of them."""

    alpha: float
    omega_total: float | None  # None with two items, or where one factor has no proper solution: see notes
    average_r: float  # mean polychoric correlation
    if_dropped: pd.Series  # alpha of the other items; empty with two
    correlation: CorrelationResult
    n_items: int
    notes: tuple[str, ...]

    @property
    def n_respondents(self) -> int | None:
        """Rows behind the correlations; under pairwise, the fewest behind any pair."""
        return self.correlation.n

    @property
    def n_dropped(self) -> int | None:
        """Rows given that bear on no correlation."""
        return self.correlation.n_dropped

    @property
    def missing(self) -> str:
        """The policy for missing answers."""
        return self.correlation.missing

    @property
    def thresholds(self) -> Mapping[str, NDArray[np.float64]] | None:
        """By item, the cuts between the answers on the normal variable."""
        return self.correlation.thresholds

    @property
    def smoothed(self) -> bool:
        """Whether the matrix had to be changed to one that answers can have."""
        return self.correlation.smoothed

    @property
    def empty_cells(self) -> pd.DataFrame:
        """Pairs of items with combinations of answers that nobody gave: first, second, empty, cells."""
        return self.correlation.empty_cells

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, item (empty for the whole set), estimate; undefined ones left out."""
        rows = [(name, "", getattr(self, name)) for name in ("alpha", "omega_total", "average_r")]
        rows += [("alpha_if_dropped", str(item), float(value)) for item, value in self.if_dropped.items()]
        return pd.DataFrame([row for row in rows if row[2] is not None], columns=["coefficient", "item", "estimate"])


def ordinal_alpha(answers: pd.DataFrame | CorrelationResult, *, missing: str = "listwise") -> OrdinalAlphaResult:
    """Standardised alpha of the polychoric correlations of keyed ordered answers (respondents by items).

    k r / (1 + (k - 1) r) with r the mean correlation (Zumbo, Gadermann & Zeisser 2007, doi:10.22237/jmasm/1177992180);
    omega_total = 1 - (sum of uniquenesses)/(sum of all correlations) of one minres factor (McDonald 1999; as psych's
    omega with one factor). Also takes polychoric correlations made before. Answers the question: how reliable would
    a sum of the normal variables behind the answers be? It is not the reliability of the sum of the answers, which
    their coarse categories make lower (Chalmers 2018, doi:10.1177/0013164417727036): show it beside alpha.

    Raises ParameterError (correlations that are not polychoric), TooFewError (one item), MatrixError (the
    correlations sum to nothing), and what `correlation.correlation_matrix` raises.
    """
    if isinstance(answers, CorrelationResult):
        found = answers
        if found.method != "polychoric":
            raise ParameterError(
                f"the correlations must be polychoric; found {found.method}. Make them with "
                'correlation_matrix(answers, method="polychoric"), or use cronbach_alpha on the answers.'
            )
    else:
        found = correlation_matrix(answers, method="polychoric", missing=missing)
    matrix = found.matrix.to_numpy(dtype=np.float64)
    k = len(matrix)
    if k < 2:
        raise TooFewError(f"alpha needs at least 2 items; found {k}. Supply more items.")
    omega, notes = _one_factor_omega(found.matrix)
    return OrdinalAlphaResult(
        alpha=alpha_of(matrix),
        omega_total=omega,
        average_r=float((matrix.sum() - k) / (k * (k - 1))),
        if_dropped=alphas_without_each(found.matrix),
        correlation=found,
        n_items=k,
        notes=(*found.notes, *notes),
    )


def _one_factor_omega(matrix: pd.DataFrame) -> tuple[float | None, tuple[str, ...]]:
    if len(matrix) < 3:
        return None, ("Omega needs at least 3 items: two do not determine one factor.",)
    try:
        values = positive_definite(matrix)
        loadings = minres(values, 1)[:, 0]
    except (ConvergenceError, MatrixError) as error:
        return None, (f"Omega was not computed: {error}",)
    return 1 - float((1 - loadings**2).sum()) / float(values.sum()), ()
