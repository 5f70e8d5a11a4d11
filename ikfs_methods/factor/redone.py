"""A factor solution made anew from many correlation matrices: extracted, rotated, and aligned to the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.correlation import CorrelationResult
from ikfs_methods.errors import ConvergenceError
from ikfs_methods.factor.batched import ManyLoadings, minres_many, ml_many, principal_axis_many, principal_many
from ikfs_methods.factor.batched_rotation import project_many
from ikfs_methods.factor.extraction import LEAST_UNIQUENESS
from ikfs_methods.factor.kinds import ROTATIONS
from ikfs_methods.factor.matching import matched_to
from ikfs_methods.factor.procrustes import orthogonal_turn
from ikfs_methods.factor.promax import promax_matrix
from ikfs_methods.factor.rotation import RotationResult

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

EXTRACTIONS = ("minres", "ml", "paf", "pca")
# Why a draw has no solution. An improper draw has one, with a uniqueness at the bound or below, and is kept.
FAILURES = ("undefined", "not_definite", "extraction", "rotation")
_DEFINITE = 1e-12  # least eigenvalue, as in `positive_definite`


class Solution(Protocol):
    """What is taken from an exploratory solution."""

    @property
    def loadings(self) -> pd.DataFrame:
        """Pattern (items, factors)."""

    @property
    def phi(self) -> pd.DataFrame:
        """Factor correlations."""

    @property
    def extraction(self) -> str:
        """One of EXTRACTIONS."""

    @property
    def paf_stop(self) -> str | None:
        """Where a principal axis stopped: converged or psych."""

    @property
    def rotated(self) -> RotationResult:
        """The rotation, with its options."""

    @property
    def correlations(self) -> CorrelationResult:
        """What was analysed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Aligned loadings (draws, items, factors) and factor correlations of the draws that have a solution.

    `failed` counts the others by kind, and the improper ones.
    """

    loadings: Floats
    phi: Floats
    failed: pd.Series


class Redone:
    """How each draw is solved: as the full sample was, from where that ended."""

    def __init__(self, solution: Solution) -> None:
        self.extraction = one_of(solution.extraction, EXTRACTIONS, name="extraction")
        self.paf_stop = solution.paf_stop
        turn = solution.rotated
        self.method, self.normalize, self.options = turn.method, turn.normalize, turn.options
        self.loadings = solution.loadings.to_numpy()
        # directions T with T'T = phi, and the loadings on the axes that they are measured from
        self.turn = np.linalg.cholesky(solution.phi.to_numpy()).T
        self.unturned = self.loadings @ self.turn.T
        self.uniquenesses = 1 - (self.unturned**2).sum(axis=1)

    def solved(self, matrices: Floats) -> Batch:
        """Correlation matrices (draws, items, items), NaN where undefined, taken to aligned solutions."""
        defined = np.isfinite(matrices).all(axis=(1, 2))
        matrices = matrices[defined]
        definite = np.ones(len(matrices), dtype=bool)
        if self.extraction != "pca" and len(matrices):
            definite = np.linalg.eigvalsh(matrices)[:, 0] > _DEFINITE
        raw = self._extracted(matrices[definite])
        loadings, phi, rotated = self._rotated(raw.loadings[raw.converged])
        loadings, phi = loadings[rotated], phi[rotated]
        unique = 1 - ((loadings @ phi) * loadings).sum(axis=2)
        # 1e-6: beyond the rounding of a uniqueness at the bound, below any difference that matters
        improper = (unique <= LEAST_UNIQUENESS + 1e-6).any(axis=1) & (self.extraction != "pca")
        counts = [*((~kept).sum() for kept in (defined, definite, raw.converged, rotated)), improper.sum()]
        order, signs = matched_to(loadings, self.loadings)
        draw = np.arange(len(loadings))[:, None, None]
        return Batch(
            np.take_along_axis(loadings, order[:, None, :], axis=2) * signs[:, None, :],
            phi[draw, order[:, :, None], order[:, None, :]] * signs[:, :, None] * signs[:, None, :],
            pd.Series(counts, index=[*FAILURES, "improper"], name="failed", dtype="int64"),
        )

    def _extracted(self, matrices: Floats) -> ManyLoadings:
        n_factors = self.loadings.shape[1]
        if len(matrices) == 0:
            return ManyLoadings(np.empty((0, *self.loadings.shape)), np.empty(0, dtype=bool))
        if self.extraction == "pca":
            return principal_many(matrices, n_factors)
        if self.extraction == "paf" and self.paf_stop == "psych":
            return principal_axis_many(matrices, n_factors)
        # the principal axis carried on to its fixed point is the minres solution
        solve = ml_many if self.extraction == "ml" else minres_many
        return solve(matrices, n_factors, self.uniquenesses)

    def _rotated(self, raw: Floats) -> tuple[Floats, Floats, Truths]:
        """Rotated loadings, factor correlations, and which draws settled."""
        p, m = self.loadings.shape
        if self.method == "none" or len(raw) == 0:
            return raw, np.tile(np.eye(m), (len(raw), 1, 1)), np.ones(len(raw), dtype=bool)
        turned = raw @ orthogonal_turn(raw, self.unturned)
        if self.method == "promax":
            return self._promax(turned)
        kind = ROTATIONS[self.method]
        starts = np.tile(self.turn if kind.oblique else np.eye(m), (len(raw), 1, 1))
        criterion = kind.criterion(self.options, p, m)
        end = project_many(turned, starts, criterion, oblique=kind.oblique, normalize=self.normalize)
        return end.loadings, end.phi, end.converged

    def _promax(self, turned: Floats) -> tuple[Floats, Floats, Truths]:
        """Varimax with Kaiser's scaling, then each draw's regression on powers, on scaled items if so wished."""
        p, m = self.loadings.shape
        starts = np.tile(np.eye(m), (len(turned), 1, 1))
        varimax = ROTATIONS["varimax"].criterion(self.options, p, m)
        end = project_many(turned, starts, varimax, oblique=False, normalize=True)
        loadings, phi, settled = end.loadings.copy(), starts.copy(), end.converged.copy()
        length = np.sqrt((loadings**2).sum(axis=2, keepdims=True)) if self.normalize else np.ones((1, 1, 1))
        scaled = loadings / np.where(length == 0, 1.0, length)
        for draw in np.flatnonzero(settled):
            try:
                matrix = promax_matrix(scaled[draw], self.options.power)
            except ConvergenceError:
                settled[draw] = False
                continue
            loadings[draw] = loadings[draw] @ matrix
            phi[draw] = np.linalg.inv(matrix.T @ matrix)
        return loadings, phi, settled
