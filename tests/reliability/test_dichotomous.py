from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ConstantItemError, IkfsError, MatrixError, ScaleError
from ikfs_methods.reliability.alpha import cronbach_alpha
from ikfs_methods.reliability.dichotomous import kuder_richardson

REFERENCE = Path(__file__).parents[1] / "reference"
THEIRS = json.loads((REFERENCE / "reliability_alpha_family.json").read_text(encoding="utf-8"))
HAND = pd.DataFrame({"a": [0, 1, 1, 1], "b": [0, 0, 1, 1], "c": [0, 0, 1, 1]})


def right_answers() -> pd.DataFrame:
    pilot = pd.read_csv(REFERENCE / "pilot.csv")
    pilot["PS8"] = 6 - pilot["PS8"]
    answers = pilot[[f"PS{number}" for number in range(1, 9)]]
    return (answers >= 4).astype(float).where(answers.notna())


def test_both_coefficients_agree_with_r() -> None:
    result = kuder_richardson(right_answers())
    # R prints 15 digits; the largest deviation seen is 2e-15
    assert result.kr20 == pytest.approx(THEIRS["kr20"], abs=1e-12)
    assert result.kr21 == pytest.approx(THEIRS["kr21"], abs=1e-12)
    assert result.share.tolist() == pytest.approx(THEIRS["kr_share"], abs=1e-12)
    assert (result.n_respondents, result.n_items) == (THEIRS["kr_n"], 8)


def test_both_worked_by_hand() -> None:
    # shares 3/4, 1/2, 1/2: pq 3/16 + 1/4 + 1/4 = 11/16; sums 0, 1, 3, 3: mean 7/4, mean square 19/4, variance 27/16
    result = kuder_richardson(HAND)
    assert result.kr20 == pytest.approx(3 / 2 * (1 - 11 / 27), rel=1e-12)  # a dozen roundings
    assert result.kr21 == pytest.approx(3 / 2 * (1 - 7 / 4 * 5 / 4 / (3 * 27 / 16)), rel=1e-12)
    frame = result.to_frame()
    assert frame["coefficient"].tolist() == ["kr20", "ci_low", "ci_high", "kr21", "share", "share", "share"]


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_kr20_is_alpha_with_its_interval(missing: str) -> None:
    answers = right_answers()
    ours, alpha = kuder_richardson(answers, missing=missing), cronbach_alpha(answers, missing=missing)  # type: ignore[arg-type]
    assert (ours.kr20, ours.ci_low, ours.ci_high) == (alpha.alpha, alpha.ci_low, alpha.ci_high)
    assert (ours.n_dropped, ours.missing) == (alpha.n_dropped, missing)


def test_codes_and_truth_values_do_not_matter() -> None:
    coded = kuder_richardson(HAND * 3 + 2)
    assert (coded.lower, coded.higher) == (2, 5)
    for other in (coded, kuder_richardson(HAND.astype(bool))):
        # the same arithmetic in other units
        assert (other.kr20, other.kr21) == pytest.approx((kuder_richardson(HAND).kr20, kuder_richardson(HAND).kr21))
        assert other.share.tolist() == [0.75, 0.5, 0.5]


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 1), min_size=4, max_size=4), min_size=2, max_size=30))
def test_kr21_is_never_above_kr20(rows: list[list[int]]) -> None:
    try:
        result = kuder_richardson(pd.DataFrame(rows))
    except (ConstantItemError, MatrixError):
        reject()
    assert result.kr21 <= result.kr20 + 1e-12 * abs(result.kr20)  # equal shares: equal but for rounding


def test_items_of_one_difficulty_make_both_equal() -> None:
    answers = pd.DataFrame({"a": [1, 1, 0, 0, 1, 0], "b": [1, 0, 1, 0, 1, 0], "c": [1, 1, 0, 0, 0, 1]})
    result = kuder_richardson(answers)
    assert result.kr21 == pytest.approx(result.kr20, rel=1e-12)  # rounding


def test_more_than_two_answers_are_refused() -> None:
    with pytest.raises(
        ScaleError, match=r"the same two values in all items; found 0, 1, 2, the third and further ones in b"
    ):
        kuder_richardson(HAND.assign(b=[0, 1, 2, 2]))
    with pytest.raises(ScaleError, match=r"found 0, 1, 5, 6"):
        kuder_richardson(HAND.assign(b=HAND["b"] + 5))
    with pytest.raises(ConstantItemError, match="constant over 4 respondents: c"):
        kuder_richardson(HAND.assign(c=1))


def test_any_gaps_give_finite_numbers_or_a_named_error() -> None:
    rng, finished = np.random.default_rng(0), 0
    for _ in range(100):
        answers = pd.DataFrame(rng.choice([0.0, 1.0, np.nan], size=(6, 3)))
        try:
            result = kuder_richardson(answers, missing="pairwise")
        except IkfsError:
            continue
        assert np.isfinite(result.to_frame()["estimate"]).all()
        finished += 1
    assert finished > 10  # of six respondents few have no item without a spread
