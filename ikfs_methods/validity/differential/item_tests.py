"""The tests of one item for differential functioning: nested proportional-odds models of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import chdtrc

from ikfs_methods.labels import Codes, Floats
from ikfs_methods.validity.differential.proportional_odds import OddsFit, log_likelihood_alone, proportional_odds

RSquared = Literal["nagelkerke", "mcfadden", "coxsnell"]
R_SQUARED: tuple[RSquared, ...] = get_args(RSquared)
PARTS = ("total", "uniform", "nonuniform")

_WITHOUT_MODEL = {
    "separated": "the score and the groups predict some answers without exception, so that a log odds has no bound",
    "failed": "the likelihood could not be maximised",
}


@dataclass(frozen=True, slots=True, eq=False)
class ItemTest:
    """Likelihood-ratio tests of one item; NaN with a note where a model cannot be estimated.

    By part (total, uniform, nonuniform): `chi2`, `p_value`, `df`, and `delta`, which holds the gain in each R².
    `effects` has the log odds of a higher answer by group, as deviation from the groups' mean, at the same score.
    """

    n: int
    chi2: dict[str, float]
    df: dict[str, int]
    p_value: dict[str, float]
    delta: dict[RSquared, dict[str, float]]
    effects: Floats
    notes: tuple[str, ...]


def item_test(answers: Codes, score: Floats, groups: Codes, *, n_categories: int, labels: list[str]) -> ItemTest:
    """Tests of one item, whether its answers depend on the group beyond the score.

    answers: category of each respondent, 0 .. n_categories - 1, each given by somebody; score: the matching score;
    groups: 0 .. len(labels) - 1. Models: score; score + groups; score + groups + score x groups. uniform compares the
    first two, nonuniform the last two, total the first and the last (Swaminathan & Rogers 1990, JEM 27, 361; Zumbo
    1999, for ordered answers). A category that a group leaves empty needs no merging: the groups share their
    thresholds, which the others' answers place.
    """
    n, n_groups = len(answers), len(labels)
    df = {"total": 2 * (n_groups - 1), "uniform": n_groups - 1, "nonuniform": n_groups - 1}
    score = _standardised(score)
    flat = _flat_groups(score, groups, n_groups)
    if flat:
        named = ", ".join(labels[group] for group in flat)
        return _untested(n, df, n_groups, f"not tested: the matching score must vary within each group, not in {named}")
    counts, predictors = _table(answers, score, groups, n_categories, n_groups)
    matched = proportional_odds(counts, predictors[:, :1])
    uniform = proportional_odds(counts, predictors[:, :n_groups], start=matched)
    full = proportional_odds(counts, predictors, start=uniform)
    pairs = {"total": (matched, full), "uniform": (matched, uniform), "nonuniform": (uniform, full)}
    chi2 = {part: _twice_the_gain(*pair) for part, pair in pairs.items()}
    alone = log_likelihood_alone(counts)
    by_group = np.bincount(groups * n_categories + answers, minlength=n_groups * n_categories).reshape(n_groups, -1)
    return ItemTest(
        n=n,
        chi2=chi2,
        df=df,
        p_value={part: float(chdtrc(df[part], value)) for part, value in chi2.items()},
        delta={
            name: {
                part: _share(name, larger, alone, n) - _share(name, smaller, alone, n)
                for part, (smaller, larger) in pairs.items()
            }
            for name in R_SQUARED
        },
        effects=_deviations(uniform, n_groups),
        notes=_notes(by_group, labels, (matched, uniform, full)),
    )


def _standardised(score: Floats) -> Floats:
    """The score with mean 0 and standard deviation 1, or without any spread when it has none."""
    low, high = score.min(), score.max()
    if not high > low:
        return np.zeros(len(score))
    share = (score - low) / (high - low)  # no square of it overflows or vanishes
    return np.asarray((share - share.mean()) / share.std())


def _flat_groups(score: Floats, groups: Codes, n_groups: int) -> list[int]:
    """Groups in which the score takes fewer than two values: their slope, or their place, would be arbitrary."""
    low, high = np.full(n_groups, np.inf), np.full(n_groups, -np.inf)
    np.minimum.at(low, groups, score)
    np.maximum.at(high, groups, score)
    return [int(group) for group in np.flatnonzero(~(high > low))]


def _table(answers: Codes, score: Floats, groups: Codes, n_categories: int, n_groups: int) -> tuple[Floats, Floats]:
    """Counts (cells x categories) and predictors (score, group dummies, their products) of the cells that occur.

    Respondents with the same score and group have the same chances, so that a few hundred cells stand for them all.
    """
    points, place = np.unique(score, return_inverse=True)
    cell = place * n_groups + groups
    shape = (len(points) * n_groups, n_categories)
    counts = np.bincount(cell * n_categories + answers, minlength=shape[0] * shape[1]).reshape(shape)
    taken = counts.sum(axis=1) > 0
    unit = np.repeat(points, n_groups)[taken]
    dummies = np.tile(np.eye(n_groups)[:, 1:], (len(points), 1))[taken]
    return counts[taken].astype(np.float64), np.column_stack([unit, dummies, unit[:, None] * dummies])


def _twice_the_gain(smaller: OddsFit, larger: OddsFit) -> float:
    if not smaller.outcome == larger.outcome == "converged":
        return np.nan
    # A larger model cannot fit worse; a difference below 0 is rounding.
    return max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))


def _share(name: RSquared, fitted: OddsFit, alone: float, n: int) -> float:
    """A pseudo R² of the fitted model against the one without predictors."""
    if fitted.outcome != "converged":
        return np.nan
    if name == "mcfadden":
        return 1 - fitted.log_likelihood / alone
    explained = -np.expm1(2 * (alone - fitted.log_likelihood) / n)
    return float(explained if name == "coxsnell" else explained / -np.expm1(2 * alone / n))


def _deviations(uniform: OddsFit, n_groups: int) -> Floats:
    if uniform.outcome != "converged":
        return np.full(n_groups, np.nan)
    effects = np.concatenate([[0.0], uniform.slopes[1:]])
    return np.asarray(effects - effects.mean())


def _notes(counts: Codes, labels: list[str], fits: tuple[OddsFit, ...]) -> tuple[str, ...]:
    """What the reader must know; counts: groups x categories, fits: the three models in their order."""
    notes = []
    ended = [fitted.outcome for fitted in fits]
    for outcome, lost in zip(ended, ("not tested", "not tested", "only the uniform part is tested"), strict=True):
        if outcome != "converged":
            notes.append(f"{lost}: {_WITHOUT_MODEL[outcome]}")
            break
    if ended[0] == "converged" and fits[0].slopes[0] < 0:
        notes.append("the answers fall as the matching score rises: is the item reversed?")
    empty = (counts == 0).sum(axis=1)
    whole = counts.shape[1]
    notes += [f"{labels[group]} leaves {empty[group]} of {whole} categories empty" for group in np.flatnonzero(empty)]
    return tuple(notes)


def _untested(n: int, df: dict[str, int], n_groups: int, note: str) -> ItemTest:
    nothing = dict.fromkeys(PARTS, np.nan)
    return ItemTest(n, nothing, df, nothing, dict.fromkeys(R_SQUARED, nothing), np.full(n_groups, np.nan), (note,))
