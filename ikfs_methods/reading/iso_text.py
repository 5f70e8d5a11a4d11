"""Dates and times as text, the way ISO 8601 writes them."""

from __future__ import annotations

import numpy as np

# The last year of four digits: beyond it a date is a number that was given a date's format by mistake.
_LATEST = np.datetime64("9999-12-31T23:59:59.999")
_EARLIEST = np.datetime64("0001-01-01")


def iso_texts(moments: np.ndarray, *, timed: bool = False) -> list[str]:
    """Moments (datetime64, milliseconds) as 2020-03-26, or as 2020-03-26T10:30:00 where any is not at midnight.

    `timed` keeps the time in any case. NaT gives "".
    """
    moments = moments.astype("M8[ms]")
    there = ~np.isnat(moments)
    whole = bool((moments[there] == moments[there].astype("M8[D]")).all())
    texts = np.where(there, np.datetime_as_string(moments, unit="D" if whole and not timed else "ms"), "")
    return [text.removesuffix(".000") for text in texts.tolist()]


def in_calendar(moments: np.ndarray) -> np.ndarray:
    """Which moments lie in the years 1 to 9999; NaT counts as lying there."""
    within: np.ndarray = np.isnat(moments) | ((moments >= _EARLIEST) & (moments <= _LATEST))
    return within


def clock_text(seconds: float) -> str:
    """A time of the day or a length of time as 10:30:00; beyond a day the hours go on, 26:00:00."""
    sign, thousandths = "-" if seconds < 0 else "", round(abs(seconds) * 1000)
    whole, rest = divmod(thousandths, 1000)
    fraction = f".{rest:03d}" if rest else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{fraction}"
