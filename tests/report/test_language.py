"""Numbers, dates and words in both languages."""

from __future__ import annotations

import ast
import datetime as dt
import re
import sys
from pathlib import Path

import nbformat
import pytest
import sample_report as sample
from babel.messages.pofile import read_po
from nbformat.v4 import new_notebook

from ikfs_methods.report.assemble import assemble
from ikfs_methods.report.document import Document
from ikfs_methods.report.language import CATALOGUES, Words

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import catalogue

ID, EN = Words("id"), Words("en")
TABLE = "<table><tr><td>1</td></tr></table>"


def test_numbers_are_written_as_each_language_does():
    assert (ID.number(1234.5), EN.number(1234.5)) == ("1.234,50", "1,234.50")
    assert (ID.number(-0.02), EN.number(-0.02)) == ("−0,02", "−0.02")
    assert ID.integer(1200) == "1.200"
    assert ID.percent(0.123) == "12,3\u202f%"
    assert ID.number(float("nan")) == "–"


def test_zero_has_no_sign_and_rounding_is_of_the_printed_number():
    assert ID.number(-0.0001) == "0,00"
    assert EN.number(0.125) == "0.12"  # half to even on the decimal that stands there
    assert EN.number(0.135) == "0.14"


def test_p_values_and_tiny_numbers():
    assert (ID.p_value(0.0004), EN.p_value(0.0123)) == ("<\u202f0,001", "0.012")
    assert (ID.small(2.13e-16), ID.small(0.0), EN.small(-4e-5)) == (
        "2,1\u00a0×\u00a010⁻¹⁶",
        "0",
        "−4.0\u00a0×\u00a010⁻⁵",
    )


def test_dates_and_lists():
    day = dt.date(2020, 3, 26)
    assert (ID.date(day), EN.date(day)) == ("26 Maret 2020", "26 March 2020")
    assert (ID.listing(["A", "B", "C"]), EN.listing(["A", "B"]), EN.listing(["A"])) == ("A, B dan C", "A and B", "A")


def test_plurals():
    assert (EN.plural("{n} expert", "{n} experts", 1), EN.plural("{n} expert", "{n} experts", 12)) == (
        "1 expert",
        "12 experts",
    )
    assert ID.plural("{n} expert", "{n} experts", 12) == "12 ahli"


def unextracted(tree: ast.AST, known: set[str]) -> list[str]:
    """Messages written out in calls that translate, but not among those that the extractor found."""
    faults = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for argument in node.args[: len(catalogue.KEYWORDS[name] or (1,)) if name in catalogue.KEYWORDS else 0]:
            message = argument.value if isinstance(argument, ast.Constant) else None
            if isinstance(message, str) and message and message not in known:
                faults.append(f"line {node.lineno}: {message!r}")
    return faults


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("text = f\"{star} {words('Nobody.')}\"", ["line 1: 'Nobody.'"]),
        ("text = f\"{words.plural('{n} is', '{n} are', n)}\"", ["line 1: '{n} is'", "line 1: '{n} are'"]),
        ('nobody = words("Somebody.")\ntext = f"{nobody} {words(name)}"', []),
    ],
)
def test_a_message_that_is_not_extracted_is_found(source, faults):
    assert unextracted(ast.parse(source), {"Somebody."}) == faults


def test_every_message_in_the_code_is_extracted():
    # The extractor reads no message inside an f-string; such a one would stay English without a word.
    known = {part for message in catalogue.messages() for part in ([message] if isinstance(message, str) else message)}
    faults = [
        f"{path.relative_to(catalogue.ROOT)}, {fault}"
        for folder in catalogue.SPEAKING
        for path in sorted(folder.rglob("*.py"))
        for fault in unextracted(ast.parse(path.read_text(encoding="utf-8")), known)
    ]
    assert not faults, f"take these messages out of the f-string that holds them: {faults}"


@pytest.mark.parametrize("language", ["id", "en"])
def test_catalogue_holds_every_message_and_no_other(language):
    path = CATALOGUES / f"{language}.po"
    assert path.read_bytes() == catalogue.text(catalogue.updated(language)), "run `make catalogues`"


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_message_is_translated_with_its_places(language):
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    assert len(messages) > 50
    for message in messages:
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        source = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms:
            assert form, source
            assert set(re.findall(r"{\w+}", form)) == set(re.findall(r"{\w+}", source)), source
            assert form.count("**") == source.count("**"), source


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", "See Gambar 1, Tabel 1, (tidak tersedia) and gambar; expert@campus stays."),
        ("en", "See Figure 1, Table 1, (not available) and figure; expert@campus stays."),
    ],
)
def test_alternative_texts_name_what_they_refer_to(language, words, tmp_path):
    # Whoever hears an alternative text read aloud would hear the label, and no link.
    alt = "See @fig-a, [@tbl-a-b], @tbl-a and @fig-of-elsewhere; expert@campus stays."
    cells = [
        sample.prose("# Bab"),
        sample.code(sample.display({"text/plain": ""}, kind="absent", label="tbl-a")),
        sample.code(sample.display(sample.picture(2.0, 0), kind="figure", label="fig-a", caption="A", alt=alt)),
        sample.code(sample.display({"text/html": TABLE}, kind="table", label="tbl-a-b", caption="B")),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "00-chapter.ipynb")
    chapters = (tmp_path / "00-chapter.ipynb",)
    made = assemble(Document(chapters=chapters, language=language, title="T", date=dt.date(2020, 1, 2)), tmp_path)
    assert [part["alt"] for part in made["chapters"][0]["parts"] if part["kind"] == "figure"] == [words]
