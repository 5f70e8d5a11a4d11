"""Forms out: one XLSX for every expert of a round."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ikfs_methods.checks import listed, whole
from ikfs_methods.errors import InputFileError, ParameterError
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET, WAYS, Asked, asked_of
from ikfs_methods.forms.filled import may_be_replaced
from ikfs_methods.forms.longtable import LongTable
from ikfs_methods.forms.ratings import earlier_of
from ikfs_methods.forms.registering import lines_of, registered
from ikfs_methods.forms.setting import Setting, setting_of
from ikfs_methods.forms.swap import write_together
from ikfs_methods.forms.workbook import form
from ikfs_methods.places import output_folder
from ikfs_methods.reading import bare_cell
from ikfs_methods.result import Shown
from ikfs_methods.rounds.tables import PARTICIPANTS, stated

MOST_EXPERTS = 100
_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})


@dataclass(frozen=True, slots=True, eq=False)
class FormsResult(Shown):
    """The forms of a round: the file of each expert, what they ask, and files of the round that were written beside.

    `unchanged` counts forms that lay there already, as they are.
    """

    folder: Path
    files: Mapping[str, Path]
    asked: Asked
    unchanged: int
    beside: tuple[Path, ...]
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row an expert: the name of the file."""
        rows = [(expert, path.name) for expert, path in self.files.items()]
        return pd.DataFrame(rows, columns=["expert", "file"]).set_index("expert")

    def lines(self) -> list[str]:
        """What is asked and where the forms are, in plain lines."""
        count, asked = len(self.files), self.asked
        said = [f"{count} form{'' if count == 1 else 's'} in {self.folder}"]
        if self.unchanged:
            said[0] += f" ({self.unchanged} as before)"
        if asked.criteria:
            said.append(f"  ratings: {len(asked.indicators)} candidate indicators on {', '.join(asked.criteria)}")
        words = {AHP: "in pairs", BUDGET: "100 points", BEST_WORST: "best and worst"}
        said += [f"  {words[way]}: {', '.join(asked.children(way))}" for way in WAYS if asked.children(way)]
        return [*said, *(f"  also written: {path}" for path in self.beside), *(f"  {note}" for note in self.notes)]


def make_forms(
    folder: str | Path,
    *,
    experts: int | None = None,
    language: str | None = None,
    output: str | Path | None = None,
    delphi: int = 1,
    criteria: Sequence[str] = (),
) -> FormsResult:
    """Writes one XLSX form for every expert of a round, E01.xlsx and so on; the same round gives the same bytes.

    The experts are those of the round's table of experts, else those of its panel; where there are none, `experts` says
    how many, and their codes E01, E02 ... are written to experts.csv in the round's folder. `language`: of the forms,
    None: the round's. `output`: their folder, None: `forms` beside the round's reports (`forms/delphi-2` for Delphi
    round 2). `delphi`: from 2 on, the ratings are asked again beside the panel's median and quartiles. `criteria`: None
    named: those of round.yaml, in later Delphi rounds those that were rated last.

    Raises InputFileError when a form with answers lies where another one is to be written, ParameterError for numbers
    and criteria that do not fit the round, and whatever is wrong with round.yaml or the framework; nothing is written
    then. Answers the question: what is put in front of each expert?
    """
    whole(delphi, name="delphi", remedy="The first Delphi round is 1.")
    setting = setting_of(folder, language)
    known, beside, notes = _experts(setting, experts)
    earlier = None if delphi == 1 else earlier_of(setting, delphi, criteria)
    asked = asked_of(
        str(setting.where), setting.file, setting.framework, setting.parameters, delphi=delphi,
        criteria=criteria if earlier is None else earlier.criteria,
    )  # fmt: skip
    files = _files(place := _place(setting, output, delphi), known)
    offered = _institutions(setting, known)
    options: dict[str, Any] = {"institutions": offered, "earlier": earlier}
    made = {path: form(setting, asked, code, institution=known[code], **options) for code, path in files.items()}
    fresh = {path: content for path, content in made.items() if not _is_same(path, content)}
    _refuse_filled(fresh)
    place.mkdir(parents=True, exist_ok=True)
    write_together({**fresh, **beside})
    return FormsResult(place, files, asked, len(made) - len(fresh), tuple(beside), tuple(notes))


