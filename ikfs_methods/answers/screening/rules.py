"""The rules of the screening: each looks at every respondent and says whom it flags, by which value, and how surely."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.answers.screening import notes
from ikfs_methods.answers.screening.careless import copies, longest_run, spread
from ikfs_methods.answers.screening.patterns import Bools, Floats, Integers

# Names of the rules, in the order in which they are told; a declared pattern is called `impossible: NAME`.
NAMES = (
    MISSING := "missing",
    DUPLICATE_ID := "duplicate_id",
    DUPLICATE_ANSWERS := "duplicate_answers",
    LONGEST_RUN := "longest_run",
    LOW_SPREAD := "low_spread",
    TOO_FAST := "too_fast",
    OUTLIER := "outlier",
)
IMPOSSIBLE = "impossible"

# Fewer equal answers in a row say nothing; nor does the spread of fewer answers.
FEWEST_ANSWERS = 3
# A run that is shorter than this is found among careful respondents, most of all where items go together.
SHORT_RUN = 6
# Respondents per item below which a covariance is shaken by the very outliers that it should find.
PER_ITEM = 5
# Shares such as 0.7 of 10 items are no exact numbers in binary; a share that is reached must count as reached.
_REACHED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule over all respondents: `value` is NaN where it could not judge; threshold NaN: the rule has none."""

    name: str
    threshold: float
    value: Floats
    flagged: Bools
    note: str = ""

    def summary(self) -> dict[str, object]:
        """The rule's row of the table of rules."""
        checked, flagged = int((~np.isnan(self.value)).sum()), int(self.flagged.sum())
        share = flagged / checked if checked else math.nan
        return {
            "rule": self.name,
            "threshold": self.threshold,
            "n_checked": checked,
            "n_flagged": flagged,
            "share": share,
            "note": self.note,
        }


def unable(name: str, threshold: float, rows: int, note: str) -> Rule:
    """A rule that could not run, and why."""
    return Rule(name, threshold, np.full(rows, np.nan), np.zeros(rows, dtype=bool), note)


def missing(share: Floats, threshold: float) -> Rule:
    """Respondents who left that share of the items, or more, unanswered."""
    return Rule(MISSING, threshold, share, share >= threshold - _REACHED)


def duplicate_id(ids: pd.Series | None, rows: int) -> Rule:
    """Respondents whose id stands in more than one row; the value is the number of rows."""
    if ids is None:
        return unable(DUPLICATE_ID, math.nan, rows, notes.NO_IDS)
    names = ids.astype(str).str.strip()
    given = (ids.notna() & (names != "")).to_numpy()
    number = np.where(given, names.map(names.value_counts()).fillna(0).to_numpy(dtype=np.float64), np.nan)
    without = int((~given).sum())
    note = notes.WITHOUT_ID.format(count=without) if without else ""
    return Rule(DUPLICATE_ID, math.nan, number, number > 1, note)


def duplicate_answers(values: Floats, answered: Integers, run: Integers) -> Rule:
    """Respondents whose answers, gaps included, are exactly those of another; the value is how many gave them.

    Only those who answered at least half of the items, and not all with the same answer, are compared: near-empty and
    straight-lined rows coincide as a matter of course.
    """
    compared = (2 * answered >= values.shape[1]) & (run < answered)
    number, pairs, expected = copies(values, compared)
    # half a pair to be expected: a single coincidence is then no surprise
    note = notes.COINCIDENCE.format(expected=f"{expected:.1f}", pairs=f"{pairs:.0f}") if expected >= 0.5 else ""
    return Rule(DUPLICATE_ANSWERS, math.nan, np.where(compared, number, np.nan), number > 1, note)


def longest(values: Floats, threshold: float) -> tuple[Rule, Integers]:
    """Respondents with a run of equal answers over that share of the items, or more; and the runs, in answers."""
    rows, items = values.shape
    run = longest_run(values)
    least = math.ceil(threshold * items - _REACHED)
    if least < FEWEST_ANSWERS:
        return unable(LONGEST_RUN, threshold, rows, notes.SHORT_RUN.format(count=least, items=items)), run
    value = np.where(run > 0, run / items, np.nan)
    note = notes.COMMON_RUN.format(items=items, count=least) if least < SHORT_RUN else ""
    return Rule(LONGEST_RUN, threshold, value, run >= least, note), run


def low_spread(values: Floats, low: Floats, high: Floats, threshold: float, *, seen: bool) -> Rule:
    """Respondents whose answers spread less than that share of the scale. `seen`: the scale is what was observed."""
    if not (low < high).all():
        return unable(LOW_SPREAD, threshold, len(values), notes.NO_SPREAD)
    value = spread(values, low, high, fewest=FEWEST_ANSWERS)
    note = notes.SEEN_SCALE.format(low=f"{low[0]:g}", high=f"{high[0]:g}") if seen else ""
    return Rule(LOW_SPREAD, threshold, value, value < threshold, note)


def too_fast(duration: pd.Series | None, answered: Integers, threshold: float) -> Rule:
    """Respondents who took fewer seconds for each item that they answered.

    Two seconds: Huang, Curran, Keeney, Poposki & DeShon (2012, Journal of Business and Psychology 27, 99-114).
    """
    if duration is None:
        return unable(TOO_FAST, threshold, len(answered), notes.NO_TIMES)
    seconds = duration.to_numpy(dtype=np.float64)
    value = np.divide(seconds, answered, out=np.full(len(seconds), np.nan), where=answered > 0)
    unknown, negative = int(np.isnan(seconds).sum()), int((seconds < 0).sum())
    note = notes.ODD_TIMES.format(unknown=unknown, negative=negative) if unknown or negative else ""
    return Rule(TOO_FAST, threshold, value, value < threshold, note)


def outlier(p_value: Floats, threshold: float, items: int) -> Rule:
    """Respondents whose answers lie further out than all but that share of a normal population."""
    n = int((~np.isnan(p_value)).sum())
    if n < PER_ITEM * items:
        note = notes.FEW_FOR_OUTLIERS.format(items=items, n=n)
    else:
        note = notes.EXPECTED_OUTLIERS.format(n=n, expected=f"{n * threshold:.1f}")
    return Rule(OUTLIER, threshold, p_value, p_value < threshold, note)


def impossible_name(name: str) -> str:
    """The rule that a declared pattern becomes."""
    return f"{IMPOSSIBLE}: {name}"


def impossible(declared: pd.DataFrame | None) -> list[Rule]:
    """One rule for each declared pattern; True flags."""
    if declared is None:
        return []
    return [
        Rule(impossible_name(str(name)), math.nan, np.ones(len(declared)), declared[name].to_numpy(dtype=bool))
        for name in declared.columns
    ]
