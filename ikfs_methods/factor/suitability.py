"""Whether answers lend themselves to factor analysis: sampling adequacy and sphericity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ikfs_methods.checks import fraction, listed
from ikfs_methods.correlation import CorrelationResult, as_correlation, positive_definite
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.factor import remarks
from ikfs_methods.result import Shown

# Kaiser & Rice (1974), lower end of each band
BANDS = ((0.9, "marvellous"), (0.8, "meritorious"), (0.7, "middling"), (0.6, "mediocre"), (0.5, "miserable"))

_FEWEST = 3  # items of one common factor


def kmo_band(value: float) -> str:
    """Kaiser's word for a measure of sampling adequacy; "unacceptable" below .50 (Kaiser & Rice 1974)."""
    return next((name for low, name in BANDS if value >= low), "unacceptable")


@dataclass(frozen=True, slots=True, eq=False)
class KmoResult(Shown):
    """Sampling adequacy over all items and by item (MSA), with the partial correlations that it weighs.

    `correlation` is the kind of correlations; `notes` says what a reader must know, in sentences.
    """

    overall: float
    items: pd.Series
    partial: pd.DataFrame
    n: int | None
    n_dropped: int | None
    missing: str
    correlation: str = "pearson"
    notes: tuple[str, ...] = ()

    @property
    def band(self) -> str:
        """Kaiser's word for the overall value."""
        return kmo_band(self.overall)

    @property
    def anti_image(self) -> pd.DataFrame:
        """Anti-image correlations: minus the partial correlations, the items' MSA on the diagonal."""
        values = -self.partial.to_numpy()
        np.fill_diagonal(values, self.items.to_numpy())
        return pd.DataFrame(values, index=self.partial.index, columns=self.partial.columns)

    def to_frame(self) -> pd.DataFrame:
        """One row an item and a last row `overall`: kmo, band."""
        kmo = pd.concat([self.items, pd.Series({"overall": self.overall})])
        return pd.DataFrame({"kmo": kmo, "band": [kmo_band(float(value)) for value in kmo]})


def kmo(answers_or_matrix: pd.DataFrame | CorrelationResult, *, missing: str = "listwise") -> KmoResult:
    """Kaiser-Meyer-Olkin measure of sampling adequacy, from 0 to 1.

    Sum of squared correlations over that sum plus the squared partial correlations given all other items, off the
    diagonal; by item, the same over its own row (Kaiser & Rice 1974, Educational and Psychological Measurement 34,
    111-117). Raises MatrixError when the correlations cannot be inverted, and what `as_correlation` raises.
    Answers the question: do the items share enough with each other for factors to be worth looking for?
    """
    given = as_correlation(answers_or_matrix, missing=missing)
    values = positive_definite(given.matrix, n=given.n)
    inverse = np.linalg.inv(values)
    scale = np.sqrt(np.diag(inverse))
    partial = -inverse / np.outer(scale, scale)
    np.fill_diagonal(partial, 1.0)
    off_diagonal = ~np.eye(len(values), dtype=bool)
    correlated = (np.where(off_diagonal, values, 0.0) ** 2).sum(axis=0)
    left = (np.where(off_diagonal, partial, 0.0) ** 2).sum(axis=0)
    labels = given.matrix.columns
    lonely = [str(name) for name, total in zip(labels, correlated + left, strict=True) if total == 0]
    if lonely:
        raise ParameterError(
            f"sampling adequacy needs items that correlate; {', '.join(lonely)} correlates with no other item. Drop it."
        )
    return KmoResult(
        float(correlated.sum() / (correlated.sum() + left.sum())),
        pd.Series(correlated / (correlated + left), index=labels, name="msa"),
        pd.DataFrame(partial, index=labels, columns=labels),
        given.n,
        given.n_dropped,
        given.missing,
        given.method,
        tuple(remarks.singular(given, "these measures")),
    )


