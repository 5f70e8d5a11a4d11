"""Questions with several answers (select_multiple): a summary, a column per option, or both, made one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, DictionaryError, Problems
from ikfs_methods.reading.surveys.choices import Codebook, Read, read_choices, spread
from ikfs_methods.reading.surveys.form import folded
from ikfs_methods.reading.table import Table

_YES, _NO = {"1", "true"}, {"0", "false"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answers to a select_multiple.

    `summary` has the names of the chosen joined by blanks; `options` 1 or 0 by choice, NaN where the question, or this
    option, was not put or not answered; `completed` counts the empty cells of options that were read as "not chosen".
    """

    summary: pd.Series
    options: pd.DataFrame
    completed: int


def several_choices(
    table: Table, book: Codebook, styles: list[str], *, summary: str | None, details: Mapping[str, str]
) -> Chosen:
    """A select_multiple from its summary column, from a column per option (option -> column), or from both.

    Raises DictionaryError for an unknown choice, ColumnError where summary and options contradict each other.
    """
    given = _details(table, book, details)
    if summary is None:
        answered = ((given == 1).any(axis=1) | given.notna().all(axis=1)).to_numpy()
        options, completed = _completed(given, answered)
        return Chosen(_joined(options), options, completed)
    meant = _meant(table, summary, book, read_choices(table, summary, book, styles), given)
    codes, texts = pd.factorize(meant)
    member = np.array([[name in text.split() for name in book.names] for text in texts], dtype="float64")
    options = pd.DataFrame(member[codes], index=table.cells.index, columns=list(book.names))
    options[meant == ""] = np.nan
    given, completed = _completed(given, meant != "")
    _refuse_contradiction(table, book, summary, given, options)
    # An option that a version of the form did not offer stays missing, though the summary does not name it; and a row
    # of zeros is an answer, though its summary is empty.
    for name in given:
        options[name] = given[name]
    return Chosen(_joined(options), options, completed)


def _details(table: Table, book: Codebook, details: Mapping[str, str]) -> pd.DataFrame:
    """The columns of the options as 1, 0 and NaN, in the form's order; an option's own name or label is a 1."""
    problems, columns = Problems(), {}
    for name in (name for name in book.names if name in details):
        column = details[name]
        words = {folded(word) for known in book.words.values() for word, names in known.items() if name in names}
        codes, texts = table.distinct(column)
        values = np.array([*(_truth(folded(text), words) for text in texts), np.nan])[codes]
        bad = np.isnan(values) & (codes >= 0)
        if bad.any():
            problems.add(
                DictionaryError(
                    f"{table.at(column, bad)}: an option of {book.question.path!r} must be 1 or 0, True or False, or "
                    f"its own name or label; found {table.found(column, bad)}. Correct the cells."
                )
            )
        columns[name] = pd.Series(values, index=table.cells.index)
    problems.raise_any()
    return pd.DataFrame(columns, index=table.cells.index)


def _truth(text: str, words: set[str]) -> float:
    if text in _YES or text in _NO:
        return float(text in _YES)
    return 1.0 if text in words else float("nan")


def _completed(given: pd.DataFrame, answered: np.ndarray) -> tuple[pd.DataFrame, int]:
    """Empty cells as "not chosen" in answered rows of an export that writes only what was chosen, never a 0."""
    values = given.to_numpy(dtype="float64")
    gaps = np.isnan(values) & answered[:, None]
    if (values == 0).any() or not gaps.any():
        return given, 0
    return given.mask(gaps, 0.0), int(gaps.sum())


def _meant(table: Table, column: str, book: Codebook, read: Read, given: pd.DataFrame) -> np.ndarray:
    """The meaning of each row's summary; where its labels can be cut in two ways, the options' columns decide."""
    meant: np.ndarray = np.array([*(meanings[0] for meanings in read.meanings), ""], dtype=object)[read.codes]
    for code in (code for code, meanings in enumerate(read.meanings) if len(meanings) > 1):
        rows = read.codes == code
        settled = _joined(given[rows]).to_numpy(dtype=object)
        if not set(settled) <= set(read.meanings[code]):
            raise DictionaryError(
                f"{table.at(column, rows)}: an answer to {book.question.path!r} must be readable in one way; "
                f"{table.found(column, rows)} could be {listed(map(repr, read.meanings[code]), 4)}. Export the data "
                "again with XML values and headers."
            )
        meant[rows] = settled
    return meant


def _refuse_contradiction(
    table: Table, book: Codebook, summary: str, given: pd.DataFrame, options: pd.DataFrame
) -> None:
    differ = (given.fillna(0) != options[list(given.columns)].fillna(0)).any(axis=1).to_numpy()
    if differ.any():
        raise ColumnError(
            f"{table.at(summary, differ)}: the summary of {book.question.path!r} and the columns of its options must "
            f"agree; they differ where the summary says {table.found(summary, differ)}. Correct one of them, or take "
            "the summary or the options out of the file."
        )


def _joined(options: pd.DataFrame) -> pd.Series:
    """The names of what was chosen, joined by blanks, in the order of the columns."""
    if options.shape[1] == 0:
        return pd.Series("", index=options.index, dtype="str")
    names = np.array([f"{name} " for name in options.columns], dtype=object)
    codes, texts = pd.factorize((options.to_numpy() == 1) @ names)
    return pd.Series(spread([text.strip() for text in texts], codes), index=options.index)
