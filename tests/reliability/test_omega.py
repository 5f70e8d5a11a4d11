from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ConvergenceError, IkfsError, MatrixError, ParameterError, TooFewError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.omega import OmegaResult, mcdonald_omega

REFERENCE = Path(__file__).parents[1] / "reference"


def stored(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((REFERENCE / name).read_text(encoding="utf-8"))
    return content


HOLZINGER, PILOT, BFI, HEYWOOD = (stored(f"omega_{name}.json") for name in ("holzinger", "pilot", "bfi", "heywood"))
MOMENTS = stored("reliability_holzinger.json")

# psych minimises by finite differences, whose loadings are right to about five digits; the largest deviations seen are
# 8.1e-6 for coefficients and 1.4e-5 for loadings and shares.
OPTIMISER, LOADINGS = 1e-5, 3e-5
COEFFICIENTS = ("omega_hierarchical", "omega_total", "omega_limit", "alpha", "lambda6", "ecv")


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    answers["PS8"] = 6 - answers["PS8"]
    return answers[PILOT["items"]]


def square(values: list[list[float]]) -> pd.DataFrame:
    names = [f"x{i + 1}" for i in range(len(values))]
    return pd.DataFrame(values, names, names)


def hierarchical(general: list[float], groups: list[list[float]]) -> tuple[pd.DataFrame, np.ndarray]:
    """Correlations of items with a general loading and proportional loadings on their own group factor."""
    g = np.array(general)
    table = np.zeros((len(g), len(groups)))
    start = 0
    for place, loadings in enumerate(groups):
        table[start : start + len(loadings), place] = loadings
        start += len(loadings)
    matrix = np.outer(g, g) + table @ table.T
    uniqueness = 1 - np.diag(matrix)
    np.fill_diagonal(matrix, 1)
    return square(matrix.tolist()), uniqueness


def assert_agrees(ours: OmegaResult, theirs: dict[str, Any], tolerance: float = OPTIMISER) -> None:
    for name in COEFFICIENTS:
        assert getattr(ours, name) == pytest.approx(theirs[name], abs=tolerance), name


def assert_same_solution(ours: OmegaResult, theirs: dict[str, Any]) -> None:
    assert_agrees(ours, theirs)
    table = np.array(theirs["schmid_leiman"])
    m = ours.n_factors
    np.testing.assert_allclose(ours.schmid_leiman["general"], np.abs(table[:, 0]), atol=LOADINGS)
    np.testing.assert_allclose(ours.schmid_leiman[["h2", "u2", "p2"]], table[:, -3:], atol=LOADINGS)
    mine = ours.schmid_leiman[list(ours.loadings.columns)].to_numpy()
    for place in range(m):  # the order of the factors is arbitrary
        gaps = np.abs(np.abs(mine) - np.abs(table[:, [1 + place]])).max(axis=0)
        assert gaps.min() < LOADINGS
        factor = ours.loadings.columns[int(gaps.argmin())]
        group = ours.groups.loc[factor, ["total", "general", "group"]].tolist()
        assert group == pytest.approx(theirs["groups"][1 + place], abs=LOADINGS)
    whole = ours.groups.loc["general", ["total", "general", "group"]].tolist()
    assert whole == pytest.approx(theirs["groups"][0], abs=LOADINGS)


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_omega_of_published_correlations_agrees_with_psych(extraction: str) -> None:
    ours = mcdonald_omega(square(MOMENTS["correlations"]), extraction=extraction)
    assert_same_solution(ours, HOLZINGER[extraction])
    assert ours.notes == ()
    assert (ours.n, ours.n_factors, ours.rotation) == (None, 3, "oblimin")


def test_omega_of_answers_agrees_with_psych(pilot: pd.DataFrame) -> None:
    assert_same_solution(mcdonald_omega(pilot, missing="pairwise"), PILOT["pairwise"])


@pytest.mark.parametrize(
    ("block", "options"),
    [
        ("four", {"n_factors": 4}),
        ("promax", {"rotation": "promax"}),
        ("geomin", {"rotation": "geomin"}),
        ("ml", {"extraction": "ml"}),
        ("paf", {"extraction": "paf", "paf_stop": "psych"}),
    ],
)
def test_options_agree_with_psych(pilot: pd.DataFrame, block: str, options: dict[str, Any]) -> None:
    ours = mcdonald_omega(pilot, **options)
    assert_agrees(ours, PILOT["complete"][block])
    np.testing.assert_allclose(ours.schmid_leiman["general"], PILOT["complete"][block]["general"], atol=LOADINGS)
    assert (ours.n, ours.n_dropped) == (773, 427)


def test_two_factors_share_their_correlation_equally() -> None:
    names = BFI["items"]
    ours = mcdonald_omega(pd.DataFrame(BFI["correlations"], names, names), n_factors=2)
    assert_agrees(ours, BFI)
    r = float(ours.phi.iloc[0, 1])
    assert ours.general_loadings.tolist() == pytest.approx([np.sqrt(r)] * 2, abs=1e-15)  # the rule itself
    assert "taken to be equal" in ours.notes[0]


def test_one_factor_has_omega_total_only(pilot: pd.DataFrame) -> None:
    items = [f"KD{i}" for i in range(1, 8)]
    used = pilot.dropna()[items]
    ours = mcdonald_omega(used, n_factors=1)
    assert ours.omega_total == pytest.approx(PILOT["one"]["omega_total"], abs=OPTIMISER)
    assert ours.omega_hierarchical == pytest.approx(PILOT["one"]["omega_h"], abs=OPTIMISER)
    assert "omega_total is meaningful" in ours.notes[0]
    assert list(ours.schmid_leiman.columns) == ["general", "h2", "u2", "p2"]
    assert list(ours.groups.index) == ["general"]


def test_ordinal_omega_agrees_with_psych() -> None:
    block = PILOT["polychoric_one"]
    given_matrix = pd.DataFrame(block["correlations"], block["items"], block["items"])
    assert mcdonald_omega(given_matrix, n_factors=1).omega_total == pytest.approx(block["omega_total"], abs=OPTIMISER)
    answers = pd.read_csv(REFERENCE / "pilot.csv")[block["items"]]
    ours = mcdonald_omega(answers, n_factors=1, correlation="polychoric", missing="pairwise")
    assert ours.omega_total == pytest.approx(block["omega_total"], abs=1e-4)  # polychorics agree to about 1e-5


def test_second_order_heywood_case_is_named() -> None:
    ours = mcdonald_omega(square(HEYWOOD["correlations"]))
    # the second-order loss is bounded differently; the brackets of both programs agree to the third digit
    assert_agrees(ours, HEYWOOD, 2e-3)
    assert len(ours.heywood) == 1
    assert f"The general factor explains {ours.heywood[0]} completely" in ours.notes[0]


def test_known_hierarchy_is_recovered() -> None:
    # within a group the group loadings are proportional to the general ones, which Schmid-Leiman presumes
    general = [0.6, 0.7, 0.5, 0.64, 0.56, 0.72, 0.3, 0.45, 0.36]
    groups = [
        [0.5 * g for g in general[:3]],
        [0.75 * g for g in general[3:6]],
        [1.5 * g for g in general[6:]],
    ]
    matrix, uniqueness = hierarchical(general, groups)
    ours = mcdonald_omega(matrix)
    total = matrix.to_numpy().sum()
    # rotation stops where R's does, at a slope of 1e-5; the largest deviation seen is 2e-6
    assert ours.schmid_leiman["general"].tolist() == pytest.approx(general, abs=1e-5)
    assert ours.schmid_leiman["u2"].tolist() == pytest.approx(uniqueness.tolist(), abs=1e-6)
    assert ours.omega_hierarchical == pytest.approx(sum(general) ** 2 / total, abs=1e-5)
    assert ours.omega_total == pytest.approx(1 - uniqueness.sum() / total, abs=1e-6)
    assert ours.omega_limit == pytest.approx(ours.omega_hierarchical / ours.omega_total, abs=1e-14)
    squares = sum(g * g for g in general)
    assert ours.ecv == pytest.approx(squares / (squares + sum(x * x for group in groups for x in group)), abs=1e-5)
    assert ours.groups["n_items"].tolist() == [9, 3, 3, 3]
    found = sorted(ours.groups["general"].tolist()[1:])
    expected = sorted(sum(general[i : i + 3]) ** 2 / matrix.to_numpy()[i : i + 3, i : i + 3].sum() for i in (0, 3, 6))
    assert found == pytest.approx(expected, abs=1e-5)
    parts = ours.groups.iloc[1:]
    np.testing.assert_allclose(parts["total"], parts["general"] + parts["group"], atol=1e-14)


@pytest.mark.parametrize(("k", "r"), [(4, 0.3), (7, 0.6)])
def test_one_factor_of_parallel_items_gives_alpha(k: int, r: float) -> None:
    ours = mcdonald_omega(square((np.full((k, k), r) + (1 - r) * np.eye(k)).tolist()), n_factors=1)
    alpha = k * r / (1 + (k - 1) * r)
    assert ours.omega_total == pytest.approx(alpha, abs=1e-8)  # where minres ends
    assert ours.omega_hierarchical == pytest.approx(alpha, abs=1e-8)
    assert ours.alpha == pytest.approx(alpha, abs=1e-14)


def test_reversed_items_are_turned_round(pilot: pd.DataFrame) -> None:
    keyed = mcdonald_omega(pilot)
    reversed_items = pilot.assign(KD2=6 - pilot["KD2"], PM3=6 - pilot["PM3"])
    ours = mcdonald_omega(reversed_items)
    assert ours.flipped == ("KD2", "PM3")
    assert "Turned round, for a negative loading on the general factor: KD2, PM3." in ours.notes
    for name in COEFFICIENTS:
        assert getattr(ours, name) == pytest.approx(getattr(keyed, name), abs=1e-7)  # where the rotation settles
    assert keyed.alpha == pytest.approx(cronbach_alpha(pilot).standardized_alpha, abs=1e-14)
    np.testing.assert_allclose(ours.schmid_leiman["general"], keyed.schmid_leiman["general"], atol=1e-6)


def test_a_correlation_result_serves(pilot: pd.DataFrame) -> None:
    made = correlation_matrix(pilot)
    frame = mcdonald_omega(made).to_frame()
    pd.testing.assert_frame_equal(frame, mcdonald_omega(pilot).to_frame())
    assert frame["coefficient"].tolist()[:6] == list(OmegaResult.__slots__[:6])
    assert len(frame) == 6 + 9


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.integers(6, 12),
    st.integers(1, 3),
)
def test_parts_add_up(seed: int, k: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    answers = pd.DataFrame(rng.normal(size=(80, k)) + rng.normal(size=(80, 2)) @ rng.uniform(0, 1, (2, k)))
    try:
        ours = mcdonald_omega(answers.add_prefix("x"), n_factors=m)
    except ConvergenceError:
        reject()
    table = ours.schmid_leiman
    assert (table["general"] >= 0).all()
    np.testing.assert_allclose(table["h2"] + table["u2"], 1, atol=1e-12)  # rounding
    assert ours.omega_hierarchical == pytest.approx(ours.omega_limit * ours.omega_total, abs=1e-12)
    if m == 1:
        np.testing.assert_allclose(table["p2"], 1, atol=1e-12)
    assert np.isfinite(ours.to_frame()["estimate"]).all()


def test_items_that_the_factors_explain_completely_are_named() -> None:
    # one item with a loading of 1, at the bound of the extraction
    loadings = np.array([1.0, 0.6, 0.5, 0.4, 0.7])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1.0)
    matrix[0, 1:] = matrix[1:, 0] = 1.05 * loadings[1:]
    names = list("abcde")
    ours = mcdonald_omega(pd.DataFrame(matrix, names, names), n_factors=1)
    assert ours.heywood_items == ("a",)
    proper = mcdonald_omega(pd.DataFrame(np.full((5, 5), 0.3) + 0.7 * np.eye(5), names, names), n_factors=1)
    assert proper.heywood_items == ()


