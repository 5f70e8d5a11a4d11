"""Every sentence that the screening may say: a form with places for names and numbers, so that it can be translated."""

from __future__ import annotations

NO_IDS = "Did not run: no ids were given. Where a file has ids, repeated ones are refused when it is read."
WITHOUT_ID = "Respondents without an id, not compared: {count}."
COINCIDENCE = (
    "Weak: about {expected} pairs of equal answers are to be expected by chance alone, and more where the items go "
    "together; there are {pairs}."
)
SHORT_RUN = "Did not run: {count} equal answers in a row among {items} items are no sign of carelessness."
COMMON_RUN = "Weak: with {items} items, {count} equal answers in a row are common among careful people too."
SEEN_SCALE = "The scale was taken to run from {low} to {high}, the lowest and the highest answer given."
NO_SPREAD = "Did not run: all answers are the same."
NO_TIMES = "Did not run: no times were given."
ODD_TIMES = "Respondents without a time: {unknown}; with a negative one: {negative}."
EXPECTED_OUTLIERS = "Among {n} respondents with normally distributed answers, about {expected} would be flagged."
FEW_FOR_OUTLIERS = "Weak: the covariance of {items} items rests on {n} respondents, outliers among them."
FEW_RESPONDENTS = (
    "the covariance of {items} items needs more respondents than items; found {n} with an answer. "
    "Collect more answers, or look at fewer items."
)
THIN_PAIRS = (
    "each pair of items must be answered together by at least 2 respondents, or their covariance is unknown; "
    "found fewer for {pairs}. Leave out the items with most gaps."
)
CONSTANT_ITEMS = (
    "items must vary; constant over {n} respondents: {names}. Drop them, or check their coding in the framework table."
)
SINGULAR = (
    "no item may follow exactly from the others, or the covariance has no inverse; this concerns {names} "
    "(smallest eigenvalue of the correlations: {root}). Leave out one of them."
)
UNSETTLED = (
    "mean and covariance of answers with gaps must settle within {steps} steps of EM; the last one still moved them by "
    "{change} standard deviations. Leave out the items with most gaps."
)
NOTHING_MISSING = "Little's test needs at least one missing answer; found none. It is not needed here."
NOT_ASKED = "Little's test was not asked for."
SINGLE_PATTERNS = (
    "{single} of {patterns} patterns of missing answers belong to one respondent each; where answers are far from "
    "normal, the p value is rough."
)
LEFT_OUT = "Not looked at, because their scale has more than {most} points or is not of whole points: {names}."

FORMS = (
    NO_IDS,
    WITHOUT_ID,
    COINCIDENCE,
    SHORT_RUN,
    COMMON_RUN,
    SEEN_SCALE,
    NO_SPREAD,
    NO_TIMES,
    ODD_TIMES,
    EXPECTED_OUTLIERS,
    FEW_FOR_OUTLIERS,
    FEW_RESPONDENTS,
    THIN_PAIRS,
    CONSTANT_ITEMS,
    SINGULAR,
    UNSETTLED,
    NOTHING_MISSING,
    NOT_ASKED,
    SINGLE_PATTERNS,
    LEFT_OUT,
)
