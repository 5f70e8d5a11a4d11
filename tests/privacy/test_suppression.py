"""Small cells hidden with their partners: hand-worked tables, published bounds, and every possible table tried."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.privacy.ranges import grid_of, ranges
from ikfs_methods.privacy.suppression import suppress_counts, suppress_means


def table(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=list("wxyz")[: len(rows)], columns=list("abcdef")[: len(rows[0])])


def hidden_cells(result) -> set[tuple[str, str]]:
    return {
        (row, column)
        for row in result.hidden.index
        for column in result.hidden.columns
        if result.hidden.loc[row, column]
    }


# Tables of sdcTable's own test of its heuristic (sdcTools/sdcTable, tests/testthat/test-simpleheuristic.R, commit
# a9999018): nine cells hidden, at least two in every line, and yet w|b is the difference of two rows and two columns.
SDC = table([30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685])
SDC_HIDDEN = ["wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"]


def ranges_of(counts: pd.DataFrame, hidden: list[str], wanted: str) -> tuple[float, float]:
    grid = grid_of(counts.to_numpy(dtype=float), "both")
    at = {
        f"{row}{column}": r * (counts.shape[1] + 1) + c
        for r, row in enumerate(counts.index)
        for c, column in enumerate(counts.columns)
    }
    cells = np.zeros(len(grid.counts), dtype=bool)
    cells[[at[name] for name in hidden]] = True
    low, high = ranges(grid.hiding(cells), [at[wanted]])
    return float(low[0]), float(high[0])


def test_two_hidden_cells_in_every_line_are_not_enough():
    # By hand, as that test's comment has it: (230 + 250) - (89 + 124 + 31) = 236 in the rows, (1021 + 770) -
    # (92 + 59 + 800 + 651) = 189 in the columns, and 236 - 189 = 47 is the cell itself.
    assert ranges_of(SDC, SDC_HIDDEN, "wb") == (47, 47)


def test_attack_gives_the_bounds_that_sdctable_gives():
    # expect_equal(bnds$val, 47), bnds$low 0, bnds$up 141 after one further suppression; the test names x|b as the one.
    assert ranges_of(SDC, [*SDC_HIDDEN, "xb"], "wb") == (0, 141)


def test_line_with_one_small_cell_hand_worked():
    # w: 3 is hidden, and the smallest of its line (7, whose column has nobody hidden yet) goes with it. Both columns
    # then have one hidden cell; of column a (11, 20) the 11 goes, whose row then needs the 9, which closes column b.
    result = suppress_counts(table([3, 7, 30], [11, 9, 40], [20, 25, 50]))
    assert hidden_cells(result) == {("w", "a"), ("w", "b"), ("x", "a"), ("x", "b")}
    assert result.primary.to_numpy().sum() == 1
    assert result.secondary.to_numpy().sum() == 3
    assert result.frame.loc["y"].tolist() == [20, 25, 50]
    assert result.row_totals.tolist() == [40, 60, 95]
    assert result.total == 195
    # what is left open runs round the one rectangle: w|a from 0 to min(10, 14)
    assert result.ranges().set_index(["row", "column"]).loc[("w", "a")].tolist() == [0, 10]


def test_nothing_is_hidden_where_nothing_is_small():
    result = suppress_counts(table([5, 0], [0, 9]))
    assert not result.hidden.to_numpy().any()
    assert result.frame.to_numpy().tolist() == [[5, 0], [0, 9]]
    assert suppress_counts(table([1, 2], [3, 4]), minimum=1).frame.notna().all(axis=None)


def test_series_with_its_total():
    # 2 is small; with the total published, the next smallest that brings the sum to 5 goes with it
    result = suppress_counts(pd.Series({"a": 2, "b": 12, "c": 8, "d": 0}, name="n"))
    assert result.frame["n"].isna().tolist() == [True, False, True, False]
    assert result.column_totals["n"] == 22
    assert result.row_totals.empty
    assert result.ranges()[["low", "high"]].to_numpy().tolist() == [[0, 10], [0, 10]]
    # 2 + 2 = 4 would still tell that both are small: a third goes
    assert suppress_counts(pd.Series([2, 2, 8, 9])).frame["count"].isna().tolist() == [True, True, True, False]
    # without a total nothing else has to go
    assert suppress_counts(pd.Series([2, 12, 8]), margins=False).frame["count"].isna().tolist() == [True, False, False]


def test_small_total_is_hidden_with_its_parts():
    result = suppress_counts(pd.Series([3, 0, 0], index=list("abc")))
    assert np.isnan(result.column_totals["count"])
    assert result.ranges().loc[0, "high"] == np.inf
    # in a table the total of a row is a cell of the column of totals, where another has to go with it
    result = suppress_counts(table([3, 0], [20, 30], [40, 25]))
    assert np.isnan(result.row_totals["w"])
    assert result.row_totals.isna().sum() == 2
    assert result.total == 118


def test_margins_of_rows_only_leave_columns_alone():
    result = suppress_counts(table([3, 7, 30], [11, 9, 40]), margins="rows")
    assert hidden_cells(result) == {("w", "a"), ("w", "b")}
    assert result.row_totals.tolist() == [40, 60]
    assert result.column_totals.empty
    assert np.isnan(result.total)
    turned = suppress_counts(table([3, 7, 30], [11, 9, 40]).T, margins="columns")
    assert hidden_cells(turned) == {("a", "w"), ("b", "w")}


def possible(result, limit: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Least and greatest value of each hidden cell over every table of whole numbers that fits what is published."""
    cells = np.argwhere(result.hidden.to_numpy())
    every = np.array(list(itertools.product(range(limit + 1), repeat=len(cells))))
    tried = np.tile(result.frame.fillna(0).to_numpy(), (len(every), 1, 1))
    for position, (row, column) in enumerate(cells):
        tried[:, row, column] = every[:, position]
    fits = np.ones(len(every), dtype=bool)
    for told, sums in (
        (result.row_totals.to_numpy(), tried.sum(axis=2)),
        (result.column_totals.to_numpy(), tried.sum(axis=1)),
        (np.array([result.total]), tried.sum(axis=(1, 2))[:, None]),
    ):
        fits &= (np.isnan(told) | (sums == told)).all(axis=1)
    low, high = every[fits].min(axis=0), every[fits].max(axis=0)
    names = [(result.frame.index[row], result.frame.columns[column]) for row, column in cells]
    return dict(zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True))


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_small_cell_is_known_among_all_possible_tables(rows):
    result = suppress_counts(table(*rows), minimum=3)
    if len(hidden_cells(result)) <= 4:
        # A limit of 12 is above every total of a hidden rectangle here but cuts off what nothing bounds.
        tried = possible(result, 12)
        for row, column, low, high in result.ranges().itertuples(index=False):
            assert tried[row, column] == (low, min(high, 12))
            if result.primary.loc[row, column]:
                assert high - low >= 3


