"""Sentences on content validity and on the evidence on each indicator."""

from __future__ import annotations

from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round
from ikfs_methods.validity import AikenResult


@say.register
def _(result: AikenResult, words: Words, opened: Round) -> str:
    cutoff = opened.parameters.aiken_cutoff
    low = result.items[result.items["v"] < cutoff]
    best = result.items["v"].idxmax()
    head = words(
        "{experts} experts rated {items} indicators from {low} to {high}; V is highest for {best} ({v}).",
        experts=words.integer(result.n_experts),
        items=words.integer(len(result.items)),
        low=words.integer(result.low),
        high=words.integer(result.high),
        best=best,
        v=words.number(result.items["v"].max()),
    )
    if low.empty:
        return head + " " + words("Every indicator reaches the cut-off {cutoff}.", cutoff=words.number(cutoff))
    names = words.listing([f"{code} ({words.number(v)})" for code, v in low["v"].items()])
    tail = words("Below the cut-off {cutoff}: **{names}**.", cutoff=words.number(cutoff), names=names)
    return f"{head} {tail}"


@say.register
def _(result: EvidenceResult, words: Words, opened: Round) -> str:
    verdicts = result.indicators["verdict"]
    parts = [
        words.plural(
            "By the declared rules the evidence supports {n} candidate as it stands.",
            "By the declared rules the evidence supports {n} candidates as they stand.",
            int((verdicts == "keep").sum()),
        )
    ]
    for verdict, sentence in (
        ("revise", N_("It asks for revision of {names}.")),
        ("drop", N_("It speaks against keeping **{names}**.")),
    ):
        rows = result.indicators[verdicts == verdict]
        if len(rows):
            names = [f"{code} ({', '.join(words(name) for name in row['failed'])})" for code, row in rows.iterrows()]
            parts.append(words(sentence, names=words.listing(names)))
    return " ".join(parts)
