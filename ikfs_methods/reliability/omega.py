"""McDonald's omega, total and hierarchical, from the Schmid-Leiman form of an oblique factor solution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ikfs_methods.checks import listed, one_of, whole
from ikfs_methods.correlation import CorrelationResult, as_correlation, positive_definite
from ikfs_methods.correlation.matrix import METHODS
from ikfs_methods.errors import ParameterError, TooFewError
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS, PAF_STOPS, maximum_likelihood, minres, principal_axis
from ikfs_methods.factor.fit import degrees_of_freedom
from ikfs_methods.factor.kinds import ROTATIONS, TARGETED
from ikfs_methods.factor.promax import r_varimax
from ikfs_methods.factor.remarks import improper
from ikfs_methods.factor.rotation import rotate, sign_of_columns
from ikfs_methods.reliability.covariance import alpha_of
from ikfs_methods.reliability.moments import smallest_errors
from ikfs_methods.result import Shown

Floats = NDArray[np.float64]

EXTRACTIONS = ("minres", "ml", "paf")
# Orthogonal rotations leave nothing between the factors that a general one could explain.
OBLIQUE = tuple(name for name, kind in ROTATIONS.items() if kind.oblique and name not in TARGETED)
# A second-order uniqueness within this of its bound stands on the bound: the iteration ends within about 1e-8 of it.
_ON_BOUND = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class OmegaResult(Shown):
    """Omega of one set of items and the hierarchical solution behind it.

    `schmid_leiman` has a row an item: general, the group factors F1 ..., h2 (communality), u2 (uniqueness), p2 (share
    of the communality that is general). `loadings` and `phi` are the oblique solution, `general_loadings` those of its
    factors on the general one. `groups` has the row general (all items) and one a group factor: total, general, group,
    n_items. `flipped` are items that were turned round; `schmid_leiman` shows them turned.
    """

    omega_total: float
    omega_hierarchical: float
    omega_limit: float  # hierarchical over total: what omega hierarchical tends to with ever more such items
    alpha: float  # standardised, of the same correlations
    lambda6: float
    ecv: float  # explained common variance: the general factor's share of the common variance
    schmid_leiman: pd.DataFrame
    groups: pd.DataFrame
    loadings: pd.DataFrame
    phi: pd.DataFrame
    general_loadings: pd.Series
    flipped: tuple[str, ...]
    heywood: tuple[str, ...]  # group factors that the general factor explains completely
    n_factors: int
    extraction: str
    rotation: str
    correlations: CorrelationResult
    notes: tuple[str, ...]

    @property
    def heywood_items(self) -> tuple[str, ...]:
        """Items that the factors explain completely (first order); programs differ there in the fifth digit."""
        return tuple(str(name) for name in improper(self.schmid_leiman["u2"]))

    @property
    def n(self) -> int | None:
        """Respondents behind the correlations."""
        return self.correlations.n

    @property
    def n_dropped(self) -> int | None:
        """Rows that were left out for a missing answer."""
        return self.correlations.n_dropped

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, factor (empty for the whole set), estimate."""
        names = ("omega_total", "omega_hierarchical", "omega_limit", "alpha", "lambda6", "ecv")
        rows = [(name, "", float(getattr(self, name))) for name in names]
        rows += [
            (f"omega_{column}", str(factor), float(self.groups.loc[factor, column]))
            for factor in self.groups.index[1:]
            for column in ("total", "general", "group")
        ]
        return pd.DataFrame(rows, columns=["coefficient", "factor", "estimate"])


