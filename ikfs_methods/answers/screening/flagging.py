"""Screening of answers as they were given: flags with their rule and threshold. It never drops or changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ikfs_methods.answers.screening import notes, rules
from ikfs_methods.answers.screening.arguments import aligned, bounds, checked, declared, durations, share
from ikfs_methods.answers.screening.condensed import Rows, Standardised, condensed, standardised
from ikfs_methods.answers.screening.empty import empty_categories
from ikfs_methods.answers.screening.missingness import McarResult, mcar_of
from ikfs_methods.answers.screening.normal import NormalFit, normal_fit, squared_distances
from ikfs_methods.answers.screening.patterns import Floats, MissingPatterns, missing_patterns
from ikfs_methods.answers.screening.result import ScreenResult
from ikfs_methods.checks import fraction
from ikfs_methods.errors import ConstantItemError, ConvergenceError, MatrixError, TooFewError


def screen(
    frame: pd.DataFrame,
    *,
    low: float | pd.Series | None = None,
    high: float | pd.Series | None = None,
    ids: pd.Series | None = None,
    duration: pd.Series | None = None,
    groups: pd.Series | None = None,
    impossible: pd.DataFrame | None = None,
    missing_share: float = 0.5,
    run: float = 0.5,
    spread: float = 0.05,
    seconds_per_item: float = 2.0,
    outlier_p: float = 0.001,
    mcar: bool = True,
) -> ScreenResult:
    """Flags on careless, impossible and outlying answers, and what is missing.

    `frame`: answers as given, before keying (straight-lining shows only there), respondents by items in the order of
    the questionnaire, NaN missing. `low`, `high`: ends of the scale, for all items or by item; None takes the lowest
    and highest answer seen, over all items. By respondent, in the order of `frame`: `ids` as delivered, `duration` of
    the interview in seconds, `groups`, and `impossible` (a column of truth values per declared pattern).

    Flagged are: at least `missing_share` of the items unanswered; an id, or a vector of answers, that stands twice; at
    least `run` of the items in a row with the same answer (half: Curran 2016, Journal of Experimental Social Psychology
    66, 4-19); answers that spread less than `spread` of the scale (standard deviation); less than `seconds_per_item`
    for an answer; a squared Mahalanobis distance over the items answered whose chi-square p value, with as many degrees
    of freedom, is below `outlier_p`. Its mean and covariance are those of EM, gaps being missing at random, times
    n/(n - 1): without gaps, the sample covariance. The chi-square law presumes normal answers.
    Answers the question: which answers should people look at before they are believed?

    Raises ParameterError and ColumnError for arguments that do not fit the frame, ScaleError for an answer outside the
    given scale, and what `checks.numeric_frame` raises. A rule that cannot run says so in its note.
    """
    share(missing_share, name="missing_share")
    share(run, name="run")
    share(spread, name="spread")
    share(seconds_per_item, name="seconds_per_item", most=np.inf)
    fraction(outlier_p, name="outlier_p")
    answers = checked(frame)
    values = answers.to_numpy()
    index = answers.index
    lowest, highest, seen = bounds(answers, low, high)
    patterns = missing_patterns(np.isnan(values))
    items = values.shape[1]
    answered = (items - patterns.missing)[patterns.of_row]
    longest, runs = rules.longest(values, run)
    distance, p_value, test, reason = _distances(answers, patterns, mcar=mcar)
    found = [
        rules.missing((items - answered) / items, missing_share),
        rules.duplicate_id(aligned(ids, index, "ids"), len(values)),
        rules.duplicate_answers(values, answered, runs),
        longest,
        rules.low_spread(values, lowest, highest, spread, seen=seen),
        rules.too_fast(durations(duration, index), answered, seconds_per_item),
        rules.unable(rules.OUTLIER, outlier_p, len(values), reason)
        if reason
        else rules.outlier(p_value, outlier_p, items),
        *rules.impossible(declared(impossible, index)),
    ]
    empty, empty_note = empty_categories(answers, lowest, highest, aligned(groups, index, "groups"))
    return ScreenResult(
        flags=_flags(found, index),
        rules=pd.DataFrame([rule.summary() for rule in found]).set_index("rule"),
        items=_items(answers, patterns),
        patterns=patterns.to_frame(answers.columns),
        respondents=_respondents(found, runs, distance, index),
        empty_categories=empty,
        empty_note=empty_note,
        mcar=test,
        mcar_note=_mcar_note(test, patterns, reason) if mcar else notes.NOT_ASKED,
        n=len(values),
    )


def _distances(
    answers: pd.DataFrame, patterns: MissingPatterns, *, mcar: bool
) -> tuple[Floats, Floats, McarResult | None, str]:
    """Squared distances, their p values and, asked for, Little's test where something is missing; or why not."""
    none = np.full(len(answers), np.nan)
    try:
        data = standardised(answers, patterns)
        rows = condensed(data)
        fit = normal_fit(data, rows)
    except (TooFewError, ConstantItemError, MatrixError, ConvergenceError) as error:
        return none, none, None, str(error)
    distance, p_value = _respondent_distances(data, fit)
    tested = mcar and patterns.gaps[patterns.answered].any()
    return distance, p_value, mcar_of(answers, data, rows, fit) if tested else None, ""


def _respondent_distances(data: Standardised, fit: NormalFit) -> tuple[Floats, Floats]:
    patterns, n = data.patterns, data.patterns.n
    each = Rows(data.cells, np.ones(len(data.cells)), patterns.of_row, patterns.gaps)
    distance = squared_distances(each, fit.mean, fit.covariance * n / (n - 1))
    degrees = (len(data.items) - patterns.missing)[patterns.of_row].astype(np.float64)
    return distance, chdtrc(degrees, distance)


def _flags(found: Iterable[rules.Rule], index: pd.Index[Any]) -> pd.DataFrame:
    parts = []
    for rule in found:
        at = np.flatnonzero(rule.flagged)
        parts.append(
            pd.DataFrame(
                {"respondent": index[at], "rule": rule.name, "value": rule.value[at], "threshold": rule.threshold}
            )
        )
    # an empty part has no type of its own and would blur that of the others
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _items(answers: pd.DataFrame, patterns: MissingPatterns) -> pd.DataFrame:
    gaps = patterns.counts @ patterns.gaps
    given = len(answers) - gaps
    columns = {"n": given, "missing": gaps, "share": gaps / len(answers)}
    return pd.DataFrame(columns, index=answers.columns.rename("item"))


def _respondents(found: list[rules.Rule], runs: Any, distance: Floats, index: pd.Index[Any]) -> pd.DataFrame:
    value = {rule.name: rule.value for rule in found}
    return pd.DataFrame(
        {
            "missing_share": value[rules.MISSING],
            "longest_run": runs,
            "spread": value[rules.LOW_SPREAD],
            "distance": distance,
            "distance_p": value[rules.OUTLIER],
            "seconds": value[rules.TOO_FAST],
        },
        index=index,
    )


def _mcar_note(test: McarResult | None, patterns: MissingPatterns, reason: str) -> str:
    if test is None:
        return reason or notes.NOTHING_MISSING
    single = int((patterns.counts[patterns.answered] == 1).sum())
    return notes.SINGLE_PATTERNS.format(single=single, patterns=test.n_patterns) if 2 * single > test.n_patterns else ""
