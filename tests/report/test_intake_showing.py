"""A file with everything that the gate does to files, shown in both languages: what is told, and what must not be."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import framework, reading
from ikfs_methods.answers.screening import notes, rules
from ikfs_methods.privacy import columns, headings
from ikfs_methods.reading import separators
from ikfs_methods.report import display, figures, phrases, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables import screening
from ikfs_methods.report.tables.gate import STEPS
from ikfs_methods.rounds import views
from ikfs_methods.rounds.drafting.wordings import wordings

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
    assert opened.screening.rules["n_flagged"]["too_fast"] == 1
    # one respondent is fewer than may be told
    assert ">&lt;\u202f5<" in laid.html()
    assert views.screening_rules(opened).table.set_index("rule")["n_flagged"].isna()["too_fast"]
    assert opened.screening.rules["n_flagged"]["longest_run"] >= 4
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
    assert len(opened.excluded) == out + 1
    # one named respondent is fewer than may be told, and the other decision would give the number away
    assert views.exclusions(opened).table["n"].isna().all()
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


def filled(form: str, place: int = 0) -> list[tuple[str, list[str]]]:
    """The form with v0, v1 ... in its places and what stands in them; a form within it is each of those it may be."""
    found = [(form, list[str]())]
    for name in dict.fromkeys(re.findall(r"{(\w+)}", form)):
        place += 1
        inner = [part for one in WITHIN.get(name, ()) for part in filled(one, 10 * place)]
        inner = inner or [(f"v{place}", [f"v{place}"])]
        found = [(text.replace(f"{{{name}}}", part), [*had, *more]) for text, had in found for part, more in inner]
    return found


WITHIN = {"basis": phrases.BASES, "doubt": phrases.DOUBTS, "reason": phrases.REASONS}


@pytest.mark.parametrize("form", phrases.FORMS)
def test_every_form_is_recognised_and_told_in_indonesian(form):
    for text_, given in filled(form):
        said = phrases.retold(text_, Words("id"))
        assert said != text_
        assert all(value in said for value in given)
        assert not any(part in said for part in (" of the ", " in the ", " the codes ", " answers "))
        assert phrases.retold(text_, Words("en")) == text_


REST = "correct the codes in scales.csv, and scale_min and scale_max in indicators.csv"
SISA = "perbaiki kodenya di scales.csv, serta scale_min dan scale_max di indicators.csv"
TOLD = {
    "codes written as decimal numbers (11.0) were read as two digits": (
        "kode yang ditulis sebagai bilangan desimal (11.0) dibaca sebagai dua digit"
    ),
    "codes written as decimal numbers (11.0, 12.0, 13.0 and 31 more) were read as two digits": (
        "kode yang ditulis sebagai bilangan desimal (11.0, 12.0, 13.0 dan 31 lainnya) dibaca sebagai dua digit"
    ),
    "3.10 emptied": "3.10 dikosongkan",
    "taken as they stand: 34 of 1200 are no provinces' names": "dipakai apa adanya: 34 dari 1.200 bukan nama provinsi",
    "dropped, as declared (birth date)": "dibuang, sebagaimana dinyatakan (tanggal lahir)",
    "WINDOWS-1252, as the file says": "WINDOWS-1252, menurut berkas",
    "column 'A1': scale taken from the words of the answers (yes-no, 2 points); no answer: 9, tt; nobody chose a = 1 "
    f"and 2 more, if there was such an answer; read as b; c = 2: {REST}": (
        "kolom 'A1': skala diambil dari kata-kata jawaban (ya-tidak, 2 titik); tanpa jawaban: 9, tt; tidak seorang pun "
        f"memilih a = 1 dan 2 lainnya, kalau jawaban itu ada; dibaca sebagai b; c = 2: {SISA}"
    ),
    "scale taken from the numbers in front of the answers; it may be a scale of 5 points, but also one of 4 or 7; read "
    f"as b = 1: {REST}": (
        "skala diambil dari angka di depan jawaban; mungkin skala 5 titik, mungkin juga 4 atau 7; dibaca sebagai b = "
        f"1: {SISA}"
    ),
    "scale taken from the answers a; not explained by it, with no code in scales.csv: 'b' (13), 'c' (fewer than 5)": (
        "skala diambil dari jawaban a; tidak termasuk di dalamnya dan tanpa kode di scales.csv: 'b' (13), 'c' (kurang "
        "dari 5)"
    ),
    "columns 'A1', 'A2': is it 3.5 or 4?": "kolom 'A1', 'A2': is it 3.5 or 4?",
}


@pytest.mark.parametrize(("text_", "said"), TOLD.items())
def test_names_and_cells_stay_as_they_are(text_, said):
    assert phrases.retold(text_, Words("id")) == said


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


# Every sentence in the sources


PACKAGE = Path(ikfs.__file__).parent
SOURCES = [path for part in ("reading", "privacy", "answers") for path in sorted((PACKAGE / part).rglob("*.py"))]
OWN = {"correction", "record taken out", "missing code", "label", "between points", "reverse"}  # words of the round


class Source:
    """A module in which the texts that an expression may have are looked up; what is no text there is a place."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    def texts(self, node: ast.expr, scope: ast.AST, depth: int = 0) -> set[str]:
        """All texts of an expression of a function; {} stands for what only the running program knows."""
        found = {"{}"}
        match node:
            case _ if depth > 8:
                pass
            case ast.Constant(value=str(text)):
                found = {text}
            case ast.JoinedStr(values=parts):
                found = {""}
                for part in parts:
                    more = self.texts(part, scope, depth + 1)
                    found = {one + other for one in found for other in more}
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                found = self.texts(value, scope, depth + 1)
            case ast.IfExp(body=one, orelse=other):
                found = self.texts(one, scope, depth + 1) | self.texts(other, scope, depth + 1)
            case ast.BinOp(left=one, op=ast.Add(), right=other):
                after = self.texts(other, scope, depth + 1)
                found = {text + more for text in self.texts(one, scope, depth + 1) for more in after}
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                found = self._returned(self.functions[name], None, depth + 1)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value="; "), attr="join"), args=[ast.Name(id=name)]):
                found = self._joined(name, scope, depth + 1)
            case ast.Name(id=name):
                found = self._assigned(name, scope, depth + 1) or found
        return found

    def _returned(self, function: ast.FunctionDef, place: int | None, depth: int) -> set[str]:
        found = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                value = node.value
                if place is not None and isinstance(value, ast.Tuple):
                    value = value.elts[place]
                found |= self.texts(value, function, depth)
        return found

    def _assigned(self, name: str, scope: ast.AST, depth: int) -> set[str]:
        found: set[str] = set()
        tails: set[str] = set()
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found |= self._target(target, node.value, name, scope, depth)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                tails |= self.texts(node.value, scope, depth)
        found |= {text + tail for text in found for tail in tails}
        if not found and isinstance(scope, ast.FunctionDef):
            names = [argument.arg for argument in scope.args.args]
            for caller in self.functions.values() if name in names else ():
                for node in ast.walk(caller):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == scope.name:
                        found |= self.texts(node.args[names.index(name)], caller, depth)
        return found

    def _joined(self, name: str, scope: ast.AST, depth: int) -> set[str]:
        """The texts that "; " joins: those of the list's first value, and those put in front of it."""
        first: set[str] = {""}
        ahead: set[str] = set()
        for node in ast.walk(scope):
            match node:
                case ast.Assign(targets=[ast.Name(id=one)], value=ast.IfExp(orelse=ast.List(elts=[part]))) if (
                    one == name
                ):
                    first |= self.texts(part, scope, depth)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=one), attr="insert"), args=[_, part]) if one == name:
                    ahead |= self.texts(part, scope, depth)
        return first | {"; ".join(filter(None, (part, rest))) for part in ahead for rest in first}

    def _target(self, target: ast.expr, value: ast.expr, name: str, scope: ast.AST, depth: int) -> set[str]:
        if isinstance(target, ast.Name) and target.id == name:
            return self.texts(value, scope, depth)
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            for place, one in enumerate(target.elts):
                if isinstance(one, ast.Name) and one.id == name and value.func.id in self.functions:
                    return self._returned(self.functions[value.func.id], place, depth)
        return set()

    def scopes(self) -> list[tuple[ast.FunctionDef, ast.AST]]:
        """Every node with the function that it stands in."""
        return [(function, node) for function in self.functions.values() for node in ast.walk(function)]


