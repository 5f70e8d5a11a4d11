"""How a form is laid out for its reader: the marks and keys by which a returned sheet is known and read.

Every sheet holds a mark in its first cell, beside it the keys of its columns, below it the keys of its rows. The marks
move with the rows and columns that people insert, sort or hide.
"""

from __future__ import annotations

import json

KEYS_ROW = KEYS_COLUMN = 1
README, RATINGS = "readme", "ratings"
# Keys of our own begin so, codes and criteria hardly ever do.
_OWN = "#"
CODE, TEXT, COMMENT, ANSWER = "#code", "#text", "#comment", "#answer"
LEFT, RIGHT, FAVOURS, STRENGTH = "#left", "#right", "#favours", "#strength"
POINTS, BEST_OVER, OVER_WORST = "#points", "#best_over", "#over_worst"
INSTITUTION, BEST, WORST = "#institution", "#best", "#worst"
_MARK = "ikfs"


def marker(*kind: str) -> str:
    """The mark of a sheet: what it is, and of which parent."""
    return json.dumps([_MARK, *kind], ensure_ascii=True)


def marked(value: object) -> tuple[str, ...] | None:
    """What a sheet is by its mark, or None where there is no mark."""
    if not (isinstance(value, str) and value.lstrip().startswith("[")):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    known = isinstance(found, list) and len(found) > 1 and all(isinstance(part, str) for part in found)
    return tuple(found[1:]) if known and found[0] == _MARK else None


def pair_key(left: str, right: str) -> str:
    """The key of a row that compares two codes."""
    return json.dumps([left, right], ensure_ascii=True)


def own_key(criterion: str) -> str:
    """The column of an expert's own last rating on a criterion."""
    return f"{criterion} {_OWN}own"


def group_key(criterion: str) -> str:
    """The column of the panel's last ratings on a criterion."""
    return f"{criterion} {_OWN}group"
