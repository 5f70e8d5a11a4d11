"""All coefficients of agreement of one panel, with intervals over experts or over things, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, generator, is_number, listed, one_of, plain, quoted, whole, within_scale
from ikfs_methods.errors import NotNumericError, ParameterError, ScaleError, TooFewError
from ikfs_methods.result import Shown
from ikfs_methods.validity.agreement.drawn import FEWEST_DRAWS, MOST_DRAWS, by_label, multinomial, quantile_ends
from ikfs_methods.validity.agreement.panel_draws import COEFFICIENTS, MEASURED, Panel, estimates, resampled
from ikfs_methods.validity.agreement.rated import LARGEST, Rated, rated, rating_frame
from ikfs_methods.validity.agreement.result import FEWEST_THINGS, held, paradox, told
from ikfs_methods.validity.scale import Floats

# Of three experts there are ten resamples, and the spread of so few says next to nothing.
FEWEST_EXPERTS = 5
_MOST_POINTS = 200
# 1 + (k - 1) r at the pole of Spearman and Brown's formula: below this it is the rounding of sums of some dozen terms.
_POLE = 1e-12
CHANCE_CORRECTED = COEFFICIENTS[2:7]
# Shares of what could be: they have no values below 0, as the other coefficients have down to -1.
_FROM_ZERO = ("percent_agreement", "kendall_w")
_SINGLE = {"ICC(A,k)": "ICC(A,1)", "ICC(C,k)": "ICC(C,1)"}


@dataclass(frozen=True, slots=True, eq=False)
class PanelAgreementResult(Shown):
    """Agreement of one panel on one criterion.

    `table` is indexed by coefficient: estimate, ci_low, ci_high, se (of the draws; of ICC(A,k) and ICC(C,k) that of the
    single form times the slope of Spearman and Brown's formula), n_things (used by it) and failed_draws (draws in which
    it does not exist, left out of its interval). What is missing is told in `notes`. `resample` says what the intervals
    speak of: "experts", other panels of this size on these things; "things", other things before these experts.
    """

    table: pd.DataFrame
    low: float
    high: float
    categories: tuple[object, ...]
    level: float
    draws: int
    resample: str
    n_things: int  # rows with a rating
    n_experts: int  # columns with a rating
    n_ratings: int
    n_dropped: int  # rows without any rating
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table, a row a coefficient."""
        return self.table.copy()


