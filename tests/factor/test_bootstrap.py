from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ColumnError, ConvergenceError, IkfsError, ParameterError
from ikfs_methods.factor.bootstrap import bootstrap_loadings
from ikfs_methods.factor.exploratory import exploratory
from ikfs_methods.factor.matching import matched_to
from ikfs_methods.factor.redone import Redone
from ikfs_methods.factor.resampled import resampled_correlations

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SIMPLE = np.kron(np.eye(2), np.array([[0.8], [0.7], [0.6], [0.5]]))
NAMES = [f"i{number}" for number in range(1, 9)]


def sample(n: int, *, seed: int, correlated: float = 0.3) -> pd.DataFrame:
    """Normal answers to two factors with four items each."""
    phi = np.array([[1, correlated], [correlated, 1]])
    model = SIMPLE @ phi @ SIMPLE.T
    np.fill_diagonal(model, 1.0)
    return pd.DataFrame(
        np.random.default_rng(seed).standard_normal((n, 8)) @ np.linalg.cholesky(model).T, columns=NAMES
    )


@pytest.fixture(scope="module")
def psych() -> dict:
    return json.loads((REFERENCE / "congruence_pilot_bootstrap.json").read_text(encoding="utf-8"))


def test_intervals_as_psych_refits_give(psych):
    answers = pd.read_csv(REFERENCE / "pilot.csv")[psych["items"]]
    solution = exploratory(answers, n_factors=3)
    found = bootstrap_loadings(answers, solution, draws=psych["draws"], rng=psych["seed"])
    order, signs = (part[0] for part in matched_to(solution.loadings.to_numpy()[None], np.array(psych["full"])))
    for name in ("low", "high", "se", "mean"):
        ours = getattr(found, f"loadings_{name}").to_numpy()[:, order] * (1.0 if name == "se" else signs)
        # psych's optimiser and rotation stop with slopes of about 1e-5; largest deviation seen 8.8e-6
        np.testing.assert_allclose(ours, psych[f"loadings_{name}"], rtol=0, atol=5e-5)
    for end in ("low", "high"):
        ours = getattr(found, f"phi_{end}").to_numpy()[np.ix_(order, order)]
        np.testing.assert_allclose(ours, psych[f"phi_{end}"], rtol=0, atol=5e-5)  # seen 5.5e-6
        theirs = np.ravel(psych[f"communality_{end}"])
        np.testing.assert_allclose(found.communalities[end], theirs, rtol=0, atol=5e-5)  # seen 3.4e-6
    assert (found.n, found.used, found.draws) == (psych["n"], 200, 200)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"extraction": "ml"},
        {"extraction": "paf", "paf_stop": "psych", "rotation": "varimax"},
        {"extraction": "pca", "rotation": "promax"},
        {"rotation": "geomin", "rotation_options": {"delta": 0.001}},
        {"rotation": "oblimin", "rotation_options": {"gamma": -0.5}, "normalize": True},
        {"rotation": "promax", "normalize": False},
        {"correlation": "spearman", "rotation": "equamax"},
        {"missing": "pairwise"},
        {"missing": "pairwise", "correlation": "spearman"},
    ],
)
def test_equal_to_a_plain_loop(options):
    answers = sample(250, seed=4)
    # draws go on to the minimum, and so must the single solutions
    options = options | {"rotation_options": options.get("rotation_options", {}) | {"stop": "converged"}}
    if "missing" in options:
        gaps = np.random.default_rng(1).random(answers.shape) < 0.05
        answers = answers.mask(gaps)
    solution = exploratory(answers, n_factors=2, **options)
    redone = Redone(solution)
    batches = [
        redone.solved(matrices)
        for matrices in resampled_correlations(
            answers,
            method=solution.correlation,
            missing=solution.correlations.missing,
            draws=12,
            rng=np.random.default_rng(9),
        )
    ]
    loadings = np.concatenate([batch.loadings for batch in batches])
    phi = np.concatenate([batch.phi for batch in batches])
    rng = np.random.default_rng(9)
    for draw in range(12):
        again = answers.iloc[rng.integers(250, size=250)].reset_index(drop=True)
        alone = exploratory(again, n_factors=2, **options)
        order, signs = (part[0] for part in matched_to(alone.loadings.to_numpy()[None], solution.loadings.to_numpy()))
        # where two rotations end with slopes of 1e-8 and 1e-9; largest deviation seen 2e-8
        np.testing.assert_allclose(alone.loadings.to_numpy()[:, order] * signs, loadings[draw], rtol=0, atol=1e-6)
        np.testing.assert_allclose(
            alone.phi.to_numpy()[np.ix_(order, order)] * np.outer(signs, signs), phi[draw], rtol=0, atol=1e-6
        )


