"""A draft in plain lines for the terminal: what was found, what is guessed, what is open."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from ikfs_methods.checks import listed
from ikfs_methods.rounds.drafting.draft import Draft
from ikfs_methods.rounds.drafting.tree import BASIS

_WIDTH = 100
_SAME = ("scale_min", "scale_max", "status", "note")
_WORDS = {"id": "id", "weight": "weight", "group": "group", "region": "region", "started": "start", "ended": "end",
          "duration": "duration", "strata": "strata", "psu": "clusters (psu)", "fpc": "population (fpc)"}  # fmt: skip


def summary(made: Draft) -> str:
    """The draft in lines of at most 100 characters, English."""
    return "\n".join(_lines(made))


def _lines(made: Draft) -> Iterator[str]:
    size = f"{made.n} respondents, {len(made.columns)} columns"
    yield f"Draft of round {made.id} from {made.source.name} ({made.format}): {size}."
    yield ""
    yield from _dimensions(made)
    yield ""
    yield from _columns(made)
    undecided = made.undecided.groupby("note", sort=False)["column"].apply(list)
    if len(undecided):
        yield ""
        yield "To decide before the round opens (dictionary.csv, status open):"
        yield from _numbered(f"{listed(columns, 12)}: {note}." for note, columns in undecided.items())
    if made.questions:
        yield ""
        yield "Open questions, which do not keep the round from opening (round.yaml, open):"
        yield from _numbered(question.en for question in made.questions)


def _dimensions(made: Draft) -> Iterator[str]:
    leaves = made.nodes.loc[made.nodes["scale_min"] != "", ["code", "parent", "scale_min", "scale_max"]].merge(
        made.dictionary[["indicator", "status", "note"]], left_on="code", right_on="indicator", how="left"
    )
    rows = []
    for dimension, part in leaves.groupby("parent", sort=False):
        for (low, high, status, note), same in part.groupby([*_SAME], sort=False):
            basis = "see below" if status == "open" else str(note).removeprefix(BASIS)
            codes = f"{len(same)}: {_run(list(same['code']))}"
            rows.append((str(dimension), codes, f"{low} to {high}", str(status), basis))
    yield from _table(("dimension", "indicators", "scale", "status", "taken from"), rows)


def _run(codes: list[str]) -> str:
    return listed(codes, 4) if len(codes) <= 4 else f"{codes[0]}, {codes[1]} ... {codes[-1]}"


def _columns(made: Draft) -> Iterator[str]:
    rows = [(word, made.answers[role]) for role, word in _WORDS.items() if role in made.answers]
    rows += [(f"personal ({kind})", f"{name}: dropped") for name, kind in made.private.items()]
    if made.unused:
        rows.append(("not used", listed(made.unused, 10)))
    lacking = [word for role, word in _WORDS.items() if role in ("id", "weight", "group", "region")
               and role not in made.answers]  # fmt: skip
    if lacking:
        rows.append(("not found", listed(lacking)))
    yield from _table(("part", "column (guessed)"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [header, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header) - 1)]
    for line in lines:
        start = "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=False))
        indent = " " * (2 + len(start) + 2)
        yield from textwrap.wrap(
            f"  {start}  {line[-1]}", _WIDTH, subsequent_indent=indent if len(indent) < _WIDTH * 2 // 3 else "    ",
            drop_whitespace=True, break_long_words=False, replace_whitespace=False,
        )  # fmt: skip


def _numbered(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts, 1):
        yield from textwrap.wrap(f"{number:3}. {text}", _WIDTH, subsequent_indent="     ", break_long_words=False)


def numbered(texts: Iterable[str]) -> str:
    """Texts as a numbered list in lines of at most 100 characters."""
    return "\n".join(_numbered(texts))
