"""The answers of one expert, and the reader that takes them from the cells of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ikfs_methods.forms import cells
from ikfs_methods.forms.asked import Usable
from ikfs_methods.forms.cells import NotReadError
from ikfs_methods.forms.returned import ReturnedForm
from ikfs_methods.framework import Framework

T = TypeVar("T")
Pair = tuple[str, str]


@dataclass(slots=True, eq=False)
class Given:
    """What one expert gave: ratings by (criterion, indicator), pairs and points by parent, best and worst by parent.

    A pair's answer is the favoured code and the strength. `faults`: what a person has to look at; `told`: the cells
    that a fault names, which are no gaps; `lacking`: why a parent has no answer at all; `notes`: what was taken with a
    remark.
    """

    expert: str
    delphi: int
    names: list[str]
    institution: str = ""
    ratings: dict[Pair, int] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, dict[Pair, tuple[str, int]]] = field(default_factory=dict)
    budget: dict[str, dict[str, float]] = field(default_factory=dict)
    best_worst: dict[str, tuple[str, str, dict[str, tuple[int, int]]]] = field(default_factory=dict)
    rated: tuple[Sequence[str], Sequence[str]] = ((), ())
    faults: list[str] = field(default_factory=list)
    told: set[tuple[str, ...]] = field(default_factory=set)
    lacking: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def who(self) -> str:
        """The expert and the file, as messages name them."""
        return f"{self.expert} ({', '.join(self.names)})"


@dataclass(slots=True, eq=False)
class Reader:
    """A form under the eye: what is wrong with a cell is kept, and the rest is read."""

    form: ReturnedForm
    use: Usable
    tree: Framework
    made: Given

    def fault(self, place: str, message: str, *told: tuple[str, ...]) -> None:
        """Keeps what is wrong at a place, and which cells need not be told as empty."""
        self.made.faults.append(f"{self.made.who}, {place}: {message}")
        self.made.told.update(told)

    def tried(self, read: Callable[[Any], T], value: object, place: str, rule: str, *told: tuple[str, ...]) -> T | None:
        """The answer in a cell; None for an empty one and for one that is told."""
        if cells.is_empty(value):
            return None
        try:
            return read(value)
        except NotReadError as found:
            self.fault(place, f"{rule}; found {found}. The cell was not read.", *told)
            return None

    def right_row(self, row: Mapping[str, Any], key: str, code: str, place: str, *told: tuple[str, ...]) -> bool:
        """Whether a row shows the code that its hidden key names; it does not when part of the sheet was sorted."""
        shown = cells.folded(row.get(key))
        if shown in (cells.folded(code), "") or shown.startswith(f"{cells.folded(code)} - "):
            return True
        self.fault(
            place, f"the row of {code} shows {cells.found(row.get(key))}: part of the sheet was sorted or overwritten, "
            "so that nobody knows which answer belongs to it; the row was not read.", *told,
        )  # fmt: skip
        return False

    def names(self, children: Sequence[str]) -> dict[str, frozenset[str]]:
        """The ways in which a cell may call each child, in both languages."""
        found = {}
        for code in children:
            labels = [self.tree.label(code, language) for language in ("id", "en")]
            ways = [code, *labels, *(f"{code} - {label}" for label in labels)]
            found[code] = frozenset(cells.folded(way) for way in ways if way)
        return found
