"""The experts of a round across its tables: one code each, written alike, and one institution or field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import JudgementError, Problems
from ikfs_methods.rounds.roundfile import RoundFile
from ikfs_methods.rounds.tables import stated

# The tables in which experts answer; that of experts itself only lists them.
ANSWERED = ("panel", "judgements", "budget", "best_worst", "comments")
# One expert's weights are an opinion, and nothing tells how far another would differ.
_WEIGHED = ("panel", "judgements", "budget", "best_worst")
Tables = Mapping[str, "pd.DataFrame | None"]


def check_experts(place: Path, file: RoundFile, tables: Tables) -> None:
    """Raises JudgementError for codes of experts that contradict each other; several come together.

    A code in two spellings is two experts to every method. Where the round lists its experts, another code is a
    mistake, and so is an institution that the panel tells otherwise. A table that was refused is not looked at.
    """
    problems = Problems()
    problems.add(*_twins(place, file, tables))
    listing = tables.get("experts")
    if listing is not None:
        problems.add(*_unlisted(place, file, tables, listing))
        problems.add(*_elsewhere(place, file, tables, listing))
    problems.raise_any()


def questions(file: RoundFile, tables: Tables) -> Iterator[str]:
    """What to ask about experts: codes beside the panel's where nobody lists the experts, and a table of one."""
    panel = tables.get("panel")
    if tables.get("experts") is None and panel is not None:
        rated = set(panel["expert"])
        for name, table in _answered(tables):
            beside = [code for code in dict.fromkeys(table["expert"]) if code not in rated]
            if beside:
                yield (
                    f"{_file(file, name)}: {listed(beside)} rated nothing in {_file(file, 'panel')}. Are the codes "
                    "right? A table of experts (inputs.experts) would tell."
                )
    for name, table in _answered(tables):
        if name in _WEIGHED and len(set(table["expert"])) == 1:
            yield f"{_file(file, name)}: all rows are of one expert ({table['expert'].iloc[0]}). Did the others answer?"


def _answered(tables: Tables) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in ANSWERED:
        table = tables.get(name)
        if table is not None:
            yield name, table


def _file(file: RoundFile, name: str) -> str:
    entry = getattr(file.inputs, name)
    return str(entry.file) if entry is not None else name


def _folded(code: str) -> str:
    return "".join(code.split()).casefold()


def _twins(place: Path, file: RoundFile, tables: Tables) -> Iterator[JudgementError]:
    """Codes that differ in letter case or blanks alone, with the rows of all spellings but the most frequent."""
    found: dict[str, dict[str, list[str]]] = {}
    counts: dict[str, int] = {}
    for name in (*ANSWERED, "experts"):
        table = tables.get(name)
        if table is None:
            continue
        for code, rows in table.groupby("expert", sort=False).groups.items():
            at = f"{_file(file, name)}, row(s) {listed(rows)}"
            found.setdefault(_folded(str(code)), {}).setdefault(str(code), []).append(at)
            # The listing says how a code is written, however often another spelling stands elsewhere.
            counts[str(code)] = counts.get(str(code), 0) + (10**9 if name == "experts" else len(rows))
    for spellings in found.values():
        if len(spellings) > 1:
            first, *others = sorted(spellings, key=lambda code: -counts[code])
            said = "; ".join(f"{code!r} in {', '.join(spellings[code])}" for code in others)
            yield JudgementError(
                f"{place}: an expert must have one code, written alike everywhere; found beside {first!r}: {said}. "
                "Correct the cells, or give two people codes that differ in letters or digits."
            )


def _unlisted(place: Path, file: RoundFile, tables: Tables, listing: pd.DataFrame) -> Iterator[JudgementError]:
    codes = list(listing["expert"])
    spelled = set(map(_folded, codes))
    for name, table in _answered(tables):
        # Another spelling of a code was told as such.
        wrong = ~table["expert"].isin(codes) & ~table["expert"].map(_folded).isin(spelled)
        if wrong.any():
            found = list(dict.fromkeys(table["expert"][wrong]))
            # Whoever answers here under the own code was not meant by another one.
            absent = [code for code in codes if code not in set(table["expert"])]
            yield JudgementError(
                f"{place / _file(file, name)}: an expert must be one of those listed in {_file(file, 'experts')}; "
                f"found {listed(map(repr, found))} in row(s) {listed(table.index[wrong])}."
                f"{did_you_mean(found[0], absent)} Correct the code, or add the expert there."
            )


def _elsewhere(place: Path, file: RoundFile, tables: Tables, listing: pd.DataFrame) -> Iterator[JudgementError]:
    """Experts of whom the panel tells another institution than the listing."""
    panel = tables.get("panel")
    if panel is None:
        return
    own = panel.drop_duplicates("expert").set_index("expert")["institution"].map(stated)
    told = listing.set_index("expert")["institution"].map(stated)
    apart = [
        f"{code} ({own[code]!r}; {told[code]!r})"
        for code in told.index
        if code in own.index and own[code] and told[code] and own[code] != told[code]
    ]
    if apart:
        yield JudgementError(
            f"{place / _file(file, 'experts')}: an expert's institution must be the one in {_file(file, 'panel')}; "
            f"they differ for {listed(apart)}. Correct one of them."
        )
