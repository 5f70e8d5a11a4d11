"""Differential item functioning by ordinal logistic regression, with purification of the matching score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ikfs_methods.checks import flag, fraction, is_number, listed, numeric_frame, one_of, quoted, varying, whole
from ikfs_methods.errors import ConstantItemError, ParameterError, ScaleError, TooFewError
from ikfs_methods.labels import Codes, Floats, by_label, group_codes
from ikfs_methods.validity.alongside import MISSING
from ikfs_methods.validity.differential.item_tests import RSquared
from ikfs_methods.validity.differential.purification import Material, Rule, Search, searched
from ikfs_methods.validity.differential.result import DifResult
from ikfs_methods.validity.differential.showing import Classes, effect_frame, item_frame, round_frame

Kind = Literal["both", "uniform", "nonuniform"]

# Each group has two parameters of its own; below five answers for each, chance alone often separates its answers.
FEWEST_IN_GROUP = 10
# Every threshold is a parameter; a measure in fine steps has no answer categories.
MOST_CATEGORIES = 50


def dif(
    answers: pd.DataFrame,
    groups: pd.Series,
    *,
    match: Literal["rest", "total"] | pd.Series = "rest",
    purify: bool = True,
    alpha: float = 0.01,
    effect: float = 0.02,
    kind: Kind = "both",
    r2: RSquared = "nagelkerke",
    classes: Classes = "jodoin_gierl",
    least: int = 200,
    missing: Literal["listwise", "pairwise"] = "listwise",
) -> DifResult:
    """Differential functioning of keyed answers (respondents x items of one dimension) between two or more groups.

    Answers the question: do respondents of equal standing answer an item differently because of their group?

    Method: proportional-odds models of each item on the matching score, the groups and their product, compared by
    likelihood ratio (Swaminathan & Rogers 1990; Zumbo 1999); `groups`: the group of each respondent, by label. An item
    is flagged when the p value of `kind` (both parts together, or one of them) is below `alpha` and its gain in `r2`
    is at least `effect` (Choi, Gibbons & Crane 2011, doi:10.18637/jss.v039.i08). `classes`: bounds of the size classes
    for the gain in Nagelkerke's R²: .035 and .070 (Jodoin & Gierl 2001, doi:10.1207/S15324818AME1404_2) or .13 and .26
    (Zumbo & Thomas 1997).

    match: `rest`, the sum of the other items; `total`, the item among them; or a series, a standing measured otherwise.
    purify: flagged items leave the matching score of all others and the search starts again, until the same items are
    flagged twice; `purification` shows the rounds. It has nothing to do with a given standing.
    missing: `listwise` uses rows without a gap; `pairwise` tests each item on those who answered it and matches on the
    mean of the other answers given, which takes the items left out for as hard as those answered.

    A group of fewer than 10 respondents is left out and named. With fewer than `least` respondents in a group
    (200: Scott et al. 2009, doi:10.1016/j.jclinepi.2008.06.003) the result is `indicative` only.

    Raises TooFewError (rows, items, fewer than two groups), ConstantItemError, ScaleError (more than 50 categories),
    ParameterError, ColumnError, and what `checks.numeric_frame` raises.
    """
    rule = _rule(match, alpha=alpha, effect=effect, kind=kind, r2=r2, classes=classes, least=least, missing=missing)
    sample = _sample(answers, groups, match, missing)
    how = match if isinstance(match, str) else "given"
    search = searched(sample.material, match=how, purify=flag(purify, name="purify"), rule=rule)
    return DifResult(
        items=item_frame(search.tests, sample.items, sample.groups.index, rule=rule, classes=classes),
        effects=effect_frame(search.tests, sample.items, sample.groups.index),
        purification=round_frame(search.rounds, sample.items),
        anchors=_anchors(search, sample.items, how),
        groups=sample.groups,
        left_out=sample.left_out,
        match=how,
        kind=kind,
        r2=r2,
        alpha=rule.alpha,
        effect=rule.effect,
        classes=classes,
        missing=missing,
        n=len(sample.material.groups),
        n_dropped=len(answers) - len(sample.material.groups),
        n_without_group=sample.n_without_group,
        settled=search.settled,
        least=int(least),
        indicative=bool((sample.groups < least).any()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The respondents compared, and what was left out."""

    material: Material
    items: pd.Index
    groups: pd.Series  # respondents compared, by group
    left_out: pd.Series
    n_without_group: int