def test_target_rotation_keeps_its_target():
    answers = sample(300, seed=2)
    target = pd.DataFrame(np.where(SIMPLE == 0.5, np.nan, SIMPLE), index=NAMES)
    found = exploratory(answers, n_factors=2, rotation="target", target=target, bootstrap=50, rng=1).bootstrap
    assert found is not None
    main = SIMPLE > 0
    assert (found.loadings_low.to_numpy()[main] > 0.2).all()
    assert (found.loadings_high.to_numpy()[~main] < 0.4).all()


def test_same_seed_same_intervals_and_another_other_ones():
    answers = sample(200, seed=5)
    solution = exploratory(answers, n_factors=2)
    first, again, other = (bootstrap_loadings(answers, solution, draws=40, rng=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first.loadings_low, again.loadings_low)
    assert not first.loadings_low.equals(other.loadings_low)


def test_order_and_unit_of_answers_do_not_matter():
    answers = sample(200, seed=6)
    solution = exploratory(answers, n_factors=2)
    changed = (answers * 1e6 + 3e8).assign(unused=1.0).iloc[:, ::-1]
    first, second = (bootstrap_loadings(given, solution, draws=40, rng=0) for given in (answers, changed))
    # 3e8 + 1e6 x leaves thirteen digits of x
    np.testing.assert_allclose(first.loadings_high, second.loadings_high, rtol=0, atol=1e-6)


def test_a_wider_level_holds_a_narrower_one():
    answers = sample(200, seed=7)
    solution = exploratory(answers, n_factors=2)
    wide, narrow = (bootstrap_loadings(answers, solution, draws=60, level=level, rng=0) for level in (0.95, 0.5))
    assert (wide.loadings_low <= narrow.loadings_low).all(axis=None)
    assert (wide.loadings_high >= narrow.loadings_high).all(axis=None)


def test_one_factor_and_components():
    answers = sample(200, seed=8)[NAMES[:4]]
    single = bootstrap_loadings(answers, exploratory(answers, n_factors=1), draws=30, rng=0)
    assert single.phi_low.to_numpy().tolist() == [[1.0]]
    assert single.loadings_low.shape == (4, 1)
    components = bootstrap_loadings(answers, exploratory(answers, n_factors=2, extraction="pca"), draws=30, rng=0)
    assert components.failed["improper"] == 0


def test_table_has_a_row_a_loading():
    answers = sample(200, seed=9)
    found = bootstrap_loadings(answers, exploratory(answers, n_factors=2), draws=30, rng=0)
    table = found.to_frame()
    assert list(table.columns) == ["item", "factor", "loading", "low", "high", "se", "mean"]
    assert len(table) == 16
    row = table[(table["item"] == "i3") & (table["factor"] == "F2")].iloc[0]
    assert row["low"] == found.loadings_low.loc["i3", "F2"]
    assert row["loading"] == found.loadings.loc["i3", "F2"]
    assert "<table" in found._repr_html_()


def test_polychoric_draws_one_by_one():
    answers = sample(400, seed=10).apply(lambda item: pd.cut(item, [-9, -0.8, 0.3, 9], labels=False)).astype(float)
    solution = exploratory(answers, n_factors=2, correlation="polychoric")
    found = bootstrap_loadings(answers, solution, draws=12, rng=0)
    assert found.used + found.failed[["undefined", "not_definite", "extraction", "rotation"]].sum() == 12
    assert ((found.loadings_low <= found.loadings_mean) & (found.loadings_mean <= found.loadings_high)).all(axis=None)


def test_heywood_draws_are_counted_and_kept():
    answers = sample(40, seed=11)
    solution = exploratory(answers, n_factors=2)
    found = bootstrap_loadings(answers, solution, draws=200, rng=0)
    assert found.failed["improper"] > 5
    left_out = found.failed[["undefined", "not_definite", "extraction", "rotation"]].sum()
    assert found.used == 200 - left_out


def test_solution_from_a_matrix_is_refused():
    answers = sample(200, seed=12)
    solution = exploratory(answers.corr(), n_factors=2, n=200)
    with pytest.raises(ParameterError, match="made from a matrix, without them. Make the solution from the answers"):
        bootstrap_loadings(answers, solution, rng=0)


def test_result_of_a_correlation_made_before_is_taken():
    answers = sample(200, seed=12)
    solution = exploratory(correlation_matrix(answers), n_factors=2)
    assert bootstrap_loadings(answers, solution, draws=20, rng=0).used == 20


def test_other_answers_are_refused():
    answers = sample(200, seed=13)
    solution = exploratory(answers, n_factors=2)
    with pytest.raises(ParameterError, match=r"correlations differ by up to 0\.\d+\. Give the same answers"):
        bootstrap_loadings(sample(200, seed=14), solution, rng=0)
    with pytest.raises(ColumnError, match="missing: i2"):
        bootstrap_loadings(answers.drop(columns="i2"), solution, rng=0)
    with pytest.raises(ParameterError, match="must be a pandas DataFrame; found ndarray"):
        bootstrap_loadings(answers.to_numpy(), solution, rng=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 5}, "draws must be a whole number from 10 to 100000; found 5"),
        ({"draws": True}, "found True"),
        ({"level": 1}, "level must be a number between 0 and 1"),
        ({"rng": None}, "rng must be a numpy random Generator or a seed"),
    ],
)
def test_options_out_of_range(options, message):
    answers = sample(100, seed=15)
    solution = exploratory(answers, n_factors=2)
    with pytest.raises(ParameterError, match=message):
        bootstrap_loadings(answers, solution, **{"rng": 0, **options})


