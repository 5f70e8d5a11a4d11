"""A file with everything that the gate does to files, shown in both languages: what is told, and what must not be."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import framework, reading
from ikfs_methods.answers.screening import notes
from ikfs_methods.report import figures, phrases, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.gate import STEPS
from ikfs_methods.rounds import views

ITEMS = ["A1", "A2", "A3", "B1", "B2", "B3", "B4"]
LABELS = ["sangat tidak setuju", "tidak setuju", "netral", "setuju", "sangat setuju"]
NAMES = [
    "delivery", "gate_log", "open_questions", "missing_patterns", "missing_by_group", "mcar", "empty_categories",
    "screening_rules", "flag_overlap", "exclusions",
]  # fmt: skip
ROUND = """id: t
title: {id: Uji, en: Test}
date: 2020-01-01
framework: .
inputs:
  answers: {file: answers.csv, id: id, group: kelompok, duration: detik, missing: [9], dictionary: dictionary.csv,
            scales: scales.csv, corrections: corrections.yml, private: {nik: drop}}
open:
  - {about: date, question: {id: "Kapan FGD diadakan?", en: "When was the FGD held?"}}
impossible:
  - {name: A dan B, when: A1 == 5 and B1 == 1 and B2 == 1}
exclusions:
  - {rule: longest_run, reason: {id: tidak dibaca, en: not read}, decided_by: FGD}
  - {respondents: [R0001X], reason: {id: formulir uji, en: a trial form}, decided_by: field office}