@dataclass(frozen=True, slots=True, eq=False)
class MsaDeletionResult(Shown):
    """Items left out one by one for too low a sampling adequacy, and what that does to the whole.

    `log` has a row a round, numbered from 1: dropped, msa (its own), overall_before, overall_after, n (respondents
    before). `settled` is False when one of the last `fewest` items still lies below the cut-off: what they
    share is then too little for factors altogether. `final` is the adequacy of the items kept.
    """

    log: pd.DataFrame
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    final: KmoResult
    settled: bool
    cutoff: float
    fewest: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said beside the log; nothing when every item kept reaches the cut-off."""
        if self.settled:
            return self.final.notes
        low = [f"{name} ({value:.3f})" for name, value in self.final.items.items() if value < self.cutoff]
        said = f"deletion stopped with {len(self.kept)} items, the fewest that one factor needs; still below "
        return (f"{said}{self.cutoff:g}: {listed(low)}.", *self.final.notes)

    def to_frame(self) -> pd.DataFrame:
        """One row a round: dropped, msa, overall_before, overall_after, n."""
        return self.log.copy()


def msa_deletion(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    cutoff: float = 0.5,
    correlation: str = "pearson",
    missing: str = "listwise",
) -> MsaDeletionResult:
    """Item with the lowest MSA left out, and all computed anew, as long as one lies below `cutoff` (Kaiser: .50).

    One at a time, because the adequacy of all others changes with each item that goes; of equals the first goes. From
    answers the correlations are made anew each round, so that rows which lacked only a dropped item come back. Stops
    with three items, the fewest that one factor needs. Raises ParameterError for a cut-off that is no number between 0
    and 1, TooFewError below three items, and what `kmo` raises.
    Answers the question: which items share too little with the others to enter a factor analysis?
    """
    limit = fraction(cutoff, name="cutoff")
    given = as_correlation(answers_or_matrix, method=correlation, missing=missing)
    kept = list(given.matrix.columns)
    if len(kept) < _FEWEST:
        raise TooFewError(
            f"deletion by sampling adequacy needs at least {_FEWEST} items; found {len(kept)}. Analyse more together."
        )
    answers = answers_or_matrix if isinstance(answers_or_matrix, pd.DataFrame) and given.n_rows is not None else None
    rounds: list[tuple[object, ...]] = []
    found = kmo(given)
    while found.items.min() < limit and len(kept) > _FEWEST:
        worst = found.items.index[int(found.items.to_numpy().argmin())]
        kept.remove(worst)
        if answers is not None:
            given = as_correlation(answers[kept], method=correlation, missing=missing)
        else:
            given = replace(given, matrix=given.matrix.loc[kept, kept])
        after = kmo(given)
        rounds.append((worst, float(found.items[worst]), found.overall, after.overall, found.n))
        found = after
    columns = ["dropped", "msa", "overall_before", "overall_after", "n"]
    log = pd.DataFrame(rounds, columns=columns, index=pd.RangeIndex(1, len(rounds) + 1, name="round"))
    return MsaDeletionResult(
        log=log,
        kept=tuple(kept),
        dropped=tuple(log["dropped"]),
        final=found,
        settled=bool(found.items.min() >= limit),
        cutoff=limit,
        fewest=_FEWEST,
    )


@dataclass(frozen=True, slots=True)
class BartlettResult(Shown):
    """Test that the items are uncorrelated in the population.

    `n` respondents; where they are weighted `effective_n`, Kish's number, stands in its place in chi2. `correlation` is
    the kind of correlations; `notes` says what a reader must know, in sentences.
    """

    chi2: float
    df: int
    p_value: float
    determinant: float
    n: int
    n_dropped: int | None
    missing: str
    correlation: str = "pearson"
    notes: tuple[str, ...] = ()
    effective_n: float | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row: chi2, df, p_value, determinant, n."""
        names = ("chi2", "df", "p_value", "determinant", "n")
        return pd.DataFrame({name: [getattr(self, name)] for name in names}, index=["bartlett"])


def bartlett_sphericity(
    answers_or_matrix: pd.DataFrame | CorrelationResult, *, n: int | None = None, missing: str = "listwise"
) -> BartlettResult:
    """Bartlett's test of sphericity: chi2 = -[n - 1 - (2p + 5)/6] ln|R|, df = p(p - 1)/2 (Bartlett 1951).

    `n` is needed with a matrix; of weighted respondents it is the effective number (Kish 1965).
    Raises ParameterError without it, TooFewError when n is too small for the factor in
    brackets to be positive, MatrixError when |R| is not above zero.
    Answers the question: could these correlations be those of unrelated items, by chance alone?
    """
    given = as_correlation(answers_or_matrix, n=n, missing=missing)
    n_given = known_n(given, "the test of sphericity")
    count = counted_n(given, "the test of sphericity")
    values = positive_definite(given.matrix, n=given.n)
    p = len(values)
    multiplier = count - 1 - (2 * p + 5) / 6
    if multiplier <= 0:
        raise TooFewError(
            f"the test of sphericity needs more than {1 + (2 * p + 5) / 6:.1f} respondents for {p} items; "
            f"found {count:.6g}. Collect more answers or test fewer items."
        )
    log_determinant = float(np.linalg.slogdet(values)[1])
    chi2, df = max(0.0, -multiplier * log_determinant), p * (p - 1) // 2
    notes = (
        *remarks.singular(given, "chi2 and p"),
        *remarks.descriptive(given, "chi2 and p"),
        *remarks.weighted(given, "chi2 and p"),
    )
    return BartlettResult(
        chi2, df, float(chdtrc(df, chi2)), float(np.exp(log_determinant)), n_given, given.n_dropped, given.missing,
        given.method, notes, given.effective_n,
    )  # fmt: skip


def known_n(given: CorrelationResult, purpose: str) -> int:
    """The number of respondents, or a ParameterError that asks for it."""
    if given.n is None:
        raise ParameterError(
            f"{purpose} needs the number of respondents behind the correlation matrix; none was given. Give n=..."
        )
    return given.n


def counted_n(given: CorrelationResult, purpose: str) -> float:
    """The number of respondents that chance goes by: the effective one where they are weighted (Kish 1965)."""
    count = known_n(given, purpose)
    return count if given.effective_n is None else given.effective_n
