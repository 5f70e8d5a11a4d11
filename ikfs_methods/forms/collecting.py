"""Returned forms read into the tables of a round: what is sound is entered, everything else is told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ikfs_methods.errors import IkfsError, InputFileError
from ikfs_methods.forms import cells
from ikfs_methods.forms.answers import Given
from ikfs_methods.forms.asked import WAYS, Asked, asked_of, usable
from ikfs_methods.forms.books import Books
from ikfs_methods.forms.combining import combined
from ikfs_methods.forms.given import given_on
from ikfs_methods.forms.registering import lines_of, registered
from ikfs_methods.forms.result import CollectResult
from ikfs_methods.forms.returned import ReturnedForm, returned_form
from ikfs_methods.forms.saying import shown_name
from ikfs_methods.forms.setting import TABLES, Setting, setting_of
from ikfs_methods.forms.swap import write_together

RETURNED = "returned"
_FORMS = (".xlsx", ".xlsm")
# Files in which a form may have come back that are read only after they were saved as .xlsx.
_OTHERS = (".ods", ".xls", ".xlsb", ".csv", ".numbers", ".fods", ".zip", ".pdf")


def collect(folder: str | Path, *, source: str | Path | None = None, replace: bool = False) -> CollectResult:
    """Reads the returned forms of a round back into its tables, from panel to comments and experts.

    `source`: the folder with the returned XLSX files; None: `returned` in the round's folder. An answer that differs
    from one already in a table is told and not taken; with `replace` it is taken, and told. All tables are written
    together, or none. Raises InputFileError when there is no form to read, and whatever is wrong with the round or with
    a table that exists. Answers the question: what did the panel say, and what is missing before it can be used?
    """
    setting = setting_of(folder)
    place = setting.folder / RETURNED if source is None else Path(source)
    known = setting.experts()
    now = asked_of(str(setting.where), setting.file, setting.framework, setting.parameters, delphi=1, criteria=())
    forms, faults, notes = _forms(place, setting, now, known)
    given = _by_expert(forms, setting, now, faults)
    if not given and not faults:
        raise InputFileError(
            f"the folder of returned forms must hold XLSX files that `ikfs forms` made; found none in {place}. Put "
            "them there, or name their folder (--from)."
        )
    notes += _unlisted(given, known, setting)
    order = sorted(given, key=lambda one: (one.delphi, _place(one.expert, list(known))))
    books = Books(setting, now, order, known, replace=replace)
    books.enter()
    files, new_rows = books.files()
    files |= _round_file(setting, books.fresh, faults)
    write_together(files)
    for one in order:
        faults += one.faults
        notes += one.notes
    notes += books.kept
    return CollectResult(
        forms=len(order), read=books.read, gaps=tuple(books.gaps), n_gaps=books.n_gaps,
        conflicts=(*faults, *books.conflicts), replaced=tuple(books.replaced), notes=tuple(notes),
        written={path: new_rows.get(path, 0) for path in files},
    )  # fmt: skip


def _unlisted(given: Sequence[Given], known: Mapping[str, str], setting: Setting) -> list[str]:
    """Notes on experts whom the table of experts did not list, perhaps since they were taken out of it."""
    table = setting.table("experts")
    if not len(table):
        return []
    return [
        f"{one.who}: {one.expert} was not in {table.path.name} and was added there. Take the answers out of the tables "
        "again if that expert does not belong to the panel."
        for one in given
        if one.expert not in known
    ]


def _round_file(setting: Setting, fresh: Sequence[str], faults: list[str]) -> dict[Path, bytes]:
    """round.yaml with the entries of new tables, where there are any."""
    entries = {name: setting.entry(name).file for name in TABLES if name in fresh}
    if not entries:
        return {}
    amended = registered(setting.where, entries)
    if amended is not None:
        return {setting.where: amended}
    faults.append(f"{setting.where}: the new tables could not be named there. Add under `inputs`:\n{lines_of(entries)}")
    return {}


def _forms(
    place: Path, setting: Setting, now: Asked, known: Mapping[str, str]
) -> tuple[list[ReturnedForm], list[str], list[str]]:
    """The forms of this round in a folder, what is wrong with the other files, and what was passed over."""
    if not place.is_dir():
        found = f"{place.name} is a file" if place.exists() else f"not found: {place}"
        raise InputFileError(
            f"the folder of returned forms must exist; {found}. Put the returned files there, or name their folder "
            "(--from)."
        )
    forms, faults, notes = [], list[str](), list[str]()
    children = {parent: setting.framework.children(parent) for parent in setting.framework.parents}
    for path in sorted(path for path in place.iterdir() if not path.name.startswith(".")):
        ending, shown = path.suffix.casefold(), shown_name(path.name)
        if path.name.startswith("~$"):
            notes.append(
                f"{shown}: the lock of a program that has the form open; passed over. Save and close the form."
            )
        elif path.is_dir():
            notes.append(
                f"{shown}: a folder; nothing in it was read. Move the forms that lie in it into {place.name} itself."
            )
        elif ending in _OTHERS:
            faults.append(f"{shown}: a form must be an XLSX file; open it, save it as .xlsx and collect again.")
        elif ending in _FORMS:
            try:
                form = returned_form(path)
                usable(form.asked, now, children)
                forms.append(form)
                if wrong := _misnamed(form, known):
                    forms.pop()
                    faults.append(wrong)
            except IkfsError as error:
                faults.append(f"{shown}: {str(error).rstrip('.')}.")
            except OSError as error:
                faults.append(f"{shown}: the file must be readable; the system says {error.strerror}. Close it there.")
        else:
            notes.append(
                f"{shown}: not read; a form is a file that ends in .xlsx. If answers stand in it, ask for the form."
            )
    return forms, faults, notes


def _misnamed(form: ReturnedForm, known: Mapping[str, str]) -> str:
    """What to say of a form whose file bears the code of another expert: somebody copied it."""
    name = cells.folded(Path(form.name).stem)
    if re.match(rf"{re.escape(cells.folded(form.expert))}(?!\w)", name):
        return ""
    other = [code for code in known if re.match(rf"{re.escape(cells.folded(code))}(?!\w)", name)]
    if not other:
        return ""
    return (
        f"{form.name}: the file bears the code of {other[0]}, its sheets are the form of {form.expert}; whose answers "
        f"they are must be known. Nothing was read from it: give {other[0]} a form of their own, or name the file "
        f"{form.expert}.xlsx."
    )


def _by_expert(forms: Sequence[ReturnedForm], setting: Setting, now: Asked, faults: list[str]) -> list[Given]:
    """The answers of each expert in each Delphi round; several files of one are combined."""
    children = {parent: setting.framework.children(parent) for parent in setting.framework.parents}
    found: dict[tuple[str, int], Given] = {}
    for form in forms:
        read = given_on(form, usable(form.asked, now, children), setting.framework)
        key = read.expert, read.delphi
        found[key] = combined(found[key], read) if key in found else read
    # A form without a single answer was handed back empty by mistake, or the wrong file was saved.
    for one in found.values():
        if not (one.ratings or one.budget or one.best_worst or any(one.pairs.values()) or one.faults):
            asked = next(form.asked for form in forms if form.expert == one.expert)
            if asked.criteria or any(asked.children(way) for way in WAYS):
                faults.append(f"{one.who}: nothing is filled. Is it the right file?")
    return list(found.values())


def _place(expert: str, known: Sequence[str]) -> tuple[int, list[tuple[int, str]]]:
    """Where an expert stands: in the order of the known ones, others after them by their codes (E2 before E10)."""
    parts = [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", expert)]
    return known.index(expert) if expert in known else len(known), parts
