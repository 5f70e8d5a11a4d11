"""What each program's defaults would give for the same answers, beside our values, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from ikfs_methods.checks import numeric_frame
from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.factor import ExploratoryResult, exploratory
from ikfs_methods.reliability import AlphaResult, cronbach_alpha
from ikfs_methods.result import Shown
from ikfs_methods.witness import programs
from ikfs_methods.witness.alignment import worst_cell
from ikfs_methods.witness.options import check_methods, check_solution, checked_alphas, members
from ikfs_methods.witness.programs import Attempt, Default, Settings, attempted

DEFAULT_COLUMNS = (
    "coefficient", "subject", "ours", "our_settings", "program", "version", "their_settings", "theirs", "difference",
    "why", "congruence", "computed_by", "error",
)  # fmt: skip

# Fixed sentences by key, so that a report can translate them. A key is the setting in which the two differ.
WHY: Mapping[str, str] = MappingProxyType(
    {
        "missing": "Missing answers are treated in another way.",
        "interval": "Another formula gives the interval.",
        "interval_n": "The interval takes another number of respondents.",
        "level": "The interval has another level.",
        "n": "The test takes another number of respondents.",
        "correlation": "Another kind of correlation is analysed.",
        "rule": "Another rule decides on the number of factors.",
        "n_factors": "Another number of factors is taken.",
        "extraction": "The factors are extracted by another method.",
        "stop": "The extraction stops before it has converged.",
        "rotation": "The factors are rotated by another criterion.",
        "decimals": "The program rounds to three decimals.",
        "kaiser": "Kaiser's normalisation is used on one side only.",
        "same": "The defaults coincide with our settings for these answers.",
        "undefined": "One side gives no number.",
    }
)


@dataclass(frozen=True, slots=True)
class DefaultRow:
    """One coefficient under our settings and under one program's defaults.

    `why` holds keys of WHY: the settings that differ and bear on these answers. `congruence`, of loadings, is the least
    one (Tucker) of the factors that could be matched. `computed_by` is program (it was run) or imitation (our own code
    under its published defaults, for programs that cannot be run here). `error` says why a value is missing.
    """

    coefficient: str
    subject: str
    ours: float
    our_settings: Mapping[str, str | int | float | bool]
    program: str
    version: str
    their_settings: Mapping[str, str | int | float | bool]
    theirs: float
    why: tuple[str, ...]
    computed_by: str
    congruence: float = np.nan
    error: str = ""

    @property
    def difference(self) -> float:
        """Ours minus theirs."""
        return self.ours - self.theirs


@dataclass(frozen=True, slots=True, eq=False)
class DefaultsResult(Shown):
    """All rows; `frame` has the columns DEFAULT_COLUMNS, settings and reasons as text."""

    rows: tuple[DefaultRow, ...]
    n_rows: int
    n_complete: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row per coefficient, subject and program."""
        table = {name: [getattr(row, name) for row in self.rows] for name in DEFAULT_COLUMNS}
        for name in ("our_settings", "their_settings"):
            table[name] = [", ".join(f"{key}={value}" for key, value in given.items()) for given in table[name]]
        table["why"] = [", ".join(keys) for keys in table["why"]]
        return pd.DataFrame(table)

    def to_frame(self) -> pd.DataFrame:
        """The table, one row per coefficient, subject and program."""
        return self.frame


@dataclass(frozen=True, slots=True)
class _Ours:
    """What the comparison needs to know of our side."""

    answers: pd.DataFrame
    missing: str
    level: float
    correlation: str
    extraction: str
    rotation: str
    rule: str
    rng: np.random.Generator | int | None
    alphas: Mapping[str, AlphaResult] = field(default_factory=dict)


