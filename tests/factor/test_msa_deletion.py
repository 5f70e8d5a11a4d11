from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.factor.suitability import kmo, msa_deletion

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def test_pilot_as_psych_step_by_step(pilot):
    theirs = json.loads((REFERENCE / "retention_pilot.json").read_text(encoding="utf-8"))["msa_deletion"]
    found = msa_deletion(pilot)
    assert list(found.dropped) == theirs["dropped"] == ["KD8"]
    for name in ("msa", "overall_before", "overall_after"):
        # same formula on answers; largest deviation seen 6e-16
        np.testing.assert_allclose(found.log[name], theirs[name], rtol=0, atol=1e-12)
    # rows that lacked an answer to KD8 alone come back
    assert found.log["n"].tolist() == [745]
    assert found.final.n == theirs["n_after"] == 761
    assert found.final.items.min() == pytest.approx(theirs["lowest_after"], abs=1e-12)
    assert (found.settled, found.notes, len(found.kept)) == (True, (), 23)


def test_a_higher_bar_takes_more_one_at_a_time(pilot):
    found = msa_deletion(pilot, cutoff=0.82)
    assert found.log.index.tolist() == list(range(1, len(found.dropped) + 1))
    kept = list(pilot.columns)
    for name, after in zip(found.log["dropped"], found.log["overall_after"], strict=True):
        assert name == kmo(pilot[kept]).items.idxmin()
        kept.remove(name)
        assert after == pytest.approx(kmo(pilot[kept]).overall, rel=1e-12)
    assert tuple(kept) == found.kept
    assert found.settled
    # one after the other is not all at once: the first round alone finds another set below .82
    at_once = set(kmo(pilot).items[lambda msa: msa < 0.82].index)
    assert at_once != set(found.dropped)


def test_a_matrix_loses_rows_and_columns(pilot):
    result = correlation_matrix(pilot)
    for given in (result, result.matrix):
        found = msa_deletion(given)
        assert found.dropped == ("KD8",)
        # the matrix of the rest, on the same 745 rows; a submatrix is the same number for number
        rest = result.matrix.drop(index="KD8", columns="KD8")
        assert found.final.overall == pytest.approx(kmo(rest).overall, rel=1e-14)


def test_nothing_to_delete(holzinger_matrix):
    found = msa_deletion(holzinger_matrix)
    assert (found.dropped, found.kept, found.settled) == ((), tuple(holzinger_matrix.columns), True)
    assert found.to_frame().columns.tolist() == ["dropped", "msa", "overall_before", "overall_after", "n"]
    assert len(found.to_frame()) == 0


def test_three_items_are_left_and_said(holzinger_matrix):
    found = msa_deletion(holzinger_matrix, cutoff=0.95)
    assert (len(found.kept), found.settled, len(found.log)) == (3, False, 6)
    assert "deletion stopped with 3 items" in found.notes[0]
    assert "still below 0.95" in found.notes[0]


def test_deletion_errors():
    labels = ["a", "b"]
    two = pd.DataFrame([[1, 0.5], [0.5, 1]], index=labels, columns=labels)
    with pytest.raises(TooFewError, match="at least 3 items; found 2"):
        msa_deletion(two)
    with pytest.raises(ParameterError, match="cutoff must be a number between 0 and 1"):
        msa_deletion(two, cutoff=50)
