"""The verdict on each candidate follows from its numbers by the declared rule."""

from __future__ import annotations

import pandas as pd
import pytest

from ikfs_methods import evidence, framework

CODES = ["a1", "a2", "a3", "a4"]


def tree(measurement: str = "reflective") -> framework.Framework:
    nodes = pd.DataFrame(
        {"parent": ["", "I", *["A"] * 4], "measurement": ["reflective", measurement, *[""] * 4]},
        index=["I", "A", *CODES],
    )
    return framework.Framework("t", {"id": "t", "en": "t"}, "1", "proposed", {"id": "s", "en": "s"}, nodes)


def judge(measurement: str = "reflective", **changes: dict[str, float]) -> pd.DataFrame:
    """Four clean items, then the changes: column -> {item: value}."""
    table = pd.DataFrame(
        {
            "item_rest": 0.6,
            "critical_r": 0.1,
            "alpha_if_dropped": 0.8,
            "msa": 0.8,
            "communality": 0.5,
            "v": 0.9,
            "p": 0.01,
            "delta_r2": 0.005,
            "flagged": False,
            "outside": 0.4,
        },
        index=CODES,
    )
    loadings = pd.DataFrame({"F1": 0.7, "F2": 0.1}, index=CODES)
    matrix = pd.DataFrame(0.4, index=CODES, columns=CODES)
    for column, values in changes.items():
        for item, value in values.items():
            if column in ("F1", "F2"):
                loadings.loc[item, column] = value
            elif column == "twin":
                matrix.loc[item, "a1"] = matrix.loc["a1", item] = value
            else:
                table.loc[item, column] = value
    found = evidence.indicators(
        tree(measurement),
        items=table,
        alphas={"A": 0.82},
        matrix=matrix,
        msa=table["msa"],
        loadings=loadings,
        communalities=table["communality"],
        aiken=table[["v", "p"]].set_axis(["v", "p_value"], axis=1),
        criterion=table["outside"],
        dif=table[["delta_r2", "flagged"]],
    )
    return found.indicators


def test_clean_items_are_kept():
    assert set(judge()["verdict"]) == {"keep"}


@pytest.mark.parametrize(
    ("changes", "grounds", "verdict"),
    [
        ({"v": {"a2": 0.69}}, ("content",), "revise"),
        ({"p": {"a2": 0.06}}, ("content",), "revise"),
        ({"item_rest": {"a2": 0.29}}, ("item_rest",), "revise"),
        ({"msa": {"a2": 0.49}}, ("msa",), "revise"),
        ({"F2": {"a2": 0.51}}, ("gap",), "revise"),
        ({"F2": {"a2": -0.51}}, ("gap",), "revise"),
        ({"communality": {"a2": 0.29}}, ("communality",), "revise"),
        ({"item_rest": {"a2": 0.05}, "F1": {"a2": 0.35}}, ("item_rest", "loading"), "drop"),
        ({"item_rest": {"a2": -0.4}}, ("key", "item_rest"), "revise"),
    ],
)
def test_each_rule_speaks_for_itself(changes, grounds, verdict):
    row = judge(**changes).loc["a2"]
    assert (row["failed"], row["verdict"]) == (grounds, verdict)


def test_values_on_the_cut_off_pass():
    row = judge(v={"a2": 0.7}, item_rest={"a2": 0.3}, msa={"a2": 0.5}, communality={"a2": 0.3}).loc["a2"]
    assert row["verdict"] == "keep"


def test_of_two_items_that_repeat_each_other_the_weaker_falls():
    found = judge(twin={"a2": 0.95}, item_rest={"a2": 0.55})
    assert found.loc["a2", "failed"] == ("redundancy",)
    assert found.loc["a2", "verdict"] == "drop"
    assert found.loc["a1", "verdict"] == "keep"


def test_a_formative_dimension_is_judged_by_content_and_repetition_only():
    found = judge("formative", item_rest={"a2": 0.05}, F1={"a2": 0.1}, msa={"a3": 0.2}, v={"a4": 0.5})
    assert found["failed"].tolist() == [(), (), (), ("content",)]


def test_two_items_that_repeat_each_other_equally_are_both_revised():
    # equal but for rounding: which one is smaller is chance, so neither may be dropped for it
    found = judge(twin={"a2": 0.95}, item_rest={"a1": 0.6, "a2": 0.6 + 1e-16})
    assert found.loc[["a1", "a2"], "verdict"].tolist() == ["revise", "revise"]
    assert found.loc["a1", "failed"] == ("redundancy",)


def test_twins_of_a_formative_dimension_are_both_revised():
    found = judge("formative", twin={"a2": 0.95}, item_rest={"a2": 0.1})
    assert found.loc[["a1", "a2"], "verdict"].tolist() == ["revise", "revise"]


def test_an_item_that_groups_answer_differently_is_to_be_revised():
    found = judge(flagged={"a2": True}, delta_r2={"a2": 0.09})
    assert found.loc["a2", "failed"] == ("dif",)
    assert found.loc["a2", "verdict"] == "revise"
    assert found.loc["a2", "dif_r2"] == 0.09
    assert set(found["verdict"].drop("a2")) == {"keep"}
    # in a formative dimension the sum of the others is no measure of the same thing
    assert judge("formative", flagged={"a2": True}).loc["a2", "failed"] == ()


def test_outside_measures_are_shown_without_a_rule():
    found = judge(outside={"a3": -0.2})
    assert found.loc["a3", "criterion_r"] == -0.2
    assert set(found["verdict"]) == {"keep"}
    assert found["retest_r"].isna().all()
