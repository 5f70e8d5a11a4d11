"""Declared corrections of delivered answers: entries that change what they name, and fail when it is not there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)

from ikfs_methods import yamlfile
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import CorrectionError, Problems
from ikfs_methods.reading import Table, as_text, parse_numbers

Cell = StrictStr | StrictInt | StrictFloat | None
Said = Annotated[str, Field(min_length=1, strict=True)]


class Correction(BaseModel):
    """One entry: the record (by respondent or row), the column, the cell as it is and as it should be, why, by whom.

    With `drop: true` the whole record is taken out; then no column, `from` or `to` is given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    respondent: StrictStr | StrictInt | None = None
    row: StrictInt | None = None
    column: str | None = None
    old: Cell = Field(None, alias="from")
    to: Cell = None
    drop: StrictBool = False
    reason: Said
    by: Said


def read_corrections(path: Path) -> list[Correction]:
    """The entries of a corrections file, each checked by itself; all that is wrong is told at once."""
    content = yamlfile.content(path, missing="the file of corrections (`corrections` in round.yaml) must exist")
    if content is None:
        return []
    if not isinstance(content, list):
        kind = yamlfile.kind_of(content)
        raise CorrectionError(f"{path} must hold a list of entries (`- row: 57 ...`); found {kind}.")
    problems, entries = Problems(), []
    for number, item in enumerate(content, 1):
        entry = problems.tried(lambda item=item, number=number: _checked(path, number, item))  # type: ignore[misc]
        if entry is not None:
            entries.append(entry)
    problems.raise_any()
    return entries


def _checked(path: Path, number: int, item: Any) -> Correction:
    place = f"{path}, entry {number}"
    if not isinstance(item, dict):
        raise CorrectionError(f"{place}: it must hold `name: value` lines; found {item!r}.")
    try:
        entry = Correction.model_validate(item)
    except ValidationError as error:
        said = dict.fromkeys(_complaint(dict(problem)) for problem in error.errors())
        raise CorrectionError(f"{place}: {' '.join(said)}") from None
    if entry.row is None and entry.respondent is None:
        raise CorrectionError(f"{place}: the record must be named by `respondent` or `row`.")
    if entry.drop and not {"column", "from", "to"}.isdisjoint(item):
        raise CorrectionError(f"{place}: with `drop: true` no column, from or to may stand. Split it into two entries.")
    if not entry.drop and not {"column", "from", "to"} <= set(item):
        raise CorrectionError(f"{place}: `column`, `from` and `to` must be given (null for an empty cell).")
    if not entry.drop and _shown(entry.old) == _shown(entry.to):
        raise CorrectionError(f"{place}: `from` and `to` must differ; both are {_shown(entry.to)!r}. Take it out.")
    return entry


def _complaint(problem: dict[str, Any]) -> str:
    name, found = str(problem["loc"][0]), problem["input"]
    names = [field.alias or field_name for field_name, field in Correction.model_fields.items()]
    if problem["type"] == "extra_forbidden":
        return f"{name!r} is no entry of a correction.{did_you_mean(name, names)} Known: {listed(names, 10)}."
    if problem["type"] == "missing":
        return f"{name!r} is required and missing."
    if problem["type"] == "string_too_short":
        return f"{name!r} must say something; found nothing."
    # YAML reads yes, no, on and off as truth values
    hint = " Put words such as yes and no in quotes." if isinstance(found, bool) and name != "drop" else ""
    return f"{name!r} is of the wrong kind; found {found!r}.{hint}"


def corrected(
    table: Table, entries: list[Correction], *, respondent: str | None, path: Path, private: Collection[str] = ()
) -> Table:
    """The table after the entries, each of which is logged with its reason and who made it.

    `private` names columns whose values must not stand in the log.

    Raises CorrectionError (several together) for an entry that finds no record, more than one, or another value than
    its `from`: a correction that no longer applies must be looked at, not passed over.
    """
    problems, steps = Problems(), []
    cells, gone = table.cells.copy(deep=False), []
    for number, entry in enumerate(entries, 1):
        place = f"{path}, entry {number}"
        row = problems.tried(lambda entry=entry, place=place: _row(table, entry, respondent, place))  # type: ignore[misc]
        if row is None:
            continue
        why = f"{entry.reason} ({entry.by})"
        if entry.drop:
            gone.append(row)
            steps.append(("record taken out", "", 1, f"row {row}: {why}"))
            continue
        try:
            _change(table, cells, row, entry, place)
        except CorrectionError as error:
            problems.add(error)
            continue
        moved = "not shown" if entry.column in private else f"{_shown(entry.old)} -> {_shown(entry.to)}"
        steps.append(("correction", str(entry.column), 1, f"row {row}: {moved}: {why}"))
    problems.raise_any()
    return table.with_cells(cells.drop(index=gone), *steps) if steps else table


def _row(table: Table, entry: Correction, respondent: str | None, place: str) -> int:
    rows = table.cells.index
    if entry.row is not None and entry.row not in rows:
        raise CorrectionError(f"{place}: row {entry.row} must be a record of {table.source}; it has {rows[0]} to "
                              f"{rows[-1]}. The entry no longer applies.")  # fmt: skip
    if entry.respondent is None:
        return int(entry.row or 0)
    if respondent is None or respondent not in table.cells.columns:
        raise CorrectionError(f"{place}: `respondent` needs the column of ids (`id` in round.yaml). Name the `row`.")
    ids = table.text(respondent)
    found = rows[(ids == str(entry.respondent)).to_numpy()]
    if entry.row is not None:
        found = found[found == entry.row]
    if len(found) != 1:
        raise CorrectionError(
            f"{place}: respondent {entry.respondent!r} must stand once in {table.source}; found "
            f"{'in rows ' + listed(found) if len(found) else 'nowhere'}. "
            + (
                "Name the `row` as well."
                if len(found)
                else "The entry no longer applies; an id with a leading zero needs quotes."
            )
        )
    return int(found[0])


def _change(table: Table, cells: pd.DataFrame, row: int, entry: Correction, place: str) -> None:
    column = str(entry.column)
    if column not in cells.columns:
        raise CorrectionError(f"{place}: {column!r} must be a column of {table.source}."
                              f"{did_you_mean(column, table.columns)} The entry no longer applies.")  # fmt: skip
    stored = cells[column]
    found, new = stored[row], _shown(entry.to)
    shown = "" if pd.isna(found) else as_text(float(found)) if stored.dtype.kind == "f" else str(found)
    if shown != _shown(entry.old) and not _same_number(shown, _shown(entry.old)):
        raise CorrectionError(
            f"{place}: row {row}, column {column!r} must hold {_shown(entry.old)!r} (`from`); found {shown!r}. The "
            "entry no longer applies: look at the cell again, then correct the entry or take it out."
        )
    number = parse_numbers([new]).numbers[0] if new else np.nan
    if stored.dtype.kind == "f" and (not new or not np.isnan(number)):
        changed = stored.copy()
        changed[row] = number
    else:
        # Text in a column of numbers makes it text; the gate then judges the cell like any other.
        changed = (table.with_cells(cells).text(column) if stored.dtype.kind == "f" else stored).copy()
        changed[row] = new
    cells[column] = changed


def _shown(value: Cell) -> str:
    return "" if value is None else as_text(value) if isinstance(value, float) else str(value)


def _same_number(one: str, other: str) -> bool:
    if not (one and other):
        return False
    numbers = parse_numbers([one, other]).numbers
    return bool(numbers[0] == numbers[1])
