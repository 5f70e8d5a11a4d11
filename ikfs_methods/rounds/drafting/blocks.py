"""Columns that are answered on one scale: which of a file's columns are items, and what their answers mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ikfs_methods.checks import listed
from ikfs_methods.rounds.drafting.looks import Look, counted
from ikfs_methods.rounds.drafting.sections import ALONE, Section
from ikfs_methods.rounds.drafting.spans import Span, span
from ikfs_methods.rounds.drafting.wordings import Wording, match, numbered, words

_SERIES, _STRANGERS = 2, 3  # columns that make a block: of one series, of columns that share nothing but their answers
_MOST_POINTS = 11
_FREQUENT = 0.05  # share of a column's answers from which an unexplained word is no slip of the pen


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of one section with one scale.

    `scale` and `codes` (code by cell as found, None where nobody knows it) are empty where the cells are codes
    already; `also` are further labels of the scale. `missing`: cells that mean no answer. `sure`: nothing but a glance
    is needed; else `doubt` says what must be decided. `basis` says what the scale was taken from. `unexplained`: count
    by cell of words that the scale lacks.
    """

    section: Section
    looks: tuple[Look, ...]
    low: int
    high: int
    basis: str
    sure: bool
    doubt: str = ""
    scale: str = ""
    codes: Mapping[str, int | None] = field(default_factory=dict)
    also: Mapping[str, int | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unexplained: Mapping[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the file's order."""
        return [look.column for look in self.looks]


def blocks(looks: Iterable[Look], language: str = "id") -> list[Block]:
    """The blocks of items among the columns that were looked at; columns in none of them are no items."""
    parts: dict[str, list[Look]] = {}
    for one in looks:
        parts.setdefault(one.section.key, []).append(one)
    found: list[Block] = []
    for part in parts.values():
        named = [one for one in part if one.codes and set(one.codes.values()) <= set(one.declared)]
        bare = [one for one in part if one.codes and one not in named]
        spoken = [one for one in part if not one.codes]
        found += [*_labelled(named, language), *_numbers(bare), *_spoken(spoken, language)]
    return _adopted(found, language)


def _missing(looks: Iterable[Look], codes: Iterable[int] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(str(code) for code in codes), *(text for one in looks for text in one.missing)]))


def _labelled(looks: Sequence[Look], language: str) -> list[Block]:
    """Codes with labels in the file: the file itself says what they mean."""
    alike: dict[tuple[tuple[int, str], ...], list[Look]] = {}
    for one in looks:
        alike.setdefault(tuple(sorted((code, words(label)) for code, label in one.declared.items())), []).append(one)
    found = []
    for part in alike.values():
        declared = part[0].declared
        bounds, wording = span(declared), match(declared.values(), language)
        ratings = wording is not None and wording.family != "yes-no"
        if bounds is None or not (ratings or len(part) >= _STRANGERS):
            continue
        ends = f"{declared.get(bounds.low, bounds.low)} ... {declared.get(bounds.high, bounds.high)}"
        block = Block(
            part[0].section, tuple(part), bounds.low, bounds.high,
            f"the file's own labels ({ends})", sure=True,
            missing=_missing(part, bounds.missing),
        )  # fmt: skip
        if wording is not None and _backwards(wording, declared):
            top = max(wording.codes, key=wording.codes.__getitem__)
            doubt = (
                f"{top!r} has a low code, so high codes mean less; set `direction` to -1 in indicators.csv where high "
                "values must mean more"
            )
            block = replace(block, sure=False, doubt=doubt)
        found.append(block)
    return found


def _backwards(wording: Wording, declared: Mapping[int, str]) -> bool:
    pairs = [(code, wording.codes[label]) for code, label in declared.items() if label in wording.codes]
    file_codes, meant = (np.array(values, dtype="float64") for values in zip(*pairs, strict=True))
    return bool(((file_codes - file_codes.mean()) * (meant - meant.mean())).sum() < 0)


