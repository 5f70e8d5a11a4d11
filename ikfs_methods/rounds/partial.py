"""round.yaml read as far as it goes: each mistake is named and set aside, and the rest is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ikfs_methods import yamlfile
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import InputFileError, ParameterError, Problems
from ikfs_methods.rounds.roundfile import LISTS, RoundFile, owners

Place = tuple[str | int, ...]

# What stands in for a required entry that cannot be used, so that everything else can still be checked.
_STAND_INS: Mapping[Place, Any] = {
    ("id",): "unnamed",
    ("date",): "1900-01-01",
    ("framework",): "",
    ("inputs",): {"answers": {"file": ""}},
    ("inputs", "answers"): {"file": ""},
}
_TEXTS: Mapping[str, Any] = {
    "title": {"id": "", "en": ""},
    "reason": {"id": "", "en": ""},
    "question": {"id": "", "en": ""},
    "decided_by": "",
}
_WORDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "`name: value` lines",
    "model_type": "`name: value` lines",
    "string_pattern_mismatch": "lower-case letters, digits and hyphens",
}
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Partial:
    """What could be read of a round.yaml, and every mistake in it.

    `file` holds stand-ins for required entries that could not be used; an empty name for the framework's folder or
    for the file of the answers is one of them, and there is nothing to read then.
    """

    file: RoundFile
    problems: Problems


def read(path: Path) -> RoundFile:
    """The content of a round.yaml without a mistake.

    Raises InputFileError for a file that is missing or no YAML, ParameterError (several: InputProblemsError) for an
    unknown entry, a missing one, or one of the wrong kind.
    """
    found = read_partial(path)
    found.problems.raise_any()
    return found.file


def read_partial(path: Path) -> Partial:
    """The content of a round.yaml as far as it is valid, with every mistake.

    Raises InputFileError for a file that is missing, no YAML, or holds neither `inputs` nor `framework`.
    """
    problems = Problems()
    given = yamlfile.entries(path, missing="a round's folder must hold round.yaml", problems=problems)
    if not {"inputs", "framework"} & set(given):
        raise InputFileError(
            f"{path} must be the file of a round, with the entries `framework` and `inputs`; found neither. Add them."
        )
    content = _Content(path, problems, _named(path, given, problems))
    # Each pass takes at least one entry away; what waits for a sound entry may be found in the next one.
    while True:
        try:
            file = RoundFile.model_validate(content.entries)
        except ValidationError as error:
            content.set_aside([dict(fault) for fault in error.errors()])
            continue
        return Partial(content.numbered(file), problems)


class _Content:
    """The entries of a round.yaml, from which the mistaken ones are taken."""

    def __init__(self, path: Path, problems: Problems, entries: dict[str, Any]) -> None:
        self.path, self.problems, self.entries = path, problems, entries
        # The place in the file of every entry of a list that is still there.
        self.numbers = {
            name: list(range(1, len(entries[name]) + 1)) for name in LISTS if isinstance(entries.get(name), list)
        }
        self.told: set[str] = set()

    def set_aside(self, faults: list[dict[str, Any]]) -> None:
        """Names the faults and takes their entries out, or puts a stand-in there."""
        by_place: dict[Place, list[dict[str, Any]]] = {}
        for fault in faults:
            by_place.setdefault(self.place(fault), []).append(fault)
        gone: dict[Place, Any] = {}
        for place, found in by_place.items():
            if not self.unset(place):
                self.tell(place, found)
            goes, stands_in = _remedy(place)
            gone[goes] = stands_in
        # From the back, so that places in lists stay right; what goes as a whole needs no stand-in within it.
        for goes in sorted(gone, key=lambda place: [(isinstance(part, int), part) for part in place], reverse=True):
            if not any(goes[:length] in gone for length in range(1, len(goes))):
                self.replace(goes, gone[goes])

    def place(self, fault: dict[str, Any]) -> Place:
        """Where the fault is in the content; pydantic's own additions (the kinds that it tried) left out."""
        place: Place = ()
        here: Any = self.entries
        for part in fault["loc"]:
            inside = part in here if isinstance(here, dict) else isinstance(here, list) and isinstance(part, int)
            if not inside:
                break
            place, here = (*place, part), here[part]
        return (*place, fault["loc"][-1]) if fault["type"] == "missing" else place

    def at(self, place: Place) -> Any:
        """What stands at a place."""
        here: Any = self.entries
        for part in place:
            here = here[part]
        return here

    def unset(self, place: Place) -> bool:
        """Whether an entry that may be left out holds nothing (`decisions:` with no line below it)."""
        model = owners(place)[-1]
        field = None if model is None else model.model_fields.get(str(place[-1]))
        return field is not None and not field.is_required() and self.at(place) is None

    def replace(self, place: Place, stands_in: Any) -> None:
        """Puts the stand-in there, or takes the entry out where there is none."""
        holder = self.at(place[:-1])
        if stands_in is not None:
            holder[place[-1]] = stands_in
            return
        del holder[place[-1]]
        if len(place) == 1:
            self.numbers.pop(str(place[0]), None)
        elif len(place) == 2 and place[0] in self.numbers:
            del self.numbers[str(place[0])][int(place[1])]

    def tell(self, place: Place, faults: list[dict[str, Any]]) -> None:
        """Keeps the fault, once."""
        name = self.name(place)
        if name in self.told:
            return
        self.told.add(name)
        kinds = [fault["type"] for fault in faults]
        if "extra_forbidden" in kinds:
            known = list((owners(place)[-1] or RoundFile).model_fields)
            said = f"{name!r} is no entry of round.yaml.{did_you_mean(str(place[-1]), known)} Known there: "
            said += f"{listed(known, len(known))}."
        elif "missing" in kinds:
            said = f"the entry {name!r} is required and missing. Add it."
        else:
            found = self.at(place)
            must = " or ".join(dict.fromkeys(_must(fault) for fault in faults))
            quotes = " Write it in quotes." if "string_type" in kinds and not isinstance(found, dict | list) else ""
            said = f"{name!r} must be {must}; found {_shown(found)}.{quotes or ' Correct the entry.'}"
        self.problems.add(ParameterError(f"{self.path}: {said}"))

    def name(self, place: Place) -> str:
        """A place in the words of the file: decisions[3].reason."""
        parts = list(place)
        if len(parts) > 1 and isinstance(parts[1], int) and parts[0] in self.numbers:
            parts[1] = self.numbers[str(parts[0])][parts[1]] - 1
        return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")

    def numbered(self, file: RoundFile) -> RoundFile:
        """The file, each entry of its lists told its place."""
        for name, numbers in self.numbers.items():
            for number, entry in zip(numbers, getattr(file, name), strict=True):
                entry.numbered(number)
        return file


