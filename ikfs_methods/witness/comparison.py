"""Our coefficients beside those of other packages under our own settings, computed from the same answers.

Each function takes our value and the raw data and returns rows; `compare` makes the table of the appendix. The other
packages take seconds to import, so each is imported by the function that needs it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import complete_rows, listed, numeric_frame, varying
from ikfs_methods.correlation import as_correlation, is_matrix
from ikfs_methods.errors import ColumnError, ConvergenceError, ParameterError, TooFewError, WeightError
from ikfs_methods.factor.matching import loading_frame
from ikfs_methods.labels import by_label
from ikfs_methods.reliability import AlphaResult
from ikfs_methods.result import Shown
from ikfs_methods.witness.alignment import worst_cell

COLUMNS = (
    "coefficient", "subject", "ours", "theirs", "difference", "tolerance", "reason", "package", "version", "agrees",
)  # fmt: skip

# Reasons are fixed sentences, so that a report can translate them.
ROUNDING = "Same formula; only the rounding of the arithmetic differs."
PRINTED = "The other package rounds this value to three decimals."
OPTIMISER = "Same criterion; the other package stops its search earlier."
ROTATION = "Same criterion; both rotations stop within their own tolerance."

# Sums over some thousand answers lose about 1e-13 of their size; inverses and determinants of correlation matrices
# multiply that by their condition number, up to about 1e3.
EXACT = 1e-9
# Half a unit of the third decimal, and the rounding of the arithmetic.
THREE_DECIMALS = 5e-4 + EXACT
# factor_analyzer's search uses numerical slopes: up to 3e-6 from the converged minimum on sets of 9, 10 and 24 items,
# and more where a factor is weakly determined.
LOADINGS = 1e-4
# Varimax rotations of those sets, ours and theirs, differ by up to 8e-8.
COMPONENTS = 1e-6


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """One coefficient by us and by another package; `tolerance` is absolute."""

    coefficient: str
    subject: str
    ours: float
    theirs: float
    tolerance: float
    reason: str
    package: str

    @property
    def version(self) -> str:
        """Version of the other package, as installed."""
        return version(self.package)

    @property
    def difference(self) -> float:
        """Ours minus theirs."""
        return self.ours - self.theirs

    @property
    def agrees(self) -> bool:
        """Whether the difference lies within the tolerance (an undefined number never does)."""
        return abs(self.difference) <= self.tolerance


@dataclass(frozen=True, slots=True, eq=False)
class WitnessResult(Shown):
    """All comparisons: `frame` has a row each and the columns COLUMNS."""

    frame: pd.DataFrame

    @property
    def agrees(self) -> bool:
        """Whether every row agrees."""
        return bool(self.frame["agrees"].all())

    def worst(self) -> pd.DataFrame:
        """One row per coefficient and scale: the comparison that differs most, and how many were `compared`.

        The difference is taken against its tolerance; a subject such as `KD / KD1` belongs to the scale KD.
        """
        scale = self.frame["subject"].str.split(" / ").str[0]
        groups = [self.frame["coefficient"], scale]
        strain = (self.frame["difference"].abs() / self.frame["tolerance"]).fillna(np.inf)
        chosen = strain.groupby(groups, sort=False).idxmax()
        counts = self.frame.groupby(groups, sort=False).size()
        return self.frame.loc[chosen].assign(compared=counts.to_numpy()).reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """The comparisons."""
        return self.frame.copy()


def compare(rows: Iterable[WitnessRow]) -> WitnessResult:
    """The table of all comparisons. Answers the question: do other programs get the same numbers from these answers.

    Raises TooFewError without a row.
    """
    given = list(rows)
    if not given:
        raise TooFewError("a comparison must have at least one row; found none. Pass the rows of the functions here.")
    return WitnessResult(pd.DataFrame({name: [getattr(row, name) for row in given] for name in COLUMNS}))


def alpha(answers: pd.DataFrame, ours: AlphaResult, *, subject: str) -> list[WitnessRow]:
    """Alpha by pingouin, and the ends of its Feldt interval where ours is Feldt's; same policy for missing answers."""
    from pingouin import cronbach_alpha  # noqa: PLC0415

    # pingouin takes the n of its interval before it drops rows, so the rows are dropped here.
    used = complete_rows(answers) if ours.missing == "listwise" else numeric_frame(answers).dropna(how="all")
    theirs, (low, high) = cronbach_alpha(data=used, nan_policy="pairwise", ci=ours.level)
    rows = [_exact("alpha", subject, ours.alpha, float(theirs), "pingouin")]
    if ours.interval == "feldt":
        for name, value, other in (("alpha_ci_low", ours.ci_low, low), ("alpha_ci_high", ours.ci_high, high)):
            rows.append(WitnessRow(name, subject, value, float(other), THREE_DECIMALS, PRINTED, "pingouin"))
    return rows


