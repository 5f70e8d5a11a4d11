from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.correlation import correlation_matrix, permuted_correlations
from ikfs_methods.errors import ParameterError, TooFewError

RNG = np.random.default_rng(8)
COMMON = RNG.standard_normal((150, 1))
ANSWERS = pd.DataFrame(np.digitize(COMMON + RNG.standard_normal((150, 4)), [-1, 0, 1]), columns=list("abcd"))
ANSWERS["d"] = (ANSWERS["d"] > 1) * 9
GAPS = ANSWERS.mask(np.random.default_rng(9).random(ANSWERS.shape) < 0.1)


@pytest.mark.parametrize("method", ["polychoric", "pearson", "spearman"])
def test_each_draw_is_the_matrix_of_permuted_answers(method):
    found = permuted_correlations(ANSWERS, method=method, draws=2, rng=np.random.default_rng(4))
    again = np.random.default_rng(4)
    for draw in found:
        turned = again.permuted(ANSWERS.to_numpy().T.copy(), axis=1).T
        own = correlation_matrix(pd.DataFrame(turned, columns=list("abcd")), method=method, smooth=False).matrix
        # the polychoric search stops at steps of 1e-5, which leaves an error of 1e-7 (seen 1.4e-7 in 900 pairs)
        np.testing.assert_allclose(draw, own, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", ["polychoric", "pearson"])
def test_gaps_travel_along(method):
    found = permuted_correlations(GAPS, method=method, draws=1, rng=np.random.default_rng(4), missing="pairwise")
    turned = np.random.default_rng(4).permuted(GAPS.to_numpy().T.copy(), axis=1).T
    own = correlation_matrix(pd.DataFrame(turned), method=method, missing="pairwise", smooth=False).matrix
    np.testing.assert_allclose(found[0], own, rtol=0, atol=1e-6)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_no_relation_is_left(missing):
    found = permuted_correlations(GAPS, draws=400, rng=1, missing=missing)
    assert found.shape == (400, 4, 4)
    np.testing.assert_array_equal(found, found.transpose(0, 2, 1))
    np.testing.assert_array_equal(found[:, range(4), range(4)], 1.0)
    pairs = found[:, *np.triu_indices(4, 1)]
    # 2,400 correlations of standard deviation about .1: their mean errs by .002, here four of that
    assert abs(pairs.mean()) < 0.008
    assert 0.05 < pairs.std() < 0.2


def test_draws_do_not_depend_on_how_many_are_held():
    few = permuted_correlations(ANSWERS, draws=3, rng=7)
    np.testing.assert_array_equal(permuted_correlations(ANSWERS, draws=3, rng=7), few)
    # the quadrature's nodes are chosen for all pairs of a batch: rounding apart, the same
    np.testing.assert_allclose(permuted_correlations(ANSWERS, draws=300, rng=7)[:3], few, rtol=0, atol=1e-6)


def test_bad_options():
    with pytest.raises(ParameterError, match="draws must be a whole number from 1 to 100000; found 0"):
        permuted_correlations(ANSWERS, draws=0, rng=1)
    with pytest.raises(ParameterError, match="rng must be a numpy random Generator or a seed"):
        permuted_correlations(ANSWERS, draws=1, rng=None)
    with pytest.raises(ParameterError, match='missing must be "listwise" for permuted ranks'):
        permuted_correlations(GAPS, method="spearman", draws=1, rng=1, missing="pairwise")
    thin = pd.DataFrame({"a": [1, 2, np.nan, np.nan], "b": [1, 2, 3, np.nan], "c": [1, 2, 3, 4]})
    for method in ("polychoric", "pearson"):
        with pytest.raises(TooFewError, match="permuted items must share at least 3 answered rows; found [0-2]"):
            permuted_correlations(thin, method=method, draws=20, rng=1, missing="pairwise")


def test_an_item_constant_in_the_shared_rows_of_a_draw_counts_as_unrelated():
    # five of six answers are alike and a gap may hide the sixth: then nothing is left to correlate
    answers = pd.DataFrame({"a": [1, 1, 1, 1, 1, 2], "b": [1, 2, np.nan, 2, 1, 2]}, dtype=float)
    for method in ("polychoric", "pearson"):
        found = permuted_correlations(answers, method=method, draws=60, rng=1, missing="pairwise")[:, 0, 1]
        # the gap meets the sixth answer in one draw of six
        assert 2 <= (found == 0).sum() <= 25
        assert np.isfinite(found).all()
