"""The items of a round: each column judged once per distinct value, decoded, put on its scale and keyed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ikfs_methods.answers.dictionary import Decoded, Dictionary, Entry, decode
from ikfs_methods.answers.keyed import turned
from ikfs_methods.checks import listed
from ikfs_methods.errors import (
    ConstantItemError,
    DictionaryError,
    IkfsError,
    NotNumericError,
    ParameterError,
    Problems,
    ScaleError,
)
from ikfs_methods.reading import Step, Table, parse_numbers

_FEW = 0.05


class Items:
    """Every indicator's answers as given and as keyed; what is wrong and what was done is kept beside them."""

    def __init__(self, table: Table, problems: Problems) -> None:
        self.table, self.problems = table, problems
        self.given: dict[str, pd.Series] = {}
        self.keyed: dict[str, pd.Series] = {}
        self.steps: list[Step] = []

    def read(self, leaves: pd.DataFrame, said: Dictionary, missing: Sequence[str | float]) -> None:
        """Reads the indicators in `leaves`; a column that is not there, or undecided, is passed over."""
        self._refuse_shared(said)
        for name, row in leaves.iterrows():
            code, entry = str(name), said.entries[str(name)]
            if entry.column not in self.table.cells.columns or entry.undecided:
                continue
            item = _Item(self.table, code, entry, (float(row["scale_min"]), float(row["scale_max"])), missing)
            if item.decoded.ambiguous:
                self.problems.tried(lambda entry=entry: self.table.numbers(entry.column))  # type: ignore[misc]
                continue
            self.problems.add(*item.problems())
            self.steps += item.steps()
            self.given[code] = self.keyed[code] = item.answers()
            if row["direction"] == -1:
                self.keyed[code] = turned(self.given[code], row)
                rule = f"{row['scale_min']:g} + {row['scale_max']:g} - x"
                self.steps.append(("reverse", code, int(item.answered.sum()), rule))

    def _refuse_shared(self, said: Dictionary) -> None:
        by_column: dict[str, list[str]] = {}
        for code, entry in said.entries.items():
            by_column.setdefault(entry.column, []).append(code)
        for column, codes in by_column.items():
            if len(codes) > 1:
                self.problems.add(
                    DictionaryError(
                        f"{self.table.source}, column {column!r}: each indicator must have a column of its own; "
                        f"{listed(codes)} share it. Correct dictionary.csv or the columns in indicators.csv."
                    )
                )