def defaults(
    answers: pd.DataFrame,
    *,
    n_factors: int | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    subject: str = "all",
    alphas: Mapping[str, AlphaResult] | None = None,
    solution: ExploratoryResult | None = None,
    missing: str = "listwise",
    level: float = 0.95,
    correlation: str = "pearson",
    extraction: str = "minres",
    rotation: str = "oblimin",
    rule: str = "given",
    rng: np.random.Generator | int | None = None,
) -> DefaultsResult:
    """Alpha, KMO, Bartlett's test, number of factors and loadings by each program's defaults (respondents by items).

    Ours are computed by the package's functions under the settings given, or taken from `alphas` (by scale) and
    `solution`, whose own settings then count. `scales` names the items of each scale whose alpha is compared (None: one
    scale of all items, named `subject`); the rest is on all items. `rule` says in a word how `n_factors` was found;
    without n_factors or a solution the rows on factors are left out. `rng` (Generator or seed) serves the programs that
    decide by parallel analysis; without it those rows are left out.

    pingouin, factor_analyzer and statsmodels are run with their own defaults; psych, SPSS, JASP and jamovi cannot be
    run here and are imitated by our functions under their documented defaults (see `programs`). Each row of loadings is
    the cell that differs most after matching factors. Every program appears with its own default number of factors and,
    where that differs, with ours. A program that fails gives a row that says so. Answers the question: had somebody
    pressed the button in another program, what would the report say, and why.

    Raises ParameterError, ColumnError (a scale or solution with items that the answers lack), and what
    `checks.numeric_frame` raises.
    """
    frame = numeric_frame(answers, min_rows=3)
    check_methods(
        missing=missing, level=level, correlation=correlation, extraction=extraction, rotation=rotation, rng=rng
    )
    check_solution(solution, n_factors, frame.columns)
    by_scale = members(scales, frame.columns, subject)
    ours = _Ours(frame, missing, level, correlation, extraction, rotation, rule, rng, checked_alphas(alphas))
    rows = [row for name, items in by_scale.items() for row in _alpha_rows(ours, name, items)]
    rows += _suitability_rows(ours, subject, solution)
    if solution is not None or n_factors is not None:
        rows += _factor_rows(ours, subject, solution, n_factors)
    return DefaultsResult(tuple(rows), len(frame), int(frame.notna().all(axis=1).sum()))


def _alpha_rows(ours: _Ours, name: str, items: list[str]) -> Iterator[DefaultRow]:
    scale = ours.answers[items]
    mine = Attempt(ours.alphas.get(name))
    if mine.value is None:
        mine = attempted(lambda: cronbach_alpha(scale, level=ours.level, missing=ours.missing))  # type: ignore[arg-type]
    result = mine.value
    settings: Settings = {"missing": ours.missing if result is None else result.missing}
    wide: Settings = settings | (
        {} if result is None
        else {"interval": result.interval, "interval_n": result.n_respondents, "level": result.level}
    )  # fmt: skip
    parts = {"alpha": settings, "alpha_ci_low": wide, "alpha_ci_high": wide}
    values = (
        {}
        if result is None
        else {"alpha": result.alpha, "alpha_ci_low": result.ci_low, "alpha_ci_high": result.ci_high}
    )
    for default in programs.alpha(scale):
        for place, (coefficient, own) in enumerate(parts.items()):
            if place >= len(default.parts):
                continue
            yield _row(scale, (coefficient, name), (values.get(coefficient, np.nan), own, mine.error), default, place)


def _suitability_rows(ours: _Ours, subject: str, solution: ExploratoryResult | None) -> Iterator[DefaultRow]:
    given = Attempt(None if solution is None else solution.correlations)
    if given.value is None:
        given = attempted(lambda: correlation_matrix(ours.answers, method=ours.correlation, missing=ours.missing))
    found = given.value
    settings: Settings = {"missing": ours.missing, "correlation": ours.correlation}
    if found is not None:
        settings = {"missing": found.missing, "correlation": found.method}
    for coefficient, compute, theirs in (
        ("kmo", programs.kmo_of, programs.kmo(ours.answers)),
        ("bartlett_chi2", programs.bartlett_of, programs.bartlett(ours.answers)),
    ):
        mine: Attempt[float] = Attempt(None, given.error)
        if found is not None:
            mine = attempted(lambda compute=compute: compute(found))  # type: ignore[misc]
        own = settings if coefficient == "kmo" or found is None else settings | {"n": found.n or 0}
        value = np.nan if mine.value is None else mine.value
        for default in theirs:
            yield _row(ours.answers, (coefficient, subject), (value, own, mine.error), default, 0)