def test_too_many_failed_draws_are_named():
    # ten respondents, eight items: most draws have fewer different rows than items
    answers = sample(10, seed=16)
    solution = exploratory(answers, n_factors=1)
    with pytest.raises(ConvergenceError, match=r"at least 90% .* of 50 have none \(not_definite \d+"):
        bootstrap_loadings(answers, solution, draws=50, rng=0)


def test_an_item_that_hardly_varies_leaves_undefined_draws():
    answers = sample(100, seed=17)[NAMES[:4]]
    answers["i4"] = 0.0
    answers.loc[:1, "i4"] = 1.0  # drawn not at all in e^-2 of the draws
    solution = exploratory(answers, n_factors=1, extraction="pca")
    with pytest.raises(ConvergenceError, match=r"none \(undefined \d+\)"):
        bootstrap_loadings(answers, solution, draws=100, rng=0)


def test_finite_intervals_or_a_named_error():
    computed = []

    @given(seed=st.integers(0, 2**16), n=st.integers(5, 40), p=st.integers(3, 6), kinds=st.integers(2, 4))
    @settings(max_examples=40, deadline=None)
    def refused_or_found(seed, n, p, kinds):
        answers = pd.DataFrame(np.random.default_rng(seed).integers(kinds, size=(n, p)).astype(float)).add_prefix("i")
        try:
            found = bootstrap_loadings(answers, exploratory(answers, n_factors=1), draws=20, rng=seed)
        except IkfsError:
            return
        for table in (found.loadings_low, found.loadings_high, found.loadings_se, found.phi_low, found.communalities):
            assert np.isfinite(table.to_numpy()).all()
        computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


@pytest.mark.slow
def test_percentile_intervals_cover_at_their_level():
    # Normal answers, n = 500, perfect simple structure: quartimin's minimum of the population is the population's own
    # loadings, and uniquenesses are far from the bound, so that percentile intervals hold up to terms of order 1/n.
    truth = SIMPLE
    hits, replications = np.zeros(truth.shape), 100
    for replication in range(replications):
        answers = sample(500, seed=1000 + replication)
        found = exploratory(answers, n_factors=2, bootstrap=400, rng=replication).bootstrap
        assert found is not None
        order, signs = (part[0] for part in matched_to(found.loadings.to_numpy()[None], truth))
        low, high = (table.to_numpy()[:, order] * signs for table in (found.loadings_low, found.loadings_high))
        hits += (np.minimum(low, high) <= truth) & (truth <= np.maximum(low, high))
    coverage = hits / replications
    # Nominal .95. Percentile intervals of B draws lie between order statistics: with numpy's quantiles the expected
    # share between them is (.95 (B - 1) + 1 - 1) / (B + 1) = .945 at B = 400, so that .005 is lost; they are too
    # narrow by a share of about 1/(2n) for each of some 10 estimates behind a loading, 1 %, which loses another
    # 2 x 1.96 x .0584 x .01 = .0023 (the normal density at 1.96 is .0584).
    # Monte Carlo: the standard error of one loading's coverage is sqrt(.95 .05 / 100) = .0218, of the mean over 16
    # loadings at most that. Three standard errors below and above what is expected; four for each single loading.
    short = 0.95 - (0.95 * 399) / 401 + 0.0023
    assert 0.95 - short - 3 * 0.0218 < coverage.mean() < 0.95 + 3 * 0.0218
    assert (coverage > 0.95 - short - 4 * 0.0218).all()


def test_a_frame_is_no_solution():
    answers = sample(100, seed=3)
    with pytest.raises(ParameterError, match="solution must be a result of `exploratory`; found DataFrame"):
        bootstrap_loadings(answers, exploratory(answers, n_factors=2).loadings, rng=0)
