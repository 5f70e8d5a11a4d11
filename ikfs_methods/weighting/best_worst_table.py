"""Best-worst judgements in: the long table of a panel, or the two series of one judge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, plain, quoted, real_numbers
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, TooFewError
from ikfs_methods.weighting.judged import Judged

Floats = np.ndarray[Any, np.dtype[np.float64]]
COLUMNS = ("expert", "parent", "indicator", "best_over", "over_worst")
ENDS = ("best", "worst")
STRONGEST = 9.0  # the scale of judgements is 1 to 9, as in the analytic hierarchy process
# Two judgements typed alike are equal; their products differ from a third by some 1e-15 when they were computed.
SAME = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """The judgements of one parent: `best_over` and `over_worst` (judges, codes), positions of each judge's ends."""

    parent: str
    codes: list[str]
    judges: list[str]
    best_over: Floats
    over_worst: Floats
    best: np.ndarray[Any, np.dtype[np.intp]]
    worst: np.ndarray[Any, np.dtype[np.intp]]


def check_best_worst(judged: Judged, *, skip: Collection[str] = ()) -> pd.Series:
    """Parent by indicator of a long table of best-worst judgements; its problems gain whatever is wrong with them.

    Every wrong row, every indicator under two parents, and of every expert and parent what was left out and a best or
    worst that the judgements contradict (but for the parents in `skip`, known to lack something).
    """
    rows = judged.rows
    for name in ("best_over", "over_worst"):
        wrong = ~rows[name].between(1, STRONGEST)
        judged.refuse(wrong, [name], f"{name} must be a number from 1 to {STRONGEST:g}", _judgement)
    named = ["expert", "indicator"]
    again = rows[judged.sound(named)].duplicated(named, keep=False).reindex(rows.index, fill_value=False)
    judged.refuse(again, named[1:], "an expert must judge an indicator once", _judgement)
    parents = judged.parents_of(["indicator"], what="best-worst judgements")
    columns, children = _Columns(rows), _children(parents)
    for expert, parent, own in judged.groups():
        if parent in skip:
            continue
        part = columns.part(own)
        lacking = [code for code in children[parent] if code not in part.codes]
        if lacking:
            found: str | tuple[int, int] = f"every indicator must be judged; missing: {listed(lacking)}"
        else:
            found = _named_ends(part)
        if isinstance(found, str):
            judged.problems.add(
                JudgementError(
                    f"expert {expert}, parent {parent}: {found}. "
                    "Ask the expert, or leave that expert's rows of the parent out."
                )
            )
    return parents


def comparisons(judged: Judged, parents: pd.Series) -> list[Comparisons]:
    """The judgements of every parent, of a table that was checked."""
    columns = _Columns(judged.rows)
    parts: dict[str, dict[str, _Part]] = {}
    for expert, parent, own in judged.groups():
        parts.setdefault(parent, {})[expert] = columns.part(own)
    return [_stacked(parent, codes, parts[parent]) for parent, codes in _children(parents).items()]


def _children(parents: pd.Series) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, parent in parents.items():
        found.setdefault(str(parent), []).append(str(code))
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One expert's rows on one parent; `best` and `worst` as the rows name them, empty where the table does not."""

    codes: list[str]
    best_over: Floats
    over_worst: Floats
    best: list[str]
    worst: list[str]


