"""All criteria for the number of factors, and a recommendation from those that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import flag, generator, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation
from ikfs_methods.errors import ConvergenceError, IkfsError, MatrixError, ParameterError, TooFewError
from ikfs_methods.factor import remarks
from ikfs_methods.factor.fit import most_factors
from ikfs_methods.factor.retention.comparison import ComparisonResult, comparison_data
from ikfs_methods.factor.retention.hull import HullResult, hull, most_tried
from ikfs_methods.factor.retention.kaiser import KaiserResult, empirical_kaiser, kaiser
from ikfs_methods.factor.retention.parallel import (
    ParallelResult,
    beside_drawn,
    comparable,
    draw_options,
    null_draws,
)
from ikfs_methods.factor.retention.partial import MapResult, minimum_average_partial
from ikfs_methods.result import Shown

# One vote a method: the second form of parallel analysis and of MAP is shown beside the first and has none.
COUNTING = ("parallel_component", "map", "empirical_kaiser", "hull", "comparison_data")
METHODS = (
    "parallel_component",
    "parallel_factor",
    "map",
    "map_fourth",
    "empirical_kaiser",
    "hull",
    "comparison_data",
    "kaiser",
)
_FIRST = "parallel_component"

Found = ParallelResult | MapResult | KaiserResult | HullResult | ComparisonResult


@dataclass(frozen=True, slots=True)
class RetentionReason:
    """Why a number is recommended.

    `key`: unanimous, majority (more than half of the votes), plurality (most votes), tie_parallel (as many votes as
    another number, and parallel analysis is among these), tie_smallest (the smallest of those with most votes).
    `agreeing` names the counting criteria that found this number, `dissenting` gives what the others found, `range` the
    lowest and highest of all that count, `votes` how many there were.
    """

    key: str
    agreeing: tuple[str, ...]
    dissenting: dict[str, int]
    range: tuple[int, int]

    @property
    def votes(self) -> int:
        """How many criteria counted."""
        return len(self.agreeing) + len(self.dissenting)


@dataclass(frozen=True, slots=True, eq=False)
class RetentionResult(Shown):
    """All criteria, the recommended number of factors (0 is possible) and the reason for it.

    `criteria` by method: n_factors (empty where it could not be computed), counts (whether it has a vote), status (ok,
    needs_answers, needs_n, too_few, matrix, unsettled, refused, not_asked), note (what it means, in words). `parallel`
    and `details` hold the results behind the numbers, by method; `most` is the most common factors that so many items
    can tell apart: a recommendation above it can be extracted as components alone. `notes` says what a reader must
    know, in sentences.
    """

    criteria: pd.DataFrame
    recommended: int
    reason: RetentionReason
    parallel: dict[str, ParallelResult]
    details: dict[str, Found]
    most: int
    correlation: str
    n: int | None
    n_dropped: int | None
    missing: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a criterion: n_factors, counts, status, note; and a last row `recommended`, with the reason."""
        others = ", ".join(f"{name} {number}" for name, number in self.reason.dissenting.items())
        said = f"{len(self.reason.agreeing)} of {self.reason.votes} votes: {', '.join(self.reason.agreeing)}"
        last = pd.DataFrame(
            {
                "n_factors": [self.recommended],
                "counts": [False],
                "status": [self.reason.key],
                "note": [f"{said}; the others: {others}" if others else said],
            },
            index=["recommended"],
        )
        return pd.concat([self.criteria, last.astype(self.criteria.dtypes.to_dict())]).rename_axis("method")


