"""The round's dictionary: which column holds which indicator, on which scale, and what its labels and codes mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from ikfs_methods import reading
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import DictionaryError, IkfsError, Problems
from ikfs_methods.framework import Framework
from ikfs_methods.reading import Table, bare_cell, folded, parse_numbers

COLUMNS = ("column", "indicator", "scale", "missing", "question", "status", "note")
SCALE_COLUMNS = ("scale", "code", "label")
STATUSES = ("confirmed", "guessed", "open")
UNKNOWN_CODE = "?"  # in scales.csv: nobody has said yet what the label means; its cells are still unexplained
_START = 5  # letters in common at the start that make two labels alike: kadang2, kadang-kadang


@dataclass(frozen=True, slots=True)
class Scale:
    """The answers of one kind of question: the code behind each label; NaN for a label that means no answer."""

    name: str
    codes: Mapping[str, float] = field(default_factory=dict)  # by label as `folded`
    labels: tuple[str, ...] = ()  # as written

    @classmethod
    def of(cls, name: str, pairs: Sequence[tuple[str, float]]) -> Scale:
        """The scale of (label, code) pairs."""
        return cls(name, {folded(label): code for label, code in pairs}, tuple(label for label, _ in pairs))

    def nearest(self, label: str) -> str:
        """' Did you mean X?' with the nearest label, and the known ones."""
        return f"{self._near(label)} Known on the scale {self.name!r}: {listed(self.labels, 12)}."

    def _near(self, label: str) -> str:
        """Only what is near in earnest: STS is no guess for `stuju`, and the wrong pole is worse than none."""
        wanted, known = folded(label), {folded(one): one for one in self.labels}
        close = get_close_matches(wanted, list(known), n=1, cutoff=0.75)
        started = [one for one in known if len(wanted) >= _START and one.startswith(wanted[:_START])]
        found = close or (started if len(started) == 1 else [])
        return f" Did you mean {known[found[0]]!r}?" if found else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the dictionary says of one indicator; `missing` holds codes that mean no answer in this column.

    `guess` says what was guessed; what is `undecided` is told as one open question, and its cells are not judged.
    """

    column: str
    scale: Scale | None = None
    missing: tuple[str, ...] = ()
    question: str = ""
    guess: str = ""
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The entries by indicator, in the order of the framework."""

    entries: Mapping[str, Entry]

    @property
    def guessed(self) -> tuple[str, ...]:
        """What was guessed and nobody has confirmed, a text for all columns of which the same was guessed."""
        by_guess: dict[str, list[str]] = {}
        for entry in self.entries.values():
            if entry.guess:
                by_guess.setdefault(entry.guess, []).append(repr(entry.column))
        return tuple(_about(columns, guess) for guess, columns in by_guess.items())


def _about(columns: list[str], said: str) -> str:
    """A remark on one column or several."""
    return f"column{'' if len(columns) == 1 else 's'} {listed(columns)}: {said}"


def read_dictionary(
    framework: Framework | None, dictionary: Path | None = None, scales: Path | None = None
) -> tuple[Dictionary, Problems]:
    """The dictionary of a round and what is wrong with it.

    An indicator that dictionary.csv does not name is read from the column that indicators.csv names, as numbers. An
    entry that is still open is a problem: nobody, the program included, knows what its answers mean.
    """
    problems = Problems()
    leaves = {} if framework is None else dict(framework.nodes.loc[framework.indicators, "column"])
    entries = {str(code): Entry(str(column)) for code, column in leaves.items()}
    known = {}
    if scales is not None:
        known = problems.tried(lambda: _scales(scales)) or {}
    if dictionary is not None:
        table = problems.tried(lambda: _bare(reading.read(dictionary, columns=COLUMNS).texts(COLUMNS)))
        if table is not None:
            said, wrong = _entries(dictionary, table, known, list(leaves) if framework else None)
            problems.add(*wrong)
            entries |= {code: entry for code, entry in said.items() if framework is None or code in entries}
    return Dictionary(entries), problems


def _bare(texts: pd.DataFrame) -> pd.DataFrame:
    """The cells as they were before they were made safe for spreadsheets: they must match the answers."""
    return texts.map(bare_cell)


def _scales(path: Path) -> dict[str, Scale]:
    table = reading.read(path, columns=SCALE_COLUMNS)
    unknown = (table.text("code") == UNKNOWN_CODE).to_numpy()
    said = table.with_cells(table.cells.assign(code=table.text("code").mask(unknown, ""))) if unknown.any() else table
    codes, problems = said.numbers("code"), Problems()
    rows = _bare(table.texts(("scale", "label"))).assign(code=codes)
    for name in ("scale", "label"):
        empty = (rows[name] == "").to_numpy()
        if empty.any():
            problems.add(DictionaryError(f"{table.at(name, empty)}: a value must stand here. Fill the cells."))
    rows["same"] = rows["label"].map(folded)
    for (scale, label), part in rows.groupby(["scale", "same"], sort=False):
        if len(set(part["code"].fillna(np.inf))) > 1:
            problems.add(
                DictionaryError(
                    f"{path}, rows {listed(part.index)}: a label must have one code on its scale; {label!r} on "
                    f"{scale!r} has {listed(f'{code:g}' for code in part['code'])}. Keep one."
                )
            )
    problems.raise_any()
    known = rows.assign(known=~unknown).groupby("scale", sort=False)
    return {
        str(name): Scale.of(
            str(name), list(part.loc[part["known"], ["label", "code"]].itertuples(index=False, name=None))
        )
        for name, part in known
    }


def _entries(
    path: Path, table: pd.DataFrame, scales: Mapping[str, Scale], indicators: list[str] | None
) -> tuple[dict[str, Entry], list[IkfsError]]:
    entries: dict[str, Entry] = {}
    problems: list[IkfsError] = []
    for name in ("column", "indicator"):
        filled = table[table[name] != ""]
        for value, part in filled.groupby(name, sort=False):
            if len(part) > 1:
                problems.append(
                    DictionaryError(
                        f"{path}, rows {listed(part.index)}, column {name!r}: each {name} must stand once; {value!r} "
                        f"stands {len(part)} times. Keep one row."
                    )
                )
    undecided: dict[str, list[tuple[object, str]]] = {}
    for row, said in table.iterrows():
        wrong = _wrong(said, scales, indicators)
        problems += [DictionaryError(f"{path}, row {row}{text}") for text in wrong]
        if said["status"] == "open":
            undecided.setdefault(str(said["note"]) or "no note", []).append((row, str(said["column"])))
        if not wrong:
            entries[str(said["indicator"])] = Entry(
                column=str(said["column"]),
                scale=scales.get(str(said["scale"])),
                missing=tuple(code.strip() for code in str(said["missing"]).split("|") if code.strip()),
                question=str(said["question"]),
                guess=(str(said["note"]) or "guessed") if said["status"] == "guessed" else "",
                undecided=said["status"] == "open",
            )
    for note, cells in undecided.items():
        rows, columns = listed(row for row, _ in cells), [repr(column) for _, column in cells]
        problems.append(
            DictionaryError(
                f"{path}, row{'' if len(cells) == 1 else 's'} {rows}: still open, {_about(columns, note)}. Decide, "
                "correct the rows, and set their status to confirmed."
            )
        )
    return entries, problems


def _wrong(said: pd.Series, scales: Mapping[str, Scale], indicators: list[str] | None) -> list[str]:
    """What is wrong with one row of the dictionary."""
    found = [f", column {name!r}: a value must stand here. Fill it." for name in COLUMNS[:2] if said[name] == ""]
    indicator, scale, status = str(said["indicator"]), str(said["scale"]), str(said["status"])
    if indicators is not None and indicator and indicator not in indicators:
        found.append(
            f", column 'indicator': an indicator of the framework must stand here; found {indicator!r}."
            f"{did_you_mean(indicator, indicators)} Correct it, or add it to indicators.csv."
        )
    if scale and scale not in scales:
        found.append(
            f", column 'scale': a scale of scales.csv must stand here ({listed(scales) or 'it has none'}); found "
            f"{scale!r}.{did_you_mean(scale, scales)}"
        )
    if status not in STATUSES:
        found.append(
            f", column 'status': one of {listed(STATUSES)} must stand here; found {status!r}."
            f"{did_you_mean(status, STATUSES)}"
        )
    return found


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the distinct texts of one column mean: `points` (NaN: no answer, or unknown) and who said so.

    `unknown`: positions of texts that nobody explained. `by_code`: positions of texts declared missing.
    `by_label`: positions of labels that the scale turned into codes.
    """

    points: np.ndarray
    unknown: tuple[int, ...]
    by_code: tuple[int, ...]
    by_label: tuple[int, ...]
    ambiguous: bool = False