"""


def write(folder: Path) -> Path:
    """Answers of 300 invented respondents: label answers in A, codes in B, and something for every step of the gate."""
    rows = [",".join(framework.COLUMNS), "I,,Indeks,Index,d,d,,,,,reflective,o,s,unverified"]
    rows += [f"{code},I,{code},{code},d,d,,,,,reflective,o,s,unverified" for code in "AB"]
    rows += [f"{c},{c[0]},{c},{c},d,d,{c},1,5,{-1 if c == 'A3' else 1},,o,s,unverified" for c in ITEMS]
    (folder / "indicators.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    rng = np.random.default_rng(3)
    scores = np.clip(np.rint(3 + rng.standard_normal((300, 1)) + 0.8 * rng.standard_normal((300, 7))), 1, 5)
    cells = pd.DataFrame(scores.astype(int), columns=ITEMS).astype(object)
    cells.iloc[:4, :] = 3  # four who gave one answer to everything
    gone = rng.random(cells.shape) < 0.08
    gone[:4] = False
    cells = cells.mask(gone, "")
    cells[["A1", "A2", "A3"]] = cells[["A1", "A2", "A3"]].map(lambda code: code if code == "" else LABELS[code - 1])
    cells.loc[10:19, "B1"] = 9
    cells.loc[20, "B2"] = 33
    cells.loc[30:39, "A2"] = "Tidak Tahu"
    cells.insert(0, "id", [f"R{number:04d}X" for number in range(300)])
    cells["nik"] = [f"327501{1 + number % 28:02d}0190{number:04d}" for number in range(300)]
    cells["kelompok"] = np.repeat(["utara", "selatan", "kecil"], [150, 145, 5])
    cells["detik"] = np.where(np.arange(300) == 50, 3, 300)
    cells.to_csv(folder / "answers.csv", index=False)
    (folder / "dictionary.csv").write_text(
        "column,indicator,scale,missing,question,status,note\n"
        + "".join(f"{code},{code},setuju,,,confirmed,\n" for code in ("A1", "A2"))
        + "A3,A3,setuju,,,guessed,is it worded in reverse?\n",
        encoding="utf-8",
    )
    lines = [f"setuju,{number},{label}" for number, label in enumerate(LABELS, 1)]
    (folder / "scales.csv").write_text("\n".join(["scale,code,label", *lines, "setuju,,tidak tahu"]) + "\n", "utf-8")
    (folder / "corrections.yml").write_text(
        "- {respondent: R0020X, column: B2, from: 33, to: 3, reason: typed twice, by: field office}\n", "utf-8"
    )
    (folder / "round.yaml").write_text(ROUND, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("intake"))


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request, folder):
    return ikfs.open_round(folder, language=request.param)


@pytest.fixture
def words(opened):
    return Words(opened.language)


def html(view, opened, words):
    return tables.lay_out(view, words, opened).html()


def test_the_gate_tells_what_it_did_and_names_nobody(opened, words):
    shown = html(views.gate_log(opened), opened, words)
    heading = "Declared codes that mean no answer" if words.language == "en" else "Kode yang dinyatakan"
    assert heading in shown
    assert "typed twice (field office)" in shown
    assert "1 + 5 - x" in shown
    assert ("dropped, as declared" if words.language == "en" else "dibuang, sebagaimana dinyatakan") in shown
    steps = views.gate_log(opened).table.set_index("step")["cells"]
    assert steps["missing code"] == 10
    assert steps["correction"] == 1
    assert ">33<" not in shown
    assert "33 -" not in shown


def test_nothing_of_a_single_respondent_stands_on_the_page(opened, words):
    told = []
    for name in NAMES:
        view = getattr(views, name)(opened)
        told.append(text.say(view, words, opened))
        if name not in ("delivery", "missing_patterns", "missing_by_group", "mcar"):
            laid = tables.lay_out(view, words, opened)
            told += [laid.html(), laid.csv(), laid.note]
    everything = "\n".join(told)
    assert not re.search(r"R\d{4}X", everything)
    assert "327501" not in everything
    assert not re.search(r"\brow \d|\bbaris \d", everything)
    assert "{" not in everything
    assert " nan" not in everything.lower()


def test_what_is_open_and_what_is_guessed_is_asked(opened, words):
    asked = tables.lay_out(views.open_questions(opened), words, opened).frame["told"].tolist()
    if words.language == "en":
        assert asked[0] == "When was the FGD held?"
        assert asked[1] == "column 'A3': is it worded in reverse?"
    else:
        assert asked[0] == "Kapan FGD diadakan?"
        assert asked[1].startswith("kolom 'A3': ")
    assert text.say(views.open_questions(opened), words, opened).startswith("**2 ")


def test_rules_bear_names_thresholds_and_reasons(opened, words):
    laid = tables.lay_out(views.screening_rules(opened), words, opened)
    shown = laid.frame.set_index("rule")
    assert shown["limit"]["missing"] == "50\u202f%"
    assert shown["limit"]["too_fast"] == ("2 s" if words.language == "en" else "2 dtk")
    assert shown["limit"]["outlier"].endswith("0.001" if words.language == "en" else "0,001")
    assert shown["n_flagged"]["too_fast"] == 1
    assert shown["n_flagged"]["longest_run"] >= 4
    assert shown["name"]["impossible: A dan B"].endswith(": A dan B")
    assert shown["n_flagged"]["duplicate_id"] == 0
    assert (shown["meaning"] != "").all()
    assert ("Weak: with 7 items" if words.language == "en" else "Lemah: dengan 7 butir") in laid.note


def test_exclusions_show_numbers_and_reasons(opened, words):
    said = text.say(views.exclusions(opened), words, opened)
    out = opened.delivered.n - opened.answers.n
    assert f"**{out} " in said
    laid = tables.lay_out(views.exclusions(opened), words, opened)
    # R0001X gave one answer to everything and is named as well: it counts under both decisions, once in the total
    assert laid.frame["n"].sum() == out + 1
    assert ("not read" if words.language == "en" else "tidak dibaca") in laid.html()


def test_small_groups_are_not_looked_at(opened, words):
    assert "kecil" not in views.missing_by_group(opened).table.columns
    assert "kecil" not in html(views.empty_categories(opened), opened, words)


@pytest.mark.parametrize("name", ["missing_patterns", "missing_by_group"])
def test_figures_of_gaps_are_the_same_bytes_twice(name, opened, words):
    view = getattr(views, name)(opened)
    first, second = (figures.bundle(figures.draw(view, words, opened)) for _ in range(2))
    assert first == second


def test_without_gaps_flags_and_decisions_the_page_says_so(tmp_path):
    rng = np.random.default_rng(8)
    write(tmp_path)
    scores = np.clip(np.rint(3 + rng.standard_normal((300, 1)) + rng.standard_normal((300, 7))), 1, 5).astype(int)
    pd.DataFrame(scores, columns=ITEMS).to_csv(tmp_path / "answers.csv", index=False)
    (tmp_path / "round.yaml").write_text(
        "id: t\ntitle: {id: Uji, en: Test}\ndate: 2020-01-01\nframework: .\ninputs: {answers: {file: answers.csv}}\n"
        "parameters: {screen_outlier: 0.00000001, screen_run: 0.99}\n",
        encoding="utf-8",
    )
    opened, words = ikfs.open_round(tmp_path), Words("en")
    told = {name: text.say(getattr(views, name)(opened), words, opened) for name in NAMES if name != "missing_by_group"}
    assert told["missing_patterns"] == "Nobody left an item unanswered."
    assert told["mcar"].startswith("Little's MCAR test was not computed. Little's test needs at least one missing")
    assert told["exclusions"].startswith("**Nobody was left out.**")
    assert told["open_questions"].startswith("Nothing about the file is guessed")
    assert text.say(views.missing_by_group(opened), words, opened).startswith("This part is not available")
    assert text.say(views.missing_patterns(opened), words, opened, guide=True) == ""
    assert views.missing_patterns(opened).table.empty
    assert told["delivery"].startswith(
        "The answers were delivered as `answers.csv` (CSV): **300 respondents**, 7 items."
    )
    laid = tables.lay_out(views.screening_rules(opened), words, opened)
    assert laid.frame.set_index("rule")["n_flagged"].isna()[["duplicate_id", "too_fast"]].all()
    assert "Too fast: Did not run: no times were given." in laid.note


@pytest.mark.parametrize("form", phrases.FORMS)
def test_every_form_is_recognised_and_told_in_indonesian(form):
    names = dict.fromkeys(re.findall(r"{(\w+)}", form))
    given = {name: f"v{place}" for place, name in enumerate(names)}
    text_ = form.format(**given)
    said = phrases.retold(text_, Words("id"))
    assert said != text_
    assert all(value in said for value in given.values())
    assert phrases.retold(text_, Words("en")) == text_


def test_sentences_that_stand_together_are_told_one_by_one():
    both = f"{notes.NO_TIMES} {notes.SEEN_SCALE.format(low='1', high='4.5')} Something else."
    said = phrases.retold(both, Words("id"))
    assert said.startswith(phrases.retold(notes.NO_TIMES, Words("id")))
    assert "dari 1 sampai 4,5" in said
    assert said.endswith("Something else.")


FORMATS = Path(__file__).resolve().parents[1] / "formats"
FILES = [
    "answers.csv", "answers_bom.csv", "answers_semicolon.csv", "answers_tab.txt", "answers.parquet", "haven.sav",
    "stata.dta", "libreoffice.xlsx", "google.csv", "kobo_values.csv", "kobo_labels.xlsx",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_the_readers_write_into_the_log_is_known_in_both_languages(name):
    table = reading.read(FORMATS / name)
    kobo = name.startswith("kobo")
    form = reading.read_form(FORMATS / "form.xlsx") if kobo else None
    told = reading.named_by_survey_tool(table) if form is None else reading.named_by_form(table, form)
    for step, detail in zip(told.log["step"], told.log["detail"], strict=True):
        assert step in STEPS
        assert detail == "UTF-8" or phrases.retold(detail, Words("id")) != detail