def test_errors_say_what_to_do(pilot: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="rotation must be one of .*oblimin"):
        mcdonald_omega(pilot, rotation="varimax")
    with pytest.raises(ParameterError, match="extraction must be one of minres, ml, paf"):
        mcdonald_omega(pilot, extraction="pca")
    with pytest.raises(ParameterError, match="n_factors must be at most 1 for 4 items; found 3"):
        mcdonald_omega(pilot.iloc[:, :4])
    with pytest.raises(ParameterError, match="n_factors must be a whole number from 1 to"):
        mcdonald_omega(pilot, n_factors=0)
    with pytest.raises(TooFewError, match="at least 3 items"):
        mcdonald_omega(pilot.iloc[:, :2], n_factors=1)
    with pytest.raises(MatrixError, match="must be positive definite"):
        mcdonald_omega(pilot.assign(twin=pilot["KD1"]))
    with pytest.raises(MatrixError, match="must be positive definite"):
        mcdonald_omega(pilot.dropna().head(15))


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=60)
    @given(
        st.integers(0, 10_000),
        st.tuples(st.integers(1, 40), st.integers(1, 7)),
        st.lists(
            st.tuples(st.integers(0, 39), st.integers(0, 6), st.sampled_from([np.nan, 1e300, 1e-300, np.inf])),
            max_size=2,
        ),
        st.integers(-1, 4),
    )
    def check(seed: int, shape: tuple[int, int], odd: list[tuple[int, int, float]], n_factors: int) -> None:
        rng = np.random.default_rng(seed)
        values = rng.normal(size=shape) + rng.normal(size=(shape[0], 1))
        for row, item, value in odd:
            values[row % shape[0], item % shape[1]] = value
        try:
            ours = mcdonald_omega(pd.DataFrame(values).add_prefix("x"), n_factors=n_factors)
        except IkfsError:
            return
        assert np.isfinite(ours.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
