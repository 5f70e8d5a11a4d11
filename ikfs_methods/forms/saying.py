"""What differs between an earlier answer and the one on a form, in one line per expert and subject."""

from __future__ import annotations

from collections.abc import Sequence

from ikfs_methods.checks import listed
from ikfs_methods.forms.entering import Key
from ikfs_methods.forms.longtable import Row
from ikfs_methods.privacy import patterns

# Of a sheet that is not known again by the mark in its first cell.
NO_SHEET = "is not in the file, or its hidden first row or column was deleted"
COPY = "Copy the answers into a fresh form, or ask for the file once more."
_PERSONAL = (patterns.SIXTEEN_DIGITS, patterns.NIP, patterns.PHONE, patterns.LONG_NUMBER, patterns.EMAIL)
_ALL = 10_000  # what differs is told in full: somebody has to decide on each


def differences(
    name: str, differing: Sequence[tuple[Key, list[Row], list[Row]]], file: str, *, replaced: bool
) -> list[str]:
    """One text per expert and subject (criterion, parent), each answer as old -> new."""
    parts: dict[str, list[str]] = {}
    for key, earlier, new in differing:
        subject, said = _said(name, key, earlier, new)
        parts.setdefault(subject, []).extend(said)
    if replaced:
        return [f"{subject} ({file}): {listed(said, _ALL)}." for subject, said in parts.items()]
    return [
        f"{subject}: {file} holds another answer than the form: {listed(said, _ALL)}; the earlier stays (--replace "
        "takes the form's)."
        for subject, said in parts.items()
    ]


def shown_name(name: str) -> str:
    """A file's name with its long numbers and addresses masked: people put their telephone number there."""
    for pattern in _PERSONAL:
        name = pattern.sub("...", name)
    return name


def _said(name: str, key: Key, earlier: list[Row], new: list[Row]) -> tuple[str, list[str]]:
    if name == "panel":
        number, criterion, expert, indicator = key
        again = f", Delphi round {number}" if number != "1" else ""
        return f"{expert}, {criterion}{again}", [f"{indicator} {_cells(earlier, 'rating')} -> {_cells(new, 'rating')}"]
    if name == "comments":
        number, expert, indicator = key
        again = f" (Delphi round {number})" if number != "1" else ""
        # What was written is not shown: it is between the expert and the table.
        return f"{expert}, comments{again}", [f"another comment on {indicator}"]
    if name == "judgements":
        parent, expert, one, other = key
        return f"{expert}, pairs of {parent}", [f"{one} or {other}: {_judged(earlier)} -> {_judged(new)}"]
    parent, expert = key
    if name == "budget":
        return f"{expert}, points of {parent}", _changed(earlier, new, "points")
    ends = [
        f"{end} {_cells(earlier, end)} -> {_cells(new, end)}"
        for end in ("best", "worst")
        if _cells(earlier, end) != _cells(new, end)
    ]
    return f"{expert}, best and worst of {parent}", [
        *ends, *_changed(earlier, new, "best_over"), *_changed(earlier, new, "over_worst")
    ]  # fmt: skip


def _cells(rows: Sequence[Row], column: str) -> str:
    return " and ".join(dict.fromkeys(row[column] or "nothing" for row in rows))


def _judged(rows: Sequence[Row]) -> str:
    return " and ".join(dict.fromkeys(f"{row.get(row['favours'].casefold(), '?')} {row['strength']}" for row in rows))


def _changed(earlier: Sequence[Row], new: Sequence[Row], column: str) -> list[str]:
    was = {row["indicator"]: row[column] for row in earlier}
    now = {row["indicator"]: row[column] for row in new}
    return [
        f"{code} {'' if column == 'points' else f'{column} '}{was.get(code, 'nothing')} -> {now.get(code, 'nothing')}"
        for code in dict.fromkeys([*was, *now])
        if was.get(code) != now.get(code)
    ]
