"""Sentences on empty categories, flags, and whom people left out."""

from __future__ import annotations

from ikfs_methods.report.language import Words
from ikfs_methods.report.phrases import retold
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round, views


@say.register
def _(result: views.EmptyCategories, words: Words, opened: Round) -> str:
    if result.n_groups == 0:
        minimum = words.integer(opened.parameters.minimum_respondents)
        return words("No group has the {minimum} respondents from which categories are looked at.", minimum=minimum)
    if not result.table.empty:
        found = words(
            "{cells} combinations of item, category and group are empty; they concern {items}.",
            cells=words.integer(result.table["n_groups"].sum()),
            items=words.listing(_few(list(dict.fromkeys(result.table["indicator"])), words)),
        )
    elif opened.delivered.group is None:
        found = words("Every category of every item was chosen by somebody.")
    else:
        found = words("In every group every category of every item was chosen by somebody.")
    return " ".join(part for part in (found, retold(result.note, words)) if part)


def _few(names: list[str], words: Words, most: int = 8) -> list[str]:
    if len(names) <= most:
        return names
    return [*names[:most], words("{n} more", n=words.integer(len(names) - most))]


@say.register
def _(result: views.ScreeningRules, words: Words, opened: Round) -> str:
    ran = result.table["n_checked"] > 0
    parts = [
        words.plural(
            "{n} rule was applied to the answers as given, before reverse-keyed items were turned.",
            "{n} rules were applied to the answers as given, before reverse-keyed items were turned.",
            int(ran.sum()),
        )
    ]
    if not ran.all():
        parts.append(
            words.plural(
                "{n} rule could not run; the table says why.",
                "{n} rules could not run; the table says why.",
                int((~ran).sum()),
            )
        )
    return " ".join(parts)


@say.register
def _(result: views.FlagOverlap, words: Words, opened: Round) -> str:
    counts = result.table.set_index("flags")["n"]
    n = opened.delivered.n
    if result.few:
        minimum = words.integer(opened.parameters.minimum_count)
        return words("Fewer than {minimum} respondents have a flag.", minimum=minimum)
    if counts.isna()[0]:
        return words("How many respondents have a flag is withheld: it would tell of too few.")
    flagged = int(n - counts[0])
    if not flagged:
        return words("No respondent has a flag.")
    several = 0 if counts.isna()[1] else int(flagged - counts[1])
    parts = [
        words.plural(
            "{n} respondent ({share}) has a flag.",
            "{n} respondents ({share}) have at least one flag.",
            flagged,
            share=words.percent(flagged / n),
        )
    ]
    if several:
        parts.append(words.plural("{n} of them has more than one.", "{n} of them have more than one.", several))
    return " ".join(parts)


@say.register
def _(result: views.Exclusions, words: Words, opened: Round) -> str:
    if result.table.empty:
        return words(
            "**Nobody was left out.** A flag takes nobody out: leaving out respondents is a decision of people, to be "
            "recorded with its reason under `exclusions` in `round.yaml`."
        )
    return words(
        "**{out} of {delivered} respondents were left out** by decision of the round; all other chapters rest on the "
        "remaining {kept}.",
        out=words.integer(result.n_delivered - result.n_kept),
        delivered=words.integer(result.n_delivered),
        kept=words.integer(result.n_kept),
    )
