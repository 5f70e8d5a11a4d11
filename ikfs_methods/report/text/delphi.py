"""Sentences on Delphi rounds: the declared rule, what is settled, how ratings moved, whether to ask again."""

from __future__ import annotations

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.agreement import criterion_name
from ikfs_methods.report.tables.delphi import LEAST_AGAIN, REJECTED, few, grouped, standing, unsettled
from ikfs_methods.report.text.agreement import say_criteria
from ikfs_methods.rounds import ByCriterion, Round
from ikfs_methods.rounds.ruled import sources
from ikfs_methods.validity import DelphiResult

_RULE = ("delphi_share", "delphi_iqr", "delphi_change", "relevant_from")


@say_criteria.register
def _(kind: DelphiResult, result: ByCriterion, words: Words, opened: Round, *, part: str = "verdict") -> str:
    """`rule`: what was declared; `verdict`: what is settled; `settled`: both; `movement`: what changed."""
    parts = {"verdict": _verdict, "rule": _rule, "settled": _settled, "movement": _movement}
    return parts[one_of(part, list(parts), name="part")](result, words, opened)


def _settled(result: ByCriterion, words: Words, opened: Round) -> str:
    return f"{_rule(result, words, opened)}\n\n{_verdict(result, words, opened)}"


def _rule(result: ByCriterion, words: Words, opened: Round) -> str:
    rule = next(iter(result.results.values())).rule
    declared = [name for name in _RULE if name in {**opened.file.parameters, **opened.overrides}]
    whose = (
        words("`round.yaml` or this run declares {names}.", names=words.listing([f"`{name}`" for name in declared]))
        if declared
        else words("`round.yaml` declares no rule of its own, so the defaults hold; one should stand there beforehand.")
    )
    # an author is named for the default alone: no study asked for what the round set
    told, own = sources(opened.parameters), words("set by the round")
    return whose + " " + words(
        "**Consensus** on an indicator: at least {share} of the experts give a rating that counts as agreement "
        "({median}), or as its opposite, and the middle half of the ratings lies close together. **Stable**: between "
        "two rounds the ratings moved by at most {change} of the experts ({limit}). The rounds **end** when every "
        "indicator is agreed or stable.",
        share=words.percent(rule.share, 0),
        median=words("the median rule of published studies, Diamond et al. 2014") if told["delphi_share"] else own,
        change=words.percent(rule.net_change, 0),
        limit=words("Scheibe et al. 1975") if told["delphi_change"] else own,
    )  # fmt: skip


def _verdict(result: ByCriterion, words: Words, opened: Round) -> str:
    done = [name for name, found in result.results.items() if found.verdict == "stop"]
    left = {name: unsettled(found) for name, found in result.results.items() if found.verdict != "stop"}
    said = []
    if done:
        said.append(
            words(
                "By the rule nothing is left to ask on {names}.",
                names=words.listing([f"**{criterion_name(name, words)}**" for name in done]),
            )
        )
    if left:
        pairs = [
            f"**{criterion_name(name, words)}** ({few(codes, words, joint=words.listing)})"
            for name, codes in left.items()
        ]
        said.append(words("A further round would ask again on {names}.", names=words.listing(pairs)))
    for status, form in (
        (REJECTED, N_("The experts agree to reject: {pairs}.")),
        ("stable dissent", N_("They differ and will not move: {pairs}. Here people must decide, not another round.")),
    ):
        pairs = _where(result, status, words)
        if pairs:
            said.append(words(form, pairs=words.listing(pairs)))
    once = [name for name, found in result.results.items() if len(found.rounds) == 1]
    if once:
        said.append(
            words(
                "Asked once, so that nothing can be said about stability: {names}.",
                names=words.listing([criterion_name(name, words) for name in once]),
            )
        )
    return " ".join(said)


def _where(result: ByCriterion, status: str, words: Words) -> list[str]:
    """The indicators of that standing, criterion by criterion."""
    pairs = []
    for name, found in result.results.items():
        stands = standing(found)
        codes = [str(code) for code in stands.index[stands == status]]
        if codes:
            pairs.append(f"{criterion_name(name, words)} ({few(codes, words, joint=words.listing)})")
    return pairs


def _movement(result: ByCriterion, words: Words, opened: Round) -> str:
    several = {name: found for name, found in result.results.items() if len(found.rounds) > 1}
    if not several:
        return words("No criterion was rated twice, so that no movement can be shown.")
    return " ".join(_moved(name, found, words) for name, found in several.items())


def _moved(name: str, found: DelphiResult, words: Words) -> str:
    last = found.rounds[-1]
    changes = _of_round(found.changes, last)
    moves = _of_round(found.movement, last)
    rated, changed = int(moves["n"].sum()), int(moves["moved"].sum())
    criterion = criterion_name(name, words)
    if not rated:
        return words("On **{criterion}** nobody rated an indicator of round {round} before.", criterion=criterion,
                     round=words.integer(last))  # fmt: skip
    said = [
        words(
            "On **{criterion}** the experts changed {share} of their ratings in round {round}.",
            criterion=criterion,
            share=words.percent(changed / rated, 0),
            round=words.integer(last),
        )
    ]
    if not grouped(found, last):
        said.append(words("With so few experts there is no group to move toward."))
    elif changed:
        said += _toward(moves, changed, words) + _spread(changes, words)
    young = [str(code) for code in changes.index[~changes["stable"]] if found.status[code] == "consensus"]
    if young:
        said.append(
            words.plural(
                "On {n} indicator with consensus the ratings still moved by more than {limit} of the experts: it is "
                "agreed by the rule, but not yet shown to last.",
                "On {n} indicators with consensus the ratings still moved by more than {limit} of the experts: they "
                "are agreed by the rule, but not yet shown to last.",
                len(young),
                limit=words.percent(found.rule.net_change, 0),
            )
        )
    return " ".join(said)


def _of_round(table: pd.DataFrame, number: int) -> pd.DataFrame:
    return table[table.index.get_level_values("round") == number].droplevel("round")


def _toward(moves: pd.DataFrame, changed: int, words: Words) -> list[str]:
    said = [
        words(
            "Of these changes {toward} went toward the group's earlier median and {away} away from it.",
            toward=words.percent(moves["toward"].sum() / changed, 0),
            away=words.percent(moves["away"].sum() / changed, 0),
        )
    ]
    told = moves[moves["n"] >= LEAST_AGAIN]
    if len(told) > 1 and told["moved"].max() > told["moved"].min():
        most = str(told["moved"].idxmax())
        said.append(
            words(
                "{expert} moved most ({moved} of {n}).",
                expert=most,
                moved=words.integer(told["moved"][most]),
                n=words.integer(told["n"][most]),
            )
        )
    return said


def _spread(changes: pd.DataFrame, words: Words) -> list[str]:
    closer, wider = int((changes["change_iqr"] < 0).sum()), int((changes["change_iqr"] > 0).sum())
    return [
        words(
            "The experts came closer together on {closer} of {all} indicators and drew apart on {wider}. Coming closer "
            "may be persuasion or mere conformity; the comments tell which.",
            closer=words.integer(closer),
            all=words.integer(len(changes)),
            wider=words.integer(wider),
        )
    ]
