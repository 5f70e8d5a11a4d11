"""One expert's form: its sheets, and the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence

from openpyxl.workbook import Workbook

from ikfs_methods.forms.asked import WAYS, Asked
from ikfs_methods.forms.drawing import Lists, Page
from ikfs_methods.forms.layout import ANSWER, INSTITUTION, README, TEXT
from ikfs_methods.forms.rating_sheet import rating_sheet
from ikfs_methods.forms.ratings import Earlier
from ikfs_methods.forms.setting import Setting
from ikfs_methods.forms.weighing_sheets import Desk, weighing_sheets
from ikfs_methods.report.language import Words

FORM = "ikfs form"
# Cells of a spreadsheet hold 32,767 characters.
_CHUNK = 20_000
_CLOCK = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def form(
    setting: Setting,
    asked: Asked,
    expert: str,
    *,
    institution: str,
    institutions: Sequence[str],
    earlier: Earlier | None,
) -> bytes:
    """The XLSX of one expert in the setting's language; `institutions` are offered where his own is asked."""
    words = Words(setting.language)
    book = Workbook()
    book.remove(book.active)
    lists = Lists(book, _facts(asked, expert, setting.language))
    _readme(book, lists, setting, asked, words, expert=expert, institution=institution, institutions=institutions)
    if asked.criteria:
        rating_sheet(book, lists, setting, asked, words, earlier=earlier, expert=expert)
    weighing_sheets(Desk(book, lists, setting, words, f"{asked.round} · {expert}"), asked)
    # The hidden sheet goes last, so that no program opens the file on it.
    book.move_sheet(lists.sheet, offset=len(book.sheetnames))
    book.active = 0
    book.security.lockStructure = True
    moment = dt.datetime.combine(setting.file.date, dt.time())
    facts = book.properties
    facts.creator = facts.lastModifiedBy = "ikfs"
    facts.title, facts.language = str(setting.file.title[setting.language]), setting.language
    facts.created = facts.modified = moment
    book.calculation.fullCalcOnLoad = True
    target = io.BytesIO()
    book.save(target)
    return _same_bytes(target.getvalue(), moment)


def _facts(asked: Asked, expert: str, language: str) -> list[tuple[str, str]]:
    text = asked.text()
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    return [
        (FORM, "1"),
        ("round", asked.round),
        ("expert", expert),
        ("language", language),
        ("delphi_round", str(asked.delphi)),
        ("fingerprint", asked.fingerprint),
        *(("asked", chunk) for chunk in chunks),
    ]


def _readme(
    book: Workbook, lists: Lists, setting: Setting, asked: Asked, words: Words, *, expert: str, institution: str,
    institutions: Sequence[str],
) -> None:  # fmt: skip
    footer = f"{asked.round} · {expert}"
    page = Page(book, words("read me"), (README,), [TEXT, ANSWER], footer=footer)
    page.widths(**{TEXT: 60, ANSWER: 60})
    page.line(str(setting.file.title[words.language]), bold=True, size=14)
    page.line(words("Form of expert {expert}", expert=expert), bold=True, size=12)
    page.line(words("FGD of {date}, round {round}", date=words.date(setting.file.date), round=asked.round))
    if asked.delphi > 1:
        page.line(words("Delphi round {number}", number=asked.delphi), bold=True)
    page.row += 1
    page.start(INSTITUTION)
    page.text(TEXT, words("Your institution or field of expertise"), bold=True)
    page.fill(ANSWER, institution or None, centred=False)
    if institutions:
        page.offer(page.at(ANSWER), lists.reference(list(institutions)), ("", ""), strict=False)
    page.empty(page.at(ANSWER), page.at(ANSWER))
    page.row += 1
    for number, text in enumerate(_steps(asked, words), 1):
        page.line(f"{number}. {text}")


def _steps(asked: Asked, words: Words) -> list[str]:
    said = [words("Fill the yellow cells; they turn white once they are filled. Other cells are locked.")]
    if asked.criteria:
        said.append(
            words(
                "On the sheet {sheet}: rate each indicator and write what you want to say about it.",
                sheet=words("ratings"),
            )
        )
    told = {
        "ahp": words("On the sheets {sheet}: say which of two matters more, and how much.", sheet=words("pairs")),
        "budget": words("On the sheets {sheet}: share out 100 points; the line above the table counts.",
                        sheet=words("points")),
        "best_worst": words("On the sheets {sheet}: choose the most and the least important, and compare with both.",
                            sheet=words("best and worst")),
    }  # fmt: skip
    said += [told[way] for way in WAYS if asked.children(way)]
    said += [
        words("All candidate indicators are shown, also those that the meeting may drop: each is judged on its own."),
        words("Leave a cell empty if you cannot judge; an empty cell counts as no answer."),
        words("Write no names, telephone numbers or other personal data, neither of yourself nor of others."),
        words("Save the file under the same name and hand it back."),
    ]
    return said


def _same_bytes(content: bytes, moment: dt.datetime) -> bytes:
    """The package with its members in the order of their names, without the clock of this run."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        # [Content_Types].xml sorts first, where readers expect it
        for name in sorted(old.namelist()):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            data = old.read(name)
            if name == "docProps/core.xml":
                # openpyxl writes the time of saving there, whatever it is told.
                data = _CLOCK.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", data)
            new.writestr(member, data)
    return target.getvalue()
