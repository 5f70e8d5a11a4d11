"""The chapter on factor structure: its sentences, tables and figures, on the shipped round and on odd ones."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import framework
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Absent
from ikfs_methods.rounds.factored import Unsettled

QUICK = {"parallel_draws": 50, "bootstrap_draws": 100}
SAID = {
    "correlation": lambda r: (r.correlation, {}),
    "kmo": lambda r: (r.kmo, {}),
    "deletion": lambda r: (r.msa_deletion, {}),
    "components": lambda r: (r.parallel("component"), {}),
    "common": lambda r: (r.parallel("factor"), {}),
    "retention": lambda r: (r.retention, {"after": r.retention_retained}),
    "number": lambda r: (r.factor_number, {}),
    "candidates": lambda r: (r.factors, {}),
    "retained": lambda r: (r.factors_retained, {}),
    "fit": lambda r: (r.factors, {"what": "fit", "after": r.factors_retained}),
    "intervals": lambda r: (r.factors_resampled, {"what": "intervals"}),
    "omega": lambda r: (r.omega_general, {}),
    "beside": lambda r: (r.factors_beside, {}),
    "groups": lambda r: (r.factors_by_group, {}),
    "change": lambda r: (r.factors_change, {"what": "previous"}),
}
LAID = {
    "correlation": SAID["correlation"],
    "kmo": lambda r: (r.kmo, {"bartlett": r.bartlett}),
    "components": SAID["components"],
    "retention": SAID["retention"],
    "candidates": SAID["candidates"],
    "fit": SAID["fit"],
    "intervals": SAID["intervals"],
    "phi": lambda r: (r.factors_resampled, {"what": "phi"}),
    "omega": SAID["omega"],
    "schmid": lambda r: (r.omega_general, {"what": "loadings"}),
    "beside": SAID["beside"],
    "groups": SAID["groups"],
}
DRAWN = {
    "correlation": SAID["correlation"],
    "components": SAID["components"],
    "candidates": SAID["candidates"],
    "intervals": SAID["intervals"],
}


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round("fgd-2020-03-26", language="id", **QUICK)


@pytest.fixture(scope="module", params=["id", "en"])
def words(request):
    return Words(request.param)


def clean(html: str, words: Words) -> None:
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells
    assert not any(cell in ("nan", "None", "NaN", "<NA>", "") for cell in cells)
    if words.language == "id":
        assert not any(re.search(r"\d\.\d", re.sub(r"\d{1,3}(\.\d{3})+", "", cell)) for cell in cells)


@pytest.mark.parametrize("name", SAID)
def test_every_result_is_said(name, opened, words):
    result, options = SAID[name](opened)
    said = text.say(result, words, opened, **options)
    assert said
    assert "{" not in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("name", LAID)
def test_every_table_is_laid_out(name, opened, words):
    result, options = LAID[name](opened)
    laid = tables.lay_out(result, words, opened, **options)
    clean(laid.html("caption"), words)
    assert laid.csv().count("\n") > 1


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_the_same_bytes_twice(name, opened, words):
    result, options = DRAWN[name](opened)
    first, second = (figures.bundle(figures.draw(result, words, opened, **options)) for _ in range(2))
    assert first == second


def english(result, opened, **options) -> str:
    return text.say(result, Words("en"), opened, **options)


def test_the_recommendation_is_reasoned_before_and_after_the_decisions(opened):
    said = english(opened.retention, opened, after=opened.retention_retained)
    assert "All candidates: 3 of 5 criteria with a vote find **4** factors" in said
    assert "parallel analysis of components finds 3" in said
    assert "After the decisions: all 5 criteria with a vote find **3** factors." in said
    assert "falls from 4 to 3 once KD8 and PM8 are left out" in said
    assert "PM6 and PM8" in said


def test_one_table_alone_starts_with_a_capital(opened):
    assert english(opened.retention_retained, opened).startswith("All 5 criteria")


def test_a_number_against_the_criteria_asks_for_a_decision(opened):
    other = ikfs.open_round("fgd-2020-03-26", n_factors=2, **QUICK)
    other.__dict__["retention_retained"] = opened.retention_retained  # the same answers; it takes seconds
    said = english(other.factor_number, other)
    assert "as given for this run" in said
    assert "recommend 3 after the decisions" in said


def test_loadings_are_read_against_dimensions_and_cut_offs(opened):
    said = english(opened.factors, opened)
    assert "The factors follow the dimensions" in said
    assert "**KD8" in said
    assert "less than 0.20 apart: **PM7**" in said
    assert "All 10 starts" in said


def test_fewer_factors_than_dimensions_are_said_to_mix_them():
    mixed = ikfs.open_round("fgd-2020-03-26", n_factors=2, **QUICK)
    assert "do not part all dimensions" in english(mixed.factors_retained, mixed)


def test_fit_is_read_against_named_cut_offs(opened):
    said = english(opened.factors, opened, what="fit", after=opened.factors_retained)
    assert "All candidates: RMSEA" in said
    assert "Beyond the usual cut-offs: TLI." in said
    assert said.endswith("By the usual cut-offs the fit is good.")
    laid = tables.lay_out(opened.factors, Words("en"), opened, what="fit", after=opened.factors_retained)
    assert "Hu & Bentler (1999)" in laid.note
    assert repr(float(opened.factors.fit["chi2"]))[:12] in laid.csv()


def test_components_have_no_fit():
    summary = ikfs.open_round("fgd-2020-03-26", extraction="pca", **QUICK)
    assert "no test of fit" in english(summary.factors, summary, what="fit")
    laid = tables.lay_out(summary.factors, Words("en"), summary, what="fit", after=summary.factors_retained)
    clean(laid.html(), Words("en"))


def test_polychoric_correlations_tell_what_they_rest_on():
    ordered = ikfs.open_round("fgd-2020-03-26", correlation="polychoric", n_factors=3, **QUICK)
    said = english(ordered.correlation, ordered)
    assert "combinations of answers that nobody gave" in said
    assert "takes them as well" in said
    assert "they test nothing" in english(ordered.factors, ordered, what="fit")
    assert "Pearson correlations" in english(ordered.factors_beside, ordered)


def test_deletion_names_the_items_and_their_order():
    strict = ikfs.open_round("fgd-2020-03-26", msa_cutoff=0.9, **QUICK)
    said = english(strict.msa_deletion, strict)
    assert "2 items would go (KD8 and PM8)" in said
    laid = tables.lay_out(strict.msa_deletion, Words("en"), strict)
    assert list(laid.frame["dropped"]) == ["KD8", "PM8"]
    assert list(laid.frame["round"]) == [1, 2]


def test_too_many_factors_are_said_to_be_unsteady():
    many = ikfs.open_round("fgd-2020-03-26", n_factors=7, **QUICK)
    said = english(many.factors, many)
    assert "starts of the rotation ended in" in said or "Heywood case" in said
    assert text.say(many.factors_resampled, Words("id"), many, what="intervals")


def test_groups_are_named_by_verdict_and_keep_their_labels(opened):
    said = english(opened.factors_by_group, opened)
    assert "The same factors as in all respondents (congruence of 0.95 or more in each)" in said
    assert opened.called("anak") in said


def test_what_cannot_be_computed_is_said(opened):
    for missing in (Unsettled("answers", "x"), Absent("previous"), Absent("respondents")):
        said = english(missing, opened, what="previous")
        assert said.startswith("This part is not available")


# Odd rounds


def make(
    folder: Path, tree: dict[str, list[str]], *, n: int = 300, measurement: str = "reflective"
) -> ikfs.rounds.Round:
    """A round with answers alone on a tree given as parent -> children; leaves are items with one common factor."""
    parents = {child: parent for parent, children in tree.items() for child in children}
    rows = [",".join(framework.COLUMNS)]
    for code in ["I", *parents]:
        scale = ",,,," if code in tree else f"{code},1,5,1,"
        kind = measurement if code in tree else ""
        rows.append(f"{code},{parents.get(code, '')},{code},{code},d,d,{scale}{kind},o,s,unverified")
    (folder / "indicators.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    rng = np.random.default_rng(1)
    items = [code for code in parents if code not in tree]
    answers = 3 + rng.standard_normal((n, 1)) + rng.standard_normal((n, len(items)))
    answers = pd.DataFrame(np.clip(np.rint(answers), 1, 5).astype(int), columns=items)
    answers.to_csv(folder / "answers.csv", index=False)
    (folder / "round.yaml").write_text(
        "id: t\ntitle: {id: Uji, en: Test}\ndate: 2020-01-01\nframework: .\ninputs: {answers: {file: answers.csv}}\n",
        encoding="utf-8",
    )
    return ikfs.open_round(folder, **QUICK)


def everything(opened: ikfs.rounds.Round, words: Words) -> list[str]:
    """The whole chapter: what is said of a round, with tables and figures wherever there is a result."""
    said = []
    for name, ask in SAID.items():
        result, options = ask(opened)
        said.append(text.say(result, words, opened, **options))
        if isinstance(result, Absent):
            continue
        if name in LAID:
            result, options = LAID[name](opened)
            if not (laid := tables.lay_out(result, words, opened, **options)).frame.empty:
                clean(laid.html(), words)
        if name in DRAWN:
            figures.bundle(figures.draw(result, words, opened, **options))
    return said


@pytest.mark.parametrize(
    ("tree", "measurement"),
    [
        ({"I": ["A"], "A": ["a1", "a2"]}, "reflective"),
        ({"I": ["A"], "A": ["a1", "a2", "a3"]}, "reflective"),
        ({"I": ["A", "B"], "A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}, "formative"),
    ],
    ids=["two items", "three items", "two formative dimensions"],
)
def test_odd_rounds_have_a_chapter(tmp_path, tree, measurement):
    odd = make(tmp_path, tree, measurement=measurement)
    said = everything(odd, Words("id"))
    assert all(said)
    assert not any("{" in sentence or " nan" in sentence.lower() for sentence in said)


def test_formative_items_are_shown_and_not_judged(tmp_path):
    odd = make(tmp_path, {"I": ["A"], "A": ["a1", "a2", "a3", "a4"]}, measurement="formative")
    said = english(odd.factors, odd)
    assert "shown, not judged" in said
    assert "belongs clearly" not in said
    html = tables.lay_out(odd.factors, Words("en"), odd).html()
    assert "bad" not in html
    assert "warn" not in html


def test_few_respondents_leave_sentences_alone(tmp_path, words):
    few = make(tmp_path, {"I": ["A"], "A": ["a1", "a2", "a3", "a4", "a5", "a6"]}, n=6)
    said = everything(few, words)
    assert sum("`round.yaml`" in sentence or "tersedia" in sentence for sentence in said) >= 10
