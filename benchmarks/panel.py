"""The expert panel beside statsmodels, pingouin, scikit-learn and a plain loop: one process, one thread, same answers.

A panel of 12 experts who rate 24 items on four points, and the weights that they give. Prints the CPU time of ours, our
goal, the time of the other program and the ratio, with the largest difference between the two results where both are
defined alike. What another program would need too long for is timed on fewer draws and multiplied, and is marked "x".
Nothing is written, and a goal that is missed is said, not raised: a benchmark is no test.
"""

from __future__ import annotations

import run  # isort: skip - first: it tells the linear algebra to use one thread before numpy is imported

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
import pingouin
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

import ikfs_methods as ikfs

EXPERTS, ITEMS, LOW, HIGH = 12, 24, 1, 4
DRAWS = 1000
SLOW = 5  # draws of what takes long

Call = Callable[[], np.ndarray]


@dataclass(frozen=True, slots=True)
class Case:
    """One of our results, its goal in seconds, and other ways to the same; `times` multiplies their seconds."""

    name: str
    goal: float
    ours: Call
    peers: dict[str, tuple[Call, int]] = field(default_factory=dict)
    comparable: bool = True


def ratings() -> pd.DataFrame:
    """Ratings 1-4 (experts, items): an item's quality, an expert's leniency, and noise."""
    rng = np.random.default_rng(run.SEED)
    exact = 3.2 + rng.normal(0, 0.5, ITEMS) + rng.normal(0, 0.2, (EXPERTS, 1)) + rng.normal(0, 0.5, (EXPERTS, ITEMS))
    points = np.clip(np.rint(exact), LOW, HIGH)
    return pd.DataFrame(
        points, index=[f"E{i:02d}" for i in range(1, EXPERTS + 1)], columns=[f"item{j}" for j in range(1, ITEMS + 1)]
    )


def judgements(n: int = 8) -> pd.DataFrame:
    """Paired comparisons of n elements by every expert, on the 1-9 scale."""
    rng = np.random.default_rng(run.SEED)
    base = rng.normal(0, 0.6, n)
    rows = []
    for expert in range(1, EXPERTS + 1):
        view = base + rng.normal(0, 0.3, n)
        for i, j in combinations(range(n), 2):
            ratio = view[i] - view[j] + rng.normal(0, 0.1)
            strength = int(np.clip(np.rint(np.exp(abs(ratio))), 1, 9))
            rows.append((f"E{expert:02d}", "I", f"c{i}", f"c{j}", "left" if ratio >= 0 else "right", strength))
    return pd.DataFrame(rows, columns=["expert", "parent", "left", "right", "favours", "strength"])


PANEL = ratings()
JUDGED = judgements()


def fleiss_by_statsmodels(rated: np.ndarray) -> float:
    """Fleiss' kappa of (items, experts)."""
    table, _ = aggregate_raters(rated)
    return float(fleiss_kappa(table))


def icc_by_pingouin(rated: np.ndarray) -> np.ndarray:
    """The six intraclass correlations of (items, experts)."""
    items, experts = rated.shape
    long = pd.DataFrame(
        {
            "item": np.repeat(np.arange(items), experts),
            "expert": np.tile(np.arange(experts), items),
            "rating": rated.ravel(),
        }
    )
    table = pingouin.intraclass_corr(long, targets="item", raters="expert", ratings="rating")
    return np.asarray(table["ICC"], dtype=np.float64)


def agreement_by_others() -> np.ndarray:
    """Fleiss' kappa by statsmodels and the intraclass correlations by pingouin, draw after draw."""
    rng, rated = np.random.default_rng(run.SEED), PANEL.to_numpy().T
    for _ in range(SLOW):
        drawn = rated[rng.integers(0, ITEMS, ITEMS)]
        fleiss_by_statsmodels(drawn)
        icc_by_pingouin(drawn)
    return np.zeros(0)


def panel_agreement() -> np.ndarray:
    """Every coefficient with its interval from 1,000 resamples."""
    found = ikfs.validity.panel_agreement(PANEL.T, low=LOW, high=HIGH, draws=DRAWS, rng=run.SEED)
    return found.table["estimate"].to_numpy(float)


def light_by_ours() -> np.ndarray:
    """Cohen's kappa, quadratic weights, of every pair of experts."""
    return np.array(
        [
            ikfs.validity.cohen_kappa(PANEL.T[[a, b]], weights="quadratic", categories=[1, 2, 3, 4]).estimate
            for a, b in combinations(PANEL.index, 2)
        ]
    )


