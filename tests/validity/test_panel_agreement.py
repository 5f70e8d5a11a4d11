from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ikfs_methods.errors import IkfsError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.reliability.intraclass import intraclass_correlation
from ikfs_methods.validity.agreement import (
    fleiss_kappa,
    gwet_ac,
    kendall_w,
    krippendorff_alpha,
    panel_agreement,
    percent_agreement,
)
from ikfs_methods.validity.agreement.drawn import multinomial, quantile_ends
from ikfs_methods.validity.agreement.panel_draws import COEFFICIENTS, Panel, estimates, resampled
from ikfs_methods.validity.agreement.rated import rated

POINTS = [1, 2, 3, 4, 5]


def made(rng: np.random.Generator, things: np.ndarray, m: int) -> pd.DataFrame:
    """Ratings of the same things by a fresh panel: each expert has a level of his own."""
    values = 3 + things[:, None] + 0.4 * rng.normal(size=(1, m)) + 0.8 * rng.normal(size=(len(things), m))
    return pd.DataFrame(np.clip(np.rint(values), 1, 5)).add_prefix("E")


def one_by_one(frame: pd.DataFrame) -> dict[str, float]:
    """Each coefficient by the function of its name."""
    icc = intraclass_correlation(frame).table["estimate"]
    kappa, gwet = fleiss_kappa(frame, categories=POINTS), gwet_ac(frame, categories=POINTS)
    found = {
        "percent_agreement": percent_agreement(frame).estimate,
        "kendall_w": kendall_w(frame).estimate,
        "fleiss_kappa": kappa.estimate,
        "fleiss_kappa_quadratic": fleiss_kappa(frame, weights="quadratic", categories=POINTS).estimate,
        "gwet_ac1": gwet.estimate,
        "gwet_ac2": gwet_ac(frame, weights="quadratic", categories=POINTS).estimate,
    }
    for metric in ("nominal", "ordinal", "interval"):
        found[f"krippendorff_{metric}"] = krippendorff_alpha(frame, metric=metric).estimate
    return found | {form: float(icc[form]) for form in ("ICC(A,1)", "ICC(A,k)", "ICC(C,k)")}


THINGS = np.random.default_rng(0).normal(size=24) * 0.8
FRAME = made(np.random.default_rng(1), THINGS, 12)


@pytest.mark.parametrize("gaps", [0, 7])
def test_estimates_are_those_of_the_single_functions(gaps: int) -> None:
    frame = FRAME.copy()
    rng = np.random.default_rng(2)
    for _ in range(gaps):
        frame.iloc[rng.integers(24), rng.integers(12)] = np.nan
    ours, single = panel_agreement(frame, low=1, high=5, draws=20, rng=0), one_by_one(frame)
    assert tuple(ours.table.index) == COEFFICIENTS
    for name in COEFFICIENTS:
        # the same sums in another order
        assert ours.table.loc[name, "estimate"] == pytest.approx(single[name], abs=1e-12), name
    assert ours.n_ratings == int(frame.notna().to_numpy().sum())


def test_things_drawn_twice_are_rows_that_stand_twice() -> None:
    times = multinomial(np.random.default_rng(3), 4, 24)
    found = resampled(Panel.of(rated(FRAME, categories=POINTS)), times, "things")
    for draw, row in enumerate(times):
        again = FRAME.loc[np.repeat(FRAME.index, row.astype(int))].reset_index(drop=True)
        for name, value in one_by_one(again).items():
            assert found[name][draw] == pytest.approx(value, abs=1e-11), name


def test_experts_left_out_are_columns_left_out() -> None:
    """Counts of 0 and 1: what rests on pairs alone is that of the panel without the expert."""
    drop = 1 - np.eye(12)
    found = resampled(Panel.of(rated(FRAME, categories=POINTS)), drop, "experts")
    for draw in range(12):
        single = one_by_one(FRAME.drop(columns=f"E{draw}"))
        for name in COEFFICIENTS:
            if name not in ("kendall_w", "ICC(A,k)", "ICC(C,k)"):  # of the panel's own size by definition
                assert found[name][draw] == pytest.approx(single[name], abs=1e-11), name


