"""Which columns are items, and what their answers mean: columns made by hand, one question each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ikfs_methods.reading import Table
from ikfs_methods.rounds.drafting.blocks import Block, blocks
from ikfs_methods.rounds.drafting.looks import look
from ikfs_methods.rounds.drafting.sections import sections


def drafted(columns: Mapping[str, Sequence[str]], labels: Mapping[str, Mapping[str, str]] | None = None) -> list[Block]:
    """The blocks of a table with these cells, each list repeated to the longest one's length."""
    rows = max(map(len, columns.values()))
    cells = pd.DataFrame({name: np.resize(np.array(values, dtype=object), rows) for name, values in columns.items()})
    table = Table(cells.astype("str"), Path("answers.csv"), "csv", value_labels=labels or {})
    where = sections(table.columns)
    return blocks(found for name in table.columns if (found := look(table, name, where[name])) is not None)


def test_codes_in_a_series_are_one_block() -> None:
    (block,) = drafted({"KD1": list("12345"), "KD2": list("23"), "KD3": ["1", "5", "9"]})
    assert block.columns == ["KD1", "KD2", "KD3"]
    assert (block.low, block.high, block.sure, block.missing, block.scale) == (1, 5, True, ("9",), "")


def test_two_series_keep_their_own_scales() -> None:
    first, second = drafted({"A1": list("1234"), "A2": list("1234"), "B1": list("12345"), "B2": list("12345")})
    assert (first.low, first.high, first.sure) == (1, 4, False)
    assert "is 1 to 4 the whole scale" in first.doubt
    assert (second.low, second.high, second.sure) == (1, 5, True)


def test_strangers_need_three_columns_on_the_same_scale() -> None:
    assert drafted({"makan": list("12345"), "minum": list("12345"), "anak": list("0123456")}) == []
    (block,) = drafted({"makan": list("12345"), "minum": list("12345"), "tidur": list("2345"), "anak": list("0123456")})
    assert block.columns == ["makan", "minum", "tidur"]


def test_yes_no_in_a_series_stands_apart_from_its_ratings() -> None:
    found = drafted({f"A{j}": list("12345") for j in (1, 2)} | {f"A{j}": list("01") for j in (3, 4, 5)})
    assert [(block.columns, block.low, block.high) for block in found] == [
        (["A1", "A2"], 1, 5),
        (["A3", "A4", "A5"], 0, 1),
    ]


def test_words_with_a_code_that_says_no_answer() -> None:
    (block,) = drafted({"A1": ["STS", "TS", "N", "S", "SS", "TT"], "A2": ["TS", "S", "-"]})
    assert block.codes == {"STS": 1, "TS": 2, "N": 3, "S": 4, "SS": 5}
    assert (block.scale, block.sure, block.missing) == ("agreement-5", True, ("TT", "-"))


def test_the_files_own_labels_say_the_scale_even_when_ends_do_not_occur() -> None:
    labels = {"1": "Sangat tidak setuju", "2": "Tidak setuju", "3": "Netral", "4": "Setuju", "5": "Sangat setuju",
              "8": "Tidak tahu"}  # fmt: skip
    (block,) = drafted({"A1": list("234"), "A2": list("238")}, {"A1": labels, "A2": labels})
    assert (block.low, block.high, block.sure, block.missing) == (1, 5, True, ("8",))


def test_labels_that_run_downwards_are_asked_about() -> None:
    labels = {"1": "Ya", "2": "Tidak"}
    (block,) = drafted({f"A{j}": list("12") for j in (1, 2, 3)}, {f"A{j}": labels for j in (1, 2, 3)})
    assert not block.sure
    assert "'Ya' has a low code" in block.doubt


def test_labels_of_other_things_are_no_items() -> None:
    sex = {"1": "Laki-laki", "2": "Perempuan"}
    assert drafted({"jk": list("12"), "nikah": list("123")}, {"jk": sex, "nikah": {"1": "belum", "2": "kawin"}}) == []
    assert drafted({"kelompok": ["anak", "lansia"], "catatan": ["baik sekali", "hm"]}) == []


def test_names_of_choices_are_read_by_their_labels() -> None:
    labels = {"sts": "Sangat tidak setuju", "ts": "Tidak setuju", "s": "Setuju", "ss": "Sangat setuju"}
    (block,) = drafted({"A1": list(labels), "A2": ["ts", "s"]}, {"A1": labels, "A2": labels})
    assert block.codes == {"sts": 1, "ts": 2, "s": 3, "ss": 4}
    assert block.also["Sangat setuju"] == 4


def test_a_part_of_the_words_is_settled_by_the_rest_of_the_file() -> None:
    whole = ["STS", "TS", "N", "S", "SS"]
    first, second = drafted({"A1": whole, "A2": whole, "B1": ["TS", "S"], "B2": ["S", "SS"]})
    assert (second.columns, second.high, second.sure) == (["B1", "B2"], 5, True)
    assert second.codes == {"TS": 2, "S": 4, "SS": 5}
    assert first.sure


def test_two_whole_scales_leave_the_part_open() -> None:
    five, four = ["STS", "TS", "N", "S", "SS"], ["STS", "TS", "S", "SS"]
    found = drafted({"A1": five, "A2": five, "B1": four, "B2": four, "C1": ["TS", "S"], "C2": ["S", "SS"]})
    assert [block.sure for block in found] == [True, True, False]
    assert "it may be a scale of 4 points, but also one of 5 or 6; read as TS = 2, S = 3, SS = 4" in found[2].doubt


def test_words_of_the_questionnaires_own_get_no_code() -> None:
    (block,) = drafted({f"A{j}": ["merah", "kuning", "hijau"] for j in (1, 2, 3)})
    assert set(block.codes.values()) == {None}
    assert not block.sure
    assert "write the code of each answer in scales.csv" in block.doubt


def test_numbers_in_front_of_words() -> None:
    answers = ["1 - Buruk", "2 - Kurang", "3 - Cukup", "4 - Baik", "5 - Istimewa"]
    (block,) = drafted({"A1": answers, "A2": answers})
    assert block.codes == dict(zip(answers, range(1, 6), strict=True))
    assert block.sure


def test_one_misspelt_cell_does_not_hide_the_scale() -> None:
    (block,) = drafted({"A1": ["STS", "TS", "N", "S", "SS", "Setju"], "A2": ["TS", "S"]})
    assert block.sure
    assert "Setju" not in block.codes
