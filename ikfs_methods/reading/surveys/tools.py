"""Exports of survey tools as plain tables: KoboToolbox and ODK with their form or without, and Google Forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, IkfsError, Problems
from ikfs_methods.reading.surveys.choices import codebook, one_choice, styles_of
from ikfs_methods.reading.surveys.form import SELECT_MULTIPLE, SELECT_ONE, Choice, Form, Question
from ikfs_methods.reading.surveys.headings import SYSTEM, Part, headings, last_segment, refuse_repeat_group
from ikfs_methods.reading.surveys.multiple import several_choices
from ikfs_methods.reading.table import Step, Table
from ikfs_methods.reading.times import looks_like_times

# Names that hardly stand in a file by chance; two of them make it an export of these tools.
_MARKS = frozenset({
    "_id", "_uuid", "_submission_time", "__version__", "_xform_id_string", "_validation_status", "_submitted_by",
    "formhub/uuid", "meta/instanceID", "meta-instanceID", "instanceID", "KEY", "SubmissionDate",
})  # fmt: skip
_STAMPS = ("timestamp", "stempel waktu", "cap waktu")
_GRID = re.compile(r"(?P<question>.*\S)\s*\[(?P<row>[^\[\]]+)\]")
_SILENT = ("note", "audit", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "hidden")


def named_by_form(table: Table, form: Form) -> Table:
    """An export of KoboToolbox or ODK with the form's names: question names as columns, names of choices as answers.

    Headings may be names, with groups or without, or labels in any language of the form; answers may be names of
    choices or their labels. A select_multiple becomes its summary (names joined by a blank, in the form's order) and a
    column `question/choice` of 1 and 0 for each choice. The tool's own columns keep their plain names, columns that the
    form does not know stay as they are; the log says so, and which questions of the form the file lacks. `labels` and
    `value_labels` (of select_one) are the form's, in its default language.

    Raises ColumnError for a heading that fits two questions, two columns for one question, a select_multiple that
    contradicts itself, or the sheet of a repeat group; DictionaryError for an answer that is no choice.
    """
    export = _Export(table, form)
    columns: dict[str, pd.Series] = {}
    steps: list[Step] = []
    problems = Problems()
    done: set[str] = set()
    for heading, part in export.parts.items():
        several = part is not None and part.question is not None and part.question.type == SELECT_MULTIPLE
        whole = part.question.column if several and part and part.question else heading
        if whole in done:
            continue
        done.add(whole)
        try:
            made, told = export.column(heading, part)
        except IkfsError as error:
            problems.add(error)
            continue
        columns |= made
        steps += told
    problems.raise_any()
    steps += _lacking(form, export.parts)
    named = table.with_cells(pd.DataFrame(columns, index=table.cells.index), *steps)
    choices = {
        book.question.column: {choice.name: form.label(choice) for choice in form.choices_of(book.question)}
        for book in export.books.values()
        if book.question.type == SELECT_ONE
    }
    labels = {**named.labels, **_question_texts(form, columns)}
    return replace(named, labels=labels, value_labels={**named.value_labels, **choices})


class _Export:
    """A file with the meaning of its headings and the way in which it writes its answers."""

    def __init__(self, table: Table, form: Form) -> None:
        self.table, self.form = table, form
        self.parts = headings(table, form)
        self.books = {
            heading: codebook(form, part.question)
            for heading, part in self.parts.items()
            if part and part.question and part.answers and _has_choices(form, part.question)
        }
        self.styles = styles_of(table, self.books)

    def column(self, heading: str, part: Part | None) -> tuple[dict[str, pd.Series], list[Step]]:
        """What one column of the file becomes, by name, and what was done; a select_multiple becomes several."""
        cells, filled = self.table.cells[heading], int(self.table.filled(heading).sum())
        if part is None:
            return {heading: cells}, [("form", heading, filled, "not in the form; kept as it is")]
        question = part.question
        if question is None:
            told = f"column {heading!r} is the survey tool's own record; kept"
            return {part.name: cells}, [("form", part.name, filled, told)]
        if question.type == SELECT_MULTIPLE and _has_choices(self.form, question):
            return self._multiple(question)
        where = f"column {heading!r} is question {question.path!r} of the form"
        if heading not in self.books:
            return {part.name: cells}, [("form", part.name, 0, where)] if heading != part.name else []
        values, changed = one_choice(self.table, heading, self.books[heading], self.styles)
        if changed:
            where += "; labels of choices became names"
        return {part.name: values}, [("form", part.name, changed, where)] if changed or heading != part.name else []

    def _multiple(self, question: Question) -> tuple[dict[str, pd.Series], list[Step]]:
        own = {heading: part for heading, part in self.parts.items() if part and part.question == question}
        summary = next((heading for heading, part in own.items() if part.answers), None)
        details = {part.option: heading for heading, part in own.items() if part.option}
        book = codebook(self.form, question)
        chosen = several_choices(self.table, book, self.styles, summary=summary, details=details)
        columns = {question.column: chosen.summary}
        columns |= {f"{question.column}/{name}": chosen.options[name] for name in chosen.options.columns}
        origin = "columns of its options made from the summary"
        if details:
            origin = "summary and options agree" if summary else "summary made from the columns of its options"
        filled = int((chosen.summary != "").sum())
        steps: list[Step] = [("form", question.column, filled, f"question {question.path!r}: {origin}")]
        if chosen.completed:
            told = f"question {question.path!r}: the file writes only what was chosen; the other options became 0"
            steps.append(("form", question.column, chosen.completed, told))
        return columns, steps


def _has_choices(form: Form, question: Question) -> bool:
    return question.type in (SELECT_ONE, SELECT_MULTIPLE) and bool(form.choices_of(question))


def _lacking(form: Form, parts: dict[str, Part | None]) -> Iterator[Step]:
    """Questions of the form that the file has no column for; a form changes while a survey runs."""
    found = {part.question.column for part in parts.values() if part and part.question}
    lacking = [one for one in form.questions if one.column not in found and one.type not in _SILENT]
    for question in lacking:
        where = f"in the sheet of the repeat group {question.repeat!r}" if question.repeat else "no such column"
        yield "form", question.column, 0, f"question {question.path!r} of the form is not in this file: {where}"


def _question_texts(form: Form, columns: dict[str, pd.Series]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for question in form.questions:
        labelled: list[tuple[str, Question | Choice]] = [(question.column, question)]
        if question.type == SELECT_MULTIPLE:
            labelled += [(f"{question.column}/{choice.name}", choice) for choice in form.choices_of(question)]
        for name, one in labelled:
            own = form.label(question)
            if name in columns and question.labels:
                texts[name] = own if one is question else f"{own}: {form.label(one)}"
    return texts


def named_by_survey_tool(table: Table) -> Table:
    """An export without its form, made plain: groups cut off Kobo's and ODK's headings, Google's headings in one line.

    Kobo and ODK are known by their own columns; the group is cut off wherever the rest names no other column. Google
    Forms is known by a first column Timestamp (Stempel waktu, Cap waktu) with times in it; its headings are the
    questions, those of a grid `question [row]`. Any other table comes back as it is.

    Raises ColumnError for the sheet of a repeat group, and for headings of Google's that differ in blanks alone.
    """
    columns = table.columns
    if len(_MARKS & set(columns)) >= 2:
        refuse_repeat_group(table)
        return _without_groups(table, "-" if "KEY" in columns or "meta-instanceID" in columns else "/")
    if columns and " ".join(columns[0].split()).casefold() in _STAMPS and not table.is_number(columns[0]):
        _, texts = table.distinct(columns[0])
        if looks_like_times(texts):
            return _google(table)
    return table


def _without_groups(table: Table, separator: str) -> Table:
    columns = table.columns
    short = {name: _shortened(name, table, separator) for name in columns}
    counts = Counter(short.values())
    renamed = {name: new if counts[new] == 1 else name for name, new in short.items()}
    steps: list[Step] = []
    for name, new in renamed.items():
        if new != name:
            steps.append(("survey tool", new, 0, f"group cut off the heading {name!r}"))
        elif short[name] != name:
            steps.append(("survey tool", name, 0, f"group kept in the heading: {short[name]!r} would name two columns"))
    own = [renamed[name] for name in columns if last_segment(name) in SYSTEM]
    steps.append(("survey tool", "", 0, f"KoboToolbox or ODK, by its own columns: {listed(own, 40)}"))
    return _renamed(table, renamed, steps)


def _shortened(name: str, table: Table, separator: str) -> str:
    """The heading without its groups; an option of a select_multiple keeps the question before it."""
    if separator not in name.strip("_"):
        return name
    path = name.split(separator)
    parent = separator.join(path[:-1])
    if len(path) > 1 and (parent in table.columns or _only_options(table, parent + separator)):
        return "/".join(path[-2:])
    return path[-1]


def _only_options(table: Table, prefix: str) -> bool:
    """Whether all columns with this prefix hold nothing but 1 and 0: then it is a question and they its options."""
    members = [name for name in table.columns if name.startswith(prefix) and not prefix.startswith("meta")]
    texts = {text.casefold() for name in members for text in table.distinct(name)[1]}
    return len(members) > 1 and bool(texts) and texts <= {"0", "1", "true", "false"}


def _google(table: Table) -> Table:
    renamed = {name: " ".join(name.split()) for name in table.columns}
    twice = [name for name, count in Counter(renamed.values()).items() if count > 1]
    if twice:
        raise ColumnError(
            f"{table.source}: column names must be unique; these differ in blanks or line breaks alone: "
            f"{listed(map(repr, twice))}. Rename one of them in the form or in the file."
        )
    changed = [new for name, new in renamed.items() if new != name]
    grids = Counter(match["question"] for name in renamed.values() if (match := _GRID.fullmatch(name)))
    steps: list[Step] = [("survey tool", "", 0, f"Google Forms, by its first column {table.columns[0]!r}")]
    steps += [("survey tool", new, 0, "blanks and line breaks of the heading collapsed") for new in changed]
    steps += [("survey tool", "", 0, f"grid {question!r} of {count} rows") for question, count in grids.items()]
    return _renamed(table, renamed, steps)


def _renamed(table: Table, names: dict[str, str], steps: list[Step]) -> Table:
    moved = replace(
        table,
        labels={names.get(name, name): text for name, text in table.labels.items()},
        value_labels={names.get(name, name): codes for name, codes in table.value_labels.items()},
    )
    return moved.with_cells(table.cells.rename(columns=names), *steps)
