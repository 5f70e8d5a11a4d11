from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.reliability.generalisability import GeneralisabilityResult, generalisability
from ikfs_methods.reliability.intraclass import intraclass_correlation

THEIRS = json.loads((Path(__file__).parents[1] / "reference" / "generalisability_lme4.json").read_text("utf-8"))
# Shrout & Fleiss (1979), table 2: six things and four raters
SHROUT = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    columns=["J1", "J2", "J3", "J4"],
)
MAIN = ["indicator", "expert", "criterion"]
EFFECTS = [*MAIN, "indicator:expert", "indicator:criterion", "expert:criterion", "residual"]


def long(values: np.ndarray) -> pd.DataFrame:
    """A table of ratings from an array (indicators, experts, criteria)."""
    ranges = [[f"{letter}{at}" for at in range(count)] for letter, count in zip("IEC", values.shape, strict=True)]
    index = pd.MultiIndex.from_product(ranges, names=["indicator", "expert", "criterion"])
    return pd.DataFrame({"rating": values.ravel()}, index=index).reset_index()


def invented() -> pd.DataFrame:
    """The ratings that lme4 was given; the indicator runs fastest."""
    return long(np.array(THEIRS["ratings"], dtype=float).reshape(3, 6, 8).transpose(2, 1, 0))


def with_gaps() -> pd.DataFrame:
    values = np.array(THEIRS["ratings"], dtype=float)
    values[THEIRS["gaps"]] = np.nan
    return long(values.reshape(3, 6, 8).transpose(2, 1, 0)).dropna()


@pytest.fixture(scope="module")
def studied() -> GeneralisabilityResult:
    return generalisability(invented())


