from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    ConstantItemError,
    IkfsError,
    NotNumericError,
    ParameterError,
    ScaleError,
    TooFewError,
)
from ikfs_methods.validity.differential import DifResult, dif

REFERENCE = Path(__file__).parents[1] / "reference"
POLR = json.loads((REFERENCE / "dif_pilot.json").read_text(encoding="utf-8"))
DIFR = json.loads((REFERENCE / "dif_bfi.json").read_text(encoding="utf-8"))
KD = [f"KD{i}" for i in range(1, 9)]


def drawn(
    rng: np.random.Generator, n: int, *, groups: int = 2, shift: float = 0.0, slope: float = 0.0
) -> tuple[pd.DataFrame, pd.Series]:
    """Eight 5-point items of one dimension; the last group finds the first harder by `shift`, steeper by `slope`."""
    standing, group = rng.normal(size=n), rng.integers(0, groups, n)
    focal = group == groups - 1
    latent = 0.8 * standing[:, None] + 0.6 * rng.normal(size=(n, 8))
    latent[:, 0] += focal * (slope * standing - shift)
    points = np.searchsorted([-1.2, -0.4, 0.4, 1.2], latent) + 1
    return pd.DataFrame(points, columns=[f"i{j}" for j in range(8)]), pd.Series(group, name="group")


@pytest.mark.parametrize(("purify", "block"), [(False, "round1"), (True, "round2")])
def test_tests_agree_with_polr(pilot: pd.DataFrame, block: str, purify: bool) -> None:
    result = dif(pilot[KD], pilot["cluster"], purify=purify)
    loglik = pd.DataFrame(POLR["loglik"][block], index=["alone", "score", "uniform", "full"]).T
    # R prints 15 digits of log likelihoods near 1,300, polr stops a relative 1e-16 short; the largest deviation: 2e-11
    theirs = {
        "chi2_total": 2 * (loglik["full"] - loglik["score"]),
        "chi2_uniform": 2 * (loglik["uniform"] - loglik["score"]),
        "chi2_nonuniform": 2 * (loglik["full"] - loglik["uniform"]),
    }
    for name, values in theirs.items():
        assert result.items[name].tolist() == pytest.approx(values.tolist(), abs=1e-9), name
    nagelkerke = {
        name: (1 - np.exp(2 / 1011 * (loglik["alone"] - loglik[name]))) / (1 - np.exp(2 / 1011 * loglik["alone"]))
        for name in ("score", "full")
    }
    gain = (nagelkerke["full"] - nagelkerke["score"]).tolist()
    assert result.items["delta_r2"].tolist() == pytest.approx(gain, abs=1e-12)
    mcfadden = dif(pilot[KD], pilot["cluster"], purify=purify, r2="mcfadden").items["delta_r2"]
    gain = ((loglik["score"] - loglik["full"]) / loglik["alone"]).tolist()
    assert mcfadden.tolist() == pytest.approx(gain, abs=1e-12)
    assert result.items["n"].tolist() == [1011] * 8
    assert (result.items["df"].tolist(), result.items["df_uniform"].tolist()) == ([8] * 8, [4] * 8)


def test_group_effects_agree_with_polr(pilot: pd.DataFrame) -> None:
    theirs = np.array(POLR["group_effects_KD5"])
    ours = dif(pilot[KD], pilot["cluster"]).effects.loc["KD5"]
    # slopes move with the root of what polr's likelihood still lacks; the largest deviation seen is 8e-10
    assert ours.tolist() == pytest.approx((theirs - theirs.mean()).tolist(), abs=1e-7)


def test_binary_items_agree_with_difr() -> None:
    table = pd.DataFrame(DIFR["patterns"]["rows"], columns=DIFR["patterns"]["columns"])
    rows = table.loc[table.index.repeat(table["n"])].reset_index(drop=True)
    result = dif(rows[DIFR["items"]], rows["gender"], match="total", purify=False, r2="coxsnell")
    # 15 printed digits, sums over 2,721 respondents; the largest deviation seen is 9e-13
    assert result.items["chi2_total"].tolist() == pytest.approx(DIFR["stat"], abs=1e-10)
    assert result.items["p_total"].tolist() == pytest.approx(DIFR["p"], abs=1e-10)
    assert result.items["delta_r2"].tolist() == pytest.approx(DIFR["delta_r2"], abs=1e-13)
    assert result.flagged == ()