def _remedy(place: Place) -> tuple[Place, Any]:
    """Which entry goes, the nearest one around the fault that can, and what stands in for it (None: nothing)."""
    for length in range(len(place), 0, -1):
        inner = place[:length]
        stands_in = _STAND_INS.get(inner, _TEXTS.get(str(inner[-1])))
        if stands_in is not None and owners(inner)[-1] is not None:
            return inner, stands_in
        model = owners(inner)[-1]
        field = None if model is None else model.model_fields.get(str(inner[-1]))
        if field is None or not field.is_required():
            return inner, None
    raise ValueError(f"every place lies in an entry of round.yaml; found {place!r}")


def _must(fault: dict[str, Any]) -> str:
    kind, message = fault["type"], fault["msg"]
    if kind.startswith("date") or kind == "value_error":
        return "a date such as 2020-03-26"
    return _WORDS.get(kind) or message.removeprefix("Input should be ")


def _shown(value: object) -> str:
    said = "nothing" if value is None else repr(value) if isinstance(value, str | dict | list) else str(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."


def _named(path: Path, given: Any, problems: Problems) -> Any:
    """A copy of the content in which every name is text; others are refused and left out."""
    if isinstance(given, list):
        return [_named(path, part, problems) for part in given]
    if not isinstance(given, dict):
        return given
    for name in given:
        if not isinstance(name, str):
            problems.add(
                ParameterError(f"{path}: the name of an entry must be text; found {name}. Write it in quotes.")
            )
    return {name: _named(path, part, problems) for name, part in given.items() if isinstance(name, str)}
