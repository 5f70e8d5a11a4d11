from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.correlation import correlation_matrix, permuted_correlations, polyserial, recommended
from ikfs_methods.errors import ColumnError, IkfsError, NotNumericError, TooFewError

VALUES = st.one_of(
    st.integers(0, 4).map(float),
    st.sampled_from([np.nan, np.inf, 1e300, -1e300, 1e-300, 5e-324, 1 + 2**-52, 0.5]),
    st.floats(-5, 5),
)


@st.composite
def frames(draw: st.DrawFn, rows_from: int = 0, columns_from: int = 0) -> pd.DataFrame:
    rows, columns = draw(st.integers(rows_from, 9)), draw(st.integers(columns_from, 4))
    kind = draw(st.sampled_from([st.integers(0, 2).map(float), st.sampled_from([1.0, 2.0, np.nan]), VALUES]))
    cells = draw(st.lists(st.lists(kind, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    return pd.DataFrame(np.array(cells, dtype=float).reshape(rows, columns), columns=list("abcd")[:columns])


def test_any_input_gives_finite_correlations_or_a_named_error():
    computed = []

    @settings(max_examples=150, deadline=None)
    @given(
        answers=frames(),
        method=st.sampled_from(["pearson", "spearman", "polychoric", "mixed"]),
        missing=st.sampled_from(["listwise", "pairwise"]),
        data=st.data(),
    )
    def refused_or_found(answers, method, missing, data):
        weight = st.sampled_from([1.0, 0.0, 2.5, 1e-11, np.nan, -1.0])
        weights = data.draw(st.one_of(st.none(), st.lists(weight, min_size=len(answers), max_size=len(answers))))
        try:
            found = correlation_matrix(answers, method=method, missing=missing, weights=weights)
        except IkfsError:
            return
        values = found.matrix.to_numpy()
        assert np.isfinite(values).all()
        assert (np.abs(values) <= 1).all()
        assert (values == values.T).all()
        if method in {"polychoric", "mixed"}:
            assert np.linalg.eigvalsh(values)[0] > -1e-9
        if found.standard_errors is not None:
            unknown = np.argwhere(np.triu(np.isnan(found.standard_errors.to_numpy()), 1))
            said = found.at_bound[["first", "second"]].to_numpy().tolist()
            assert [[found.matrix.columns[i], found.matrix.columns[j]] for i, j in unknown] == said
            assert not len(said) or found.notes
        computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


def test_any_input_is_permuted_or_refused():
    computed = []

    @settings(max_examples=60, deadline=None)
    @given(answers=frames(), missing=st.sampled_from(["listwise", "pairwise"]))
    def refused_or_found(answers, missing):
        for call in (
            lambda: permuted_correlations(answers, draws=2, rng=1, missing=missing),
            lambda: permuted_correlations(answers, method="pearson", draws=2, rng=1, missing=missing),
            lambda: recommended(answers).items,
        ):
            try:
                assert np.isfinite(np.asarray(call())).all()
                computed.append(1)
            except IkfsError:
                continue

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


def test_any_pair_has_a_polyserial_or_a_named_error():
    computed = []

    @settings(max_examples=60, deadline=None)
    @given(answers=frames(rows_from=4, columns_from=2), method=st.sampled_from(["two-step", "ml"]))
    def refused_or_found(answers, method):
        try:
            found = polyserial(answers["a"], answers["b"], method=method)
        except IkfsError:
            return
        assert abs(found.correlation) <= 1
        assert np.isfinite(found.standard_error) or found.at_bound
        computed.append(1)

    refused_or_found()
    # not all of them may be refused, or the test would say nothing
    assert len(computed) >= 10


@pytest.mark.parametrize("method", ["pearson", "spearman", "polychoric", "mixed"])
def test_named_errors(method):
    good = pd.DataFrame({"a": [1, 2, 3, 1, 2], "b": [1, 2, 2, 1, 1]})
    with pytest.raises(TooFewError, match="at least 1 rows and 2 columns; found 0 and 2"):
        correlation_matrix(good[:0], method=method)
    with pytest.raises(TooFewError, match="2 columns; found 5 and 1"):
        correlation_matrix(good[["a"]], method=method)
    with pytest.raises(ColumnError, match="unique column names; repeated: a"):
        correlation_matrix(good.set_axis(["a", "a"], axis=1), method=method)
    with pytest.raises(NotNumericError, match="must be finite numbers; column 'a' has 1 infinite value"):
        correlation_matrix(good.assign(a=[1, 2, np.inf, 1, 2]), method=method)
    apart = pd.DataFrame({"a": [1, 2, 1, np.nan, np.nan, np.nan], "b": [np.nan, np.nan, np.nan, 1, 2, 1]})
    with pytest.raises(TooFewError, match=r"share at least 3 answered rows; found a with b \(0\)"):
        correlation_matrix(apart, method=method, missing="pairwise")


@pytest.mark.parametrize("method", ["pearson", "spearman", "polychoric"])
def test_huge_and_tiny_values_are_only_another_unit(method):
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 4, 1], "b": [2, 1, 4, 3, 4, 2]}, dtype=float)
    expected = correlation_matrix(answers, method=method).matrix
    for unit in (1e307, 1e-307):
        np.testing.assert_allclose(correlation_matrix(answers * unit, method=method).matrix, expected, atol=1e-12)
