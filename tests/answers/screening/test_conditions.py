from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.answers.screening import conditions
from ikfs_methods.errors import ParameterError

NAN = np.nan
COLUMNS = {
    "A": np.array([1.0, 2.0, NAN, 4.0]),
    "B": pd.Series([3, 2, 1, 0]),
    "job": np.array(["none", "farmer", None, ""], dtype=object),
    "kind": pd.Series(["x", "y", "x", None], dtype="str"),
    "job  asal/utama": np.array(["a  b", "a b", None, "x"], dtype=object),
    "column": np.array([1.0, 1.0, 1.0, 1.0]),
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("A == 1", [1, 0, 0, 0]),
        ("A != 1", [0, 1, 0, 1]),
        ("A < B", [1, 0, 0, 0]),
        ("1 < A <= 4", [0, 1, 0, 1]),
        ("A + B == 4", [1, 1, 0, 1]),
        ("A - B > 0", [0, 0, 0, 1]),
        ("-B < -2", [1, 0, 0, 0]),
        ("2 * A >= 4 and B < 2", [0, 0, 0, 1]),
        ("A / B > 0.9", [0, 1, 0, 0]),  # 4 / 0 is no number
        ("A in [1, 4]", [1, 0, 0, 1]),
        ("A in (1, 4)", [1, 0, 0, 1]),
        ("A not in [1, -4]", [0, 1, 0, 1]),
        ("missing(A)", [0, 0, 1, 0]),
        ("not missing(A)", [1, 1, 0, 1]),
        ("job == 'none'", [1, 0, 0, 0]),
        ('job != "none"', [0, 1, 0, 0]),
        ("job in ['none', 'farmer'] and B > 2", [1, 0, 0, 0]),
        ("missing(job)", [0, 0, 1, 1]),
        ("job == kind", [0, 0, 0, 0]),
        ("kind == 'x' and B != 3", [0, 0, 1, 0]),
        ("A == 1 or B == 1", [1, 0, 1, 0]),  # the missing A leaves its half open; the other decides
        ("not (A == 1 and B == 3)", [0, 1, 1, 1]),
        ("not A == 1", [0, 1, 0, 1]),  # open on the missing A, as A != 1 is
        ("B == 1 or 1 == B - B", [0, 0, 1, 0]),
        ("column('A') == 1", [1, 0, 0, 0]),
        ("missing(column('job  asal/utama')) or column(\"job  asal/utama\") == 'a  b'", [1, 0, 1, 0]),
        ("2 * column('column') - A > 0", [1, 0, 0, 0]),
        ("A\n  == 1", [1, 0, 0, 0]),  # a text folded over two lines of YAML
    ],
)
def test_conditions_worked_by_hand(expression, expected):
    found = conditions.holds(expression, COLUMNS)
    assert found.dtype == bool
    assert found.tolist() == [bool(value) for value in expected]


def test_a_frame_will_do():
    assert conditions.holds("A > 1", pd.DataFrame({"A": [1, 2]})).tolist() == [False, True]


