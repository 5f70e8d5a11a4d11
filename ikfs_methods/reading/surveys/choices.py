"""Answers to choice questions as names of choices, however the export wrote them: names, or labels of a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import DictionaryError, Problems
from ikfs_methods.reading.surveys.form import SELECT_MULTIPLE, Form, Question, folded
from ikfs_methods.reading.surveys.headings import NAMES
from ikfs_methods.reading.table import Table

_BETWEEN = " ,;|"
_TOLD = 8  # unknown answers that are told one by one; the wrong form makes thousands


@dataclass(frozen=True, slots=True)
class Codebook:
    """The choices of one question: `words` has, for every style (names, labels of a language), the choices by wording.

    A choice without a label in a language goes by its name there, as Kobo writes it.
    """

    question: Question
    names: tuple[str, ...]
    words: Mapping[str, Mapping[str, frozenset[str]]]

    @property
    def several(self) -> bool:
        """Whether an answer may name several choices."""
        return self.question.type == SELECT_MULTIPLE

    def meanings(self, text: str, styles: Iterable[str]) -> frozenset[str]:
        """What a cell can mean in these styles: names of choices; of a select_multiple, names joined by blanks."""
        found: frozenset[str] = frozenset()
        for style in styles:
            if not self.several:
                found |= self.words[style].get(text if style == NAMES else folded(text), frozenset())
            elif style != NAMES:
                found |= {self.joined(chosen) for chosen in _cut(folded(text), self.words[style])}
            elif set(text.split()) <= set(self.names):
                found |= {self.joined(text.split())}
        return found

    def joined(self, chosen: Iterable[str]) -> str:
        """Names of choices joined by blanks, in the form's order."""
        wanted = set(chosen)
        return " ".join(name for name in self.names if name in wanted)

    def nearest(self, text: str) -> str:
        """The wording next to a text that is no choice, for a message."""
        by_word = {folded(word): word for words in self.words.values() for word in words}
        near = get_close_matches(folded(text), list(by_word), n=1, cutoff=0.5)
        if not near:
            return f" The choices are {listed(map(repr, self.names), 12)}."
        word = by_word[near[0]]
        names: set[str] = set().union(*(words.get(word, ()) for words in self.words.values()))
        told = "" if names == {word} else f" (choice {listed(map(repr, sorted(names)))})"
        return f" The nearest is {word!r}{told}."


def codebook(form: Form, question: Question) -> Codebook:
    """The wordings of a question's choices."""
    choices = form.choices_of(question)
    words: dict[str, dict[str, frozenset[str]]] = {NAMES: {choice.name: frozenset([choice.name]) for choice in choices}}
    for language in form.languages:
        known: dict[str, frozenset[str]] = {}
        for choice in choices:
            word = folded(choice.labels.get(language, choice.name))
            known[word] = known.get(word, frozenset()) | {choice.name}
        words[f"label:{language}"] = known
    return Codebook(question, tuple(words[NAMES]), words)


def _cut(text: str, words: Mapping[str, frozenset[str]]) -> frozenset[frozenset[str]]:
    """The sets of choices whose labels, one behind the other, give the text: Kobo puts no more than a blank between."""
    reached: dict[int, set[frozenset[str]]] = {0: {frozenset()}}
    for start in range(len(text)):
        for chosen in reached.get(start, ()):
            for word, names in words.items():
                stop = start + len(word)
                if word and text.startswith(word, start) and (stop == len(text) or text[stop] in _BETWEEN):
                    rest = len(text) - len(text[stop:].lstrip(_BETWEEN))
                    reached.setdefault(rest, set()).update(chosen | {name} for name in names)
    return frozenset(reached.get(len(text), ()))


def styles_of(table: Table, books: Mapping[str, Codebook]) -> list[str]:
    """The styles in which every answer of these columns can be read: an export writes all of its answers in one.

    All styles, when none fits every answer: then each cell is read for itself.
    """
    styles = list(next(iter(books.values())).words) if books else [NAMES]
    texts = {column: table.distinct(column)[1] for column in books}
    fitting = [
        style
        for style in styles
        if all(book.meanings(text, [style]) for column, book in books.items() for text in texts[column])
    ]
    return fitting or styles


@dataclass(frozen=True, slots=True)
class Read:
    """A column read: by row the position of its distinct text (-1: empty), and by distinct text what it can mean.

    That is one meaning, or, of a select_multiple, several.
    """

    codes: np.ndarray
    texts: list[str]
    meanings: list[list[str]]


def read_choices(table: Table, column: str, book: Codebook, styles: list[str]) -> Read:
    """What the answers of a column mean.

    Raises DictionaryError for a text that is no choice, with its rows and the nearest wording, and for one that is two.
    """
    codes, texts = table.distinct(column)
    read = [sorted(book.meanings(text, styles)) for text in texts]
    wrong = [code for code, meanings in enumerate(read) if not meanings or (len(meanings) > 1 and not book.several)]
    must = f"an answer to {book.question.path!r} must be a choice of the list {book.question.list_name!r}"
    problems = Problems()
    for code in wrong[:_TOLD]:
        rows = codes == code
        if read[code]:
            end = (
                f"means two choices here: {listed(map(repr, read[code]))}. Export the data again with XML values and "
                "headers, or give the choices different labels in the form."
            )
        else:
            cells = f"{int(rows.sum())} such cell{'' if rows.sum() == 1 else 's'}"
            end = (
                f"is none ({cells}).{book.nearest(texts[code])} Correct the cells, or add the choice to the form if "
                "an earlier version had it."
            )
        problems.add(DictionaryError(f"{table.at(column, rows)}: {must}; {texts[code]!r} {end}"))
    if len(wrong) > _TOLD:
        rows = np.isin(codes, wrong[_TOLD:])
        problems.add(
            DictionaryError(
                f"{table.at(column, rows)}: {must}; {len(wrong) - _TOLD} more values are none: "
                f"{table.found(column, rows)}. Is this the form of these data?"
            )
        )
    problems.raise_any()
    return Read(codes, texts, read)


def one_choice(table: Table, column: str, book: Codebook, styles: list[str]) -> tuple[pd.Series, int]:
    """The answers to a select_one as names of choices ("" where empty), and how many cells said it otherwise."""
    read = read_choices(table, column, book, styles)
    names = [meanings[0] for meanings in read.meanings]
    other = np.array([*(name != text for name, text in zip(names, read.texts, strict=True)), False])
    return pd.Series(spread(names, read.codes), index=table.cells.index), int(other[read.codes].sum())


def spread(texts: list[str], codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """A text per row from distinct ones, "" for the code -1; taken as a whole, which no loop over rows could match."""
    return pd.array([*texts, ""], dtype="str").take(np.where(codes < 0, len(texts), codes))
