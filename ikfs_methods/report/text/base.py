"""What all sentences share: the dispatch on the result's type, missing inputs, the notice, alternative texts."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from ikfs_methods.errors import ParameterError
from ikfs_methods.report.language import N_, Words
from ikfs_methods.rounds import Absent, ByDimension, Round

_HOW_TO_SUPPLY = {
    "panel": N_("a file of expert ratings (`panel`: expert, institution, indicator, criterion, rating)"),
    "judgements": N_("a file of pairwise judgements (`judgements`: expert, parent, left, right, favours, strength)"),
    "budget": N_("a file of budget points (`budget`: expert, parent, indicator, points)"),
    "best_worst": N_(
        "a file of comparisons with the best and the worst (`best_worst`: expert, parent, best, worst, indicator, "
        "best_over, over_worst)"
    ),
    "expert_weights": N_(
        "a file of pairwise judgements (`judgements`), of budget points (`budget`) or of comparisons with the best and "
        "the worst (`best_worst`)"
    ),
    "essential": N_("ratings on the criterion `essential` (0 or 1) in the file of expert ratings (`panel`)"),
    "congruence": N_("ratings on the criterion `congruence` (-1, 0 or 1) in the file of expert ratings (`panel`)"),
    "institutions": N_(
        "the institution or field of each expert, two or more, in the file of experts (`experts`) or of expert ratings "
        "(`panel`)"
    ),
    "comments": N_("a file of what experts wrote (`comments`: expert, indicator, comment)"),
    "meeting": N_("what the meeting was about and what it agreed (`meeting`)"),
    "participants": N_("a file of participants (`participants`: institution, role, number)"),
    "respondents": N_("more respondents without a gap than there are items, and at least three items, under `answers`"),
    "group": N_("the column that holds the group of each respondent (`group` under `answers`)"),
    "region": N_("the column that holds the region of each respondent (`region` under `answers`)"),
    "outside": N_("columns of measures from outside the index (`outside` under `answers`)"),
    "retest": N_("a file of answers of some respondents on a second occasion (`retest`: file, id)"),
    "previous": N_("the folder of the round before (`previous`)"),
}
# What no entry of round.yaml supplies.
_WHY_NOT = {
    "alphas": N_("This part is not available: it needs an alpha for each of at least two dimensions below the index."),
    "scores": N_(
        "This part is not available: it needs the scores of respondents, which an index built by unit has not."
    ),
    "means": N_("This part is not available: it needs at least two units, some of them with several respondents."),
    "panels": N_(
        "This part is not available: it needs the round before to have rated some of the same indicators on the same "
        "criterion and scale."
    ),
    "criteria": N_(
        "This part is not available: it needs ratings on at least two criteria that share the scale of the panel."
    ),
    "delphi_rounds": N_(
        "This part is not available: it needs ratings of a second round (column `delphi_round` of the file of expert "
        "ratings, `panel`)."
    ),
    "generalisability": N_(
        "This part is not available: it needs at least two experts who rated at least two indicators differently, and "
        "few gaps."
    ),
    "two_institutions": N_(
        "This part is not available: every expert whose institution or field is told is of the same one, so that there "
        "is none to compare it with."
    ),
    "factors": N_("This part is not available: it needs at least two factors."),
}


@singledispatch
def say(result: Any, words: Words, opened: Round, **context: Any) -> str:
    """The result in plain sentences (Markdown) in the words' language."""
    raise ParameterError(f"a sentence must be asked of a result of this package; found {type(result).__name__}.")


def notice(opened: Round, words: Words) -> str:
    """The sentence that stands on every page of a round whose inputs were invented; else nothing."""
    if opened.file.invented is None:
        return ""
    return words(
        "Invented data: every answer, rating, judgement and decision in this round was made up for an example."
    )


def describe(result: Any, words: Words, opened: Round, *, caption: str) -> str:
    """The alternative text of a figure: its caption, then what it shows where the package can say it."""
    try:
        sentences = say(result, words, opened)
    except ParameterError:
        return caption
    return f"{caption}. {sentences}".replace("**", "").replace("`", "")


@say.register
def _(result: Absent, words: Words, opened: Round, **context: Any) -> str:
    if result.input in _WHY_NOT:
        return words(_WHY_NOT[result.input])
    return words(
        "This part is not available: the round has no such input. To supply it, declare {what} in `round.yaml`.",
        what=words(_HOW_TO_SUPPLY[result.input]),
    )


@singledispatch
def say_each(kind: Any, result: ByDimension, words: Words, opened: Round, **context: Any) -> str:
    """The sentences on one kind of result for several dimensions; `kind` is one of them."""
    raise ParameterError(f"a sentence by dimension must be of a kind that has one; found {type(kind).__name__}.")


@say.register
def _(result: ByDimension, words: Words, opened: Round, **context: Any) -> str:
    kind = next(iter(result.results.values()), None)
    if kind is None and not result.failed:
        return words("No dimension has two indicators or more, so there is nothing to compute here.")
    said = "" if kind is None else say_each(kind, result, words, opened, **context)
    if not result.failed:
        return said
    undefined = words(
        "Not defined for {names}: too few indicators, too few respondents, or answers that vary too little.",
        names=words.listing(list(result.failed)),
    )
    return f"{said} {undefined}".strip()


def reflective_of(result: ByDimension, words: Words, opened: Round) -> tuple[dict[str, Any], str]:
    """The results of dimensions whose items should go together, and a sentence on the others."""
    measurement = opened.framework.nodes["measurement"]
    formative = [code for code in result.results if measurement[code] == "formative"]
    kept = {code: found for code, found in result.results.items() if code not in formative}
    if not formative:
        return kept, ""
    aside = words(
        "{names}: formative, so its indicators need not go together; these coefficients are no ground to judge them.",
        names=words.listing(formative),
    )
    return kept, aside