def panel_agreement(
    ratings: pd.DataFrame,
    *,
    low: float,
    high: float,
    draws: int = 1000,
    level: float = 0.95,
    resample: str = "experts",
    rng: np.random.Generator | int,
) -> PanelAgreementResult:
    """Agreement of a panel (rows the things rated, columns the experts; ratings from `low` to `high`, gaps allowed).

    Percent agreement, Kendall's W, Fleiss' kappa (unweighted and quadratic), Krippendorff's alpha (nominal, ordinal,
    interval), Gwet's AC1 and AC2 (quadratic), ICC(A,1), ICC(A,k) and ICC(C,k), each as the function of its name gives
    it. The categories are the whole points from `low` to `high` (the ratings that occur, with both ends, where some lie
    between the points); W and the ICCs use the things that every expert rated.

    The intervals at `level` are bootstrap percentiles over `draws` resamples. By default the experts are resampled: the
    things are the indicators at hand, all of them, and the question is what another panel of this size would have said.
    A resample holds some experts twice, and a copy agrees with its original by necessity; so only pairs of different
    experts count as pairs, weighted by how often the draw holds them, which keeps the agreement of pairs unbiased. With
    `resample="things"` whole rows are drawn instead. The percentiles are widened for the number of cases resampled, as
    those of a t interval are (Hesterberg 2015, doi:10.1080/00031305.2015.1089789); in simulations of 5 to 30 experts on
    24 things 95 % intervals covered 92 to 99 %, plain percentiles 83 to 98 %. With few experts the ends are among the
    outermost draws: take more draws. The ends of ICC(A,k) and ICC(C,k) are those of ICC(A,1) and ICC(C,1) taken through
    Spearman and Brown's formula: drawn themselves, they have a pole where experts contradict each other. Experts and
    things are put in the order of their labels before any is drawn, so that the order of the table changes nothing.
    Below five experts (or things) there is no interval. Answers the question: how far do these experts agree, by every
    common measure, and how much of that would another panel repeat.

    Raises ParameterError (scale, level, draws, resample, rng), NotNumericError (names), ScaleError (a rating off the
    scale), TooFewError (no thing with two ratings), ColumnError.
    """
    fraction(level, name="level")
    whole(draws, MOST_DRAWS, name="draws", least=FEWEST_DRAWS)
    one_of(resample, ("experts", "things"), name="resample")
    source = generator(rng)
    bottom, top = _end(low, "low"), _end(high, "high")
    if isinstance(ratings, pd.DataFrame) and ratings.shape[1] < 2:
        raise TooFewError(
            f"agreement needs at least two experts; found {listed(ratings.columns) or 'none'}. "
            "Give one column per expert, one row per thing rated."
        )
    frame = _on_scale(ratings, bottom, top)
    frame = frame.iloc[by_label(frame.index), by_label(frame.columns)]
    table = rated(frame, categories=_points(frame, bottom, top))
    panel = Panel.of(table)
    n, m = table.places.shape
    cases = m if resample == "experts" else n
    values: dict[str, Floats] = {}
    if cases >= (FEWEST_EXPERTS if resample == "experts" else FEWEST_THINGS):
        values = resampled(panel, multinomial(source, draws, cases), resample)
    shown = _table(estimates(panel), values, panel, cases=cases, level=level)
    return PanelAgreementResult(
        table=shown,
        low=bottom,
        high=top,
        categories=table.categories,
        level=level,
        draws=draws,
        resample=resample,
        n_things=n,
        n_experts=m,
        n_ratings=int((table.places >= 0).sum()),
        n_dropped=table.n_dropped,
        notes=_notes(shown, table, panel, draws=draws, resample=resample, drawn=bool(values)),
    )


def _end(value: float, name: str) -> float:
    if not (is_number(value) and abs(value) <= LARGEST):
        raise ParameterError(f"{name} must be a number, an end of the scale; found {quoted(value)}. Give 1 and 4, say.")
    return float(value)


