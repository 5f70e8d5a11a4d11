"""Columns that nearly became items: on the scale of drafted ones but for some answers; each is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ikfs_methods.checks import listed
from ikfs_methods.reading import parse_numbers
from ikfs_methods.rounds.drafting.blocks import Block
from ikfs_methods.rounds.drafting.looks import Look, counted
from ikfs_methods.rounds.drafting.questions import Question
from ikfs_methods.rounds.drafting.sections import ALONE
from ikfs_methods.rounds.drafting.spans import span
from ikfs_methods.rounds.drafting.wordings import match, words

_MOSTLY = 2 / 3  # share of the answers that must lie on the scale


def strays(found: Sequence[Block], looks: Iterable[Look]) -> list[Block]:
    """Blocks of one column each, open, for the columns that share a block's scale but for some answers.

    A column shares it when the file labels its codes alike, when most answers are the block's words, or when most are
    codes of the block whose series, matrix or group it stands in. Whole scales of two points (yes and no) are met
    everywhere and count within one section alone.
    """
    placed = {name for block in found for name in block.columns}
    pairs = ((one, _kin(one, found)) for one in looks if one.column not in placed)
    return [_joined(one, block) for one, block in pairs if block is not None]


def about_the_rest(found: Sequence[Block], looks: Iterable[Look], language: str) -> list[Question]:
    """What is asked of columns that are no items although their answers or labels are those of a known scale."""
    placed = {name for block in found for name in block.columns}
    labelled = {_declared(one) for block in found for one in block.looks if one.declared}
    left = [
        one.column
        for one in looks
        if one.column not in placed and (match(one.labels, language) is not None or _declared(one) in labelled)
    ]
    if not left:
        return []
    return [
        Question(
            "dictionary.csv",
            f"Jawaban kolom berikut berasal dari skala yang dikenal, tetapi kolom itu tidak dijadikan indikator: "
            f"{listed(left, 20)}. Apakah ada yang merupakan indikator?",
            f"The answers in these columns are those of a known scale, but the columns were left out: "
            f"{listed(left, 20)}. Is any of them an indicator?",
        )
    ]


def _declared(one: Look) -> tuple[tuple[int, str], ...]:
    return tuple(sorted((code, words(label)) for code, label in one.declared.items()))


def _kin(one: Look, found: Sequence[Block]) -> Block | None:
    """The block on whose scale the column lies, the likeliest first."""
    for block in found:
        if one.declared and _declared(one) in {_declared(other) for other in block.looks} and _wide(one, block):
            return block
    for block in sorted(found, key=lambda block: block.section != one.section):
        apart = one.section == ALONE or one.section != block.section
        on = [text for text in one.answers if _on_scale(one, block, text)]
        mostly = sum(one.answers[text] for text in on) >= _MOSTLY * sum(one.answers.values())
        few = len(on) < min(3, block.high - block.low + 1) and not (block.scale and len(on) > 1)
        if mostly and not few and _wide(one, block) and (block.scale or not apart):
            return block
    return None


def _wide(one: Look, block: Block) -> bool:
    return block.high - block.low > 1 or (one.section != ALONE and one.section == block.section)


def _on_scale(one: Look, block: Block, text: str) -> bool:
    if block.scale:
        return words(one.meanings.get(text, text)) in {words(label) for label in (*block.codes, *block.also)}
    return bool(block.low <= parse_numbers([text]).numbers[0] <= block.high)


def _joined(one: Look, block: Block) -> Block:
    left = {text: count for text, count in one.answers.items() if not _on_scale(one, block, text)}
    bounds = span([*one.codes.values(), *range(block.low, block.high + 1)]) if one.codes and not block.scale else None
    missing = [str(code) for code in bounds.missing] if bounds is not None else []
    doubt = f"it shares the scale of {listed(block.columns, 3)}: is it an indicator"
    if left:
        doubt += f", and what does {counted(left)} mean, which the scale lacks? If no answer, it belongs in "
        doubt += "`missing`; if a slip, correct it."
    else:
        doubt += "?"
    return replace(
        block,
        section=one.section,
        looks=(one,),
        basis=f"{block.basis}, as of {listed(block.columns, 3)}",
        sure=False,
        doubt=f"{doubt} If no indicator, take it out of indicators.csv and dictionary.csv",
        missing=tuple(dict.fromkeys([*one.missing, *missing])),
        unexplained=left if block.scale else {},
    )