def test_the_planted_item_is_found_and_nothing_else(pilot: pd.DataFrame) -> None:
    found = {
        name: dif(pilot[[f"{name}{i}" for i in range(1, 9)]], pilot["cluster"], missing=missing)
        for name in ("KD", "PS", "PM")
        for missing in ("listwise", "pairwise")
    }
    assert [result.flagged for result in found.values()] == [("KD5",), (), ()]
    row = found["KD"].items.loc["KD5"]
    assert (row["group"], row["direction"], row["dif_kind"]) == ("lansia", "harder", "uniform")
    assert "KD5" not in found["KD"].anchors
    assert found["KD"].purification["flagged"].tolist() == ["KD5", "KD5"]
    assert found["KD"].settled


def test_counts_of_who_was_used(pilot: pd.DataFrame) -> None:
    groups = pilot["cluster"].where(pilot.index >= 30)
    result = dif(pilot[KD], groups)
    complete = pilot[KD].notna().all(axis=1)
    assert (result.n, result.n_dropped) == (complete[30:].sum(), 1200 - complete[30:].sum())
    assert result.n_without_group == 30
    assert result.groups.to_dict() == pilot["cluster"][complete & (pilot.index >= 30)].value_counts().to_dict()
    assert result.indicative  # napza has fewer than 200
    assert not dif(pilot[KD], groups, least=100).indicative
    pairwise = dif(pilot[KD], groups, missing="pairwise")
    assert pairwise.items["n"].tolist() == pilot[KD][30:].notna().sum().tolist()


def test_order_of_rows_and_names_of_groups_do_not_matter(pilot: pd.DataFrame) -> None:
    shuffled = pilot.sample(frac=1, random_state=3)
    renamed = pilot["cluster"].map(
        {name: i for i, name in enumerate(["lansia", "napza", "anak", "tuna_sosial", "disabilitas"])}
    )
    first, second = dif(pilot[KD], pilot["cluster"]), dif(shuffled[KD], renamed)
    columns = ["chi2_total", "chi2_uniform", "delta_r2"]
    # the groups' order changes the dummies and with them the path to the same maximum
    np.testing.assert_allclose(first.items[columns], second.items[columns], rtol=0, atol=1e-8)


@given(low=st.integers(-20, 20), step=st.sampled_from([0.5, 1, 3, 1e100, 1e-100]))
@settings(max_examples=5)
def test_codes_need_not_begin_at_one_nor_be_consecutive(low: int, step: float) -> None:
    answers, groups = drawn(np.random.default_rng(4), 300, shift=1)
    plain = dif(answers, groups).items["chi2_total"]
    coded = dif((answers + low) * step, groups).items["chi2_total"]
    assert coded.tolist() == pytest.approx(plain.tolist(), abs=1e-7)  # rounding of sums of thirds of a unit


def test_a_given_standing_needs_no_rounds(pilot: pd.DataFrame) -> None:
    standing = pilot[[name for name in KD if name != "KD5"]].mean(axis=1)
    result = dif(pilot[["KD5"]], pilot["cluster"], match=standing)
    assert result.flagged == ("KD5",)
    assert (result.match, result.anchors, len(result.purification)) == ("given", (), 1)
    # the same score in other units is the same standing
    again = dif(pilot[["KD5"]], pilot["cluster"], match=standing * 1e200).items["chi2_total"]
    assert again.tolist() == pytest.approx(result.items["chi2_total"].tolist(), abs=1e-8)


def test_steeper_for_one_group_is_nonuniform() -> None:
    answers, groups = drawn(np.random.default_rng(8), 2000, slope=-0.7)
    result = dif(answers, groups)
    assert result.flagged == ("i0",)
    assert result.items.loc["i0", "dif_kind"] == "nonuniform"
    assert dif(answers, groups, kind="uniform").flagged == ()
    assert dif(answers, groups, kind="nonuniform").flagged == ("i0",)


def test_parts_sum_to_the_whole(pilot: pd.DataFrame) -> None:
    items = dif(pilot[KD], pilot["cluster"]).items
    whole = items["chi2_uniform"] + items["chi2_nonuniform"]
    assert items["chi2_total"].tolist() == pytest.approx(whole.tolist(), abs=1e-9)  # differences of sums near 1,500
    gain = items["delta_r2_uniform"] + items["delta_r2_nonuniform"]
    assert items["delta_r2"].tolist() == pytest.approx(gain.tolist(), abs=1e-12)


