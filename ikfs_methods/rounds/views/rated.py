"""What a panel rated and wrote, as small typed tables: who rated what, V by criterion, each rule, comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from ikfs_methods.rounds.criteria import CLARITY, has_own_scale, scale_of
from ikfs_methods.rounds.opened import Absent
from ikfs_methods.rounds.round import Round
from ikfs_methods.rounds.ruled import sources
from ikfs_methods.rounds.views.base import View

LEAST_NAMED = 2  # experts of an institution from which it may stand beside a comment without naming its author


@dataclass(frozen=True, slots=True)
class PanelTable(View):
    """What the panel rated, a row per criterion.

    criterion, low, high (its scale), delphi_rounds, n_experts, n_items, n_ratings, n_missing (of these experts on these
    indicators).
    `institutions` counts the experts who rated something by institution or field, `n_without` those of none; `silent`
    are asked but rated nothing. `gaps`: the indicators that some expert left out on some criterion; `unrated`: by
    criterion the candidates that nobody rated on it, where others were.
    """

    n_experts: int
    institutions: pd.Series
    n_without: int
    silent: int
    gaps: tuple[str, ...]
    unrated: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AikenByCriterion(View):
    """Aiken's V of every indicator on every criterion of the panel's common scale; the columns of `AikenResult`.

    A row per criterion and indicator, in the order of the file and of the framework. `cutoffs`: the least acceptable V
    by criterion, for clarity the one that the evidence's verdict uses.
    """

    criteria: tuple[str, ...]
    cutoffs: Mapping[str, float]

    def wide(self) -> pd.DataFrame:
        """V, indicators by criteria; NaN where nobody rated an indicator on a criterion."""
        long = self.table
        found = long.pivot_table(index="indicator", columns="criterion", values="v", sort=False)
        return found.reindex(columns=list(self.criteria))

    def below(self, criterion: str) -> list[str]:
        """Indicators whose V on a criterion is below the cut-off."""
        part = self.table[(self.table["criterion"] == criterion) & (self.table["v"] < self.cutoffs[criterion])]
        return list(part["indicator"])


@dataclass(frozen=True, slots=True)
class ContentRules(View):
    """What each measure of content validity says of each indicator by its own rule.

    `table`: indicator, then value and verdict of each measure that the panel allows: aiken and aiken_passes, cvr, i_cvi
    and congruence likewise (passes is missing where the panel is too small to judge). `rules`, a row per measure:
    measure, cutoff_low and cutoff_high (equal unless it depends on the number of experts; NaN where no panel is large
    enough), parameter, source (of the cut-off; "" where the round set its own), counts (in the evidence's verdict),
    judged (how many indicators) and failing (tuple of their codes).
    """

    rules: pd.DataFrame

    @property
    def measures(self) -> list[str]:
        """The measures that the panel allows."""
        return list(self.rules["measure"])

    def failing(self) -> pd.Series:
        """By indicator the measures on which it falls short."""
        passes = {name: self.table[f"{name}_passes"].eq(False).fillna(value=False) for name in self.measures}  # noqa: FBT003
        told = [tuple(name for name in self.measures if passes[name].iloc[place]) for place in range(len(self.table))]
        return pd.Series(told, index=self.table["indicator"], dtype="object")

    def judged(self) -> pd.Series:
        """By indicator the number of measures that judge it."""
        known = self.table[[f"{name}_passes" for name in self.measures]].notna().sum(axis=1)
        return known.set_axis(self.table["indicator"])


@dataclass(frozen=True, slots=True)
class Comments(View):
    """What experts wrote: indicator, institution ("" where it would name the expert), comment, delphi_round.

    In the order of the framework; nobody's code is in it. `n_experts`: how many wrote something.
    """

    n_experts: int


def panel(opened: Round) -> PanelTable | Absent:
    """Who rated what, and what is missing. Answers the question: on how many voices do the chapter's numbers rest."""
    told = {criterion: opened.ratings(criterion) for criterion in opened.criteria}
    ratings = {criterion: frame for criterion, frame in told.items() if not isinstance(frame, Absent)}
    if not ratings:
        return Absent("panel")
    rows, gaps, unrated = [], set[str](), {}
    for criterion, frame in ratings.items():
        low, high = scale_of(criterion, opened.parameters)
        rows.append(
            {
                "criterion": criterion,
                "low": low,
                "high": high,
                "delphi_rounds": len(opened.delphi_rounds(criterion)),
                "n_experts": frame.shape[0],
                "n_items": frame.shape[1],
                "n_ratings": int(frame.notna().sum().sum()),
                "n_missing": int(frame.isna().sum().sum()),
            }
        )
        gaps |= set(frame.columns[frame.isna().any()])
        others = tuple(code for code in opened.framework.indicators if code not in frame.columns)
        if others:
            unrated[criterion] = others
    experts = pd.Index([]).append([frame.index for frame in ratings.values()]).unique()
    own = opened.institutions.reindex(experts)
    asked = set() if opened.experts is None else set(opened.experts["expert"])
    return PanelTable(
        pd.DataFrame(rows),
        n_experts=len(experts),
        institutions=own.value_counts(sort=False),
        n_without=int(own.isna().sum()),
        silent=len(asked - set(experts)),
        gaps=tuple(code for code in opened.framework.indicators if code in gaps),
        unrated=unrated,
    )


def aiken_by_criterion(opened: Round) -> AikenByCriterion | Absent:
    """Aiken's V on each criterion beside the others; Absent where fewer than two share the panel's scale.

    Answers the question: is an indicator that belongs also worded clearly, and so on for each criterion.
    """
    shared = [criterion for criterion in opened.criteria if not has_own_scale(criterion)]
    found = {criterion: opened.aiken(criterion) for criterion in shared}
    parts = {name: result.items for name, result in found.items() if not isinstance(result, Absent)}
    if len(parts) < 2:
        return Absent("criteria" if opened.criteria else "panel")
    long = pd.concat(parts, names=["criterion", "indicator"]).reset_index()
    p = opened.parameters
    own = dict.fromkeys(parts, p.aiken_cutoff)
    if CLARITY in own and p.rating_criterion != CLARITY:
        own[CLARITY] = p.clarity_cutoff
    return AikenByCriterion(long, criteria=tuple(parts), cutoffs=own)


def content_rules(opened: Round) -> ContentRules | Absent:
    """Every measure of content validity held against its own rule, indicator by indicator.

    Answers the questions: do the rules agree; which indicator does which rule question. Aiken's V passes when it
    reaches its cut-off and, where the panel is large enough for any V to do so, is significant.
    """
    measured = list(_measured(opened))
    if not measured:
        return Absent("panel")
    wide = pd.concat([part[["value", "passes"]].add_prefix(f"{name}_") for name, part, _ in measured], axis=1)
    wide = wide.rename(columns={f"{name}_value": name for name, _, _ in measured})
    wide = wide.reindex([code for code in opened.framework.indicators if code in wide.index])
    rows, told = [], sources(opened.parameters)
    for name, part, parameter in measured:
        falls = part.index[part["passes"].eq(False).fillna(value=False)]  # noqa: FBT003 - judged, and fails
        rows.append(
            {
                "measure": name,
                "cutoff_low": part["cutoff"].min(),
                "cutoff_high": part["cutoff"].max(),
                "parameter": parameter,
                "source": told[parameter],
                "counts": name in opened.parameters.content_rules,
                "judged": int(part["passes"].notna().sum()),
                "failing": tuple(code for code in opened.framework.indicators if code in falls),
            }
        )
    return ContentRules(wide.rename_axis("indicator").reset_index(), pd.DataFrame(rows))


def _measured(opened: Round) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Each measure that there is: its name, value, cutoff and passes by indicator, and the parameter of its cut-off."""
    aiken, ratio, share, congruence = opened.aiken(), opened.content_ratio, opened.content_index, opened.congruence
    if not isinstance(aiken, Absent):
        items, cutoff = aiken.items, opened.parameters.aiken_cutoff
        chance = (items["p_value"] > aiken.alpha) & items["critical_v"].notna()
        passes = ((items["v"] >= cutoff) & ~chance).astype("boolean")
        yield "aiken", pd.DataFrame({"value": items["v"], "cutoff": cutoff, "passes": passes}), "aiken_cutoff"
    if not isinstance(ratio, Absent):
        items = ratio.items
        passes = items["kept"].astype("boolean").mask(items["critical_cvr"].isna())
        cut = items["critical_cvr"].astype("float64")
        yield "cvr", pd.DataFrame({"value": items["cvr"], "cutoff": cut, "passes": passes}), "cvr_alpha"
    if not isinstance(share, Absent):
        items = share.items
        cut = items["cutoff"].astype("float64")
        yield "i_cvi", pd.DataFrame({"value": items["i_cvi"], "cutoff": cut, "passes": items["passes"]}), "i_cvi_cutoff"
    if not isinstance(congruence, Absent):
        items = congruence.items
        told = pd.DataFrame({"value": items["ioc"], "cutoff": congruence.cutoff, "passes": items["passes"]})
        yield "congruence", told, "congruence_cutoff"


def comments(opened: Round) -> Comments | Absent:
    """What experts wrote on the indicators, without who wrote it."""
    written = opened.comments
    if written is None:
        return Absent("comments")
    told = opened.institutions
    sizes = told.value_counts()
    own = written["expert"].map(told)
    own = own.where(own.map(sizes) >= LEAST_NAMED, "").fillna("")
    table = written.assign(institution=own)[["indicator", "institution", "comment", "delphi_round"]]
    order = {code: place for place, code in enumerate(opened.framework.indicators)}
    table = table.sort_values("indicator", key=lambda codes: codes.map(order), kind="stable", ignore_index=True)
    return Comments(table, n_experts=int(written["expert"].nunique()))
