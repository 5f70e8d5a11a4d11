"""Rules on single eigenvalues: Kaiser's and the empirical Kaiser criterion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.correlation import CorrelationResult, as_correlation, nonnegative_definite, positive_definite
from ikfs_methods.factor import remarks
from ikfs_methods.factor.retention.parallel import leading, reduced_eigenvalues
from ikfs_methods.factor.suitability import counted_n
from ikfs_methods.result import Shown

KAISER_KINDS = ("component", "smc", "factor")
FORMS = ("original", "adapted")
_ROUNDING = 1e-12  # unrelated items have eigenvalues of 1 but for rounding error of about 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class KaiserResult(Shown):
    """Eigenvalues, numbered from 1, the `reference` that each must exceed, and how many leading ones do.

    `notes` says what a reader must know, in sentences.
    """

    eigenvalues: pd.Series
    reference: pd.Series
    n_factors: int
    kind: str
    n: int | None
    n_dropped: int | None
    missing: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row an eigenvalue: eigenvalue, reference, retained."""
        table = pd.concat([self.eigenvalues, self.reference], axis=1)
        return table.assign(retained=[i < self.n_factors for i in range(len(table))])


def kaiser(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    kind: str = "component",
    correlation: str = "pearson",
    missing: str = "listwise",
) -> KaiserResult:
    """Kaiser's rule: the eigenvalues above 1 (Guttman 1954; Kaiser 1960, Educ. Psychol. Measurement 20, 141-151).

    `kind`: component takes the correlations as they are, the rule as it was meant; smc and factor put squared multiple
    correlations or the communalities of one minres factor on their diagonal, where 1 is a stricter bar. The rule takes
    no account of chance: at the sizes of a survey it keeps too many. Raises what `as_correlation` raises, MatrixError
    when the correlations cannot occur together (component) or be inverted.
    Answers the question: how many components explain more than one item does?
    """
    one_of(kind, KAISER_KINDS, name="kind")
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    values = nonnegative_definite(given.matrix) if kind == "component" else positive_definite(given.matrix, n=given.n)
    way = {"component": "one", "smc": "smc", "factor": "minres"}[kind]
    return _result(given, reduced_eigenvalues(values[None], way)[0], np.ones(len(values)), kind)


def empirical_kaiser(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    form: str = "original",
    correlation: str = "pearson",
    missing: str = "listwise",
) -> KaiserResult:
    """Empirical Kaiser criterion: Kaiser's bar raised by what chance and the factors before account for.

    Eigenvalue j must exceed (1 + sqrt(p/n))^2 (p - the sum of those before it) / (p - j + 1), and 1: the largest that
    chance gives p unrelated items, on the variance that is left (Braeken & van Assen 2017, Psychological Methods 22,
    450-466, doi 10.1037/met0000074). Counted up to the first that does not. `form` adapted subtracts the references
    before it in place of the eigenvalues, as the program of Auerswald & Moshagen (2019, Psychological Methods 24,
    468-491) and EFAtools up to 0.4.6 do: a higher bar that takes no account of how strong the first factors are.
    Raises ParameterError without n for a matrix, MatrixError for correlations that cannot occur together.
    Answers the question: how many factors stand out of chance at this n, strong ones taken into account?
    """
    one_of(form, FORMS, name="form")
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    count = counted_n(given, "the empirical Kaiser criterion")
    values = nonnegative_definite(given.matrix)
    p = len(values)
    eigenvalues = np.linalg.eigvalsh(values)[::-1]
    reference, before = np.empty(p), 0.0
    for j in range(p):
        reference[j] = max(1.0, (1 + np.sqrt(p / count)) ** 2 * (p - before) / (p - j))
        before += eigenvalues[j] if form == "original" else reference[j]
    return _result(given, eigenvalues, reference, "component", tuple(remarks.weighted(given, "the references")))


def _result(
    given: CorrelationResult, eigenvalues: np.ndarray, reference: np.ndarray, kind: str, notes: tuple[str, ...] = ()
) -> KaiserResult:
    numbers = pd.RangeIndex(1, len(eigenvalues) + 1, name=kind)
    return KaiserResult(
        pd.Series(eigenvalues, index=numbers, name="eigenvalue"),
        pd.Series(reference, index=numbers, name="reference"),
        leading(eigenvalues > reference + _ROUNDING),
        kind,
        given.n,
        given.n_dropped,
        given.missing,
        notes,
    )
