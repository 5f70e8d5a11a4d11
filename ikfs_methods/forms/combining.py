"""Several files of one expert made one: what one leaves empty the other may fill, what they say differently is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ikfs_methods.checks import listed
from ikfs_methods.forms.answers import Given
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET
from ikfs_methods.forms.layout import COMMENT

_ALL = 10_000  # names in a message that must be complete


def combined(first: Given, second: Given) -> Given:
    """The answers of both files; what differs is taken from neither."""
    made = Given(first.expert, first.delphi, [*first.names, *second.names])
    made.institution = first.institution or second.institution
    made.rated = tuple(  # type: ignore[assignment]
        list(dict.fromkeys([*one, *other])) for one, other in zip(first.rated, second.rated, strict=True)
    )
    made.faults = list(dict.fromkeys([*first.faults, *second.faults]))
    made.notes = list(dict.fromkeys([*first.notes, *second.notes]))
    differing: list[str] = []
    if first.institution and second.institution and first.institution != second.institution:
        differing.append(f"institution ({first.institution}; {second.institution})")
        made.institution = ""
    made.told = first.told | second.told

    def joined(one: dict[Any, Any], other: dict[Any, Any], said: Callable[[Any, Any, Any], str]) -> dict[Any, Any]:
        both = one | other
        for key in one.keys() & other.keys():
            if one[key] != other[key]:
                del both[key]
        differing.extend(said(key, one[key], other[key]) for key in one if key in other and key not in both)
        return both

    made.ratings = joined(first.ratings, second.ratings, lambda key, a, b: f"{key[1]} {key[0]} ({a}; {b})")
    made.told |= {key for key in first.ratings if key in second.ratings and key not in made.ratings}
    made.comments = joined(first.comments, second.comments, lambda key, _, __: f"comment on {key}")
    # Two that differ are no empty cell.
    made.told |= {(COMMENT, code) for code in first.comments if code in second.comments and code not in made.comments}
    made.budget = joined(first.budget, second.budget, lambda key, _, __: f"points of {key}")
    made.best_worst = joined(first.best_worst, second.best_worst, lambda key, _, __: f"best and worst of {key}")
    for parent in dict.fromkeys([*first.pairs, *second.pairs]):
        made.pairs[parent] = joined(
            first.pairs.get(parent, {}), second.pairs.get(parent, {}),
            lambda key, a, b: f"{key[0]} or {key[1]} ({a[0]} {a[1]}; {b[0]} {b[1]})",
        )  # fmt: skip
    made.lacking = _lacking(made, first, second)
    if differing:
        made.faults.append(
            f"{made.who}: two files of the same expert must agree; they differ in {listed(differing, _ALL)}. None of "
            "these was read: keep the right file."
        )
    else:
        made.notes.append(f"{made.who}: several files of one expert, read together; they do not contradict each other.")
    return made


def _lacking(made: Given, first: Given, second: Given) -> dict[tuple[str, str], tuple[int, str]]:
    """What neither file answers as a whole; pairs that one of them has in full are lacking in neither."""
    answered: dict[str, Mapping[str, object]] = {BUDGET: made.budget, BEST_WORST: made.best_worst}
    return {
        (way, parent): why
        for (way, parent), why in (second.lacking | first.lacking).items()
        if parent not in answered.get(way, {})
        and (way != AHP or ((way, parent) in first.lacking and (way, parent) in second.lacking))
    }
