"""The one gate of the answers: every cell checked, recoded by declaration only, keyed once, and all of it logged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ikfs_methods.answers import attributes
from ikfs_methods.answers.dictionary import Dictionary, read_dictionary
from ikfs_methods.answers.items import Items
from ikfs_methods.answers.keyed import Answers
from ikfs_methods.answers.reading import REMEDY, delivered
from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, Problems
from ikfs_methods.framework import Framework
from ikfs_methods.privacy import protect
from ikfs_methods.reading import Table, log_of


def load(
    path: str | Path,
    framework: Framework | None,
    *,
    respondent: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    region: str | None = None,
    region_codes: str | None = None,
    design: Sequence[str] = (),
    started: str | None = None,
    ended: str | None = None,
    duration: str | None = None,
    outside: Sequence[str] = (),
    day_first: bool | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    form: str | Path | None = None,
    dictionary: str | Path | None = None,
    scales: str | Path | None = None,
    missing: Sequence[str | float] = (),
    corrections: str | Path | None = None,
    private: Mapping[str, str] | None = None,
    impossible: Mapping[str, str] | None = None,
    unsound: Collection[str] = (),
) -> Answers:
    """The answers of a round from their file, checked cell by cell against the framework and keyed.

    `respondent`, `weight`, `group`, `region`, `started`, `ended`, `duration` name columns; None means that the file
    has none; `day_first` says whether 3/4/2020 is in April, where the times do not show it. `design` names the columns
    of strata, clusters and population sizes, which must be there, `outside` those of numbers measured beside the items
    (gaps allowed). `sheet`, `encoding`, `delimiter`, `decimal` and
    `form` say how to read the file (`answers.read`), `dictionary` and `scales` what its columns and labels mean,
    `missing` which codes mean no answer in every column, `corrections` which cells are known to be wrong, `private`
    which columns are dropped or replaced, `impossible` (condition by name) what cannot be.

    Order at the gate: corrections, personal data, missing codes, labels, scale, and last the reverse-keyed items
    (direction -1), turned once to scale_min + scale_max - x. All problems are found in one pass: one is raised as
    itself, several as InputProblemsError; each names file, rows and column. Without a framework (None: it is broken)
    everything but the items is checked, and `items` has no columns; `unsound` indicators (those whose row of the
    framework is wrong) are known, and passed over.
    """
    raw = delivered(path, sheet=sheet, encoding=encoding, delimiter=delimiter, decimal=decimal, form=form)
    gate = _Gate(raw, Path(path))
    hidden = private or {}
    if corrections is not None:
        from ikfs_methods.answers.corrections import corrected, read_corrections  # noqa: PLC0415 - loads pydantic

        place = Path(corrections)
        # before ids are replaced: corrections name respondents as the file does
        gate.change(
            lambda table: corrected(table, read_corrections(place), respondent=respondent, path=place, private=hidden)
        )
    gate.change(lambda table: protect(table, hidden))
    said, wrong = read_dictionary(framework, *(None if name is None else Path(name) for name in (dictionary, scales)))
    gate.problems.add(*wrong)
    gate.expect(respondent, weight, group, region, started, ended, duration, *design, *outside)
    sound = [] if framework is None else [code for code in framework.indicators if code not in unsound]
    leaves = None if framework is None else framework.nodes.loc[sound]
    items = Items(gate.table, gate.problems)
    if leaves is not None:
        read = Dictionary({code: said.entries[code] for code in sound})
        gate.expect(*(entry.column for entry in read.entries.values()))
        inside = [name for name in outside if name in {entry.column for entry in read.entries.values()}]
        if inside:
            gate.problems.add(
                ColumnError(
                    f"{path}: a measure from outside the index must not be one of its indicators; found "
                    f"{listed(inside)}. Take it out of `outside` in round.yaml, or out of the framework."
                )
            )
        items.read(leaves, read, missing)
    about = attributes.read(
        gate.table,
        gate.problems,
        respondent=gate.there(respondent),
        weight=gate.there(weight),
        group=gate.there(group),
        region=gate.there(region),
        region_codes=region_codes,
        spans=(gate.there(started), gate.there(ended), gate.there(duration)),
        outside=[name for name in outside if gate.there(name)],
        day_first=day_first,
    )
    unread = None if framework is None else set(framework.indicators) - set(items.given)
    holds = attributes.impossible(gate.table, gate.problems, items.given, impossible or {}, unread=unread)
    gate.problems.raise_any()
    bounds = pd.DataFrame(columns=["scale_min", "scale_max"]) if leaves is None else leaves[["scale_min", "scale_max"]]
    order = gate.table.columns
    return Answers(
        items=pd.DataFrame(items.keyed, index=gate.table.cells.index).set_axis(about.ids, axis=0),
        weight=about.weight.set_axis(about.ids),
        group=None if about.group is None else about.group.set_axis(about.ids),
        region=None if about.region is None else about.region.set_axis(about.ids),
        region_code=None if about.region_code is None else about.region_code.set_axis(about.ids),
        weighted=weight is not None,
        reversed_items=() if leaves is None else tuple(str(code) for code in leaves.index[leaves["direction"] == -1]),
        source=Path(path),
        bounds=bounds,
        asked=tuple(sorted(items.keyed, key=lambda code: order.index(said.entries[code].column))),
        rows=pd.Series(gate.table.cells.index, index=about.ids, name="row"),
        duration=None if about.duration is None else about.duration.set_axis(about.ids),
        outside=about.outside.set_axis(about.ids, axis=0),
        impossible=None if holds is None else holds.set_axis(about.ids, axis=0),
        log=pd.concat([gate.table.log, log_of(*items.steps, *about.steps)], ignore_index=True),
        guessed=said.guessed,
    )


class _Gate:
    """The table on its way in, and what was found and done so far."""

    def __init__(self, table: Table, path: Path) -> None:
        self.table, self.path = table, path
        self.problems = Problems()

    def change(self, step: Any) -> None:
        """Goes on with the table that the step makes, or with the one before when it fails."""
        changed = self.problems.tried(lambda: step(self.table))
        if changed is not None:
            self.table = changed

    def there(self, name: str | None) -> str | None:
        """The column, when the file has it; its absence is told once, by `expect`."""
        return name if name in self.table.cells.columns else None

    def expect(self, *names: str | None) -> None:
        """Keeps a problem for every named column that the file lacks."""
        self.problems.add(*self.table.require([name for name in names if name], remedy=REMEDY))