@settings(max_examples=60)
@given(
    st.integers(2, 6).flatmap(
        lambda k: st.lists(st.lists(st.integers(0, 40), min_size=k, max_size=k), min_size=2, max_size=7)
    ),
    st.sampled_from([True, "rows", "columns", False]),
)
def test_what_is_promised_holds_for_any_table(rows, margins):
    counts = pd.DataFrame(rows)
    result = suppress_counts(counts, margins=margins)
    assert result.primary.equals((counts > 0) & (counts < 5))
    assert not (result.primary & result.secondary).any(axis=None)
    assert result.frame.equals(counts.astype(float).mask(result.hidden))
    found = result.ranges()
    for row, column, low, high in found.itertuples(index=False):
        assert low <= counts.loc[row, column] <= high
        assert not result.primary.loc[row, column] or high - low >= 5
    # the same table gives the same cells
    assert suppress_counts(counts, margins=margins).hidden.equals(result.hidden)


def test_order_of_rows_and_columns_changes_nothing_without_ties():
    counts = table([3, 17, 30], [11, 19, 40], [20, 25, 50])
    turned = suppress_counts(counts.iloc[::-1, ::-1])
    assert hidden_cells(turned) == hidden_cells(suppress_counts(counts))


def test_a_few_hundred_rows_of_ten():
    rng = np.random.default_rng(7)
    counts = pd.DataFrame(rng.poisson(rng.gamma(1, 60, (300, 10))))
    result = suppress_counts(counts)
    assert result.primary.to_numpy().sum() > 100
    assert result.secondary.to_numpy().sum() < result.primary.to_numpy().sum()
    for line, total in ((result.frame, result.row_totals), (result.frame.T, result.column_totals)):
        gone = line.isna().sum(axis=1)
        assert not ((gone == 1) & total.notna()).any()


@pytest.mark.parametrize(
    ("counts", "options", "error", "message"),
    [
        (table([1.5, 2]), {}, ScaleError, "at least 0; 1 cell.s. are not, the first 1.5 in row 'w', column 'a'"),
        (table([-1, 2]), {}, ScaleError, "the first -1 in row 'w', column 'a'"),
        (table([np.nan, 2]), {}, ScaleError, "Give 0 where there is nobody"),
        (table(["x", 2]), {}, NotNumericError, "column 'a' has text"),
        (pd.DataFrame(), {}, TooFewError, "at least 1 rows and 1 columns"),
        (table([1, 2]), {"margins": "all"}, ParameterError, "margins must be True, False, 'rows' or .*; found 'all'"),
        (table([1, 2]), {"minimum": 0}, ParameterError, "minimum must be a whole number of at least 1; found 0"),
    ],
)  # fmt: skip
def test_counts_that_are_none_are_refused(counts, options, error, message):
    with pytest.raises(error, match=message):
        suppress_counts(counts, **options)


