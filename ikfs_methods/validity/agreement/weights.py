"""How much two ratings agree: 1 for the same category, less the further apart two categories are."""

from __future__ import annotations

import numpy as np

from ikfs_methods.checks import one_of
from ikfs_methods.errors import ParameterError
from ikfs_methods.validity.agreement.rated import Rated
from ikfs_methods.validity.scale import Floats

WEIGHTS = ("unweighted", "linear", "quadratic", "ordinal")


def agreement_weights(table: Rated, kind: str) -> Floats:
    """Agreement of each pair of categories, from 0 to 1 (categories by categories), as Gwet (2014) defines them.

    linear 1 - |a - b| / range and quadratic 1 - (a - b)² / range², of the categories' values, or of their places where
    they are names; ordinal 1 - M(M-1)/(q(q-1)), M the number of categories from a to b, both counted, q of all.

    Raises ParameterError for an unknown kind, and for names whose order was not declared.
    """
    one_of(kind, WEIGHTS, name="weights")
    q = len(table.categories)
    if kind == "unweighted" or q == 1:
        return np.eye(q)
    in_order(table, f'weights="{kind}"')
    places = np.arange(q, dtype=np.float64)
    if kind == "ordinal":
        far = np.abs(places[:, None] - places)
        return np.asarray(1 - far * (far + 1) / (q * (q - 1)))
    scores = places / (q - 1) if table.scores is None else table.scores
    far = np.abs(scores[:, None] - scores)
    return np.asarray(1 - (far if kind == "linear" else far**2))


def in_order(table: Rated, asked: str) -> None:
    """ParameterError, unless the categories are numbers or were declared in their order."""
    if table.scores is None and not table.declared:
        raise ParameterError(
            f"{asked} needs categories in their order; the ratings are names, the first "
            f"{str(table.categories[0])!r}. Declare them, from lowest to highest: categories=[...]."
        )
