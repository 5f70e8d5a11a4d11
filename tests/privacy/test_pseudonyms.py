"""The gate: undeclared personal columns are refused, declared ones dropped or replaced by HMAC-SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, InputProblemsError, ParameterError, PrivacyError
from ikfs_methods.privacy import KEY_VARIABLE, keyed_pseudonyms, protect
from ikfs_methods.privacy.pseudonyms import one_form
from ikfs_methods.reading import Table

KEY = "an invented key of the tests"
NIK = "320199" + "150190" + "0001"
PHONE = "0812" + "00000001"


@pytest.fixture
def key(monkeypatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)


def table(**columns) -> Table:
    cells = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    cells.index = range(2, len(cells) + 2)
    return Table(
        cells=cells,
        source=Path("answers.csv"),
        format="csv",
        labels=dict.fromkeys(columns, "question"),
        value_labels={name: {"1": "x"} for name in columns},
    )


def test_hmac_is_that_of_rfc_4231():
    # Test case 2 of RFC 4231, section 4.3, HMAC-SHA-256; the pseudonym is its first 16 hex digits
    assert keyed_pseudonyms(["what do ya want for nothing?"], key=b"Jefe") == ["5bdcc146bf60754e"]
    # Test case 1, section 4.2
    assert keyed_pseudonyms(["Hi There"], key=b"\x0b" * 20) == ["b0344c61d8db3853"]


@given(text=st.text(max_size=40), secret=st.binary(min_size=1, max_size=64))
def test_hmac_is_its_definition(text, secret):
    # RFC 2104: H((K xor opad), H((K xor ipad), text)), the key padded with zeros to the block of 64 bytes
    padded = secret.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + text.encode()).digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).hexdigest()
    assert keyed_pseudonyms([text], key=secret) == [outer[:16]]


def test_undeclared_columns_are_all_named_and_no_value_is_shown():
    with pytest.raises(PrivacyError) as caught:
        protect(table(nik=[NIK, ""], **{"No. HP?": [PHONE, ""]}, komentar=["baik", "surel saya@example.org"]), {})
    message = str(caught.value)
    assert message.startswith("answers.csv: personal data must be declared before they are read (UU 27/2022); found ")
    assert "column 'nik' (nik): 1 of 1 different values look like it, the first in row 2" in message
    assert "column 'No. HP?' (phone): its heading says so; 1 of 1 different values look like it" in message
    assert "column 'komentar' (email): 1 of 2 different values look like it, the first in row 3" in message
    assert 'Write `private: {nik: drop, "No. HP?": drop, komentar: drop}`' in message
    assert not any(value in message for value in (NIK, PHONE, "example.org"))


def test_dropped_columns_leave_no_trace():
    kept = protect(table(nik=[NIK, ""], q1=["1", "2"]), {"nik": "drop"})
    assert kept.columns == ["q1"]
    assert "nik" not in kept.labels
    assert "nik" not in kept.value_labels
    assert kept.log.to_dict("records") == [
        {"step": "privacy", "column": "nik", "cells": 1, "detail": "dropped, as declared (nik)"}
    ]


@pytest.mark.usefixtures("key")
def test_replaced_values_are_linkable_and_empty_cells_stay_empty():
    spaced = f"{NIK[:4]} {NIK[4:8]} {NIK[8:12]} {NIK[12:]}"
    kept = protect(table(nik=[NIK, "", spaced, NIK[:-1] + "2"], q1=["1", "2", "3", "4"]), {"nik": "hmac"})
    first, empty, again, other = kept.cells["nik"]
    assert first == again == keyed_pseudonyms([NIK], key=KEY.encode())[0]
    assert empty == ""
    assert other not in (first, NIK[:-1] + "2")
    assert kept.value_labels.keys() == {"q1"}
    assert kept.cells["q1"].tolist() == ["1", "2", "3", "4"]
    (detail,) = kept.log["detail"]
    assert detail == (
        "replaced by pseudonyms (HMAC-SHA-256, 16 hex digits); 3 spellings are 2 values once blanks, marks and case "
        "are put aside (nik)"
    )
    assert kept.log["cells"].tolist() == [3]
    assert NIK not in str(kept.log.to_dict())


@pytest.mark.usefixtures("key")
def test_a_column_of_ids_that_nobody_would_suspect_may_be_replaced():
    kept = protect(table(kode=["R1", "r1"], q1=["1", "2"]), {"kode": "hmac"})
    # ids keep their case: R1 and r1 may be two persons
    assert kept.cells["kode"].tolist() == keyed_pseudonyms(["R1", "r1"], key=KEY.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NIK, NIK + ".0"),
        (NIK, f"{NIK[:6]}-{NIK[6:12]}-{NIK[12:]}"),
        (PHONE, "+62" + PHONE[1:]),
        (PHONE, "62" + PHONE[1:]),
        (PHONE, PHONE[1:]),
        (PHONE, f"{PHONE[:4]}-{PHONE[4:8]}-{PHONE[8:]}"),
        ("Ani@Example.org", "ani@example.ORG"),
        ("Ani  A", "Ani A"),
        ("SITI AMINAH", "Siti Aminah"),
        (NIK, f"'{NIK}"),
        (NIK, f"NIK {NIK}"),
        (NIK, f"nik{NIK}"),
        (NIK, ".".join((NIK[:4], NIK[4:8], NIK[8:12], NIK[12:]))),
        (NIK, "\u00a0".join((NIK[:6], NIK[6:12], NIK[12:]))),
        (PHONE, "0062 " + PHONE[1:]),
        (PHONE, "+62 " + PHONE),
        (PHONE, "(+62) " + PHONE[1:]),
        (PHONE, "No. HP: " + PHONE),
        ("(021) 555" + "0000", "(021)-555 " + "0000"),
    ],
)
def test_one_person_typed_in_two_ways_has_one_form(one, other):
    assert one_form(one) == one_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("R1", "r1"), ("A8" + "1234567890", "B8" + "1234567890"), (NIK, NIK[:-1] + "2"), ("a", "A")]
)
def test_two_ids_have_two_forms(one, other):
    assert one_form(one) != one_form(other)


@given(st.text(max_size=30))
def test_a_form_is_a_fixed_point(text):
    assert one_form(one_form(text)) == one_form(text)


def test_the_key_is_needed_and_said_how_to_make(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    message = r"at least 16 characters in the environment variable IKFS_HMAC_KEY; found none. Make one with python -c "
    with pytest.raises(PrivacyError, match=message):
        protect(table(nik=[NIK]), {"nik": "hmac"})
    monkeypatch.setenv(KEY_VARIABLE, "short secret")
    with pytest.raises(PrivacyError, match="found one of 12 characters") as caught:
        protect(table(nik=[NIK]), {"nik": "hmac"})
    assert "short secret" not in str(caught.value)
    # nothing is replaced, so no key is needed
    assert protect(table(nik=[NIK], q=["1"]), {"nik": "drop"}).columns == ["q"]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("heading", "value"), [("gps", "-6.914744 107.609810"), ("alamat", "Jl. Contoh 1"), ("tgl_lahir", "1990-01-15")]
)
def test_what_is_no_sign_of_a_person_can_only_be_dropped(heading, value):
    with pytest.raises(
        PrivacyError, match=rf"column '{heading}': .* can only be dropped.*private: {{{heading}: drop}}"
    ):
        protect(table(**{heading: [value]}), {heading: "hmac"})


def test_all_problems_are_told_at_once(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(InputProblemsError) as caught:
        protect(table(nik=[NIK], hp=[PHONE], q1=["1"]), {"nik": "hmac", "q1": "hide", "nok": "drop"})
    missing, treatment, undeclared, no_key = caught.value.problems
    assert "must have a column 'nok'" in missing
    assert "Did you mean 'nik'?" in missing
    assert "must say drop or hmac for each column; found 'hide' for 'q1'" in treatment
    assert "column 'hp' (phone)" in undeclared
    assert KEY_VARIABLE in no_key
    with pytest.raises(ColumnError, match="take it out there"):
        protect(table(q1=["1"]), {"nok": "drop"})
    with pytest.raises(ParameterError, match="found 'hash'"):
        protect(table(q1=["1"]), {"q1": "hash"})


@pytest.mark.usefixtures("key")
def test_two_values_with_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr("ikfs_methods.privacy.pseudonyms.keyed_pseudonyms", lambda values, **_: ["0"] * len(values))
    with pytest.raises(PrivacyError, match="two values must never share a pseudonym; it happened among 2"):
        protect(table(kode=["a", "b"]), {"kode": "hmac"})


def test_the_length_of_a_pseudonym_is_enough_for_300_000_persons():
    # birthday bound n (n - 1) / 2 / 2^bits, below one in a hundred million
    assert 300_000 * 299_999 / 2 / 2 ** (4 * len(keyed_pseudonyms(["x"], key=b"k")[0])) < 1e-8