def _place(setting: Setting, output: str | Path | None, delphi: int) -> Path:
    if output is not None:
        return Path(output)
    place = output_folder(setting.folder) / "forms"
    return place if delphi == 1 else place / f"delphi-{delphi}"


def _experts(setting: Setting, count: int | None) -> tuple[dict[str, str], dict[Path, bytes], list[str]]:
    """Institution by expert, the files that keep new codes, and lines for people to add where that cannot be done."""
    known = {expert: bare_cell(text) for expert, text in setting.experts().items()}
    table = setting.table("experts")
    if count is None and not known:
        raise ParameterError(
            f"a form belongs to an expert; {table.path} names none, nor does the panel. Say how many there are "
            "(--experts 12), or list their codes there (columns expert, institution; no names of persons)."
        )
    if count is None:
        return known, {}, []
    whole(count, MOST_EXPERTS, name="the number of experts")
    if known and count != len(known):
        source = table.path if len(table) else setting.table("panel").path
        raise ParameterError(
            f"the experts of this round are in {source.name}: {len(known)}, not {count}. Leave --experts out; add the "
            f"codes of further ones to {table.path}, or take out who did not come."
        )
    if known:
        return known, {}, []
    codes = [f"E{number:0{max(2, len(str(count)))}d}" for number in range(1, count + 1)]
    table.rows = [table.made(expert=code) for code in codes]
    beside, notes = {table.path: table.content()}, list[str]()
    if setting.file.inputs.experts is None:
        entry = {"experts": setting.entry("experts").file}
        amended = registered(setting.where, entry)
        if amended is None:
            notes.append(f"add to round.yaml, under `inputs`:\n{lines_of(entry)}")
        else:
            beside[setting.where] = amended
    return dict.fromkeys(codes, ""), beside, notes


def _institutions(setting: Setting, known: Mapping[str, str]) -> list[str]:
    """What is offered where an expert's institution is asked: those of the experts, else of the participants."""
    found = list(dict.fromkeys(text for text in known.values() if stated(text)))
    entry = setting.file.inputs.participants
    if not found and entry is not None:
        table = LongTable.read(setting.folder / entry.file, entry, PARTICIPANTS[:1])
        found = list(dict.fromkeys(row["institution"] for row in table.rows if row["institution"]))
    return found


def _files(place: Path, experts: Mapping[str, str]) -> dict[str, Path]:
    """The file of every expert, named by the code."""
    found: dict[str, Path] = {}
    for expert in experts:
        name = _UNSAFE.sub("-", unicodedata.normalize("NFKC", expert)).strip(".-")
        name = f"{name or 'expert'}-form" if not name or name.casefold() in _RESERVED else name
        found[expert] = place / f"{name}.xlsx"
    names = [path.name.casefold() for path in found.values()]
    twice = [expert for expert, path in found.items() if names.count(path.name.casefold()) > 1]
    if twice:
        raise ParameterError(
            f"each expert needs a file of their own; these codes give the same name: {listed(twice)}. Give them codes "
            "that differ in letters or digits."
        )
    return found


def _is_same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _refuse_filled(fresh: Iterable[Path]) -> None:
    filled = [path.name for path in fresh if path.exists() and not may_be_replaced(path)]
    if filled:
        raise InputFileError(
            f"a form must not be written over answers; in the folder of forms {listed(filled, MOST_EXPERTS)} hold(s) "
            "answers already, or is no empty form of ours. Move what was filled to the folder `returned` of the round, "
            "or give another folder (--output); nothing was written."
        )
