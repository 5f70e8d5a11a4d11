"""A long table of the round as its file holds it: text cells by column, read, amended and written again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ikfs_methods import reading
from ikfs_methods.errors import InputFileError, TooFewError
from ikfs_methods.privacy import check_impersonal
from ikfs_methods.reading import safe_cell
from ikfs_methods.rounds.roundfile import TableInput

Row = dict[str, str]
_MARK = b"\xef\xbb\xbf"


@dataclass(slots=True, eq=False)
class LongTable:
    """The rows of a table file, each a dictionary of texts by column; columns of which nothing is asked are kept.

    `delimited`: whether the file is a text that can be written again (or does not exist yet).
    """

    path: Path
    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8"
    marked: bool = False
    decimal: str = "."
    delimited: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def read(cls, path: Path, entry: TableInput, columns: Sequence[str]) -> LongTable:
        """The table at a path, of any format that is read; without rows where the file does not exist.

        Raises what the reader says of a broken file, of missing columns and of personal data.
        """
        if not path.exists():
            return cls(path, list(columns), delimiter=entry.delimiter or ",", encoding=entry.encoding or "utf-8")
        try:
            found = reading.read(
                path, sheet=entry.sheet, encoding=entry.encoding, delimiter=entry.delimiter, decimal=entry.decimal
            )
        except TooFewError:
            return cls._without_rows(path, entry, columns)
        found.require(columns, remedy="Correct the file's headings.").raise_any()
        check_impersonal(found)
        texts = found.texts(found.columns)
        rows = [
            dict(zip(found.columns, map(str, row), strict=True)) for row in texts.itertuples(index=False, name=None)
        ]
        return cls(
            path, found.columns, rows, found.delimiter or ",", entry.encoding or "utf-8", _is_marked(path),
            entry.decimal or ".", found.delimiter is not None,
        )  # fmt: skip

    @classmethod
    def _without_rows(cls, path: Path, entry: TableInput, columns: Sequence[str]) -> LongTable:
        """A file that holds its headings alone."""
        text = path.read_bytes().removeprefix(_MARK).decode(entry.encoding or "utf-8", errors="replace")
        mark: str = entry.delimiter or next((sign for sign in (",", ";", "\t", "|") if sign in text), ",")
        names = [name.strip() for name in next(csv.reader(io.StringIO(text.strip()), delimiter=mark), [])]
        if not set(columns) <= set(names):
            raise InputFileError(
                f"{path} must have the columns {', '.join(columns)}; it holds neither them nor any row. Delete the "
                "file, or give it those headings."
            )
        return cls(path, names, [], mark, entry.encoding or "utf-8", _is_marked(path))

    def made(self, **cells: str) -> Row:
        """A row with these cells, the others empty."""
        return {name: cells.get(name, "") for name in self.columns}

    def number(self, value: float) -> str:
        """A number as this file writes it."""
        return reading.as_text(value).replace(".", self.decimal)

    def content(self) -> bytes:
        """The bytes of the file; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
        target = io.StringIO()
        writer = csv.writer(target, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([safe_cell(row[name]) for name in self.columns] for row in self.rows)
        try:
            data = target.getvalue().encode(self.encoding)
        except (UnicodeEncodeError, LookupError) as error:
            raise InputFileError(
                f"{self.path} must be able to hold what the forms say; its declared encoding {self.encoding!r} cannot "
                f"({error}). Save it as UTF-8 and take `encoding` out of its entry in round.yaml; nothing was written."
            ) from None
        return _MARK + data if self.marked and not data.startswith(_MARK) else data


def _is_marked(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _MARK
