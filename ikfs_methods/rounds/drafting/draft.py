"""The draft of a round from one data file: what was found in it, what was guessed, and what must be asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from ikfs_methods import reading
from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, IkfsError
from ikfs_methods.framework import check_language
from ikfs_methods.reading import Form, Table
from ikfs_methods.result import Shown
from ikfs_methods.rounds.drafting.blocks import Block, blocks
from ikfs_methods.rounds.drafting.looks import Look, look
from ikfs_methods.rounds.drafting.questions import Question
from ikfs_methods.rounds.drafting.roles import Roles, about_persons, roles
from ikfs_methods.rounds.drafting.sections import Section, sections
from ikfs_methods.rounds.drafting.strays import about_the_rest, strays
from ikfs_methods.rounds.drafting.tree import tree
from ikfs_methods.rounds.drafting.versions import about_versions

_LANGUAGES = {"id": r"\(id\)|indones|bahasa", "en": r"\(en\)|english|inggris"}

_Read = TypeVar("_Read")
# What errors of reading advise where there is a round.yaml, and what helps before there is one.
_REMEDIES = {
    "(`sheet:` in round.yaml)": "(`--sheet`)",
    "Correct it in round.yaml.": "Correct `--sheet`.",
    "Correct its name in round.yaml or put": "Correct its name or put",
}


@dataclass(frozen=True)
class Draft(Shown):
    """A round as far as its data file tells: everything that `new_round` writes.

    `answers`: column by role (id, weight, group, region, started ...). `private`: kind of personal data by column; all
    are to be dropped. `nodes`, `dictionary`, `scales`: the three tables, as text. `questions`: what is open besides the
    rows of the dictionary with status open. `unused`: columns without a part in the round. No answer is kept here.
    """

    id: str
    title: Mapping[str, str]
    date: dt.date
    language: str
    source: Path
    form: Path | None
    sheet: str | None
    format: str
    n: int
    columns: tuple[str, ...]
    answers: Mapping[str, str]
    private: Mapping[str, str]
    nodes: pd.DataFrame
    dictionary: pd.DataFrame
    scales: pd.DataFrame
    questions: tuple[Question, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that are neither items nor anything else of the round, in the file's order."""
        used = {*self.answers.values(), *self.private, *self.dictionary["column"]}
        return tuple(name for name in self.columns if name not in used)

    @property
    def undecided(self) -> pd.DataFrame:
        """The rows of the dictionary that keep the round from opening."""
        return self.dictionary[self.dictionary["status"] == "open"]

    def to_frame(self) -> pd.DataFrame:
        """One row a column of the file: its part in the round, indicator, scale, status and note."""
        roles = {name: role for role, name in self.answers.items()}
        roles |= {name: f"personal ({kind}), dropped" for name, kind in self.private.items()}
        items = self.dictionary.set_index("column")
        leaves = self.nodes.set_index("code")
        rows = []
        for name in self.columns:
            entry = items.loc[name] if name in items.index else None
            code = "" if entry is None else str(entry["indicator"])
            rows.append(
                {
                    "part": "item" if code else roles.get(name, ""),
                    "indicator": code,
                    "dimension": str(leaves.loc[code, "parent"]) if code else "",
                    "scale": "-".join(map(str, leaves.loc[code, ["scale_min", "scale_max"]])) if code else "",
                    "status": "" if entry is None else str(entry["status"]),
                    "note": "" if entry is None else str(entry["note"]),
                }
            )
        return pd.DataFrame(rows, index=pd.Index(self.columns, name="column"))


def draft(
    source: str | Path,
    *,
    form: str | Path | None = None,
    sheet: str | None = None,
    language: str = "id",
    title: str | None = None,
) -> Draft:
    """The draft of a round from a data file of any format that surveys deliver, and its XLSForm if there is one.

    Items are columns that share a scale: value labels, the choices of a form, a known wording of answers in Indonesian
    or English (data/reference/likert.csv), or a small set of codes. Nothing in it is settled: what the file bears out
    is marked as guessed, what it does not is an open question, and an item whose scale is open keeps the round from
    opening. Raises what `answers.read` raises for the file, and ColumnError when no column looks like an item.
    Answers the question: what can be known of a round from its file alone?
    """
    check_language(language)
    place = Path(source)
    raw = _asked(lambda: reading.read(place, sheet=sheet))
    known = None if form is None else _asked(lambda: reading.read_form(form))
    table = reading.named_by_survey_tool(raw) if known is None else reading.named_by_form(raw, known)
    part = roles(table)
    groups, texts = _of_form(table, known)
    where = sections(table.columns, raw.columns, groups)
    looks = _looks(table, part, known, where)
    found = _items(table, looks, language)
    name = title or (known.title if known and known.title else "") or _spoken(place.stem)
    titles = {"id": name, "en": name}
    made = tree(table, found, texts, titles, language)
    return Draft(
        id=slug(place.stem),
        title=titles,
        date=dt.datetime.fromtimestamp(place.stat().st_mtime, tz=dt.UTC).date(),
        language=language,
        source=place,
        form=None if form is None else Path(form),
        sheet=sheet,
        format=table.format,
        n=len(table.cells),
        columns=tuple(table.columns),
        answers=part.columns,
        private=part.personal,
        nodes=made.nodes,
        dictionary=made.dictionary,
        scales=made.scales,
        questions=(
            *made.questions,
            *part.questions,
            *_private(part),
            *_constant(table, found, where),
            *about_the_rest(found, looks, language),
            *about_versions(table),
        ),
    )


