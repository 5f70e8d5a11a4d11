"""Cells that leave the project: nothing in them runs in a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.reading import safe_cell, safe_frame


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",
        "-",
        "+",
        "--1",
        "-A1",
    ],
)
def test_what_would_run_becomes_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a", "1", "-1", "+1", "-0.5", "-,5", "1e-3", "-1.5E+10", "-5%", "a=b", "0=x", "'=1"]
)
def test_what_cannot_run_is_left(text):
    assert safe_cell(text) == text


@given(st.text(max_size=8))
def test_no_text_that_leaves_begins_like_a_formula(text):
    safe = safe_cell(text)
    assert safe in (text, f"'{text}")
    assert safe_cell(safe) == safe
    if safe[:1] in ("=", "@", "\t", "\r"):
        pytest.fail(f"{safe!r} would run")


def test_a_frame_is_made_safe_with_its_labels():
    frame = pd.DataFrame(
        {"=a": ["=1", None, "x"], "n": [-1.0, 2, 3], "c": pd.Categorical(["@x", "y", "y"])}, index=["-r", "s", "t"]
    )
    safe = safe_frame(frame)
    assert safe.columns.tolist() == ["'=a", "n", "c"]
    assert safe.index.tolist() == ["'-r", "s", "t"]
    assert safe["'=a"].iloc[0] == "'=1"
    assert pd.isna(safe["'=a"].iloc[1])
    assert safe["c"].tolist() == ["'@x", "y", "y"]
    assert safe["n"].tolist() == [-1, 2, 3]
    assert frame.columns.tolist() == ["=a", "n", "c"]
