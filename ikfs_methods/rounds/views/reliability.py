"""The reliability coefficients of what is retained, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.views.base import View

# Fewer respondents than this let the bounds that search for the best split or errors profit from chance (ten Berge &
# Socan 2004, doi:10.1007/BF02289858).
CERTAIN = 1000


@dataclass(frozen=True, slots=True)
class ReliabilityTable(View):
    """A row a dimension: alpha, standardized, ordinal_alpha, lambda2, lambda4, lambda6, mean_half, glb, omega_total.

    Of what is retained; NaN where a coefficient is not defined for the dimension. `n` and `n_items` are those of alpha.
    """

    @property
    def chance(self) -> bool:
        """Whether lambda4 and the greatest lower bound are likely to lie too high."""
        return bool((self.table["n"] < CERTAIN).any())


def reliability_table(opened: Round) -> ReliabilityTable:
    """Every reliability coefficient of what is retained, by dimension."""
    sources = {
        "ordinal_alpha": (opened.ordinal_alpha, "alpha"),
        "lambda2": (opened.guttman, "lambda2"),
        "lambda4": (opened.guttman, "lambda4"),
        "lambda6": (opened.guttman, "lambda6"),
        "mean_half": (opened.split_halves, "mean"),
        "glb": (opened.lower_bound, "glb"),
        "omega_total": (opened.omega, "omega_total"),
    }
    alphas = opened.alpha_retained.results
    table = pd.DataFrame(
        {
            "n_items": {code: found.n_items for code, found in alphas.items()},
            "n": {code: found.n_respondents for code, found in alphas.items()},
            "alpha": {code: found.alpha for code, found in alphas.items()},
            "standardized": {code: found.standardized_alpha for code, found in alphas.items()},
        },
        index=pd.Index(list(alphas), name="code"),
    )
    for name, (found, attribute) in sources.items():
        values = {code: getattr(found[code], attribute) for code in alphas if code in found.results}
        table[name] = pd.Series(values, dtype=float).reindex(table.index)
    return ReliabilityTable(table.reset_index())
