"""Tables of the second witness: the same settings in another program, and every program's own defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.layout import NUMBER, Column, Columns, Laid
from ikfs_methods.report.tables.base import lay_out
from ikfs_methods.rounds import Round
from ikfs_methods.witness import DefaultRow, DefaultsResult, WitnessResult

# In what a program's defaults differ from our settings (the keys of witness.WHY), in two words.
_WHY = {
    "missing": N_("missing answers"),
    "interval": N_("formula of the interval"),
    "interval_n": N_("n of the interval"),
    "level": N_("level of the interval"),
    "n": N_("n of the test"),
    "correlation": N_("kind of correlation"),
    "rule": N_("rule"),
    "n_factors": N_("number of factors"),
    "extraction": N_("extraction"),
    "stop": N_("stops early"),
    "rotation": N_("rotation"),
    "decimals": N_("three decimals"),
    "kaiser": N_("Kaiser's normalisation"),
    "same": N_("nothing"),
    "undefined": N_("gives no number"),
}
_RULES = (
    N_("always 1"), N_("always 3"), N_("eigenvalue above 1"),
    N_("parallel analysis of components, 20 draws, mean"),
    N_("parallel analysis of factors, 20 draws, 95th percentile"),
)  # fmt: skip
_COEFFICIENTS = (N_("alpha"), N_("kmo"), N_("bartlett_chi2"), N_("n_factors"), N_("loading"))
_DIGITS = {"bartlett_chi2": 1, "n_factors": 0}


@lay_out.register
def _(result: WitnessResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    worst = result.worst()
    frame = worst.assign(
        coefficient=[words(text) for text in worst["coefficient"]],
        program=[f"{name} {number}" for name, number in zip(worst["package"], worst["version"], strict=True)],
    )
    columns = (
        c.text("coefficient", words("Coefficient")),
        c.text("subject", words("Subject")),
        c.number("ours", words("Here"), 6),
        c.number("theirs", words("Witness"), 6),
        c.small("difference", words("Difference")),
        c.small("tolerance", words("Tolerance")),
        c.text("program", words("Program")),
        c.mark("agrees", words("Agrees")),
    )
    shades = {"agrees": lambda row: "good" if row["agrees"] else "bad"}
    note = words("Of several values of one kind, the one that differs most; all of them stand in the table's file.")
    return Laid(frame, columns, shades=shades, note=note, full=result.frame)


@lay_out.register
def _(result: DefaultsResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    # The ends of intervals stand in the file: beside the values they would double the table.
    shown = [row for row in result.rows if row.coefficient in _COEFFICIENTS]
    frame = result.frame.loc[[row.coefficient in _COEFFICIENTS for row in result.rows]].assign(
        heading=[row.coefficient for row in shown],
        program=[row.program + ("" if row.computed_by == "program" else "*") for row in shown],
        ours=[_written(row, row.ours, words) for row in shown],
        theirs=[_written(row, row.theirs, words) for row in shown],
        difference=[_written(row, row.difference, words) for row in shown],
        reason=[_reason(row, words) for row in shown],
    )
    columns = (
        c.text("subject", words("Subject")),
        c.text("program", words("Program")),
        _right(c.text("ours", words("Here"))),
        _right(c.text("theirs", words("There"))),
        _right(c.text("difference", words("Difference"))),
        c.text("reason", words("Differs in")),
    )
    note = words(
        "*: not run here; its published defaults were imitated by this package. Of loadings, the cell that differs "
        "most after the factors were matched. Settings of both sides, intervals and versions stand in the table's file."
    )
    return Laid(frame, columns, "heading", lambda name: _heading(name, words), _shades(), note=note, full=result.frame)


def _heading(coefficient: str, words: Words) -> str:
    said = words(coefficient)
    return said[:1].upper() + said[1:]


def _shades() -> dict[str, Any]:
    return {"reason": lambda row: "good" if row["why"] == "same" else ""}


def _written(row: DefaultRow, value: float, words: Words) -> str:
    return words.number(value, _DIGITS.get(row.coefficient, 3))


def _reason(row: DefaultRow, words: Words) -> str:
    """What differs; the rule itself where a rule decides, the number where another number of factors is taken."""
    parts = []
    for key in row.why:
        said = words(_WHY[key])
        if key == "rule":
            said = words(str(row.their_settings["rule"]))
        elif key == "n_factors":
            said = f"{said} ({words.integer(row.their_settings['n_factors'])})"
        parts.append(said)
    return "; ".join(parts)


def _right(column: Column) -> Column:
    return replace(column, align=NUMBER)
