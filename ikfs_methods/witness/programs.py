"""The defaults of other programs: run where the program is a package of ours, imitated where it cannot be run here.

What is imitated, and where its defaults are documented: psych 2.2.9 (R; alpha, KMO, cortest.bartlett and fa correlate
pairwise and count all rows; fa takes one factor, minres and oblimin), SPSS Statistics (RELIABILITY and FACTOR in its
Command Syntax Reference: listwise, principal components with an eigenvalue above 1, varimax with Kaiser's
normalisation), JASP (jaspFactor: pairwise, minres, promax, parallel analysis of components against the mean)
and jamovi (jmv::efa: listwise, minres, oblimin, parallel analysis of factors, 20 draws).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import complete_rows, generator, varying
from ikfs_methods.correlation import CorrelationResult, correlation_matrix
from ikfs_methods.errors import IkfsError
from ikfs_methods.factor import bartlett_sphericity, exploratory, parallel_analysis
from ikfs_methods.factor import kmo as adequacy
from ikfs_methods.factor.retention.parallel import leading
from ikfs_methods.reliability import cronbach_alpha
from ikfs_methods.reliability.interval import feldt

T = TypeVar("T")
Settings = dict[str, str | int | float | bool]
_LONGEST_ERROR = 160
_LEVEL = 0.95  # of the intervals of pingouin and psych


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """A value, or None with the reason."""

    value: T | None
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Default:
    """What one program gives: `numbers` with the settings (`parts`) of each, or `loadings`; or an error."""

    program: str
    parts: tuple[Settings, ...]
    numbers: tuple[float, ...]
    computed_by: str
    version: str
    error: str = ""
    loadings: NDArray[np.float64] | None = None


def attempted(compute: Callable[[], T]) -> Attempt[T]:
    """The value, or the shortened text of whatever went wrong; warnings are silenced, for they are the program's."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return Attempt(compute())
    except Exception as error:  # noqa: BLE001 - other programs fail in any way, and the row shall say so
        text = str(error).strip() or "no message"
        name = "" if isinstance(error, IkfsError) else f"{type(error).__name__}: "
        whole = name + " ".join(text.split())
        return Attempt(None, whole if len(whole) <= _LONGEST_ERROR else whole[: _LONGEST_ERROR - 3] + "...")


def kmo_of(found: CorrelationResult) -> float:
    """Overall sampling adequacy of a correlation matrix."""
    return adequacy(found).overall


def bartlett_of(found: CorrelationResult) -> float:
    """Chi-square of Bartlett's test of a correlation matrix."""
    return bartlett_sphericity(found).chi2


def alpha(scale: pd.DataFrame) -> Iterator[Default]:
    """Alpha and the ends of its interval: pingouin, psych; alpha alone: SPSS."""
    pairwise: Settings = {"missing": "pairwise"}
    interval: Settings = {"missing": "pairwise", "interval": "feldt", "interval_n": len(scale), "level": _LEVEL}
    rounded: Settings = {**interval, "decimals": 3}
    yield _ran("pingouin", (pairwise, rounded, rounded), lambda: _pingouin_alpha(scale))
    yield _imitated("psych", (pairwise, interval, interval), lambda: _psych_alpha(scale))
    yield _imitated("SPSS", ({"missing": "listwise"},), lambda: (cronbach_alpha(scale).alpha,))


def _pingouin_alpha(scale: pd.DataFrame) -> tuple[float, ...]:
    from pingouin import cronbach_alpha as theirs  # noqa: PLC0415

    value, (low, high) = theirs(data=scale)
    return float(value), float(low), float(high)


def _psych_alpha(scale: pd.DataFrame) -> tuple[float, ...]:
    value = cronbach_alpha(scale, missing="pairwise").alpha
    return (value, *feldt(value, n=len(scale), k=scale.shape[1], level=_LEVEL))


def kmo(answers: pd.DataFrame) -> Iterator[Default]:
    """Overall sampling adequacy."""
    from factor_analyzer import calculate_kmo  # noqa: PLC0415

    yield from _factor_analyzer(answers, lambda values: float(calculate_kmo(values)[1]), {})
    yield from _imitated_suitability(answers, kmo_of, lambda _: {})


