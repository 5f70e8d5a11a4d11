from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import ConstantItemError, IkfsError, MatrixError
from ikfs_methods.reliability.bound import greatest_lower_bound, largest_errors
from ikfs_methods.reliability.guttman import guttman_lambdas

ExactAnswers = Callable[..., pd.DataFrame]

REFERENCE = Path(__file__).parents[1] / "reference"
PILOT = json.loads((REFERENCE / "glb_pilot.json").read_text(encoding="utf-8"))["KD"]
HOLZINGER = json.loads((REFERENCE / "glb_holzinger.json").read_text(encoding="utf-8"))
MOMENTS = json.loads((REFERENCE / "reliability_holzinger.json").read_text(encoding="utf-8"))

# Rcsdp's own tolerance is 1e-8 of the trace; our gap is 1e-10. The largest deviation seen is 8e-10.
CSDP = 1e-8
R_DIGITS = 1e-12  # 15 printed digits less what the sums lose; the largest deviation seen is 1e-15


def test_bound_agrees_with_rcsdp_on_answers() -> None:
    answers = pd.read_csv(REFERENCE / "pilot.csv")[PILOT["items"]]
    for standardized, kind in ((False, "cov"), (True, "cor")):
        ours = greatest_lower_bound(answers, standardized=standardized)
        assert ours.glb == pytest.approx(PILOT[kind], abs=CSDP)
        assert ours.tenberge.tolist() == pytest.approx(PILOT[f"tenberge_{kind}"], abs=R_DIGITS)
        assert ours.n_respondents == 1011
        assert ours.notes == ()


def test_bound_agrees_with_rcsdp_on_published_moments() -> None:
    names = [f"x{i}" for i in range(1, 10)]
    correlations = np.array(MOMENTS["correlations"])
    covariance = pd.DataFrame(correlations * np.outer(MOMENTS["sd"], MOMENTS["sd"]), names, names)
    for standardized, kind in ((False, "cov"), (True, "cor")):
        ours = greatest_lower_bound(covariance, standardized=standardized)
        assert ours.glb == pytest.approx(HOLZINGER[kind], abs=CSDP)
        assert ours.tenberge.tolist() == pytest.approx(HOLZINGER[f"tenberge_{kind}"], abs=R_DIGITS)
    assert "an unknown number of respondents" in ours.notes[0]


@pytest.mark.parametrize(("k", "r"), [(2, 0.4), (3, 0.5), (8, 0.3), (40, 0.1)])
def test_equally_correlated_items_have_alpha_for_their_bound(exact_answers: ExactAnswers, k: int, r: float) -> None:
    ours = greatest_lower_bound(exact_answers(np.full((k, k), r) + (1 - r) * np.eye(k), 3 * k))
    assert ours.glb == pytest.approx(k * r / (1 + (k - 1) * r), abs=2e-10)  # the gap
    assert ours.errors.tolist() == pytest.approx([1 - r] * k, abs=1e-6)  # a flat optimum: the root of the gap, at most
    assert "too high in samples below about 1,000" in ours.notes[0]


def test_bound_of_two_items_is_known() -> None:
    covariance = pd.DataFrame([[1, 0.9], [0.9, 9]], ["a", "b"], ["a", "b"])
    # what is left, u1 and u2, must keep u1 u2 >= .9^2, and its sum is least at u1 = u2 = .9: errors of .1 and 8.1
    ours = greatest_lower_bound(covariance)
    assert ours.glb == pytest.approx(1 - 8.2 / 11.8, abs=1e-9)
    assert ours.errors.tolist() == pytest.approx([0.1, 0.9], abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.floats(0.2, 3))
def test_bound_is_above_all_others_and_proves_itself(seed: int, k: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    scale = np.exp(spread * rng.normal(size=k))
    covariance = np.cov(((rng.normal(size=(k + 20, k)) + rng.normal(size=(k + 20, 1))) * scale).T)
    frame = pd.DataFrame(covariance).add_prefix("x").set_axis([f"x{i}" for i in range(k)])
    ours, others = greatest_lower_bound(frame), guttman_lambdas(frame)
    best = max(getattr(others, f"lambda{i}") for i in range(1, 7))
    assert ours.glb >= best - 1e-9  # the certificate's width, and rounding
    assert ours.gap < 1e-9
    assert ours.tenberge.is_monotonic_increasing or np.ptp(ours.tenberge) < 1e-9
    left = covariance - np.diag(ours.errors * np.diag(covariance))
    assert np.linalg.eigvalsh(left / np.outer(scale, scale))[0] > -1e-9
    assert ours.errors.between(0, 1).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_no_allowed_errors_do_better(seed: int) -> None:
    """A random search cannot find more error variance than the certificate allows."""
    rng = np.random.default_rng(seed)
    correlations = np.corrcoef((rng.normal(size=(40, 5)) + rng.normal(size=(40, 1))).T)
    worth = np.full(5, 1 / correlations.sum())
    share, gap = largest_errors(correlations, worth)
    for _ in range(50):
        trial = np.clip(share + 0.02 * rng.normal(size=5), 0, 1)
        if np.linalg.eigvalsh(correlations - np.diag(trial))[0] >= 0:
            assert worth @ trial <= worth @ share + gap + 1e-12


def test_repeated_items_have_no_error() -> None:
    answers = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))
    ours = greatest_lower_bound(answers.assign(d=answers["a"]))
    assert ours.errors[["a", "d"]].max() < 1e-6  # the ridge and the gap
    assert np.isfinite(ours.to_frame()["estimate"]).all()


