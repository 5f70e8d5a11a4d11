"""The whole index in one call: normalise, weight, aggregate up the tree, and average over units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ikfs_methods.checks import did_you_mean, listed, numeric_frame, one_of, quoted
from ikfs_methods.errors import ColumnError, ParameterError
from ikfs_methods.framework import AGGREGATIONS, NORMALISATIONS, ORDERS, Framework
from ikfs_methods.index.aggregation import arithmetic_rows, geometric_rows, needed_columns, positive_floor
from ikfs_methods.index.composite import IndexResult, Step, presence
from ikfs_methods.index.normalisation import (
    Floats,
    declared_bounds,
    observed_bounds,
    outside,
    refuse_outside,
    rescaled,
)
from ikfs_methods.index.tree import Tree, Weights, resolve_weights, tree_of
from ikfs_methods.survey import WeightedMeans, aligned_weights, means_of_checked

# scores, n, scores of respondents, rows without a unit, what was done
Built = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None, int, list[Step]]
BOUNDS = {
    "scale": "bounds of the answer scale",
    "goalposts": "declared bounds, values outside capped",
    "minmax": "least and greatest value among the rows",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of a build after they were checked; `bounds` is None for min-max."""

    tree: Tree
    share: pd.Series
    normalisation: str
    aggregation: tuple[str, ...]
    bounds: pd.DataFrame | None
    minimum_answered: float
    floor: float | None

    def method_at(self, level: int) -> str:
        """Aggregation of that level; the last one named serves all levels above it."""
        return self.aggregation[min(level, len(self.aggregation)) - 1]


def build(
    framework: Framework,
    values: pd.DataFrame,
    *,
    weights: Weights = None,
    normalisation: str | None = None,
    aggregation: str | Sequence[str] | None = None,
    order: str | None = None,
    by: pd.Series | None = None,
    design_weights: pd.Series | None = None,
    minimum_answered: float = 0.5,
    goalposts: pd.DataFrame | None = None,
    floor: float | None = None,
) -> IndexResult:
    """The index at every node of the framework's tree, 0-100 (OECD/JRC 2008, steps 5 and 6).

    `values`: rows respondents or units, columns the indicators' codes, already keyed so that higher is better, each on
    its own scale. `weights`: a WeightSet, a series by code that sums to 1 within each parent, or None = equal.
    `normalisation` (scale, goalposts, minmax), `aggregation` (arithmetic, geometric; one, or one per level, lowest
    first) and `order` default to the framework's. `goalposts`: frame by indicator with low and high, in place of the
    framework's scale_min and scale_max. `by`: unit of each row, None = each row is its own unit. `floor`: least value
    that enters a geometric mean. Goalposts under min-max and a floor without a geometric level have nothing to act on,
    which the log says.

    respondent-first: answers are normalised and aggregated up the tree within each respondent, and a unit's score is
    the design-weighted mean over its respondents who have that node's score. unit-first: design-weighted means of the
    indicators by unit, then normalisation (min-max: over the units) and aggregation. The two agree when all is linear
    and complete, and differ for a geometric mean. A node over indicators only needs at least `minimum_answered` of
    them, with the weights scaled up to the answered ones; a node further up needs all its children. Nothing is imputed.

    Raises ColumnError for indicators without a column, ScaleError for answers off their scale and for values <= 0 in a
    geometric mean, ConstantItemError (min-max), WeightError, ParameterError.
    Answers the question: what is the index of each unit, and what is it made of?
    """
    if not isinstance(framework, Framework):
        raise ParameterError(
            f"framework must be a Framework; found {quoted(framework)}. Read it with framework.read(folder)."
        )
    plan, weighing = _plan(
        framework, weights, normalisation, aggregation, goalposts, minimum_answered=minimum_answered, floor=floor
    )
    chosen = one_of(framework.order if order is None else order, ORDERS, name="order")
    frame, start = _indicators(plan, values)
    build_in_order = _respondent_first if chosen == "respondent-first" else _unit_first
    scores, n, respondents, without, steps = build_in_order(plan, frame, by, design_weights)
    return IndexResult(
        scores=scores,
        n=n,
        respondent_scores=respondents,
        weights=plan.share,
        log=pd.DataFrame([asdict(step) for step in (*start, *weighing, *steps)]),
        order=chosen,
        normalisation=plan.normalisation,
        aggregation=plan.aggregation,
        minimum_answered=minimum_answered,
        floor=floor,
        n_rows=len(frame),
        n_without_unit=without,
        design_weights=design_weights,
    )


