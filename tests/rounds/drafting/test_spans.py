"""Bounds from the codes that occur: hand-worked cases, and scales found again whatever codes stand for no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.rounds.drafting.spans import Span, span


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ([1, 2, 3, 4, 5], Span(1, 5, (), sure=True)),
        ([1, 2, 3, 4, 5, 9], Span(1, 5, (9,), sure=True)),
        ([1, 2, 3, 4, 5, 8, 9], Span(1, 5, (8, 9), sure=True)),
        ([1, 2, 3, 4, 5, 98, 99, -1], Span(1, 5, (-1, 98, 99), sure=True)),
        ([1, 2, 3, 4], Span(1, 4, (), sure=False)),  # four points, or five of which one was not chosen
        ([1, 2, 3, 4, 9], Span(1, 4, (9,), sure=False)),
        ([2, 3, 4], Span(1, 5, (), sure=False)),
        ([1, 2, 4, 5], Span(1, 5, (), sure=False)),
        ([4, 5, 6], Span(1, 7, (), sure=False)),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], Span(1, 9, (), sure=False)),  # no gap: 8 and 9 may be answers
        ([0, 1], Span(0, 1, (), sure=True)),
        ([1, 2], Span(1, 2, (), sure=False)),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99], Span(0, 10, (99,), sure=True)),
    ],
)
def test_hand_worked(codes: list[int], found: Span) -> None:
    assert span(codes) == found


@pytest.mark.parametrize("codes", [[], [3], [3, 99], [1, 2, 37], [-3, 1, 2], [0, 25, 50, 100]])
def test_what_is_no_rating_scale(codes: list[int]) -> None:
    assert span(codes) is None


@given(
    st.sampled_from([(1, 5), (0, 4), (1, 7), (0, 10), (1, 10), (0, 1)]),
    st.sets(st.sampled_from([77, 88, 97, 98, 99, 998, 999, -1, -8, -9, -99])),
)
def test_a_whole_scale_is_found_beside_any_missing_codes(ends: tuple[int, int], missing: set[int]) -> None:
    found = span([*range(ends[0], ends[1] + 1), *missing])
    assert found == Span(*ends, tuple(sorted(missing)), sure=True)
