"""The criteria on which a panel rates: what each is called in the tables, its scale, and names that miss it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ikfs_methods.rounds.parameters import Parameters

RELEVANCE, CLARITY, ESSENTIAL, CONGRUENCE = "relevance", "clarity", "essential", "congruence"
KNOWN = (RELEVANCE, CLARITY, ESSENTIAL, CONGRUENCE)
# Between the criterion and the dimension that it is about: congruence:KD.
ABOUT = ":"
# A slip of one or two letters, or the Indonesian `relevansi` (.78), lies above; words that people choose on purpose,
# such as `coherence` beside `congruence` (.74), lie below.
_NEAR = 0.76


def scale_of(criterion: str, parameters: Parameters) -> tuple[int, int]:
    """Lowest and highest rating on a criterion.

    `essential` is 0 or 1 (Lawshe 1975); `congruence`, alone or with a dimension after a colon, is -1, 0 or 1 (Rovinelli
    & Hambleton 1977); every other criterion has the scale of the parameters rating_low and rating_high.
    """
    if criterion == ESSENTIAL:
        return 0, 1
    if criterion.partition(ABOUT)[0] == CONGRUENCE:
        return -1, 1
    return parameters.rating_low, parameters.rating_high


def has_own_scale(criterion: str) -> bool:
    """Whether a criterion's scale is its own and not that of the parameters."""
    return criterion == ESSENTIAL or criterion.partition(ABOUT)[0] == CONGRUENCE


def meant(criterion: str, known: Iterable[str]) -> str:
    """The known criterion that another name was probably meant to be; "" for a known one and for one of its own.

    `known`: names beside the KNOWN. What follows a colon is not looked at.
    """
    names = list(dict.fromkeys([*KNOWN, *(one.partition(ABOUT)[0] for one in known)]))
    name, sign, about = criterion.partition(ABOUT)
    if name in names:
        return ""
    folded = {one.casefold(): one for one in reversed(names)}
    near = get_close_matches(name.strip().casefold(), list(folded), n=1, cutoff=_NEAR)
    return f"{folded[near[0]]}{sign}{about}" if near else ""


def is_known(criterion: str, known: Iterable[str]) -> bool:
    """Whether a criterion is one of the KNOWN (congruence also with a dimension), or of those beside them."""
    return criterion in (*KNOWN, *known) or criterion.partition(ABOUT)[0] == CONGRUENCE