def _factor_rows(
    ours: _Ours, subject: str, solution: ExploratoryResult | None, n_factors: int | None
) -> Iterator[DefaultRow]:
    count = solution.n_factors if solution is not None else int(n_factors or 0)
    numbers = programs.number_of_factors(ours.answers, ours.rng)
    for default in numbers:
        yield _row(ours.answers, ("n_factors", subject), (count, {"rule": ours.rule}, ""), default, 0)
    mine = Attempt(solution)
    if solution is None:
        mine = attempted(
            lambda: exploratory(
                ours.answers, n_factors=count, extraction=ours.extraction, rotation=ours.rotation,
                correlation=ours.correlation, missing=ours.missing,
            )
        )  # fmt: skip
    found = mine.value
    settings = _solution_settings(ours, found, count)
    own_number = {default.program: int(default.numbers[0]) for default in numbers if default.numbers}
    for default in programs.loadings(ours.answers, count, own_number):
        yield _loading_row(ours, subject, (found, settings, mine.error), default)


def _solution_settings(ours: _Ours, found: ExploratoryResult | None, count: int) -> Settings:
    if found is None:
        return {
            "missing": ours.missing, "correlation": ours.correlation, "n_factors": count,
            "extraction": ours.extraction, "rotation": ours.rotation,
        }  # fmt: skip
    turned = count > 1 and found.rotation != "none"
    return {
        "missing": found.correlations.missing, "correlation": found.correlation, "n_factors": count,
        "extraction": found.extraction, "rotation": found.rotation if turned else "none",
        "kaiser": turned and found.normalize,
    }  # fmt: skip


def _loading_row(
    ours: _Ours, subject: str, mine: tuple[ExploratoryResult | None, Settings, str], default: Default
) -> DefaultRow:
    found, settings, trouble = mine
    if found is None or default.loadings is None:
        return _row(ours.answers, ("loading", subject), (np.nan, settings, trouble), default, 0)
    theirs = pd.DataFrame(default.loadings, index=ours.answers.columns).loc[found.loadings.index]
    cell = worst_cell(found.loadings, theirs.to_numpy())
    place = f"{subject} / {cell.item} / {cell.factor}"
    shown = Default(default.program, default.parts, (cell.theirs,), default.computed_by, default.version, default.error)
    return _row(ours.answers, ("loading", place), (cell.ours, settings, trouble), shown, 0, congruence=cell.congruence)


def _row(
    answers: pd.DataFrame,
    what: tuple[str, str],
    mine: tuple[float, Settings, str],
    default: Default,
    place: int,
    *,
    congruence: float = np.nan,
) -> DefaultRow:
    value, settings, trouble = mine
    theirs = default.numbers[place] if default.numbers else np.nan
    error = "; ".join(text for text in (f"ours: {trouble}" if trouble else "", default.error) if text)
    why = _why(settings, default.parts[place], gaps=bool(answers.isna().to_numpy().any()))
    if not np.isfinite([value, theirs]).all():
        why = ("undefined",)
        error = error or "a value is not a number"
    return DefaultRow(
        *what, float(value), MappingProxyType(settings), default.program, default.version,
        MappingProxyType(default.parts[place]), float(theirs), why, default.computed_by, congruence, error,
    )  # fmt: skip


def _why(ours: Settings, theirs: Settings, *, gaps: bool) -> tuple[str, ...]:
    """Keys of the settings that differ; how gaps are treated differs only where there are gaps."""
    keys = [key for key in WHY if key in ours and key in theirs and ours[key] != theirs[key]]
    keys += [key for key in ("stop", "decimals") if key in theirs and key not in ours]
    bearing = [key for key in keys if gaps or key != "missing"]
    return tuple(bearing) or ("same",)
