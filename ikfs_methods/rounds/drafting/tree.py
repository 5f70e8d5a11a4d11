"""The framework and the dictionary of a draft: dimensions from the sections of the questionnaire, a row an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.answers.dictionary import COLUMNS as DICTIONARY
from ikfs_methods.answers.dictionary import SCALE_COLUMNS, UNKNOWN_CODE
from ikfs_methods.checks import listed
from ikfs_methods.framework import COLUMNS
from ikfs_methods.reading import Table, folded
from ikfs_methods.rounds.drafting.blocks import Block
from ikfs_methods.rounds.drafting.direction import against_the_rest
from ikfs_methods.rounds.drafting.looks import Look, counted
from ikfs_methods.rounds.drafting.questions import Question
from ikfs_methods.rounds.drafting.sections import Section, row_of

UNDECIDED = "belum ditetapkan / to be decided"
ROOT = "INDEX"
BASIS = "scale taken from "
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,15}")
_LONGEST_NAME = 60  # characters; a longer question is the definition, its beginning the name
# Where dimensions come from, in both languages, by kind of section.
_FROM = {
    "group": ("grup formulir", "the form's groups"),
    "matrix": ("judul matriks pertanyaan", "the questions' matrices"),
    "series": ("awal nama kolom", "the first letters of the columns' names"),
    "": ("sisa kolom", "the columns left over"),
}
Names = Mapping[str, str]  # by language: id, en, or "" where the language is not said


@dataclass(frozen=True, slots=True)
class Tree:
    """indicators.csv, dictionary.csv and scales.csv of a draft, and what is asked about them."""

    nodes: pd.DataFrame
    dictionary: pd.DataFrame
    scales: pd.DataFrame
    questions: tuple[Question, ...]


def tree(table: Table, blocks: Sequence[Block], texts: Mapping[str, Names], title: Names, language: str) -> Tree:
    """The tree over the blocks' items, what the dictionary says of each, and the open questions.

    `texts`: the question behind a column, by language, where the file or its form gives it.
    """
    order = {name: place for place, name in enumerate(table.columns)}
    sections: dict[str, list[tuple[Block, Look]]] = {}
    for block in sorted(blocks, key=lambda block: order[block.columns[0]]):
        sections.setdefault(block.section.key, []).extend((block, look) for look in block.looks)
    scales, names = _scales(blocks)
    used = {ROOT.casefold()}
    nodes, entries = [_node(ROOT, "", title)], []
    turned: dict[str, float] = {}
    plain = len(sections) == 1 and next(iter(sections.values()))[0][1].section.kind in ("", "series")
    translated = True
    for number, members in enumerate(sections.values(), 1):
        members.sort(key=lambda pair: order[pair[1].column])
        section = members[0][1].section
        dimension = _dimension_code(section, number, used, plain=plain)
        own = {} if plain else dict(section.name)
        translated &= {"id", "en"} <= set(own)
        nodes.append(_node(dimension, ROOT, own or {"id": f"Dimensi {dimension}", "en": f"Dimension {dimension}"}))
        codes = {}
        for position, (block, look) in enumerate(members, 1):
            code = _indicator_code(look.column, f"{dimension}_{position:02d}", used)
            codes[look.column] = code
            text = texts.get(look.column) or {"": row_of(look.column)}
            translated &= {"id", "en"} <= set(text)
            nodes.append(_node(code, dimension, text, block, look.column))
            entries.append(_entry(code, block, look, _said(text, language), names.get(id(block), "")))
        against = against_the_rest(_coded(table, members))
        turned |= {codes[column]: r for column, r in against.items()}
    frame = pd.DataFrame(nodes, columns=list(COLUMNS), dtype="str")
    asked = [_about_dimensions(sections, frame, plain=plain), *_about_direction(turned)]
    if not translated:
        asked.append(_about_names())
    return Tree(
        frame, pd.DataFrame(entries, columns=list(DICTIONARY), dtype="str"), scales, tuple(asked) if entries else ()
    )


def _said(text: Names, language: str) -> str:
    return " ".join((text.get(language) or text.get("") or next(iter(text.values()), "")).split())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else text[:_LONGEST_NAME].rsplit(" ", 1)[0].rstrip(" ,.;:") + " ..."


def _node(code: str, parent: str, text: Names, block: Block | None = None, column: str = "") -> dict[str, str]:
    said = {language: _said(text, language) or code for language in ("id", "en")}
    return {
        "code": code,
        "parent": parent,
        **{f"name_{language}": _short(words) for language, words in said.items()},
        **{f"definition_{language}": words if words != code else "" for language, words in said.items()},
        "column": column,
        "scale_min": str(block.low) if block else "",
        "scale_max": str(block.high) if block else "",
        "direction": "1" if block else "",
        "measurement": "" if block else "reflective",
        "owner": UNDECIDED,
        "source": UNDECIDED,
        "status": "unverified",
    }


def _free(wish: str, used: set[str]) -> str:
    """The code, or the first of its kind that no other node has; upper and lower case do not tell codes apart."""
    code, number = wish, 2
    while code.casefold() in used:
        code, number = f"{wish}_{number}", number + 1
    used.add(code.casefold())
    return code


def _dimension_code(section: Section, number: int, used: set[str], *, plain: bool) -> str:
    last = re.split(r"[/]", section.key)[-1]
    taken_over = section.kind in ("group", "series") and not plain and _CODE.fullmatch(last)
    return _free(last if taken_over else f"D{number}", used)


def _indicator_code(column: str, made: str, used: set[str]) -> str:
    last = column.rpartition("/")[2]
    return _free(last if _CODE.fullmatch(last) else made, used)


def _entry(code: str, block: Block, look: Look, question: str, scale: str) -> dict[str, str]:
    missing = f"; no answer: {listed(block.missing, 12)}" if block.missing else ""
    # A doubt of the whole block names its words itself; a few slips leave the scale as it is.
    slips = "" if "not explain" in block.doubt else counted(block.unexplained)
    strange = f"; not explained by it, with no code in scales.csv: {slips}" if slips else ""
    basis = f"{BASIS}{block.basis}{missing}{strange}"
    return {
        "column": look.column,
        "indicator": code,
        "scale": scale,
        "missing": "|".join(block.missing),
        "question": question if question != look.column else "",
        "status": "guessed" if block.sure else "open",
        "note": basis if block.sure else f"{basis}; {block.doubt}",
    }


def _scales(blocks: Iterable[Block]) -> tuple[pd.DataFrame, dict[int, str]]:
    """scales.csv, and the name of each block's scale in it; a name is shared while no label has two codes."""
    known: dict[str, dict[str, tuple[str, str]]] = {}
    names = {}
    for block in blocks:
        if not block.scale:
            continue
        explained = [*block.codes.items(), *block.also.items()]
        pairs = {folded(label): (label, "" if code is None else str(code)) for label, code in explained}
        for label in block.unexplained:
            pairs.setdefault(folded(label), (label, UNKNOWN_CODE))
        number, name = 1, block.scale
        while any(known.get(name, {}).get(word, pair)[1] != pair[1] for word, pair in pairs.items()):
            number += 1
            name = f"{block.scale}-{number}"
        known.setdefault(name, {}).update({word: pair for word, pair in pairs.items() if word not in known[name]}
                                          if name in known else pairs)  # fmt: skip
        names[id(block)] = name
    rows = [
        (name, code, label)
        for name, pairs in known.items()
        for label, code in sorted(pairs.values(), key=lambda pair: _place(pair[1]))
    ]
    return pd.DataFrame(rows, columns=list(SCALE_COLUMNS), dtype="str"), names


