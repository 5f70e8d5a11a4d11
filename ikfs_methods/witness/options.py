"""What the comparison with other programs' defaults is given: checked before anything is computed.

A wrong option would otherwise make a table in which every row of ours is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ikfs_methods.checks import fraction, generator, listed, one_of, quoted, whole
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.factor import ExploratoryResult
from ikfs_methods.factor.exploratory import CORRELATIONS, EXTRACTIONS
from ikfs_methods.factor.kinds import ROTATIONS
from ikfs_methods.reliability import AlphaResult


def check_methods(*, missing: str, level: float, correlation: str, extraction: str, rotation: str, rng: object) -> None:
    """ParameterError for an option that no method of ours has."""
    one_of(missing, ("listwise", "pairwise"), name="missing")
    fraction(level, name="level")
    one_of(correlation, CORRELATIONS, name="correlation")
    one_of(extraction, EXTRACTIONS, name="extraction")
    one_of(rotation, ROTATIONS, name="rotation")
    if rng is not None:
        generator(rng)  # type: ignore[arg-type]


def check_solution(solution: ExploratoryResult | None, n_factors: int | None, items: pd.Index) -> None:
    """ParameterError for something else than a solution of these items, or another number of factors than its own."""
    if n_factors is not None:
        whole(n_factors, len(items), name="n_factors")
    if solution is None:
        return
    if not isinstance(solution, ExploratoryResult):
        raise ParameterError(
            f"solution must be a result of exploratory; found {type(solution).__name__}. "
            "Give the result, or n_factors to have it computed."
        )
    strange = solution.loadings.index.difference(items)
    if len(strange):
        raise ColumnError(
            f"the solution must be of items of the answers; it has others: {listed(strange)}. Give its own answers."
        )
    if n_factors is not None and n_factors != solution.n_factors:
        raise ParameterError(
            f"n_factors must be that of the solution; found {n_factors} and {solution.n_factors}. Give one of them."
        )


def checked_alphas(alphas: Mapping[str, AlphaResult] | None) -> Mapping[str, AlphaResult]:
    """The alphas by scale, none without any; else a ParameterError."""
    if alphas is None:
        return {}
    if not isinstance(alphas, Mapping):
        raise ParameterError(
            f"alphas must be a mapping of scales to results of cronbach_alpha; found {type(alphas).__name__}."
        )
    other = [f"{name}: {type(value).__name__}" for name, value in alphas.items() if not isinstance(value, AlphaResult)]
    if other:
        raise ParameterError(f"alphas must be results of cronbach_alpha; found {listed(other)}. Give the results.")
    return alphas


def members(scales: Mapping[str, Sequence[str]] | None, items: pd.Index, subject: str) -> dict[str, list[str]]:
    """The items of each scale, all of them under `subject` when no scale is named.

    Raises ParameterError when it is no mapping of names to lists, ColumnError for items that the answers lack.
    """
    if scales is None:
        return {subject: list(items)}
    if not isinstance(scales, Mapping):
        raise ParameterError(
            f"scales must be a mapping of each scale's name to its items; found {type(scales).__name__}. "
            'Give {"KD": ["KD1", "KD2"]}.'
        )
    found: dict[str, list[str]] = {}
    for name, own in scales.items():
        # A text is a sequence too, of its letters.
        if isinstance(own, str) or not isinstance(own, Sequence | pd.Index):
            raise ParameterError(f"scale {quoted(name)} must be a list of items; found {quoted(own)}. Give the list.")
        lacking = [item for item in own if item not in items]
        if lacking:
            raise ColumnError(
                f"scale {name!r} must consist of items of the answers; missing: {listed(lacking)}. Correct the scale."
            )
        found[name] = list(own)
    return found