def _numbers(looks: Sequence[Look]) -> list[Block]:
    """Codes without labels: only the codes that occur tell the scale."""
    rated = [one for one in looks if span(one.codes.values()) is not None]
    yes_no = [one for one in rated if set(one.codes.values()) == {0, 1}]
    graded = [one for one in rated if one not in yes_no and len(one.codes) > 2]
    if not rated:
        return []
    found = []
    if rated[0].section == ALONE:
        parts = [_alike(graded), yes_no]
        least = _STRANGERS
    else:
        # An item on which few points were chosen belongs to its series as long as it stays within the others' scale.
        bounds = _union(graded)
        narrow = [one for one in rated if one not in yes_no and one not in graded]
        inside = [one for one in narrow if bounds and bounds.low <= min(one.codes.values()) <= bounds.high]
        parts = [[one for one in rated if one in graded or one in inside], yes_no]
        least = _SERIES
    for part, needed in zip(parts, (least, _STRANGERS), strict=True):
        bounds = _union(part)
        if bounds is not None and len(part) >= needed:
            found.append(_of_numbers(part, bounds))
    return found


def _union(looks: Sequence[Look]) -> Span | None:
    return span([code for one in looks for code in (*one.codes.values(), *one.declared)]) if looks else None


def _alike(looks: Sequence[Look]) -> list[Look]:
    """Among columns that stand alone, those on the scale that most of them share."""
    spans = {one.column: span(one.codes.values()) for one in looks}
    ends = [(bounds.low, bounds.high) for bounds in spans.values() if bounds is not None]
    if not ends:
        return []
    low, high = max(dict.fromkeys(ends), key=ends.count)
    return [one for one in looks if (own := spans[one.column]) and low <= own.low and own.high <= high]


def _of_numbers(looks: Sequence[Look], bounds: Span) -> Block:
    seen = sorted({code for one in looks for code in one.codes.values()} - set(bounds.missing))
    said = f"{seen[0]} to {seen[-1]}" if len(seen) == seen[-1] - seen[0] + 1 else listed(seen, 11)
    doubt = (
        f"is {bounds.low} to {bounds.high} the whole scale, or were other points offered that nobody chose? Set "
        "scale_min and scale_max in indicators.csv"
    )
    return Block(
        looks[0].section, tuple(looks), bounds.low, bounds.high, f"the codes that occur ({said})", sure=bounds.sure,
        doubt="" if bounds.sure else doubt, missing=_missing(looks, bounds.missing),
    )  # fmt: skip


def _spoken(looks: Sequence[Look], language: str) -> list[Block]:
    """Answers in words: known wordings, codes written in front of the words, or words of the questionnaire's own."""
    known: list[list[Look]] = []
    strange = []
    for one in looks:
        if match(one.labels, language) is None:
            strange.append(one)
            continue
        for part in known:
            if _fit_together(part, one, language):
                part.append(one)
                break
        else:
            known.append([one])
    found = []
    for part in known:
        wording = _wording(part, language)
        enough = (wording.sure and wording.family != "yes-no") or len(part) >= _STRANGERS
        if enough or (len(part) >= _SERIES and wording.family != "yes-no"):
            found.append(_of_wording(part, wording))
    return found + _of_own_words(strange)


def _fit_together(part: Sequence[Look], one: Look, language: str) -> bool:
    before, after = _wording(part, language), match([text for look in (*part, one) for text in look.labels], language)
    alone = match(one.labels, language)
    if after is None or alone is None:
        return False
    return set(after.unknown) <= {*before.unknown, *alone.unknown} and after.family == before.family


def _wording(looks: Sequence[Look], language: str) -> Wording:
    labels = {label for one in looks for label in one.labels}
    wording = match(labels, language)
    assert wording is not None  # noqa: S101 - a part only grows while its labels have a scale
    # A misspelt label is for the gate to name, with its rows; it does not put the scale in doubt.
    clean = match(labels - set(wording.unknown), language) if wording.unknown else None
    return replace(clean, unknown=wording.unknown) if clean else wording


def _of_wording(looks: Sequence[Look], wording: Wording) -> Block:
    codes: dict[str, int | None] = {}
    also: dict[str, int | None] = {label: code for code, label in wording.absent.items()}
    for one in looks:
        for text in one.answers:
            meaning = one.meanings.get(text, text)
            if meaning in wording.codes:
                codes[text] = wording.codes[meaning]
                also |= {meaning: wording.codes[meaning]} if meaning != text else {}
    unexplained: Counter[str] = Counter()
    for one in looks:
        unexplained.update({text: count for text, count in one.answers.items() if text not in codes})
    doubts = [] if wording.sure else [_doubt(wording)]
    if any(_frequent(one, unexplained) for one in looks):
        lacking = f"the scale in scales.csv does not explain {counted(unexplained)}, so it may be another one"
        doubts.insert(0, f"{lacking}: give each its code there (now `?`)")
    return Block(
        looks[0].section, tuple(looks), wording.low, wording.high,
        f"the words of the answers ({wording.family}, {wording.high - wording.low + 1} points)",
        sure=not doubts, doubt="; ".join(doubts), scale=wording.scale, codes=codes, also=also,
        missing=_missing(looks), unexplained=unexplained,
    )  # fmt: skip