def _place(code: str) -> tuple[bool, int]:
    """Codes in their order, labels whose code nobody knows after them."""
    return (code in ("", UNKNOWN_CODE), 0 if code in ("", UNKNOWN_CODE) else int(code))


def _coded(table: Table, members: Sequence[tuple[Block, Look]]) -> pd.DataFrame:
    """The items' answers as the draft understands them; an item whose codes nobody knows is left out."""
    found = {}
    for block, look in members:
        known = block.codes if block.scale else look.codes
        if None in known.values():
            continue
        positions, texts = table.distinct(look.column)
        values = [np.nan if text in block.missing else known.get(text, np.nan) for text in texts]
        found[look.column] = np.array([*values, np.nan], dtype="float64")[positions]
    return pd.DataFrame(found)


def _about_dimensions(
    sections: Mapping[str, Sequence[tuple[Block, Look]]], nodes: pd.DataFrame, *, plain: bool
) -> Question:
    children = nodes[nodes["scale_min"] != ""].groupby("parent", sort=False).size()
    if plain:
        return Question(
            "indicators.csv",
            f"Berkas tidak menunjukkan dimensi; semua {len(nodes) - 2} indikator berada dalam satu dimensi D1. Dimensi "
            "apa saja yang ada, dan indikator mana yang termasuk di dalamnya?",
            f"The file does not show any dimensions; all {len(nodes) - 2} indicators are in one, D1. What are the "
            "dimensions, and which indicators belong to each?",
        )
    kinds = {members[0][1].section.kind for members in sections.values()}
    by_id, by_en = (" dan ".join(_FROM[kind][0] for kind in _FROM if kind in kinds),
                    " and ".join(_FROM[kind][1] for kind in _FROM if kind in kinds))  # fmt: skip
    shown = listed((f"{code} ({count})" for code, count in children.items()), 20)
    return Question(
        "indicators.csv",
        f"Dimensi diambil dari {by_id}: {shown}. Apakah itu susunan indeksnya, dan apakah tiap dimensi reflektif "
        "atau formatif?",
        f"The dimensions were taken from {by_en}: {shown}. Is that the structure of the index, and is each of them "
        "reflective or formative?",
    )


def _about_direction(turned: Mapping[str, float]) -> list[Question]:
    if not turned:
        return []
    shown = listed((f"{code} (r = {r:.2f})" for code, r in turned.items()), 20)
    shown_id = listed((f"{code} (r = {_in_indonesian(r)})" for code, r in turned.items()), 20)
    shown_id = re.sub(r" and (\d+) more$", r" dan \1 lainnya", shown_id)
    return [
        Question(
            "indicators.csv",
            f"Jawaban berlawanan arah dengan indikator lain dalam dimensinya: {shown_id}. Apakah pernyataannya "
            "negatif? Jika ya, tulis -1 di kolom `direction`; sementara ini tetap 1.",
            f"Answers run against the other indicators of the dimension: {shown}. Worded in reverse? If so, write -1 "
            "in the column `direction`; for now it is 1.",
        )
    ]


def _in_indonesian(number: float) -> str:
    return f"{number:.2f}".replace("-", "\u2212").replace(".", ",")


def _about_names() -> Question:
    return Question(
        "indicators.csv",
        "Nama dan definisi indikator dan dimensi baru ada dalam satu bahasa, atau hanya berupa kode. Apa namanya dalam "
        "Bahasa Indonesia dan Inggris?",
        "Names and definitions of indicators and dimensions are in one language so far, or codes. What are they in "
        "Indonesian and English?",
    )