def _asked(read: Callable[[], _Read]) -> _Read:
    """What is read; an error advises somebody who gives the file on the command line and has no round.yaml yet."""
    try:
        return read()
    except IkfsError as error:
        said = str(error)
        for before, after in _REMEDIES.items():
            said = said.replace(before, after)
        if "round.yaml" in said:
            said += " (There is no round.yaml yet: mend the file.)"
        raise type(error)(said) from None


def slug(name: str) -> str:
    """A name as the id of a round: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "round"


def _spoken(name: str) -> str:
    return " ".join(re.sub(r"[_\-]+", " ", name).split()).capitalize()


def _of_form(table: Table, form: Form | None) -> tuple[dict[str, Section], dict[str, dict[str, str]]]:
    """Section of each question and its text by language, from the form; without one, the file's own labels."""
    if form is None:
        return {}, {name: {"": text} for name, text in table.labels.items() if text}
    groups: dict[str, Section] = {}
    texts: dict[str, dict[str, str]] = {}
    for question in form.questions:
        path = question.path.rpartition("/")[0]
        if path:
            labels = question.group_labels[-1] if question.group_labels else {}
            groups[question.column] = Section(path, "group", _by_language(labels) or {"": path.rpartition("/")[2]})
        if question.labels:
            texts[question.column] = _by_language(question.labels)
    return groups, texts


def _by_language(labels: Mapping[str, str]) -> dict[str, str]:
    """A form's labels under id and en, or under "" where the form does not say which language it is."""
    found: dict[str, str] = {}
    for language, pattern in _LANGUAGES.items():
        for key, text in labels.items():
            if text and (key.casefold() == language or re.search(pattern, key.casefold())):
                found.setdefault(language, text)
    return found or {"": next((text for text in labels.values() if text), "")}


def _looks(table: Table, part: Roles, form: Form | None, where: Mapping[str, Section]) -> list[Look]:
    """Looks at all columns that may be items."""
    ratings = None if form is None else {one.column for one in form.questions if one.type == "select_one"}
    looks = []
    for name in table.columns:
        # Numbers and texts of a form are no ratings, nor is each choice of a question with several answers.
        of_form = ratings is None or name in ratings
        parent = name.rpartition("/")[0]
        option = bool(parent) and (parent in table.columns or where[name].kind == "")
        if name in part.taken or not of_form or option or about_persons(name):
            continue
        one = look(table, name, where[name])
        if one is not None:
            looks.append(one)
    return looks


def _items(table: Table, looks: list[Look], language: str) -> list[Block]:
    found = blocks(looks, language)
    if not found:
        raise ColumnError(
            f"{table.source} must have columns that look like items: several columns answered on one small scale, in "
            f"codes or in words; found none among {listed(table.columns, 20)}. Name the sheet if it is another one, or "
            "copy the example round and fill it in by hand."
        )
    return [*found, *strays(found, looks)]


def _private(part: Roles) -> list[Question]:
    if not part.personal:
        return []
    shown = listed((f"{name} ({kind})" for name, kind in part.personal.items()), 20)
    coded = not set(part.personal.values()) <= {"position", "attachment"}  # a code of a place tells nothing
    return [
        Question(
            "inputs.answers.private",
            f"Data pribadi dibuang saat dibaca: {shown}. "
            + ("Apakah ada yang perlu disimpan sebagai kode (`hmac`)?" if coded else "Setujukah?"),
            f"Personal data are dropped when the file is read: {shown}. "
            + ("Is any of it needed as a code (`hmac`)?" if coded else "Agreed?"),
        )
    ]


def _constant(table: Table, found: list[Block], where: Mapping[str, Section]) -> list[Question]:
    """Columns that stand in a series with items but hold one answer, or none."""
    items = {name for block in found for name in block.columns}
    keys = {block.section.key for block in found if block.section.kind in ("series", "group", "matrix")}
    left = [
        name
        for name in table.columns
        if name not in items and where[name].key in keys and len(table.distinct(name)[1]) < 2
    ]
    if not left:
        return []
    return [
        Question(
            "dictionary.csv",
            f"Kolom {listed(left)} hanya berisi satu jawaban atau kosong, jadi tidak dijadikan indikator. Benarkah?",
            f"Column {listed(left)} holds one answer only, or none, and was left out. Is that right?",
        )
    ]
