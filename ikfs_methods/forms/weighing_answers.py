"""How an expert weighed the children of a parent: points, pairs, best and worst."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import combinations
from typing import Any

from ikfs_methods.checks import listed
from ikfs_methods.forms import cells
from ikfs_methods.forms.answers import Pair, Reader
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET
from ikfs_methods.forms.cells import NotReadError
from ikfs_methods.forms.layout import (
    ANSWER,
    BEST,
    BEST_OVER,
    CODE,
    FAVOURS,
    LEFT,
    OVER_WORST,
    POINTS,
    RIGHT,
    STRENGTH,
    TEXT,
    WORST,
    pair_key,
)
from ikfs_methods.forms.returned import SheetCells
from ikfs_methods.forms.weighing_sheets import TOTAL_POINTS
from ikfs_methods.weighting.budget import POINTS_TOLERANCE

# Shares that were rounded to two digits, three or four of them, miss 1 by up to .02.
_NEAR_ONE = 0.02
_ALL = 10_000  # names in a message that must be complete


def read_points(reader: Reader, parent: str, children: list[str], sheet: SheetCells) -> None:
    """The points of a parent: all of them, or why none was taken."""
    place, given, wrong = f"points of {parent}", dict[str, float](), len(reader.made.faults)
    for code in children:
        row = sheet.rows.get(code, {})
        rule = f"{code}: points must be a number from 0 to {TOTAL_POINTS}"
        if reader.right_row(row, CODE, code, place):
            points = reader.tried(_points, row.get(POINTS), place, rule)
            if points is not None:
                given[code] = points
    if len(reader.made.faults) > wrong:
        reader.made.lacking[BUDGET, parent] = 0, ""
        return
    total = sum(given.values())
    empty = [code for code in children if code not in given]
    if not given:
        reader.made.lacking[BUDGET, parent] = len(empty), f"{place}: nothing is filled"
    elif abs(total - TOTAL_POINTS) > POINTS_TOLERANCE * TOTAL_POINTS:
        blank = f"; empty: {listed(empty, _ALL)}" if empty else ""
        reader.made.lacking[BUDGET, parent] = 0, ""
        shares = " Shares? Write 12.5 for 12.5 %." if abs(total - 1) <= _NEAR_ONE else ""
        reader.fault(place, f"the points must sum to {TOTAL_POINTS}; they sum to {total:g}{blank}. None was taken."
                     f"{shares}")  # fmt: skip
    else:
        if empty:
            reader.made.notes.append(
                f"{reader.made.who}, {place}: {listed(empty, _ALL)} left empty and read as 0, since all "
                f"{TOTAL_POINTS} points were given."
            )
        reader.made.budget[parent] = {code: given.get(code, 0.0) for code in children}


def read_pairs(reader: Reader, parent: str, children: list[str], sheet: SheetCells) -> None:
    """The pairs of a parent that were answered, and those that were not."""
    place, found, empty = f"pairs of {parent}", dict[Pair, tuple[str, int]](), list[str]()
    for left, right in combinations(children, 2):
        row = sheet.rows.get(pair_key(left, right), {})
        where, before = f"{place}, {left} or {right}", len(reader.made.faults)
        if not (reader.right_row(row, LEFT, left, where) and reader.right_row(row, RIGHT, right, where)):
            continue
        answer = _pair(reader, row, left, right, where)
        if answer is not None:
            found[left, right] = answer
        elif len(reader.made.faults) == before:
            empty.append(f"{left} or {right}{_half(row)}")
    reader.made.pairs[parent] = found
    if empty:
        reader.made.lacking[AHP, parent] = len(empty), f"{place}: not filled: {listed(empty, _ALL)}"


def _half(row: Mapping[str, Any]) -> str:
    """Which half of a pair's answer is filled, where the other is not."""
    chosen, strong = (not cells.is_empty(row.get(name)) for name in (FAVOURS, STRENGTH))
    if chosen == strong:
        return ""
    return (
        " (which of the two is filled, how much more is not)"
        if chosen
        else (" (how much more is filled, which of the two is not)")
    )


