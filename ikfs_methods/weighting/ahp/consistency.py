"""How far judgements contradict each other: the ratio, the worst triad, the judgement to look at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, quoted
from ikfs_methods.errors import ParameterError
from ikfs_methods.weighting.ahp.matrices import Counts, Floats, Truths, laplacian, least_squares, solved

# Mean consistency index of random reciprocal matrices of order 1 to 10, where the table used here ends.
RANDOM_INDEX: Mapping[int, float] = MappingProxyType(
    {1: 0.0, 2: 0.0, 3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
)
RANDOM_INDEX_SOURCE = "Saaty 1980"
# A comparison that alone holds the elements together has an effective resistance of 1, but for rounding.
ALONE = 1 - 1e-9
# Judgements whose cycle misses 1 by rounding do not contradict each other.
ROUNDING = 1e-12
# Consistency ratios are read with two or three decimals; changes that leave the same ratio to six serve alike.
ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Rule:
    """The table of random indices with its source, the cut-off of the ratio, and the end of the scale."""

    cutoff: float = 0.10
    random_index: Mapping[int, float] = field(default_factory=lambda: RANDOM_INDEX)
    source: str = RANDOM_INDEX_SOURCE
    scale: float = 9.0

    @property
    def most(self) -> int:
        """Elements that a parent may have."""
        return max(self.random_index)


def random_index_table(random_index: Mapping[int, float] | None, source: str | None) -> tuple[Mapping[int, float], str]:
    """The table of random indices in force and its source; ParameterError for one with gaps or without a source."""
    if random_index is None:
        return RANDOM_INDEX, RANDOM_INDEX_SOURCE if source is None else source
    if not isinstance(random_index, Mapping):
        raise ParameterError(
            f"random_index must be a mapping from the number of elements to the index; found "
            f"{type(random_index).__name__}. Give for example {{3: 0.52, 4: 0.89}}."
        )
    orders = [order for order in random_index if is_number(order) and order >= 3]
    if not orders or sorted(orders) != list(range(3, 3 + len(orders))):
        raise ParameterError(
            f"random_index must have a value for 3, 4 and so on elements, without a gap; found values for "
            f"{sorted(map(str, random_index))}. Add what is missing."
        )
    for order in orders:
        value = random_index[order]
        if not (is_number(value) and 0 < value < np.inf):
            raise ParameterError(
                f"random_index must hold numbers above 0; found {quoted(value)} for {order} elements. Correct it."
            )
    if not isinstance(source, str) or not source.strip():
        raise ParameterError(
            "another table of random indices must be named with its source; none was given. "
            'Give random_index_source, e.g. "Alonso & Lamata 2006".'
        )
    return MappingProxyType({int(order): float(random_index[order]) for order in orders}), source


def consistency_table(lambda_max: Floats, n: int, n_judged: Counts, rule: Rule) -> pd.DataFrame:
    """n, n_pairs, n_judged, lambda_max, ci, ri, cr, acceptable of matrices of n elements.

    ri is the random index of complete matrices times 1 - 2m/((n - 1)(n - 2)), m pairs left out (Ágoston & Csató 2022,
    Omega 108, 102576): what is left out can no longer contradict. n - 1 pairs contradict nothing: cr is 0.
    """
    n_pairs = n * (n - 1) // 2
    made = np.asarray(n_judged, dtype=np.intp)
    ci, ri, cr = _ratios(lambda_max, n, made, rule)
    return pd.DataFrame(
        {
            "n": n, "n_pairs": n_pairs, "n_judged": made, "lambda_max": lambda_max, "ci": ci, "ri": ri, "cr": cr,
            "acceptable": cr <= rule.cutoff,
        }
    )  # fmt: skip


def _ratios(lambda_max: Floats, n: int, made: Counts, rule: Rule) -> tuple[Floats, Floats, Floats]:
    # lambda_max is n at least; rounding can put it a hair below, and a ratio below 0 would be nonsense.
    ci: Floats = np.maximum((lambda_max - n) / (n - 1), 0)
    circles = made - (n - 1)
    # (n-1)(n-2)/2 circles are independent in a complete matrix; the factor 1 - 2m/... is the share that is left.
    whole = rule.random_index[n] / ((n - 1) * (n - 2) / 2) if n > 2 else 0.0
    ri: Floats = whole * circles.astype(np.float64)
    cr: Floats = np.divide(ci, ri, out=np.zeros_like(ci), where=circles > 0)
    return ci, ri, cr


def worst_triads(logs: Floats, known: Truths, elements: Sequence[str], names: pd.Index) -> pd.DataFrame:
    """The three judgements of each matrix that contradict each other most; matrices without such a triad have no row.

    first, second, third: elements, turned so that first_second x second_third (`implied`) exceeds `first_third`; each
    of these numbers is how many times the one outweighs the other. inconsistency = 1 - first_third/implied, from 0 to
    1 (Koczkodaj 1993, doi:10.1016/0895-7177(93)90059-8).
    """
    columns = ["first", "second", "third", "first_second", "second_third", "first_third", "implied", "inconsistency"]
    triads = np.array(list(combinations(range(len(elements)), 3)), dtype=np.intp).reshape(-1, 3)
    i, j, k = triads.T
    closed = known[:, i, j] & known[:, j, k] & known[:, i, k]
    cycles = np.where(closed, logs[:, i, j] + logs[:, j, k] + logs[:, k, i], 0.0)
    rows, kept = [], []
    for seat, own in enumerate(cycles):
        worst = int(np.abs(own).argmax()) if len(own) else 0
        if not len(own) or abs(own[worst]) <= ROUNDING:
            continue
        rows.append(_triad(logs[seat], triads[worst] if own[worst] > 0 else triads[worst][::-1], elements))
        kept.append(seat)
    return pd.DataFrame(rows, columns=columns, index=names[kept])


def _triad(logs: Floats, triad: np.ndarray, elements: Sequence[str]) -> tuple[object, ...]:
    """The triad from the turn at which its closing judgement favours the first element most."""
    turns = [tuple(np.roll(triad, -turn)) for turn in range(3)]
    i, j, k = max(turns, key=lambda turn: float(logs[turn[0], turn[2]]))
    forth, on, across = float(logs[i, j]), float(logs[j, k]), float(logs[i, k])
    ratios = [float(np.exp(value)) for value in (forth, on, across, forth + on)]
    return (elements[i], elements[j], elements[k], *ratios, float(-np.expm1(across - forth - on)))


def suspects_table(
    logs: Floats, known: Truths, elements: Sequence[str], names: pd.Index, *, ratios: Floats, rule: Rule
) -> pd.DataFrame:
    """Of each judge the one judgement whose change lowers the consistency ratio most; no row where none does.

    left, right, favours, strength: as given; suggested_favours, suggested_strength: what the judge's other judgements
    of these elements imply (the least-squares estimate without the pair), to the nearest whole strength of the scale;
    cr, cr_then: the ratio now, and with the suggested judgement in place of the given one. Where several changes serve
    alike, as with three elements any of the judgements does, the one with the smallest step on the scale is named.
    """
    columns = ["left", "right", "favours", "strength", "suggested_favours", "suggested_strength", "cr", "cr_then"]
    rows, kept = [], []
    i, j = np.triu_indices(len(elements), 1)
    implied, free = _implied(logs, known)
    strength = np.clip(np.rint(np.exp(np.abs(implied))), 1, rule.scale)
    suggested = np.sign(implied) * np.log(strength)
    then = _ratios_then(logs, known, suggested, free, rule)
    for seat, own in enumerate(then):
        if not (own < ratios[seat] - ROUNDING).any():
            continue
        given_all = logs[seat, i, j]
        alike = own <= np.nanmin(own) + ALIKE
        steps = np.abs(_place(given_all) - _place(suggested[seat]))
        best = int(np.where(alike, steps, np.inf).argmin())
        given = float(given_all[best])
        now, later = (_favours(value, given) for value in (given, float(suggested[seat, best])))
        whole = float(strength[seat, best])
        pair = (elements[i[best]], elements[j[best]])
        rows.append((*pair, now, float(np.exp(abs(given))), later, whole, float(ratios[seat]), float(own[best])))
        kept.append(seat)
    return pd.DataFrame(rows, columns=columns, index=names[kept])


def _place(logs: Floats) -> Floats:
    """Steps from 'equal' towards the left element, as people count them on the scale: 3 is 2, 1/3 is -2."""
    place: Floats = np.sign(logs) * np.expm1(np.abs(logs))
    return place


def _favours(value: float, given: float) -> str:
    """The side that a logarithm favours; at strength 1 the side of the judgement given, since either will do."""
    return "left" if (value or given) >= 0 else "right"


def _implied(logs: Floats, known: Truths) -> tuple[Floats, Truths]:
    """Logarithms of a_ij by the other judgements (judges x pairs), and where these connect the two elements.

    Leaving a comparison out of least squares divides its residual by 1 - r, r its leverage, which in a network of
    comparisons is the effective resistance between the two elements.
    """
    n = logs.shape[1]
    i, j = np.triu_indices(n, 1)
    fit = least_squares(logs, known)
    inverse = np.linalg.inv(laplacian(known) + 1 / n)
    leverage = inverse[:, i, i] + inverse[:, j, j] - 2 * inverse[:, i, j]
    free = known[:, i, j] & (leverage < ALONE)
    residual = logs[:, i, j] - (fit[:, i] - fit[:, j])
    estimate: Floats = logs[:, i, j] - residual / np.where(free, 1 - leverage, 1.0)
    return np.where(free, estimate, 0.0), free


def _ratios_then(logs: Floats, known: Truths, suggested: Floats, free: Truths, rule: Rule) -> Floats:
    """Consistency ratio (judges x pairs) with each pair in turn replaced; NaN where it cannot be."""
    n = logs.shape[1]
    i, j = np.triu_indices(n, 1)
    made = known[:, i, j].sum(axis=1)
    ratios = np.full(free.shape, np.nan)
    every = np.arange(len(logs))
    # Judge by judge where pairs were left out: the equations for all of them at once would not fit into memory.
    for seats in [every] if known.all() else every[:, None]:
        seat, pair = np.nonzero(free[seats])
        if not len(seat):
            continue
        seat = seats[seat]
        changed = logs[seat]
        at, values = np.arange(len(seat)), suggested[seat, pair]
        changed[at, i[pair], j[pair]], changed[at, j[pair], i[pair]] = values, -values
        lambda_max = solved(changed, known[seat]).lambda_max
        ratios[seat, pair] = _ratios(lambda_max, n, made[seat], rule)[2]
    return ratios
