"""Numbers, dates and words in both languages."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ikfs_methods.report.language import CATALOGUES, Words

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import catalogue

ID, EN = Words("id"), Words("en")


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