def _pair(reader: Reader, row: Mapping[str, Any], left: str, right: str, place: str) -> tuple[str, int] | None:
    """The favoured code and the strength; the left one and 1 where both matter equally."""
    choice, names = row.get(FAVOURS), reader.names([left, right])
    before = len(reader.made.faults)
    strength = reader.tried(
        partial(cells.point, low=1, high=9), row.get(STRENGTH), place, "how much more must be a number from 1 to 9"
    )
    equal = not cells.is_empty(choice) and cells.is_equal_choice(choice)
    if len(reader.made.faults) > before:
        return None
    if equal or (cells.is_empty(choice) and strength == 1):
        if strength in (None, 1):
            return left, 1
        reader.fault(place, f"both matter equally, and one matters {strength} times as much; only one can be. The pair "
                   "was not taken.")  # fmt: skip
        return None
    favoured = reader.tried(partial(cells.chosen, names=names), choice, place, "one of the two must be chosen")
    return None if favoured is None or strength is None else (favoured, strength)


def read_best_worst(reader: Reader, parent: str, children: list[str], sheet: SheetCells) -> None:
    """The best-worst judgement of a parent: whole, or why it was not taken."""
    place, before = f"best and worst of {parent}", len(reader.made.faults)
    read, rule = partial(cells.chosen, names=reader.names(children)), "one of the list must be chosen as the "
    best = reader.tried(read, sheet.rows.get(BEST, {}).get(ANSWER), place, f"{rule}most important")
    worst = reader.tried(read, sheet.rows.get(WORST, {}).get(ANSWER), place, f"{rule}least important")
    given = _degrees(reader, children, sheet, place)
    if len(reader.made.faults) > before:
        reader.made.lacking[BEST_WORST, parent] = 0, ""
    elif best is None or worst is None:
        blank = [end for end, code in (("most", best), ("least", worst)) if code is None]
        rest = "" if any(given.values()) or len(blank) < 2 else ", nor anything else on the sheet"
        reader.made.lacking[BEST_WORST, parent] = (
            len(blank), f"{place}: the {' and the '.join(blank)} important must be chosen; empty{rest}",
        )  # fmt: skip
    elif best == worst:
        reader.made.lacking[BEST_WORST, parent] = 0, ""
        reader.fault(place, f"the most and the least important must differ; both are {best}. Nothing was taken.")
    else:
        _compared(reader, parent, children, best=best, worst=worst, given=given)


def _degrees(reader: Reader, children: list[str], sheet: SheetCells, place: str) -> dict[Pair, int | None]:
    """How much more the best matters than each child, and each child than the worst; None where it is empty."""
    read, rule = partial(cells.point, low=1, high=9), "a degree must be a number from 1 to 9"
    found: dict[Pair, int | None] = {}
    for code in children:
        row = sheet.rows.get(code, {})
        right = reader.right_row(row, TEXT, code, place)
        for key in (BEST_OVER, OVER_WORST):
            found[code, key] = reader.tried(read, row.get(key), f"{place}, {code}", rule) if right else None
    return found


def _compared(
    reader: Reader, parent: str, children: list[str], *, best: str, worst: str, given: dict[Pair, int | None]
) -> None:
    """Completes what is known without asking, and takes the answers when all are there and agree."""
    place = f"best and worst of {parent}"
    span = {value for value in (given[worst, BEST_OVER], given[best, OVER_WORST]) if value is not None}
    itself = [code for code, key in ((best, BEST_OVER), (worst, OVER_WORST)) if given[code, key] not in (None, 1)]
    if len(span) > 1 or itself:
        reader.made.lacking[BEST_WORST, parent] = 0, ""
        if itself:
            reader.fault(place, f"{listed(itself)} is compared with itself and can only be 1. Nothing was taken.")
        else:
            reader.fault(place, f"{best} over {worst} is answered twice and differently ({listed(sorted(span))}). "
                         "Nothing was taken.")  # fmt: skip
        return
    whole = next(iter(span), None)
    full = given | {
        (best, BEST_OVER): 1, (worst, OVER_WORST): 1, (worst, BEST_OVER): whole, (best, OVER_WORST): whole,
    }  # fmt: skip
    known = {key: value for key, value in full.items() if value is not None}
    if len(known) < len(full):
        empty = list(dict.fromkeys(code for code, key in full if (code, key) not in known))
        why = f"{place}: not compared throughout: {listed(empty, _ALL)}"
        reader.made.lacking[BEST_WORST, parent] = len(full) - len(known), why
        return
    rows = {code: (known[code, BEST_OVER], known[code, OVER_WORST]) for code in children}
    reader.made.best_worst[parent] = best, worst, rows


def _points(value: Any) -> float:
    given = cells.number(value)
    if not 0 <= given <= TOTAL_POINTS:
        raise NotReadError(cells.found(value))
    return given
