"""Sentences on the evidence on each indicator."""

from __future__ import annotations

from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round


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