def item_rest(answers: pd.DataFrame, ours: pd.Series, *, subject: str) -> list[WitnessRow]:
    """Item-rest correlations of complete answers as regression slopes of statsmodels, a row per item.

    The slope of the standardised item on the standardised sum of the other items is their correlation, with its sign.
    """
    from statsmodels.api import OLS  # noqa: PLC0415

    used = varying(complete_rows(answers))
    _same_labels(ours.index, used.columns, "the item-rest correlations")
    rows = []
    for item in used.columns:
        rest = used.drop(columns=item).sum(axis=1).to_numpy()
        slope = OLS(_standard(used[item].to_numpy()), _standard(rest)).fit().params[0]
        rows.append(_exact("item_rest", f"{subject} / {item}", float(ours[item]), float(slope), "statsmodels"))
    return rows


def suitability(answers: pd.DataFrame, *, kmo: float, bartlett_chi2: float, subject: str) -> list[WitnessRow]:
    """Overall KMO and Bartlett's chi-square of complete answers by factor_analyzer."""
    from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo  # noqa: PLC0415

    values = _standard(_tall(answers).to_numpy())
    with warnings.catch_warnings():
        # It says so whenever the determinant is small, although the inverse is then the same to rounding.
        warnings.filterwarnings("ignore", message="The inverse of the variance-covariance matrix", category=UserWarning)
        _, overall = calculate_kmo(values)
    chi2, _ = calculate_bartlett_sphericity(values)
    return [
        _exact("kmo", subject, kmo, float(overall), "factor_analyzer"),
        _exact("bartlett_chi2", subject, bartlett_chi2, float(chi2), "factor_analyzer"),
    ]


def eigenvalues(answers: pd.DataFrame, ours: pd.Series | NDArray[np.float64], *, subject: str) -> list[WitnessRow]:
    """Eigenvalues of the correlation matrix of complete answers by statsmodels' PCA, largest first; a row each."""
    from statsmodels.multivariate.pca import PCA  # noqa: PLC0415

    used = _tall(answers)
    theirs = PCA(used.to_numpy(), standardize=True).eigenvals / len(used)
    given = np.asarray(ours, dtype=np.float64)
    if given.shape != theirs.shape:
        raise ParameterError(f"one eigenvalue must be given per item; found {given.size} for {theirs.size} items.")
    return [
        _exact("eigenvalue", f"{subject} / {place}", float(mine), float(other), "statsmodels")
        for place, (mine, other) in enumerate(zip(given, theirs, strict=True), 1)
    ]


def loadings(data: pd.DataFrame, ours: pd.DataFrame, *, subject: str) -> list[WitnessRow]:
    """Minres loadings, oblimin rotated, by factor_analyzer: the row of the cell that differs most.

    `data` are answers (rows with a gap are left out) or a correlation matrix, so that any correlation can be compared;
    `ours` is items by factors, without Kaiser normalisation. Signs and order of the factors are matched to ours.
    """
    from factor_analyzer import FactorAnalyzer  # noqa: PLC0415

    ours = loading_frame(ours, what="our loadings")
    frame = numeric_frame(data, what="answers or correlations")
    matrix = is_matrix(frame)
    used = as_correlation(frame).matrix if matrix else _tall(frame)
    _same_labels(ours.index, used.columns, "the loadings")
    factors = ours.shape[1]
    search = FactorAnalyzer(
        n_factors=factors, method="minres", rotation="oblimin" if factors > 1 else None, is_corr_matrix=matrix,
        rotation_kwargs={"tol": 1e-8, "max_iter": 2000},
    )  # fmt: skip
    with _known_warnings():
        found = search.fit(used[ours.index].loc[ours.index if matrix else used.index]).loadings_
    return [_worst_cell("loading", subject, ours, found, (LOADINGS, OPTIMISER, "factor_analyzer"))]


