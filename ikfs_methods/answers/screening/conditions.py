"""Conditions on the columns of a table, as a round declares them: `A1 == 1 and B2 in ["never", "rarely"]`.

A column whose name is no plain word stands in quotes: `column("Kelompok sasaran") == "ibu"`. Only what is listed in
`ALLOWED` is understood. Nothing is ever handed to Python to run.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ParameterError

ALLOWED = (
    'columns by name (where a name has blanks or marks: column("Kelompok sasaran")), numbers, text in quotes, '
    "+ - * /, comparisons (== != < <= > >=, also in a chain), in [..], not in [..], missing(NAME), and, or, not, "
    "brackets"
)
# Far above what a person writes; below what could exhaust the parser.
LONGEST = 2000
DEEPEST = 50

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

# Python's own quotes; a line folded in the YAML file may break within them.
_QUOTED_OR_BLANK = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\s+""", re.DOTALL)
_BREAK = re.compile(r"\s*[\r\n]\s*")

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    """A column or a constant: numbers (NaN: missing) or text (None: missing)."""

    cells: NDArray[Any]
    text: bool

    @property
    def known(self) -> Bools:
        """Where there is a value; a quotient by zero is none."""
        found: Bools = np.asarray(pd.notna(self.cells) if self.text else np.isfinite(self.cells))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Truth:
    """Where a statement holds and where it fails; where neither, a missing value leaves it open."""

    holds: Bools
    fails: Bools


def names(expression: str) -> list[str]:
    """The columns that a condition speaks of, each once, in order. Raises ParameterError for a condition that is none.

    >>> names("A1 > 3 and missing(B2)")
    ['A1', 'B2']
    """
    tree = _parsed(expression)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    asked = [
        (node.lineno, node.col_offset, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Call) and id(node) not in functions
        if (name := _column_name(node)) is not None
    ]
    return list(dict.fromkeys(name for *_, name in sorted(asked)))


def holds(expression: str, columns: Mapping[str, NDArray[Any] | pd.Series]) -> Bools:
    """Where a condition holds, as truth values by row.

    `columns` (a mapping or a frame): equally long columns of numbers (NaN: missing) or text (None, NaN or "": missing).
    A comparison with a missing value is open, as in SQL: neither it nor its `not` holds. `missing(NAME)` asks for the
    missing values themselves. Text is compared as it stands, for equality only.

    Raises ParameterError, with the place, for anything beyond `ALLOWED`, for an unknown column, for text compared with
    numbers and for columns of unequal length.
    Answers the question: which respondents gave answers that cannot be true together?
    """
    tree = _parsed(expression)
    asked = names(expression)
    for name in asked:
        if name not in columns:
            raise ParameterError(
                f"the condition {expression!r} names the column {name!r}, which is not there."
                f"{did_you_mean(name, [str(known) for known in columns])} There are: "
                f"{listed(columns, 40)}."
            )
    values = {name: _column(name, columns[name]) for name in asked}
    lengths = {name: len(value.cells) for name, value in values.items()}
    if len(set(lengths.values())) > 1:
        raise ParameterError(f"the columns of the condition {expression!r} must be equally long; found {lengths}.")
    with np.errstate(all="ignore"):  # a quotient by zero and an overflow count as missing
        truth = _Evaluation(_plain(expression), values).truth(tree)
    return np.broadcast_to(truth.holds, (len(values[asked[0]].cells),)).copy()


def _plain(expression: str) -> str:
    """The condition on one line; what stands in quotes keeps its blanks."""
    return _QUOTED_OR_BLANK.sub(lambda part: _BREAK.sub(" ", part[1]) if part[1] else " ", expression).strip()