def retention(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    correlation: str = "pearson",
    missing: str = "listwise",
    draws: int = 500,
    percentile: float = 95,
    rng: np.random.Generator | int | None = None,
    most: int | None = None,
    comparison: bool = True,
) -> RetentionResult:
    """Number of factors by every criterion here, and the one recommended.

    Parallel analysis of components has a vote, and so have MAP, the empirical Kaiser criterion, Hull (CFI, maximum
    likelihood) and comparison data; parallel analysis of factors (one minres factor), fourth-power MAP and Kaiser's
    rule are shown for the reader. Recommended is the number with most votes; when several have as many, the one of
    parallel analysis if it is among them, else the smallest. The rule is ours: Auerswald & Moshagen (2019,
    Psychological Methods 24, 468-491) find no single criterion best and advise to combine some of different kinds, but
    fix no rule for their disagreement. `most` is the highest number tried by Hull and comparison data; `comparison`
    False leaves the latter out, which takes longest; it runs on complete rows and, where `correlation` is polychoric or
    mixed, on Pearson correlations. A criterion that cannot be computed stays in the table with a note. Raises
    ParameterError and what `as_correlation` raises.
    Answers the question: how many factors should be extracted, and how far do the criteria agree?
    """
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    highest = None if most is None else whole(most, most_factors(len(given.matrix)), name="most")
    comparison = flag(comparison, name="comparison")
    # Each criterion that draws has its own stream, so that leaving one out moves no other.
    for_null, for_comparison = (np.random.default_rng(int(seed)) for seed in generator(rng).integers(2**62, size=2))
    null = _Null(answers_or_matrix, given, correlation, *draw_options(draws, percentile), rng=for_null)
    steps: dict[str, Callable[[], Found]] = {
        "parallel_component": lambda: null.result("one"),
        "parallel_factor": lambda: null.result("minres"),
        "map": lambda: minimum_average_partial(given),
        "empirical_kaiser": lambda: empirical_kaiser(given),
        "hull": lambda: hull(given, most=_most_tried(null, len(given.matrix), highest)),
        "kaiser": lambda: kaiser(given),
    }
    tries: dict[str, Found | IkfsError | None] = {name: _tried(step) for name, step in steps.items()}
    tries["map_fourth"] = tries["map"]
    tries["comparison_data"] = _compared(answers_or_matrix, given, most=highest, rng=for_comparison, wanted=comparison)
    return _gathered({name: tries[name] for name in METHODS}, given)


@dataclass(slots=True)
class _Null:
    """Parallel analyses in several ways from the same drawn matrices, for permuted answers take long to correlate."""

    source: pd.DataFrame | CorrelationResult
    given: CorrelationResult
    correlation: str
    draws: int
    percentile: float
    rng: np.random.Generator
    matrices: npt.NDArray[np.float64] | None = None

    def result(self, way: str) -> ParallelResult:
        """Parallel analysis with these communalities (one: components)."""
        values, n = comparable(self.given, self.correlation, inverted=way != "one")
        if self.matrices is None:
            draw = null_draws(self.source, self.given, n, self.rng, missing=self.given.missing)
            self.matrices = draw(self.draws)
        return beside_drawn(self.given, values, [self.matrices], way, percentile=self.percentile)


def _most_tried(null: _Null, n_items: int, most: int | None) -> int:
    """How many factors Hull goes up to: as `hull` has it; a third of the items where no null can be drawn."""
    if most is not None:
        return most
    try:
        found = null.result("smc").n_factors_mean
    except IkfsError:
        found = n_items // 3
    return most_tried(found, n_items)


def _tried(step: Callable[[], Found]) -> Found | IkfsError:
    try:
        return step()
    except IkfsError as error:
        return error


def _compared(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    given: CorrelationResult,
    *,
    most: int | None,
    rng: np.random.Generator,
    wanted: bool,
) -> Found | IkfsError | None:
    """Comparison data, the error that it met, or None when it was not asked for."""
    if not wanted:
        return None
    if isinstance(answers_or_matrix, CorrelationResult) or given.method == "given":
        return ParameterError("comparison data takes the distributions of the answers; a matrix has none.")
    kind = "spearman" if given.method == "spearman" else "pearson"
    return _tried(lambda: comparison_data(answers_or_matrix, most=most, correlation=kind, rng=rng))


