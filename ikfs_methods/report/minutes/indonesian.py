"""Numbers, days and times of day as an Indonesian record writes them."""

from __future__ import annotations

import datetime as dt

from babel import dates

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
LARGEST = 999_999


def spelled(number: int) -> str:
    """A whole number from 0 to 999,999 in words: 2020 is dua ribu dua puluh. ValueError for another number."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"a number from 0 to {LARGEST} must be given; found {number}.")
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return "sepuluh" if number == 10 else f"{_one(number - 10)}belas"
    for size, word in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= size:
            many, rest = divmod(number, size)
            head = f"{_one(many)}{word}"
            return f"{head} {spelled(rest)}" if rest else head
    raise AssertionError(number)


def _one(many: int) -> str:
    """What stands before belas, puluh, ratus, ribu: one of them is a prefix (seribu), more are words of their own."""
    return "se" if many == 1 else f"{spelled(many)} "


def weekday(day: dt.date) -> str:
    """Kamis."""
    return str(dates.format_date(day, format="EEEE", locale="id"))


def long_date(day: dt.date) -> str:
    """26 Maret 2020."""
    return str(dates.format_date(day, format="d MMMM y", locale="id"))


def date_in_words(day: dt.date) -> str:
    """Kamis, tanggal dua puluh enam bulan Maret tahun dua ribu dua puluh (26-03-2020)."""
    month = dates.format_date(day, format="LLLL", locale="id")
    figures = f"{day.day:02d}-{day.month:02d}-{day.year:04d}"
    return f"{weekday(day)}, tanggal {spelled(day.day)} bulan {month} tahun {spelled(day.year)} ({figures})"


def time_of_day(text: str) -> str:
    """09.00 from 9.00 or 09:00; other text stays."""
    hour, mark, minute = text.strip().replace(":", ".").partition(".")
    return f"{hour:0>2}.{minute}" if mark else text
