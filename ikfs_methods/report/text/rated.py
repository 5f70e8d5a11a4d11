"""Sentences on the panel: who rated what, V by criterion, by institution and since the round before, comments."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round, views
from ikfs_methods.rounds.criteria import CLARITY
from ikfs_methods.validity import AikenDifferenceResult

ROUNDING = 1e-9  # distances of V are sums of fractions; a real one beyond a point of one expert is far larger
MANY = 8  # codes beyond which a sentence tells their number alone
FEW = 4  # names that a sentence holds before the table is the better place


@say.register
def _(result: views.PanelTable, words: Words, opened: Round) -> str:
    said = [
        words.plural(
            "The panel has **{n} expert**.",
            "The panel has **{n} experts**.",
            result.n_experts,
        )
    ]
    if result.n_experts == 1:
        said.append(words("What follows is one person's view."))
    if len(result.institutions):
        groups = [f"{opened.called(name)} {words.integer(n)}" for name, n in result.institutions.items()]
        said.append(words("By institution or field: {groups}.", groups=words.listing(groups)))
    if result.n_without:
        said.append(
            words.plural(
                "Of {n} expert neither institution nor field is told.",
                "Of {n} experts neither institution nor field is told.",
                result.n_without,
            )
        )
    missing = int(result.table["n_missing"].sum())
    if missing:
        said.append(
            words.plural(
                "{n} rating is missing ({names}).",
                "{n} ratings are missing ({names}); each number rests on those who did rate.",
                missing,
                names=words.listing(list(result.gaps))
                if len(result.gaps) <= MANY
                else words.plural("{n} indicator", "{n} indicators", len(result.gaps)),
            )
        )
    else:
        said.append(words("No rating is missing."))
    for criterion, codes in result.unrated.items():
        said.append(
            words(
                "Not rated on {criterion} by anybody: {names}.",
                criterion=words(criterion),
                names=words.listing([*codes]),
            )
        )
    if result.silent:
        said.append(
            words.plural(
                "{n} expert was asked and rated nothing.", "{n} experts were asked and rated nothing.", result.silent
            )
        )
    return " ".join(said)


@say.register
def _(result: views.AikenByCriterion, words: Words, opened: Round) -> str:
    said = []
    for criterion in result.criteria:
        below, cutoff = result.below(criterion), words.number(result.cutoffs[criterion])
        form = (
            words("On {criterion} every indicator reaches {cutoff}.", criterion=words(criterion), cutoff=cutoff)
            if not below
            else words(
                "On {criterion} V is below {cutoff} for {names}.",
                criterion=words(criterion),
                cutoff=cutoff,
                names=words.listing(below),
            )
        )
        said.append(form)
    verdict = opened.parameters.rating_criterion
    if verdict != CLARITY and {verdict, CLARITY} <= set(result.criteria):
        refused = result.below(verdict)
        reword = [code for code in result.below(CLARITY) if code not in refused]
        if reword:
            said.append(
                words(
                    "Accepted but unclear, so a case for rewording rather than dropping: **{names}**.",
                    names=words.listing(reword),
                )
            )
    return " ".join(said)


@say.register
def _(result: views.AikenByInstitution, words: Words, opened: Round) -> str:
    spread = result.spread()
    if spread.empty:
        return words("No two institutions or fields have enough experts to be shown without telling single ratings.")
    split = spread[spread["split"]].sort_values("range", ascending=False, kind="stable")
    said = []
    if split.empty:
        said.append(
            words(
                "Every institution or field is on the same side of the cut-off {cutoff}, for every indicator.",
                cutoff=words.number(result.cutoff),
            )
        )
    else:
        said.append(
            words.plural(
                "On {n} indicator the groups lie on both sides of the cut-off {cutoff}.",
                "On {n} indicators the groups lie on both sides of the cut-off {cutoff}.",
                len(split),
                cutoff=words.number(result.cutoff),
            )
        )
        apart = split[split["range"] > result.step + ROUNDING].head(FEW)
        if len(apart):
            names = [_ends(str(code), row, words, opened) for code, row in apart.iterrows()]
            said.append(words("They are farthest apart on {names}.", names=words.listing(names)))
    said.append(
        words(
            "Such groups are tiny: in the smallest one point of one expert moves V by {step}. Take a difference as "
            "something to talk about, not as a finding.",
            step=words.number(result.step),
        )
    )
    return " ".join(said)


def _ends(code: str, row: pd.Series, words: Words, opened: Round) -> str:
    """The groups at both ends: PS8 (social welfare 0.67, statistics 1.00)."""
    return words(
        "{code} ({lowest} {low}, {highest} {high})",
        code=code,
        lowest=opened.called(row["lowest_group"]),
        low=words.number(row["lowest"]),
        highest=opened.called(row["highest_group"]),
        high=words.number(row["highest"]),
    )


@say.register
def _(result: AikenDifferenceResult, words: Words, opened: Round) -> str:
    items, alpha = result.items, 1 - result.level
    said = [
        words(
            "{items} indicators were rated in the round before as well, by {before} experts then and {now} now, "
            "{both} of them the same.",
            items=words.integer(items["difference"].notna().sum()),
            before=words.integer(result.n_first),
            now=words.integer(result.n_second),
            both=words.integer(result.n_both),
        )
    ]
    clear = items[items["p_adjusted"] < alpha]
    for rows, form in (
        (clear[clear["difference"] > 0], N_("V rose by more than chance for **{names}**.")),
        (clear[clear["difference"] < 0], N_("V fell by more than chance for **{names}**.")),
    ):
        if len(rows):
            named = [f"{code} ({words.number(value)})" for code, value in rows["difference"].items()]
            said.append(words(form, names=words.listing(named)))
    if clear.empty:
        said.append(
            words("No V changed by more than chance could; with panels of this size only large changes would show.")
        )
    return " ".join(said)


@say.register
def _(result: views.Comments, words: Words, opened: Round) -> str:
    counts = result.table["indicator"].value_counts(sort=False)
    if counts.empty:
        return words("No expert wrote a comment.")
    said = words.plural(
        "{n} comment was written by {experts}, on {indicators}.",
        "{n} comments were written by {experts}, on {indicators}.",
        len(result.table),
        experts=words.plural("{n} expert", "{n} experts", result.n_experts),
        indicators=words.plural("{n} indicator", "{n} indicators", len(counts)),
    )
    most = counts[counts == counts.max()]
    if counts.max() > 1 and len(most) <= FEW:
        said += " " + words("Most were on {names}.", names=words.listing([str(code) for code in most.index]))
    return said