def test_names_in_order_once():
    assert conditions.names("B2 > 1 and missing(A) or B2 in [1] and A + C == 2") == ["B2", "A", "C"]
    assert conditions.names("missing == 1") == ["missing"]
    assert conditions.names("column('Kelompok sasaran') == 'a' and B in [1] and missing(column('?'))") == [
        "Kelompok sasaran", "B", "?",
    ]  # fmt: skip
    assert conditions.names("column == 1 and column('A') == 2") == ["column", "A"]


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("__import__('os').system('x') == 1", "character 1, \"__import__('os').system('x')\": this is not understood"),
        ("A == 1 and abs(B) > 2", "character 12, 'abs(B)': this is not understood"),
        ("A.size > 2", "character 1, 'A.size': this is not understood"),
        ("A[0] > 2", "character 1, 'A[0]': this is not understood"),
        ("(lambda: 1) == 1", "'lambda: 1': this is not understood"),
        ("A ** 9 > 2", "'A ** 9': this is not understood"),
        ("A % 2 == 1", "'A % 2': this is not understood"),
        ("~A == 1", "'~A': this is not understood"),
        ("A == True", "'True': this is not understood"),
        ("A == None", "'None': this is not understood"),
        ("A == b'x'", "\"b'x'\": this is not understood"),
        ("A == 1j", "'1j': this is not understood"),
        ("f'{A}' == 'x'", "this is not understood"),
        ("[b for b in A] == 1", "this is not understood"),
        ("(A if B else A) == 1", "this is not understood"),
        ("A == [1, 2]", "'[1, 2]': this is not understood"),
        ("missing(A) == 1", "'missing(A)': this is not understood"),
        ("A is 1", "`is` does not compare values; use =="),
        ("A", "character 1, 'A': a condition must be a comparison"),
        ("A and B == 1", "character 1, 'A': a condition must be a comparison"),
        ("not A", "character 5, 'A': a condition must be a comparison"),
        ("1", "a condition must be a comparison"),
        ("(A := 1) == 1", "this is not understood"),
        ("A in B", "'B': after `in` stands a list"),
        ("A in []", "'[]': after `in` stands a list"),
        ("A in [B]", "'B': a list holds numbers or texts only"),
        ("A in [1, *B]", "'*B': a list holds numbers or texts only"),
        ("missing(A, B)", "missing takes one column: missing(NAME)"),
        ("missing(1)", "missing takes one column: missing(NAME)"),
        ("missing()", "missing takes one column: missing(NAME)"),
        ("missing(A, x=1)", "missing takes one column: missing(NAME)"),
        ("A + 'x' == 1", "character 5, \"'x'\": one cannot compute with text"),
        ("-'x' == 1", "one cannot compute with text"),
        ("'prov' == \"Aceh\" and A == 5", "a comparison must name at least one column; it names none"),
        ("B == 1 or 1 == 2", "character 11, '1 == 2': a comparison must name at least one column"),
        ("not 1 in [1, 2]", "a comparison must name at least one column"),
        ("column(A) == 1", 'column takes one name in quotes: column("Kelompok sasaran")'),
        ("column('A', 'B') == 1", "column takes one name in quotes"),
        ("column() == 1", "column takes one name in quotes"),
        ("column('A')", "a condition must be a comparison"),
        ("A > 1e999", "'1e999': a number must be finite"),
        ("A > " + "9" * 400, "a number must be finite"),
        # the place counts characters, not bytes
        ("A == 'sangat séring' and B ** 2 > 1", "character 26, 'B ** 2'"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_place(expression, place):
    for asked in (conditions.names, lambda text: conditions.holds(text, COLUMNS)):
        with pytest.raises(ParameterError, match=re.escape(place)) as caught:
            asked(expression)
        assert str(caught.value).endswith(f"Allowed are: {conditions.ALLOWED}.")


@pytest.mark.parametrize(
    "expression", ["A ==", "A == 1)", "A = 1", "A == 'x", "import os", "A == 1; B", "A $ 1", "a\0b"]
)
def test_what_cannot_be_read(expression):
    with pytest.raises(ParameterError, match=r"the condition .* cannot be read.* Allowed are: columns by name"):
        conditions.names(expression)


@pytest.mark.parametrize("expression", ["", "  ", None, 3])
def test_no_condition(expression):
    with pytest.raises(ParameterError, match="a condition must be a text such as 'A1 == 1 and A2 > 3'; found"):
        conditions.names(expression)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("A == 1 or " * 300 + "A == 1", "at most 2000 characters; found 3006"),
        ("-" * 100 + "A == 1", "nested at most 50 deep"),
        ("(" * 900 + "A == 1" + ")" * 900, "cannot be read"),
        ("1" + "+1" * 900 + " == A", "nested at most 50 deep"),
    ],
)
def test_what_is_too_long_or_too_deep(expression, message):
    with pytest.raises(ParameterError, match=message):
        conditions.holds(expression, COLUMNS)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "Jop == 'x'",
            "names the column 'Jop', which is not there. Did you mean 'job'? There are: A, B, job, kind, job ",
        ),
        ("1 == 1", "must name at least one column; it names none"),
        ("job == 1", "'job == 1': text is compared with numbers; put the value in quotes"),
        ("A == 'x'", "text is compared with numbers"),
        ("A in [1, 'x']", "text is compared with numbers"),
        ("job < 'x'", "text has no order; compare it by == or !="),
        ("job + 1 == 2", "'job': one cannot compute with text"),
    ],
)
def test_what_does_not_fit_the_columns(expression, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        conditions.holds(expression, COLUMNS)


def test_columns_of_unequal_length_and_other_kinds():
    with pytest.raises(ParameterError, match=re.escape("must be equally long; found {'A': 2, 'B': 1}")):
        conditions.holds("A == B", {"A": np.array([1.0, 2.0]), "B": np.array([1.0])})
    dates = pd.Series(pd.to_datetime(["2020-03-26"]))
    with pytest.raises(ParameterError, match="must hold numbers or text; 'day' holds Timestamp: '2020-03-26"):
        conditions.holds("day == 1", {"day": dates})


def test_no_rows():
    assert conditions.holds("A == 1", {"A": np.array([])}).shape == (0,)


# An oracle: the same condition, row by row, in plain Python with None for "open".
leaves = st.one_of(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.integers(0, 3)),
    st.tuples(st.sampled_from("AB"), st.sampled_from(["in", "not in"]), st.lists(st.integers(0, 3), min_size=1)),
    st.tuples(st.just("missing"), st.sampled_from("AB")),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)),
    max_leaves=6,
)


def written(tree) -> str:
    match tree:
        case ("missing", name):
            return f"missing({name})"
        case ("not", inner):
            return f"not ({written(inner)})"
        case ("and" | "or" as word, left, right):
            return f"({written(left)}) {word} ({written(right)})"
        case (name, sign, value):
            return f"{name} {sign} {value}"


def told(tree, row) -> bool | None:
    match tree:
        case ("missing", name):
            return row[name] is None
        case ("not", inner):
            value = told(inner, row)
            return None if value is None else not value
        case ("and", left, right):
            both = (told(left, row), told(right, row))
            return False if False in both else None if None in both else True
        case ("or", left, right):
            both = (told(left, row), told(right, row))
            return True if True in both else None if None in both else False
        case (name, sign, value):
            cell = row[name]
            return None if cell is None else bool(eval(f"{cell} {sign} {value}"))  # noqa: S307 - made just above


@settings(max_examples=200)
@given(tree=trees, cells=st.lists(st.tuples(*[st.none() | st.integers(0, 3)] * 2), min_size=1, max_size=6))
def test_three_valued_logic_as_row_by_row(tree, cells):
    columns = {name: np.array([NAN if row[j] is None else row[j] for row in cells]) for j, name in enumerate("AB")}
    expected = [told(tree, dict(zip("AB", row, strict=True))) is True for row in cells]
    assert conditions.holds(written(tree), columns).tolist() == expected