class _Item:
    """One column: its distinct texts, how often each stands there, and what each means."""

    def __init__(
        self, table: Table, code: str, entry: Entry, bounds: tuple[float, float], missing: Sequence[str | float]
    ) -> None:
        self.table, self.code, self.entry, self.bounds = table, code, entry, bounds
        self.codes, self.texts = table.distinct(entry.column)
        self.counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))
        self.decoded: Decoded = decode(self.texts, entry, table, missing)
        values = self.decoded.points
        self.answered = np.where(np.isnan(values), 0, self.counts)

    def answers(self) -> pd.Series:
        """The answers of all respondents, in scale points."""
        values = np.append(self.decoded.points, np.nan)[self.codes]
        return pd.Series(values, index=self.table.cells.index, name=self.code)

    def problems(self) -> list[IkfsError]:
        """All that is wrong in the column, one error a kind."""
        low, high = self.bounds
        values, name = self.decoded.points, self.entry.column
        found: list[IkfsError] = [*self._clashes()]
        if self.decoded.unknown:
            found.append(self._unknown(self._where(self.decoded.unknown)))
        outside = np.flatnonzero((values < low) | (values > high))
        if len(outside):
            remedy = "declare the code when it means no answer (`missing`), or correct the scale in indicators.csv"
            found.append(self._off_scale(outside, f"lie between {low:g} and {high:g}", remedy))
        strays = self._strays()
        if len(strays):
            rule = "be one of the scale's points where nearly all answers are"
            remedy = "or declare all points of the scale (scales.csv, dictionary.csv)"
            found.append(self._off_scale(strays, rule, remedy))
        seen = np.unique(values[self.answered > 0])
        if not found and len(seen) < 2:
            same = listed(f"{value:g}" for value in seen) or "no answer at all"
            found.append(
                ConstantItemError(
                    f"{self.table.source}, column {name!r}: an item must vary; all {int(self.answered.sum())} answers "
                    f"are the same ({same}). Check the column, or take the indicator {self.code!r} out of "
                    "indicators.csv."
                )
            )
        return found

    def _off_scale(self, positions: np.ndarray, rule: str, remedy: str) -> ScaleError:
        name, cells = self.entry.column, self._where(positions)
        return ScaleError(
            f"{self.table.at(name, cells)}: an answer must {rule}; found {self.table.found(name, cells)}. Correct the "
            f"cells ({self._entry(cells)}), {remedy}."
        )

    def steps(self) -> list[Step]:
        """What decoding did: missing codes, labels, answers between two points of the scale."""
        decoded, texts = self.decoded, self.texts
        done = [("missing code", self.code, int(self.counts[i]), texts[i]) for i in decoded.by_code]
        if decoded.by_label:
            pairs = sorted((float(decoded.points[i]), texts[i]) for i in decoded.by_label)
            detail = "; ".join(f"{label} = {'missing' if np.isnan(value) else f'{value:g}'}" for value, label in pairs)
            done.append(("label", self.code, int(self.counts[list(decoded.by_label)].sum()), detail))
        between = self._between()
        if between.any():
            points = listed(f"{value:g}" for value in sorted(decoded.points[between]))
            done.append(("between points", self.code, int(self.answered[between].sum()), points))
        return done

    def _where(self, positions: Sequence[int] | np.ndarray) -> np.ndarray:
        return np.isin(self.codes, positions)

    def _strays(self) -> np.ndarray:
        """Few answers between the points of a scale that has whole ones: slips, where many would be half points."""
        between = self._between()
        few = 0 < self.answered[between].sum() < _FEW * self.answered.sum()
        whole = all(float(bound).is_integer() for bound in self.bounds)
        return np.flatnonzero(between) if few and whole and self.entry.scale is None else np.array([], dtype=int)

    def _between(self) -> np.ndarray:
        between: np.ndarray = (self.answered > 0) & (self.decoded.points % 1 != 0)
        return between

    def _entry(self, cells: np.ndarray) -> str:
        """An entry of corrections.yml for the first of the cells, to be completed."""
        row, text = self.table.cells.index[cells][0], self.texts[int(self.codes[cells][0])]
        return (
            f"in corrections.yml: - {{row: {row}, column: {self.entry.column!r}, from: {text!r}, to: ..., reason: ..., "
            "by: ...}"
        )

    def _unknown(self, cells: np.ndarray) -> DictionaryError | NotNumericError:
        name = self.entry.column
        place, found = self.table.at(name, cells), self.table.found(name, cells)
        if self.entry.scale is None:
            return NotNumericError(
                f"{place}: a number must stand here; found {found}. Correct the cells ({self._entry(cells)}), or "
                "declare what the text means (a scale in dictionary.csv, a code in `missing`)."
            )
        first = self.texts[int(self.codes[cells][0])]
        return DictionaryError(
            f"{place}: a label of the dictionary must stand here; found {found}.{self.entry.scale.nearest(first)} "
            f"Correct the cells ({self._entry(cells)}), or add the label to scales.csv."
        )

    def _clashes(self) -> list[ParameterError]:
        """A code that the whole file declares missing may be an answer on this item's scale: then it must be said."""
        low, high = self.bounds
        return [
            ParameterError(
                f"{self.table.source}, column {self.entry.column!r}: a missing code must lie outside the scale "
                f"({low:g} to {high:g}); {self.texts[i]} is declared for the whole file and is an answer to "
                f"{self.code}. Take it out of `missing` in round.yaml and name it in dictionary.csv, column `missing`, "
                "for the items where it means no answer."
            )
            for i in self.decoded.by_code
            if self.texts[i] not in self.entry.missing and low <= parse_numbers([self.texts[i]]).numbers[0] <= high
        ]
