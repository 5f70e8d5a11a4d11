"""What people and spreadsheets leave in a cell, read as the answer that it stands for."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.forms import cells
from ikfs_methods.forms.cells import NotReadError

DAY = dt.datetime(2020, 4, 3)  # noqa: DTZ001 - as openpyxl gives it
NAMES = {"KD": frozenset({"kd", "kebutuhan", "kd - kebutuhan"}), "PS": frozenset({"ps", "peran", "ps - peran"})}


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (4, 4), (4.0, 4), ("4", 4), (" 4 ", 4), ("4,0", 4), ("4.0", 4), ("4 - sangat relevan", 4), ("4 – sangat", 4),
        ("4. sangat relevan", 4), ("4 (sangat relevan)", 4), ("\u00a04\u00a0", 4), ("４", 4), ("1 = tidak relevan", 1),
    ],
)  # fmt: skip
def test_a_point_is_read_however_it_was_typed(value, wanted):
    assert cells.point(value, 1, 4) == wanted


@pytest.mark.parametrize(
    "value",
    [5, 0, 3.5, "3,5", "empat", "4-5", "4/5", "4 dari 5", "10:30", True, False, float("nan"), float("inf"), 1e300,
     DAY, dt.time(4, 0), "#REF!", "1e3", "--", "3 4"],
)  # fmt: skip
def test_what_is_no_point_of_the_scale_is_said(value):
    with pytest.raises(NotReadError):
        cells.point(value, 1, 4)


def test_a_date_is_called_a_date():
    with pytest.raises(NotReadError, match=r"a date or time \(2020-04-03"):
        cells.point(DAY, 1, 4)


def test_a_long_number_in_the_wrong_cell_is_not_printed():
    with pytest.raises(NotReadError) as error:
        cells.point("hubungi 0812 3456 7890", 1, 4)
    assert "3456" not in str(error.value)


@pytest.mark.parametrize("value", ["-1", "−1", "–1", -1, -1.0, "-1 = tidak"])
def test_minus_one_has_many_dashes(value):
    assert cells.point(value, -1, 1) == -1


@pytest.mark.parametrize(("value", "wanted"), [("ya ", 1), ("Ya.", 1), ("YES", 1), (True, 1), (1, 1), ("1", 1),
                                                ("tidak", 0), ("Tdk", 0), ("no", 0), (False, 0), (0.0, 0)])  # fmt: skip
def test_yes_and_no_in_both_languages(value, wanted):
    assert cells.yes_or_no(value) == wanted


@pytest.mark.parametrize("value", ["x", "mungkin", 2, "ya/tidak", dt.date(2020, 1, 1), float("nan")])
def test_neither_yes_nor_no(value):
    with pytest.raises(NotReadError):
        cells.yes_or_no(value)


@pytest.mark.parametrize("value", ["KD", "kd – Kebutuhan", "Kebutuhan ", "KD - nama yang lama"])
def test_an_option_is_known_by_code_or_name(value):
    assert cells.chosen(value, NAMES) == "KD"


@pytest.mark.parametrize("value", ["KDX", "PM – mengatasi", "", "KD PS"])
def test_an_unknown_option_is_said(value):
    with pytest.raises(NotReadError):
        cells.chosen(value, NAMES)


def test_equally_important_in_both_languages():
    assert all(map(cells.is_equal_choice, ["sama penting", "Equally important", " Sama "]))
    assert not cells.is_equal_choice("KD – sama penting")


ANYTHING = st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.timedeltas())


@given(value=ANYTHING, low=st.integers(-3, 1), steps=st.integers(1, 9))
def test_any_cell_gives_a_point_or_one_named_error(value, low, steps):
    for read in (lambda: cells.point(value, low, low + steps), lambda: cells.yes_or_no(value)):
        try:
            assert isinstance(read(), int)
        except NotReadError:
            continue


@given(value=st.integers(1, 9), words=st.text(alphabet="abc–-.,()= ", max_size=20))
def test_words_behind_a_point_change_nothing(value, words):
    assert cells.point(f"{value} – {words}", 1, 9) == value
