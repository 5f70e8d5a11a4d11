"""A table of a round under check: its cells, which of them a problem already names, and the problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ikfs_methods import reading
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, IkfsError, JudgementError, NotNumericError, Problems
from ikfs_methods.framework import Framework
from ikfs_methods.privacy import check_impersonal
from ikfs_methods.reading import AMBIGUOUS, parse_numbers
from ikfs_methods.rounds.roundfile import TableInput
from ikfs_methods.weighting.judged import Judged


class Sheet:
    """The wanted columns of a table file; `rows` (text, and floats for `number`) keeps the file's rows as index.

    All kinds of problems in all columns are collected, each with its rows. A cell is refused once: no further rule is
    asked of it, nor of what it alone would break. A column that is missing counts as refused throughout, unless it is
    `optional`: then its cells are empty text.
    """

    def __init__(self, path: Path, entry: TableInput, columns: Sequence[str], *, optional: Sequence[str] = ()) -> None:
        self.path, self.columns = path, [*columns, *optional]
        self.table = reading.read(
            path, sheet=entry.sheet, encoding=entry.encoding, delimiter=entry.delimiter, decimal=entry.decimal
        )
        self.problems = self.table.require(columns, remedy="Correct the file's headings.")
        self.problems.tried(lambda: check_impersonal(self.table))
        index, present = self.table.cells.index, set(self.table.columns)
        empty = pd.Series("", index=index, dtype="str")
        self.rows = pd.DataFrame({name: self.table.text(name) if name in present else empty for name in self.columns})
        self.told = pd.DataFrame(
            {name: name not in present and name not in optional for name in self.columns}, index=index
        )

    def sound(self, *names: str) -> pd.Series:
        """Rows in which none of these cells is refused."""
        return ~self.told[list(names)].any(axis=1)

    def refuse(self, name: str, wrong: pd.Series, error: type[IkfsError], rule: str, remedy: str) -> None:
        """Keeps one error for all cells of a column that break a rule: `rule`, what was found, `remedy`."""
        used = wrong & ~self.told[name]
        if used.any():
            at, found = self.table.at(name, used), self.table.found(name, used)
            self.problems.add(error(f"{at}: {rule}; found {found}. {remedy}"))
            self.told.loc[used, name] = True

    def filled(self, *names: str) -> None:
        """Refuses the empty cells of these columns."""
        for name in names:
            empty = (self.rows[name] == "") & ~self.told[name]
            if empty.any():
                self.problems.add(
                    ColumnError(
                        f"{self.table.at(name, empty)}: a value must stand here; empty in {int(empty.sum())} row(s). "
                        "Fill the cells or take the rows out."
                    )
                )
                self.told.loc[empty, name] = True

    def number(self, name: str, *, needed: bool = False) -> None:
        """Makes a column floats, NaN where it is empty; refuses text, infinite numbers and, if needed, gaps."""
        values = pd.Series(np.nan, index=self.rows.index)
        given = self.rows[name] != ""
        if name in self.table.columns:
            values = self._values(name, values)
        self.rows[name] = values.where(np.isfinite(values))
        remedy = "Correct the cells."
        stands = "a number must stand here"
        self.refuse(name, given & values.isna(), NotNumericError, stands, remedy)
        self.refuse(name, given & np.isinf(values), NotNumericError, "a number must be finite", remedy)
        if needed:
            self.refuse(name, ~given, NotNumericError, stands, "Fill the cells.")

    def _values(self, name: str, nothing: pd.Series) -> pd.Series:
        if self.table.is_number(name):
            stored: pd.Series = self.table.cells[name]
            return stored
        positions, texts = self.table.distinct(name)
        parsed = parse_numbers(texts, decimal=self.table.decimal, comma_separated=self.table.delimiter == ",")
        if parsed.trouble == AMBIGUOUS:
            # The column as a whole cannot be read; the table says why.
            self.problems.tried(lambda: self.table.numbers(name))
            self.told[name] = True
            return nothing
        return pd.Series(np.append(parsed.numbers, np.nan)[positions], index=nothing.index)

    def known(self, name: str, codes: Collection[str]) -> None:
        """Refuses what is no code of the framework."""
        wrong = ~self.rows[name].isin(list(codes)) & ~self.told[name]
        if wrong.any():
            near = did_you_mean(str(self.rows.loc[wrong, name].iloc[0]), codes).lstrip()
            remedy = f"{near} Correct the codes, or add them to indicators.csv.".lstrip()
            self.refuse(name, wrong, JudgementError, "a code of the framework must stand here", remedy)

    def children(self, name: str, framework: Framework) -> None:
        """Refuses what is no child of the parent in its row."""
        self.known(name, [str(code) for code in framework.nodes.index])
        above = self.rows[name].map(framework.nodes["parent"])
        wrong = (above != self.rows["parent"]) & self.sound(name, "parent")
        if not wrong.any():
            return
        pairs = self.rows.loc[wrong, ["parent", name]].drop_duplicates()
        said = [
            f"a child of {parent} must stand here ({listed(framework.children(parent))}); found {code!r}, which "
            f"belongs to {framework.parent(code)!r}"
            for parent, code in pairs.itertuples(index=False)
        ]
        more = f"; and {len(said) - 8} more" if len(said) > 8 else ""
        self.problems.add(
            JudgementError(
                f"{self.table.at(name, wrong)}: {'; '.join(said[:8])}{more} ({int(wrong.sum())} such cell(s)). Correct "
                "the code or the parent."
            )
        )
        self.told.loc[wrong, name] = True

    def incomplete(self, elements: Sequence[str], framework: Framework) -> set[str]:
        """Refuses parents of which no expert weighed some of the children; returns them.

        A parent is passed over where a refused cell may have held what seems to be missing.
        """
        if not self.sound("parent").all():
            return set()
        lacking_by_parent = {}
        for parent, part in self.rows.groupby("parent", sort=False):
            given = set(part[list(elements)].to_numpy().ravel())
            lacking = [code for code in framework.children(str(parent)) if code not in given]
            if lacking and self.sound(*elements)[part.index].all():
                lacking_by_parent[str(parent)] = lacking
        for parent, lacking in lacking_by_parent.items():
            self.problems.add(
                JudgementError(
                    f"{self.path}: all children of {parent} must be weighed together; missing: {listed(lacking)}. "
                    f"Add their rows, or take the rows of {parent} out."
                )
            )
        return set(lacking_by_parent)

    def asked(self, check: Callable[[Judged], object]) -> None:
        """Lets the method's own check say what is wrong with the rows, and says in which file it is."""
        judged = Judged(self.rows, self.told, Problems())
        check(judged)
        self.problems.add(*(JudgementError(f"{self.path}: {error}") for error in judged.problems))

    def checked(self) -> pd.DataFrame:
        """The wanted columns; raises the problems, one as itself, several as InputProblemsError."""
        self.problems.raise_any()
        return self.rows[self.columns]