def test_size_classes() -> None:
    answers, groups = drawn(np.random.default_rng(9), 1500, shift=0.8)
    result = dif(answers, groups)
    gain = result.items.loc["i0", "delta_r2"]
    assert 0.07 < gain < 0.26
    assert result.items.loc["i0", "size"] == "large"
    zumbo = "moderate" if gain >= 0.13 else "negligible"
    assert dif(answers, groups, classes="zumbo").items.loc["i0", "size"] == zumbo


def test_a_category_that_a_group_leaves_empty_is_kept_and_noted() -> None:
    answers, groups = drawn(np.random.default_rng(10), 600)
    answers.loc[groups == 1, "i0"] = answers.loc[groups == 1, "i0"].clip(upper=4)
    row = dif(answers, groups).items.loc["i0"]
    assert row["tested"]
    assert row["note"] == "1 leaves 1 of 5 categories empty"


def test_a_group_of_one_answer_is_marked() -> None:
    answers, groups = drawn(np.random.default_rng(11), 600)
    answers.loc[groups == 1, "i0"] = 5
    result = dif(answers, groups)
    row = result.items.loc["i0"]
    assert not row["tested"]
    assert not row["flagged"]
    assert np.isnan(row["chi2_total"])
    assert row["note"].startswith("not tested: the score and the groups predict some answers without exception")
    assert result.effects.loc["i0"].isna().all()
    assert result.items["tested"].sum() == 7


def test_a_reversed_item_is_pointed_at(pilot: pd.DataFrame) -> None:
    answers = pilot[[f"PS{i}" for i in range(1, 9)]].assign(PS8=6 - pilot["PS8"])
    notes = dif(answers, pilot["cluster"]).items["note"]
    assert notes["PS8"] == "the answers fall as the matching score rises: is the item reversed?"
    assert (notes.drop("PS8") == "").all()


def test_two_copies_of_an_item_cannot_be_matched_by_each_other() -> None:
    answers, groups = drawn(np.random.default_rng(12), 200)
    result = dif(answers[["i1"]].assign(copy=answers["i1"]), groups)
    assert not result.items["tested"].any()
    assert result.items["note"].str.startswith("not tested").all()


def test_a_search_that_flags_nearly_all_says_so() -> None:
    answers, groups = drawn(np.random.default_rng(13), 800, shift=2)
    result = dif(answers[["i0", "i1"]], groups)
    assert result.items["flagged"].all()  # each is the other's only anchor
    assert not result.settled


def test_small_groups_are_left_out_by_name() -> None:
    answers, groups = drawn(np.random.default_rng(14), 400)
    groups[:4] = 7
    result = dif(answers, groups)
    assert result.left_out.to_dict() == {7: 4}
    assert result.n == 396


def test_two_groups_name_the_one_that_finds_it_harder() -> None:
    for shift, harder in ((1.0, 1), (-1.0, 0)):
        answers, groups = drawn(np.random.default_rng(15), 800, shift=shift)
        row = dif(answers, groups).items.loc["i0"]
        assert (row["group"], row["direction"]) == (harder, "harder")


def test_three_groups_and_mixed_scales() -> None:
    answers, groups = drawn(np.random.default_rng(16), 1500, groups=3, shift=1)
    answers["i1"] = (answers["i1"] > 3).astype(int)
    answers["i2"] = answers["i2"].clip(2, 4) * 2
    result = dif(answers, groups)
    assert result.flagged == ("i0",)
    assert (result.items["df"] == 4).all()
    pd.testing.assert_frame_equal(result.to_frame(), result.items)


def test_the_docstring_names_the_columns_and_the_table_is_a_copy() -> None:
    answers, groups = drawn(np.random.default_rng(3), 300)
    result = dif(answers, groups)
    said = str(DifResult.__doc__).split("`effects`")[0]
    assert [name for name in result.items.columns if not re.search(rf"\b{name}\b", said)] == []
    shown = result.to_frame()
    shown["n"] = 0
    assert (result.items["n"] == 300).all()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"purify": "False"}, ParameterError, "purify must be True or False; found 'False'"),
        ({"match": "sum"}, ParameterError, "match must be one of rest, total; found 'sum'"),
        ({"kind": "any"}, ParameterError, "kind must be one of both, uniform, nonuniform"),
        ({"r2": "cox"}, ParameterError, "Did you mean 'coxsnell'"),
        ({"alpha": 1}, ParameterError, "alpha must be a number between 0 and 1"),
        ({"effect": -0.1}, ParameterError, "effect must be a gain in R²"),
        ({"least": 2.5}, ParameterError, "least must be a whole number"),
        ({"missing": "drop"}, ParameterError, "missing must be one of listwise, pairwise"),
        ({"match": pd.Series(1.0, index=range(60))}, ConstantItemError, "the matching score must vary"),
        ({"match": pd.Series(["a"] * 60)}, NotNumericError, "the matching score must be numbers"),
    ],
)
def test_options_are_checked(change: dict[str, object], error: type[IkfsError], text: str) -> None:
    answers, groups = drawn(np.random.default_rng(17), 60)
    with pytest.raises(error, match=text):
        dif(answers, groups, **change)  # type: ignore[arg-type]