def log_sentences() -> list[tuple[str, str, str]]:
    """Module, step and sentence of every entry that the sources may write into the log."""
    found = set()
    for path in SOURCES:
        source = Source(path)
        for function, node in source.scopes():
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(step)), column, _, detail]) if (
                    not isinstance(column, ast.Constant) or column.value == ""
                ):
                    found |= {(path.name, step, text) for text in source.texts(detail, function)}
    return sorted(found)


def said_as_found(text_: str) -> str:
    """The sentence with something in its places."""
    for number in range(text_.count("{}")):
        text_ = text_.replace("{}", f"w{number}", 1)
    return text_


LOGGED = log_sentences()


def test_the_sources_have_as_many_entries_as_are_known():
    # a guard of the search itself: it would pass if it found nothing
    assert {step for _, step, _ in LOGGED} == set(STEPS)
    assert len(LOGGED) >= 50


@pytest.mark.parametrize(("module", "step", "sentence"), LOGGED)
def test_every_sentence_of_the_log_has_a_form_and_its_step_a_heading(module, step, sentence):
    assert step in STEPS
    # notes of regions.py are passed on under another name: the next test has them
    if step in OWN or sentence == "UTF-8" or (module, sentence) == ("attributes.py", "{}"):
        return
    told = said_as_found(sentence)
    said = phrases.retold(told, Words("id"))
    assert said != told
    assert phrases.retold(told, Words("en")) == told


