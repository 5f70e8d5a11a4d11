"""Times and durations as survey tools write them: ISO 8601 with zones, spreadsheets' day/month/year in either order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import NotNumericError, ScaleError
from ikfs_methods.reading.numerals import parse_numbers

_TIME = (
    r"(?:(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<last>\d{4}))"
    # Indonesian spreadsheets write 9.15.02.
    r"(?:(?:\s*T\s*|,?\s+)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<half>[AP]\.?M\.?)?"
    r"\s*(?P<zone>Z|WIB|WITA|WIT|(?:UTC|GMT)?(?:[+-]\d{1,2}(?::?\d{2})?)?)?)?"
)
_ISO = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?"
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "WIB": 420, "WITA": 480, "WIT": 540}  # minutes ahead of UTC
_DURATION = r"(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d(?:[.,]\d+)?)"


def times(text: pd.Series, *, day_first: bool | None = None, source: Path | str | None = None) -> pd.Series:
    """When each respondent began or ended: the moments that a column of text gives, NaT for an empty cell.

    Read are ISO 8601 (`2020-03-26T09:15:02.123+07:00`), year first with slashes, and `26/03/2020 9:15:02`, with AM and
    PM, with GMT+7, UTC, WIB, WITA or WIT behind. With zones the result is in UTC, without it has no zone. Whether day
    or month stands first is decided for the column, and only if some value proves it (a number above 12); otherwise
    `day_first` must say it. `source` is the file, for messages; the index of `text` is taken for the rows in it.

    Raises NotNumericError for a cell that is no time, for an order that is open or contradicted, and for a column in
    which only a part of the times has a zone.
    """
    if text.dtype.kind == "M":
        return text
    codes, values = pd.factorize(_texts(text, "time", source))
    where = _Column(text, codes, source)
    distinct = pd.Series(values, dtype="str")
    filled = (distinct != "").to_numpy()
    moments, zoned = _iso(distinct, filled) or _moments(_ordered(_parts(distinct), where, day_first=day_first))
    wrong = moments.isna().to_numpy() & filled
    where.refuse(wrong, "a time must stand here", "Correct the cells, or leave them empty.")
    if zoned[filled].any() and not zoned[filled].all():
        where.refuse(
            ~zoned & filled,
            "all times of a column must have a zone, or none",
            "Others in the column have one. Add it, or take it away everywhere.",
        )
    result = moments.dt.tz_localize("UTC") if zoned[filled].any() else moments
    return pd.Series(result.array[codes], index=text.index, name=text.name)


def looks_like_times(values: list[str]) -> bool:
    """Whether every one of these texts has the shape of a time of day on a date, in whatever order."""
    return bool(values) and bool(_parts(pd.Series(values, dtype="str"))["hour"].notna().all())


def seconds(text: pd.Series, *, decimal: str | None = None, source: Path | str | None = None) -> pd.Series:
    """How long each respondent took: durations in seconds, NaN for an empty cell.

    Read are plain numbers, taken for seconds, and h:mm:ss; `m:ss` is refused, because it could be hours and minutes.
    Raises NotNumericError for anything else, ScaleError for a duration below zero.
    """
    if text.dtype.kind in "iuf":
        codes, values = np.arange(len(text)), text.to_numpy(dtype="float64")
        wrong = np.isinf(values)
    else:
        codes, distinct = pd.factorize(_texts(text, "duration", source))
        shaped = pd.Series(distinct, dtype="str").str.extract(f"^{_DURATION}$")
        clock = shaped["hours"].notna().to_numpy()
        values = np.full(len(distinct), np.nan)
        numbers = parse_numbers([str(value) for value in distinct[~clock]], decimal=decimal)
        values[~clock] = numbers.numbers
        parts = shaped[clock].apply(lambda column: column.str.replace(",", ".").astype("float64"))
        values[clock] = parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"]
        wrong = ~np.isfinite(values) & np.asarray(distinct != "")
    where = _Column(text, codes, source)
    remedy = "Write plain seconds (754) or hours:minutes:seconds (0:12:34), or leave the cells empty."
    where.refuse(wrong, "a duration must stand here", remedy)
    where.refuse(values < 0, "a duration must not be negative", "Correct the cells.", kind=ScaleError)
    return pd.Series(values[codes], index=text.index, name=text.name)


def _iso(distinct: pd.Series, filled: np.ndarray) -> tuple[pd.Series, np.ndarray] | None:
    """What survey tools write themselves, about ten times as fast; None when any cell is written otherwise."""
    for zone, zoned in ((r"(?:Z|[+-](?:0\d|1[0-3]):?[0-5]\d)", True), ("", False)):
        if (distinct.str.fullmatch(_ISO + zone) | ~filled).all():
            moments = pd.to_datetime(distinct, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
            return moments.dt.round("ms"), filled & zoned
    return None


def _parts(distinct: pd.Series) -> pd.DataFrame:
    return distinct.str.extract(f"(?i:^{_TIME}$)").set_axis(pd.Index(distinct), axis=0)


class _Column:
    """A column with its distinct values, for messages about some of them."""

    def __init__(self, text: pd.Series, codes: np.ndarray, source: Path | str | None) -> None:
        self.text, self.codes = text, codes
        self.name = (f"{source}, " if source is not None else "") + f"column {str(text.name)!r}"

    def refuse(
        self, wrong: np.ndarray, must: str, remedy: str, *, kind: type[NotNumericError | ScaleError] = NotNumericError
    ) -> None:
        """The error, when any of the distinct values is wrong."""
        if not wrong.any():
            return
        cells = wrong[self.codes]
        found = listed(repr(value) for value in self.text[cells].unique().tolist())
        rows = self.text.index[cells]
        raise kind(
            f"{self.name}, row{'' if len(rows) == 1 else 's'} {listed(rows)}: {must}; found {found} "
            f"({len(rows)} such cell{'' if len(rows) == 1 else 's'}). {remedy}"
        )


def _texts(text: pd.Series, what: str, source: Path | str | None) -> pd.Series:
    if text.dtype.kind in "iufbm":
        place = f"{source}, " if source is not None else ""
        raise NotNumericError(
            f"{place}column {str(text.name)!r}: a {what} must be written as text; found numbers "
            f"({listed(text.dropna().unique()[:3])}). Give the column a {what} format in the spreadsheet, or export "
            "it as text."
        )
    return text.fillna("").astype("str").str.strip()


def _ordered(parts: pd.DataFrame, where: _Column, *, day_first: bool | None) -> pd.DataFrame:
    """The parts with day and month told apart, decided from the whole column."""
    open_order = parts["first"].notna()
    if not open_order.any():
        return parts
    first, second = (pd.to_numeric(parts[name]) for name in ("first", "second"))
    day_proved, month_proved = (first > 12) & (second <= 12), (second > 12) & (first <= 12)
    if day_first is None:
        if day_proved.any() and month_proved.any():
            raise NotNumericError(
                f"{where.name}: day and month must stand in one order; found {parts.index[day_proved][0]!r} and "
                f"{parts.index[month_proved][0]!r}. Write all times as 2020-03-26 09:15:02."
            )
        if not (day_proved.any() or month_proved.any()):
            raise NotNumericError(
                f"{where.name}: it must be clear whether day or month stands first; no value of the column shows it, "
                f"the first is {parts.index[open_order][0]!r}. Write the times as 2020-03-26 09:15:02, or say the "
                "order (day_first=True or False)."
            )
        day_first = bool(day_proved.any())
    day, month = ("first", "second") if day_first else ("second", "first")
    return parts.assign(
        year=parts["year"].fillna(parts["last"]),
        month=parts["month"].fillna(parts[month]),
        day=parts["day"].fillna(parts[day]),
    )


def _moments(parts: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """The moment of each row, in UTC where it has a zone (NaT where it is none), and whether it has one."""
    names = ["year", "month", "day", "hour", "minute"]
    numbers = parts[names].astype("float64")
    second = parts["seconds"].str.replace(",", ".").astype("float64").fillna(0)
    dated = numbers["hour"].isna()
    hour, minute = numbers["hour"].fillna(0), numbers["minute"].fillna(0)
    half = parts["half"].str.upper().str[0]
    valid = (minute < 60) & (second < 60) & (hour < 24) & (half.isna() | hour.between(1, 12))
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "P"))
    zone = parts["zone"].fillna("").str.upper()
    ahead = zone.map({name: _ahead(name) for name in zone.unique()}).astype("float64")
    days = pd.to_datetime(numbers[["year", "month", "day"]], errors="coerce")
    # Rounded to milliseconds, which is what the tools write: a sum of doubles would show in the nanoseconds.
    within = pd.to_timedelta(((hour * 60 + minute - ahead.fillna(0)) * 60_000 + (second * 1000).round()), unit="ms")
    moments = (days + within).where(valid & ahead.notna())
    return moments, np.asarray((zone != "") & ~dated)


def _ahead(zone: str) -> float:
    """Minutes ahead of UTC; 0 without a zone, NaN for an offset that no zone has."""
    if zone == "":
        return 0.0
    if zone in _ZONES:
        return float(_ZONES[zone])
    offset = zone.removeprefix("UTC").removeprefix("GMT")
    hours, minutes = offset[1:].replace(":", "")[:-2] or "0", offset[-2:]
    if len(offset) <= 3:
        hours, minutes = offset[1:], "0"
    size = int(hours) * 60 + int(minutes)
    return float("nan") if size > 14 * 60 or int(minutes) > 59 else (-size if offset[0] == "-" else size)
