"""Sentences on what of the agreement between experts is undefined, has no interval, or rests on fewer indicators."""

from __future__ import annotations

import numpy as np

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.tables.agreement import criterion_name, too_sparse, undefined_for_lack_of_spread
from ikfs_methods.rounds import ByCriterion
from ikfs_methods.validity.agreement.panel import FEWEST_EXPERTS


def limits(result: ByCriterion, words: Words) -> list[str]:
    """What is undefined, what has no interval, what was left out."""
    called = {criterion_name(name, words): one for name, one in result.results.items()}
    flat = [name for name, one in called.items() if np.isnan(one.table["estimate"]["krippendorff_nominal"])]
    bare = [name for name, one in called.items() if one.n_experts < FEWEST_EXPERTS]
    sparse = [name for name, one in called.items() if too_sparse(one) and name not in flat]
    gaps = [
        name
        for name, one in called.items()
        if one.table["n_things"]["kendall_w"] < one.n_things and not too_sparse(one)
    ]
    some = [name for name, one in called.items() if undefined_for_lack_of_spread(one) and name not in flat]
    forms = (
        (
            flat,
            N_("On {names} all ratings are equal: percent agreement and AC are full, all else is undefined."),
        ),
        (
            sparse,
            N_("On {names} W and the ICCs are undefined: fewer than two indicators were rated by every expert."),
        ),
        (some, N_("On {names} some coefficients are undefined, because the ratings do not vary enough.")),
        (bare, N_("On {names} no interval is given: so few experts say next to nothing about other panels.")),
        (gaps, N_("On {names} ratings are missing: W and the ICCs rest on the indicators that every expert rated.")),
    )
    return [words(form, names=words.listing(names)) for names, form in forms if names]