def mcdonald_omega(
    answers_or_matrix: pd.DataFrame | CorrelationResult,
    *,
    n_factors: int = 3,
    n: int | None = None,
    extraction: str = "minres",
    rotation: str = "oblimin",
    correlation: str = "pearson",
    missing: str = "listwise",
    paf_stop: str = "converged",
) -> OmegaResult:
    """Omega of the standardised sum of answers (respondents, items), or of a correlation matrix.

    `n_factors` oblique factors are extracted (minres, ml, or paf with its `paf_stop`, see `exploratory`) and rotated
    (any oblique rotation of `factor.rotate` without a target, from the varimax solution, as the R package psych does);
    one general factor is drawn from their correlations; Schmid & Leiman (1957, doi:10.1007/BF02289209) turn both into
    loadings on the general and on uncorrelated group factors.

    With V the sum of all correlations, omega_total = 1 - sum of uniquenesses / V and omega_hierarchical =
    (sum of general loadings)^2 / V (McDonald 1999; Zinbarg, Revelle, Yovel & Li 2005, doi:10.1007/s11336-003-0974-7).
    Items with a negative general loading are turned round, as psych does (`flipped`).
    In `groups` an item belongs to its largest group factor: general and group are (sum of these loadings)^2 over the
    sum of the correlations of its items, total their sum; in the row general, group adds up the group factors.

    Three factors or more are needed. With two the general loadings are taken to be equal, sqrt(|r|); with one
    there is nothing hierarchical, the factor counts as the general one; both are said in `notes`. `heywood` names
    factors with a second-order uniqueness at the bound (.005): programs differ there in the third digit.

    Answers the questions: how reliable is the sum, and how much of it is one common thing?

    Raises ParameterError (options; more factors than the items can tell apart), TooFewError (below three items),
    MatrixError (correlations that cannot be inverted), ConvergenceError, and what `as_correlation` raises.
    """
    one_of(extraction, EXTRACTIONS, name="extraction")
    one_of(rotation, OBLIQUE, name="rotation")
    one_of(correlation, METHODS, name="correlation")
    one_of(paf_stop, PAF_STOPS, name="paf_stop")
    given = as_correlation(answers_or_matrix, n=n, method=correlation, missing=missing)
    upright = _upright(given, n_factors, _extractor(extraction, paf_stop))
    communalities = (upright**2).sum(axis=1)
    pattern, phi, rotated = _oblique(upright, given.matrix.columns, rotation)
    general = _general_loadings(phi.to_numpy(), _extractor(extraction, paf_stop))
    table, flipped = _schmid_leiman(pattern, general, communalities)
    turned = np.where(flipped, -1.0, 1.0)
    matrix = given.matrix.to_numpy() * np.outer(turned, turned)
    found = _coefficients(matrix, table, communalities)
    names, heywood = [str(name) for name in pattern.index[flipped]], _heywood(general, pattern.columns)
    return OmegaResult(
        *found,
        schmid_leiman=table,
        groups=_groups(matrix, _by_factor(table), list(pattern.columns), found[0]),
        loadings=pattern,
        phi=phi,
        general_loadings=pd.Series(general, index=pattern.columns, name="general_loadings"),
        flipped=tuple(names),
        heywood=tuple(heywood),
        n_factors=pattern.shape[1],
        extraction=extraction,
        rotation=rotated,
        correlations=given,
        notes=_notes(given, table["u2"], len(general), names, heywood),
    )


def _coefficients(
    matrix: Floats, table: pd.DataFrame, communalities: Floats
) -> tuple[float, float, float, float, float, float]:
    """omega_total, omega_hierarchical, omega_limit, alpha, lambda6 and ecv of the whole set."""
    alpha, total, loadings = alpha_of(matrix), float(matrix.sum()), _by_factor(table)
    reliable, hierarchical = total - float((1.0 - communalities).sum()), float(loadings[:, 0].sum()) ** 2
    squares = (loadings**2).sum(axis=0)
    lambda6 = 1 - float(smallest_errors(matrix).sum()) / total
    return (
        reliable / total,
        hierarchical / total,
        hierarchical / reliable,
        alpha,
        lambda6,
        float(squares[0] / squares.sum()),
    )


def _heywood(general: Floats, factors: pd.Index) -> list[str]:
    bound = general**2 > 1 - LEAST_UNIQUENESS - _ON_BOUND
    return [str(name) for name in factors[bound]] if len(general) > 2 else []  # two loadings are taken, not estimated


def _by_factor(table: pd.DataFrame) -> Floats:
    """Loadings on the general factor, then on the group factors."""
    return np.asarray(table.to_numpy()[:, :-3])


def _extractor(extraction: str, paf_stop: str) -> Callable[[Floats, int], Floats]:
    """Factors of both orders are extracted alike."""
    if extraction == "paf" and paf_stop == "psych":
        return partial(principal_axis, stop=paf_stop)
    # Converged principal axes are the minres solution, which is found much faster.
    return maximum_likelihood if extraction == "ml" else minres


def _upright(given: CorrelationResult, n_factors: int, extract: Callable[[Floats, int], Floats]) -> Floats:
    """Varimax loadings of the common factors."""
    k = len(given.matrix)
    most = max((m for m in range(1, k) if degrees_of_freedom(k, m) >= 0), default=0)
    if most == 0:
        raise TooFewError(f"omega needs at least 3 items, or no factor can be found; found {k}. Use Cronbach's alpha.")
    if isinstance(n_factors, int | np.integer) and n_factors > most:
        raise ParameterError(
            f"n_factors must be at most {most} for {k} items; found {n_factors}: there are fewer correlations than "
            "loadings to find. Ask for fewer factors."
        )
    whole(n_factors, most, name="n_factors")
    raw = extract(positive_definite(given.matrix), n_factors)
    if n_factors == 1:
        return np.asarray(raw * sign_of_columns(raw))
    length = np.sqrt((raw**2).sum(axis=1, keepdims=True))
    turn, _ = r_varimax(raw / np.where(length > 0, length, 1.0))
    return np.asarray(raw @ turn)