def test_two_items_that_are_one_have_a_bound_of_one() -> None:
    ours = greatest_lower_bound(pd.DataFrame(np.ones((2, 2)), list("ab"), list("ab")))
    assert (ours.glb, ours.errors.tolist()) == (1, [0, 0])
    assert 0 <= ours.gap < 1e-9


def test_items_that_add_up_to_another_have_no_error() -> None:
    rng = np.random.default_rng(6)
    answers = pd.DataFrame(rng.normal(size=(80, 3)) + rng.normal(size=(80, 1)), columns=list("abc"))
    answers["sum"] = answers["a"] + answers["b"]
    ours = greatest_lower_bound(answers)
    # only c can err, by what a and b leave of it unexplained
    centred = answers - answers.mean()
    beta, *_ = np.linalg.lstsq(centred[["a", "b"]].to_numpy(), centred["c"].to_numpy(), rcond=None)
    left = (centred["c"] - centred[["a", "b"]].to_numpy() @ beta).var()
    assert ours.errors[["a", "b", "sum"]].tolist() == [0, 0, 0]
    assert ours.glb == pytest.approx(1 - left / answers.sum(axis=1).var(), abs=1e-9)  # the certificate's width


def test_fewer_respondents_than_items_leave_no_room_for_error() -> None:
    # every item takes part in what five respondents leave undetermined; psych's glb.algebraic ends at .9999999986
    answers = pd.DataFrame(np.random.default_rng(7).normal(size=(5, 6)) + 1.0).add_prefix("x")
    ours = greatest_lower_bound(answers.abs())
    assert ours.glb == 1
    assert ours.gap < 1e-7


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 7), st.floats(1e-7, 1e-1))
def test_items_that_nearly_add_up_are_enclosed_too(seed: int, k: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(60, k)) + rng.normal(size=(60, 1))
    last = values @ rng.normal(size=k) + noise * rng.normal(size=60)
    correlations = np.corrcoef(np.column_stack([values, last]).T)
    share, gap = largest_errors(correlations, np.full(k + 1, 1 / (k + 1)))
    assert 0 <= gap < 1e-7
    assert np.linalg.eigvalsh(correlations - np.diag(share))[0] > -1e-9  # the ridge, and rounding
    assert (share >= 0).all()


def test_bound_of_sixty_items_is_enclosed() -> None:
    rng = np.random.default_rng(3)
    ours = greatest_lower_bound(pd.DataFrame(rng.normal(size=(200, 60)) + rng.normal(size=(200, 1))).add_prefix("x"))
    assert ours.gap < 1e-9


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ConstantItemError, match="constant over 3 respondents: b"):
        greatest_lower_bound(pd.DataFrame({"a": [1, 2, 4], "b": [1, 1, 1]}))
    wrong = np.array([[1, 0.72, -0.1], [0.72, 1, 0.62], [-0.1, 0.62, 1]])
    wrong[0, 2] = wrong[2, 0] = -0.0995  # an eigenvalue a little below 0, as printing two digits can cause
    frame = pd.DataFrame(wrong, list("abc"), list("abc"))
    assert -0.01 < np.linalg.eigvalsh(wrong)[0] < -1e-9
    with pytest.raises(MatrixError, match="needs covariances that can occur together"):
        greatest_lower_bound(frame)


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=80, deadline=None)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(1, 6), st.integers(1, 5)),
            elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, -3.0, np.nan, 1e300, 1e-300, np.inf]),
        ),
        st.sampled_from(["listwise", "pairwise"]),
    )
    def check(values: np.ndarray, missing: str) -> None:
        try:
            ours = greatest_lower_bound(pd.DataFrame(values).add_prefix("x"), missing=missing)  # type: ignore[arg-type]
        except IkfsError:
            return
        assert np.isfinite(ours.to_frame()["estimate"]).all()
        finished.append(True)

    check()
    assert finished  # not all were refused
