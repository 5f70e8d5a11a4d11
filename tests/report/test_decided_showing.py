"""Evidence, decisions and responsibilities as tables and sentences, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import ParameterError
from ikfs_methods.framework import responsibilities
from ikfs_methods.report import tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import views


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round("fgd-2020-03-26", language=request.param)


@pytest.fixture(scope="module")
def english():
    return ikfs.open_round("fgd-2020-03-26", language="en")


@pytest.fixture(scope="module")
def words(opened):
    return Words(opened.language)


SHOWN = [
    (lambda r: r.evidence, {"view": "candidates"}),
    (lambda r: r.evidence, {"view": "rules"}),
    (lambda r: r.evidence, {"view": "failing"}),
    (views.decisions, {}),
    (views.method_decisions, {}),
    (lambda r: responsibilities(r.structure), {"view": "matrix"}),
    (lambda r: responsibilities(r.structure), {"view": "units"}),
]


@pytest.mark.parametrize(("result", "options"), SHOWN)
def test_every_table_is_laid_out(result, options, opened, words):
    laid = tables.lay_out(result(opened), words, opened, **options)
    html = laid.html("caption")
    assert html.count("<tr>") >= len(laid.frame) > 0
    assert not any(f">{nothing}<" in html for nothing in ("nan", "None", "<NA>", "()", "NaN"))
    assert laid.csv().count("\n") > len(laid.frame) / 2


@pytest.mark.parametrize("result", [views.decisions, views.method_decisions, lambda r: responsibilities(r.structure)])
def test_every_sentence_is_said(result, opened, words):
    said = text.say(result(opened), words, opened)
    assert said
    assert "{" not in said
    assert "nan" not in said.lower().split()


def test_the_file_of_failing_numbers_holds_all_of_them(opened, words):
    laid = tables.lay_out(opened.evidence, words, opened, view="failing")
    assert len(laid.full) == len(opened.framework.indicators) * len(ikfs.evidence.NUMBERS)
    assert list(laid.frame["indicator"].unique()) == [
        code for code, row in opened.evidence.indicators.iterrows() if row["failed"]
    ]


def test_a_view_that_does_not_exist_is_refused(opened, words):
    with pytest.raises(ParameterError, match=r"view must be one of candidates, rules, failing; found 'rule'"):
        tables.lay_out(opened.evidence, words, opened, view="rule")


def changed(result, **rows):
    """The decisions with other entries: column -> {indicator: value}."""
    table = result.table.set_index("indicator")
    for column, values in rows.items():
        for code, value in values.items():
            table.loc[code, column] = value
    return replace(result, table=table.reset_index())


def test_what_goes_against_the_evidence_or_is_open_is_said(english):
    words = Words("en")
    result = changed(
        views.decisions(english),
        decision={"KD8": "keep", "KD1": "", "PM7": "move", "PS1": "revise"},
        standing={"KD8": "against", "PS1": "stricter", "PM7": ""},
        against={"KD8": True, "PM7": False},
        moved_to={"PM7": "PS"},
    )
    said = text.say(result, words, english)
    assert "A decision is recorded on 23 of 24 candidates." in said
    assert "Decided to move: PM7 (from PM to PS)." in said
    assert "**Still to be decided**: KD1." in said
    assert "**Against the evidence**: KD8 (keep, evidence: drop)" in said
    assert "Stricter than the evidence: PS1 (revise, evidence: keep)." in said
    laid = tables.lay_out(result, words, english)
    cells = laid.frame.set_index("indicator")["decided"]
    assert cells[["KD8", "KD1", "PM7"]].tolist() == ["keep, against the evidence", "not decided yet", "move to PS"]
    shades = [laid.shades["decided"](row) for row in laid.frame.to_dict("records")]
    assert dict(zip(laid.frame["indicator"], shades, strict=True))["KD8"] == "bad"


def test_a_proposal_stands_with_its_dimension(english):
    result = views.decisions(english)
    row = {**result.table.iloc[-1].to_dict(), "indicator": "KD9", "parent": "KD", "name": "Clean water"}
    row |= {"verdict": "", "grounds": (), "decision": "add", "proposed": True, "standing": "", "against": False}
    result = replace(result, table=pd.concat([result.table, pd.DataFrame([row])], ignore_index=True))
    said = text.say(result, Words("en"), english)
    assert "Proposed anew, without data, and so not in the index: KD9 (Clean water)." in said
    frame = tables.lay_out(result, Words("en"), english).frame
    assert frame["indicator"].tolist().index("KD9") == frame["indicator"].tolist().index("KD8") + 1
    assert frame.set_index("indicator").loc["KD9", "proposed_by_evidence"] == "no data yet"


def test_method_marks_are_said(english):
    result = views.method_decisions(english)
    table = result.table.copy()
    table.loc[0, ["against", "value"]] = [True, 0.2]
    said = text.say(replace(result, table=table), Words("en"), english)
    assert "**Still to be decided**: factors (3, by: parallel analysis)." in said
    assert "**Against the evidence**: the group's consistency ratio for IKFS is 0.200, above 0.10." in said
    assert "Of the experts E08 exceeds 0.10." in said
    table["named"] = [("E02", "E08"), *table["named"].iloc[1:]]
    said = text.say(replace(result, table=table), Words("en"), english)
    assert "Of the experts E02 and E08 exceed 0.10." in said


@pytest.mark.parametrize(
    ("levels", "called"),
    [
        ("arithmetic, arithmetic", "arithmetic mean"),
        ("arithmetic, geometric", "arithmetic mean, geometric mean (lowest level first)"),
    ],
)
def test_a_method_that_holds_for_all_levels_is_said_once(levels, called, english):
    words, result = Words("en"), views.method_decisions(english)
    table = result.table.copy()
    row = table.index[table["topic"] == "aggregation"][0]
    table.loc[row, ["in_force", "decided", "origin", "choice"]] = [levels, False, "framework", ""]
    result = replace(result, table=table)
    assert f"aggregation ({called}, by: framework)" in text.say(result, words, english)
    assert tables.lay_out(result, words, english).frame["used"][row] == called


def test_many_units_are_listed_instead_of_put_side_by_side(english):
    nodes = english.structure.nodes.copy()
    nodes.loc[english.structure.indicators, "owner"] = [
        f"lead: unit {number}; data: X" for number, _ in enumerate(english.structure.indicators)
    ]
    found = responsibilities(replace(english.structure, nodes=nodes))
    laid = tables.lay_out(found, Words("en"), english)
    assert [column.heading for column in laid.columns] == ["Code", "Indicator", "Lead", "Data source", "Support"]
    assert laid.frame["lead"].iloc[0] == "unit 0"


def test_letters_are_those_of_the_language(opened, words):
    found = responsibilities(opened.structure)
    laid = tables.lay_out(found, words, opened)
    lead = "U" if words.language == "id" else "L"
    cells = "".join(laid.frame[[name for name in laid.frame if name.startswith("unit_")]].sum(axis=1))
    assert cells.count(lead) == found.by_unit["lead"].sum()
    assert cells.count("*") == sum(found.roles["from"] != "")
