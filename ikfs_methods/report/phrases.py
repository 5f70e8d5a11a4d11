"""Sentences that another part of the package wrote, told in the report's language and with its numbers.

The log of the gate, the notes of the screening and those of a drafted dictionary are made where no report is in sight.
Each is one of the forms below with names and numbers in its places; here it is recognised and said again. What is not
recognised stays, and so does what stands in the cells of a file, whatever it looks like.
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
    N_("{encoding}, as the file says"),
    N_("an old Stata file that is not UTF-8: read as cp1252 (Western Windows)"),
    N_("the file says that it has value labels for {names} and holds none; it may have lost its end"),
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
    N_("taken as they stand: {count} of {n} are no provinces' names"),
    N_("codes written as decimal numbers ({codes}) were read as two digits"),
    N_("all codes are also codes of {other}; {system} was assumed, as declared: {codes}"),
    N_("column {column}: {remark}"),
    N_("columns {columns}: {remark}"),
    N_("guessed"),
)
# What the draft of a dictionary notes beside an item: what its scale was taken from, and what is doubtful about it.
# The longest come first: a shorter one would take the rest for labels.
DRAFTED = (
    N_(
        "scale taken from {basis}; no answer: {codes}; not explained by it, with no code in scales.csv: {strange}; "
        "{doubt}"
    ),
    N_("scale taken from {basis}; no answer: {codes}; not explained by it, with no code in scales.csv: {strange}"),
    N_("scale taken from {basis}; not explained by it, with no code in scales.csv: {strange}; {doubt}"),
    N_("scale taken from {basis}; not explained by it, with no code in scales.csv: {strange}"),
    N_("scale taken from {basis}; no answer: {codes}; {doubt}"),
    N_("scale taken from {basis}; no answer: {codes}"),
    N_("scale taken from {basis}; {doubt}"),
    N_("scale taken from {basis}"),
)
BASES = (
    N_("the file's own labels ({labels})"),
    N_("the codes that occur ({low} to {high})"),
    N_("the codes that occur ({codes})"),
    N_("the words of the answers ({family}, {count} points)"),
    N_("the words of the answers ({family}, as elsewhere in the file)"),
    N_("the numbers in front of the answers"),
    N_("the answers {labels}"),
)
DOUBTS = (
    N_(
        "the scale in scales.csv does not explain {strange}, so it may be another one: give each its code there (now "
        "`?`); {reason}; read as {labels}: correct the codes in scales.csv, and scale_min and scale_max in "
        "indicators.csv"
    ),
    N_(
        "the scale in scales.csv does not explain {strange}, so it may be another one: give each its code there (now "
        "`?`)"
    ),
    N_(
        "{label} has a low code, so high codes mean less; set `direction` to -1 in indicators.csv where high values "
        "must mean more"
    ),
    N_(
        "is {low} to {high} the whole scale, or were other points offered that nobody chose? Set scale_min and "
        "scale_max in indicators.csv"
    ),
    N_("is that the whole scale?"),
    N_(
        "in the order of the form's choices; check the code of each answer in scales.csv, or take the columns out if "
        "they are no ratings"
    ),
    N_(
        "no known scale has them, so write the code of each answer in scales.csv, or take the columns out if they are "
        "no ratings"
    ),
    N_("{reason}; read as {labels}: correct the codes in scales.csv, and scale_min and scale_max in indicators.csv"),
)
REASONS = (
    N_("two answers stand for one point"),
    N_("it may be a scale of {count} points, but also one of {others}"),
    N_("nobody chose {labels}, if there was such an answer"),
    N_("it may be a part of a longer scale"),
)
FORMS = (*DRAFTED, *GATE, *notes.FORMS)
# Families of wordings: data/reference/likert.csv.
FAMILIES = (
    N_("ability"), N_("agreement"), N_("amount"), N_("confidence"), N_("ease"), N_("frequency"), N_("importance"),
    N_("level"), N_("quality"), N_("satisfaction"), N_("suitability"), N_("truth"), N_("yes-no"),
)  # fmt: skip
# Kinds of personal data; nik and kk are called so in both languages.
KINDS = (
    N_("account"), N_("address"), N_("attachment"), N_("birth date"), N_("device"), N_("email"),
    N_("identity number"), N_("name"), N_("phone"), N_("position"), N_("user"),
)  # fmt: skip
MARKS = (N_("a comma"), N_("a semicolon"), N_("a tab"), N_("a vertical bar"))
# Places that hold a number of things; elsewhere digits may be a code, a row or a cell of the file.
_COUNTS = ("count", "expected", "n", "negative", "pairs", "patterns", "single", "spellings", "unknown", "values")
_DECIMALS = ("expected", "low", "high")
_DECIMAL = re.compile(r"-?\d+\.\d+")
# Places whose value is a form again: one of these, or any ("remark").
_WITHIN = {"basis": BASES, "doubt": DOUBTS, "reason": REASONS}
_CHOSEN = {"kind": KINDS, "mark": MARKS, "family": FAMILIES}
# Places that hold names in a row, of which the last may be "and 3 more".
_LISTS = ("codes", "columns", "labels", "names", "pairs", "sheets", "strange")
_FEW = re.compile(r"(?<=\()fewer than (?P<n>\d+)(?=\))")
_MORE = re.compile(r"(?P<names>.+) and (?P<n>\d+) more", flags=re.DOTALL)
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


def listed_again(names: str, words: Words) -> str:
    """Names in a row as they are; only a tail "and 3 more" is told in the words' language."""
    found = _MORE.fullmatch(names)
    if not found:
        return names
    return words("{names} and {n} more", names=found["names"], n=words.integer(int(found["n"])))


def _whole(text: str, words: Words, forms: tuple[str, ...] = FORMS) -> str | None:
    for form, pattern in _patterns(forms):
        found = pattern.fullmatch(text)
        if found:
            return words(form, **{name: _said(name, value, words) for name, value in found.groupdict().items()})
    return None


def _said(place: str, value: str, words: Words) -> str:
    """What stands in one place of a form, told again as that place is."""
    if place == "remark":
        return retold(value, words)
    if place in _WITHIN:
        return _whole(value, words, _WITHIN[place]) or value
    if place == "others":
        joint = words("or")
        return f" {joint} ".join(value.split(" or "))
    if place in _LISTS:
        few = _FEW.sub(lambda found: words("fewer than {n}", n=found["n"]), value) if place == "strange" else value
        return listed_again(few, words)
    return words(value) if value in _CHOSEN.get(place, ()) else _number(place, value, words)


def _number(place: str, value: str, words: Words) -> str:
    if place in _COUNTS and value.isdigit():
        return words.integer(int(value))
    return words.plain(float(value)) if place in _DECIMALS and _DECIMAL.fullmatch(value) else value


@cache
def _patterns(forms: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every form as a pattern whose groups are its places."""
    return tuple((form, re.compile(_pattern(form), flags=re.DOTALL)) for form in forms)


def _pattern(form: str, *, named: bool = True) -> str:
    parts = re.split(r"{(\w+)}", form)
    return "".join(_group(part, named=named) if at % 2 else re.escape(part) for at, part in enumerate(parts))


def _group(place: str, *, named: bool) -> str:
    # What stands within must be one of the forms for it, so that a mark inside a label ends no place too early.
    within = "|".join(_pattern(form, named=False) for form in _WITHIN.get(place, ())) or ".+?"
    return f"(?P<{place}>{within})" if named else f"(?:{within})"