def _column_name(node: ast.AST) -> str | None:
    """The column that a part of a condition names, as a word or as column("...")."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="column"), args=[ast.Constant(value=str() as name)], keywords=[]):
            return name
    return None


def _parsed(expression: str) -> ast.expr:
    if not isinstance(expression, str) or not expression.strip():
        raise ParameterError(f"a condition must be a text such as 'A1 == 1 and A2 > 3'; found {expression!r}.")
    text = _plain(expression)
    if len(text) > LONGEST:
        raise ParameterError(f"a condition must have at most {LONGEST} characters; found {len(text)}. Split it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python about odd but readable text; what is odd is refused below
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = getattr(error, "offset", None)
        place = f" at character {at}" if at else ""
        raise ParameterError(f"the condition {text[:200]!r} cannot be read{place}. Allowed are: {ALLOWED}.") from error
    level, deep = [tree], 0
    while level:
        level, deep = [child for node in level for child in ast.iter_child_nodes(node)], deep + 1  # type: ignore[misc]
        if deep > DEEPEST:
            raise ParameterError(f"a condition must be nested at most {DEEPEST} deep; {text[:60]!r}... is deeper.")
    _Evaluation(text, None).truth(tree)
    return tree


def _column(name: str, column: NDArray[Any] | pd.Series) -> _Values:
    series = pd.Series(column)
    if series.dtype.kind in "iufb" and not isinstance(series.dtype, pd.CategoricalDtype):
        return _Values(series.to_numpy(dtype=np.float64, na_value=np.nan), text=False)
    cells = np.array(series.astype(object), dtype=object)
    gone = np.asarray(pd.isna(cells)) | (cells == "")
    wrong = [cell for cell in pd.unique(cells[~gone]) if not isinstance(cell, str)]
    if wrong:
        raise ParameterError(
            f"a column of a condition must hold numbers or text; {name!r} holds {type(wrong[0]).__name__}: "
            f"{str(wrong[0])!r}. Turn it into one of the two."
        )
    cells[gone] = None
    return _Values(cells, text=True)


class _Evaluation:
    """Walks a condition. Without columns it only looks whether all of it is understood."""

    def __init__(self, text: str, columns: Mapping[str, _Values] | None) -> None:
        self.text = text
        self.columns = columns

    def refused(self, node: ast.AST, what: str) -> ParameterError:
        """The error for a part of the condition, with its place."""
        part = ast.get_source_segment(self.text, node) or ""
        offset = len(self.text.encode()[: getattr(node, "col_offset", 0)].decode()) + 1
        return ParameterError(
            f"the condition {self.text!r} has, at character {offset}, {part!r}: {what}. Allowed are: {ALLOWED}."
        )

    def truth(self, node: ast.expr) -> _Truth:
        """Where a statement holds and fails."""
        match node:
            case ast.BoolOp(op=ast.And(), values=parts):
                return _all([self.truth(part) for part in parts])
            case ast.BoolOp(op=ast.Or(), values=parts):
                return _opposite(_all([_opposite(self.truth(part)) for part in parts]))
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return _opposite(self.truth(part))
            case ast.Compare(left=left, ops=signs, comparators=rights):
                sides = [left, *rights]
                return _all(list(self._comparisons(node, sides, signs)))
            case ast.Call(func=ast.Name(id="missing"), args=[column], keywords=[]) if _column_name(column) is not None:
                known = self.values(column).known
                return _Truth(~known, known)
            case ast.Call(func=ast.Name(id="missing")):
                raise self.refused(node, "missing takes one column: missing(NAME)")
        raise self.refused(node, "a condition must be a comparison, or comparisons joined by and, or, not")

    def _comparisons(self, node: ast.expr, sides: list[ast.expr], signs: list[ast.cmpop]) -> Iterator[_Truth]:
        for left, sign, right in zip(sides[:-1], signs, sides[1:], strict=True):
            if isinstance(sign, ast.In | ast.NotIn):
                if not isinstance(right, ast.List | ast.Tuple | ast.Set) or not right.elts:
                    raise self.refused(right, "after `in` stands a list of numbers or of texts, such as [1, 2]")
                for option in right.elts:
                    if not isinstance(option, ast.Constant | ast.UnaryOp):
                        raise self.refused(option, "a list holds numbers or texts only")
                equal = [_opposite(self._compared(node, left, ast.Eq(), option)) for option in right.elts]
                absent = _all(equal)
                yield absent if isinstance(sign, ast.NotIn) else _opposite(absent)
            else:
                yield self._compared(node, left, sign, right)

    def _compared(self, node: ast.expr, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> _Truth:
        if type(sign) not in _COMPARED:
            raise self.refused(node, "`is` does not compare values; use ==")
        one, two = self.values(left), self.values(right)
        if not any(isinstance(part, ast.Name) for side in (left, right) for part in ast.walk(side)):
            raise self.refused(
                node, "a comparison must name at least one column; it names none. Text in quotes is a value; a column "
                'is written by its name, or as column("...")'
            )  # fmt: skip
        if self.columns is None:
            return _Truth(np.zeros(1, dtype=bool), np.zeros(1, dtype=bool))
        if one.text != two.text:
            raise self.refused(
                node, "text is compared with numbers; put the value in quotes, or turn the column into numbers"
            )
        if one.text and not isinstance(sign, ast.Eq | ast.NotEq):
            raise self.refused(node, "text has no order; compare it by == or !=")
        known = one.known & two.known
        found = known & np.asarray(_COMPARED[type(sign)](one.cells, two.cells), dtype=bool)
        return _Truth(found, known & ~found)

    def values(self, node: ast.expr) -> _Values:
        """A column, a constant, or what is computed from them."""
        name = _column_name(node)
        if name is not None:
            # while only the form is looked at, every column is one missing number
            return _Values(np.array([np.nan]), text=False) if self.columns is None else self.columns[name]
        match node:
            case ast.Call(func=ast.Name(id="column")):
                raise self.refused(node, 'column takes one name in quotes: column("Kelompok sasaran")')
            case ast.Constant(value=str() as value):
                return _Values(np.array([value or None], dtype=object), text=True)
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return _Values(np.array([self._number(node, value)]), text=False)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=part):
                inner = self._numbers(part)
                return _Values(-inner if isinstance(sign, ast.USub) else inner, text=False)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _COMPUTED:
                return _Values(_COMPUTED[type(sign)](self._numbers(left), self._numbers(right)), text=False)
        raise self.refused(node, "this is not understood")

    def _number(self, node: ast.expr, value: float) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = np.inf
        if not np.isfinite(number):
            raise self.refused(node, "a number must be finite")
        return number

    def _numbers(self, node: ast.expr) -> NDArray[np.float64]:
        found = self.values(node)
        if found.text:
            raise self.refused(node, "one cannot compute with text")
        return found.cells


def _all(parts: list[_Truth]) -> _Truth:
    """Holds where all hold, fails where one fails."""
    found, failed = parts[0].holds, parts[0].fails
    for part in parts[1:]:
        found, failed = found & part.holds, failed | part.fails
    return _Truth(found, failed)


def _opposite(part: _Truth) -> _Truth:
    return _Truth(part.fails, part.holds)