def test_a_copy_does_not_agree_with_its_original() -> None:
    """The agreement of pairs stays unbiased, however often a draw holds the same expert."""
    frame = pd.DataFrame(np.random.default_rng(4).integers(1, 6, size=(40, 6)))
    found = resampled(
        Panel.of(rated(frame, categories=POINTS)), multinomial(np.random.default_rng(5), 4000, 6), "experts"
    )
    plain = percent_agreement(frame).estimate
    drawn = found["percent_agreement"]
    drawn = drawn[np.isfinite(drawn)]  # a draw of one expert six times has no pair
    # four standard errors of 4,000 draws; were copies pairs, they would add about (1 - plain)/6 = .13
    assert drawn.mean() == pytest.approx(plain, abs=4 * drawn.std() / np.sqrt(4000))


def test_order_of_experts_and_things_does_not_matter() -> None:
    panel = panel_agreement(FRAME, low=1, high=5, draws=20, rng=0)
    moved = panel_agreement(FRAME.iloc[::-1, ::-1], low=1, high=5, draws=20, rng=0)
    assert moved.table["estimate"].to_numpy() == pytest.approx(panel.table["estimate"].to_numpy(), abs=1e-12)
    shifted = panel_agreement(FRAME - 1, low=0, high=4, draws=20, rng=0).table
    assert shifted.to_numpy() == pytest.approx(panel.table.to_numpy(), abs=1e-12)  # the scale's origin


def test_the_same_seed_gives_the_same_intervals() -> None:
    first, second = (panel_agreement(FRAME, low=1, high=5, rng=7) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(first.to_frame(), first.table)
    table = first.table
    assert (table["ci_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["ci_high"]).all()
    assert (table["failed_draws"] == 0).all()
    assert first.notes == ()


def test_a_thousand_draws_are_quick() -> None:
    start = perf_counter()
    panel_agreement(FRAME, low=1, high=5, rng=7)
    assert perf_counter() - start < 2  # .06 s seen; the declared goal is 2 s


def test_widened_percentiles_are_the_t_interval_of_a_mean() -> None:
    """The mean of eight numbers: its bootstrap is normal enough for the ends to be those of the t interval."""
    from scipy.stats import sem, t

    values = np.linspace(0, 1, 8)
    drawn = multinomial(np.random.default_rng(6), 100_000, 8) @ values / 8
    low, high = quantile_ends(drawn, 8, 0.95)
    assert (low, high) == pytest.approx(t.interval(0.95, 7, loc=0.5, scale=sem(values)), abs=0.02)


def test_few_experts_have_no_interval() -> None:
    ours = panel_agreement(FRAME.iloc[:, :4], low=1, high=5, rng=0)
    assert ours.table["ci_low"].isna().all()
    assert ours.notes[0] == "With fewer than 5 experts to resample no interval is given."
    things = panel_agreement(FRAME.iloc[:, :4], low=1, high=5, rng=0, resample="things")
    assert things.table["ci_low"].notna().all()


def test_all_ratings_equal_and_near_unanimity() -> None:
    same = panel_agreement(FRAME * 0 + 4, low=1, high=5, rng=0)
    assert same.table.loc[["percent_agreement", "gwet_ac1", "gwet_ac2"], "estimate"].tolist() == [1, 1, 1]
    assert same.table["estimate"].isna().sum() == 9
    assert same.notes[0].startswith("Undefined, since no rating differs from another: kendall_w, fleiss_kappa")
    near = FRAME * 0 + 4
    near.iloc[0, 0] = near.iloc[5, 3] = near.iloc[9, 7] = 3
    ours = panel_agreement(near, low=1, high=5, rng=0)
    assert any("kappa and alpha collapse" in note for note in ours.notes)
    assert ours.table.loc["gwet_ac2", "estimate"] > 0.98


def test_gaps_are_said() -> None:
    frame = FRAME.copy()
    frame.iloc[:23, 0] = np.nan
    frame["silent"] = np.nan
    ours = panel_agreement(frame, low=1, high=5, rng=0)
    assert ours.n_experts == 12
    assert "Without any rating and not counted: silent." in ours.notes
    assert "Not every expert rated 23 thing(s): Kendall's W and the ICCs leave them out." in ours.notes
    assert ours.table.loc["kendall_w", ["estimate", "n_things"]].tolist()[1] == 1
    assert ours.notes[0] == (
        "Undefined, since only 1 thing(s) were rated by every expert: kendall_w, ICC(A,1), ICC(A,k), ICC(C,k). "
        "They need two; leave out the experts with most gaps: E0 (23)."
    )
    alike = FRAME.copy()
    alike.iloc[2:, 0] = np.nan
    alike.iloc[:2] = 3
    ours = panel_agreement(alike, low=1, high=5, rng=0)
    assert "the ratings that all experts gave do not vary enough: kendall_w, ICC(A,1)" in ours.notes[0]


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ScaleError, match="ratings must lie between 1 and 4; .* the first 5 in column 'E"):
        panel_agreement(FRAME, low=1, high=4, rng=0)
    with pytest.raises(ParameterError, match="low end must be below its high end"):
        panel_agreement(FRAME, low=5, high=1, rng=0)
    with pytest.raises(ParameterError, match="low must be a number, an end of the scale; found '1'"):
        panel_agreement(FRAME, low="1", high=5, rng=0)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="resample must be one of experts, things; found 'expert'. Did you mean"):
        panel_agreement(FRAME, low=1, high=5, rng=0, resample="expert")
    with pytest.raises(NotNumericError, match="ratings must be numbers from 1 to 5; found names"):
        panel_agreement(pd.DataFrame({"a": ["x", "y"], "b": ["x", "y"]}), low=1, high=5, rng=0)
    with pytest.raises(TooFewError, match="at least two experts; found E"):
        panel_agreement(FRAME[["E0"]], low=1, high=5, rng=0)
    with pytest.raises(ScaleError, match="at most 200 points; found"):
        panel_agreement(pd.DataFrame(np.random.default_rng(0).uniform(0, 100, (40, 8))), low=0, high=100, rng=0)
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        panel_agreement(FRAME, low=1, high=5, rng=None)  # type: ignore[arg-type]


def test_whatever_is_given_ends_in_numbers_or_a_named_error() -> None:
    finished = []

    @settings(max_examples=60)
    @given(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(0, 7), st.integers(0, 7)),
            elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan, 2.5, np.inf]),
        ),
        st.sampled_from(["experts", "things"]),
    )
    def check(values: np.ndarray, resample: str) -> None:
        try:
            ours = panel_agreement(
                pd.DataFrame(values).add_prefix("x"), low=1, high=4, draws=30, rng=0, resample=resample
            )
        except IkfsError:
            return
        assert ours.notes or np.isfinite(ours.table.to_numpy()).all()
        assert not np.isinf(ours.table.to_numpy()).any()
        finished.append(True)

    check()
    assert finished


