"""Sentences on validity beyond content: outside measures, known groups, two occasions, fairness."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import reflective_of, say, say_each
from ikfs_methods.rounds import ByDimension, Round
from ikfs_methods.validity import CriterionResult, DifResult, KnownGroupsResult, TestRetestResult

# Cohen (1988): eta squared .01, .06, .14; difference of means in standard deviations .2, .5, .8.
SIZES = (N_("negligible"), N_("small"), N_("medium"), N_("large"))
ETA, DIFFERENCE = (0.01, 0.06, 0.14), (0.2, 0.5, 0.8)


def _size(value: float, bounds: tuple[float, ...], words: Words) -> str:
    return words(SIZES[sum(abs(value) >= bound for bound in bounds)])


@say.register
def _(result: CriterionResult, words: Words, opened: Round, *, measure: str | None = None) -> str:
    name, total, alpha = opened.called(measure or opened.outside[0]), result.total, 1 - result.level
    items = result.indicators
    values = {
        "r": words.number(total["r"]),
        "level": words.percent(result.level, 0),
        "low": words.number(total["ci_low"]),
        "high": words.number(total["ci_high"]),
        "name": name,
    }
    said = [
        words(
            "The mean of all indicators correlates {r} ({level} interval {low} to {high}) with the outside measure "
            "“{name}”; among respondents of the same group it is {partial}.",
            **values,
            partial=words.number(total["partial_r"]),
        )
        if "partial_r" in total
        else words(
            "The mean of all indicators correlates {r} ({level} interval {low} to {high}) with the outside measure "
            "“{name}”.",
            **values,
        )
    ]
    unclear = list(items.index[~(items["p_adjusted"] < alpha)])
    against = list(items.index[(items["p_adjusted"] < alpha) & (items["r"] * total["r"] < 0)])
    if against:
        said.append(words("Correlated the other way: **{names}**.", names=words.listing(against)))
    if unclear:
        said.append(words("No clear correlation: **{names}**.", names=words.listing(unclear)))
    if not against and not unclear:
        least = str(items["r"].abs().idxmin())
        said.append(
            words(
                "Every indicator goes along with it, least {code} ({r}).",
                code=least,
                r=words.number(items["r"][least]),
            )
        )
    return " ".join(said)


@say.register
def _(result: KnownGroupsResult, words: Words, opened: Round) -> str:
    total, items, alpha = result.total, result.indicators, 1 - result.level
    two = "hedges_g" in items
    value, bounds = ("hedges_g", DIFFERENCE) if two else ("eta_squared", ETA)
    if two:
        first, second = (str(name) for name in result.means.columns[:2])
        lowest, highest = (first, second) if total["difference"] > 0 else (second, first)
    else:
        lowest, highest = total["lowest"], total["highest"]
    said = words(
        "Over all indicators the groups differ from {lowest} (lowest) to {highest} (highest); the effect is {size} "
        "({symbol} {value}).",
        lowest=opened.called(lowest),
        highest=opened.called(highest),
        size=_size(total[value], bounds, words),
        symbol="g" if two else "η²",
        value=words.number(total[value], 2 if two else 3),
    )
    apart = items[items["p_adjusted"] < alpha]
    if apart.empty:
        return f"{said} " + words("No single indicator differs by more than chance.")
    most = str(apart[value].abs().idxmax())
    size = _size(apart[value][most], bounds, words)
    return f"{said} " + words.plural(
        "{n} indicator differs by more than chance: {most} ({size}, {value}).",
        "{n} indicators differ by more than chance, most of all {most} ({size}, {value}).",
        len(apart),
        most=most,
        size=size,
        value=words.number(apart[value][most], 2 if two else 3),
    )


@say_each.register
def _(kind: TestRetestResult, result: ByDimension, words: Words, opened: Round) -> str:
    pairs = [f"{code} {words.number(found.total['icc_agreement'])}" for code, found in result.results.items()]
    said = words(
        "{n} respondents answered twice. Agreement of their sums (ICC): {pairs}.",
        n=words.integer(kind.n_matched),
        pairs=words.listing(pairs),
    )
    items = pd.concat([found.items for found in result.results.values()])
    poor = list(items.index[items["icc_agreement"] < opened.parameters.retest_cutoff])
    if poor:
        said += " " + words(
            "Answers to **{names}** agree poorly (below {cutoff}): the same people would not answer the same again.",
            names=words.listing(poor),
            cutoff=words.number(opened.parameters.retest_cutoff),
        )
    else:
        said += " " + words(
            "No item agrees poorly (below {cutoff}).", cutoff=words.number(opened.parameters.retest_cutoff)
        )
    alpha = 1 - kind.level
    moved = [code for code, found in result.results.items() if found.total["p_value"] < alpha]
    if moved:
        said += " " + words(
            "The level has moved between the occasions in **{names}**: by habit, or because something changed.",
            names=words.listing(moved),
        )
    return said


@say_each.register
def _(kind: DifResult, result: ByDimension, words: Words, opened: Round) -> str:
    reflective, aside = reflective_of(result, words, opened)
    if not reflective:
        return aside
    items = pd.concat([found.items for found in reflective.values()])
    flagged = items[items["flagged"].fillna(value=False).astype(bool)]
    if flagged.empty:
        said = words(
            "No item is flagged: no clear sign that respondents of equal standing answer differently because of their "
            "group."
        )
    else:
        forms = {
            "harder": N_("{code} (harder for {group}, {size})"),
            "easier": N_("{code} (easier for {group}, {size})"),
        }
        names = [
            words(
                forms[str(row["direction"])],
                code=code,
                group=opened.called(row["group"]),
                size=words(str(row["size"])),
            )
            for code, row in flagged.iterrows()
        ]
        said = words.plural(
            "{n} item is answered differently by respondents of equal standing because of their group: **{names}**. "
            "Differences between groups on it, and on the index, are partly those of the item; people must judge "
            "whether it is unfair or relevant.",
            "{n} items are answered differently by respondents of equal standing because of their group: **{names}**. "
            "Differences between groups on them, and on the index, are partly those of the items; people must judge "
            "whether they are unfair or relevant.",
            len(flagged),
            names=words.listing(names),
        )
    if any(found.indicative for found in reflective.values()):
        said += " " + words(
            "**Indicative only:** a group has fewer than {least} respondents, so that differences may be missed and "
            "chance ones found.",
            least=words.integer(kind.least),
        )
    return f"{said} {aside}".strip()
