from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.validity.content import content_validity_ratio

SHARES = json.loads((Path(__file__).parents[1] / "reference" / "content_binomial.json").read_text())["shares"]


def essential(**counts: tuple[int, int]) -> pd.DataFrame:
    """A column for each (yes, experts), the others' answers missing."""
    rows = max(n for _, n in counts.values())
    columns = {name: [1.0] * yes + [0.0] * (n - yes) + [np.nan] * (rows - n) for name, (yes, n) in counts.items()}
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("n", "critical_n", "critical_cvr"),
    [
        *[(5, 5, 1.00), (7, 7, 1.00), (8, 7, 0.750), (9, 8, 0.778), (10, 9, 0.800), (11, 9, 0.636), (13, 10, 0.538)],
        *[(15, 12, 0.600), (20, 15, 0.500), (30, 20, 0.333), (40, 26, 0.300)],
    ],
)
def test_critical_values_are_those_of_ayre_and_scally(n: int, critical_n: int, critical_cvr: float) -> None:
    # exact one-tailed critical values at .05, three decimals (Ayre & Scally 2014, table 2)
    item = content_validity_ratio(essential(a=(n, n))).items.loc["a"]
    assert item["critical_n"] == critical_n
    assert round(float(item["critical_cvr"]), 3) == critical_cvr


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"{share['count']}of{share['n']}")
def test_interval_and_p_are_those_of_r(share: dict[str, Any]) -> None:
    data = essential(a=(share["count"], share["n"]))
    for level in (0.95, 0.90):
        item = content_validity_ratio(data, level=level).items.loc["a"]
        # R inverts the beta distribution by its own iteration; both keep about 14 digits
        limits = [2 * end - 1 for end in share[f"ci_{level:.2f}".replace("0.", "")]]
        assert [item["ci_low"], item["ci_high"]] == pytest.approx(limits, abs=1e-12)
    assert item["p_value"] == pytest.approx(share["p_value"], rel=1e-12)  # R's tail is an incomplete beta function


def test_ratio_worked_by_hand() -> None:
    # 8 experts, 7 and 5 say yes: 7/4 - 1 and 5/4 - 1; 9 and 93 of 256 outcomes have as many; 7 are needed
    result = content_validity_ratio(essential(a=(7, 8), b=(5, 8)))
    assert result.items["cvr"].tolist() == [0.75, 0.25]
    assert result.items["p_value"].tolist() == [9 / 256, 93 / 256]
    assert result.items["kept"].tolist() == [True, False]
    assert (result.cvi_lawshe, result.n_kept, result.n_experts) == (0.75, 1, 8)
    assert "Lawshe 1975 and of Wilson, Pan & Schumsky 2012 differ" in result.notes[0]


def test_truth_values_gaps_and_numbers_are_read_alike() -> None:
    mixed = pd.DataFrame(
        {
            "a": [True, False, None, True, True, True],
            "b": pd.array([True, False, None, True, True, True], dtype="boolean"),
            "c": [1, 0, np.nan, 1, 1, 1],
        }
    )
    items = content_validity_ratio(mixed).items
    assert items["n_essential"].tolist() == [4, 4, 4]
    assert items["n_experts"].tolist() == [5, 5, 5]


def test_a_panel_below_five_keeps_nothing_and_says_so() -> None:
    result = content_validity_ratio(essential(a=(4, 4), b=(1, 1)))
    assert result.items[["critical_cvr", "critical_n"]].isna().to_numpy().all()
    assert result.items["critical_n"].dtype == "Int64"
    assert not result.items["kept"].any()
    assert np.isnan(result.cvi_lawshe)
    assert "no critical CVR for a, b" in result.notes[1]
    assert "cvi_lawshe) is undefined" in result.notes[2]
    assert content_validity_ratio(essential(a=(4, 4)), alpha=0.0625).items.loc["a", "critical_n"] == 4  # exactly 1/16


@settings(max_examples=20)
@given(
    answers=st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=4, max_size=4), min_size=1, max_size=20),
    seed=st.integers(0, 99),
)
def test_order_of_experts_and_silent_experts_do_not_count(answers: list[list[float]], seed: int) -> None:
    frame = pd.DataFrame([*answers, [1.0] * 4])
    there = content_validity_ratio(frame)
    mixed = content_validity_ratio(frame.sample(frac=1, random_state=seed))
    silent = content_validity_ratio(pd.concat([frame, pd.DataFrame(np.nan, index=[-1], columns=frame.columns)]))
    pd.testing.assert_frame_equal(there.items, mixed.items)
    pd.testing.assert_frame_equal(there.items, silent.items)
    # no answer at all stands for one less essential and one more not: the ratio turns over
    turned = content_validity_ratio(1 - frame).items
    assert turned["cvr"].to_numpy() == pytest.approx(-there.items["cvr"].to_numpy(), abs=1e-15)  # one rounding
    assert (there.items["ci_low"] <= there.items["cvr"]).all()
    assert (there.items["ci_high"] >= there.items["cvr"]).all()


def test_the_exact_interval_covers_at_least_its_level() -> None:
    # every outcome of 4 to 12 experts, weighed by its chance, for a grid of true shares
    for n in (4, 7, 12):
        items = content_validity_ratio(essential(**{str(yes): (yes, n) for yes in range(n + 1)})).items
        for share in np.linspace(0.05, 0.95, 19):
            chance = np.array([share**yes * (1 - share) ** (n - yes) for yes in range(n + 1)])
            chance *= [np.prod(np.arange(n - yes + 1, n + 1) / np.arange(1, yes + 1)) for yes in range(n + 1)]
            covered = (items["ci_low"] <= 2 * share - 1 + 1e-12) & (2 * share - 1 - 1e-12 <= items["ci_high"])
            assert chance[covered.to_numpy()].sum() >= 0.95


@pytest.mark.parametrize(
    ("answers", "options", "error", "text"),
    [
        (pd.DataFrame({"a": [3, 2, 1]}), {}, ScaleError, "True or False .* 2 value.s. are neither, the first 3 .*'a'"),
        (pd.DataFrame({"a": [1, "ya"]}), {}, NotNumericError, "'ya' in row 1"),
        (pd.DataFrame({"a": [1, 0], "b": [np.nan, np.nan]}), {}, TooFewError, "no rating for b"),
        (pd.DataFrame({"a": [1, 0]}, index=["E1", "E1"]), {}, ColumnError, "one row for each expert; .* for E1"),
        (pd.DataFrame([[1, 0]], columns=["a", "a"]), {}, ColumnError, "repeated: a"),
        (pd.DataFrame({"a": []}), {}, TooFewError, "at least 1 rows"),
        (pd.DataFrame({"a": [1, 0]}), {"alpha": 0}, ParameterError, "alpha must be a number between 0 and 1"),
        (pd.DataFrame({"a": [1, 0]}), {"level": 95}, ParameterError, "level must be a number between 0 and 1"),
    ],
)
def test_bad_answers_are_refused_in_plain_words(
    answers: pd.DataFrame, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        content_validity_ratio(answers, **options)