def _rule(
    match: str | pd.Series,
    *,
    alpha: float,
    effect: float,
    kind: str,
    r2: RSquared,
    classes: str,
    least: int,
    missing: str,
) -> Rule:
    """When an item is flagged, once all options are such that a search can begin."""
    if not isinstance(match, pd.Series):
        one_of(match, ("rest", "total"), name="match")
    one_of(kind, get_args(Kind), name="kind")
    one_of(r2, get_args(RSquared), name="r2")
    one_of(classes, get_args(Classes), name="classes")
    one_of(missing, MISSING, name="missing")
    fraction(alpha, name="alpha")
    if not (is_number(effect) and 0 <= effect < 1):
        raise ParameterError(
            f"effect must be a gain in R², from 0 to below 1; found {quoted(effect)}. "
            "Give 0.02, or 0 to flag by p alone."
        )
    whole(least, name="least", least=0, remedy="Give a number of respondents.")
    return Rule(kind, r2, float(alpha), float(effect))


def _sample(answers: pd.DataFrame, groups: pd.Series, match: str | pd.Series, missing: str) -> _Sample:
    frame = numeric_frame(answers, min_columns=1 if isinstance(match, pd.Series) else 2)
    codes, labels = group_codes(groups, frame.index)
    answered = frame.notna().to_numpy()
    usable = (codes >= 0) & (answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
    standing: Floats | None = None
    if isinstance(match, pd.Series):
        standing = _standing(match, frame.index)
        usable &= ~np.isnan(standing)
    sizes = np.bincount(codes[usable], minlength=len(labels))
    large = sizes >= FEWEST_IN_GROUP
    if large.sum() < 2:
        raise TooFewError(
            f"at least two groups must have {FEWEST_IN_GROUP} respondents or more; found "
            f"{listed(f'{name} ({size})' for name, size in zip(labels, sizes, strict=True))} of {len(frame)} rows. "
            'Merge groups; use missing="pairwise" where gaps took the rows.'
        )
    usable &= large[codes]
    used = varying(frame[usable])
    groups_used: Codes = (np.cumsum(large) - 1)[codes[usable]]
    material = Material(
        values=_sized(used.to_numpy()),
        answers=_categories(used),
        groups=groups_used,
        labels=[str(label) for label in labels[large]],
        given=None if standing is None else standing[usable],
    )
    return _Sample(
        material=material,
        items=used.columns,
        groups=pd.Series(sizes[large], index=labels[large], name="n"),
        left_out=pd.Series(sizes[~large], index=labels[~large], name="n"),
        n_without_group=int((codes < 0).sum()),
    )


def _standing(match: pd.Series, index: pd.Index) -> Floats:
    """The given matching score, by respondent; it must vary."""
    column = by_label(match, index, what="the matching score").rename("match").to_frame()
    values = numeric_frame(column, what="the matching score", min_rows=1, min_columns=1)["match"].to_numpy()
    if not np.nanmax(values, initial=-np.inf) > np.nanmin(values, initial=np.inf):
        raise ConstantItemError(
            f"the matching score must vary; it does not over {len(values)} respondents. "
            "Give a score that tells them apart."
        )
    return _sized(values)


def _sized(values: Floats) -> Floats:
    """The values divided by a power of two, which loses no digit, so that no sum or square of them overflows."""
    _, exponent = np.frexp(np.nanmax(np.abs(values)))
    return np.asarray(np.ldexp(values, -int(exponent)))


def _categories(used: pd.DataFrame) -> list[Codes]:
    """Number of each answer's category, 0 for the least answer given to that item; -1 for a gap."""
    columns: list[Codes] = []
    for name in used.columns:
        codes, points = pd.factorize(used[name], sort=True)
        if len(points) > MOST_CATEGORIES:
            raise ScaleError(
                f"items must be answered in at most {MOST_CATEGORIES} categories; {quoted(name)} has {len(points)} "
                "different answers. Group them, or use known_groups for a measure."
            )
        columns.append(np.asarray(codes, dtype=np.intp))
    return columns


def _anchors(search: Search, items: pd.Index, match: str) -> tuple[str, ...]:
    return () if match == "given" else tuple(str(name) for name in items[search.anchors])
