"""All problems of a round in one run: planted in every file, each found with its rows, the rest still checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import DecisionError, InputFileError, InputProblemsError, ParameterError
from ikfs_methods.rounds import check_round

ROOT = Path(__file__).resolve().parents[2]
REVIEW = "anchor,institution,comment,response,status\n"


def edit(path: Path, *changes: tuple[int, str, str]) -> None:
    """Sets cells of a CSV file: row as a spreadsheet counts it, column, text."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for row, column, text in changes:
        table.loc[row - 2, column] = text
    table.to_csv(path, index=False)


def replace(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path.name}"
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def row_of(path: Path, **cells: str) -> int:
    """The row of the file that holds these cells."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return int(table.index[(table[list(cells)] == pd.Series(cells)).all(axis=1)][0]) + 2


def lacking(expected: list[str], problems: list[str]) -> list[str]:
    """Patterns that no problem matches."""
    return [pattern for pattern in expected if not any(re.search(pattern, text) for text in problems)]


def spoil_round(folder: Path) -> list[str]:
    """Mistakes in round.yaml and the tables that need no framework to be seen, and what must be said of them."""
    replace(
        folder / "round.yaml",
        ("language: id\n", "langage: id\nlanguage: fr\n"),
        ("date: 2020-03-26", "date: 2020-02-30"),
        ("{file: participants.csv}", "{file: participants.csv, shet: A}\n  review: {file: review.csv}"),
        ("parameters: {}", "parameters: {item_rest_cutof: .3, level: high, seed: -1}"),
    )
    excluding(folder, "rule: longest_runn")
    (folder / "review.csv").write_text(
        REVIEW + "tbl-alpha,BPS,why?,because,answerd\n,BPS,and?,,accepted\n,,hm,,open\n", encoding="utf-8"
    )
    edit(folder / "answers.csv", (5, "respondent", "R0002"), (9, "weight", "-1"), (11, "province", ""))
    edit(folder / "panel.csv", (3, "rating", "9"), (4, "rating", "x"), (5, "rating", "0"), (6, "expert", ""))
    judgements = folder / "judgements.csv"
    edit(judgements, (2, "favours", "both"), (3, "strength", "12"), (row_of(judgements, expert="E05"), "strength", ""))
    points = folder / "budget.csv"
    edit(
        points,
        (row_of(points, expert="E01", indicator="KD1"), "points", "-5"),
        (row_of(points, expert="E02", indicator="PS1"), "points", "99"),
        (row_of(points, expert="E03", indicator="PM1"), "points", "98"),
        (row_of(points, expert="E04", indicator="PM1"), "points", "ten"),
    )
    edit(folder / "participants.csv", (2, "number", "-3"))
    return [
        r"round.yaml: 'langage' is no entry of round.yaml. Did you mean 'language'\?",
        r"round.yaml: 'language' must be 'id' or 'en'; found 'fr'",
        r"round.yaml: 'date' must be a date such as 2020-03-26; found '2020-02-30'",
        r"round.yaml: 'inputs.participants.shet' is no entry of round.yaml. Did you mean 'sheet'\?",
        r"round.yaml: 'item_rest_cutof' is no parameter. Did you mean 'item_rest_cutoff'\?",
        r"round.yaml: level must be a number, above 0, below 1; found 'high'",
        r"round.yaml: seed must be a whole number, at least 0; found -1",
        r"round.yaml: exclusion 1: rule must be one of missing, .*; found 'longest_runn'. Did you mean 'longest_run'\?",
        r"review.csv, row 2, column 'status': status must be one of open, .*; found 'answerd' .* mean 'answered'",
        r"review.csv, row 3, column 'response': a comment that is no longer open must have a response",
        r"review.csv, row 4, column 'institution': a value must stand here",
        r"answers.csv.*'respondent'.*3, 5",
        r"answers.csv, row 9, column 'weight'.*above 0; found '-1'",
        r"answers.csv, row 11, column 'province'",
        r"panel.csv, rows 3, 5, column 'rating': a rating on 'relevance' must lie between 1 and 4; found 9, 0 \(2 such",
        r"panel.csv, row 4, column 'rating': a number must stand here; found 'x'",
        r"panel.csv, row 6, column 'expert': a value must stand here",
        r"judgements.csv: favours must be left or right; found 1 row\(s\), the first is row 2: .* favours both",
        r"judgements.csv: strength must be a number from 1 to 9; found 1 row\(s\), the first is row 3: .*strength 12",
        r"judgements.csv, row \d+, column 'strength': a number must stand here; found an empty cell",
        r"budget.csv: points must not be negative; found 1 row.*expert E01, parent KD, indicator KD1, -5 points",
        r"budget.csv: the points of each expert must sum to 100 .* expert E02 within PS sum to",
        r"budget.csv: the points of each expert must sum to 100 .* expert E03 within PM sum to",
        r"budget.csv, row \d+, column 'points': a number must stand here; found 'ten'",
        r"participants.csv, row 2, column 'number': a number of people must be a whole number .*; found '-3'",
    ]


def test_a_shipped_round_has_nothing_to_mend():
    found = check_round("fgd-2020-03-26")
    assert found.problems == []
    answers = pd.read_csv(ROOT / "data" / "rounds" / "fgd-2020-03-26" / "answers.csv")
    assert f"answers.csv: {len(answers)} respondents." in found.facts
    assert any("24 candidate indicators, 22 retained" in text for text in found.facts)
    assert list(found.to_frame().columns) == ["kind", "text"]
    assert set(found.to_frame()["kind"]) <= {"question", "fact"}


def test_mistakes_in_every_file_come_in_one_run(round_copy):
    expected = spoil_round(round_copy)
    replace(round_copy / "round.yaml", ("- indicator: KD1\n", "- indicator: KD11\n"))
    edit(round_copy / "answers.csv", (12, "KD3", "9"), (13, "KD3", "tiga"), (14, "PS8", "7"))
    edit(round_copy / "panel.csv", (7, "indicator", "KDX"))
    expected += [
        r"round.yaml: a decision must name an indicator of framework 'ikfs'; found 'KD11'. Did you mean 'KD1'\?",
        r"answers.csv, row 12, column 'KD3'.*between 1 and 5; found '9'",
        r"answers.csv, row 13, column 'KD3'.*found 'tiga'",
        r"answers.csv, row 14, column 'PS8'.*between 1 and 5; found '7'",
        r"panel.csv, row 7, column 'indicator': a code of the framework must stand here; found 'KDX' .* mean 'KD",
    ]
    problems = check_round(round_copy).problems
    assert lacking(expected, problems) == []
    assert len(problems) == len(expected), "\n".join(problems)
    with pytest.raises(InputProblemsError) as caught:
        ikfs.open_round(round_copy)
    assert caught.value.problems == problems


def test_a_broken_framework_leaves_the_rest_checked(round_copy):
    expected = spoil_round(round_copy)
    tree = round_copy.parent.parent / "frameworks" / "ikfs"
    edit(
        tree / "indicators.csv",
        (6, "parent", "KX"),
        (7, "scale_min", "9"),
        (8, "direction", "0"),
        (9, "status", "final"),
        (3, "measurement", ""),
    )
    replace(tree / "framework.yaml", ("order: respondent-first", "order: respondents-first\nagregation: [arithmetic]"))
    expected += [
        r"indicators.csv: every parent must be the code of another row; found in KD1 \(row 6, parent 'KX'\)",
        r"indicators.csv: scale_min must be below scale_max; found in KD2 \(row 7, parent 'KD'\) with '9'",
        r"indicators.csv: direction must be 1 or -1; found in KD3 \(row 8, parent 'KD'\) with '0'",
        r"indicators.csv: status must be one of official, proposed, unverified; found in KD4 .* with 'final'",
        r"indicators.csv: measurement of a dimension must be reflective or formative; found in KD \(row 3",
        r"framework.yaml: order must be one of respondent-first, unit-first; found 'respondents-first'",
        r"framework.yaml has an unknown entry 'agregation'. Did you mean 'aggregation'\?",
    ]
    problems = check_round(round_copy).problems
    assert lacking(expected, problems) == []
    assert len(problems) == len(expected), "\n".join(problems)


def use_dictionary(folder: Path, *rows: str) -> None:
    (folder / "dictionary.csv").write_text(
        "\n".join(["column,indicator,scale,missing,question,status,note", *rows]) + "\n", encoding="utf-8"
    )
    replace(folder / "round.yaml", ("file: answers.csv", "file: answers.csv, dictionary: dictionary.csv"))


WRONG_FIELDS = {
    "PS3,direction,2": r"indicators.csv: direction must be 1 or -1; found in PS3 .* with '2'",
    "PS3,scale_min,one": r"indicators.csv: scale_min of an indicator must be a number; found in PS3 .* with 'one'",
    "PS3,scale_max,0": r"indicators.csv: scale_min must be below scale_max; found in PS3",
    "PS3,status,final": r"indicators.csv: status must be one of .* found in PS3 .* with 'final'",
    "PS3,column,KD4": r"indicators.csv: each indicator must name its own column of the answers; found in KD4 .*PS3",
    "PS,measurement,": r"indicators.csv: measurement of a dimension must be reflective or formative; found in PS ",
}


@pytest.mark.parametrize("planted", WRONG_FIELDS)
def test_a_wrong_field_of_the_framework_hides_nothing_but_its_item(round_copy, planted):
    code, column, text = planted.split(",")
    indicators = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    edit(indicators, (row_of(indicators, code=code), column, text))
    replace(round_copy / "round.yaml", ("- indicator: KD1\n", "- indicator: KD11\n"))
    use_dictionary(round_copy, "KD2,KD22,,,,confirmed,")
    edit(round_copy / "answers.csv", (12, "KD3", "7"))
    edit(round_copy / "panel.csv", (7, "indicator", "KDX"))
    points = round_copy / "budget.csv"
    edit(points, (row_of(points, expert="E02", indicator="PS1"), "indicator", "PS11"))
    judgements = round_copy / "judgements.csv"
    edit(judgements, (row_of(judgements, expert="E01"), "left", "PS3"))
    expected = [
        WRONG_FIELDS[planted],
        r"round.yaml: a decision must name an indicator of framework 'ikfs'; found 'KD11'",
        r"dictionary.csv, row 2, column 'indicator': an indicator of the framework must stand here; found 'KD22'",
        r"answers.csv, row 12, column 'KD3'.*between 1 and 5; found '7'",
        r"panel.csv, row 7, column 'indicator': a code of the framework must stand here; found 'KDX' \(1 such",
        r"budget.csv, row \d+, column 'indicator': a code of the framework must stand here; found 'PS11'",
        r"judgements.csv, row \d+, column 'left': a child of IKFS must stand here .* found 'PS3', which belongs",
    ]
    problems = check_round(round_copy).problems
    assert lacking(expected, problems) == []
    assert len([text for text in problems if "indicators.csv: " in text]) == 1
    # the answers to it are no second problem
    assert sum("PS3" in text for text in problems if "indicators.csv: " not in text) == 1
    with pytest.raises(InputProblemsError) as caught:
        ikfs.open_round(round_copy)
    assert caught.value.problems == problems


def test_wrong_settings_of_the_framework_leave_the_items_checked(round_copy):
    settings = round_copy.parent.parent / "frameworks" / "ikfs" / "framework.yaml"
    replace(settings, ("order: respondent-first", "order: respondents-first"))
    edit(round_copy / "answers.csv", (12, "KD3", "7"))
    problems = check_round(round_copy).problems
    assert lacking([r"framework.yaml: order must be one of", r"answers.csv, row 12, column 'KD3'"], problems) == []
    assert len(problems) == 2


@pytest.mark.parametrize(("code", "column", "text"), [("KD1", "parent", "KX"), ("KD1", "direction", "2"), ("", "", "")])
def test_guesses_are_told_whatever_else_is_wrong(round_copy, code, column, text):
    indicators = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    if code:
        edit(indicators, (row_of(indicators, code=code), column, text))
    use_dictionary(round_copy, "KD2,KD2,,,,guessed,by its heading", "PS1,PS1,,,,confirmed,")
    edit(round_copy / "answers.csv", (9, "weight", "-1"))
    found = check_round(round_copy)
    assert len(found.problems) == 1 + bool(code)
    assert found.questions == ["column 'KD2': by its heading"]


@pytest.mark.parametrize("entry", ["framework: ../../frameworks/ikfs\n", "  answers: {file: answers.csv"])
def test_without_framework_or_answers_the_tables_are_still_checked(round_copy, entry):
    path = round_copy / "round.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines(keepends=True) if line.startswith(entry.rstrip("\n")))
    path.write_text(text.replace(line, ""), encoding="utf-8")
    edit(round_copy / "panel.csv", (3, "rating", "9"))
    problems = check_round(round_copy).problems
    name = "framework" if entry.startswith("framework") else "inputs.answers"
    assert lacking([rf"the entry '{name}' is required and missing. Add it.", r"panel.csv, row 3"], problems) == []
    assert len(problems) == 2


def test_what_is_no_round_stops_at_once(round_copy):
    (round_copy / "round.yaml").write_text("id: x\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="with the entries `framework` and `inputs`; found neither"):
        check_round(round_copy)
    (round_copy / "round.yaml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="must hold `name: value` lines; found list"):
        check_round(round_copy)
    with pytest.raises(ParameterError, match="given for this run: level must be a number"):
        check_round("fgd-2020-03-26", level=2)


def test_a_chapter_that_could_not_run_is_a_problem(spoil):
    folder = spoil("round.yaml", "  judgements: {file: judgements.csv}\n", "")
    assert lacking(["for IKFS asks for weights by 'ahp', .* it has equal, budget"], check_round(folder).problems) == []


def test_open_questions_are_told(spoil):
    folder = spoil(
        "round.yaml",
        "parameters: {}",
        "parameters: {}\nopen:\n  - {about: PS8, question: {id: 'Balik?', en: 'Turned?'}}",
    )
    found = check_round(folder)
    assert found.questions == ["PS8: Turned?"]
    assert found.problems == []


def test_places_that_the_file_names_must_be_there(spoil):
    folder = spoil("round.yaml", "previous: null", "previous: ../fgd-2019")
    replace(folder / "round.yaml", ("invented: population.yaml", "invented: populatio.yaml"))
    problems = check_round(folder).problems
    assert lacking([r"a round must be a folder .*fgd-2019", r"not found: .*populatio.yaml"], problems) == []
    assert len(problems) == 2


def excluding(folder: Path, *entries: str) -> Path:
    text = "".join(f"  - {{{entry}, reason: {{id: a, en: b}}, decided_by: FGD}}\n" for entry in entries)
    replace(folder / "round.yaml", ("decisions:\n", f"exclusions:\n{text}decisions:\n"))
    return folder


@pytest.mark.parametrize(
    ("entries", "messages"),
    [
        (["rule: missing, respondents: [R0001]"], [r"exclusion 1 must name either .*; found both. Make two"]),
        (["rule: null"], [r"exclusion 1 must name either .*; found neither. Add one"]),
        (["rule: missing", "rule: missing"], [r"exclusion 2: rule 'missing' stands in an entry above it already"]),
        (["respondents: [R0001, X9, 7]"], [r"exclusion 1 must name respondents of .*csv; not there: 'X9', '7'"]),
        (["rule: 'impossible: x'"], [r"exclusion 1: rule must be one of .*; found 'impossible: x'"]),
        (["respondents: [X9]", "rule: outlyer"], [r"exclusion 2: rule must be one of .* Did you mean 'outlier'"]),
        (["rule: too_fast"], [r"exclusion 1: rule 'too_fast' must be one that can be applied .*could not run \(.+\)"]),
    ],
)  # fmt: skip
def test_exclusions_that_cannot_be_carried_out(round_copy, entries, messages):
    problems = check_round(excluding(round_copy, *entries)).problems
    assert lacking(messages, problems) == []
    assert len(problems) == len(messages)


def test_nobody_left_is_no_round(round_copy):
    everybody = list(pd.read_csv(round_copy / "answers.csv")["respondent"])
    problems = check_round(excluding(round_copy, f"respondents: [{', '.join(everybody)}]")).problems
    assert lacking([f"at least one respondent must stay; all {len(everybody)} would be left out"], problems) == []


def test_excluded_respondents_are_left_out_and_listed(round_copy):
    """A respondent who gave one answer throughout is flagged by the longest run; another is named."""
    table = pd.read_csv(round_copy / "answers.csv", dtype=str, keep_default_na=False)
    items = list(table.columns[4:])
    table.loc[0, items] = "4"
    table.to_csv(round_copy / "answers.csv", index=False)
    excluding(round_copy, "rule: longest_run", "respondents: [R0010, R0010]")
    opened = ikfs.open_round(round_copy, screen_run=0.99)
    listed = [tuple(row) for row in opened.excluded.itertuples(index=False)]
    assert listed == [("R0001", "longest_run", 1), ("R0010", "named", 2)]
    assert opened.delivered.n == len(table)
    assert opened.answers.n == len(table) - 2
    assert not {"R0001", "R0010"} & set(opened.items().index)
    facts = check_round(round_copy, screen_run=0.99).facts
    assert "exclusion 1 (longest_run): respondents left out: 1." in facts
    assert any(f"{len(table) - 2} respondents used" in text for text in facts)


def test_without_exclusions_all_answers_are_used():
    opened = ikfs.open_round("fgd-2020-03-26")
    assert opened.answers is opened.delivered
    assert opened.excluded.empty
    assert list(opened.excluded.columns) == ["respondent", "rule", "entry"]


def test_an_impossible_pattern_has_a_name_of_its_own(round_copy):
    replace(
        round_copy / "round.yaml",
        ("decisions:\n", "impossible:\n  - {name: a, when: KD1 == 1}\n  - {name: a, when: KD2 == 1}\ndecisions:\n"),
    )
    with pytest.raises(DecisionError, match="impossible pattern 2 must have a name of its own; 'a' stands above it"):
        ikfs.open_round(round_copy)


def impossible(folder: Path, *conditions: str) -> None:
    text = "".join(f"  - {{name: p{i}, when: '{condition}'}}\n" for i, condition in enumerate(conditions, 1))
    replace(folder / "round.yaml", ("decisions:\n", f"impossible:\n{text}decisions:\n"))


def test_a_wrong_condition_is_told_with_its_pattern(round_copy):
    edit(round_copy / "answers.csv", (12, "KD3", "7"))
    impossible(round_copy, "clustre == 1", '"cluster" == "x" and KD1 == 5', "KD1 = 5", 'column("KD 1") == 1')
    problems = check_round(round_copy).problems
    expected = [
        r"^round.yaml, impossible pattern 'p1': .* the column 'clustre', .* Did you mean 'cluster'\? There",
        r"^round.yaml, impossible pattern 'p2': the condition .* a comparison must name at least one column",
        r"^round.yaml, impossible pattern 'p3': the condition 'KD1 = 5' cannot be read",
        r"^round.yaml, impossible pattern 'p4': the condition .* names the column 'KD 1'.* Did you mean 'KD1'",
        r"answers.csv, row 12, column 'KD3'",
    ]
    assert lacking(expected, problems) == []
    assert len(problems) == len(expected)


@pytest.mark.parametrize(
    ("code", "column", "text"), [("KD3", "column", "Sudah dibagi?"), ("PS3", "direction", "2"), ("KD1", "parent", "KX")]
)
def test_a_condition_on_what_could_not_be_read_is_no_second_problem(round_copy, code, column, text):
    indicators = round_copy.parent.parent / "frameworks" / "ikfs" / "indicators.csv"
    for name in ("answers.csv", "retest.csv"):
        table = pd.read_csv(round_copy / name, dtype=str, keep_default_na=False)
        table.rename(columns={"KD3": "q3", "PS3": "q4"}).to_csv(round_copy / name, index=False)
    edit(indicators, (row_of(indicators, code="KD3"), "column", "q3"), (row_of(indicators, code="PS3"), "column", "q4"))
    edit(indicators, (row_of(indicators, code=code), column, text))
    impossible(round_copy, "KD3 == 1 and PS3 == 5", 'cluster == "nowhere"')
    assert len(check_round(round_copy).problems) == 1


def test_a_column_with_blanks_is_spoken_of_in_a_condition(round_copy):
    table = pd.read_csv(round_copy / "answers.csv", dtype=str, keep_default_na=False)
    table["Kelompok sasaran / usia"] = ["ibu", *["anak"] * (len(table) - 1)]
    table.to_csv(round_copy / "answers.csv", index=False)
    impossible(round_copy, 'column("Kelompok sasaran / usia") == "ibu"')
    opened = ikfs.open_round(round_copy)
    assert opened.answers.impossible["p1"].tolist() == [True] + [False] * (len(table) - 1)


def test_missing_columns_of_a_table_are_one_problem(round_copy):
    (round_copy / "review.csv").write_text("anchr,who\nx,y\n", encoding="utf-8")
    replace(round_copy / "round.yaml", ("  budget:", "  review: {file: review.csv}\n  budget:"))
    (problem,) = check_round(round_copy).problems
    assert problem.endswith(
        "review.csv must have the columns 'anchor', 'institution', 'comment', 'response', 'status'; found anchr, who. "
        "Did you mean 'anchr' for 'anchor'? Correct the file's headings."
    )


def test_review_comes_with_the_round(round_copy: Path, spoil: Callable[[str, str, str], Path]):
    (round_copy / "review.csv").write_text(
        REVIEW + "tbl-alpha,BPS,Why?,See chapter 3.,answered\n,BPPS,Fine.,,open\n", encoding="utf-8"
    )
    folder = spoil("round.yaml", "  budget:", "  review: {file: review.csv}\n  budget:")
    opened = ikfs.open_round(folder)
    assert opened.review["status"].tolist() == ["answered", "open"]
    assert opened.review["anchor"].tolist() == ["tbl-alpha", ""]
    assert ikfs.open_round("fgd-2020-03-26").review is None
