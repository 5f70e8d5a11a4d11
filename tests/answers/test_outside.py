"""Measures from outside the index: read beside the items, refused when they are no numbers or no outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ikfs_methods.answers import load
from ikfs_methods.errors import ColumnError, NotNumericError

TEXT = "who,q1,q2,rating,word\nx,1,6,55,a\ny,5,,,b\nz,2,0,71.5,c\n"


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_an_outside_measure_stands_beside_the_items_with_its_gaps(delivered, pair):
    answers = load(delivered, pair, respondent="who", outside=["rating"])
    assert answers.outside.index.tolist() == ["x", "y", "z"]
    np.testing.assert_array_equal(answers.outside["rating"], [55.0, np.nan, 71.5])
    assert "rating" not in answers.items
    assert answers.without(["x"]).outside["rating"].tolist()[1] == 71.5
    assert load(delivered, pair, respondent="who").outside.shape == (3, 0)


@pytest.mark.parametrize(
    ("outside", "error", "message"),
    [
        (["q2"], ColumnError, r"outside the index must not be one of its indicators; found q2. Take it out of"),
        (["word"], NotNumericError, r"answers.csv, row 2 \(and 2 more\), column 'word'|column 'word'"),
        (["ratng"], ColumnError, r"ratng.*Did you mean 'rating'"),
    ],
)
def test_what_is_no_outside_measure_is_refused(delivered, pair, outside, error, message):
    with pytest.raises(error, match=message):
        load(delivered, pair, respondent="who", outside=outside)
