"""round.yaml: every mistake named in the words of the file, and all that is sound still used."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import InputFileError, InputProblemsError, ParameterError
from ikfs_methods.rounds.partial import read, read_partial

SAID = {"id": "a", "en": "b"}
SOUND = {
    "id": "t-1",
    "title": SAID,
    "date": dt.date(2020, 3, 26),
    "framework": "tree",
    "inputs": {"answers": {"file": "a.csv", "missing": ["TT", 9]}, "panel": {"file": "p.xlsx", "sheet": "Panel"}},
    "decisions": [
        {"indicator": code, "decision": "keep", "reason": SAID, "decided_by": "FGD"} for code in ("A1", "A2", "A3")
    ],
    "method_decisions": [
        {"topic": "weights", "choice": "ahp", "reason": SAID, "decided_by": "FGD"},
        {"topic": "factors", "choice": 2, "reason": SAID, "decided_by": "FGD"},
    ],
}


def given_file(folder: Path, text: str) -> Path:
    path = folder / "round.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(**entries: object) -> str:
    return yaml.safe_dump({**SOUND, **entries})


def said(folder: Path, text: str) -> list[str]:
    found = read_partial(given_file(folder, text))
    return [str(problem).split("round.yaml: ", 1)[-1] for problem in found.problems]


def test_a_sound_file_is_read_whole(tmp_path):
    file = read(given_file(tmp_path, yaml.safe_dump(SOUND)))
    assert file.date == dt.date(2020, 3, 26)
    assert file.inputs.answers.missing == ["TT", 9]
    assert [entry.number for entry in file.decisions] == [1, 2, 3]
    assert file.inputs.review is None


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"date": 2020}, "'date' must be a date such as 2020-03-26; found 2020. Correct the entry."),
        ({"id": 2020}, "'id' must be text; found 2020. Write it in quotes."),
        ({"id": "FGD 1"}, "'id' must be lower-case letters, digits and hyphens; found 'FGD 1'. Correct the entry."),
        ({"title": {"id": "a"}}, "the entry 'title.en' is required and missing. Add it."),
        ({"title": {**SAID, "eng": "b"}},
         "'title.eng' is no entry of round.yaml. Did you mean 'en'? Known there: id, en."),
        ({"inputs": {"answers": {"file": "a.csv", "decimal": ";"}}},
         "'inputs.answers.decimal' must be '.' or ','; found ';'. Correct the entry."),
        ({"inputs": {"answers": {"file": "a.csv", "missing": [False]}}},
         "'inputs.answers.missing[1]' must be text or a whole number or a number; found False. Write it in quotes."),
        ({"inputs": {"answers": {"file": "a.csv", "private": {"nik": "hash"}}}},
         "'inputs.answers.private.nik' must be 'drop' or 'hmac'; found 'hash'. Correct the entry."),
        ({"inputs": {"answers": {"file": "a.csv"}, "budget": "b.csv"}},
         "'inputs.budget' must be `name: value` lines; found 'b.csv'. Correct the entry."),
        ({"inputs": {"answers": {"file": "a.csv"}, "review": {"sheet": "x"}}},
         "the entry 'inputs.review.file' is required and missing. Add it."),
        ({"decisions": "none"}, "'decisions' must be a list; found 'none'. Correct the entry."),
        ({"labels": {1: SAID}}, "the name of an entry must be text; found 1. Write it in quotes."),
    ],
)  # fmt: skip
def test_each_mistake_in_its_words(tmp_path, entries, message):
    assert said(tmp_path, changed(**entries)) == [message]
    with pytest.raises(ParameterError) as caught:
        read(tmp_path / "round.yaml")
    assert str(caught.value).endswith(message)


def test_what_is_left_empty_is_not_given(tmp_path):
    assert said(tmp_path, changed() + "exclusions:\nlabels:\ninvented:\n") == []


def test_entries_keep_their_numbers_when_others_are_set_aside(tmp_path):
    decisions = [5, *SOUND["decisions"], {"indicator": "A4"}]
    text = changed(decisions=decisions)
    assert said(tmp_path, text) == [
        "'decisions[1]' must be `name: value` lines; found 5. Correct the entry.",
        "the entry 'decisions[5].decision' is required and missing. Add it.",
        "the entry 'decisions[5].reason' is required and missing. Add it.",
        "the entry 'decisions[5].decided_by' is required and missing. Add it.",
    ]
    file = read_partial(tmp_path / "round.yaml").file
    assert [(entry.number, entry.indicator) for entry in file.decisions] == [(2, "A1"), (3, "A2"), (4, "A3")]


def test_a_missing_reason_does_not_hide_its_decision(tmp_path):
    decisions = [{"indicator": "A1", "decision": "keep", "decided_by": "FGD"}]
    assert said(tmp_path, changed(decisions=decisions)) == [
        "the entry 'decisions[1].reason' is required and missing. Add it."
    ]
    assert read_partial(tmp_path / "round.yaml").file.decisions[0].indicator == "A1"


def test_what_is_required_gets_a_stand_in(tmp_path):
    found = read_partial(given_file(tmp_path, "framework: [1]\ninputs: {answers: 5, panel: {file: p.csv}}\n"))
    assert (found.file.framework, found.file.inputs.answers.file) == ("", "")
    assert found.file.inputs.panel.file == "p.csv"
    assert len(found.problems) == 5  # id, title, date; framework, answers


def test_several_come_together_and_twice_given_is_one_of_them(tmp_path):
    text = changed(language="fr", langage="id") + "framework: other\n"
    with pytest.raises(InputProblemsError) as caught:
        read(given_file(tmp_path, text))
    assert len(caught.value.problems) == 3
    assert "the entry 'framework' is given twice. Keep one." in caught.value.problems[0]
    assert read_partial(tmp_path / "round.yaml").file.framework == "tree"


def test_what_is_no_round_is_refused(tmp_path):
    with pytest.raises(InputFileError, match="a round's folder must hold round.yaml; not found"):
        read_partial(tmp_path / "round.yaml")
    with pytest.raises(InputFileError, match="found neither"):
        read_partial(given_file(tmp_path, "a: 1"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "keep", "id"]) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "en", "file", "rule", "when", "indicator", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = [
    ("title",), ("date",), ("framework",), ("id",), ("inputs",), ("inputs", "answers"), ("inputs", "panel"),
    ("inputs", "answers", "missing"), ("decisions",), ("decisions", 1), ("decisions", 2, "reason"),
    ("method_decisions", 0, "choice"), ("open",), ("exclusions",), ("impossible",), ("labels",), ("parameters",),
]  # fmt: skip


def plant(content: object, place: tuple[str | int, ...], value: object) -> None:
    """Puts the value there, where what was planted before left such a place."""
    *way, last = place
    for part in way:
        content = content[part] if has(content, part) else None
    if isinstance(content, dict) or has(content, last):
        content[last] = value


def has(content: object, part: str | int) -> bool:
    return part in content if isinstance(content, dict) else isinstance(content, list) and part in range(len(content))


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_anything_in_any_place_is_read_or_named(tmp_path_factory, planted):
    content = yaml.safe_load(yaml.safe_dump(SOUND))
    for place, value in planted:
        plant(content, place, value)
    found = read_partial(given_file(tmp_path_factory.mktemp("r"), yaml.safe_dump(content)))
    for problem in found.problems:
        assert isinstance(problem, ParameterError)
        assert "round.yaml: " in str(problem)
    # What was left can be read again without a problem, but for the stand-ins.
    again = yaml.safe_dump(found.file.model_dump())
    stood_in = {"framework", "inputs"} if not (found.file.framework and found.file.inputs.answers.file) else set()
    assert not len(read_partial(given_file(tmp_path_factory.mktemp("r"), again)).problems) or stood_in