def components(answers: pd.DataFrame, ours: pd.DataFrame, *, subject: str, normalize: bool = False) -> list[WitnessRow]:
    """Varimax loadings of principal components by statsmodels: the row of the cell that differs most.

    `ours` is items by components, from complete answers; `normalize` says whether Kaiser normalisation was used.
    """
    from statsmodels.multivariate.factor_rotation import rotate_factors  # noqa: PLC0415
    from statsmodels.multivariate.pca import PCA  # noqa: PLC0415

    ours = loading_frame(ours, what="our loadings")
    used = _tall(answers)
    _same_labels(ours.index, used.columns, "the loadings")
    ordered = used[ours.index].to_numpy()
    pca = PCA(ordered, ncomp=ours.shape[1], standardize=True)
    found = pca.eigenvecs * np.sqrt(pca.eigenvals[: ours.shape[1]] / len(used))
    if ours.shape[1] > 1:
        length = np.sqrt((found**2).sum(axis=1, keepdims=True)) if normalize else 1.0
        found = rotate_factors(found / length, "varimax", tol=1e-7, max_tries=2000)[0] * length
    return [_worst_cell("component_loading", subject, ours, found, (COMPONENTS, ROTATION, "statsmodels"))]


def weighted_mean(values: pd.Series, weights: pd.Series, ours: float, *, subject: str) -> list[WitnessRow]:
    """Weighted mean by statsmodels' DescrStatsW, over the respondents with a value; both series by respondent.

    Raises WeightError when a weight is missing, negative, or all are zero, ParameterError for anything but a series,
    ColumnError for labels that do not go together.
    """
    from statsmodels.stats.weightstats import DescrStatsW  # noqa: PLC0415

    if not isinstance(values, pd.Series):
        raise ParameterError(
            f"values must be a pandas Series by respondent; found {type(values).__name__}. Give one column."
        )
    beside = by_label(weights, values.index, what="the weights")
    table = pd.DataFrame({"value": values, "weight": beside})
    used = numeric_frame(table, what="values and weights", min_rows=1).dropna(subset="value")
    if not (used["weight"] >= 0).all() or not used["weight"].sum() > 0:
        raise WeightError(
            f"weights must be given, not negative, and not all zero; found {int(used['weight'].isna().sum())} missing "
            f"and {int((used['weight'] < 0).sum())} negative among {len(used)}. Correct the weights."
        )
    theirs = DescrStatsW(used["value"].to_numpy(), weights=used["weight"].to_numpy()).mean
    return [_exact("weighted_mean", subject, ours, float(theirs), "statsmodels")]


def _exact(coefficient: str, subject: str, ours: float, theirs: float, package: str) -> WitnessRow:
    return WitnessRow(coefficient, subject, float(ours), theirs, EXACT * max(1.0, abs(theirs)), ROUNDING, package)


def _worst_cell(
    coefficient: str, subject: str, ours: pd.DataFrame, found: NDArray[np.float64], terms: tuple[float, str, str]
) -> WitnessRow:
    """The cell with the largest difference, columns matched and turned; `terms`: tolerance, reason, package."""
    cell = worst_cell(ours, found)
    return WitnessRow(coefficient, f"{subject} / {cell.item} / {cell.factor}", cell.ours, cell.theirs, *terms)


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (values - values.mean(axis=0)) / values.std(axis=0)
    return standard


def _tall(answers: pd.DataFrame) -> pd.DataFrame:
    """Complete rows, more of them than items, every item varying: what the other packages need to be defined."""
    used = varying(complete_rows(answers))
    if len(used) <= used.shape[1]:
        raise TooFewError(
            f"answers must have more complete rows than items; found {len(used)} rows and {used.shape[1]} items. "
            "Supply more data."
        )
    return used


def _same_labels(given: pd.Index, items: pd.Index, what: str) -> None:
    different = sorted(set(map(str, given)) ^ set(map(str, items)))
    if different:
        raise ColumnError(f"{what} must have the items of the answers; only on one side: {listed(different)}.")


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Silence what scikit-learn renamed; a search that failed is no witness and is refused."""
    with warnings.catch_warnings():
        # factor_analyzer 0.5.1 still passes the argument by its old name; the effect is the same.
        warnings.filterwarnings("ignore", message="'force_all_finite' was renamed", category=FutureWarning)
        warnings.filterwarnings("error", message="Failed to converge", category=UserWarning)
        try:
            yield
        except UserWarning as warning:
            raise ConvergenceError(
                f"factor_analyzer must converge to be compared with; it did not: {warning}. Try fewer factors."
            ) from warning