def light_by_sklearn() -> np.ndarray:
    """The same by scikit-learn."""
    return np.array(
        [
            cohen_kappa_score(PANEL.loc[a], PANEL.loc[b], weights="quadratic", labels=[1, 2, 3, 4])
            for a, b in combinations(PANEL.index, 2)
        ]
    )


def ahp_resampled() -> np.ndarray:
    """AHP weights with intervals from 1,000 resamples of experts, and each expert's influence."""
    found = ikfs.weighting.expert_uncertainty(ikfs.weighting.ahp(JUDGED), draws=DRAWS, rng=run.SEED)
    return found.table["weight"].to_numpy(float)


def ahp_by_loop() -> np.ndarray:
    """Geometric mean of resampled matrices and its eigenvector, draw after draw."""
    rng, draws = np.random.default_rng(run.SEED), 50
    codes = sorted(set(JUDGED["left"]) | set(JUDGED["right"]))
    matrices = {}
    for expert, own in JUDGED.groupby("expert"):
        matrix = np.ones((len(codes), len(codes)))
        for left, right, favours, strength in own[["left", "right", "favours", "strength"]].to_numpy():
            value = strength if favours == "left" else 1 / strength
            i, j = codes.index(left), codes.index(right)
            matrix[i, j], matrix[j, i] = value, 1 / value
        matrices[expert] = matrix
    stack = np.log(np.stack(list(matrices.values())))
    for _ in range(draws):
        values, vectors = np.linalg.eig(np.exp(stack[rng.integers(0, EXPERTS, EXPERTS)].mean(axis=0)))
        np.abs(vectors[:, values.real.argmax()].real)
    values, vectors = np.linalg.eig(np.exp(stack.mean(axis=0)))
    first = np.abs(vectors[:, values.real.argmax()].real)
    return np.asarray(first / first.sum())


def content() -> np.ndarray:
    """Aiken's V with exact tests and intervals, and I-CVI, of all items."""
    v = ikfs.validity.aiken_v(PANEL, low=LOW, high=HIGH).items["v"]
    i_cvi = ikfs.validity.content_validity_index(PANEL).items["i_cvi"]
    return np.concatenate([v.to_numpy(float), i_cvi.to_numpy(float)])


def content_by_hand() -> np.ndarray:
    """The same numbers by pandas, without tests or intervals."""
    return np.concatenate([((PANEL.mean() - LOW) / (HIGH - LOW)).to_numpy(), (PANEL >= 3).mean().to_numpy()])


CASES = (
    Case("all agreement, 1,000 resamples", 2.0, panel_agreement,
         {"statsmodels + pingouin (7 of 15)": (agreement_by_others, DRAWS // SLOW)}, comparable=False),
    Case("66 weighted kappas", 0.5, light_by_ours, {"scikit-learn": (light_by_sklearn, 1)}),
    Case("AHP, 8 elements, 1,000 resamples", 0.3, ahp_resampled, {"plain loop": (ahp_by_loop, DRAWS // 50)}),
    Case("content validity, exact tests", 0.1, content, {"pandas, no tests": (content_by_hand, 1)}),
)  # fmt: skip


def seconds(call: Call) -> float:
    """Median CPU seconds of seven calls after one to warm up."""
    call()
    return run.median_time(call, run.REPEATS, time.process_time)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the other programs call what newer libraries have deprecated
    print(f"{EXPERTS} experts, {ITEMS} items. Threads of the linear algebra: {run.THREADS}. Seed {run.SEED}.")
    for case in CASES:
        own = seconds(case.ours)
        missed = " MISSED" if own > case.goal else ""
        said = []
        for name, (call, times) in case.peers.items():
            theirs = times * (seconds(call) if times == 1 else run.median_time(call, 1, time.process_time))
            gap = f", difference {np.abs(case.ours() - call()).max():.0e}" if case.comparable else ""
            said.append(f"{name} {1e3 * theirs:,.1f} ms{'x' if times > 1 else ''} (1:{theirs / own:,.1f}{gap})")
        print(f"{case.name:<34} {1e3 * own:>8.1f} ms, goal {1e3 * case.goal:>5.0f} ms{missed}   {'; '.join(said)}")
