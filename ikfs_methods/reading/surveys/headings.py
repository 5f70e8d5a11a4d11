"""What each heading of a survey tool's export stands for: a question, one of its options, or the tool's own record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, Problems
from ikfs_methods.reading.surveys.form import SELECT_MULTIPLE, Form, Question, folded
from ikfs_methods.reading.table import Table

# What Kobo, ODK Collect, Briefcase and Central add of their own.
SYSTEM = frozenset({
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__",
    "_version_", "_tags", "_index", "_parent_index", "_parent_table_name", "_xform_id_string", "_attachments",
    "_geolocation", "_bamboo_dataset_id", "_duration", "start", "end", "today", "deviceid", "subscriberid", "simserial",
    "simid", "imei", "username", "phonenumber", "email", "audit", "uuid", "instanceID", "instanceName", "rootUuid",
    "deprecatedID", "SubmissionDate", "KEY", "PARENT_KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent",
    "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion",
})  # fmt: skip
REPEAT = ("_parent_index", "_parent_table_name", "PARENT_KEY")
SEPARATORS = ("/", "-", ".", ":", "__", "_", "|", " / ")
NAMES = "names"
# Kobo writes _place_latitude; ODK writes place-Latitude, and says accuracy for precision.
_POSITION = {"latitude": "Latitude", "longitude": "Longitude", "altitude": "Altitude", "precision": "Accuracy"}
_PLACES = ("geopoint",)


@dataclass(frozen=True, slots=True)
class Part:
    """What a column holds: `name` is its column in the result; `option` a choice of a select_multiple."""

    name: str
    question: Question | None = None
    option: str = ""

    @property
    def answers(self) -> bool:
        """Whether the column holds the answer itself: not one option of it, nor a part of a position."""
        return self.question is not None and self.name == self.question.column

    def told(self) -> str:
        """The part for a message."""
        if self.question is None:
            return f"column {self.name!r} of the survey tool"
        return (
            f"option {self.option!r} of {self.question.path!r}" if self.option else f"question {self.question.path!r}"
        )


def headings(table: Table, form: Form) -> dict[str, Part | None]:
    """The part behind each column of the table, None where the form knows none.

    Raises ColumnError for a sheet of a repeat group, a heading that fits two questions, or two columns for one.
    """
    # No reader gives a name twice; a table built by hand may have one.
    repeated = [name for name, count in Counter(table.columns).items() if count > 1]
    refuse_repeat_group(table)
    styles = _styles(form)
    options = {heading: _options(heading, styles) for heading in dict.fromkeys(table.columns)}
    votes = Counter(style for found in options.values() for style in found)
    # An export writes all of its headings in one way, so that way decides where two would fit.
    parts = {heading: _by_votes(found, votes) for heading, found in options.items()}
    taken = {next(iter(found)) for found in parts.values() if len(found) == 1}
    problems = Problems()
    result: dict[str, Part | None] = {}
    for heading, found in parts.items():
        left = {name: part for name, part in found.items() if name not in taken} if len(found) > 1 else found
        if len(left) > 1 or heading in repeated:
            problems.add(_ambiguous(table, heading, (left or found).values()))
        result[heading] = next(iter(left.values())) if left else _leftover(heading, form, taken, table.columns)
    problems.raise_any()
    _refuse_doubles(table, result)
    return result


def refuse_repeat_group(table: Table) -> None:
    """ColumnError for the sheet of a repeat group."""
    inner = [name for name in REPEAT if name in table.columns]
    if inner:
        raise ColumnError(
            f"{table.source}: one row a respondent is needed; the column {inner[0]!r} shows that this is the sheet of "
            "a repeat group, with a row for each of its members. Name the main sheet (`sheet:` in round.yaml), and "
            "bring what you need of the repeat group into it, as a count or a mean."
        )


def last_segment(heading: str) -> str:
    """A heading without the groups before it, as Kobo (/) and, of its own columns, ODK (-) write them."""
    last = heading.rsplit("/", 1)[-1]
    return last.rsplit("-", 1)[-1] if last.startswith("meta-") else last


def _styles(form: Form) -> dict[str, dict[str, dict[str, Part]]]:
    """For each way to write headings (names, or the labels of a language): the parts by heading."""
    styles: dict[str, dict[str, dict[str, Part]]] = {}
    for style in (NAMES, *(f"label:{language}" for language in form.languages)):
        known: dict[str, dict[str, Part]] = defaultdict(dict)
        for question in form.questions:
            for heading, part in _written(form, question, style):
                known[heading if style == NAMES else folded(heading)].setdefault(part.name, part)
        styles[style] = dict(known)
    return styles


def _written(form: Form, question: Question, style: str) -> Iterator[tuple[str, Part]]:
    """The headings that a question and what belongs to it can have."""
    language = style.partition(":")[2]

    def word(labels: Mapping[str, str], name: str) -> str:
        return labels.get(language, name) if language else name  # Kobo, too, writes the name where a label lacks

    own = word(question.labels, question.name)
    groups = [word(labels, labels[""]) for labels in question.group_labels]
    for separator in SEPARATORS if groups else SEPARATORS[:1]:
        yield separator.join([*groups, own]), Part(question.column, question)
    yield own, Part(question.column, question)
    prefixes = dict.fromkeys(["", *(separator.join([*groups, ""]) for separator in SEPARATORS if groups)])
    if question.type == SELECT_MULTIPLE:
        for choice in form.choices_of(question):
            part = Part(f"{question.column}/{choice.name}", question, choice.name)
            for prefix in prefixes:
                for separator in SEPARATORS:
                    yield f"{prefix}{own}{separator}{word(choice.labels, choice.name)}", part
    if question.type in _PLACES:
        for kobo, odk in _POSITION.items():
            part = Part(question.column.removesuffix(question.name) + f"_{question.name}_{kobo}", question)
            for prefix in prefixes:
                yield f"{prefix}_{own}_{kobo}", part
                for separator in SEPARATORS:
                    yield f"{prefix}{own}{separator}{odk}", part


def _options(heading: str, styles: Mapping[str, Mapping[str, dict[str, Part]]]) -> dict[str, dict[str, Part]]:
    """The styles in which the heading means something, and what."""
    found = {style: known.get(heading if style == NAMES else folded(heading)) for style, known in styles.items()}
    return {style: parts for style, parts in found.items() if parts}


def _by_votes(found: Mapping[str, dict[str, Part]], votes: Mapping[str, int]) -> dict[str, Part]:
    """What a heading means in the style that explains most headings of the file; in all of them at a tie."""
    most = max((votes[style] for style in found), default=0)
    merged: dict[str, Part] = {}
    for style, parts in found.items():
        if votes[style] == most:
            merged |= parts
    return merged


def _leftover(heading: str, form: Form, taken: set[str], columns: list[str]) -> Part | None:
    """A heading that the form does not explain as it stands: moved to another group since, or the tool's own."""
    last = last_segment(heading)
    moved = [one for one in form.questions if one.name == last and one.column not in taken]
    if last != heading and len(moved) == 1:
        return Part(moved[0].column, moved[0])
    if last not in SYSTEM:
        return None
    alone = [last_segment(column) for column in columns].count(last) == 1 and last not in taken
    return Part(last if alone else heading)


def _ambiguous(table: Table, heading: str, parts: Iterable[Part]) -> ColumnError:
    told = listed((part.told() for part in parts), 4) or "no question of the form"
    return ColumnError(
        f"{table.source}, column {heading!r}: a heading must belong to one question; this one fits {told}"
        + (", and stands in the file more than once" if table.columns.count(heading) > 1 else "")
        + ". Export the data again with XML values and headers, and with the groups in the headings."
    )


def _refuse_doubles(table: Table, result: Mapping[str, Part | None]) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for heading, part in result.items():
        places[part.name if part else heading].append(heading)
    problems = Problems()
    for name, columns in places.items():
        if len(columns) > 1:
            part = result[columns[0]]
            problems.add(
                ColumnError(
                    f"{table.source}: a question must stand in one column; {listed(map(repr, columns))} are both "
                    f"{part.told() if part else repr(name)}. Keep the column that holds the answers, or export one "
                    "version of the form."
                )
            )
    problems.raise_any()