UNITS = list("pqrs")
MEANS = pd.DataFrame({"I": [50.0, 60, 70, 80], "X": [40.0, 50, 60, 70], "Y": [60.0, 70, 80, 90]}, index=UNITS)


def test_one_hidden_unit_takes_the_next_smallest_with_it():
    n = pd.Series([4, 25, 12, 90], index=UNITS)
    result = suppress_means(MEANS, n)
    assert result.frame.isna().all(axis=1).tolist() == [True, False, True, False]
    assert result.primary.loc["p"].all()
    assert result.secondary.loc["r"].all()
    # 4 is no publishable count either, and the total would give it back without another
    assert result.n["I"].isna().tolist() == [True, False, True, False]
    alone = suppress_means(MEANS, n, total=False)
    assert alone.frame.isna().all(axis=1).tolist() == [True, False, False, False]
    assert alone.n["I"].isna().tolist() == [True, False, False, False]


def test_subtraction_gives_nothing_back():
    # The mean of all times all n, less the published units, is what the hidden ones have together: here of 16
    # respondents in two units, never of one unit.
    n = pd.Series([4, 25, 12, 90], index=UNITS)
    whole = (MEANS["I"] * n).sum() / n.sum()
    told = suppress_means(MEANS, n).frame["I"]
    left = whole * n.sum() - (told * n).sum()
    assert left == pytest.approx(4 * 50 + 12 * 70)
    assert n[told.isna()].sum() >= 10


def test_hidden_units_of_too_few_together_take_a_third():
    result = suppress_means(MEANS, pd.Series([4, 5, 12, 90], index=UNITS))
    assert result.frame["I"].isna().tolist() == [True, True, True, False]
    result = suppress_means(MEANS, pd.Series([4, 6, 12, 90], index=UNITS))
    assert result.frame["I"].isna().tolist() == [True, True, False, False]
    assert result.n["I"].tolist()[2:] == [12, 90]


def test_threshold_itself_is_published_and_nobody_is_missing_not_hidden():
    means = MEANS.copy()
    means.loc["s"] = np.nan
    result = suppress_means(means, pd.Series([10, 11, 12, 0], index=UNITS))
    assert not result.hidden.any(axis=None)
    assert result.n.loc["s"].tolist() == [0, 0, 0]


def test_parts_give_their_mean_away_within_a_unit():
    n = pd.DataFrame({"I": [30, 40, 50, 60], "X": [30, 40, 50, 60], "Y": [9, 38, 48, 58]}, index=UNITS)
    plain = suppress_means(MEANS, n)
    assert plain.hidden.to_numpy().tolist() == [[False, False, True], [False, False, True], [False] * 3, [False] * 3]
    # I = (X + Y) / 2 gives Y back from I and X: the other part goes as well, in both units
    result = suppress_means(MEANS, n, together=[["I", "X", "Y"]])
    assert result.hidden.to_numpy().tolist() == [[False, True, True], [False, True, True], [False] * 3, [False] * 3]
    # an only part is its mean, so that both go
    only = suppress_means(MEANS[["I", "Y"]], n[["I", "Y"]], together=[["I", "Y"]])
    assert only.hidden.loc["p"].all()


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=8))
def test_what_is_promised_holds_for_any_units(rows):
    n = pd.DataFrame(rows, columns=list("IXY"))
    means = n.astype(float).mask(n == 0)
    result = suppress_means(means, n, together=[["I", "X", "Y"]])
    assert (result.hidden | (n == 0) | (n >= 10)).all(axis=None)
    for name in n:
        gone, n_gone = result.hidden[name], n.loc[result.hidden[name], name].sum()
        everybody = (gone | (n[name] == 0)).all()
        assert not gone.any() or everybody or (gone.sum() > 1 and n_gone >= 10)
        assert not ((result.n[name] > 0) & (result.n[name] < 5)).any()
    there = n > 0
    assert ((result.hidden.sum(axis=1) != 1) | (there.sum(axis=1) == 1)).all()


def test_labels_and_kinds_are_refused():
    with pytest.raises(ColumnError, match="n must have the units"):
        suppress_means(MEANS, pd.Series([1, 2], index=["p", "q"]))
    with pytest.raises(ColumnError, match="unknown: Z"):
        suppress_means(MEANS, pd.Series([1, 2, 3, 4], index=UNITS), together=[["I", "Z"]])
    with pytest.raises(ParameterError, match="n must be a Series by unit"):
        suppress_means(MEANS, 5)
    with pytest.raises(ScaleError, match="n must be whole numbers"):
        suppress_means(MEANS, pd.Series([1.5, 2, 3, 4], index=UNITS))
