"""Sentences on content validity: Aiken's V, CVR, I-CVI, congruence, and what their rules say together."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round, views
from ikfs_methods.validity import AikenResult, CongruenceIndexResult, ContentIndexResult, ContentRatioResult

SHORT = {"aiken": "V", "cvr": "CVR", "i_cvi": "I-CVI", "congruence": "IOC"}


def _named(values: pd.Series, words: Words) -> str:
    """Indicators with their numbers: KD8 (0.17) and PM8 (0.69)."""
    return words.listing([f"{code} ({words.number(value)})" for code, value in values.items()])


@say.register
def _(result: AikenResult, words: Words, opened: Round, *, criterion: str | None = None) -> str:
    items, cutoff = result.items, opened.parameters.aiken_cutoff
    low = items[items["v"] < cutoff]
    said = [
        words(
            "{experts} rated {items} on {criterion}, from {low} to {high}; V runs from {least} to {most}.",
            experts=words.plural("{n} expert", "{n} experts", result.n_experts),
            items=words.plural("{n} indicator", "{n} indicators", len(items)),
            criterion=words(criterion or opened.parameters.rating_criterion),
            low=words.integer(result.low),
            high=words.integer(result.high),
            least=words.number(items["v"].min()),
            most=words.number(items["v"].max()),
        ),
        words("Every indicator reaches the cut-off {cutoff}.", cutoff=words.number(cutoff))
        if low.empty
        else words(
            "Below the cut-off {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=_named(low["v"], words)
        ),
    ]
    near = items[(items["ci_low"] < cutoff) & (items["ci_high"] >= cutoff)]
    if len(near):
        said.append(
            words(
                "The interval of {names} holds the cut-off: other experts could have decided otherwise, so here V "
                "alone should not decide.",
                names=words.listing([str(code) for code in near.index]),
            )
        )
    return " ".join([*said, *_chance(result, words, cutoff)])


def _chance(result: AikenResult, words: Words, cutoff: float) -> list[str]:
    """The critical V, and which indicators reach the cut-off although chance could have given that."""
    items, alpha = result.items, words.number(result.alpha)
    known = items[items["critical_v"].notna()]
    if known.empty:
        return [
            words(
                "The panel is too small for any V to differ from ratings given at random (p of at most {alpha}).",
                alpha=alpha,
            )
        ]
    ends = sorted({words.number(value) for value in known["critical_v"]})
    said = [
        words(
            "From {critical} on, V is higher than ratings given at random would make it (p of at most {alpha}).",
            critical=ends[0] if len(ends) == 1 else f"{ends[0]}–{ends[-1]}",
            alpha=alpha,
        )
    ]
    random = known[(known["v"] >= cutoff) & (known["p_value"] > result.alpha)]
    if len(random):
        said.append(
            words(
                "**{names}** reach the cut-off, but so few experts could have given that by chance.",
                names=_named(random["v"], words),
            )
        )
    return said


@say.register
def _(result: ContentRatioResult, words: Words, opened: Round) -> str:
    items = result.items
    judged = items[items["critical_n"].notna()]
    if judged.empty:
        return words(
            "{experts} said whether each indicator is essential. With so few, not even all of them agreeing is more "
            "than the toss of a coin gives, so the ratio is shown without a verdict.",
            experts=words.plural("{n} expert", "{n} experts", result.n_experts),
        )
    sizes = judged.drop_duplicates("n_experts").sort_values("n_experts")
    asked = [
        words("{count} of {all}", count=words.integer(row["critical_n"]), all=words.integer(row["n_experts"]))
        for row in sizes.to_dict("records")
    ]
    said = words(
        "For a panel of this size at least {asked} experts must call an indicator essential before that is more than "
        "the toss of a coin gives (p of at most {alpha}).",
        asked=words.listing(asked),
        alpha=words.number(result.alpha),
    )
    falls = judged[~judged["kept"]]
    if falls.empty:
        tail = words("Every indicator reaches that.")
    else:
        named = [
            "{} ({})".format(
                code,
                words("{count} of {all}", count=words.integer(row["n_essential"]), all=words.integer(row["n_experts"])),
            )
            for code, row in falls.iterrows()
        ]
        tail = words("Fewer do so for **{names}**.", names=words.listing(named))
    if result.n_kept:
        tail += " " + words(
            "The mean ratio of the {n} that reach it, Lawshe's index of the whole, is {index}.",
            n=words.integer(result.n_kept),
            index=words.number(result.cvi_lawshe),
        )
    return f"{said} {tail}"


@say.register
def _(result: ContentIndexResult, words: Words, opened: Round) -> str:
    items = result.items
    judged = items[items["passes"].notna()]
    falls = judged[~judged["passes"].astype(bool)]
    if judged.empty:
        tail = words("No cut-off of the I-CVI is published for so few experts.")
    elif falls.empty:
        tail = words("Every indicator reaches the I-CVI asked of it.")
    else:
        tail = words("Too few hold **{names}** relevant.", names=_named(falls["i_cvi"], words))
    return f"{_whole(result, words, opened, judged=len(judged) > 0)} {tail}"


def _whole(result: ContentIndexResult, words: Words, opened: Round, *, judged: bool) -> str:
    """S-CVI of the whole set, with a verdict only where the panel is large enough for one on an indicator."""
    p = opened.parameters
    values = {
        "share": words.percent(result.s_cvi_ave, 0),
        "average": _average(result, words),
        "all": words.percent(result.s_cvi_ua, 0),
    }
    if not judged:
        return words(
            "On average {share} of the experts who rated an indicator hold it relevant (S-CVI/Ave {average}); {all} of "
            "the indicators are held so by all of them (S-CVI/UA).",
            **values,
        )
    reached = words("reached") if result.s_cvi_ave >= p.s_cvi_cutoff else words("**not reached**")
    whole = words("reached") if result.s_cvi_ua >= p.s_cvi_ua_cutoff else words("**not reached**")
    return words(
        "On average {share} of the experts who rated an indicator hold it relevant (S-CVI/Ave {average}; asked "
        "{cutoff}: {reached}); {all} of the indicators are held so by all of them (S-CVI/UA; asked {ua_cutoff}: "
        "{whole}).",
        **values,
        cutoff=words.number(p.s_cvi_cutoff),
        reached=reached,
        ua_cutoff=words.percent(p.s_cvi_ua_cutoff, 0),
        whole=whole,
    )


def _average(result: ContentIndexResult, words: Words) -> str:
    """S-CVI/Ave, with its interval where drawing experts anew changes anything at all."""
    low, high = result.s_cvi_ave_low, result.s_cvi_ave_high
    if low is None or high is None or low == high:
        return words.number(result.s_cvi_ave)
    return words(
        "{value}; drawing experts anew from among these gives {low} to {high}",
        value=words.number(result.s_cvi_ave),
        low=words.number(low),
        high=words.number(high),
    )


@say.register
def _(result: CongruenceIndexResult, words: Words, opened: Round) -> str:
    items = result.items
    falls = items[items["passes"].eq(False).fillna(value=False)]  # noqa: FBT003 - judged, and fails
    cutoff = words.number(result.cutoff)
    if falls.empty:
        said = words(
            "The experts see every indicator in the dimension that it stands in (cut-off {cutoff}).", cutoff=cutoff
        )
    else:
        said = words(
            "Not clearly a part of its dimension (below {cutoff}): **{names}**. It is better to reword or move such an "
            "indicator than to count it where it stands.",
            cutoff=cutoff,
            names=_named(falls["ioc"], words),
        )
    unknown = [str(code) for code in items.index[items["ioc"].isna()]]
    if unknown:
        said += " " + words("Not rated on every dimension: {names}.", names=words.listing(unknown))
    if result.objectives is None:
        return said
    astray = items[items["nearest"].notna() & (items["nearest"] != items["objective"])]
    if astray.empty:
        return said
    pairs = [f"{code} ({row['nearest']})" for code, row in astray.iterrows()]
    return f"{said} " + words("Nearer to another dimension: **{names}**.", names=words.listing(pairs))


@say.register
def _(result: views.ContentRules, words: Words, opened: Round) -> str:
    fails, judged = result.failing(), result.judged()
    silent = [str(name) for name in result.rules.loc[result.rules["judged"] == 0, "measure"]]
    said = _verdicts(result, silent, words)
    all_fail = [str(code) for code in fails.index if judged[code] and len(fails[code]) == judged[code]]
    split = [
        f"{code} ({', '.join(SHORT[name] for name in told)})"
        for code, told in fails.items()
        if told and str(code) not in all_fail
    ]
    if all_fail:
        # measures without a verdict on one of them speak neither for nor against it
        every = all(judged[code] == len(result.measures) for code in all_fail)
        form = (
            N_("All measures speak against **{names}**.")
            if every
            else N_("All measures with a verdict speak against **{names}**.")
        )
        said.append(words(form, names=words.listing(all_fail)))
    if split:
        said.append(
            words(
                "The measures disagree on {names}: each asks something else, so the discussion should turn to what was "
                "asked before it turns to the number.",
                names=words.listing(split),
            )
        )
    counts = [SHORT[name] for name, counted in zip(result.measures, result.rules["counts"], strict=True) if counted]
    if counts:
        said.append(
            words("Of these measures only {names} counts in what the evidence proposes.", names=counts[0])
            if len(counts) == 1
            else words("Of these measures {names} count in what the evidence proposes.", names=words.listing(counts))
        )
    return " ".join(said)


def _verdicts(result: views.ContentRules, silent: list[str], words: Words) -> list[str]:
    """How many indicators no measure questions, of those that could judge, and which measures could not."""
    said, n = [], int((result.failing().map(len) == 0).sum())
    judging = [SHORT[name] for name in result.measures if name not in silent]
    if len(judging) == 1:
        said.append(
            words.plural(
                "{n} indicator does not fall short on {measure}, the only measure with a verdict.",
                "{n} indicators do not fall short on {measure}, the only measure with a verdict.",
                n,
                measure=judging[0],
            )
        )
    elif judging:
        said.append(
            words.plural(
                "{n} indicator falls short on none of the {rules} measures.",
                "{n} indicators fall short on none of the {rules} measures.",
                n,
                rules=words.integer(len(judging)),
            )
            if not silent
            else words.plural(
                "{n} indicator falls short on none of the {rules} measures with a verdict.",
                "{n} indicators fall short on none of the {rules} measures with a verdict.",
                n,
                rules=words.integer(len(judging)),
            )
        )
    if silent:
        names = words.listing([SHORT[name] for name in silent])
        said.append(words("No verdict from {names}: the panel is too small, or ratings are missing.", names=names))
    return said
