"""Every result as table, figure and sentence, in both languages; wrong ones refused."""

from __future__ import annotations

import re

import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import ParameterError
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import Column, Laid
from ikfs_methods.rounds import Absent, views


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round("fgd-2020-03-26", language=request.param)


@pytest.fixture(scope="module")
def words(opened):
    return Words(opened.language)


TABLES = {
    "answers": lambda r: r.answers,
    "sample": views.sample,
    "participants": views.participants,
    "gate_log": views.gate_log,
    "rules": views.screening_rules,
    "overlap": views.flag_overlap,
    "decisions": views.decisions,
    "method": views.method_decisions,
    "parameters": views.parameters,
    "inputs": views.input_files,
    "aiken": lambda r: r.aiken(),
    "items": lambda r: r.item_analysis,
    "alpha": lambda r: r.alpha,
    "kmo": lambda r: r.kmo,
    "parallel": lambda r: r.parallel(),
    "factors": lambda r: r.factors,
    "evidence": lambda r: r.evidence,
    "weights": views.weight_table,
    "ahp": lambda r: r.ahp,
    "index": lambda r: r.index("region"),
    "leave_one_out": lambda r: r.leave_one_out("group"),
    "variants": lambda r: ikfs.compare_variants(r, ikfs.open_round(r.folder, weights="equal")),
}
SAID = [
    "answers", "gate_log", "rules", "overlap", "aiken", "items", "alpha", "kmo", "parallel", "factors", "evidence",
    "decisions", "ahp", "index", "leave_one_out", "variants",
]  # fmt: skip
FIGURES = {
    **TABLES,
    "missing_patterns": views.missing_patterns,
    "missing_by_group": views.missing_by_group,
    "categories": views.category_shares,
}
DRAWN = [
    "missing_patterns",
    "missing_by_group",
    "categories",
    "aiken",
    "items",
    "parallel",
    "factors",
    "weights",
    "index",
    "leave_one_out",
]


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_laid_out_in_the_language(name, opened, words):
    laid = tables.lay_out(TABLES[name](opened), words, opened)
    html = laid.html("caption")
    assert html.startswith('<table class="ikfs"><caption>caption</caption>')
    assert html.count("<tr>") >= len(laid.frame)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells
    assert not any(cell in ("nan", "None", "NaN", "<NA>") for cell in cells)
    if words.language == "id":
        assert not any(re.fullmatch(r"−?\d+\.\d{2}", cell) for cell in cells), "a decimal point in Indonesian"


@pytest.mark.parametrize("name", SAID)
def test_sentences_are_made_from_the_numbers(name, opened, words):
    said = text.say(TABLES[name](opened), words, opened)
    assert said
    assert "{" not in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("name", DRAWN)
def test_figures_are_the_same_bytes_twice(name, opened, words):
    result = FIGURES[name](opened)
    first, second = (figures.bundle(figures.draw(result, words, opened)) for _ in range(2))
    assert first == second
    assert first["image/svg+xml"].lstrip().startswith("<?xml")


def test_full_precision_stays_in_the_file(opened, words):
    laid = tables.lay_out(opened.alpha, words, opened)
    assert repr(opened.alpha["KD"].alpha)[:14] in laid.csv()


def test_cells_are_escaped():
    import pandas as pd

    laid = Laid(pd.DataFrame({"a": ["<b> & c"]}), (Column("a", "x < y"),))
    assert '<td class="left">&lt;b&gt; &amp; c</td>' in laid.html()
    assert "x &lt; y" in laid.html()


def test_a_missing_input_is_told_with_its_remedy(opened, words):
    said = text.say(Absent("panel"), words, opened)
    assert "`round.yaml`" in said
    assert "`panel`" in said


def test_unknown_results_are_refused(opened, words):
    for show in (tables.lay_out, figures.draw, text.say):
        with pytest.raises(ParameterError, match="found int"):
            show(3, words, opened)


def test_notice_stands_on_invented_rounds_only(opened, words):
    assert ("Invented" if words.language == "en" else "rekaan") in text.notice(opened, words)