def _gathered(tries: dict[str, Found | IkfsError | None], given: CorrelationResult) -> RetentionResult:
    rows = {name: _row(name, found, given) for name, found in tries.items()}
    criteria = pd.DataFrame.from_dict(rows, orient="index").astype({"n_factors": "Int64", "counts": bool})
    votes = {name: int(rows[name]["n_factors"]) for name in COUNTING if rows[name]["status"] == "ok"}
    details = {name: found for name, found in tries.items() if found is not None and not isinstance(found, IkfsError)}
    recommended, reason = decided(votes)
    return RetentionResult(
        criteria=criteria.rename_axis("method"),
        recommended=recommended,
        reason=reason,
        parallel={name: found for name, found in details.items() if isinstance(found, ParallelResult)},
        details=details,
        most=most_factors(len(given.matrix)),
        correlation=given.method,
        n=given.n,
        n_dropped=given.n_dropped,
        missing=given.missing,
        notes=(
            *remarks.singular(given, "what Hull and the eigenvalues of common factors find"),
            *remarks.weighted(given, "parallel analysis, the empirical Kaiser criterion and Hull"),
        ),
    )


def _row(name: str, found: Found | IkfsError | None, given: CorrelationResult) -> dict[str, Any]:
    """n_factors, counts, status and note of one criterion."""
    if found is None:
        return {"n_factors": pd.NA, "counts": False, "status": "not_asked", "note": "left out as asked"}
    if isinstance(found, IkfsError):
        return {"n_factors": pd.NA, "counts": False, "status": _status(name, found, given), "note": str(found)}
    number = found.n_factors_fourth if name == "map_fourth" and isinstance(found, MapResult) else found.n_factors
    return {"n_factors": number, "counts": name in COUNTING, "status": "ok", "note": _note(name, found, given)}


def _status(name: str, error: IkfsError, given: CorrelationResult) -> str:
    """A short key for the report."""
    if name == "comparison_data" and isinstance(error, ParameterError) and given.n_rows is None:
        return "needs_answers"
    if given.n is None and isinstance(error, ParameterError):
        return "needs_n"
    if name.startswith("parallel") and isinstance(error, ParameterError):
        return "needs_answers"
    keys = {TooFewError: "too_few", MatrixError: "matrix", ConvergenceError: "unsettled"}
    return next((key for kind, key in keys.items() if isinstance(error, kind)), "refused")


def _note(name: str, found: Found, given: CorrelationResult) -> str:
    """What a reader must know beside the number; often nothing."""
    if name not in COUNTING:
        return "shown for the reader, without a vote"
    if isinstance(found, HullResult) and found.unsettled is not None:
        return f"the solution of {found.unsettled} factors did not settle; fewer were compared"
    if isinstance(found, ComparisonResult):
        said = ["finds at least 1 factor"]
        if given.method not in (found.correlation, "given"):
            said.append("on Pearson correlations")
        if found.n != given.n:
            said.append(f"on the {found.n} complete rows")
        return ", ".join(said)
    return ""


def decided(votes: dict[str, int]) -> tuple[int, RetentionReason]:
    """The number with most votes, ties to parallel analysis among the tied, else to the smallest; and the reason.

    `votes`: what each counting criterion found. Raises ParameterError without any.
    """
    if not votes:
        raise ParameterError(
            "a number of factors needs at least one criterion that can be computed; found none. Give the answers, or n."
        )
    counts = Counter(votes.values())
    top = max(counts.values())
    tied = sorted(number for number, count in counts.items() if count == top)
    chosen = votes[_FIRST] if votes.get(_FIRST) in tied else tied[0]
    if len(tied) > 1:
        key = "tie_parallel" if votes.get(_FIRST) in tied else "tie_smallest"
    elif top == len(votes):
        key = "unanimous"
    else:
        key = "majority" if 2 * top > len(votes) else "plurality"
    return chosen, RetentionReason(
        key,
        tuple(name for name, number in votes.items() if number == chosen),
        {name: number for name, number in votes.items() if number != chosen},
        (min(votes.values()), max(votes.values())),
    )
