"""A draft written down: the folder of a new round, made aside and put in place whole."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml

from ikfs_methods.errors import InputFileError
from ikfs_methods.reading import safe_frame
from ikfs_methods.rounds.drafting.draft import Draft, draft, slug
from ikfs_methods.rounds.drafting.questions import Question

_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_OWN = {"round.yaml", "dictionary.csv", "scales.csv", "framework"}
_ROLES = ("id", "weight", "strata", "psu", "fpc", "group", "region", "region_codes", "started", "ended", "duration")


def new_round(
    folder: str | Path,
    source: str | Path,
    *,
    form: str | Path | None = None,
    sheet: str | None = None,
    language: str = "id",
) -> Draft:
    """Drafts a round from a data file (and its XLSForm) and writes it into a new folder; returns the draft.

    The folder gets copies of the file and the form, round.yaml, framework/framework.yaml, framework/indicators.csv,
    dictionary.csv and, where answers are words, scales.csv. It is made aside and renamed at the end, so that nothing
    half-made remains. The round's id is the folder's name; a date in it is the round's date. Raises InputFileError when
    the folder exists and holds anything, and whatever `draft` raises.
    """
    target = Path(folder).absolute()
    if target.is_dir() and any(target.iterdir()):
        raise InputFileError(
            f"a new round needs a folder that does not exist yet, or an empty one; {folder} holds files already. Give "
            "another name; nothing was written."
        )
    if target.exists() and not target.is_dir():
        raise InputFileError(f"a new round needs a folder; {folder} is a file. Give another name.")
    made = _named(draft(source, form=form, sheet=sheet, language=language), target.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ikfs-new-", dir=target.parent) as aside:
        # A folder inside the temporary one: that is private to its maker, the round's takes the usual rights.
        whole = Path(aside) / "round"
        _write(made, whole)
        if target.is_dir():
            target.rmdir()  # empty, as was seen above; some systems do not rename onto a folder
        whole.rename(target)
    return made


def _named(made: Draft, name: str) -> Draft:
    """The draft under its folder's name, with the date in it; without a date there the date is a question."""
    try:
        found = _DAY.search(name)
        return replace(made, id=slug(name), date=dt.date(*map(int, found.groups()))) if found else _undated(made, name)
    except ValueError:  # digits in the shape of a date that no calendar has
        return _undated(made, name)


def _undated(made: Draft, name: str) -> Draft:
    asked = Question(
        "date",
        f"Kapan FGD berlangsung, dan apa judulnya? Sementara ini dipakai tanggal berkas data ({made.date}).",
        f"When was the FGD, and what is its title? The date of the data file ({made.date}) stands in for it.",
    )
    return replace(made, id=slug(name), questions=(asked, *made.questions))


def _write(made: Draft, folder: Path) -> None:
    (folder / "framework").mkdir(parents=True)
    shutil.copyfile(made.source, folder / _data_name(made))
    if made.form is not None:
        shutil.copyfile(made.form, folder / _form_name(made))
    _text(folder / "round.yaml", "\n".join(_round_lines(made)) + "\n")
    _text(folder / "framework" / "framework.yaml", "\n".join(_framework_lines(made)) + "\n")
    _table(folder / "framework" / "indicators.csv", made.nodes)
    _table(folder / "dictionary.csv", made.dictionary)
    if len(made.scales):
        _table(folder / "scales.csv", made.scales)


def _data_name(made: Draft) -> str:
    """The name of the data file's copy, which must not be that of a file that is drafted beside it."""
    name = made.source.name
    return f"answers-{name}" if name.casefold() in _OWN else name


def _form_name(made: Draft) -> str:
    name = made.form.name if made.form is not None else ""
    return f"form-{name}" if name.casefold() in {*_OWN, _data_name(made).casefold()} else name


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _table(path: Path, frame: pd.DataFrame) -> None:
    # With a byte order mark: people open these tables in Excel, which otherwise takes UTF-8 for cp1252. Headings and
    # answers of the survey stand in them, and some spreadsheets would run those that look like formulas.
    safe_frame(frame).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _said(text: object) -> str:
    """A value as YAML in one line, quoted wherever it could be read as anything but itself."""
    if text is None:
        return "null"
    return yaml.safe_dump(str(text), allow_unicode=True, default_style='"', width=10**6).strip()


def _both(texts: dict[str, str]) -> str:
    return f"{{id: {_said(texts['id'])}, en: {_said(texts['en'])}}}"


def _round_lines(made: Draft) -> Iterator[str]:
    yield f"# A draft, made from {made.source.name}: guessed wherever it says so. Correct what is wrong, answer what is"
    yield "# open, take its entry out of `open`, and run `ikfs check` on this folder until nothing is left."
    yield f"id: {made.id}"
    yield f"title: {_both(dict(made.title))}"
    yield f"date: {made.date.isoformat()}"
    yield "framework: framework # what is measured: dimensions and indicators, in framework/indicators.csv"
    yield "previous: null # or the folder of the round before"
    yield f"language: {made.language}"
    yield "inputs:"
    yield "  answers:"
    yield f"    file: {_said(_data_name(made))}"
    if made.sheet is not None:
        yield f"    sheet: {_said(made.sheet)}"
    if made.form is not None:
        yield f"    form: {_said(_form_name(made))}"
    yield "    # columns of the file; null where it has none"
    for role in _ROLES:
        yield f"    {role}: {_said(made.answers.get(role))}"
    yield "    dictionary: dictionary.csv # which column holds which indicator; status: guessed, open or confirmed"
    if len(made.scales):
        yield "    scales: scales.csv # the code of each answer in words"
    yield "    corrections: null # or a file of corrections, each with its reason"
    if made.private:
        yield "    private: # guessed: dropped when the file is read (or `hmac`: replaced by a keyed code)"
        yield from (f"      {_said(name)}: drop # {kind}" for name, kind in made.private.items())
    yield "  panel: null # tables of the FGD, when there are any: panel, judgements, budget, participants, review"
    yield "# What nobody has answered yet; the report shows it too."
    yield "open:" if made.questions else "open: []"
    for question in made.questions:
        yield f"  - about: {_said(question.about)}"
        yield f"    question: {_both({'id': question.id, 'en': question.en})}"
    yield "parameters: {} # `ikfs parameters` lists them"
    yield "decisions: []"
    yield "method_decisions: []"


def _framework_lines(made: Draft) -> Iterator[str]:
    yield f"# What is measured, drafted from {made.source.name}; nobody has settled it yet."
    yield f"id: {made.id}"
    yield f"name: {_both(dict(made.title))}"
    yield 'version: "0"'
    yield "status: unverified"
    yield "source: {id: belum ditetapkan, en: to be decided}"
    yield "normalisation: scale # 0-100 by scale_min and scale_max in indicators.csv"
    yield "aggregation: [arithmetic, arithmetic] # indicators to dimensions, dimensions to the index"
    yield "order: respondent-first"
    yield "classes: []"