def test_inputs_are_checked() -> None:
    answers, groups = drawn(np.random.default_rng(18), 60)
    with pytest.raises(ParameterError, match="groups must be a pandas Series by respondent; found list"):
        dif(answers, groups.tolist())  # type: ignore[arg-type]
    with pytest.raises(TooFewError, match=r"at least two groups must have 10 respondents or more; found 0 \(60\)"):
        dif(answers, groups * 0)
    with pytest.raises(TooFewError, match="must name the group of at least one respondent; all 60 are missing"):
        dif(answers, groups.astype(float) * np.nan)
    with pytest.raises(ColumnError, match="none of the 60 labels of the answers, the first 0, 1, 2, is among its own"):
        dif(answers, groups.set_axis([f"r{i}" for i in range(60)]))
    with pytest.raises(ConstantItemError, match="items must vary; constant over 60 respondents: i3"):
        dif(answers.assign(i3=2), groups)
    with pytest.raises(TooFewError, match="at least 2 rows and 2 columns; found 60 and 1"):
        dif(answers[["i0"]], groups)
    fine = answers.assign(i3=np.arange(60) / 7)
    with pytest.raises(ScaleError, match="at most 50 categories; 'i3' has 60 different answers"):
        dif(fine, groups)
    with pytest.raises(ColumnError, match="repeated: i0"):
        dif(pd.concat([answers, answers[["i0"]]], axis=1), groups)


CELLS = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 1e300, -1e300, 1e-300, np.nan, np.inf])


def test_any_answers_give_a_result_or_a_named_error() -> None:
    computed: list[bool] = []

    @given(data=st.data(), n=st.integers(1, 60), k=st.integers(1, 4))
    @settings(max_examples=60)
    def search(data: st.DataObject, n: int, k: int) -> None:
        rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
        answers = pd.DataFrame(rng.integers(1, 4, size=(n, k)).astype(float))
        for _ in range(data.draw(st.integers(0, 6))):
            answers.iloc[rng.integers(n), rng.integers(k)] = data.draw(CELLS)
        groups = pd.Series(rng.choice(["a", "b", None], n, p=[0.48, 0.48, 0.04]))
        try:
            result = dif(answers, groups, missing=data.draw(st.sampled_from(["listwise", "pairwise"])))  # type: ignore[arg-type]
        except IkfsError:
            return
        computed.append(True)
        numbers = result.items[["chi2_total", "p_total", "delta_r2"]]
        unexplained = numbers.isna().any(axis=1) & (result.items["note"] == "")
        assert not unexplained.any()
        assert (result.items["tested"] == numbers["p_total"].notna()).all()

    search()
    assert len(computed) >= 8  # where every draw is refused, nothing is tested


def flags(seed: int, runs: int, n: int, **planted: float) -> list[DifResult]:
    rng = np.random.default_rng(seed)
    return [dif(*drawn(rng, n, **planted), effect=0) for _ in range(runs)]


@pytest.mark.slow
def test_a_planted_shift_is_found() -> None:
    results = flags(21, 25, 600, shift=0.5)
    assert np.mean(["i0" in result.flagged for result in results]) > 0.9
    others = np.mean([result.items["flagged"].iloc[1:].mean() for result in results])
    assert others < 0.04  # alpha is .01; 175 tests


@pytest.mark.slow
def test_p_values_are_uniform_without_dif() -> None:
    runs = 80
    p = np.array([result.items["p_total"] for result in flags(22, runs, 400, groups=3)])
    for level in (0.01, 0.05, 0.5):
        # Items of one run share respondents and scores: the error is that of the runs' own rates, three times over
        rates = (p < level).mean(axis=1)
        assert rates.mean() == pytest.approx(level, abs=3 * rates.std(ddof=1) / np.sqrt(runs))
