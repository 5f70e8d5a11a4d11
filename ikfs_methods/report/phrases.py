"""Sentences that another part of the package wrote, told in the report's language and with its numbers.

The log of the gate and the notes of the screening are made where no report is in sight. Each is one of the forms
below with names and numbers in its places; here it is recognised and said again. What is not recognised stays.
"""

from __future__ import annotations

import re
from functools import cache

from ikfs_methods.answers.screening import notes
from ikfs_methods.report.language import N_, Words

# What the readers, the privacy gate and the dictionary write into the log and among the open questions.
GATE = (
    N_("cells separated by {mark}"),
    N_("blanks at the ends of cells taken away"),
    N_("rows without any cell filled: passed over"),
    N_("no heading and no cells: passed over"),
    N_("{encoding}, as declared"),
    N_("{sheet}, as declared (hidden in the workbook)"),
    N_("{encoding}, by its mark"),
    N_("not UTF-8: read as cp1252 (Western Windows), {count} letters beyond ASCII"),
    N_("{sheet}, the only visible one that holds something"),
    N_("hidden sheets passed over: {sheets}"),
    N_("{count} hidden row(s) of the sheet were read like the others"),
    N_("hidden columns read like the others: {columns}"),
    N_("formulas: the values stored with them were taken"),
    N_("dates and times written as ISO 8601"),
    N_("{codes} emptied"),
    N_(
        "numbers of 16 digits or more, stored as quantities: their last digits may have been lost before the file was "
        "written (identity numbers must be stored as text)"
    ),
    N_("the row numbers of pandas: left out"),
    N_("not in the form; kept as it is"),
    N_("column {column} is the survey tool's own record; kept"),
    N_("column {column} is question {question} of the form"),
    N_("column {column} is question {question} of the form; labels of choices became names"),
    N_("question {question}: columns of its options made from the summary"),
    N_("question {question}: summary and options agree"),
    N_("question {question}: summary made from the columns of its options"),
    N_("question {question}: the file writes only what was chosen; the other options became 0"),
    N_("question {question} of the form is not in this file: in the sheet of the repeat group {group}"),
    N_("question {question} of the form is not in this file: no such column"),
    N_("group cut off the heading {heading}"),
    N_("group kept in the heading: {heading} would name two columns"),
    N_("KoboToolbox or ODK, by its own columns: {columns}"),
    N_("Google Forms, by its first column {column}"),
    N_("blanks and line breaks of the heading collapsed"),
    N_("grid {question} of {count} rows"),
    N_("dropped, as declared"),
    N_("dropped, as declared ({kind})"),
    N_("replaced by pseudonyms (HMAC-SHA-256, {digits} hex digits)"),
    N_("replaced by pseudonyms (HMAC-SHA-256, {digits} hex digits) ({kind})"),
    N_(
        "replaced by pseudonyms (HMAC-SHA-256, {digits} hex digits); {spellings} spellings are {values} values once "
        "blanks, marks and case are put aside"
    ),
    N_(
        "replaced by pseudonyms (HMAC-SHA-256, {digits} hex digits); {spellings} spellings are {values} values once "
        "blanks, marks and case are put aside ({kind})"
    ),
    N_("codes written as decimal numbers ({codes}) were read as two digits"),
    N_("all codes are also codes of {other}; {system} was assumed, as declared: {codes}"),
    N_("column {column}: {question}"),
    N_("columns {columns}: {question}"),
)
FORMS = (*GATE, *notes.FORMS)
_WORDS = (N_("a comma"), N_("a semicolon"), N_("a tab"), N_("a vertical bar"))
_NUMBER = re.compile(r"-?\d+\.\d+")
# Places that hold a number of things; elsewhere digits may be a code or a row.
_COUNTS = ("count", "expected", "n", "negative", "pairs", "patterns", "single", "spellings", "unknown", "values")
_SENTENCE = re.compile(r"(?<=[.:]) ")


def retold(text: str, words: Words) -> str:
    """The text in the words' language, sentence by sentence, where it has the known forms; else as it is."""
    if not text:
        return text
    parts, said = _SENTENCE.split(text), []
    while parts:
        # The longest beginning that has a known form; what no form begins with is passed on by one sentence.
        tried = ((count, _whole(" ".join(parts[:count]), words)) for count in range(len(parts), 0, -1))
        count, found = next(((count, found) for count, found in tried if found is not None), (1, parts[0]))
        said.append(found)
        parts = parts[count:]
    return " ".join(said)


def _whole(text: str, words: Words) -> str | None:
    for form, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return words(form, **{name: _said(name, value, words) for name, value in found.groupdict().items()})
    return None


def _said(place: str, value: str, words: Words) -> str:
    if value in _WORDS:
        return words(value)
    if place in _COUNTS and value.isdigit():
        return words.integer(int(value))
    return words.plain(float(value)) if _NUMBER.fullmatch(value) else value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every form as a pattern whose groups are its places."""
    made = []
    for form in FORMS:
        parts = re.split(r"{(\w+)}", form)
        pattern = "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
        made.append((form, re.compile(pattern, flags=re.DOTALL)))
    return tuple(made)