class _Columns:
    """The columns of a long table as arrays: a panel's many small parts are cut from them far faster than from rows."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._codes = rows["indicator"].to_numpy()
        self._over = [rows[name].to_numpy(dtype=np.float64) for name in ("best_over", "over_worst")]
        self._ends = [rows[name].to_numpy() if name in rows.columns else None for name in ENDS]

    def part(self, own: np.ndarray[Any, np.dtype[np.intp]]) -> _Part:
        """The rows at these positions."""
        over = [column[own] for column in self._over]
        ends = [[] if column is None else list(dict.fromkeys(column[own])) for column in self._ends]
        return _Part(list(self._codes[own]), over[0], over[1], ends[0], ends[1])


def _stacked(parent: str, codes: list[str], parts: dict[str, _Part]) -> Comparisons:
    ends, over = [], []
    for part in parts.values():
        place = [part.codes.index(code) for code in codes]
        found = _named_ends(part)
        ends.append([place.index(int(end)) for end in found])
        over.append((part.best_over[place], part.over_worst[place]))
    best_over, over_worst = np.array(over).swapaxes(0, 1)
    best, worst = np.array(ends, dtype=np.intp).T
    return Comparisons(parent, codes, list(parts), best_over, over_worst, best, worst)


def one_judge(
    best_to_others: object, others_to_worst: object, judge: str, *, best: object = None, worst: object = None
) -> Comparisons:
    """The two series of one judge, by code, with the best and the worst where the judge named them.

    Raises what is wrong with them.
    """
    if (best is None) != (worst is None):
        raise ParameterError(
            f"best and worst must be given both or not at all; found {quoted(best)} and {quoted(worst)}. Give both."
        )
    a, b = (
        _series(given, name)
        for given, name in ((best_to_others, "best_to_others"), (others_to_worst, "others_to_worst"))
    )
    if set(a.index) != set(b.index):
        odd = [code for code in [*a.index, *b.index] if (code in a.index) != (code in b.index)]
        raise ColumnError(
            f"best_to_others and others_to_worst must have the same codes; only in one of them: {listed(odd)}. "
            "Supply what is missing."
        )
    if len(a) < 2:
        raise TooFewError(f"a best-worst judgement needs at least 2 elements; found {len(a)}. Supply the others.")
    b = b[a.index]
    codes = [str(code) for code in a.index]
    named = [[] if end is None else [str(plain(end))] for end in (best, worst)]
    ends = _named_ends(_Part(codes, a.to_numpy(), b.to_numpy(), *named), "the series alone do not tell")
    if isinstance(ends, str):
        raise JudgementError(f"{ends}. Correct the series, or name the two with best= and worst=.")
    return Comparisons("", codes, [judge], a.to_numpy()[None], b.to_numpy()[None], *(np.array([end]) for end in ends))


def find_ends(
    best_over: Floats, over_worst: Floats, teller: str = "columns best and worst must say"
) -> tuple[int, int] | str:
    """Positions of best and worst (codes,), or what is wrong.

    The best is not outweighed (best_over 1), the worst outweighs nothing (over_worst 1), and the one over the other is
    judged alike in both lists. Where several pairs fit, the first is taken when the judgements are consistent, since
    all give the same weights then; otherwise `teller` says who must name them.
    """
    at_top, at_bottom = np.flatnonzero(best_over == 1), np.flatnonzero(over_worst == 1)
    if not len(at_top) or not len(at_bottom):
        missing = "best_over 1 (the best itself)" if not len(at_top) else "over_worst 1 (the worst itself)"
        return f"one indicator must have {missing}; none has"
    pairs = [(int(b), int(w)) for b in at_top for w in at_bottom if b != w]
    if not pairs:
        return "the best and the worst must be two indicators; only one has best_over 1 and over_worst 1"
    fitting = [(b, w) for b, w in pairs if abs(best_over[w] - over_worst[b]) <= SAME]
    if not fitting:
        b, w = pairs[0]
        return _contradicted(best_over[w], over_worst[b])
    b, w = fitting[0]
    if len(fitting) > 1 and (np.abs(best_over * over_worst - best_over[w]) > SAME).any():
        return f"several indicators can be the best or the worst, equal ones among them; {teller}"
    return b, w


def _contradicted(best_over: float, over_worst: float) -> str:
    return (
        "the best over the worst must be judged alike as best_over of the worst and as over_worst of the best; "
        f"found {best_over:g} and {over_worst:g}"
    )


def _named_ends(part: _Part, teller: str = "columns best and worst must say") -> tuple[int, int] | str:
    """Positions within one expert's rows on a parent, by the columns best and worst where the table has them."""
    if len(part.codes) < 2:
        return "at least two indicators must be compared; found one"
    if not part.best or not part.worst:
        return find_ends(part.best_over, part.over_worst, teller)
    if part.best == part.worst and part.best[0] in part.codes:
        return f"the best and the worst must be two indicators; found {part.best[0]} as both"
    best = _named_end(part, "best", part.best, "best_over", part.best_over)
    worst = _named_end(part, "worst", part.worst, "over_worst", part.over_worst)
    if isinstance(best, str) or isinstance(worst, str):
        return best if isinstance(best, str) else str(worst)
    if abs(part.best_over[worst] - part.over_worst[best]) > SAME:
        return _contradicted(part.best_over[worst], part.over_worst[best])
    return best, worst


def _named_end(part: _Part, end: str, given: list[str], judged: str, numbers: Floats) -> int | str:
    if len(given) > 1:
        return f"{end} must be the same in all rows; found {listed(given)}"
    if given[0] not in part.codes:
        return f"{end} must be one of {listed(part.codes)}; found {quoted(given[0])}"
    place = part.codes.index(given[0])
    if numbers[place] != 1:
        return f"the {end}, {given[0]}, must have {judged} 1 (compared with itself); found {numbers[place]:g}"
    return place


def _judgement(row: pd.Series) -> str:
    return (
        f"expert {row['expert']}, parent {row['parent']}, indicator {row['indicator']}, best_over "
        f"{row['best_over']:g}, over_worst {row['over_worst']:g}"
    )


def _series(given: object, name: str) -> pd.Series:
    if not isinstance(given, pd.Series):
        raise ParameterError(
            f"{name} must be a pandas Series by code, or the first argument a long table of all experts; "
            f"found {type(given).__name__}. Give both series of one judge, or the table."
        )
    twice = given.index[given.index.duplicated()]
    if len(twice):
        raise ColumnError(f"{name} must name each code once; repeated: {listed(twice)}. Remove the repeats.")
    number = real_numbers(given)
    wrong = (~number.between(1, STRONGEST)).to_numpy()
    if wrong.any():
        found = listed(f"{code}={quoted(value)}" for code, value in given[wrong].items())
        raise JudgementError(f"{name} must be numbers from 1 to {STRONGEST:g}; found {found}. Correct them.")
    return number