def one_facet(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings.rename_axis("indicator").reset_index().melt("indicator", var_name="expert", value_name="rating")


def test_complete_table_agrees_with_aov_and_lme4() -> None:
    ours = generalisability(invented(), low=1, high=7)
    assert list(ours.components.index) == EFFECTS
    assert ours.method == "anova"
    for effect in EFFECTS:
        # closed forms on both sides; the largest deviation seen is 9e-15
        assert ours.components.loc[effect, "mean_square"] == pytest.approx(THEIRS["mean_squares"][effect], rel=1e-11)
        # ours are closed forms, lme4's optimiser stops a little short: the largest deviation seen is 6.4e-8
        assert ours.components.loc[effect, "variance"] == pytest.approx(THEIRS["complete"][effect], abs=1e-7)
    assert ours.components["df"].tolist() == [7, 5, 2, 35, 14, 10, 70]


@pytest.mark.parametrize("name", ["complete", "with_gaps", "relevance", "relevance_with_gaps"])
def test_restricted_likelihood_agrees_with_lme4(name: str) -> None:
    table = with_gaps() if "gaps" in name else invented()
    if "relevance" in name:
        table = table[table["criterion"] == "C0"]
    ours = generalisability(table, method="reml")
    assert ours.method == "reml"
    assert set(ours.components.index) == set(THEIRS[name])
    for effect, theirs in THEIRS[name].items():
        # two optimisers, each stopping a little short: the largest deviation seen is 1.2e-7, on the table with gaps
        assert ours.components.loc[effect, "variance"] == pytest.approx(theirs, abs=1e-6), effect


def test_a_table_with_gaps_takes_restricted_likelihood_unless_told_otherwise() -> None:
    auto, told = generalisability(with_gaps()), generalisability(with_gaps(), method="reml")
    pd.testing.assert_frame_equal(auto.components, told.components)
    assert generalisability(with_gaps(), method="anova").method == "anova"
    assert "119 of 144 combinations were rated" in auto.notes[0]


def test_one_facet_is_the_intraclass_correlation_of_the_published_table() -> None:
    ours = generalisability(one_facet(SHROUT), facets=("expert",))
    icc = intraclass_correlation(SHROUT)
    assert ours.g_coefficient == pytest.approx(icc.table.loc["ICC(C,k)", "estimate"], rel=1e-12)
    assert ours.phi == pytest.approx(icc.table.loc["ICC(A,k)", "estimate"], rel=1e-12)
    assert (round(ours.g_coefficient, 2), round(ours.phi, 2)) == (0.91, 0.62)  # Shrout & Fleiss (1979), table 4
    single = ours.decision([1]).iloc[0]
    assert single["g_coefficient"] == pytest.approx(icc.table.loc["ICC(C,1)", "estimate"], rel=1e-12)
    assert single["phi"] == pytest.approx(icc.table.loc["ICC(A,1)", "estimate"], rel=1e-12)
    assert ours.components["estimate"].tolist() == pytest.approx(icc.components.tolist(), rel=1e-12)
    # limits of F distributions agree to about 13 digits
    ends = icc.table.loc["ICC(C,k)", ["ci_low", "ci_high"]].tolist()
    assert [ours.g_low, ours.g_high] == pytest.approx(ends, abs=1e-11)
    stepped = [4 * end / (1 + 3 * end) for end in icc.table.loc["ICC(A,1)", ["ci_low", "ci_high"]]]
    assert [ours.phi_low, ours.phi_high] == pytest.approx(stepped, abs=1e-11)


def by_hand() -> GeneralisabilityResult:
    """Half contrasts of a 2 x 2 x 2 table: a mean square is 8 times the square of its contrast."""
    p, r, c = (np.array([1.0, -1.0]).reshape(shape) for shape in ((2, 1, 1), (1, 2, 1), (1, 1, 2)))
    return generalisability(
        long(4 + 2 * p + r + 0.5 * c + 0.5 * p * r + 0.25 * p * c + 0.25 * r * c + 0.125 * p * r * c)
    )


def test_components_worked_by_hand() -> None:
    ours = by_hand()
    assert ours.components["mean_square"].tolist() == pytest.approx([32, 8, 2, 2, 0.5, 0.5, 0.125])
    expected = [29.625 / 4, 5.625 / 4, 1.125 / 4, 1.875 / 2, 0.375 / 2, 0.375 / 2, 0.125]
    assert ours.components["estimate"].tolist() == pytest.approx(expected)
    relative = 1.875 / 4 + 0.375 / 4 + 0.125 / 4
    absolute = relative + 5.625 / 8 + 1.125 / 8 + 0.375 / 8
    assert (ours.relative_error, ours.absolute_error) == pytest.approx((relative, absolute))
    assert ours.g_coefficient == pytest.approx(7.40625 / (7.40625 + relative))
    assert ours.phi == pytest.approx(7.40625 / (7.40625 + absolute))
    # sqrt(2 (MS / 2)² / (1 + 2)), summed over the two mean squares (Brennan 2001)
    assert ours.components.loc["indicator:expert", "se"] == pytest.approx(np.sqrt(2 * (1 + 0.125**2 / 4) / 3))
    assert ours.mean == pytest.approx(4)
    assert ours.components["share"].sum() == pytest.approx(1)
    assert ours.components["ci_low"].isna().all()
    assert any("fewer than 4 degrees of freedom" in note for note in ours.notes)


def test_fixed_criteria_are_averaged_over() -> None:
    fixed = generalisability(invented(), fixed=("criterion",))
    means = invented().groupby(["indicator", "expert"], as_index=False)["rating"].mean()
    averaged = generalisability(means, facets="expert")
    assert fixed.universe_variance == pytest.approx(averaged.universe_variance, rel=1e-12)
    assert (fixed.g_coefficient, fixed.phi) == pytest.approx((averaged.g_coefficient, averaged.phi), rel=1e-12)
    ends = [averaged.g_low, averaged.g_high, averaged.phi_low, averaged.phi_high]
    assert [fixed.g_low, fixed.g_high, fixed.phi_low, fixed.phi_high] == pytest.approx(ends, rel=1e-10)
    assert fixed.decision([3, 9])["phi"].tolist() == pytest.approx(averaged.decision([3, 9])["phi"].tolist())
    assert any("taken as fixed" in note for note in fixed.notes)


def test_a_criterion_alone_is_no_facet() -> None:
    ours = generalisability(one_facet(SHROUT).assign(criterion="relevance"), fixed=("criterion",))
    assert list(ours.components.index) == ["indicator", "expert", "residual"]
    assert ours.phi == generalisability(one_facet(SHROUT), facets=("expert",)).phi
    assert any("no facet of the study: criterion" in note for note in ours.notes)


def test_decisions_foresee_panels_of_other_sizes() -> None:
    ours = generalisability(invented())
    now = ours.decision({"expert": 6, "criterion": 3}).iloc[0]
    assert now["g_coefficient"] == ours.g_coefficient
    assert now["absolute_error"] == pytest.approx(ours.absolute_error, rel=1e-12)
    grid = ours.decision({"expert": [3, 12], "criterion": [1, 3]})
    assert grid[["expert", "criterion"]].to_numpy().tolist() == [[3, 1], [3, 3], [12, 1], [12, 3]]
    v = ours.components["variance"]
    at = v["indicator:expert"] / 12 + v["indicator:criterion"] + v["residual"] / 12
    assert grid.loc[2, "relative_error"] == pytest.approx(at)
    assert ours.decision()["expert"].tolist() == [3, 5, 8, 12, 20]
    single = generalisability(one_facet(SHROUT), facets="expert")
    one = single.decision([1])["g_coefficient"].item()
    for n in (2, 7, 30):  # Spearman and Brown
        assert single.decision([n])["g_coefficient"].item() == pytest.approx(n * one / (1 + (n - 1) * one))


@settings(max_examples=30)
@given(target=st.floats(0.05, 0.99), coefficient=st.sampled_from(["phi", "g_coefficient"]))
def test_the_number_needed_is_the_least_that_reaches_the_target(
    studied: GeneralisabilityResult, target: float, coefficient: str
) -> None:
    ours = studied
    n = ours.needed(target, coefficient=coefficient)
    if n is None:
        assert ours.decision([1_000_000])[coefficient].item() < target
        return
    assert ours.decision([n])[coefficient].item() >= target - 1e-9
    if n > 1:
        assert ours.decision([n - 1])[coefficient].item() < target


def test_the_number_needed_at_an_exact_target() -> None:
    ours = generalisability(one_facet(SHROUT), facets="expert")
    for n in (1, 3, 10):
        assert ours.needed(ours.decision([n])["phi"].item()) == n


@settings(max_examples=15)
@given(
    shift=st.integers(-5, 5),
    scale=st.sampled_from([0.25, 1.0, 3.0]),
    seed=st.integers(0, 1000),
    gaps=st.booleans(),
)
def test_origin_unit_and_order_change_nothing(shift: int, scale: float, seed: int, gaps: bool) -> None:
    table = with_gaps() if gaps else invented()
    turned = table.sample(frac=1, random_state=seed)
    turned["rating"] = turned["rating"] * scale + shift
    one, other = generalisability(table), generalisability(turned)
    # the maximum of the likelihood is found to about 1e-7 of its standard errors
    close = {"rel": 1e-6, "abs": 1e-7}
    assert (other.g_coefficient, other.phi) == pytest.approx((one.g_coefficient, one.phi), **close)
    pd.testing.assert_series_equal(
        other.components["variance"], one.components["variance"] * scale**2, rtol=1e-6, atol=1e-6
    )


def errors_written_out(table: pd.DataFrame, variance: Mapping[str, float]) -> tuple[float, float]:
    """Relative and absolute error from the covariance matrix of the objects' means, written out cell by cell."""
    objects = sorted(table["indicator"].unique())
    averages = np.array([(table["indicator"] == name) / (table["indicator"] == name).sum() for name in objects])
    errors = np.zeros((len(objects), len(objects)))
    for effect, v in list(variance.items())[1:]:
        parts = MAIN if effect == "residual" else effect.split(":")
        level = table[parts].agg("/".join, axis=1).to_numpy()
        errors += v * averages @ (level[:, None] == level) @ averages.T
    pairs = [(a, b) for a, b in product(range(len(objects)), repeat=2) if a != b]
    half = np.mean([(errors[a, a] + errors[b, b] - 2 * errors[a, b]) / 2 for a, b in pairs])
    return float(half), float(np.trace(errors) / len(objects))


def test_errors_with_gaps_are_those_of_the_means_received() -> None:
    ours = generalisability(with_gaps())
    variance = ours.components["variance"]
    relative, absolute = errors_written_out(with_gaps(), variance.to_dict())
    assert (ours.relative_error, ours.absolute_error) == pytest.approx((relative, absolute), rel=1e-12)
    assert ours.g_coefficient == pytest.approx(variance["indicator"] / (variance["indicator"] + relative), rel=1e-12)


def test_results_show_their_components() -> None:
    ours = by_hand()
    frame = ours.to_frame()
    frame.iloc[0, 0] = -9
    assert ours.components.iloc[0, 0] == 1
    assert "indicator:expert" in ours._repr_html_()


@pytest.mark.slow
@pytest.mark.parametrize(("criteria", "gap"), [(5, 0.0), (1, 0.0), (1, 0.1)])
def test_intervals_cover_at_their_level(criteria: int, gap: float) -> None:
    """95 % intervals, exact, approximate and large-sample ones, over 250 samples (150 with gaps) of 24 indicators."""
    rng = np.random.default_rng(4)
    true = dict(zip(EFFECTS, [0.8, 0.2, 0.1, 0.3, 0.1, 0.05, 0.5], strict=True))
    if criteria == 1:
        true = {"indicator": 0.8, "expert": 0.2, "residual": 0.5}
    shapes = {"indicator": (24, 1, 1), "expert": (1, 12, 1), "criterion": (1, 1, criteria),
              "indicator:expert": (24, 12, 1), "indicator:criterion": (24, 1, criteria),
              "expert:criterion": (1, 12, criteria), "residual": (24, 12, criteria)}  # fmt: skip
    covered: dict[str, list[bool]] = {name: [] for name in [*true, "g", "phi"]}
    for _ in range(150 if gap else 250):
        values = sum(np.sqrt(v) * rng.standard_normal(shapes[name]) for name, v in true.items())
        table = long(np.broadcast_to(values, (24, 12, criteria)))
        table = table[rng.random(len(table)) >= gap]
        ours = generalisability(table)
        for name, v in true.items():
            low, high = ours.components.loc[name, ["ci_low", "ci_high"]]
            if np.isfinite(low):
                covered[name].append(low <= v <= high)
        if gap or not covered["g"]:  # without gaps the errors are the same in every sample
            relative, absolute = errors_written_out(table, true)
        covered["g"].append(ours.g_low <= 0.8 / (0.8 + relative) <= ours.g_high)
        covered["phi"].append(ours.phi_low <= 0.8 / (0.8 + absolute) <= ours.phi_high)
    for name, hits in covered.items():
        # three standard errors of a share of .95 are .041 over 250 samples and .053 over 150, where the intervals are
        # large-sample ones besides
        assert np.mean(hits) > (0.90 if gap == 0 else 0.87), name