def decode(texts: Sequence[str], entry: Entry, table: Table, missing: Sequence[str | float] = ()) -> Decoded:
    """The codes behind the distinct texts of an item's column.

    In this order: declared missing codes, the dictionary's labels, numbers. A number on a labelled scale must be one
    of its codes. Nothing is guessed: what none of these explains is unknown.
    """
    scale = entry.scale or _labelled_by_the_file(entry.column, table)
    missing_texts = {folded(str(code)) for code in (*missing, *entry.missing)}
    parsed = parse_numbers(
        [text if folded(text) not in missing_texts else "0" for text in texts],
        decimal=table.decimal,
        comma_separated=table.delimiter == ",",
    )
    missing_numbers = parse_numbers([text for text in missing_texts if text]).numbers
    codes_of_scale = set() if entry.scale is None else {c for c in entry.scale.codes.values() if not np.isnan(c)}
    values = np.full(len(texts), np.nan)
    unknown: list[int] = []
    by_code: list[int] = []
    by_label: list[int] = []
    for position, text in enumerate(texts):
        key, number = folded(text), parsed.numbers[position]
        if key in missing_texts or number in missing_numbers:
            by_code.append(position)
        elif scale is not None and key in scale.codes:
            values[position] = scale.codes[key]
            by_label.append(position)
        elif np.isnan(number) or (codes_of_scale and number not in codes_of_scale):
            unknown.append(position)
        else:
            values[position] = number
    return Decoded(values, tuple(unknown), tuple(by_code), tuple(by_label), parsed.trouble == reading.AMBIGUOUS)


def _labelled_by_the_file(column: str, table: Table) -> Scale | None:
    """The scale that the file or its form declares, where its codes are numbers."""
    labels = table.value_labels.get(column)
    if not labels:
        return None
    numbers = parse_numbers(list(labels)).numbers
    pairs = [(label, float(code)) for label, code in zip(labels.values(), numbers, strict=True) if not np.isnan(code)]
    return Scale.of(column, pairs) if pairs else None
