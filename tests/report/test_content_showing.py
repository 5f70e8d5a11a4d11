"""Content validity as tables, sentences and a figure, in both languages, on the shipped round and on odd panels."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

import ikfs_methods as ikfs
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Absent, views
from ikfs_methods.rounds.tables import NOT_STATED

ROUND = "fgd-2020-03-26"
RESULTS = {
    "panel": views.panel,
    "aiken": lambda r: r.aiken(),
    "criteria": views.aiken_by_criterion,
    "institutions": views.aiken_by_institution,
    "cvr": lambda r: r.content_ratio,
    "cvi": lambda r: r.content_index,
    "ioc": lambda r: r.congruence,
    "rules": views.content_rules,
    "comments": views.comments,
    "change": lambda r: r.aiken_change(),
}


def only(*criteria):
    return lambda panel: panel[panel["criterion"].isin(criteria)]


def experts(*codes):
    return lambda panel: panel[panel["expert"].isin(codes)]


def alike(panel):
    """Every rating of a criterion the same: the highest."""
    top = {"relevance": 4, "clarity": 4, "essential": 1, "congruence": 1}
    return panel.assign(rating=panel["criterion"].map(top))


def lowest(panel):
    bottom = {"relevance": 1, "clarity": 1, "essential": 0, "congruence": -1}
    return panel.assign(rating=panel["criterion"].map(bottom))


def holes(panel):
    """Unequal panels: a third of the ratings missing, one indicator without any on relevance."""
    gone = (np.arange(len(panel)) * 7 % 10 < 3) | ((panel["indicator"] == "KD3") & (panel["criterion"] == "relevance"))
    return panel.assign(rating=panel["rating"].mask(gone))


def every_dimension(panel):
    own = panel[panel["criterion"] == "congruence"]
    parts = [
        own.assign(criterion=f"congruence:{code}", rating=own["rating"].where(own["indicator"].str[:2] == code, -1))
        for code in ("KD", "PS", "PM")
    ]
    return pd.concat([panel[panel["criterion"] != "congruence"], *parts])


def one_each(panel):
    return panel.assign(institution="of " + panel["expert"])


ODD = {
    "one expert": experts("E01"),
    "two experts": experts("E01", "E02"),
    "four experts": experts("E01", "E04", "E07", "E10"),
    "without essential": only("relevance", "clarity", "congruence"),
    "one criterion": only("relevance"),
    "all ratings the highest": alike,
    "all ratings the lowest": lowest,
    "missing ratings": holes,
    "one indicator": lambda panel: panel[panel["indicator"] == "KD1"],
    "every dimension": every_dimension,
    "one expert each": one_each,
}


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round(ROUND, language=request.param)


@pytest.fixture
def odd(round_copy):
    """Opens the copied round with its panel changed; what experts.csv says of institutions follows the panel."""

    def change(edit, **parameters):
        path = round_copy / "panel.csv"
        panel = edit(pd.read_csv(path))
        panel.to_csv(path, index=False)
        asked = pd.read_csv(round_copy / "experts.csv")
        own = panel.drop_duplicates("expert").set_index("expert")["institution"]
        told = asked["expert"].map(own).fillna(asked["institution"])
        asked.assign(institution=told).to_csv(round_copy / "experts.csv", index=False)
        return ikfs.open_round(round_copy, language="en", **parameters)

    return change


@pytest.fixture
def said(odd):
    """What a kind of result says of a changed panel."""

    def say(name, edit, **parameters):
        asked = odd(edit, **parameters)
        return text.say(RESULTS[name](asked), Words(asked.language), asked)

    return say


def shown(result, opened, **options):
    """The table's cells as text, and its columns' headings."""
    html = tables.lay_out(result, Words(opened.language), opened, **options).html("caption")
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td.*?</td>", html)]
    return html, cells


def check_everything(asked):
    """Each result is told and laid out without a gap in the words or a number that is none."""
    words = Words(asked.language)
    for name, made in RESULTS.items():
        result = made(asked)
        sentence = text.say(result, words, asked)
        assert sentence, name
        assert "{" not in sentence, name
        assert not re.search(r"\bnan\b|\bNone\b|<NA>", sentence), (name, sentence)
        if isinstance(result, Absent):
            continue
        for options in [{}, {"view": "rules"}] if name == "rules" else [{}]:
            html, cells = shown(result, asked, **options)
            assert "{" not in html, name
            assert not any(cell in ("nan", "None", "NaN", "<NA>", "") for cell in cells), (name, cells)
            if asked.language == "id":
                assert not any(re.fullmatch(r"−?\d+\.\d{2}", cell) for cell in cells), name
            assert tables.lay_out(result, words, asked, **options).csv().count("\n") > 0
        if name == "aiken":
            figures.draw(result, words, asked)


def test_the_shipped_round_is_shown_in_both_languages(opened):
    check_everything(opened)


@pytest.mark.parametrize("name", ODD)
def test_odd_panels_are_shown(name, odd):
    asked = odd(ODD[name])
    check_everything(asked)
    check_everything(replace(asked, language="id"))


def test_a_round_without_institutions_says_how_to_tell_them(spoil):
    folder = spoil("round.yaml", "  experts: {file: experts.csv}\n", "")
    panel = pd.read_csv(folder / "panel.csv").assign(institution=NOT_STATED["en"])
    panel.to_csv(folder / "panel.csv", index=False)
    asked = ikfs.open_round(folder, language="en")
    said = text.say(views.aiken_by_institution(asked), Words("en"), asked)
    assert "institution or field of each expert" in said
    assert "`experts`" in said
    check_everything(asked)


def test_experts_of_one_institution_are_not_asked_to_declare_it(odd):
    asked = odd(lambda panel: panel.assign(institution="statistika"))
    said = text.say(views.aiken_by_institution(asked), Words("en"), asked)
    assert "is of the same one, so that there is none to compare it with" in said
    assert "declare" not in said
    check_everything(asked)


def test_a_round_of_answers_alone_says_so_throughout(spoil):
    for name in ("panel", "judgements", "budget", "best_worst", "experts", "comments"):
        folder = spoil("round.yaml", f"  {name}: {{file: {name}.csv}}\n", "")
    asked = ikfs.open_round(folder, language="en")
    assert all(isinstance(made(asked), Absent) for made in RESULTS.values())
    check_everything(asked)


def test_sentences_on_the_shipped_panel(opened):
    words = Words("en")
    told = {name: text.say(made(opened), words, opened) for name, made in RESULTS.items()}
    assert told["panel"].startswith("The panel has **12 experts**.")
    # hand: the sum of KD8's ratings is 18, (18 - 12) / 36 = .17; PM8's 37, 25 / 36 = .69
    assert "Below the cut-off 0.70: **KD8 (0.17) and PM8 (0.69)**." in told["aiken"]
    # Ayre & Scally 2014, their table for 12 experts: at least 10 must agree
    assert "at least 10 of 12 experts" in told["cvr"]
    assert "KD8 (0 of 12), PS8 (8 of 12) and PM8 (1 of 12)" in told["cvr"]
    assert "All measures speak against **KD8**." in told["rules"]
    assert "PS8 (CVR), PM7 (IOC) and PM8 (V, CVR)" in told["rules"]
    assert "moves V by 0.11" in told["institutions"]
    assert told["comments"].endswith("Most were on PS8.")
    assert "`previous`" in told["change"]


def test_equal_counts_stand_together_and_the_file_holds_each_indicator(opened):
    words = Words(opened.language)
    laid = tables.lay_out(opened.content_ratio, words, opened)
    assert laid.frame["n_essential"].tolist() == sorted(set(opened.content_ratio.items["n_essential"]), reverse=True)
    told = [code for cell in laid.frame["indicators"] for code in cell.split(", ")]
    assert sorted(told) == sorted(opened.framework.indicators)
    assert laid.csv().count("\n") == 25


def test_only_split_indicators_stand_in_the_table_by_institution(opened):
    found = views.aiken_by_institution(opened)
    laid = tables.lay_out(found, Words(opened.language), opened)
    spread = found.spread()
    assert set(laid.frame["code"]) == set(spread.index[spread["split"]])
    assert laid.frame["range"].is_monotonic_decreasing
    assert laid.csv().count("\n") == 25


def test_the_rating_of_one_expert_is_not_in_the_table_nor_in_its_file(odd):
    asked = odd(lambda panel: panel.assign(institution=panel["institution"].mask(panel["expert"] == "E01", "alone")))
    laid = tables.lay_out(views.aiken_by_institution(asked), Words("en"), asked)
    assert set(laid.frame["v_alone"].map(laid.columns[2].write)) == {"×"}
    assert "single expert" in laid.note
    file = pd.read_csv(io.StringIO(laid.csv()))
    assert file[["v_alone", "v_statistika"]].isna().all(axis=None)
    assert file["withheld"].eq("v_alone|v_statistika").all()


def test_an_author_cannot_be_told_from_the_institution_beside_a_comment(odd):
    asked = odd(one_each)
    html, _ = shown(views.comments(asked), asked)
    assert "Institution" not in html
    assert not re.search(r"\bE\d\d\b", html)


def test_a_panel_too_small_for_a_verdict_is_told(said):
    assert "too small for any V" in said("aiken", ODD["one expert"])


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("panel", "one person's view"),
        ("cvr", "without a verdict"),
        ("cvi", "No cut-off of the I-CVI is published for so few experts."),
        ("institutions", "is of the same one, so that there is none to compare it with"),
    ],
)
def test_what_one_expert_cannot_give_is_told(name, form, said):
    assert form in said(name, ODD["one expert"])


def test_missing_ratings_are_counted_and_named(said):
    told = said("panel", holes)
    assert re.search(r"\d+ ratings are missing \(\d+ indicators\); each number rests on those who did rate", told)
    assert "Not rated on relevance by anybody: KD3." in told


def test_few_gaps_are_named(said):
    def one(panel):
        here = (panel["expert"] == "E02") & (panel["indicator"] == "PM3") & (panel["criterion"] == "relevance")
        return panel.assign(rating=panel["rating"].mask(here))

    assert "1 rating is missing (PM3)." in said("panel", one)


def test_a_v_that_chance_could_give_is_named(said):
    # three experts on four points: 1/64 + 3/64 = .0625 for a sum of at least 11, so that only 12 is significant
    told = said("aiken", experts("E01", "E04", "E07"))
    assert "From 1.00 on" in told
    assert "so few experts could have given that by chance" in told


def test_an_indicator_that_fits_another_dimension_is_named(said):
    def swapped(panel):
        found = every_dimension(panel)
        here = found["indicator"] == "PM7"
        found.loc[here & (found["criterion"] == "congruence:PM"), "rating"] = -1
        found.loc[here & (found["criterion"] == "congruence:PS"), "rating"] = 1
        return found

    assert "Nearer to another dimension: **PM7 (PS)**." in said("ioc", swapped)


def test_measures_that_all_agree_say_no_more(said):
    told = said("rules", alike)
    assert told.startswith("24 indicators fall short on none of the 4 measures.")
    assert "Of these measures only V counts in what the evidence proposes." in told
    assert "No verdict" not in told
    assert "disagree" not in told
    assert "speak against" not in told


def test_what_counts_is_said_of_these_measures_only(said):
    # clarity counts by default, and is none of the measures of this part
    several = said("rules", alike, content_rules=["aiken", "cvr", "clarity"])
    assert "Of these measures V and CVR count in what the evidence proposes." in several


@pytest.mark.parametrize("name", ["one expert", "two experts"])
def test_a_measure_without_a_verdict_speaks_neither_for_nor_against(name, said):
    told = said("rules", ODD[name])
    # Lawshe's ratio needs five experts, the I-CVI three
    assert "of the 2 measures with a verdict" in told
    assert "No verdict from CVR and I-CVI: the panel is too small, or ratings are missing." in told
    assert "All measures speak against" not in told


def test_of_three_experts_the_ratio_alone_gives_no_verdict(said):
    told = said("rules", experts("E01", "E04", "E07"))
    assert "of the 3 measures with a verdict" in told
    assert "No verdict from CVR: " in told


def test_the_only_measure_with_a_verdict_is_named(said):
    def small(panel):
        return experts("E01", "E02")(only("relevance")(panel))

    told = said("rules", small)
    assert "the only measure with a verdict" in told
    assert "No verdict from I-CVI" in told
    assert "1 measures" not in told


def test_one_expert_and_one_indicator_are_not_told_in_the_plural(said):
    alone = said("aiken", lambda panel: experts("E01")(ODD["one indicator"](panel)))
    assert alone.startswith("1 expert rated 1 indicator on relevance")
    assert said("cvr", experts("E01")).startswith("1 expert said whether")


def test_where_nothing_varies_no_draws_are_told(said):
    told = said("cvi", alike)
    assert "(S-CVI/Ave 1.00; asked 0.90: reached)" in told
    assert "drawing experts anew" not in told


@pytest.mark.parametrize("edit", [ODD["one expert"], ODD["two experts"], lowest])
def test_a_verdict_on_the_whole_needs_a_panel_that_has_one_on_an_indicator(edit, said):
    told = said("cvi", edit)
    assert ("reached" in told) == (edit is lowest)
    assert "S-CVI/UA" in told


def test_the_rule_of_a_small_panel_is_said_to_be_out_of_reach(odd):
    asked = odd(ODD["two experts"])
    _, cells = shown(views.content_rules(asked), asked, view="rules")
    assert cells.count("the panel is too small for this rule") == 2


def test_a_cut_off_of_the_round_has_no_other_source(odd):
    asked = odd(lambda panel: panel, aiken_cutoff=0.8)
    _, cells = shown(views.content_rules(asked), asked, view="rules")
    assert "set by the round" in cells
    assert "V ≥ 0.80, and more than chance gives" in cells


def test_many_criteria_keep_to_the_page(odd):
    def more(panel):
        own = panel[panel["criterion"] == "relevance"]
        return pd.concat([panel, *(own.assign(criterion=f"aspect {number}") for number in range(1, 9))])

    asked = odd(more)
    laid = tables.lay_out(views.aiken_by_criterion(asked), Words("en"), asked)
    assert len(laid.columns) == 2 + 8
    assert laid.note.endswith("The file of this table holds all criteria.")
    assert "aspect 8" in laid.csv()


def test_the_change_since_the_round_before_is_shown(round_copy, tmp_path):
    second = tmp_path / "rounds" / "fgd-2020-06-01"
    shutil.copytree(round_copy, second)
    path = second / "round.yaml"
    told = path.read_text(encoding="utf-8").replace("previous: null", f"previous: ../{ROUND}")
    path.write_text(told.replace(f"id: {ROUND}", "id: fgd-2020-06-01"), encoding="utf-8")
    panel = pd.read_csv(second / "panel.csv")
    here = panel["criterion"] == "relevance"
    panel.loc[here & (panel["indicator"] == "KD8"), "rating"] = 4
    panel.loc[here & (panel["indicator"] == "PS1"), "rating"] = 1
    panel.to_csv(second / "panel.csv", index=False)
    asked = ikfs.open_round(second, language="en")
    check_everything(asked)
    check_everything(replace(asked, language="id"))
    told = text.say(asked.aiken_change(), Words("en"), asked)
    assert "by 12 experts then and 12 now, 12 of them the same" in told
    assert "V rose by more than chance for **KD8 (0.83)**." in told
    assert "V fell by more than chance for **PS1 (−0.92)**." in told


def test_the_figure_tells_the_cut_off_from_chance_without_colour(opened):
    result = opened.aiken()
    axes = figures.draw(result, Words(opened.language), opened).axes[0]
    dots = next(found for found in axes.collections if len(found.get_offsets()) == len(result.items))
    hollow = [tuple(face) == to_rgba("white") for face in dots.get_facecolors()]
    below = (result.items["v"] < opened.parameters.aiken_cutoff).tolist()
    assert hollow == below
    assert any(below)
    ticks = [found for found in axes.collections if len(getattr(found, "get_segments", list)()) == len(result.items)]
    where = {round(float(segment[0][0]), 12) for segment in ticks[-1].get_segments()}
    assert where == {round(float(value), 12) for value in result.items["critical_v"]}
