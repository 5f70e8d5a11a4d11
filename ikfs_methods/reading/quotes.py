"""Quotation marks of a delimited text: each opens or closes a whole cell, or stands doubled inside one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ikfs_methods.errors import InputFileError

QUOTE, LINE_FEED, CARRIAGE_RETURN = b'"', ord("\n"), ord("\r")
_SHOWN = 20


def lines_within_quotes(data: bytes, delimiter: str, *, source: Path) -> bool:
    """Whether a quoted cell holds a line end; the text's quotation marks are sound when this returns.

    Marks come in pairs. The first of a pair must follow a delimiter, a line end or the second of the pair before it
    (a doubled mark), and the second must precede one. Lenient readers take a mark in the middle of a cell for a letter
    and one that is never closed for the rest of the file, and move answers into other cells. Raises InputFileError
    with the row of the first mark that breaks this.
    """
    if QUOTE not in data:
        return False
    raw = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(raw == QUOTE[0])
    opening, closing = marks[0::2], marks[1::2]
    edges = np.array([QUOTE[0], ord(delimiter), LINE_FEED, CARRIAGE_RETURN], np.uint8)
    # A line feed stands for what lies before the first and after the last letter.
    sound_before = np.isin(np.where(opening > 0, raw[opening - 1], LINE_FEED), edges)
    sound_after = np.isin(
        np.where(closing < len(raw) - 1, raw[np.minimum(closing + 1, len(raw) - 1)], LINE_FEED), edges
    )
    wrong = np.concatenate([opening[~sound_before], closing[~sound_after]])
    if len(wrong) == 0 and len(marks) % 2:
        wrong = marks[-1:]
    if len(wrong):
        position = int(wrong.min())
        before = data[max(0, position - _SHOWN) : position + _SHOWN].decode("utf-8", "replace")
        raise InputFileError(
            f"{source}, row {row_at(data, position)}: quotation marks must enclose a whole cell, and be doubled inside "
            f"it; found one that does not near {before!r}. Close it, double it, or take it out."
        )
    ends = _line_ends(raw)
    return bool((np.searchsorted(ends, opening) != np.searchsorted(ends, closing)).any())


def row_at(data: bytes, position: int) -> int:
    """The row, from 1, in which a position of the text lies; a line end inside quotation marks ends no row."""
    raw = np.frombuffer(data[:position], np.uint8)
    ends = _line_ends(raw)
    marks = np.flatnonzero(raw == QUOTE[0])
    return 1 + int((np.searchsorted(marks, ends) % 2 == 0).sum())


def _line_ends(raw: np.ndarray) -> np.ndarray:
    """Where lines end: at a line feed, or at a carriage return without one behind it."""
    feeds = raw == LINE_FEED
    returns = np.flatnonzero(raw == CARRIAGE_RETURN)
    alone = returns[~feeds[np.minimum(returns + 1, len(raw) - 1)]] if len(returns) else returns
    return np.sort(np.concatenate([np.flatnonzero(feeds), alone]))
