"""Analytic hierarchy process: weights from paired comparisons, with the consistency of every judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ikfs_methods.checks import fraction, is_number, listed, one_of, quoted
from ikfs_methods.errors import ParameterError
from ikfs_methods.weighting.ahp.consensus import consensus_row, consensus_table
from ikfs_methods.weighting.ahp.consistency import (
    Rule,
    consistency_table,
    random_index_table,
    suspects_table,
    worst_triads,
)
from ikfs_methods.weighting.ahp.matrices import shares, solved
from ikfs_methods.weighting.ahp.pairs import LARGEST_SCALE, SCALE_TOLERANCE
from ikfs_methods.weighting.ahp.result import AhpResult, group_priorities
from ikfs_methods.weighting.ahp.stacks import Stack, pairs_known, stacks_of


@dataclass(frozen=True, slots=True)
class Method:
    """The options of one analysis, checked."""

    priority: str
    aggregation: str
    incomplete: str
    rule: Rule


def ahp(
    judgements: pd.DataFrame,
    *,
    priority: str = "eigenvector",
    aggregation: str = "aij",
    cutoff: float = 0.10,
    incomplete: str = "accept",
    scale: float = 9.0,
    random_index: Mapping[int, float] | None = None,
    random_index_source: str | None = None,
) -> AhpResult:
    """Weights from paired comparisons on the 1-9 scale (Saaty 1980, The Analytic Hierarchy Process).

    `judgements`: one row per expert and pair, columns expert, parent, left, right, favours (left or right), strength
    (any number from 1 to `scale`); or one reciprocal matrix as a frame (rows and columns the elements, a_ij = how many
    times i outweighs j, both cells of a pair empty when it was left out), whose ratios may be any, such as those of
    known weights or of a group's means; a note names those beyond the scale.
    priority: "eigenvector" (of the largest eigenvalue lambda_max) or "geometric" (row geometric means; Crawford &
    Williams 1985). aggregation: "aij" takes the geometric mean of the judgements over those who made each, "aip" that
    of the judges' priorities (Forman & Peniwati 1998).

    incomplete: "accept" takes experts who left pairs out as long as theirs connect all elements; then "eigenvector"
    gives the missing pairs the values that make lambda_max least, and "geometric" is logarithmic least squares on the
    pairs made (Bozóki, Fülöp & Rónyai 2010, doi:10.1016/j.mcm.2010.02.047). "refuse" asks for every pair.
    ci = (lambda_max - n)/(n - 1); cr = ci over the random index: Saaty 1980 or `random_index` (by number of elements,
    from 3 without gaps; with `random_index_source`), lowered for pairs left out (Ágoston & Csató 2022). cr is 0 for
    two elements and for n - 1 pairs, which cannot contradict each other. lambda_max is the matrix's own (its best
    completion's) under either priority.

    Raises JudgementError, naming expert, parent, pair and row, for pairs given twice (said whether they contradict), of
    an element with itself, favours or strength off their values, comparisons that do not connect all elements, a matrix
    that is not positive and reciprocal, and more elements under one parent than the random indices reach; ColumnError
    for a missing or repeated column; ParameterError for an option.
    Answers the question: how much does each element count for the panel, did its members contradict themselves, and
    which judgement should be looked at again?
    """
    method = checked_method(
        priority, aggregation, incomplete, cutoff=cutoff, scale=scale, random_index=(random_index, random_index_source)
    )
    return estimate(*read_judgements(judgements, method), method)


def checked_method(
    priority: str,
    aggregation: str,
    incomplete: str,
    *,
    cutoff: float,
    scale: float,
    random_index: tuple[Mapping[int, float] | None, str | None],
) -> Method:
    """The options as one record; ParameterError for one that is unknown or off its values."""
    one_of(priority, ("eigenvector", "geometric"), name="priority")
    one_of(aggregation, ("aij", "aip"), name="aggregation")
    one_of(incomplete, ("accept", "refuse"), name="incomplete")
    if not (is_number(scale) and 1 < scale <= LARGEST_SCALE):
        raise ParameterError(
            f"scale must be a number above 1 and at most {LARGEST_SCALE:g}, the strongest judgement there is; found "
            f"{quoted(scale)}. Give 9 for the usual scale."
        )
    return Method(
        priority,
        aggregation,
        incomplete,
        Rule(fraction(cutoff, name="cutoff"), *random_index_table(*random_index), float(scale)),
    )


def read_judgements(judgements: pd.DataFrame, method: Method) -> tuple[tuple[Stack, ...], tuple[str, ...]]:
    """A stack by parent, and the experts in table order."""
    if not isinstance(judgements, pd.DataFrame):
        raise ParameterError(f"judgements must be a pandas DataFrame; found {type(judgements).__name__}.")
    return stacks_of(judgements, incomplete=method.incomplete, scale=method.rule.scale, most=method.rule.most)


def estimate(stacks: tuple[Stack, ...], experts: tuple[str, ...], method: Method) -> AhpResult:
    """The result for judgements that were checked."""
    parts = [_part(stack, method) for stack in stacks]
    # An expert stands here once, whichever parents were judged.
    by_judge = pd.concat([part.judge_weights for part in parts], axis=1).reindex(pd.Index(experts, name="expert"))
    weights = {code: weight for part in parts for code, weight in part.weights.items()}
    parents = {code: stack.parent for stack in stacks for code in stack.elements}
    return AhpResult(
        weights=pd.Series(weights, name="weight"),
        parents=pd.Series(parents, name="parent"),
        method="ahp",
        n_judges=len(experts),
        diagnostics={"judges": pd.Series({stack.parent: len(stack.judges) for stack in stacks}, name="judges")},
        judges=pd.concat([part.judges for part in parts]),
        groups=pd.concat([part.group for part in parts]),
        judge_weights=by_judge,
        priority=method.priority,
        aggregation=method.aggregation,
        cutoff=method.rule.cutoff,
        random_index=method.rule.random_index,
        random_index_source=method.rule.source,
        scale=method.rule.scale,
        triads=_joined([part.triads for part in parts]),
        group_triads=_joined([part.group_triads for part in parts]),
        suspects=_joined([part.suspects for part in parts]),
        consensus=consensus_table({stack.parent: part.consensus for stack, part in zip(stacks, parts, strict=True)}),
        experts=experts,
        notes=tuple(note for stack in stacks for note in _notes(stack, method.rule.scale)),
        stacks=stacks,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What is found for one parent."""

    weights: dict[str, float]
    judges: pd.DataFrame
    group: pd.DataFrame
    judge_weights: pd.DataFrame
    triads: pd.DataFrame
    group_triads: pd.DataFrame
    suspects: pd.DataFrame
    consensus: dict[str, float]


