"""A table as its file holds it: cells untouched, columns by name, and what the file says about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ColumnError, IkfsError, NotNumericError, Problems
from ikfs_methods.reading.numerals import AMBIGUOUS, WRONG, as_text, is_plain_number, looks_grouped, parse_numbers
from ikfs_methods.result import Shown

LOG = ("step", "column", "cells", "detail")
# An entry of a log, in this order.
Step = tuple[str, str, int, str]


@dataclass(frozen=True, eq=False, repr=False)
class Table(Shown):
    """The cells of one table file and what the file itself says of its columns.

    `cells` has a row per record; a column is either text (dtype str, "" for an empty cell, no blanks at the ends) or
    float64 (NaN for an empty cell), as the file stores it. The index is the row in the file as a spreadsheet counts it
    (the first line is row 1, so records start at 2); formats without a heading line count records from 1.
    `labels`: question text by column; `value_labels`: label by code, by column; both empty where the format has none.
    `decimal`: the decimal mark that was declared, or None; `delimiter`: of a delimited text, else None.
    `log`: step, column, cells (how many it touched), detail: what reading decided or changed.
    """

    cells: pd.DataFrame
    source: Path
    format: str
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: str | None = None
    delimiter: str | None = None
    log: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(LOG)))

    def __repr__(self) -> str:
        # No cells: a table may hold what must not be shown by chance.
        return f"Table({self.source.name}: {self.format}, {len(self.cells)} rows, {len(self.columns)} columns)"

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the file's order."""
        return [str(name) for name in self.cells.columns]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The cells as numbers where a whole column is numbers, else as text; an empty cell is missing in both.

        A column with a leading zero or a sign in front, or with more digits than a double holds, stays text: it is a
        code or an id, no quantity.
        """
        return pd.DataFrame({name: self.typed(name) for name in self.columns}, index=self.cells.index)

    def to_frame(self) -> pd.DataFrame:
        """One row a column: how its cells are stored, how many are filled, its question text."""
        return pd.DataFrame(
            {
                "stored": ["number" if self.is_number(name) else "text" for name in self.columns],
                "filled": [int(self.filled(name).sum()) for name in self.columns],
                "label": [self.labels.get(name, "") for name in self.columns],
            },
            index=pd.Index(self.columns, name="column"),
        )

    def is_number(self, name: str) -> bool:
        """Whether the file stores the column as numbers."""
        return self.cells[name].dtype.kind == "f"

    def filled(self, name: str) -> pd.Series:
        """Whether each cell of a column holds anything."""
        column = self.cells[name]
        return column.notna() if self.is_number(name) else column != ""

    def distinct(self, name: str) -> tuple[np.ndarray, list[str]]:
        """The column as positions into its distinct values, as text; -1 is an empty cell.

        Everything that is decided about cells is decided once per distinct value, whatever the number of rows.
        """
        if name not in self._distinct:
            codes, texts = self._factorized(name)
            # Small whole numbers, since they are kept: most columns have fewer than 127 different values.
            self._distinct[name] = codes.astype(np.min_scalar_type(-1 - len(texts))), texts
        return self._distinct[name]

    @cached_property
    def _distinct(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        return {}

    def _factorized(self, name: str) -> tuple[np.ndarray, list[str]]:
        column = self.cells[name]
        if self.is_number(name):
            codes, values = pd.factorize(column.to_numpy())
            return codes, [as_text(value) for value in values]
        codes, words = pd.factorize(column)
        texts = [str(word) for word in words.tolist()]
        if "" in texts:
            empty = texts.index("")
            codes = np.where(codes == empty, -1, codes - (codes > empty))
            texts.pop(empty)
        return codes, texts

    def text(self, name: str) -> pd.Series:
        """A column as text, "" where the cell is empty; a stored number in its shortest exact form."""
        if not self.is_number(name):
            return self.cells[name]
        codes, texts = self.distinct(name)
        values = np.array([*texts, ""], dtype=object)[codes]
        return pd.Series(values, index=self.cells.index, name=name, dtype="str")

    def texts(self, names: Iterable[str]) -> pd.DataFrame:
        """Several columns as text."""
        return pd.DataFrame({name: self.text(name) for name in names}, index=self.cells.index)

    def numbers(self, name: str, *, needed: bool = False) -> pd.Series:
        """A column as floats, empty cells as NaN.

        Raises NotNumericError with file, rows and column for text, for a decimal mark that can be read in two ways,
        or for an empty cell where `needed`.
        """
        if self.is_number(name):
            values = self.cells[name]
        else:
            codes, texts = self.distinct(name)
            parsed = parse_numbers(
                texts,
                decimal=self.decimal,
                comma_separated=self.delimiter == ",",
                commas_elsewhere=looks_grouped(texts) and self._has_decimal_commas,
            )
            if parsed.trouble == AMBIGUOUS:
                raise NotNumericError(
                    f"{self.source}, column {name!r}: a number must have one decimal mark, and no mark between "
                    f"thousands; found {listed(parsed.examples)}. Write the numbers without thousands marks, or say "
                    "which mark is the decimal one (`decimal: ','` in round.yaml)."
                )
            values = pd.Series(np.append(parsed.numbers, np.nan)[codes], index=self.cells.index, name=name)
            if parsed.trouble == WRONG:
                bad = np.isnan(values.to_numpy()) & (codes >= 0)
                raise NotNumericError(
                    f"{self.at(name, bad)}: a number must stand here; found {self.found(name, bad)}. Correct the "
                    "cells" + ("." if needed else ", or leave them empty when the answer is missing.")
                )
        infinite = np.isinf(values.to_numpy())
        if infinite.any():
            raise NotNumericError(
                f"{self.at(name, infinite)}: a number must be finite; found {self.found(name, infinite)}. Correct the "
                "cells."
            )
        empty = values.isna().to_numpy()
        if needed and empty.any():
            raise NotNumericError(
                f"{self.at(name, empty)}: a number must stand here; found an empty cell ({int(empty.sum())} in this "
                "column). Fill the cells."
            )
        return values

    @cached_property
    def _has_decimal_commas(self) -> bool:
        """Whether some column is numbers with decimal commas, as Excel writes them in Indonesian."""
        for name in self.columns:
            if not self.is_number(name):
                _, texts = self.distinct(name)
                if any("," in text for text in texts) and not parse_numbers(texts).trouble:
                    return True
        return False

    def at(self, name: str, wrong: np.ndarray | pd.Series) -> str:
        """File, row and column of the cells that are wrong, for a message: the first row, or the first eight."""
        rows = self.cells.index[np.asarray(wrong)]
        return f"{self.source}, row{'' if len(rows) == 1 else 's'} {listed(rows)}, column {name!r}"

    def found(self, name: str, wrong: np.ndarray | pd.Series) -> str:
        """The different values in the cells that are wrong, for a message."""
        mask = np.asarray(wrong)
        codes, texts = self.distinct(name)
        seen = [repr(texts[code]) if code >= 0 else "an empty cell" for code in dict.fromkeys(codes[mask].tolist())]
        return f"{listed(seen)} ({int(mask.sum())} such cell{'' if mask.sum() == 1 else 's'})"

    def require(self, names: Iterable[str], *, remedy: str) -> Problems:
        """One ColumnError for all columns that are not there, with the nearest names that are."""
        problems = Problems()
        lacking = [name for name in dict.fromkeys(names) if name not in self.cells.columns]
        if len(lacking) == 1:
            wanted, near = f"a column {lacking[0]!r}", did_you_mean(lacking[0], self.columns)
        else:
            wanted = f"the columns {listed(map(repr, lacking), 40)}"
            nearest = {name: did_you_mean(name, self.columns) for name in lacking}
            near = "".join(f"{text.removesuffix('?')} for {name!r}?" for name, text in nearest.items() if text)
        if lacking:
            problems.add(
                ColumnError(f"{self.source} must have {wanted}; found {listed(self.columns, 40)}.{near} {remedy}")
            )
        return problems

    def with_cells(self, cells: pd.DataFrame, *steps: Step) -> Table:
        """The table with other cells, and what was done to them in its log."""
        known = {str(name) for name in cells.columns}
        return replace(
            self,
            cells=cells,
            labels={name: text for name, text in self.labels.items() if name in known},
            value_labels={name: codes for name, codes in self.value_labels.items() if name in known},
            log=pd.concat([self.log, log_of(*steps)], ignore_index=True) if steps else self.log,
        )

    def typed(self, name: str) -> pd.Series:
        """A column as `frame` holds it."""
        column = self.cells[name]
        if self.is_number(name):
            return column
        _, texts = self.distinct(name)
        if texts and all(is_plain_number(text) for text in texts):
            try:
                return self.numbers(name)
            except IkfsError:
                pass
        return column.mask(column == "")


def log_of(*steps: Step) -> pd.DataFrame:
    """Entries of a log: step, column ("" for the whole table), number of cells, detail."""
    return pd.DataFrame(list(steps), columns=list(LOG))