WILD = pd.DataFrame(np.random.default_rng(0).integers(1, 5, (24, 12)))


@pytest.mark.parametrize("resample", ["experts", "things"])
@pytest.mark.parametrize("frame", [FRAME, WILD])
def test_draws_fall_to_the_same_experts_and_things_in_whatever_order_they_stand(
    frame: pd.DataFrame, resample: str
) -> None:
    ours, turned = (
        panel_agreement(part, low=1, high=5, draws=100, rng=0, resample=resample)
        for part in (frame, frame.iloc[::-1, ::-1])
    )
    pd.testing.assert_frame_equal(turned.table, ours.table, check_exact=True)


@pytest.mark.parametrize("seed", range(5))
def test_ends_are_numbers_that_the_coefficient_can_be(seed: int) -> None:
    frame = pd.DataFrame(np.random.default_rng(seed).integers(1, 5, (24, 12)))
    table = panel_agreement(frame, low=1, high=4, rng=0).table
    assert (table.loc[["percent_agreement", "kendall_w"], "ci_low"] >= 0).all()
    assert kendall_w(frame, rng=0).ci_low == table.loc["kendall_w", "ci_low"]
    others = table.drop(index=["ICC(A,k)", "ICC(C,k)"])
    assert (others[["ci_low", "ci_high"]].abs() <= 1).all(axis=None)


