"""Where a question stands in the questionnaire: its group in the form, its matrix, or the letters of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ikfs_methods.reading import folded

_MATRIX = re.compile(r"(?P<stem>.*\S)\s*\[(?P<row>.+)\]", re.DOTALL)
_SERIES = re.compile(r"(?P<stem>.*?[^\W_].*?|[^\W_])[\s_.\-]*\d+[A-Za-z]?")
_LONGEST_NAME = 24  # a longer heading is a question, and a number at its end belongs to the question


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the questionnaire: `key` tells it apart, `kind` says how it was found, `name` by language, if known.

    `kind`: group (of the form), matrix (`Text [Row]`), series (A1, A2, A3), or "" for columns that stand alone.
    """

    key: str = ""
    kind: str = ""
    name: Mapping[str, str] = field(default_factory=dict)


ALONE = Section()


def sections(
    columns: Iterable[str], headings: Iterable[str] = (), groups: Mapping[str, Section] | None = None
) -> dict[str, Section]:
    """The section of each column.

    `headings` are those of the file before a survey tool's prefixes were cut off (`group/name`); `groups` gives the
    group of each question of a form, which goes before all else.
    """
    names = list(columns)
    known = dict(groups or {})
    prefixes = _prefixes(names, headings)
    stems = {name: _stem(name) for name in names}
    said = [folded(stem) for stem in stems.values() if stem]
    return {
        name: known.get(name)
        or prefixes.get(name)
        or _matrix(name)
        or (Section(stems[name], "series") if said.count(folded(stems[name])) > 1 else ALONE)
        for name in names
    }


def row_of(column: str) -> str:
    """The question itself: the row of a matrix question, else the whole heading."""
    found = _MATRIX.fullmatch(column)
    return found["row"].strip() if found else column


def _matrix(name: str) -> Section | None:
    found = _MATRIX.fullmatch(name)
    return Section(found["stem"], "matrix", {"": found["stem"]}) if found else None


def _stem(name: str) -> str:
    found = _SERIES.fullmatch(name) if len(name) <= _LONGEST_NAME else None
    return found["stem"] if found and re.search(r"[^\W\d_]", found["stem"]) else ""


def _prefixes(names: list[str], headings: Iterable[str]) -> dict[str, Section]:
    """The groups in headings such as `group/name`, by the name that was kept."""
    found: dict[str, Section] = {}
    kept = set(names)
    for heading in headings:
        for separator in "/-":  # Kobo's and ODK's
            group, sign, last = heading.rpartition(separator)
            if sign and last in kept and heading not in kept:
                found.setdefault(last, Section(group, "group", {"": group.rpartition(separator)[2]}))
    return found