def test_every_note_on_regions_has_a_form():
    source = Source(PACKAGE / "answers" / "regions.py")
    made = set()
    for function, node in source.scopes():
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="notes"), attr="append"), args=[text_]):
                made |= source.texts(text_, function)
            case ast.Assign(targets=[ast.Name(id="notes")], value=ast.IfExp(body=ast.List(elts=[text_]))):
                made |= source.texts(text_, function)
    assert len(made) == 2
    for text_ in map(said_as_found, made):
        assert phrases.retold(text_, Words("id")) != text_


def test_every_note_of_a_draft_has_a_form():
    source = Source(PACKAGE / "rounds" / "drafting" / "blocks.py")
    found: dict[str, set[str]] = {"basis": set(), "doubt": set()}
    for function, node in source.scopes():
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("Block", "replace"):
            continue
        for place in found:
            given_ = [one.value for one in node.keywords if one.arg == place]
            if place == "basis" and node.func.id == "Block" and len(node.args) > 4:
                given_.append(node.args[4])
            for one in given_:
                found[place] |= source.texts(one, function)
    bases, doubts = (sorted(map(said_as_found, found[place] - {""})) for place in ("basis", "doubt"))
    assert len(bases) >= len(phrases.BASES) - 1  # one f-string makes both forms of the codes that occur
    assert len(doubts) >= len(phrases.DOUBTS)
    tree = Source(PACKAGE / "rounds" / "drafting" / "tree.py")
    beside = [
        sorted(
            {said_as_found(one) for one in tree.texts(ast.Name(id=name), tree.functions["_entry"]) if one[-2:] != ": "}
        )
        for name in ("missing", "strange")
    ]
    assert all(len(texts) == 2 for texts in beside)  # each may be lacking
    words_ = Words("id")
    for basis, missing, strange, doubt in product(bases, *beside, ["", *doubts]):
        note = f"scale taken from {basis}{missing}{strange}{'; ' if doubt else ''}{doubt}"
        said = phrases.retold(f"columns 'A1', 'A2': {note}", words_)
        assert said.startswith("kolom 'A1', 'A2': skala diambil dari ")
        assert not re.search(r"\b(?:the|answers?|whole|scale|codes|nobody|read)\b", said)


def test_every_kind_of_personal_data_has_a_name_in_both_languages():
    kinds = {*headings._PHRASES, *(kind for kind, _ in columns._SHAPES)} - {"nik", "kk"}
    assert {kind.removeprefix("perhaps ") for kind in kinds} <= set(phrases.KINDS)


def test_every_family_of_wordings_and_every_mark_has_a_name():
    families = set(wordings()["family"]) - {"missing"}
    assert families == set(phrases.FAMILIES)
    assert set(separators.NAMES.values()) == set(phrases.MARKS)


def test_every_rule_has_a_name_and_a_meaning():
    names = {*rules.NAMES, rules.IMPOSSIBLE}
    assert set(screening.RULES) == set(screening.MEANINGS) == names


def test_a_table_of_flags_that_are_all_withheld_is_left_out():
    overlap = views.FlagOverlap(
        pd.DataFrame({"flags": [0, 1], "n": [np.nan] * 2, "share": [np.nan] * 2}),
        pd.DataFrame({"n": [True, True], "share": [True, True]}),
        True,
    )
    assert display._nothing(overlap)
    assert not display._nothing(replace(overlap, hidden=~overlap.hidden))
