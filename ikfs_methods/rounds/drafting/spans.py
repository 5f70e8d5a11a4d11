"""Bounds of a scale from the codes that occur: what is beyond doubt, what is only likely, and what is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Codes by which surveys say "no answer"; they are taken for it only where they stand apart from the answers.
_ABOVE = frozenset({8, 9, 77, 88, 97, 98, 99, 888, 998, 999, 9999})
_BELOW = frozenset({-1, -8, -9, -77, -88, -98, -99, -999})
# Scales that are whole: when every one of their codes occurs there is nothing left to ask. Four points are not among
# them: 1 to 4 may be a scale of four points, or one of five whose end nobody chose.
_WHOLE = frozenset({(1, 5), (0, 4), (1, 7), (0, 10), (1, 10), (0, 1)})
_HIGHEST = 10


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds of a scale, the codes outside it that mean no answer, and whether the bounds are beyond doubt."""

    low: int
    high: int
    missing: tuple[int, ...]
    sure: bool


def span(codes: Iterable[int]) -> Span | None:
    """The scale on which the codes of a block of questions lie; None when they are no codes of a rating scale.

    A code from the usual list (8, 9, 98, 99, -1 ...) means no answer only when a gap separates it from the others.
    Doubtful bounds are proposed: the codes that occur where they start at 0 or 1, else the next usual scale.
    """
    seen = sorted(set(codes))
    missing = [code for code in seen if code in _BELOW and seen[-1] >= 0]
    seen = [code for code in seen if code not in missing]
    for place in range(1, len(seen)):
        if seen[place] - seen[place - 1] > 1 and set(seen[place:]) <= _ABOVE:
            missing += seen[place:]
            seen = seen[:place]
            break
    if len(seen) < 2 or seen[0] < 0 or seen[-1] > _HIGHEST:
        return None
    whole = len(seen) == seen[-1] - seen[0] + 1 and (seen[0], seen[-1]) in _WHOLE
    low, high = (seen[0], seen[-1]) if seen[0] <= 1 else (1, next(end for end in (5, 7, 10) if seen[-1] <= end))
    return Span(low, high, tuple(sorted(missing)), whole)
