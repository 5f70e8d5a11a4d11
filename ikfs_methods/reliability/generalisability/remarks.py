"""What must be known of a generalisability study, in plain sentences."""

from __future__ import annotations

from math import prod

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.reliability.generalisability.design import Design
from ikfs_methods.reliability.generalisability.intervals import LEAST_DF, LEAST_OBJECTS


def remarks(
    design: Design,
    components: pd.DataFrame,
    *,
    fixed: tuple[str, ...],
    method: str,
    fallen_back: str,
    ends: tuple[float, ...],
) -> tuple[str, ...]:
    """The notes of a result."""
    notes = []
    if design.dropped:
        notes.append(f"Only one level was rated, so that it is no facet of the study: {listed(design.dropped)}.")
    if not design.complete:
        notes.append(
            f"{len(design.values)} of {prod(design.levels)} combinations were rated; the coefficients are of the means "
            "over the ratings that each object received."
        )
    if fallen_back:
        notes.append(
            f"Restricted likelihood was not used, because {fallen_back}: "
            "the components are those of Henderson's method 1."
        )
    if fixed:
        notes.append(f"Averaged over the levels of {listed(fixed)}, which are taken as fixed.")
    below = components.index[components["estimate"] < 0]
    if len(below):
        notes.append(f"Estimated below 0 and taken as 0: {listed(below)}.")
    if not components["variance"].sum() > 0:
        return (*notes, "All ratings are equal: no variance is left to divide, and G and phi are undefined.")
    if components["variance"].iloc[0] == 0:
        notes.append(f"The ratings do not tell the levels of {design.names[0]} apart beyond chance.")
        of_object = [at for at, effect in enumerate(design.effects) if 0 in effect]
        if components["variance"].iloc[of_object].sum() == 0:
            notes.append("Nor is there any error in comparing them, so that G is undefined.")
    return (*notes, *_without_interval(design, components, method, ends))


def _without_interval(design: Design, components: pd.DataFrame, method: str, ends: tuple[float, ...]) -> list[str]:
    if method == "anova" and not design.complete:
        return ["No standard errors and no intervals: with gaps they come with restricted likelihood only."]
    notes = []
    few = components.index[components["ci_low"].isna()]
    if len(few):
        notes.append(f"No interval on fewer than {LEAST_DF} degrees of freedom, or of a variance of 0: {listed(few)}.")
    if np.isnan(ends).any():
        least = LEAST_DF + 1 if method == "anova" else LEAST_OBJECTS
        notes.append(
            f"G or phi has no interval: {design.levels[0]} of {design.names[0]} are fewer than {least}."
            if design.levels[0] < least
            else "G or phi has no interval: its error or its universe variance is estimated at 0 or below."
        )
    return notes
