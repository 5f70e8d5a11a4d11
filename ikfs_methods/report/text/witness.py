"""Sentences on the second witness and on other programs' defaults."""

from __future__ import annotations

from ikfs_methods.report.language import Words
from ikfs_methods.report.text.base import say
from ikfs_methods.rounds import Round
from ikfs_methods.witness import DefaultsResult, WitnessResult


@say.register
def _(result: WitnessResult, words: Words, opened: Round) -> str:
    table = result.frame
    agree = int(table["agrees"].sum())
    programs = words.listing(
        [f"{name} {version}" for name, version in dict(zip(table["package"], table["version"], strict=True)).items()]
    )
    return words(
        "{agree} of {all} coefficients were found again by a second program ({programs}) within the stated tolerance.",
        agree=words.integer(agree),
        all=words.integer(len(table)),
        programs=programs,
    )


@say.register
def _(result: DefaultsResult, words: Words, opened: Round) -> str:
    frame = result.frame
    # what rounding alone moves is no difference
    told = frame[(frame["difference"].abs() > 1e-9) & (frame["why"] != "same")]
    ran = list(dict.fromkeys(frame.loc[frame["computed_by"] == "program", "program"]))
    imitated = list(dict.fromkeys(frame.loc[frame["computed_by"] != "program", "program"]))
    said = words(
        "Of {all} values under the defaults of other programs, {differ} differ from ours by their settings, not by "
        "error: {ran} were run, {imitated} imitated.",
        all=words.integer(len(frame)),
        differ=words.integer(len(told)),
        ran=words.listing(ran),
        imitated=words.listing(imitated),
    )
    counts = frame.loc[frame["coefficient"] == "n_factors", ["ours", "theirs"]].dropna()
    if counts.empty:
        return said
    low, high = int(counts["theirs"].min()), int(counts["theirs"].max())
    number = words(
        "Left to their defaults they would extract {low} to {high} factors from these answers, where this report has "
        "{ours}; whoever repeats the analysis elsewhere has to set the number, the extraction and the rotation by "
        "hand.",
        low=words.integer(low),
        high=words.integer(high),
        ours=words.integer(int(counts["ours"].iloc[0])),
    )
    return f"{said} {number}"