def _plan(
    framework: Framework,
    weights: Weights,
    normalisation: str | None,
    aggregation: str | Sequence[str] | None,
    goalposts: pd.DataFrame | None,
    *,
    minimum_answered: float,
    floor: float | None,
) -> tuple[Plan, list[Step]]:
    """The options checked, with the log of the weights."""
    tree = tree_of(framework)
    share, log = resolve_weights(tree, weights)
    method = one_of(
        framework.normalisation if normalisation is None else normalisation, NORMALISATIONS, name="normalisation"
    )
    named = _methods(framework.aggregation if aggregation is None else aggregation)
    needed_columns(minimum_answered, 1)
    bounds = None if method == "minmax" else _bounds(framework, tree, goalposts)
    plan = Plan(tree, share, method, named, bounds, minimum_answered, positive_floor(floor))
    return plan, log + _idle(plan, goalposts)


def _methods(aggregation: str | Sequence[str]) -> tuple[str, ...]:
    """The aggregations by level, lowest first."""
    if not isinstance(aggregation, Iterable):
        raise ParameterError(
            f"aggregation must be one method or a list of them, lowest level first; found {quoted(aggregation)}. "
            f"Choose from {listed(AGGREGATIONS)}."
        )
    named = (aggregation,) if isinstance(aggregation, str) else tuple(aggregation)
    if not named:
        raise ParameterError(
            "aggregation must name at least one method, lowest level first; found none. "
            f"Choose from {listed(AGGREGATIONS)}, or leave it out for the framework's own."
        )
    for name in named:
        one_of(name, AGGREGATIONS, name="aggregation")
    return named


def _idle(plan: Plan, goalposts: pd.DataFrame | None) -> list[Step]:
    """What was given and had nothing to act on."""
    log = []
    if plan.bounds is None and goalposts is not None:
        log.append(Step("normalise", "", 0, "minmax", reason="the goalposts were not used: min-max takes no bounds"))
    top = plan.tree.level[plan.tree.root]
    if plan.floor is not None and "geometric" not in map(plan.method_at, range(1, top + 1)):
        log.append(Step("floor", "", top, "arithmetic", reason="the floor was not used: no level is a geometric mean"))
    return log


def _bounds(framework: Framework, tree: Tree, goalposts: pd.DataFrame | None) -> pd.DataFrame:
    if goalposts is None:
        names = {"scale_min": "low", "scale_max": "high"}
        goalposts = framework.nodes[list(names)].rename(columns=names)
    return declared_bounds(goalposts, list(tree.indicators))


def _respondent_first(plan: Plan, frame: pd.DataFrame, by: pd.Series | None, design_weights: pd.Series | None) -> Built:
    normal, log = _normalised(plan, frame, whole=frame)
    respondents, steps = _up_the_tree(plan, normal, frame.index)
    if by is None:
        aligned_weights(design_weights, frame.index)  # refused now rather than when `means` asks for them
        return respondents, presence(respondents), respondents, 0, log + steps
    found = means_of_checked(respondents, weights=design_weights, by=by)
    last = _means_step(found, plan.tree.level[plan.tree.root])
    return found.means, found.n, respondents, found.n_without_group, [*log, *steps, last]


def _unit_first(plan: Plan, frame: pd.DataFrame, by: pd.Series | None, design_weights: pd.Series | None) -> Built:
    units, n, without, first = frame, presence(frame), 0, []
    if by is None:
        aligned_weights(design_weights, frame.index)
    else:
        found = means_of_checked(frame, weights=design_weights, by=by)
        units, n, without = found.means, found.n, found.n_without_group
        first = [_means_step(found, 0)]
    normal, log = _normalised(plan, units, whole=frame)
    scores, steps = _up_the_tree(plan, normal, units.index)
    return scores, _rows_behind(plan.tree, n, scores), None, without, [*first, *log, *steps]


