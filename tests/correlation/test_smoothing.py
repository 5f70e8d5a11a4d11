from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import as_correlation, correlation_matrix, positive_definite
from ikfs_methods.correlation.smoothing import smoothed

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
KNOWN = json.loads((REFERENCE / "correlation_pilot.json").read_text(encoding="utf-8"))["smooth"]


def test_as_psych():
    before = np.array(KNOWN["before"]["values"])
    after = smoothed(before, np.linalg.eigvalsh(before))
    # the same arithmetic; deviation seen 7e-16
    np.testing.assert_allclose(after, KNOWN["after"]["values"], rtol=0, atol=1e-12)
    assert np.linalg.eigvalsh(after)[0] > 0


def test_a_sound_matrix_is_left_alone():
    sound = np.array([[1, 0.5], [0.5, 1]])
    assert smoothed(sound, np.linalg.eigvalsh(sound)) is sound


def apart() -> pd.DataFrame:
    """Three items, each pair answered by respondents of its own: a goes with b and c, these against each other."""
    same, turned = [(1, 1), (2, 2), (3, 3), (1, 2), (2, 1), (3, 2)], [(1, 3), (2, 2), (3, 1), (1, 2), (2, 3), (3, 2)]
    rows = [
        *({"a": x, "b": y} for x, y in same),
        *({"a": x, "c": y} for x, y in same),
        *({"b": x, "c": y} for x, y in turned),
    ]
    return pd.DataFrame(rows, dtype=float)


@pytest.mark.parametrize("method", ["polychoric", "pearson"])
def test_pairs_of_other_rows_are_smoothed_and_said(method):
    found = correlation_matrix(apart(), method=method, missing="pairwise", smooth=True)
    raw = correlation_matrix(apart(), method=method, missing="pairwise", smooth=False)
    assert (found.smoothed, raw.smoothed, raw.largest_change) == (True, False, 0.0)
    assert found.least_eigenvalue == raw.least_eigenvalue == pytest.approx(np.linalg.eigvalsh(raw.matrix)[0], abs=1e-12)
    assert found.least_eigenvalue < 0
    assert found.largest_change == pytest.approx(np.abs(found.matrix - raw.matrix).to_numpy().max())
    assert "No answers can have all these correlations together" in found.notes[-1]
    positive_definite(as_correlation(found).matrix)


def test_only_latent_correlations_are_smoothed_unasked():
    assert correlation_matrix(apart(), method="polychoric", missing="pairwise").smoothed
    assert not correlation_matrix(apart(), missing="pairwise").smoothed
