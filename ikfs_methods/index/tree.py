"""The framework's tree as the arithmetic wants it, and the weights of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed, sum_to_one, weight_numbers
from ikfs_methods.errors import ParameterError, WeightError
from ikfs_methods.framework import Framework
from ikfs_methods.index.composite import Step


class NamedWeights(Protocol):
    """What the index needs of a weight set: `weighting.WeightSet` has it."""

    @property
    def weights(self) -> pd.Series:
        """Weights by code of the node."""
        ...

    @property
    def parents(self) -> pd.Series:
        """Parent of each code; empty where it was not named."""
        ...

    @property
    def method(self) -> str:
        """How the weights were made."""
        ...


Weights = NamedWeights | pd.Series | None


@dataclass(frozen=True, slots=True)
class Tree:
    """Children by parent, parents in bottom-up order; `level` 0 is an indicator; `codes` start with the root."""

    codes: tuple[str, ...]
    indicators: tuple[str, ...]
    children: Mapping[str, tuple[str, ...]]
    level: Mapping[str, int]

    @property
    def root(self) -> str:
        """The index itself."""
        return self.codes[0]


def tree_of(framework: Framework) -> Tree:
    """The tree read once, as plain mappings: the framework's own look-ups are too slow for repeated builds."""
    below: dict[str, list[str]] = {}
    for code, parent in framework.nodes["parent"].items():
        below.setdefault(str(parent), []).append(str(code))
    root = below.pop("")[0]
    level: dict[str, int] = {}

    def climb(code: str) -> int:
        level[code] = 1 + max(climb(child) for child in below[code]) if code in below else 0
        return level[code]

    climb(root)
    codes = (root, *(str(code) for code in framework.nodes.index if code != root))
    return Tree(
        codes=codes,
        indicators=tuple(code for code in codes if level[code] == 0),
        children={parent: tuple(below[parent]) for parent in sorted(below, key=lambda code: level[code])},
        level=level,
    )


def resolve_weights(tree: Tree, weights: Weights) -> tuple[pd.Series, list[Step]]:
    """Weights of all nodes below the root, summing to 1 within each parent, and what was done to get them.

    A parent of which the weights name no child gets equal weights; nodes of a weight set that are no longer in the
    framework are left out, and the others of their parent scaled up to sum to 1. Both are said in the log.
    Raises WeightError when a parent's weights are incomplete or do not sum to 1, or belong to another parent.
    """
    if weights is None:
        given, recorded, method = pd.Series(dtype=float), pd.Series(dtype=str), "equal"
    elif isinstance(weights, pd.Series):
        given, recorded, method = weights, pd.Series(dtype=str), "given"
        _known(tree, weights)
    elif hasattr(weights, "weights") and hasattr(weights, "parents"):
        given, recorded, method = weights.weights, weights.parents, weights.method
    else:
        raise ParameterError(
            f"weights must be a WeightSet, a pandas Series by code, or None; found {type(weights).__name__}. "
            "Give pandas.Series({code: weight}), or None for equal weights."
        )
    given = weight_numbers(given)
    if weights is not None and not set(given.index) & set(tree.level):
        raise WeightError(
            f"weights must name nodes of the framework; found only {listed(given.index) or 'none'}, "
            f"where the framework has {listed(tree.codes[1:])}. Give weights that were made for this framework."
        )
    share: dict[str, float] = {}
    log = []
    for parent in tree.children:
        own, step = _within(tree, parent, given, recorded, method)
        share |= own
        log.append(step)
    return pd.Series({code: share[code] for code in tree.codes[1:]}, name="weight", dtype=float), log


def _within(
    tree: Tree, parent: str, given: pd.Series, recorded: pd.Series, method: str
) -> tuple[dict[str, float], Step]:
    """Weights of one parent's children, and the log's words on them."""
    children = tree.children[parent]
    step = Step("weights", parent, tree.level[parent], method, total=len(children))
    if not set(children) & set(given.index):
        reason = "equal weights were asked for" if method == "equal" else "no weights were given for this node"
        return dict.fromkeys(children, 1 / len(children)), replace(step, method="equal", reason=reason)
    _same_parent(recorded, parent, children)
    own = _own(given, parent, children)
    gone = [str(code) for code in given.index if code not in tree.level and recorded.get(code) in (parent, "")]
    total = sum(own.values())
    if not total > 0:
        raise WeightError(
            f"weights within {parent} must not all be 0; found only zeros for {listed(children)}. "
            "Give one of them some weight."
        )
    if not gone:
        sum_to_one(own, parent)
        return own, step
    changed, reason = f"renormalised without {listed(gone)}", "those nodes are not in the framework"
    return (
        {code: value / total for code, value in own.items()},
        replace(step, changed=changed, count=len(gone), reason=reason),
    )


def _known(tree: Tree, weights: pd.Series) -> None:
    unknown = [str(code) for code in weights.index if code not in tree.level or code == tree.root]
    if unknown:
        raise WeightError(
            f"weights must name nodes below {tree.root}; found {listed(unknown)}."
            + did_you_mean(unknown[0], tree.codes[1:])
        )


def _own(given: pd.Series, parent: str, children: tuple[str, ...]) -> dict[str, float]:
    lacking = [code for code in children if code not in given.index]
    if lacking:
        raise WeightError(
            f"weights must cover all children of {parent} or none; missing: {listed(lacking)}. "
            "Supply them, or take those nodes out of the framework."
        )
    return {code: float(given[code]) for code in children}


def _same_parent(recorded: pd.Series, parent: str, children: tuple[str, ...]) -> None:
    for code in children:
        said = recorded.get(code, "")
        if said not in ("", parent):
            raise WeightError(
                f"weights must belong to the framework's tree; {code} was weighted within {said}, "
                f"but its parent is {parent}. Ask for the weights again, or correct the framework."
            )
