"""A simulated round against the model of its own population, and the shipped example against its file."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ikfs_methods.answers import simulated_experts, simulation
from ikfs_methods.answers.population import read_population
from ikfs_methods.answers.simulation import simulate
from ikfs_methods.errors import InputFileError, ParameterError

ROUND = Path(__file__).parents[2] / "data" / "rounds" / "fgd-2020-03-26"

# Two dimensions, one threshold at zero so that halves of the normal distribution can be counted.
PLAIN: dict[str, Any] = {
    "seed": 0,
    "n": 40_000,
    "thresholds": [-1.0, 0.0, 1.2],
    "dimensions": ["A", "B"],
    "factor_correlations": [[1.0, 0.5], [0.5, 1.0]],
    "items": {
        "A1": {"loadings": {"A": 0.8}},
        "A2": {"loadings": {"A": 0.6}},
        "B1": {"loadings": {"B": -0.7}},
        "B2": {"loadings": {"A": 0.4, "B": 0.4}},
        "A3": {"repeats": "A1", "correlation": 0.9},
    },
    "clusters": {"all": {"share": 1}},
    "provinces": {"11": {"name": "Aceh", "share": 1}},
}
# L phi L' by hand; A3 repeats A1, so its correlations are .9 times those of A1.
IMPLIED = {
    ("A1", "A2"): 0.48,
    ("A1", "B1"): -0.28,  # .8 x .5 x -.7
    ("A1", "B2"): 0.48,  # .8 x (.4 + .5 x .4)
    ("A1", "A3"): 0.9,
    ("A2", "B1"): -0.21,
    ("A2", "B2"): 0.36,
    ("A2", "A3"): 0.432,
    ("B1", "B2"): -0.42,
    ("B1", "A3"): -0.252,
    ("B2", "A3"): 0.432,
}
EXPERTS: dict[str, Any] = {
    "experts": {"statistika": 2, "psikologi": 1},
    "panel": {
        "leniency_sd": 0.0,
        "noise_sd": 0.0,
        "criteria": {
            "relevance": {"low": 1, "high": 4, "quality": 3.6, "exceptions": {"A2": 1.4}},
            "essential": {"low": 0, "high": 1, "quality": 0.7, "exceptions": {"A2": 0.2}},
        },
    },
    "judgements": {"view_sd": 0.0, "noise_sd": 0.0, "parents": {"I": {"A": 0.15, "B": 0.6, "C": 0.15}}},
    "budget": {"concentration": 1e12, "step": 5, "parents": {"I": {"A": 54, "B": 25, "C": 21}}},
}


def changed(**entries: Any) -> dict[str, Any]:
    """PLAIN with entries replaced; a None leaves the entry out."""
    population = {**copy.deepcopy(PLAIN), **entries}
    return {name: value for name, value in population.items() if value is not None}


def above(answers: pd.DataFrame, item: str, category: int) -> pd.Series:
    return answers[item].gt(category)


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    return simulate(PLAIN).answers


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    answers = simulate(ROUND / "population.yaml").answers.set_index("respondent")
    keyed = answers.drop(columns=["cluster", "province", "weight"]).astype(float)
    return keyed.assign(PS8=6 - keyed["PS8"])


def within(share: float, expected: float, n: int) -> bool:
    """Whether a counted share lies within 4.5 binomial standard errors: one false alarm in 150,000 checks."""
    return bool(abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / n))


@pytest.mark.parametrize(("left", "right"), list(IMPLIED))
def test_items_correlate_as_the_loadings_imply(plain: pd.DataFrame, left: str, right: str) -> None:
    # both above zero: 1/4 + asin(rho) / (2 pi) (Sheppard 1899)
    rho = IMPLIED[left, right]
    both = (above(plain, left, 2) & above(plain, right, 2)).mean()
    assert within(both, 0.25 + np.arcsin(rho) / (2 * np.pi), len(plain))


def test_categories_have_the_normal_shares(plain: pd.DataFrame) -> None:
    # areas of the standard normal between -1, 0 and 1.2, as in any printed table (.1587, .3413, .3849, .1151)
    shares = [0.158655253931457, 0.341344746068543, 0.384930329778292, 0.115069670221708]
    for item in PLAIN["items"]:
        for category, share in enumerate(shares, 1):
            assert within(plain[item].eq(category).mean(), share, len(plain))


def test_shifts_difficulty_and_dif_move_the_latent_answer() -> None:
    items = copy.deepcopy(PLAIN["items"])
    items["A2"]["difficulty"] = 0.3
    answers = simulate(
        changed(
            items=items,
            clusters={"low": {"share": 1, "shift": {"A": -0.5}}, "high": {"share": 1, "shift": {"B": 0.4}}},
            provinces={"11": {"name": "Aceh", "share": 1, "shift": 0.2}},
            dif=[{"item": "B1", "cluster": "high", "shift": -0.6}],
        )
    ).answers
    # mean of the latent answer: loadings x (cluster + province), plus dif; what stands above zero is its normal cdf
    means = {
        ("low", "A1"): 0.8 * -0.3,
        ("low", "A2"): 0.6 * -0.3 - 0.3,
        ("low", "B1"): -0.7 * 0.2,
        ("low", "A3"): 0.9 * 0.8 * -0.3,
        ("high", "A1"): 0.8 * 0.2,
        ("high", "B1"): -0.7 * 0.6 - 0.6,
        ("high", "B2"): 0.4 * 0.2 + 0.4 * 0.6,
    }
    for (cluster, item), mean in means.items():
        group = answers[answers["cluster"] == cluster]
        assert within(above(group, item, 2).mean(), norm.cdf(mean), len(group))


def test_answers_go_missing_at_the_rate_and_nothing_else_changes(plain: pd.DataFrame) -> None:
    gappy = simulate(changed(missing_rate=0.1)).answers
    cells = gappy[list(PLAIN["items"])]
    assert within(cells.isna().to_numpy().mean(), 0.1, cells.size)
    assert (cells.isna() | (cells == plain[list(PLAIN["items"])])).to_numpy().all()


def sampled() -> dict[str, Any]:
    return changed(
        n=500,
        minimum_per_province=20,
        clusters={"a": {"share": 3, "sample_share": 1}, "b": {"share": 1, "sample_share": 1}, "c": {"share": 6}},
        provinces={str(code): {"name": "x", "share": code} for code in range(1, 11)},
    )


def test_weights_restore_the_population() -> None:
    answers, weight = (frame := simulate(sampled()).answers), frame["weight"]
    assert len(answers) == 500
    # identities in floating point: only rounding of sums of 500 terms is left
    assert weight.mean() == pytest.approx(1, rel=1e-12)
    by_cluster = weight.groupby(answers["cluster"]).sum() / 500
    assert by_cluster.to_dict() == pytest.approx({"a": 0.3, "b": 0.1, "c": 0.6}, rel=1e-12)
    by_province = weight.groupby(answers["province"]).sum() / 500
    assert by_province.to_dict() == pytest.approx({str(code): code / 55 for code in range(1, 11)}, rel=1e-12)
    # the smallest gets the minimum and its part of the rest, 300 / 55 = 5.45
    assert (answers["province"] == "1").sum() == 25
    cell = answers[(answers["province"] == "1") & (answers["cluster"] == "b")]
    assert cell["weight"].to_numpy() == pytest.approx((1 / 55 * 0.1) / (len(cell) / 500), rel=1e-12)


def test_largest_remainders_worked_by_hand() -> None:
    # quotas 3.71, 1.68, 1.61: 3 + 1 + 1 leaves two, which go to .71 and .68
    assert simulated_experts.largest_remainders(7, np.array([53, 24, 23])).tolist() == [4, 2, 1]


@given(st.integers(0, 2000), st.lists(st.floats(0.01, 100), min_size=1, max_size=40))
def test_largest_remainders_keep_the_total_and_the_quota(total: int, shares: list[float]) -> None:
    whole = simulated_experts.largest_remainders(total, np.array(shares))
    exact = total * np.array(shares) / sum(shares)
    assert whole.sum() == total
    # 1e-9: a quota that is a whole number may be computed a last bit below or above it
    assert (np.abs(whole - exact) < 1 + 1e-9).all()


def test_experts_without_spread_say_what_the_population_says() -> None:
    drawn = simulate(changed(n=50, **EXPERTS))
    assert list(drawn.panel.columns) == ["expert", "institution", "indicator", "criterion", "rating"]
    assert dict(zip(drawn.panel["expert"], drawn.panel["institution"], strict=True)) == {
        "E01": "statistika",
        "E02": "statistika",
        "E03": "psikologi",
    }
    assert len(drawn.panel) == 3 * 5 * 2
    ratings = drawn.panel.groupby(["criterion", "indicator"])["rating"].agg(["min", "max"])
    asked = [("relevance", "A1"), ("relevance", "A2"), ("essential", "A1"), ("essential", "A2")]
    assert ratings.loc[asked].to_numpy().tolist() == [[4, 4], [1, 1], [1, 1], [0, 0]]
    # .15 : .60 : .15 is 1/4, 1 and 4 on Saaty's scale, for each of the three experts
    first = drawn.judgements[drawn.judgements["expert"] == "E01"]
    assert first.drop(columns="expert").to_numpy().tolist() == [
        ["I", "A", "B", "right", 4],
        ["I", "A", "C", "left", 1],
        ["I", "B", "C", "left", 4],
    ]
    # lots of five: 10.8, 5 and 4.2 of the 20 lots become 11, 5 and 4
    assert drawn.budget["points"].tolist() == [55, 25, 20] * 3


def test_expert_tables_keep_to_their_scales_under_any_spread() -> None:
    wild = copy.deepcopy(EXPERTS)
    wild["experts"] = {"statistika": 60}
    wild["panel"].update(leniency_sd=2.0, noise_sd=2.0)
    wild["judgements"].update(view_sd=3.0, noise_sd=3.0)
    wild["budget"].update(concentration=1.0)
    drawn = simulate(changed(n=50, **wild))
    scales = drawn.panel.groupby("criterion")["rating"].agg(["min", "max"])
    assert scales.loc[["relevance", "essential"]].to_numpy().tolist() == [[1, 4], [0, 1]]
    assert drawn.judgements["strength"].min() == 1
    assert drawn.judgements["strength"].max() == 9
    assert set(drawn.judgements["favours"]) == {"left", "right"}
    assert set(drawn.judgements.loc[drawn.judgements["strength"] == 1, "favours"]) == {"left"}
    assert set(drawn.budget.groupby(["expert", "parent"])["points"].sum()) == {100}
    assert set(drawn.budget["points"] % 5) == {0}


def test_a_second_delphi_round_goes_to_the_median() -> None:
    asked = {**EXPERTS["panel"], "leniency_sd": 0.3, "delphi": {"relevance": {"pull": 1.0, "noise_sd": 0.0}}}
    drawn = simulate(changed(n=50, **{**EXPERTS, "panel": asked}))
    first = drawn.panel[drawn.panel["delphi_round"] == 1].drop(columns="delphi_round")
    alone = simulate(changed(n=50, **{**EXPERTS, "panel": {**asked, "delphi": {}}})).panel
    pd.testing.assert_frame_equal(first.reset_index(drop=True), alone)
    second = drawn.panel[drawn.panel["delphi_round"] == 2]
    assert set(second["criterion"]) == {"relevance"}
    # three experts: their median is one of the ratings, and a pull of 1 takes everybody there
    medians = alone[alone["criterion"] == "relevance"].groupby("indicator")["rating"].median()
    assert (second["rating"].to_numpy() == medians[second["indicator"]].to_numpy()).all()


def test_best_and_worst_without_spread_are_ratios_of_the_priorities() -> None:
    asked = {"view_sd": 0.0, "noise_sd": 0.0, "parents": {"I": {"A": 0.2, "B": 0.6, "C": 0.1}}}
    drawn = simulate(changed(n=50, experts={"x": 2}, best_worst=asked)).best_worst
    assert drawn[drawn["expert"] == "E01"].drop(columns="expert").to_numpy().tolist() == [
        ["I", "B", "C", "A", 3, 2],
        ["I", "B", "C", "B", 1, 6],
        ["I", "B", "C", "C", 6, 1],
    ]
    wild = simulate(changed(n=50, experts={"x": 40}, best_worst={**asked, "view_sd": 2.0, "noise_sd": 2.0})).best_worst
    assert wild[["best_over", "over_worst"]].min().min() == 1
    assert wild[["best_over", "over_worst"]].max().max() == 9
    one = wild.set_index("indicator", append=True)
    assert (one["best_over"][wild["indicator"].to_numpy() == wild["best"].to_numpy()] == 1).all()
    assert (one["over_worst"][wild["indicator"].to_numpy() == wild["worst"].to_numpy()] == 1).all()


def test_ratings_spread_as_a_rounded_normal() -> None:
    one = {"relevance": {"low": 1, "high": 4, "quality": 3.0}}
    drawn = simulate(
        changed(
            n=50, experts={"x": 4000}, panel={"leniency_sd": 0.12, "noise_sd": 0.16, "criteria": one}, missing_rate=0.0
        )
    )
    # sd of a rating before rounding: 3 x sqrt(.12^2 + .16^2) = .6; a 4 stands above 3.5. One indicator: experts are
    # then independent
    rating = drawn.panel.loc[drawn.panel["indicator"] == "A1", "rating"]
    assert within(rating.eq(4).mean(), norm.sf(0.5 / 0.6), 4000)


def test_a_changed_table_leaves_the_others_as_they_were() -> None:
    one = simulate(changed(n=60, **EXPERTS))
    other_panel = {**EXPERTS["panel"], "noise_sd": 0.5, "leniency_sd": 0.5}
    two = simulate(changed(n=60, **{**EXPERTS, "panel": other_panel}))
    pd.testing.assert_frame_equal(one.answers, two.answers)
    pd.testing.assert_frame_equal(one.judgements, two.judgements)
    pd.testing.assert_frame_equal(one.budget, two.budget)
    assert not one.panel.equals(two.panel)


def test_zero_is_a_seed_like_any_other() -> None:
    zero, again, one = (simulate(changed(n=60, seed=seed)) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(zero.answers, again.answers)
    assert not zero.answers.equals(one.answers)
    assert (zero.seed, one.seed) == (0, 1)


def test_written_tables_have_fixed_bytes(tmp_path: Path) -> None:
    drawn = simulate(changed(n=60, missing_rate=0.1))
    paths = drawn.write(tmp_path)
    assert [path.name for path in paths] == ["answers.csv"]  # tables that were not asked for are not written
    content = paths[0].read_bytes()
    assert content.startswith(b"respondent,cluster,province,weight,A1,A2,B1,B2,A3\nR0001,all,11,1.0000,")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert b"nan" not in content.lower()
    back = pd.read_csv(paths[0], dtype={"province": str})
    assert back["A1"].isna().sum() == drawn.answers["A1"].isna().sum() > 0
    assert drawn.write(tmp_path)[0].read_bytes() == content


def test_summary_counts_rows_columns_and_gaps() -> None:
    summary = simulate(changed(n=60, **EXPERTS)).to_frame()
    assert summary.loc[["answers"]].to_numpy().tolist() == [[60, 9, 0]]
    assert summary.index.tolist() == ["answers", "panel", "judgements", "budget", "experts"]
    assert "<table" in simulate(changed(n=60))._repr_html_()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"sed": 1}, r"sed: unknown entry\. Did you mean 'seed'\?"),
        ({"seed": None}, r"seed: this entry is missing"),
        ({"seed": -1}, r"seed: must be greater than or equal to 0; found -1"),
        ({"n": "many"}, r"n: must be a valid integer; found 'many'"),
        ({"missing_rate": 1.0}, r"missing_rate: must be less than 1; found 1\.0"),
        ({"missing_rate": float("nan")}, r"missing_rate: must be a finite number; found nan"),
        ({"thresholds": [0.0, -1.0]}, r"thresholds must rise; found \[0\.0, -1\.0\]"),
        ({"dimensions": ["A", "A"]}, r"dimensions must differ"),
        ({"factor_correlations": [[1.0, 0.5]]}, r"factor_correlations must be 2 rows of 2 numbers"),
        ({"factor_correlations": [[1.0, 0.5], [0.4, 1.0]]}, r"must be a correlation matrix: symmetric"),
        ({"factor_correlations": [[1.0, 1.0], [1.0, 1.0]]}, r"must be a correlation matrix: .* positive eigenvalues"),
        ({"items": {"A1": {"loadings": {"C": 0.5}}, "A2": {"loadings": {"A": 0.5}}}},
         r"items > A1 > loadings must name one of A, B; found 'C'"),
        ({"items": {"A1": {}, "A2": {"loadings": {"A": 0.5}}}}, r"items > A1 must have either loadings, or both"),
        ({"items": {"A1": {"repeats": "A2"}, "A2": {"loadings": {"A": 0.5}}}}, r"items > A1 .* found repeats"),
        ({"items": {"A1": {"repeats": "A1", "correlation": 0.9}, "A2": {"loadings": {"A": 0.5}}}},
         r"items > A1 > repeats must name one of A2; found 'A1'"),
        ({"items": {"A1": {"loadings": {"A": 0.8, "B": 0.6}}, "A2": {"loadings": {"A": 0.5}}}},
         r"items > A1: the loadings must explain no more than the item's variance of 1; they explain 1\.48"),
        ({"clusters": {"all": {"share": 0}}}, r"clusters > all > share: must be greater than 0; found 0"),
        ({"clusters": {"all": {"share": 1, "shift": {"K": 1.0}}}}, r"clusters > all > shift must name one of A, B"),
        ({"provinces": {11: {"name": "Aceh", "share": 1}}}, r"a code must be text; write it in quotes; found 11"),
        ({"n": 5, "minimum_per_province": 6}, r"n must be at least minimum_per_province times .* 6; found 5"),
        ({"n": 2, "clusters": {"a": {"share": 99}, "b": {"share": 1}}}, r"1 of 2 cells are empty: 11 b"),
        ({"dif": [{"item": "A9", "cluster": "all", "shift": 1.0}]}, r"dif > 1 > item must name one of A1, .*'A9'"),
        ({"dif": [{"item": "A1", "cluster": "al", "shift": 1.0}]}, r"dif > 1 > cluster .* Did you mean 'all'"),
        ({"budget": EXPERTS["budget"]}, r"experts must be given \(number by field\) for budget; found none"),
        ({**EXPERTS, "budget": {**EXPERTS["budget"], "step": 7}}, r"budget: must have a step that divides 100 .* 7"),
        ({**EXPERTS, "panel": {**EXPERTS["panel"], "delphi": {"depth": {"pull": 0.5, "noise_sd": 0.1}}}},
         r"panel: delphi must name criteria that are rated; found 'depth'"),
        ({**EXPERTS, "comments": [{"expert": "E09", "indicator": "A1", "comment": "?"}]},
         r"comments > 1 > expert must name one of E01, E02, E03; found 'E09'"),
        ({**EXPERTS, "judgements": {**EXPERTS["judgements"], "exceptions": {"E04": 1.0}}},
         r"judgements > exceptions must name one of E01, E02, E03; found 'E04'"),
        ({**EXPERTS, "panel": {**EXPERTS["panel"], "criteria": {"x": {"low": 4, "high": 1, "quality": 2.0}}}},
         r"panel > criteria > x: must have low below high; found low 4, high 1"),
        ({**EXPERTS, "panel": {**EXPERTS["panel"],
                               "criteria": {"x": {"low": 1, "high": 4, "quality": 2.0, "exceptions": {"Z": 1.0}}}}},
         r"panel > criteria > x > exceptions must name one of A1, .* found 'Z'"),
    ],
)  # fmt: skip
def test_an_impossible_population_is_refused(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        simulate(changed(**entries))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"must be a YAML file; not found: .*none\.yaml"):
        simulate(tmp_path / "none.yaml")
    broken = tmp_path / "population.yaml"
    broken.write_text("n: [1", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"population\.yaml must be YAML in UTF-8: .*line 1"):
        simulate(broken)
    broken.write_text("- 1", encoding="utf-8")
    with pytest.raises(ParameterError, match="must hold `name: value` lines; found list"):
        simulate(broken)
    with pytest.raises(InputFileError, match="must go to an existing folder; not found"):
        simulate(changed(n=60)).write(tmp_path / "nowhere")


def test_command_writes_the_tables_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "population.yaml").write_text(yaml.safe_dump(changed(n=60, **EXPERTS)), encoding="utf-8")
    assert simulation.main([str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        "answers.csv",
        "budget.csv",
        "experts.csv",
        "judgements.csv",
        "panel.csv",
    ]
    assert simulation.main([str(tmp_path / "nowhere")]) == 2
    assert "not found" in capsys.readouterr().err
    assert simulation.main([]) == 2
    assert "FOLDER" in capsys.readouterr().err


# The shipped example: its tables come from its file, and its planted faults can be seen in them.


def test_shipped_tables_are_those_of_the_population_file(tmp_path: Path) -> None:
    for path in simulate(ROUND / "population.yaml").write(tmp_path):
        assert path.read_bytes() == (ROUND / path.name).read_bytes(), path.name


def test_shipped_sample_is_as_planned() -> None:
    answers = simulate(ROUND / "population.yaml").answers
    assert len(answers) == 1200
    assert answers["province"].nunique() == 34
    assert answers["province"].value_counts().min() >= 15
    assert answers["cluster"].value_counts().min() >= 120
    # an identity but for the rounding of a sum of 1,200 terms
    assert answers["weight"].mean() == pytest.approx(1, rel=1e-12)
    assert answers["weight"].max() / answers["weight"].min() > 2
    items = answers.drop(columns=["respondent", "cluster", "province", "weight", "officer_rating"])
    assert within(items.isna().to_numpy().mean(), 0.02, items.size)
    assert items.min().min() == 1
    assert items.max().max() == 5


def test_planted_faults_are_visible_in_the_answers(shipped: pd.DataFrame) -> None:
    def item_rest(item: str, dimension: str) -> float:
        others = [name for name in shipped.columns if name.startswith(dimension) and name != item]
        return float(shipped[item].corr(shipped[others].mean(axis=1)))

    assert item_rest("KD8", "KD") < 0.2
    assert min(item_rest(f"KD{j}", "KD") for j in range(1, 8)) > 0.3
    assert shipped["PM6"].corr(shipped["PM8"]) > 0.85
    assert item_rest("PS8", "PS") > 0.3  # after turning it: as answered it runs against its dimension
    assert item_rest("PM7", "PS") > max(item_rest(f"PM{j}", "PS") for j in (1, 2, 3, 4, 5, 6, 8))


def test_planted_dif_is_visible_at_the_same_standing(shipped: pd.DataFrame) -> None:
    cluster = simulate(ROUND / "population.yaml").answers.set_index("respondent")["cluster"]
    rest = shipped[["KD1", "KD2", "KD3", "KD4", "KD6", "KD7"]].mean(axis=1)

    def gap(item: str) -> float:
        slope, origin = np.polyfit(rest[shipped[item].notna()], shipped[item].dropna(), 1)
        left = shipped[item] - origin - slope * rest
        return float(left[cluster == "lansia"].mean() - left[cluster != "lansia"].mean())

    # shifted by .70 of the item's sd, about one scale point; the sd of a gap is about .06
    assert gap("KD5") < -0.4
    assert all(abs(gap(item)) < 0.25 for item in ("KD1", "KD2", "KD3", "KD4", "KD6", "KD7"))


def test_planted_faults_are_visible_in_the_panel() -> None:
    panel = simulate(ROUND / "population.yaml").panel
    first = panel[panel["delphi_round"] == 1]
    mean = first.pivot_table(index="indicator", columns="criterion", values="rating")
    assert mean["relevance"].idxmin() == "KD8"
    assert mean["clarity"].idxmin() == "PS8"
    assert set(mean["essential"].nsmallest(2).index) == {"KD8", "PM8"}
    assert mean["clarity"]["KD5"] < mean["clarity"].median()


def test_most_experts_compare_consistently_and_not_all() -> None:
    drawn = simulate(ROUND / "population.yaml").judgements
    ratios = []
    for _, judged in drawn.groupby("expert"):
        matrix, codes = np.eye(3), ["KD", "PS", "PM"]
        for left, right, favours, strength in judged[["left", "right", "favours", "strength"]].to_numpy():
            value = strength if favours == "left" else 1 / strength
            i, j = codes.index(left), codes.index(right)
            matrix[i, j], matrix[j, i] = value, 1 / value
        # Saaty's consistency ratio, with the random index .58 of three things
        ratios.append((np.linalg.eigvals(matrix).real.max() - 3) / 2 / 0.58)
    assert len(ratios) == 12
    assert 1 <= sum(ratio > 0.10 for ratio in ratios) <= 2


def test_population_states_what_its_loadings_leave() -> None:
    population = read_population(PLAIN)
    # 1 - .64, 1 - .36, 1 - .49, 1 - (.16 + .16 + 2 x .5 x .16); a repeated item has no loadings of its own
    assert population.uniquenesses == pytest.approx([0.36, 0.64, 0.51, 0.52, 1], rel=1e-12)  # a few sums of products


def test_an_outside_measure_follows_its_loadings():
    measure = {"loadings": {"A": 0.6, "B": 0.2}, "mean": 0.0, "sd": 1000.0, "low": -10_000, "high": 10_000}
    drawn = simulate(PLAIN | {"outside": {"rating": measure}}).answers
    rating = drawn["rating"]
    # rounding to whole points of a thousand adds nothing that is seen; standard errors at n = 40,000 are .005 sd
    assert abs(rating.mean()) < 25
    assert abs(rating.std() / 1000 - 1) < 0.02
    # A1 in four categories of its latent answer: its correlation falls short of .8 x (.6 + .5 x .2) = .56
    assert 0.45 < rating.corr(drawn["A1"].astype(float)) < 0.56
    plain = simulate(PLAIN).answers
    pd.testing.assert_frame_equal(drawn[plain.columns], plain)  # what is added leaves the answers as they were


def test_a_second_occasion_is_as_steady_as_asked():
    perfect = simulate(PLAIN | {"retest": {"n": 500, "stability": 1.0}})
    first = perfect.answers.set_index("respondent").loc[perfect.retest["respondent"], list(PLAIN["items"])]
    assert (first.to_numpy() == perfect.retest.drop(columns="respondent").to_numpy()).all()
    loose = simulate(PLAIN | {"retest": {"n": 20_000, "stability": 0.5}})
    first = loose.answers.set_index("respondent").loc[loose.retest["respondent"]]
    # halves of a cut normal: P(both above 0) = 1/4 + asin(rho) / (2 pi), here 1/3; standard error .0033
    both = ((first["A1"].to_numpy() > 2) & (loose.retest["A1"].to_numpy() > 2)).mean()
    assert abs(both - 1 / 3) < 0.014


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outside": {"r": {"loadings": {"A": 0.9, "B": 0.9}, "mean": 0, "sd": 1, "low": 0, "high": 9}}}, "explain"),
        ({"outside": {"r": {"loadings": {"C": 0.9}, "mean": 0, "sd": 1, "low": 0, "high": 9}}}, "C"),
        ({"outside": {"A1": {"loadings": {"A": 0.5}, "mean": 0, "sd": 1, "low": 0, "high": 9}}}, "name of its own"),
        ({"outside": {"r": {"loadings": {"A": 0.5}, "mean": 0, "sd": 1, "low": 9, "high": 9}}}, "low below high"),
        ({"retest": {"n": 50_000, "stability": 0.5}}, "at most the number of respondents, 40000; found 50000"),
    ],
)
def test_an_impossible_outside_or_second_occasion_is_refused(change, message):
    with pytest.raises(ParameterError, match=message):
        simulate(PLAIN | change)