def _rows_behind(tree: Tree, n: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Rows behind each node of a unit-first index: those of its weakest answered child.

    How many rows answered all of the children cannot be told in this order.
    """
    counts: dict[str, np.ndarray[Any, Any]] = {code: n[code].to_numpy() for code in tree.indicators}
    for parent, children in tree.children.items():
        below = np.column_stack([counts[code] for code in children])
        least = np.where(below > 0, below, np.iinfo(np.int64).max).min(axis=1)
        counts[parent] = np.where(scores[parent].isna(), 0, least)
    return pd.DataFrame({code: counts[code] for code in tree.codes}, index=scores.index)


def _up_the_tree(plan: Plan, normal: Floats, index: pd.Index) -> tuple[pd.DataFrame, list[Step]]:
    """Scores of all nodes (columns root first) from the normalised indicators, row by row."""
    tree, share, log = plan.tree, plan.share.to_dict(), []
    columns = dict(zip(tree.indicators, normal.T, strict=True))
    for parent, children in tree.children.items():
        level, x = tree.level[parent], np.column_stack([columns[code] for code in children])
        weight = np.array([share[code] for code in children])
        needed = needed_columns(plan.minimum_answered, len(children)) if level == 1 else len(children)
        method = plan.method_at(level)
        if method == "geometric":
            labels = [f"{code} in {parent}" for code in children]
            columns[parent] = geometric_rows(x, weight, needed, floor=plan.floor, labels=labels)
        else:
            columns[parent] = arithmetic_rows(x, weight, needed)
        lost = int(np.isnan(columns[parent]).sum())
        changed, reason = "rows without a score" if lost else "", f"needs {needed} of {len(children)} children"
        log.append(Step("aggregate", parent, level, method, changed, lost, len(x), reason))
        raised = int((x < plan.floor).sum()) if method == "geometric" and plan.floor is not None else 0
        if raised:
            reason = "a geometric mean needs values above 0"
            log.append(Step("floor", parent, level, method, f"raised to {plan.floor:g}", raised, x.size, reason))
    return pd.DataFrame({code: columns[code] for code in tree.codes}, index=index), log


def _normalised(plan: Plan, frame: pd.DataFrame, *, whole: pd.DataFrame) -> tuple[Floats, list[Step]]:
    """The frame as scores from 0 to 100; `whole` are the values as they came, which a scale may not let out."""
    bounds = observed_bounds(frame) if plan.bounds is None else plan.bounds
    x = frame.to_numpy()
    if plan.normalisation == "scale":
        refuse_outside(whole, bounds)
    capped = int(outside(x, bounds).sum()) if plan.normalisation == "goalposts" else 0
    # Capped on a scale too: rounding puts a mean of fives a hair above 5, though no answer was.
    normal = rescaled(x, bounds, cap=plan.normalisation != "minmax")
    changed, reason = "values capped at their bounds" if capped else "", BOUNDS[plan.normalisation]
    return normal, [Step("normalise", "", 0, plan.normalisation, changed, capped, x.size, reason)]


def _indicators(plan: Plan, values: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """The indicators' columns as numbers, and what the values hold beside and instead of them."""
    if not isinstance(values, pd.DataFrame):
        raise ParameterError(f"values must be a pandas DataFrame; found {type(values).__name__}.")
    wanted = list(plan.tree.indicators)
    lacking = [code for code in wanted if code not in values.columns]
    if lacking:
        raise ColumnError(
            f"values must have a column for each indicator; missing: {listed(lacking)}."
            + did_you_mean(lacking[0], [str(name) for name in values.columns])
            + " Supply them, or leave those indicators out of the framework."
        )
    frame = numeric_frame(values[wanted], what="values", min_rows=1, min_columns=1)
    gaps, extra = int(frame.isna().to_numpy().sum()), values.shape[1] - len(wanted)
    log = []
    if extra > 0:
        reason = "only indicators of the framework enter the index"
        log.append(Step("select", "", 0, "framework", "other columns left out", extra, values.shape[1], reason))
    reason = f"a node over indicators needs a share of {plan.minimum_answered:g} of them; nothing is imputed"
    changed = "missing values left out" if gaps else ""
    log.append(Step("missing", "", 0, "available", changed, gaps, frame.size, reason))
    return frame, log


def _means_step(found: WeightedMeans, level: int) -> Step:
    method = "design-weighted mean" if found.weighted else "mean"
    changed = "rows without a unit left out" if found.n_without_group else ""
    reason = f"{len(found.means)} units"
    return Step("means", "", level, method, changed, found.n_without_group, found.n_rows, reason)
