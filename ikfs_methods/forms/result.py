"""What collecting did, and what a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class CollectResult(Shown):
    """The forms that were read into the tables of a round.

    `forms` counts experts' forms, `read` the answers on them by table. `gaps` (in all `n_gaps` cells, sheets or forms)
    and `conflicts` need a person; `replaced` says what took the place of what; `written` gives the new rows by file.
    """

    forms: int
    read: Mapping[str, int]
    gaps: tuple[str, ...]
    n_gaps: int
    conflicts: tuple[str, ...]
    replaced: tuple[str, ...]
    notes: tuple[str, ...]
    written: Mapping[Path, int]

    @property
    def settled(self) -> bool:
        """Whether nothing is left for a person to look at."""
        return not (self.gaps or self.conflicts)

    def to_frame(self) -> pd.DataFrame:
        """One row a text: its kind (gap, conflict, replaced, note) and the text."""
        kinds = (("gap", self.gaps), ("conflict", self.conflicts), ("replaced", self.replaced), ("note", self.notes))
        return pd.DataFrame([(kind, text) for kind, texts in kinds for text in texts], columns=["kind", "text"])

    def lines(self) -> Iterator[str]:
        """The whole in plain lines: the sum of it first, then what was written, then what needs a person."""
        counted = [_counted(count, *_WORDS[name]) for name, count in self.read.items() if count]
        answers = ", ".join(counted) or "no answers"
        yield (
            f"{_counted(self.forms, 'form', 'forms')}: {answers}; {_counted(self.n_gaps, 'gap', 'gaps')}; "
            f"{_counted(len(self.conflicts), 'conflict', 'conflicts')}."
        )
        for path, rows in self.written.items():
            yield f"  written: {path.name}" + (f" ({_counted(rows, 'new row', 'new rows')})" if rows else "")
        if not self.written:
            yield "  nothing new: every table stays as it was."
        for heading, texts in (
            ("Replaced", self.replaced), ("Gaps", self.gaps), ("Conflicts", self.conflicts), ("Notes", self.notes)
        ):  # fmt: skip
            if texts:
                yield f"{heading}:"
                yield from (f"  {number}. {text}" for number, text in enumerate(texts, 1))
        if not self.settled:
            yield "What is sound was taken; what is listed under gaps and conflicts was not, and needs a person."


_WORDS = {
    "panel": ("rating", "ratings"),
    "comments": ("comment", "comments"),
    "judgements": ("pair", "pairs"),
    "budget": ("budget", "budgets"),
    "best_worst": ("best-worst comparison", "best-worst comparisons"),
}


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