def _part(stack: Stack, method: Method) -> _Part:
    n, rule = len(stack.elements), method.rule
    found = solved(stack.logs, stack.known)
    own = shares(found.eigenvector if method.priority == "eigenvector" else found.least_squares)
    logs, known = stack.group()
    whole = solved(logs, known)
    if method.aggregation == "aip":
        shared = group_priorities(own, np.ones((1, len(own))))[0]
    else:
        shared = shares(whole.eigenvector if method.priority == "eigenvector" else whole.least_squares)[0]
    names = pd.MultiIndex.from_product([stack.judges, [stack.parent]], names=["expert", "parent"])
    above = pd.Index([stack.parent], name="parent")
    judges = consistency_table(found.lambda_max, n, stack.n_judged, rule).set_axis(names, axis=0)
    ratios = judges["cr"].to_numpy(dtype=np.float64)
    return _Part(
        weights=dict(zip(stack.elements, shared.tolist(), strict=True)),
        judges=judges,
        group=consistency_table(whole.lambda_max, n, pairs_known(known), rule).set_axis(above, axis=0),
        judge_weights=pd.DataFrame(own, index=pd.Index(stack.judges, name="expert"), columns=stack.elements),
        triads=worst_triads(stack.logs, stack.known, stack.elements, names),
        group_triads=worst_triads(logs, known, stack.elements, above),
        suspects=suspects_table(stack.logs, stack.known, stack.elements, names, ratios=ratios, rule=rule),
        consensus=consensus_row(own, rule.scale),
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The frames one below the other; the first where all are empty."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled) if filled else frames[0]


def _notes(stack: Stack, scale: float) -> Iterator[str]:
    where = f" of {stack.parent}" if stack.parent else ""
    pairs = list(combinations(range(len(stack.elements)), 2))
    for judge, known in zip(stack.judges, stack.known, strict=True):
        lacking = [f"{stack.elements[i]} or {stack.elements[j]}" for i, j in pairs if not known[i, j]]
        if lacking:
            yield (
                f"Expert {judge} left out {len(lacking)} of the {len(pairs)} pairs{where}: {listed(lacking)}. "
                "Priorities and consistency ratio rest on the others."
            )
    seen = stack.known.sum(axis=0)
    nobody = [f"{stack.elements[i]} or {stack.elements[j]}" for i, j in pairs if not seen[i, j]]
    if nobody and len(stack.judges) > 1:
        yield f"Nobody judged {len(nobody)} of the {len(pairs)} pairs{where}: {listed(nobody)}."
    if len(stack.judges) == 1:
        yield f"One expert judged the elements{where}: there is no consensus to measure."
    beyond = np.argwhere(stack.logs > np.log(scale * (1 + SCALE_TOLERANCE)))
    if len(beyond):
        ratios = (
            f"{np.exp(stack.logs[k, i, j]):g} for {stack.elements[i]} over {stack.elements[j]}" for k, i, j in beyond
        )
        yield (
            f"The matrix has ratios beyond the scale of 1 to {scale:g}: {listed(ratios)}. They are taken as they are, "
            "though the random index of the consistency ratio was made on that scale."
        )
