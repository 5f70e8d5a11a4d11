"""What all sentences share: the dispatch on the result's type, missing inputs, the notice, alternative texts."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from ikfs_methods.errors import ParameterError
from ikfs_methods.report.language import N_, Words
from ikfs_methods.rounds import Absent, Round

_HOW_TO_SUPPLY = {
    "panel": N_("a file of expert ratings (`panel`: expert, institution, indicator, criterion, rating)"),
    "judgements": N_("a file of pairwise judgements (`judgements`: expert, parent, left, right, favours, strength)"),
    "budget": N_("a file of budget points (`budget`: expert, parent, indicator, points)"),
    "participants": N_("a file of participants (`participants`: institution, role, number)"),
    "respondents": N_("more respondents without a gap than there are items, and at least three items, under `answers`"),
    "group": N_("the column that holds the group of each respondent (`group` under `answers`)"),
    "region": N_("the column that holds the region of each respondent (`region` under `answers`)"),
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
def _(result: Absent, words: Words, opened: Round) -> str:
    return words(
        "This part is not available: the round has no such input. To supply it, declare {what} in `round.yaml`.",
        what=words(_HOW_TO_SUPPLY[result.input]),
    )
