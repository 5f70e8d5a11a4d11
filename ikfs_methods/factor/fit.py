"""How well a factor solution reproduces the correlations, by psych's definitions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtr, chdtrc, chndtrinc

Floats = npt.NDArray[np.float64]

INDICES = (
    "chi2", "df", "p_value", "rmsea", "rmsea_low", "rmsea_high", "tli", "srmr", "bic",
    "srmr_corrected", "null_chi2", "null_df",
)  # fmt: skip
_INDEX = pd.Index(INDICES)
_DEFINITE = 1e-12  # of the least eigenvalue: below, the inverse has no correct digit


def residual_size(matrix: Floats, model: Floats) -> float:
    """SRMR: root mean square of the residual correlations off the diagonal."""
    below = np.tril_indices(len(matrix), -1)
    return float(np.sqrt(((matrix - model)[below] ** 2).mean()))


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Of the model of m common factors: [(p - m)^2 - (p + m)] / 2."""
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


def most_factors(n_items: int) -> int:
    """The most common factors that so many items can tell apart (degrees of freedom of at least 0; Ledermann 1937)."""
    return max((m for m in range(n_items) if degrees_of_freedom(n_items, m) >= 0), default=0)


def fit_indices(matrix: Floats, model: Floats, n_factors: int, n: float | None, *, level: float = 0.90) -> pd.Series:
    """Fit of a model matrix L phi L' to correlations of p items and n respondents; only what exists is in it.

    With F = tr(M^-1 R) - ln|M^-1 R| - p, M the model with ones on its diagonal, and k = n - 1 - (2p + 5)/6 - 2m/3:
    chi2 = kF; rmsea = sqrt(max(0, chi2/(df n) - 1/(n - 1))), its interval (coverage `level`) from the noncentral chi2
    divided by df (n - 1); tli = (M0 - Mm)/(M0 - 1/k), M0 and Mm the null and model F over their df;
    bic = chi2 - df ln n; srmr the root mean square of the residuals off the diagonal, psych's rms (RMSR);
    srmr_corrected divides by 2 df in place of p(p - 1), psych's crms; null_chi2 and null_df are those of uncorrelated
    items, -ln|R| times n - 1 - (2p + 5)/6 (Revelle, psych, `fa`). Without n, or where M is not positive definite (a
    Heywood case), chi2 and all that rests on it are left out; with df of 0 or less p_value, rmsea, tli and bic are.
    Answers the question: do these few factors leave anything of the correlations over?
    """
    p = len(matrix)
    df = degrees_of_freedom(p, n_factors)
    fit = {"df": float(df), "srmr": residual_size(matrix, model)}
    if df > 0:
        fit["srmr_corrected"] = fit["srmr"] * float(np.sqrt(p * (p - 1) / (2 * df)))
    k = 0.0 if n is None else n - 1 - (2 * p + 5) / 6 - 2 * n_factors / 3
    discrepancy = _discrepancy(matrix, model)
    if n is None or k <= 0 or discrepancy is None:
        return _ordered(fit)
    chi2, pairs = k * discrepancy, p * (p - 1) / 2
    null = -float(np.linalg.slogdet(matrix)[1])
    fit |= {"chi2": chi2, "null_chi2": (k + 2 * n_factors / 3) * null, "null_df": pairs}
    if df > 0:
        low, high = rmsea_interval(chi2, df, n, level=level)
        fit |= {
            "p_value": float(chdtrc(df, chi2)),
            "rmsea": float(np.sqrt(max(0.0, chi2 / (df * n) - 1 / (n - 1)))),
            "rmsea_low": low,
            "rmsea_high": high,
            "bic": chi2 - df * float(np.log(n)),
        }
        if null / pairs != 1 / k:
            fit["tli"] = (null / pairs - discrepancy / df) / (null / pairs - 1 / k)
    return _ordered(fit)


def _discrepancy(matrix: Floats, model: Floats) -> float | None:
    """F of the model with ones on its diagonal; None where that cannot be inverted."""
    full = model.copy()
    np.fill_diagonal(full, 1.0)
    if np.linalg.eigvalsh(full)[0] <= _DEFINITE:
        return None
    ratio = np.linalg.solve(full, matrix)
    return max(0.0, float(np.trace(ratio) - np.linalg.slogdet(ratio)[1]) - len(matrix))


def _ordered(fit: dict[str, float]) -> pd.Series:
    there = [name in fit for name in INDICES]
    return pd.Series([fit[name] for name in INDICES if name in fit], index=_INDEX[there], name="fit")


def rmsea_interval(chi2: float, df: int, n: float, *, level: float = 0.90) -> tuple[float, float]:
    """Ends of the interval of RMSEA: the noncentralities with chi2 at a tail share (Browne & Cudeck 1993)."""
    tail = (1 - level) / 2
    low, high = (_noncentrality(chi2, df, share) for share in (1 - tail, tail))
    return float(np.sqrt(low / (df * (n - 1)))), float(np.sqrt(high / (df * (n - 1))))


def _noncentrality(chi2: float, df: int, share: float) -> float:
    return 0.0 if chdtr(df, chi2) <= share else float(chndtrinc(chi2, df, share))
