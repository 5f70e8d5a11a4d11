"""The Hull method: fit against the number of parameters, and where its outline bends most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import generator, one_of, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation, positive_definite
from ikfs_methods.errors import ConvergenceError, ParameterError
from ikfs_methods.factor import remarks
from ikfs_methods.factor.extraction import maximum_likelihood, minres
from ikfs_methods.factor.fit import degrees_of_freedom, most_factors
from ikfs_methods.factor.retention.parallel import parallel_analysis
from ikfs_methods.factor.suitability import counted_n, known_n
from ikfs_methods.result import Shown

Floats = npt.NDArray[np.float64]

INDICES = ("cfi", "caf", "rmsea")
EXTRACTIONS = ("ml", "minres")
_FEWEST_ITEMS = 5  # two common factors can be told apart from here on, and a bend needs 0, 1 and 2
# A bend counts when the middle lies above the line by more than the rounding error of fits between 0 and 1.
_ABOVE = 1e-12
# A solution that betters the one before by less than this share of its fit is not chosen: where fit nears its ceiling
# st is a quotient of two trifles, infinite at the first solution that reaches it (Wilderjans, Ceulemans & Meers 2013).
_LEAST_GAIN = 0.01


def _in_order(column: pd.Series) -> pd.Series:
    """The indices in the order of INDICES, numbers in their own."""
    return column.map(INDICES.index) if column.name == "index" else column


@dataclass(frozen=True, slots=True, eq=False)
class HullResult(Shown):
    """Fit of 0, 1 ... `most` factors, the bends of its outline, and the number of factors at the sharpest.

    `solutions` has a row an index and number of factors: df, fit (rmsea as 1 - RMSEA, so that more is better), on_hull,
    st (how much steeper the way to this solution than the way on; infinite where the next adds nothing, left empty at
    the ends and off the hull). `by_index` gives the number each index finds, `n_factors` that of `index`. `unsettled`
    tells the smallest number whose extraction did not converge, where the row of solutions was cut. `notes` says what a
    reader must know, in sentences.
    """

    n_factors: int
    index: str
    by_index: pd.Series
    solutions: pd.DataFrame
    most: int
    unsettled: int | None
    extraction: str
    n: int
    n_dropped: int | None
    missing: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row an index, number of factors and coefficient (fit; st where it exists): value, df, on_hull, chosen."""
        table = self.solutions.reset_index()
        table["chosen"] = table["n_factors"] == table["index"].map(self.by_index)
        keys = ["index", "n_factors", "df", "on_hull", "chosen"]
        long = table.melt(keys, ["fit", "st"], var_name="coefficient").dropna(subset="value")
        return long.sort_values(["index", "n_factors"], key=_in_order, kind="stable").set_index(
            ["index", "n_factors", "coefficient"]
        )[["value", "df", "on_hull", "chosen"]]


def hull(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n: int | None = None,
    extraction: str = "ml",
    index: str = "cfi",
    most: int | None = None,
    draws: int = 500,
    rng: np.random.Generator | int | None = None,
    correlation: str = "pearson",
    missing: str = "listwise",
) -> HullResult:
    """Hull method of Lorenzo-Seva, Timmerman & Kiers (2011, Multivariate Behavioral Research 46, 340-364).

    Solutions of 0 to `most` factors (by `extraction` ml or minres) are laid out by parameters and fit; those that fit
    worse than one with fewer factors go, then those on or below a line between two others. The one kept has the highest
    st = (gain a parameter up to it) / (gain a parameter beyond it), of those that better the fit before by at least 1 %
    (Wilderjans, Ceulemans & Meers 2013, Behavior Research Methods 45, 1-15). With p items, m factors, F the discrepancy
    (ml: the likelihood's; minres: the sum of squared residual correlations) and F0 that of no factor:
    cfi = 1 - max(0, (n - 1)F - df) / max((n - 1)F0 - df0, (n - 1)F - df), rmsea = sqrt(max(0, (n - 1)F - df) /
    (df (n - 1))), caf = 1 - KMO of the residual correlations (0 where these cannot be inverted). Auerswald & Moshagen
    (2019) found cfi with ml best. Without `most` it is one more than parallel analysis by SMC finds (eigenvalues above
    the mean, as EFAtools takes it; `rng` is then needed), at least 3, as far as there are degrees of freedom.
    It can find no factor only where no solution fits better than none. Raises ParameterError below 5 items or without n
    for a matrix, MatrixError for correlations that cannot be inverted.
    Answers the question: after how many factors does another one buy little?
    """
    one_of(extraction, EXTRACTIONS, name="extraction")
    one_of(index, INDICES, name="index")
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    count = counted_n(given, "the Hull method")
    values = positive_definite(given.matrix, n=given.n)
    p = len(values)
    if p < _FEWEST_ITEMS:
        raise ParameterError(
            f"the Hull method needs at least {_FEWEST_ITEMS} items, so that solutions of 0, 1 and 2 factors exist; "
            f"found {p}. Use parallel analysis."
        )
    random = None if rng is None else generator(rng)
    if most is None:
        null = parallel_analysis(
            answers_or_matrix,
            n=n,
            kind="factor",
            communalities="smc",
            correlation=correlation,
            draws=draws,
            rng=random,
            missing=missing,
        )
        highest = most_tried(null.n_factors_mean, p)
    else:
        highest = whole(most, most_factors(p), name="most")
    return _result(given, values, count, highest, index=index, extraction=extraction)


