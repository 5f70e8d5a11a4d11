"""One look at each column: the few different answers in it, what the file calls them, and which mean no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ikfs_methods.checks import listed
from ikfs_methods.reading import Table, parse_numbers
from ikfs_methods.rounds.drafting.sections import Section
from ikfs_methods.rounds.drafting.wordings import is_missing

_MOST = 15  # different answers that a rating scale and its missing codes have at most
_WHOLE_NUMBER_LIMIT = 10_000
_FEW = 5  # a smaller count might point at a person


@dataclass(frozen=True, slots=True)
class Look:
    """What a column that may hold ratings looks like.

    `answers`: count by text of the cells that are answers, in the file's order of codes where it has one; `meanings`:
    what the file calls them; `codes`: the answers as whole numbers, or empty when they are words; `missing`: texts of
    cells that say in words, or whose label says, that there is no answer; `declared`: codes with a label in the file.
    """

    column: str
    section: Section
    answers: Mapping[str, int]
    meanings: Mapping[str, str]
    codes: Mapping[str, int]
    missing: tuple[str, ...]
    declared: Mapping[int, str]

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers in words, as far as there are words."""
        return tuple(self.meanings.get(text, text) for text in self.answers)


def look(table: Table, column: str, section: Section) -> Look | None:
    """The look at a column; None for one that holds too many different things, or fewer than two, to be ratings."""
    positions, texts = table.distinct(column)
    if not 1 < len(texts) <= _MOST:
        return None
    counts = dict(zip(texts, np.bincount(positions[positions >= 0], minlength=len(texts)).tolist(), strict=True))
    labels = {str(code): str(label) for code, label in table.value_labels.get(column, {}).items()}
    missing = [text for text in texts if is_missing(labels.get(text, text))]
    unseen = [code for code, label in labels.items() if code not in counts and is_missing(label)]
    order = [*labels, *sorted(text for text in texts if text not in labels)]
    answers = {text: counts[text] for text in order if text in counts and text not in missing}
    if len(answers) < 2:
        return None
    declared = _whole({code: label for code, label in labels.items() if not is_missing(label)})
    codes = _whole(dict.fromkeys(answers, ""))
    return Look(
        column=column,
        section=section,
        answers=answers,
        meanings={text: labels[text] for text in answers if text in labels},
        codes={text: code for code, text in zip(codes, answers, strict=True)} if codes else {},
        missing=(*missing, *unseen),
        declared=declared or {},
    )


def counted(counts: Mapping[str, int]) -> str:
    """Texts with their counts for a message: 'Cukup' (13), 'x' (fewer than 5)."""
    small = f"fewer than {_FEW}"
    return listed((f"{text!r} ({small if count < _FEW else count})" for text, count in counts.items()), 12)


def _whole(texts: Mapping[str, str]) -> dict[int, str] | None:
    """What stands under each text, by the text as a whole number; None unless every text is one."""
    numbers = parse_numbers(list(texts)).numbers
    if np.isnan(numbers).any() or (numbers % 1 != 0).any() or (np.abs(numbers) > _WHOLE_NUMBER_LIMIT).any():
        return None
    found = {int(number): under for number, under in zip(numbers, texts.values(), strict=True)}
    return found if len(found) == len(texts) else None
