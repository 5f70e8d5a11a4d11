"""The form behind a survey: its questions and choices, in the words of every language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError
from ikfs_methods.result import Shown

SELECT_ONE, SELECT_MULTIPLE = "select_one", "select_multiple"
# pyxform writes these quotation marks as plain ones in what it reads of a form; a heading of an export has them still.
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})


def folded(text: str) -> str:
    """A wording for comparison: NFKC, lower case, blanks collapsed, plain quotation marks."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold().split())


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list: the name that is stored, and its label by language."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `path` is group/name, `column` the name of its column in a named table.

    `type` is select_one, select_multiple, integer, date, geopoint ...; `list_name` the list of its choices, or "".
    `group_labels` has for each group around it, from outside in, the label by language (its name under ""); `repeat` is
    the path of the repeat group that it stands in, or "".
    """

    name: str
    path: str
    type: str
    labels: Mapping[str, str]
    list_name: str = ""
    group_labels: tuple[Mapping[str, str], ...] = ()
    repeat: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Form(Shown):
    """An XLSForm: its questions in their order, and the choices by list, in theirs.

    `languages` are those that any label is given in; a label without a language counts as `default_language`.
    """

    title: str
    default_language: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    source: Path

    def to_frame(self) -> pd.DataFrame:
        """One row a question: path, type, list, label in the form's language, number of choices."""
        return pd.DataFrame(
            {
                "path": [question.path for question in self.questions],
                "type": [question.type for question in self.questions],
                "list_name": [question.list_name for question in self.questions],
                "label": [self.label(question) for question in self.questions],
                "choices": [len(self.choices_of(question)) for question in self.questions],
            },
            index=pd.Index([question.column for question in self.questions], name="column"),
        )

    def question(self, name: str) -> Question:
        """The question with that column name or path; a ColumnError with the nearest name when there is none."""
        for question in self.questions:
            if name in (question.column, question.path):
                return question
        known = [question.column for question in self.questions]
        raise ColumnError(
            f"{self.source} must have a question {name!r}; found {listed(known, 40)}.{did_you_mean(name, known)} "
            "Correct the name."
        )

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        """The choices of a question; none where it has no list, or a list in a file of its own."""
        return self.choices.get(question.list_name, ())

    def label(self, of: Question | Choice) -> str:
        """The label in the default language, else in the first that has one, else the name."""
        return of.labels.get(self.default_language) or next(iter(of.labels.values()), "") or of.name