@pytest.mark.parametrize("resample", ["experts", "things"])
def test_forms_of_the_mean_are_those_of_one_stepped_up(resample: str) -> None:
    table = panel_agreement(FRAME, low=1, high=5, rng=7, resample=resample).table
    single = table.loc["ICC(A,1)", ["ci_low", "ci_high"]].to_numpy(dtype=float)
    stepped = 12 * single / (1 + 11 * single)
    assert table.loc["ICC(A,k)", ["ci_low", "ci_high"]].to_numpy(dtype=float) == pytest.approx(stepped, abs=1e-14)
    one, step = float(table.loc["ICC(A,1)", "estimate"]), 1e-6
    up, down = (12 * r / (1 + 11 * r) for r in (one + step, one - step))
    slope = (up - down) / (2 * step)  # off by the square of the step
    assert table.loc["ICC(A,k)", "se"] == pytest.approx(slope * table.loc["ICC(A,1)", "se"], rel=1e-8)
    # far from the pole the draws of the mean's own form say the same, up to the bend of the formula
    times = multinomial(np.random.default_rng(8), 4000, 12 if resample == "experts" else 24)
    drawn = resampled(Panel.of(rated(FRAME, categories=POINTS)), times, resample)
    for form in ("ICC(A,k)", "ICC(C,k)"):
        ends = quantile_ends(drawn[form], 12 if resample == "experts" else 24, 0.95)
        assert table.loc[form, ["ci_low", "ci_high"]].tolist() == pytest.approx(ends, abs=0.02)


def test_the_single_form_of_consistency_is_drawn_as_it_is_defined() -> None:
    times = multinomial(np.random.default_rng(3), 4, 24)
    found = resampled(Panel.of(rated(FRAME, categories=POINTS)), times, "things")["ICC(C,1)"]
    for value, row in zip(found, times, strict=True):
        again = FRAME.loc[np.repeat(FRAME.index, row.astype(int))].reset_index(drop=True)
        assert value == pytest.approx(intraclass_correlation(again).table.loc["ICC(C,1)", "estimate"], abs=1e-11)


def test_below_the_pole_there_is_no_end() -> None:
    ours = panel_agreement(WILD, low=1, high=4, rng=0)
    assert ours.table.loc["ICC(A,1)", "ci_low"] < -1 / 11  # nothing of what twelve experts share would be left
    for form in ("ICC(A,k)", "ICC(C,k)"):
        row = ours.table.loc[form]
        assert np.isnan([row["ci_low"], row["se"]]).all()
        assert row["estimate"] < row["ci_high"] < 1
        assert row["failed_draws"] == 0
    assert "No lower end, since below it nothing is left of what experts share: ICC(A,k), ICC(C,k)." in ours.notes


def test_no_thing_rated_by_all_is_the_reason_given() -> None:
    frame = FRAME.mask(np.random.default_rng(1).random(FRAME.shape) < 0.5)
    ours = panel_agreement(frame, low=1, high=5, rng=0)
    assert ours.table.loc["kendall_w", "n_things"] == 0
    assert ours.notes[0].startswith("Undefined, since only 0 thing(s) were rated by every expert: kendall_w, ICC(A,1)")
    assert not any("vary enough" in note for note in ours.notes)


@pytest.mark.slow
@pytest.mark.parametrize("m", [6, 12])
def test_intervals_cover_what_panels_of_that_size_say_on_average(m: int) -> None:
    """120 panels of m experts on the same 24 things, against the mean of 400 such panels."""
    rng = np.random.default_rng(9)
    panels = [made(rng, THINGS, m) for _ in range(400)]
    true = pd.DataFrame([estimates(Panel.of(rated(panel, categories=POINTS))) for panel in panels]).mean()
    covered = dict.fromkeys(COEFFICIENTS, 0)
    for panel in panels[:120]:
        table = panel_agreement(panel, low=1, high=5, draws=400, rng=rng).table
        for name in COEFFICIENTS:
            covered[name] += table.loc[name, "ci_low"] <= true[name] <= table.loc[name, "ci_high"]
    # 114 expected, standard deviation 2.4. AC2, skewed near 1, reaches 92 to 93 % in larger simulations, the others 93
    # to 99 %: unweighted agreement rests on pairs so much that resampling overstates its spread
    assert all(count >= 104 for count in covered.values()), covered
