"""The psychometric core beside pingouin, factor_analyzer and semopy: one process, one thread, the same answers.

Prints the median CPU seconds of ours, our goal, the time of the other program and the ratio, with the largest
difference between the two results, so that a fast wrong answer does not pass for a good one; then how each grows with
the number of respondents and of items. Where no other program in Python has the method, a plain loop of numpy stands
in, and is called so; what another program would need too long for is timed on fewer draws and multiplied, and is
marked "x". The seconds of R's programs were measured on another machine of this kind (psych 2.2.9, lavaan 0.6-14);
they give the scale. Nothing is written, and a goal that is missed is said, not raised: a benchmark is no test.
"""

from __future__ import annotations

import run  # isort: skip - first: it tells the linear algebra to use one thread before numpy is imported

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pingouin
from factor_analyzer import FactorAnalyzer

import ikfs_methods as ikfs

N, K, FACTORS, SIX_POINTS = 2_800, 25, 5, 6
SIZES = (300, 1_200, 2_800, 10_000)
WIDTHS = (10, 25, 50)
REPEATS = 5

Call = Callable[[], np.ndarray]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another way to the same numbers; `times` is what its seconds are multiplied by, for draws that were left out."""

    name: str
    call: Call
    times: int = 1
    comparable: bool = True  # False where chance makes its numbers others


@dataclass(frozen=True, slots=True)
class Case:
    """One of our methods on given answers, its goal in seconds and what R takes."""

    name: str
    goal: float
    by_r: str
    ours: Callable[[pd.DataFrame], Call]
    peers: Callable[[pd.DataFrame], list[Peer]]


def cpu_time(call: Call, repeats: int = REPEATS) -> float:
    """Median CPU seconds, which other work on the machine hardly lengthens; R's figures are CPU seconds too.

    A call of a few milliseconds is repeated more often, for about a second in all: its first runs are slower.
    """
    once = run.median_time(call, 1, time.process_time)
    often = repeats if repeats == 1 else int(min(60, max(repeats, 1 / max(once, 1e-3))))
    return run.median_time(call, often, time.process_time)


def answers(n: int, k: int, *, points: int = SIX_POINTS, n_factors: int = FACTORS) -> pd.DataFrame:
    """Answers 1 to `points` of `n` respondents to `k` items of several factors that correlate .3, loadings .5 to .8."""
    rng = np.random.default_rng([run.SEED, n, k, points])
    phi = np.full((n_factors, n_factors), 0.3) + 0.7 * np.eye(n_factors)
    factors = rng.multivariate_normal(np.zeros(n_factors), phi, size=n)
    loading = np.linspace(0.5, 0.8, k)
    latent = factors[:, np.arange(k) % n_factors] * loading + rng.normal(size=(n, k)) * np.sqrt(1 - loading**2)
    cuts = np.linspace(-1.6, 1.4, points - 1)
    return pd.DataFrame(np.digitize(latent, cuts) + 1, columns=[f"item{i + 1}" for i in range(k)])


def polychoric(data: pd.DataFrame) -> Call:
    """All correlations of the latent answers."""

    def call() -> np.ndarray:
        return ikfs.correlation.correlation_matrix(data, method="polychoric").matrix.to_numpy()

    return call


def polychoric_by_semopy(data: pd.DataFrame) -> list[Peer]:
    """One pair of the 300 that ours fits."""
    from semopy.polycorr import polychoric_corr  # noqa: PLC0415

    pairs = data.shape[1] * (data.shape[1] - 1) // 2
    first = data.iloc[:, :2].to_numpy()
    return [Peer("semopy", lambda: np.array([[1.0, polychoric_corr(first[:, 0], first[:, 1])]]), pairs)]


def parallel(kind: str, communalities: str = "minres") -> Callable[[pd.DataFrame], Call]:
    """Parallel analysis with 500 draws from the correlations."""

    def prepared(data: pd.DataFrame) -> Call:
        def call() -> np.ndarray:
            found = ikfs.factor.parallel_analysis(data, kind=kind, communalities=communalities, draws=500, rng=run.SEED)
            return found.simulated_mean.to_numpy()

        return call

    return prepared


def parallel_by_loop(data: pd.DataFrame) -> list[Peer]:
    """Eigenvalues of the correlations of drawn answers, one set after the other."""
    draws = 25

    def loop() -> np.ndarray:
        rng = np.random.default_rng(run.SEED)
        drawn = [np.linalg.eigvalsh(np.corrcoef(rng.standard_normal(data.shape).T)) for _ in range(draws)]
        return np.asarray(np.mean(drawn, axis=0)[::-1])

    return [Peer("plain loop", loop, 500 // draws, comparable=False)]


def exploratory(data: pd.DataFrame) -> Call:
    """Sorted absolute loadings: signs and the order of factors are arbitrary."""
    return lambda: sorted_sizes(ikfs.factor.exploratory(data, n_factors=FACTORS).loadings.to_numpy())


def sorted_sizes(loadings: np.ndarray) -> np.ndarray:
    """Absolute values in order."""
    return np.sort(np.abs(loadings), axis=None)


def exploratory_by_others(data: pd.DataFrame) -> list[Peer]:
    """The same by factor_analyzer."""

    def fitted() -> np.ndarray:
        return sorted_sizes(FactorAnalyzer(n_factors=FACTORS, method="minres", rotation="oblimin").fit(data).loadings_)

    return [Peer("factor_analyzer", fitted)]


def bootstrapped(data: pd.DataFrame) -> Call:
    """Loadings with intervals from 1,000 resamples."""

    def call() -> np.ndarray:
        found = ikfs.factor.exploratory(data, n_factors=FACTORS, bootstrap=1000, rng=run.SEED)
        return np.asarray(found.bootstrap.loadings_se.to_numpy())  # type: ignore[union-attr]

    return call


def bootstrapped_by_others(data: pd.DataFrame) -> list[Peer]:
    """Fits by factor_analyzer, without aligning them or finding intervals."""
    draws = 10

    def loop() -> np.ndarray:
        rng = np.random.default_rng(run.SEED)
        for _ in range(draws):
            again = data.iloc[rng.integers(0, len(data), len(data))]
            FactorAnalyzer(n_factors=FACTORS, method="minres", rotation="oblimin").fit(again)
        return np.zeros(0)

    return [Peer("factor_analyzer", loop, 1000 // draws, comparable=False)]


def alpha_bootstrapped(data: pd.DataFrame) -> Call:
    """Interval of alpha, and of alpha without each item, from 1,000 resamples."""

    def call() -> np.ndarray:
        found = ikfs.reliability.cronbach_alpha(data, interval="bootstrap", draws=1000, rng=run.SEED)
        return np.array([found.ci_low, found.ci_high])

    return call


def alpha_bootstrapped_by_others(data: pd.DataFrame) -> list[Peer]:
    """Alpha by pingouin of the items and of all but one, resample after resample."""
    draws = 2

    def loop() -> np.ndarray:
        rng = np.random.default_rng(run.SEED)
        for _ in range(draws):
            again = data.iloc[rng.integers(0, len(data), len(data))].reset_index(drop=True)
            for left_out in [None, *data.columns]:
                pingouin.cronbach_alpha(data=again if left_out is None else again.drop(columns=left_out))
        return np.zeros(0)

    return [Peer("pingouin", loop, 1000 // draws, comparable=False)]


def omega(data: pd.DataFrame) -> Call:
    """Omega total and hierarchical."""

    def call() -> np.ndarray:
        found = ikfs.reliability.mcdonald_omega(data, n_factors=3)
        return np.array([found.omega_total, found.omega_hierarchical])

    return call


def halves(data: pd.DataFrame) -> Call:
    """All halves of the first 16 items."""
    part = data.iloc[:, :16]

    def call() -> np.ndarray:
        found = ikfs.reliability.split_half(part)
        return np.array([found.minimum, found.mean, found.maximum])

    return call


def nobody(_: pd.DataFrame) -> list[Peer]:
    """No other program in Python has it."""
    return []


CASES = (
    Case("polychoric correlations", 0.05, "psych 8.7, lavCor 0.65", polychoric, polychoric_by_semopy),
    Case("parallel, components", 0.08, "psych 6.6 for 100", parallel("component"), parallel_by_loop),
    Case("parallel, factors by SMC", 0.08, "", parallel("factor", "smc"), nobody),
    Case("parallel, factors by minres", 0.5, "psych 6.6 for 100", parallel("factor"), nobody),
    Case("minres + oblimin, 5 factors", 0.015, "psych 0.05", exploratory, exploratory_by_others),
    Case("the same, 1,000 resamples", 2.0, "psych 4.9 for 100", bootstrapped, bootstrapped_by_others),
    Case("alpha, 1,000 resamples", 0.10, "psych 2.9, 5 items", alpha_bootstrapped, alpha_bootstrapped_by_others),
    Case("omega, 3 factors", 0.015, "psych 0.06", omega, nobody),
    Case("6,435 halves of 16 items", 0.01, "psych 0.16", halves, nobody),
)


def other(case: Case, data: pd.DataFrame, ours: float) -> str:
    """What the other programs take, and how far their numbers lie from ours."""
    said = []
    try:
        for peer in case.peers(data):
            found, mine = peer.call(), case.ours(data)()
            gap = ""
            if peer.comparable:
                same = mine[: len(found), : found.shape[1]] if mine.ndim == 2 else mine
                gap = f", difference {np.abs(same - found).max():.0e}"
            seconds = peer.times * cpu_time(peer.call, 1 if peer.times > 1 else REPEATS)
            said.append(f"{peer.name} {seconds:.3g} s{'x' if peer.times > 1 else ''} (1:{seconds / ours:.0f}{gap})")
    except Exception as error:  # noqa: BLE001 - a peer that breaks here is told, and the others are timed
        said.append(f"fails: {type(error).__name__}: {str(error).splitlines()[0][:60]}")
    return "; ".join(said) or "none has it"


def beside_others() -> None:
    """Each case on 2,800 answers to 25 items."""
    data = answers(N, K)
    print(f"{'n = 2,800, 25 six-point items':<30} {'ours':>9} {'goal':>9}   {'R, seconds':<24} other programs")
    for case in CASES:
        ours = cpu_time(case.ours(data))
        missed = "" if ours <= case.goal else " MISSED"
        print(
            f"{case.name:<30} {1e3 * ours:>6.1f} ms {1e3 * case.goal:>6.0f} ms{missed:<2} {case.by_r:<24} "
            f"{other(case, data, ours)}",
            flush=True,
        )


def growth() -> None:
    """Milliseconds by respondents (at 25 items) and by items (at 2,800 respondents)."""
    heads = [f"n={n}" for n in SIZES] + [f"k={k}" for k in WIDTHS]
    print(f"\n{'milliseconds':<30}" + "".join(f"{head:>9}" for head in heads))
    sets = [answers(n, K) for n in SIZES] + [answers(N, k) for k in WIDTHS]
    for case in CASES:
        cells = []
        for data in sets:
            too_narrow = "halves" in case.name and data.shape[1] < 16
            cells.append("-" if too_narrow else f"{1e3 * cpu_time(case.ours(data), 3):.1f}")
        print(f"{case.name:<30}" + "".join(f"{cell:>9}" for cell in cells), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the other programs call what newer libraries have deprecated
    print(f"Threads of the linear algebra: {run.THREADS}. Seed {run.SEED}, median of {REPEATS} or more, ours:other.")
    beside_others()
    if "--no-growth" not in sys.argv:
        growth()