def _on_scale(ratings: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    frame, names = rating_frame(ratings)
    if names:
        raise NotNumericError(
            f"ratings must be numbers from {low:g} to {high:g}; found names. Give the points of the scale."
        )
    return within_scale(frame, low, high)


def _points(frame: pd.DataFrame, low: float, high: float) -> list[float]:
    """The scale's points: whole ones, or, where ratings lie between them, those that occur and both ends."""
    cells = frame.to_numpy()
    used = cells[~np.isnan(cells)]
    if low == round(low) and high == round(high) and (used == np.round(used)).all() and high - low < _MOST_POINTS:
        return list(np.arange(low, high + 1).tolist())
    points = np.unique(np.append(used, [low, high]))
    if len(points) > _MOST_POINTS:
        raise ScaleError(
            f"a panel's ratings must fall into at most {_MOST_POINTS} points; found {len(points)} from {low:g} to "
            f"{high:g}. Group the ratings, or use intraclass_correlation."
        )
    return list(points.tolist())


def _table(
    found: dict[str, float], values: dict[str, Floats], panel: Panel, *, cases: int, level: float
) -> pd.DataFrame:
    rows = {}
    for name in COEFFICIENTS:
        drawn = values.get(_SINGLE.get(name, name), np.empty(0))
        kept = drawn[np.isfinite(drawn)]
        ends, se = (np.nan, np.nan), np.nan
        if np.isfinite(found[name]) and len(kept) >= _fewest(len(drawn)):
            ends, se = quantile_ends(kept, cases, level), float(kept.std(ddof=1))
            if name in _SINGLE:
                ends, se = _stepped_up(ends, se, found[name], panel.there.shape[1])
            else:
                lowest = 0.0 if name in _FROM_ZERO else -1.0
                ends = held(ends[0], lowest), held(ends[1], lowest)
        rows[name] = [found[name], *ends, se, panel.n_used(name), len(drawn) - len(kept)]
    columns = ["estimate", "ci_low", "ci_high", "se", "n_things", "failed_draws"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame.index.name = "coefficient"
    return frame.astype({"n_things": "int64", "failed_draws": "int64"})


def _fewest(draws: int) -> float:
    """Draws that must have a coefficient, for an interval to be made of them."""
    return max(FEWEST_DRAWS, draws / 2)


def _stepped_up(ends: tuple[float, float], se: float, mean: float, k: int) -> tuple[tuple[float, float], float]:
    """Ends and standard error of the mean of k experts, from those of one: k r / (1 + (k - 1) r), which rises with r.

    At r = -1/(k - 1) and below nothing is left of what the experts share: there is no lower end, and no standard error.
    `mean` is the estimate for k; the slope of the formula there is (k - (k - 1) mean)² / k.
    """
    low, high = (k * r / (1 + (k - 1) * r) if 1 + (k - 1) * r > _POLE else np.nan for r in ends)
    return (low, min(high, 1.0)), se * (k - (k - 1) * mean) ** 2 / k if np.isfinite(low) else np.nan


def _notes(
    frame: pd.DataFrame, table: Rated, panel: Panel, *, draws: int, resample: str, drawn: bool
) -> tuple[str, ...]:
    agreed = float(frame["estimate"].to_numpy()[0])
    bare = frame["estimate"].notna() & frame["ci_low"].isna() & drawn
    enough = draws - frame["failed_draws"] >= _fewest(draws)
    rare, endless = frame.index[bare & ~enough], frame.index[bare & enough]
    failed = frame.index[(frame["failed_draws"] > 0) & frame["ci_low"].notna()]
    incomplete = len(table.places) - panel.n_complete
    some = [
        *((True, note) for note in _undefined(frame, table, panel)),
        (not drawn, f"With fewer than {FEWEST_EXPERTS} {resample} to resample no interval is given."),
        (len(rare), f"No interval, since fewer than half of the {draws} draws have them: {listed(rare, 12)}."),
        (len(endless), f"No lower end, since below it nothing is left of what experts share: {listed(endless)}."),
        (len(failed), f"Draws in which they do not exist are left out of the intervals of {listed(failed, 12)}."),
        (incomplete, f"Not every expert rated {incomplete} thing(s): Kendall's W and the ICCs leave them out."),
    ]
    corrected = frame.loc[list(CHANCE_CORRECTED), "estimate"].to_numpy(dtype="float64")
    said = (note for applies, note in some if applies)
    return told(*said, paradox(corrected.tolist(), agreed), *table.notes)


def _undefined(frame: pd.DataFrame, table: Rated, panel: Panel) -> list[str]:
    """Which coefficients do not exist, by reason."""
    missing = frame.index[frame["estimate"].isna()]
    agreed = f"Percent agreement is {float(frame['estimate'].to_numpy()[0]):.0%}."
    there = table.places >= 0
    flat = len(np.unique(table.places[there])) == 1
    alone = missing[missing.isin(MEASURED)] if panel.n_complete < 2 and not flat else missing[:0]
    others = missing.difference(alone, sort=False)
    notes = []
    if len(alone):
        gaps = (~there).sum(axis=0)
        most = listed(f"{plain(table.raters[at])} ({gaps[at]})" for at in np.argsort(-gaps, kind="stable") if gaps[at])
        notes.append(
            f"Undefined, since only {panel.n_complete} thing(s) were rated by every expert: {listed(alone, 12)}. "
            + (f"They need two; leave out the experts with most gaps: {most}." if most else "They need two.")
        )
    if len(others):
        reason = "no rating differs from another" if flat else "the ratings that all experts gave do not vary enough"
        notes.append(f"Undefined, since {reason}: {listed(others, 12)}. {agreed}")
    return notes
