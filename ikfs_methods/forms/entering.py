"""Answers entered into a long table: what is new is appended, what differs from an earlier answer is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ikfs_methods.forms.longtable import LongTable, Row
from ikfs_methods.reading import bare_cell

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A table as units that are answered as a whole: which rows belong together, and what they say.

    `key`: the unit of a row; `value`: what the rows of a unit say, None where they say nothing; `within`: the column
    that tells the rows of a unit apart.
    """

    key: Callable[[Row], Key]
    value: Callable[[Sequence[Row]], object]
    within: str


@dataclass(slots=True, eq=False)
class Entered:
    """What entering did: units added (with their rows), and those whose earlier answer differs."""

    added: list[Key] = field(default_factory=list)
    rows: int = 0
    differing: list[tuple[Key, list[Row], list[Row]]] = field(default_factory=list)


def number_or_text(text: str) -> float | str:
    """A cell as a number where it is one, so that 4 and 4.0 are the same answer."""
    bare = bare_cell(text).strip()
    try:
        return float(bare.replace(",", "."))
    except ValueError:
        return bare


def _one(column: str) -> Callable[[Sequence[Row]], object]:
    def value(rows: Sequence[Row]) -> object:
        said = [number_or_text(row[column]) for row in rows if row[column].strip()]
        return None if not said else said[0] if len(set(map(str, said))) == 1 else tuple(said)

    return value


def _favoured(rows: Sequence[Row]) -> object:
    def one(row: Row) -> object:
        strength = number_or_text(row["strength"])
        side = row["favours"].strip().casefold()
        return (row[side], strength) if strength != 1 and side in ("left", "right") else ("", strength)

    said = list(map(one, rows))
    return said[0] if len(set(map(str, said))) == 1 else tuple(said)


def _shared(*columns: str) -> Callable[[Sequence[Row]], object]:
    def value(rows: Sequence[Row]) -> object:
        said = [(row["indicator"], *(number_or_text(row[name]) for name in columns)) for row in rows]
        return tuple(sorted(said, key=str))

    return value


def _round_of(row: Row) -> str:
    number = number_or_text(row.get("delphi_round") or "1")
    return f"{number:g}" if isinstance(number, float) else number


KINDS: Mapping[str, Kind] = {
    "panel": Kind(
        lambda row: (_round_of(row), row["criterion"], row["expert"], row["indicator"]), _one("rating"), "indicator"
    ),
    "comments": Kind(lambda row: (_round_of(row), row["expert"], row["indicator"]), _one("comment"), "indicator"),
    "judgements": Kind(
        lambda row: (row["parent"], row["expert"], *sorted((row["left"], row["right"]))), _favoured, "left"
    ),
    "budget": Kind(lambda row: (row["parent"], row["expert"]), _shared("points"), "indicator"),
    "best_worst": Kind(
        lambda row: (row["parent"], row["expert"]), _shared("best", "worst", "best_over", "over_worst"), "indicator"
    ),
    "experts": Kind(lambda row: (row["expert"],), _one("institution"), "expert"),
}


def units(table: LongTable, kind: Kind) -> dict[Key, list[Row]]:
    """The rows of a table by the unit that they belong to."""
    found: dict[Key, list[Row]] = {}
    for row in table.rows:
        found.setdefault(kind.key(row), []).append(row)
    return found


def enter(table: LongTable, name: str, new: Mapping[Key, Sequence[Row]], *, replace: bool) -> Entered:
    """Enters units into a table: new ones at its end in the order given, differing ones only with `replace`.

    An earlier row without an answer is filled where it stands; a replaced unit stands where the earlier one stood, and
    what its rows said in columns of which nothing was asked stays.
    """
    kind, made = KINDS[name], Entered()
    before = units(table, kind)
    for key, given in new.items():
        rows = [dict(row) for row in given]
        earlier = before.get(key)
        if earlier is None:
            table.rows += rows
            made.added.append(key)
            made.rows += len(rows)
            continue
        was, now = kind.value(earlier), kind.value(rows)
        if was == now or now is None:
            continue
        if was is None:
            made.added.append(key)
            made.rows += len(rows)
        else:
            made.differing.append((key, [dict(row) for row in earlier], rows))
        if was is None or replace:
            _put(table, kind, earlier, rows)
    return made


def _put(table: LongTable, kind: Kind, earlier: Sequence[Row], rows: Sequence[Row]) -> None:
    """Puts rows where earlier ones stood."""
    extras = {row[kind.within]: row for row in earlier}
    full = [extras.get(row[kind.within], {}) | {name: text for name, text in row.items() if text} for row in rows]
    whole = [table.made(**row) for row in full]
    same = {id(row) for row in earlier}
    place = next(number for number, row in enumerate(table.rows) if id(row) in same)
    kept = [row for row in table.rows if id(row) not in same]
    first = place - sum(id(row) in same for row in table.rows[:place])
    table.rows[:] = [*kept[:first], *whole, *kept[first:]]