def _result(
    given: CorrelationResult, values: Floats, count: float, highest: int, *, index: str, extraction: str
) -> HullResult:
    fits, reached = _fits(values, count, highest, extraction)
    tables = {name: _outline(fits["df"].to_numpy(), fits[name].to_numpy()) for name in INDICES}
    by_index = pd.Series({name: _sharpest(table) for name, table in tables.items()}, name="n_factors", dtype=int)
    others = ", ".join(f"{name} {number}" for name, number in by_index.items() if name != index)
    doubts = remarks.singular(given, "the fit") if extraction == "ml" else ()
    return HullResult(
        n_factors=int(by_index[index]),
        index=index,
        by_index=by_index,
        solutions=pd.concat(tables, names=["index", "n_factors"]),
        most=highest,
        unsettled=None if reached == highest else reached + 1,
        extraction=extraction,
        n=known_n(given, "the Hull method"),
        n_dropped=given.n_dropped,
        missing=given.missing,
        notes=(
            f"{by_index[index]} is the number of factors by {index}; the others find {others}.",
            "st exists between the ends of the hull alone, and is infinite where the next solution on it adds nothing.",
            *doubts,
            *remarks.weighted(given, "the fits"),
        ),
    )


def most_tried(found: int, n_items: int) -> int:
    """How many factors to go up to where parallel analysis finds so many."""
    return min(max(3, found + 1), most_factors(n_items))


def _fits(matrix: Floats, n: float, most: int, extraction: str) -> tuple[pd.DataFrame, int]:
    """Fit by number of factors, from 0 to the last that settled."""
    extract = maximum_likelihood if extraction == "ml" else minres
    rows = [_fit(matrix, np.zeros((len(matrix), 0)), n, None, extraction)]
    null = rows[0]["excess"]
    for m in range(1, most + 1):
        try:
            loadings = extract(matrix, m)
        except ConvergenceError:
            break
        rows.append(_fit(matrix, loadings, n, null, extraction))
    return pd.DataFrame(rows), len(rows) - 1


def _fit(matrix: Floats, loadings: Floats, n: float, null: float | None, extraction: str) -> dict[str, float]:
    """df, fit indices and (n - 1)F - df of one solution; `null` is the last for no factor, None for that itself."""
    p, m = loadings.shape
    df = degrees_of_freedom(p, m)
    model = loadings @ loadings.T
    residual = matrix - model
    np.fill_diagonal(residual, 1.0)
    np.fill_diagonal(model, 1.0)
    above = np.triu_indices(p, 1)
    if extraction == "ml":
        ratio = np.linalg.solve(model, matrix)
        discrepancy = float(np.trace(ratio) - np.linalg.slogdet(ratio)[1]) - p
    else:
        discrepancy = float((residual[above] ** 2).sum())
    excess = (n - 1) * max(0.0, discrepancy) - df
    base = max(excess, 0.0 if null is None else null)
    return {
        "df": df,
        "cfi": (0.0 if excess > 0 else 1.0) if null is None else 1 - max(0.0, excess) / base if base > 0 else 1.0,
        "caf": _common_part(residual),
        "rmsea": 1.0 if df == 0 else 1 - float(np.sqrt(max(0.0, excess) / (df * (n - 1)))),
        "excess": excess,
    }


def _common_part(residual: Floats) -> float:
    """CAF: one minus the sampling adequacy of the residual correlations; 0, the worst, where they have no inverse."""
    above = np.triu_indices(len(residual), 1)
    squares = (residual[above] ** 2).sum()
    if np.linalg.eigvalsh(residual)[0] <= _ABOVE:
        return 0.0
    inverse = np.linalg.inv(residual)
    scale = np.diag(inverse)
    partial = (inverse[above] ** 2 / np.outer(scale, scale)[above]).sum()
    return float(partial / (squares + partial)) if squares + partial > 0 else 1.0


def _outline(df: Floats, fit: Floats) -> pd.DataFrame:
    """Which solutions lie on the upper outline of fit against parameters, and their st."""
    kept: list[int] = []
    for i in np.nonzero(fit >= np.maximum.accumulate(fit))[0]:
        while len(kept) > 1 and _on_or_below(kept[-2], kept[-1], int(i), df, fit):
            kept.pop()
        kept.append(int(i))
    st = np.full(len(fit), np.nan)
    for before, here, after in zip(kept, kept[1:], kept[2:], strict=False):
        gain, more = fit[here] - fit[before], fit[after] - fit[here]
        ratio = gain / (df[before] - df[here])
        st[here] = np.inf if more <= _ABOVE else ratio / (more / (df[here] - df[after]))
    return pd.DataFrame({"df": df, "fit": fit, "on_hull": np.isin(np.arange(len(fit)), kept), "st": st})


def _on_or_below(left: int, middle: int, right: int, df: Floats, fit: Floats) -> bool:
    line = fit[left] + (fit[right] - fit[left]) * (df[left] - df[middle]) / (df[left] - df[right])
    return bool(fit[middle] <= line + _ABOVE)


def _sharpest(outline: pd.DataFrame) -> int:
    """The number at the highest st of those that gain something; without a bend the fewest factors of the best fit."""
    fit, st = outline["fit"].to_numpy(), outline["st"].to_numpy()
    before = outline["fit"].where(outline["on_hull"]).ffill().shift().to_numpy()
    gains = np.isfinite(before) & (fit - before >= _LEAST_GAIN * before) & ~np.isnan(st)
    if gains.any():
        return int(np.where(gains, st, -np.inf).argmax())
    return int(np.argmax(fit >= fit.max() - _ABOVE))