def bartlett(answers: pd.DataFrame) -> Iterator[Default]:
    """Chi-square of the test of sphericity."""
    from factor_analyzer import calculate_bartlett_sphericity  # noqa: PLC0415

    def chi2(values: NDArray[np.float64]) -> float:
        return float(calculate_bartlett_sphericity(values)[0])

    yield from _factor_analyzer(answers, chi2, {"n": len(answers)})
    yield from _imitated_suitability(answers, bartlett_of, lambda n: {"n": n})


def _factor_analyzer(
    answers: pd.DataFrame, compute: Callable[[NDArray[np.float64]], float], more: Settings
) -> Iterator[Default]:
    """On the answers as they are; and, where these have gaps, on those that its own factor analysis fills in."""
    values = answers.to_numpy(dtype=np.float64)
    base: Settings = {"correlation": "pearson", **more}
    if not np.isnan(values).any():
        yield _ran("factor_analyzer", ({"missing": "none", **base},), lambda: (compute(values),))
        return
    yield _ran("factor_analyzer", ({"missing": "not handled", **base},), lambda: (compute(values),))

    def filled() -> tuple[float]:
        from factor_analyzer.utils import impute_values  # noqa: PLC0415

        return (compute(impute_values(values.copy(), how="median")),)

    yield _ran("factor_analyzer", ({"missing": "median", **base},), filled)


def _imitated_suitability(
    answers: pd.DataFrame, compute: Callable[[CorrelationResult], float], more: Callable[[int], Settings]
) -> Iterator[Default]:
    """psych, which correlates pairwise and counts every row; SPSS, which uses complete rows."""
    for program, missing, n in (
        ("psych", "pairwise", len(answers)),
        ("SPSS", "listwise", int(answers.notna().all(axis=1).sum())),
    ):

        def compute_one(missing: str = missing, n: int = n) -> tuple[float]:
            return (compute(replace(correlation_matrix(answers, missing=missing), n=n)),)

        settings: Settings = {"missing": missing, "correlation": "pearson", **more(n)}
        yield _imitated(program, (settings,), compute_one)


def number_of_factors(answers: pd.DataFrame, rng: np.random.Generator | int | None) -> list[Default]:
    """How many factors each program takes when nobody says how many."""
    found = [
        _ran("factor_analyzer", ({"rule": "always 3"},), lambda: (float(_factor_analyzer_default()),)),
        _ran("statsmodels", ({"rule": "always 1"},), lambda: (float(_statsmodels_default()),)),
        _imitated("psych", ({"rule": "always 1"},), lambda: (1.0,)),
        _imitated("SPSS", ({"rule": "eigenvalue above 1", "missing": "listwise"},), lambda: (_above_one(answers),)),
    ]
    if rng is None:
        return found
    chance = generator(rng)
    for program, kind, missing, level in (
        ("JASP", "component", "pairwise", "mean"),
        ("jamovi", "factor", "listwise", "95th percentile"),
    ):

        def count(kind: str = kind, missing: str = missing, level: str = level) -> tuple[float]:
            n = len(answers) if missing == "pairwise" else None
            drawn = parallel_analysis(answers, kind=kind, missing=missing, n=n, draws=20, rng=chance)
            bound = drawn.simulated_mean if level == "mean" else drawn.simulated
            above = drawn.observed.to_numpy() > bound.to_numpy()
            return (float(max(1, leading(above))),)

        rule: Settings = {"rule": f"parallel analysis of {kind}s, 20 draws, {level}", "missing": missing}
        found.append(_imitated(program, (rule,), count))
    return found


def _factor_analyzer_default() -> int:
    from factor_analyzer import FactorAnalyzer  # noqa: PLC0415

    return int(FactorAnalyzer().n_factors)


def _statsmodels_default() -> int:
    from inspect import signature  # noqa: PLC0415

    from statsmodels.multivariate.factor import Factor  # noqa: PLC0415

    return int(signature(Factor).parameters["n_factor"].default)


