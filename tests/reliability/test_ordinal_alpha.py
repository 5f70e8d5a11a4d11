from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import CorrelationResult, correlation_matrix
from ikfs_methods.errors import ConstantItemError, IkfsError, MatrixError, ParameterError
from ikfs_methods.reliability.ordinal import ordinal_alpha

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))["ordinal"]


def given_matrix(values: object, **more: object) -> CorrelationResult:
    frame = pd.DataFrame(values)
    names = [f"x{i}" for i in range(len(frame))]
    frame.index = frame.columns = pd.Index(names)
    return CorrelationResult(frame, 100, 100, 0, "polychoric", "listwise", **more)  # type: ignore[arg-type]


def test_the_alpha_of_psychs_matrix_agrees_with_psych() -> None:
    result = ordinal_alpha(given_matrix(THEIRS["polychoric"]))
    # the matrix is printed with 15 digits; the largest deviation seen is 4e-16
    assert result.alpha == pytest.approx(THEIRS["std_alpha"], abs=1e-13)
    assert result.average_r == pytest.approx(THEIRS["average_r"], abs=1e-13)
    assert result.if_dropped.tolist() == pytest.approx(THEIRS["alpha_drop"], abs=1e-13)
    # psych's optimiser stops at about 1e-8 of the minimum; 4e-9 seen
    assert result.omega_total == pytest.approx(THEIRS["omega_total"], abs=1e-7)


def test_the_answers_agree_with_psych() -> None:
    pilot = pd.read_csv(REFERENCE / "pilot.csv")
    result = ordinal_alpha(pilot[THEIRS["items"]], missing="pairwise")
    # psych looks for each correlation with a tolerance of about 1e-5; the largest deviation seen is 7e-6
    assert result.alpha == pytest.approx(THEIRS["std_alpha"], abs=2e-5)
    assert result.if_dropped.tolist() == pytest.approx(THEIRS["alpha_drop"], abs=2e-5)
    assert result.omega_total == pytest.approx(THEIRS["omega_total"], abs=2e-5)
    assert (result.missing, result.n_items, list(result.if_dropped.index)) == ("pairwise", 8, THEIRS["items"])


def test_what_the_correlations_say_is_carried_on() -> None:
    pilot = pd.read_csv(REFERENCE / "pilot.csv")[["KD1", "KD2", "KD3"]]
    found = correlation_matrix(pilot, method="polychoric")
    for result in (ordinal_alpha(pilot), ordinal_alpha(found)):
        assert (result.n_respondents, result.n_dropped) == (found.n, found.n_dropped)
        assert (result.smoothed, result.missing) == (found.smoothed, "listwise")
        assert result.thresholds is not None
        assert [len(result.thresholds[item]) for item in pilot] == [4, 4, 4]
        assert len(result.empty_cells) == len(found.empty_cells)
    frame = ordinal_alpha(found).to_frame()
    assert frame["coefficient"].tolist() == ["alpha", "omega_total", "average_r", *["alpha_if_dropped"] * 3]


@settings(max_examples=30)
@given(k=st.integers(3, 12), r=st.floats(0.05, 0.9))
def test_parallel_items_follow_spearman_brown_and_make_omega_equal(k: int, r: float) -> None:
    result = ordinal_alpha(given_matrix(np.full((k, k), r) + (1 - r) * np.eye(k)))
    expected = k * r / (1 + (k - 1) * r)
    assert result.alpha == pytest.approx(expected, rel=1e-12)  # rounding
    assert result.omega_total == pytest.approx(expected, rel=1e-6)  # where the iteration stops


def test_congeneric_items_give_the_omega_of_their_loadings() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    result = ordinal_alpha(given_matrix(matrix))
    exact = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert result.omega_total == pytest.approx(exact, abs=1e-8)  # where the iteration stops
    assert result.alpha < exact


def test_cutting_normal_answers_leaves_the_ordinal_alpha_and_lowers_alpha() -> None:
    from ikfs_methods.reliability.alpha import cronbach_alpha

    rng = np.random.default_rng(6)
    normal = np.sqrt(0.5) * rng.normal(size=(4000, 1)) + np.sqrt(0.5) * rng.normal(size=(4000, 4))
    cut = pd.DataFrame((normal > 0.8).astype(int)).add_prefix("x")
    assert ordinal_alpha(cut).alpha == pytest.approx(0.8, abs=0.02)  # of 4,000: about .006
    assert cronbach_alpha(cut).alpha < 0.72


def test_where_omega_does_not_exist_a_note_says_why() -> None:
    two = ordinal_alpha(given_matrix([[1, 0.5], [0.5, 1]]))
    assert (two.omega_total, two.if_dropped.empty) == (None, True)
    assert "at least 3 items" in two.notes[0]
    assert "omega_total" not in set(two.to_frame()["coefficient"])
    repeated = ordinal_alpha(given_matrix([[1, 1, 0.4], [1, 1, 0.4], [0.4, 0.4, 1]]))
    assert repeated.omega_total is None
    assert "must be positive definite" in repeated.notes[0]


def test_bad_input_is_refused_in_plain_words() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 2], "b": [2, 2, 4, 4, 1], "c": [1, 3, 3, 5, 2]})
    with pytest.raises(ParameterError, match="must be polychoric; found pearson"):
        ordinal_alpha(correlation_matrix(answers))
    with pytest.raises(ConstantItemError, match="must vary"):
        ordinal_alpha(answers.assign(b=1))
    with pytest.raises(MatrixError, match="sum of the 2 items must vary"):
        ordinal_alpha(given_matrix([[1, -1], [-1, 1]]))


def sound_but_for(seed: int, n: int, odd: list[tuple[int, int, float]]) -> pd.DataFrame:
    """Answers of n respondents, in which a few odd values are planted."""
    values = np.random.default_rng(seed).integers(1, 4, (n, 3)).astype(float)
    for row, item, value in odd:
        values[row % n, item] = value
    return pd.DataFrame(values, columns=list("abc"))


def test_any_answers_give_finite_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=60)
    @given(
        answers=st.builds(
            sound_but_for,
            st.integers(0, 10_000),
            st.integers(1, 30),
            st.lists(st.tuples(st.integers(0, 29), st.integers(0, 2), st.sampled_from([np.nan, np.inf])), max_size=2),
        ),
        missing=st.sampled_from(["listwise", "pairwise"]),
    )
    def check(answers: pd.DataFrame, missing: str) -> None:
        try:
            result = ordinal_alpha(answers, missing=missing)
        except IkfsError:
            return
        assert np.isfinite(result.to_frame()["estimate"]).all()
        assert result.omega_total is not None or result.notes
        finished.append(True)

    check()
    assert finished  # not all were refused
