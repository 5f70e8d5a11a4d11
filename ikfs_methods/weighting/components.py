"""Factor weights of the OECD/JRC Handbook: each indicator by its share in the component it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import is_number, listed, numeric_frame, one_of, quoted
from ikfs_methods.correlation import correlation_matrix
from ikfs_methods.errors import ParameterError, WeightError
from ikfs_methods.factor import principal_components, rotate
from ikfs_methods.weighting.sets import WeightSet

MINIMUM_SHARE = 0.10
MINIMUM_CUMULATIVE = 0.60
SOURCE = "OECD/JRC 2008, section 6"


@dataclass(frozen=True, slots=True, eq=False)
class LoadingWeights:
    """Weights by indicator, the component each belongs to, and each component's part in what all of them explain.

    `scaled`: squared loadings scaled to sum 1 within each component (indicators x components).
    """

    weights: pd.Series
    component: pd.Series
    shares: pd.Series
    scaled: pd.DataFrame


def factor_weights(
    values: pd.DataFrame,
    *,
    minimum_eigenvalue: float = 1.0,
    rotation: str = "varimax",
    parent: str = "",
    rows: str = "respondents",
    missing: str = "listwise",
) -> WeightSet:
    """Weights of one parent's indicators from their principal components (OECD/JRC 2008, section 6).

    `values`: rows x the indicators of one parent; `rows` says what they are ("respondents" or "units"): weights from
    individuals and from averages differ. `missing`: "listwise" uses the complete rows; "pairwise" correlates each pair
    of indicators over the rows that have both, and the set's `n` is then the least of those numbers. Components of the
    correlations with an eigenvalue above `minimum_eigenvalue` are kept, the first one in any case, and turned by
    `rotation` ("varimax" with Kaiser's scaling, or "none"); then `weights_from_loadings`.
    `diagnostics`: eigenvalues, loadings (after rotation), scaled, component, shares, n_components, n_dropped, rows,
    missing, rotation, first_kept_anyway, and rules: frame of the Handbook's rules (eigenvalue above the minimum, each
    component more than 10 % of variance, together more than 60 %) with required, found, met. They are reported, not
    enforced.

    Raises ConstantItemError, TooFewError and NotNumericError for values that have no correlations, MatrixError for
    pairwise ones that cannot occur together, ParameterError.
    Answers the question: which weights follow from what the indicators share, with nobody judging?
    """
    one_of(rotation, ("varimax", "none"), name="rotation")
    one_of(rows, ("respondents", "units"), name="rows")
    if not (is_number(minimum_eigenvalue) and minimum_eigenvalue >= 0):
        raise ParameterError(
            f"minimum_eigenvalue must be a number of at least 0; found {quoted(minimum_eigenvalue)}. "
            "1 is Kaiser's rule."
        )
    # Correlated here: values that happen to look like a correlation matrix are values all the same.
    correlations = correlation_matrix(values, missing=missing)
    eigenvalues = principal_components(correlations, n_components=1).eigenvalues
    above = int((eigenvalues > minimum_eigenvalue).sum())
    kept = max(above, 1)
    loadings = principal_components(correlations, n_components=kept).loadings
    if kept > 1 and rotation != "none":
        loadings = rotate(loadings, method=rotation, normalize=True, stop="converged").loadings
    found = weights_from_loadings(loadings)
    return WeightSet(
        found.weights,
        pd.Series(parent, index=found.weights.index, name="parent", dtype=object),
        "factor weights",
        n=correlations.n,
        diagnostics={
            "eigenvalues": eigenvalues,
            "loadings": loadings,
            "scaled": found.scaled,
            "component": found.component,
            "shares": found.shares,
            "n_components": kept,
            "n_dropped": correlations.n_dropped,
            "rows": rows,
            "missing": missing,
            "rotation": rotation if kept > 1 else "none",
            "first_kept_anyway": above == 0,
            "rules": _rules(eigenvalues, loadings, minimum_eigenvalue),
            "source": SOURCE,
        },
    )


def weights_from_loadings(loadings: pd.DataFrame) -> LoadingWeights:
    """Weights from (rotated) component loadings, indicators x components (OECD/JRC 2008, section 6).

    Each indicator goes to the component on which its loading is largest in size (the first of equals). It weighs its
    squared loading, scaled to sum 1 within that component, times the component's share of the variance that all kept
    components explain; the weights are then scaled to sum 1. The Handbook's Table 18 comes out to all its decimals
    only so: its text names the component with the largest scaled square for one indicator (exports), which gives that
    one .06 where the table prints .07.

    Raises WeightError for a component on which nothing loads, and what `checks.numeric_frame` raises.
    Answers the question: how does a loading matrix turn into weights?
    """
    table = numeric_frame(loadings, what="loadings", min_rows=1, min_columns=1)
    if table.isna().to_numpy().any():
        gaps = table.index[table.isna().any(axis=1)]
        raise WeightError(f"loadings must be complete; missing for {listed(gaps)}. Supply them.")
    squares = table**2
    explained = squares.sum()
    empty = explained.index[explained <= 0]
    if len(empty):
        raise WeightError(f"every component must have a loading; all are 0 on {listed(empty)}. Leave it out.")
    scaled, shares = squares / explained, (explained / explained.sum()).rename("share")
    place = squares.to_numpy().argmax(axis=1)
    raw = scaled.to_numpy()[np.arange(len(scaled)), place] * shares.to_numpy()[place]
    component = pd.Series(scaled.columns[place], index=scaled.index, name="component")
    return LoadingWeights(pd.Series(raw / raw.sum(), index=scaled.index, name="weight"), component, shares, scaled)


def _rules(eigenvalues: pd.Series, loadings: pd.DataFrame, minimum_eigenvalue: float) -> pd.DataFrame:
    """The Handbook's rules of thumb for the kept components, on shares of the total variance."""
    kept = loadings.shape[1]
    share = (loadings**2).sum() / len(loadings)
    table = pd.DataFrame(
        {
            "required": [minimum_eigenvalue, MINIMUM_SHARE, MINIMUM_CUMULATIVE],
            "found": [float(eigenvalues.iloc[kept - 1]), float(share.min()), float(share.sum())],
        },
        index=pd.Index(
            ["least eigenvalue kept", "least share of variance", "cumulative share of variance"], name="rule"
        ),
    )
    return table.assign(met=table["found"] > table["required"])