def _frequent(look: Look, unexplained: Iterable[str]) -> bool:
    """Whether a column contradicts its scale: a word, more than once, in at least a twentieth of its answers."""
    most = max((look.answers.get(text, 0) for text in unexplained), default=0)
    return most > 1 and most >= _FREQUENT * sum(look.answers.values())


def _doubt(wording: Wording) -> str:
    read = sorted((code, label) for label, code in wording.codes.items())
    if wording.doubled:
        why = "two answers stand for one point"
    elif wording.rivals:
        others = " or ".join(map(str, wording.rivals))
        why = f"it may be a scale of {wording.high - wording.low + 1} points, but also one of {others}"
    else:
        lacking = listed(f"{label} = {code}" for code, label in wording.absent.items())
        why = (
            f"nobody chose {lacking}, if there was such an answer" if lacking else "it may be a part of a longer scale"
        )
    shown = listed((f"{label} = {code}" for code, label in read), 12)
    return f"{why}; read as {shown}: correct the codes in scales.csv, and scale_min and scale_max in indicators.csv"


def _of_own_words(looks: Sequence[Look]) -> list[Block]:
    """Several columns with the same answers in words that no known scale has."""
    found = []
    rest = sorted(looks, key=lambda one: -len(one.answers))
    while rest:
        first = rest[0]
        part = [one for one in looks if one in rest and set(one.answers) <= set(first.answers)]
        rest = [one for one in rest if one not in part]
        codes = numbered(first.answers)
        bounds = span(codes.values()) if codes else None
        if codes and bounds and len(part) >= _SERIES:
            found.append(
                Block(first.section, tuple(part), bounds.low, bounds.high, "the numbers in front of the answers",
                      sure=bounds.sure, doubt="" if bounds.sure else "is that the whole scale?", scale="numbered",
                      codes=codes, missing=_missing(part))
            )  # fmt: skip
        elif len(part) >= _STRANGERS and 2 < len(first.answers) <= _MOST_POINTS:
            found.append(_of_order(part, first))
    return found


def _of_order(looks: Sequence[Look], first: Look) -> Block:
    ordered = all(text in first.meanings for text in first.answers)
    codes = {text: place if ordered else None for place, text in enumerate(first.answers, 1)}
    doubt = "in the order of the form's choices; check" if ordered else "no known scale has them, so write"
    return Block(
        looks[0].section, tuple(looks), 1, len(codes), f"the answers {listed(first.labels)}", sure=False,
        doubt=f"{doubt} the code of each answer in scales.csv, or take the columns out if they are no ratings",
        scale="own-words", codes=codes, missing=_missing(looks),
    )  # fmt: skip


def _adopted(found: list[Block], language: str) -> list[Block]:
    """Doubtful wordings settled by the one sure scale of the file that explains them too."""
    sure = {block.scale for block in found if block.sure and block.scale}
    result = []
    for block in found:
        if not block.sure and block.scale and block.scale not in ("numbered", "own-words"):
            fitting = {
                other.scale: other
                for other in found
                if other.scale in sure and other.sure and set(map(words, _said(block))) <= set(map(words, _said(other)))
            }
            if len(fitting) == 1:
                (other,) = fitting.values()
                labels = [*_said(block), *_said(other)]
                wording = match(labels, language)
                if wording is not None and wording.scale == other.scale:
                    basis = f"the words of the answers ({wording.family}, as elsewhere in the file)"
                    settled = _of_wording(block.looks, wording)
                    if not any(_frequent(one, settled.unexplained) for one in block.looks):
                        block = replace(settled, basis=basis, sure=True, doubt="", section=block.section)  # noqa: PLW2901
        result.append(block)
    return result


def _said(block: Block) -> list[str]:
    return [label for one in block.looks for label in one.labels]
