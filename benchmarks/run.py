"""Our methods beside pingouin and factor_analyzer: the same simulated answers, one process, one thread.

Prints the median time of each and their ratio, with the largest difference between the two results, so that a fast
wrong answer does not pass for a good one. `make bench` runs it; nothing is written.
"""

from __future__ import annotations

import os

THREADS = "1"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = THREADS  # before numpy is imported: a BLAS reads it once

import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pingouin
from factor_analyzer import FactorAnalyzer
from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

import ikfs_methods as ikfs

ROOT = Path(__file__).resolve().parents[1]
ROUND = ROOT / "data" / "rounds" / "fgd-2020-03-26"
SIZES = ((200, 12), (1_200, 24), (5_000, 60))
N_FACTORS = 3
SEED = 20_200_326
REPEATS = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One coefficient by two programs; each call returns the numbers that are compared."""

    name: str
    other: str
    ours: Callable[[pd.DataFrame], np.ndarray]
    theirs: Callable[[pd.DataFrame], np.ndarray]


def answers(n: int, k: int) -> pd.DataFrame:
    """Answers 1-5 of `n` respondents to `k` items of three factors that correlate .3, loadings .5 to .8."""
    rng = np.random.default_rng([SEED, n, k])
    phi = np.full((N_FACTORS, N_FACTORS), 0.3) + 0.7 * np.eye(N_FACTORS)
    factors = rng.multivariate_normal(np.zeros(N_FACTORS), phi, size=n)
    loading = np.linspace(0.5, 0.8, k)
    latent = factors[:, np.arange(k) % N_FACTORS] * loading + rng.normal(size=(n, k)) * np.sqrt(1 - loading**2)
    points = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1
    return pd.DataFrame(points, columns=[f"item{i + 1}" for i in range(k)])


def their_loadings(data: pd.DataFrame) -> np.ndarray:
    """Sorted absolute loadings: signs and the order of factors are arbitrary in both programs."""
    fitted = FactorAnalyzer(n_factors=N_FACTORS, method="minres", rotation="oblimin").fit(data)
    return np.sort(np.abs(fitted.loadings_), axis=None)


def our_loadings(data: pd.DataFrame) -> np.ndarray:
    """The same of ours; rows are Kaiser-normalised in neither."""
    found = ikfs.factor.exploratory(data, n_factors=N_FACTORS, extraction="minres", rotation="oblimin")
    return np.sort(np.abs(found.loadings.to_numpy()), axis=None)


CASES = (
    Case(
        "cronbach_alpha",
        "pingouin",
        lambda data: np.array([ikfs.reliability.cronbach_alpha(data).alpha]),
        lambda data: np.array([pingouin.cronbach_alpha(data=data)[0]]),
    ),
    Case(
        "kmo",
        "factor_analyzer",
        lambda data: np.array([ikfs.factor.kmo(data).overall]),
        lambda data: np.array([calculate_kmo(data)[1]]),
    ),
    Case(
        "bartlett_sphericity",
        "factor_analyzer",
        lambda data: np.array([ikfs.factor.bartlett_sphericity(data).chi2]),
        lambda data: np.array([calculate_bartlett_sphericity(data)[0]]),
    ),
    Case("minres + oblimin", "factor_analyzer", our_loadings, their_loadings),
)


def median_time(
    call: Callable[[], object], repeats: int = REPEATS, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Median seconds of a call; the first, which pays for lazy imports, is not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = clock()
        call()
        times.append(clock() - started)
    return statistics.median(times)


def beside_others() -> None:
    """The table of coefficients; a ratio below 1 means that ours takes less time."""
    print(
        f"{'coefficient':<20} {'n x k':>10} {'ours':>10} {'other':>10} {'ratio':>7} {'difference':>11}  other program"
    )
    for n, k in SIZES:
        data = answers(n, k)
        for case in CASES:
            gap = float(np.max(np.abs(case.ours(data) - case.theirs(data))))
            ours = median_time(lambda case=case, data=data: case.ours(data))  # type: ignore[misc]
            theirs = median_time(lambda case=case, data=data: case.theirs(data))  # type: ignore[misc]
            size = f"{n} x {k}"
            print(
                f"{case.name:<20} {size:>10} {1e3 * ours:>7.2f} ms {1e3 * theirs:>7.2f} ms "
                f"{ours / theirs:>7.2f} {gap:>11.1e}  {case.other}",
                flush=True,
            )


def start_time(code: str) -> float:
    """Median seconds of a new Python that runs one line."""
    return median_time(lambda: subprocess.run([sys.executable, "-c", code], check=True))


def whole_chain() -> None:
    """What a user waits for: the import, opening a round, and comparing a variant of it."""
    bare = start_time("pass")
    print(f"{'import ikfs_methods':<44} {start_time('import ikfs_methods') - bare:>7.2f} s")
    if not (ROUND / "round.yaml").is_file():
        print(f"no round in {ROUND.relative_to(ROOT)}: nothing to open")
        return
    base: Any = ikfs.open_round(ROUND)
    item = base.framework.indicators[-1]
    opening = median_time(lambda: ikfs.open_round(ROUND), repeats=3)
    comparing = median_time(lambda: ikfs.compare_variants(base, ikfs.open_round(ROUND, drop=[item])), repeats=3)
    print(f"{'open_round':<44} {opening:>7.2f} s")
    print(f"{f'open_round without {item} and compare_variants':<44} {comparing:>7.2f} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # factor_analyzer calls what scikit-learn has deprecated
    print(f"Threads of the linear algebra: {THREADS}. Seed {SEED}, median of {REPEATS}; ratio = ours / other.")
    beside_others()
    whole_chain()