def _above_one(answers: pd.DataFrame) -> float:
    # An eigenvalue of exactly 1, as of an item that correlates with nothing, comes out with an error of about 1e-15.
    return float((np.linalg.eigvalsh(correlation_matrix(answers).matrix.to_numpy()) > 1 + 1e-12).sum())


def loadings(answers: pd.DataFrame, count: int, own_number: Mapping[str, int]) -> Iterator[Default]:
    """Rotated loadings of each program, with its own number of factors and with `count`."""
    for program, (settings, compute) in _SEARCHES.items():
        name = program.partition(" ")[0]
        for size in dict.fromkeys([own_number.get(name, count), count]):
            one: Settings = {"rotation": "none", "kaiser": False} if size == 1 else {}
            whole: Settings = {"correlation": "pearson", "n_factors": size, **settings, **one}
            found = attempted(lambda compute=compute, size=size: compute(answers, size))  # type: ignore[misc]
            ran = name in ("factor_analyzer", "statsmodels")
            if found.value is not None and not np.isfinite(found.value).all():
                found = Attempt(None, "its loadings are not numbers")
            yield Default(
                program, (whole,), (), "program" if ran else "imitation", version(name) if ran else "", found.error,
                found.value,
            )  # fmt: skip


def _factor_analyzer_loadings(answers: pd.DataFrame, size: int) -> NDArray[np.float64]:
    from factor_analyzer import FactorAnalyzer  # noqa: PLC0415

    return np.asarray(FactorAnalyzer(n_factors=size).fit(answers).loadings_, dtype=np.float64)


def _statsmodels_loadings(answers: pd.DataFrame, size: int) -> NDArray[np.float64]:
    from statsmodels.multivariate.factor import Factor  # noqa: PLC0415

    return np.asarray(Factor(answers.to_numpy(), n_factor=size).fit().loadings, dtype=np.float64)


def _imitated_loadings(**options: Any) -> Callable[[pd.DataFrame, int], NDArray[np.float64]]:
    def compute(answers: pd.DataFrame, size: int) -> NDArray[np.float64]:
        varying(complete_rows(answers) if options["missing"] == "listwise" else answers)
        return exploratory(answers, n_factors=size, **options).loadings.to_numpy()

    return compute


_SEARCHES: dict[str, tuple[Settings, Callable[[pd.DataFrame, int], NDArray[np.float64]]]] = {
    "factor_analyzer": (
        {"missing": "median", "extraction": "minres", "rotation": "promax", "kaiser": False},
        _factor_analyzer_loadings,
    ),
    "statsmodels": (
        {"missing": "listwise", "extraction": "paf", "rotation": "none", "kaiser": False},
        _statsmodels_loadings,
    ),
    "psych": (
        {"missing": "pairwise", "extraction": "minres", "rotation": "oblimin", "kaiser": False},
        _imitated_loadings(missing="pairwise"),
    ),
    'psych fm="pa"': (
        {"missing": "pairwise", "extraction": "paf", "rotation": "oblimin", "kaiser": False, "stop": "early"},
        _imitated_loadings(missing="pairwise", extraction="paf", paf_stop="psych"),
    ),
    "SPSS": (
        {"missing": "listwise", "extraction": "pca", "rotation": "varimax", "kaiser": True},
        _imitated_loadings(missing="listwise", extraction="pca", rotation="varimax", normalize=True),
    ),
    "JASP": (
        {"missing": "pairwise", "extraction": "minres", "rotation": "promax", "kaiser": True},
        _imitated_loadings(missing="pairwise", rotation="promax", normalize=True),
    ),
    "jamovi": (
        {"missing": "listwise", "extraction": "minres", "rotation": "oblimin", "kaiser": False},
        _imitated_loadings(missing="listwise"),
    ),
}


def _ran(program: str, parts: tuple[Settings, ...], compute: Callable[[], tuple[float, ...]]) -> Default:
    found = attempted(compute)
    return Default(program, parts, found.value or (), "program", version(program), found.error)


def _imitated(program: str, parts: tuple[Settings, ...], compute: Callable[[], tuple[float, ...]]) -> Default:
    found = attempted(compute)
    return Default(program, parts, found.value or (), "imitation", "", found.error)
