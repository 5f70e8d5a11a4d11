"""Reliability of items with two answers, right and wrong or yes and no: Kuder-Richardson 20 and 21."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, listed
from ikfs_methods.errors import ScaleError
from ikfs_methods.reliability.covariance import Missing, alpha_of, item_covariance
from ikfs_methods.reliability.interval import feldt
from ikfs_methods.result import Shown


@dataclass(frozen=True, slots=True, eq=False)
class KuderRichardsonResult(Shown):
    """KR-20 with its interval, KR-21, and the share of respondents with the higher answer to each item."""

    kr20: float
    kr21: float
    ci_low: float  # of KR-20
    ci_high: float
    share: pd.Series  # by item; in a test, the share of right answers
    higher: float  # the answer that the share counts
    lower: float
    level: float
    missing: Missing
    n_items: int
    n_respondents: int  # rows used
    n_dropped: int  # rows given but not used

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: coefficient, item (empty for the whole set), estimate."""
        rows = [(name, "", float(getattr(self, name))) for name in ("kr20", "ci_low", "ci_high", "kr21")]
        rows += [("share", str(item), float(value)) for item, value in self.share.items()]
        return pd.DataFrame(rows, columns=["coefficient", "item", "estimate"])


def kuder_richardson(
    answers: pd.DataFrame, *, level: float = 0.95, missing: Missing = "listwise"
) -> KuderRichardsonResult:
    """KR-20 and KR-21 of answers (respondents by items) that take two values, the same two in all items (0/1, 1/2).

    KR-20 = k/(k-1) (1 - sum p q / s²) is alpha on such answers, so that it takes Feldt's interval; KR-21 =
    k/(k-1) (1 - M(k - M)/(k s²)), M and s² mean and variance (divisor n) of the number of higher answers, supposes
    items of one difficulty and is never above KR-20 (Kuder & Richardson 1937, Psychometrika 2, 151-160). Answers the
    question: how consistently do yes-or-no items measure? With `missing="pairwise"`, p, q and s² come from the
    available answers.

    Raises ScaleError (more than two values), and what `cronbach_alpha` raises.
    """
    fraction(level, name="level")
    items = item_covariance(answers, missing=missing)
    lower, higher = _two_values(items.used)
    n, k = items.used.shape
    unit = (higher - lower) ** 2
    kr20 = alpha_of(items.matrix.to_numpy())
    share = ((items.used - lower) / (higher - lower)).mean().rename("share")
    # pairwise item variances rest on different n; their common factor is taken from the rows of the total
    variance = items.matrix.to_numpy().sum() * (n - 1) / n / unit
    mean = float(share.sum())
    low, high = feldt(kr20, n=n, k=k, level=level)
    return KuderRichardsonResult(
        kr20=kr20,
        kr21=k / (k - 1) * (1 - mean * (k - mean) / (k * float(variance))),
        ci_low=low,
        ci_high=high,
        share=share,
        higher=higher,
        lower=lower,
        level=level,
        missing=missing,
        n_items=k,
        n_respondents=n,
        n_dropped=items.n_dropped,
    )


def _two_values(used: pd.DataFrame) -> tuple[float, float]:
    """The lower and the higher answer; every item varies, so there are at least two."""
    values = used.to_numpy()
    found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(found) != 2:
        usual = found[np.argsort(-counts, kind="stable")[:2]]
        beyond = [name for name in used.columns if not used[name].dropna().isin(usual).all()]
        raise ScaleError(
            "answers must take the same two values in all items; found "
            f"{listed(f'{value:g}' for value in found)}, the third and further ones in {listed(beyond)}. "
            "Code right and wrong as 1 and 0, or use cronbach_alpha."
        )
    return float(found[0]), float(found[1])