def _oblique(upright: Floats, items: pd.Index, rotation: str) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Pattern, factor correlations and rotation ("none" for a single factor) from varimax loadings."""
    if upright.shape[1] == 1:
        alone = pd.Index(["F1"])
        return pd.DataFrame(upright, items, alone), pd.DataFrame(np.eye(1), alone, alone), "none"
    # promax with Kaiser's scaling, the others without: psych's habit
    turned = rotate(pd.DataFrame(upright, index=items), method=rotation, normalize=rotation == "promax")
    return turned.loadings, turned.phi, turned.method


def _general_loadings(phi: Floats, extract: Callable[[Floats, int], Floats]) -> Floats:
    """Loadings of the factors on the one general factor behind their correlations."""
    if len(phi) == 1:
        return np.ones(1)
    if len(phi) == 2:
        r = float(phi[0, 1])
        return np.asarray(np.sqrt(abs(r)) * np.array([1.0, -1.0 if r < 0 else 1.0]))
    loadings = extract(phi, 1)
    return np.asarray(loadings[:, 0] * (-1.0 if loadings.sum() < 0 else 1.0))


def _schmid_leiman(
    pattern: pd.DataFrame, general: Floats, communalities: Floats
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """General and group loadings, items with a negative general loading turned round, and which those are."""
    values = pattern.to_numpy()
    own = values @ general
    sign = np.where(own < 0, -1.0, 1.0)
    # An item without any common variance has no general share of it either.
    share = own**2 / np.where(communalities > 0, communalities, 1.0)
    group = values * np.sqrt(np.maximum(1.0 - general**2, 0.0)) * sign[:, None]
    names = list(pattern.columns)
    if len(names) == 1:
        group, names = group[:, :0], []
    table = np.column_stack([own * sign, group, communalities, 1.0 - communalities, share])
    frame = pd.DataFrame(table, index=pattern.index, columns=["general", *names, "h2", "u2", "p2"])
    return frame, np.asarray(sign < 0)


def _groups(matrix: Floats, loadings: Floats, factors: list[str], omega_total: float) -> pd.DataFrame:
    """Omega of all items and of those of each group factor; factors that are no item's largest are left out."""
    general, group = loadings[:, 0], loadings[:, 1:]
    belongs = np.abs(group).argmax(axis=1) if group.size else np.full(len(group), -1)
    labels, rows, sums = ["general"], [], 0.0
    for place in range(group.shape[1]):
        mine = belongs == place
        variance = float(matrix[np.ix_(mine, mine)].sum())
        if variance <= 0:
            continue
        own, shared = float(group[mine, place].sum()) ** 2, float(general[mine].sum()) ** 2
        sums += own
        labels.append(factors[place])
        rows.append(((own + shared) / variance, shared / variance, own / variance, float(mine.sum())))
    variance = float(matrix.sum())
    whole = (omega_total, float(general.sum()) ** 2 / variance, sums / variance, float(len(general)))
    table = np.array([whole, *rows])
    counts = table[:, 3].astype(np.int64)
    columns = {"total": table[:, 0], "general": table[:, 1], "group": table[:, 2], "n_items": counts}
    return pd.DataFrame(columns, index=labels)


def _notes(
    given: CorrelationResult, uniquenesses: pd.Series, n_factors: int, flipped: list[str], heywood: list[str]
) -> tuple[str, ...]:
    notes = []
    if given.smoothed:
        notes.append("The correlations had to be smoothed to be able to occur together.")
    bound = improper(uniquenesses)
    if bound:
        notes.append(
            f"The factors explain {listed(bound)} completely (a Heywood case): too many factors or too few respondents "
            "may be the cause."
        )
    if n_factors == 1:
        notes.append("One factor: omega_total is meaningful; omega_hierarchical takes that factor for the general one.")
    if n_factors == 2:
        notes.append(
            "Two factors do not determine a general one; its loadings were taken to be equal. Three or more factors "
            "give omega_hierarchical without that assumption."
        )
    if flipped:
        notes.append(f"Turned round, for a negative loading on the general factor: {listed(flipped)}.")
    if heywood:
        notes.append(
            f"The general factor explains {listed(heywood)} completely (a Heywood case of the second order): "
            "omega_hierarchical is known to about two digits only. Try another number of factors."
        )
    return tuple(notes)
