"""Weights of experts as tables, sentences and figures, in both languages, on the shipped round and on odd ones."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import yaml

import ikfs_methods as ikfs
from ikfs_methods.errors import DecisionError, ParameterError
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.expert_weights import SOURCES
from ikfs_methods.rounds import Absent, views
from ikfs_methods.weighting import BestWorstResult

ROUND = "fgd-2020-03-26"
TABLES = {
    "sets": (views.weight_table, {}),
    "ahp": (lambda r: r.ahp, {}),
    "judgements": (lambda r: r.ahp, {"view": "judgements"}),
    "groups": (lambda r: r.ahp_by_institution, {}),
    "budget": (lambda r: r.budget_set, {}),
    "best_worst": (lambda r: r.best_worst_set, {}),
    "intervals": (lambda r: r.expert_uncertainty, {"view": "intervals"}),
    "consensus": (lambda r: r.expert_uncertainty, {"view": "consensus"}),
    "influence": (lambda r: r.expert_uncertainty, {"view": "influence"}),
}
SAID = {
    "in_force": (lambda r: r.weights, {"order": True}),
    "sets": (views.weight_table, {}),
    "ahp": (lambda r: r.ahp, {}),
    "groups": (lambda r: r.ahp_by_institution, {}),
    "budget": (lambda r: r.budget_set, {}),
    "best_worst": (lambda r: r.best_worst_set, {}),
    "methods": (lambda r: r.expert_uncertainty, {}),
    "influence": (lambda r: r.expert_uncertainty, {"about": "influence"}),
}
DRAWN = {
    "sets": (views.weight_table, {}),
    "ahp": (lambda r: r.ahp, {}),
    "methods": (lambda r: r.expert_uncertainty, {}),
    "influence": (lambda r: r.expert_uncertainty, {"about": "influence"}),
}


def change(folder, name, edited):
    """Writes an input of the round anew."""
    path = folder / f"{name}.csv"
    edited(pd.read_csv(path)).to_csv(path, index=False)


def kept_inputs(folder, *names):
    """Leaves only these inputs, and no decisions on weights, which may need the others."""
    path = folder / "round.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries["inputs"] = {name: entries["inputs"][name] for name in names}
    entries["method_decisions"] = [one for one in entries["method_decisions"] if one["topic"] != "weights"]
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")


def few(folder, *experts):
    for name in ("judgements", "budget", "best_worst"):
        change(folder, name, lambda table: table[table["expert"].isin(experts)])


def alone(folder):
    few(folder, "E01")


def two(folder):
    few(folder, "E01", "E08")


def alike(folder):
    """Everybody says the same of everything."""
    change(folder, "judgements", lambda table: table.assign(favours="left", strength=1))
    even = {"IKFS": [40, 30, 30], "KD": [12.5] * 8, "PS": [12.5] * 8, "PM": [12.5] * 8}
    change(
        folder,
        "budget",
        lambda table: table.assign(
            points=[
                point for (_, parent), _ in table.groupby(["expert", "parent"], sort=False) for point in even[parent]
            ]
        ),
    )
    change(folder, "best_worst", lambda table: table.assign(best="KD", worst="PS", best_over=1, over_worst=1))


def many(folder):
    """AHP of all parents: eight elements each, E02 left pairs out, E03 contradicts everybody and itself."""
    change(folder, "judgements", lambda table: pd.concat([table, pd.DataFrame(_pairs())], ignore_index=True))


def _pairs():
    for expert in ("E01", "E02", "E03", "E04"):
        for parent in ("KD", "PS"):
            codes = [f"{parent}{number}" for number in range(1, 9)]
            for i, left in enumerate(codes):
                for j, right in enumerate(codes[i + 1 :], start=i + 1):
                    if expert == "E02" and i > 0 and j > i + 1:
                        continue
                    turned = expert == "E03" and (i + j) % 3 == 0
                    strength = 1 + (i * j) % 4
                    yield {
                        "expert": expert, "parent": parent, "left": left, "right": right,
                        "favours": "right" if turned else "left", "strength": strength,
                    }  # fmt: skip


def nowhere(folder):
    """All belong to the same institution or field."""
    for name in ("experts", "panel"):
        change(folder, name, lambda table: table.assign(institution="x"))


def answers_alone(folder):
    kept_inputs(folder, "answers")


def budget_alone(folder):
    kept_inputs(folder, "answers", "budget")


ODD = [alone, two, alike, many, nowhere, answers_alone, budget_alone]


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round(ROUND, language=request.param)


@pytest.fixture(scope="module")
def english():
    return ikfs.open_round(ROUND, language="en")


@pytest.fixture(scope="module")
def words(opened):
    return Words(opened.language)


def check_table(laid, words):
    html = laid.html("caption")
    assert html.count("<tr>") >= len(laid.frame)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert not any(cell in ("nan", "None", "NaN", "<NA>", "()", "") for cell in cells)
    if words.language == "id":
        assert not any(re.fullmatch(r"−?\d+\.\d{2,}", cell) for cell in cells), "a decimal point in Indonesian"


def check_sentence(said):
    assert said
    assert "{" not in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_the_shipped_round(name, opened, words):
    made, options = TABLES[name]
    laid = tables.lay_out(made(opened), words, opened, **options)
    check_table(laid, words)
    assert len(laid.frame)
    assert laid.csv().count("\n") > len(laid.frame) / 2


@pytest.mark.parametrize("name", SAID)
def test_sentences_of_the_shipped_round(name, opened, words):
    made, options = SAID[name]
    check_sentence(text.say(made(opened), words, opened, **options))


@pytest.mark.parametrize("name", DRAWN)
def test_figures_are_the_same_bytes_twice(name, opened, words):
    made, options = DRAWN[name]
    result = made(opened)
    first, second = (figures.bundle(figures.draw(result, words, opened, **options)) for _ in range(2))
    assert first == second
    assert text.describe(result, words, opened, caption="Caption").startswith("Caption")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("oddity", ODD)
def test_odd_rounds_are_shown_or_told(oddity, language, round_copy):
    oddity(round_copy)
    odd = ikfs.open_round(round_copy, language=language)
    words = Words(language)
    for made, options in TABLES.values():
        result = made(odd)
        if not isinstance(result, Absent):
            check_table(tables.lay_out(result, words, odd, **options), words)
    for made, options in SAID.values():
        check_sentence(text.say(made(odd), words, odd, **options))
    # Once is enough: only their words differ.
    for made, options in DRAWN.values() if language == "id" else ():
        result = made(odd)
        if not isinstance(result, Absent):
            figures.draw(result, words, odd, **options).savefig("/dev/null", format="svg")


def test_the_table_holds_the_weights_of_each_expert_and_of_the_group(english):
    laid = tables.lay_out(english.ahp, Words("en"), english)
    rows = laid.frame.set_index("expert")
    assert list(rows.index) == [*english.ahp.experts, "Group"]
    assert rows.loc["Group", "KD"] == english.ahp.weights["KD"]
    assert rows.loc["E04", ["KD", "PS", "PM"]].tolist() == english.ahp.judge_weights.loc["E04"].tolist()
    assert [laid.shades["cr"](row) for row in laid.frame.to_dict("records")].count("bad") == 1


def test_the_inconsistent_judge_is_told_what_to_look_at(english):
    said = text.say(english.ahp, Words("en"), english)
    assert "12 experts compared the elements two by two; the consistency ratio of the group is 0.003" in said
    assert "1 expert exceeds 0.10 and should look at the judgements again: E08." in said
    assert "**The weights of IKFS in force rest on judgements of E08.**" in said
    # E08: KD over PM 2, PM over PS 4, KD over PS 1. By hand KD over PM would have to be 1/4.
    assert (
        "E08: judged “KD over PM: 2”, while “PM over KD: 4” would fit the other judgements (CR 0.431 → 0.000)." in said
    )
    laid = tables.lay_out(english.ahp, Words("en"), english, view="judgements")
    (row,) = laid.frame.to_dict("records")
    assert row["triad"] == "KD over PM: 2 and PM over PS: 4 make KD over PS: 8; judged was KD and PS equal"


def test_what_hangs_on_the_inconsistent_judge_is_the_jackknife(english):
    without = english.expert_uncertainty["ahp"].without.loc["E08"]
    moved = abs(without - english.ahp.weights).sum() / 2
    assert (
        f"Without E08, {100 * moved:.1f} percentage points of the weight within IKFS would move, and the order would "
        "stay." in text.say(english.ahp, Words("en"), english)
    )


def test_without_an_inconsistent_judge_nothing_is_to_be_looked_at(round_copy):
    change(round_copy, "judgements", lambda table: table[table["expert"] != "E08"])
    found = ikfs.open_round(round_copy, language="en")
    said = text.say(found.ahp, Words("en"), found)
    assert "No expert exceeds 0.10." in said
    assert "look at again" not in said
    assert tables.lay_out(found.ahp, Words("en"), found, view="judgements").frame.empty


def test_many_elements_show_the_ends_and_keep_all_in_the_file(round_copy):
    many(round_copy)
    found = ikfs.open_round(round_copy, language="en")
    laid = tables.lay_out(found.ahp, Words("en"), found)
    assert [column.name for column in laid.columns] == ["expert", "pairs", "largest", "smallest", "lambda_max", "cr"]
    assert "KD8" in laid.csv().splitlines()[0]
    assert list(dict.fromkeys(laid.frame["parent"])) == ["IKFS", "KD", "PS"]
    rows = laid.frame.set_index(["parent", "expert"])
    # The pairs of the first element and the seven of neighbours, less the one counted twice, of 28.
    assert rows.loc[("KD", "E02"), "pairs"] == "13 of 28"
    group = found.ahp.weights[[f"KD{number}" for number in range(1, 9)]]
    assert rows.loc[("KD", "Group"), "largest"] == f"{group.idxmax()} ({group.max():.3f})"
    said = text.say(found.ahp, Words("en"), found)
    assert "Pairs left out: E02 (KD) 15 of 28 and E02 (PS) 15 of 28." in said
    decided = ikfs.open_round(round_copy, language="en", weights="ahp")
    said = text.say(decided.ahp, Words("en"), decided)
    assert "**The weights of IKFS, KD and PS in force rest on judgements of E08, E01, E02, E03 and E04.**" in said
    assert "would move **and the order of elements would change**: settle this before deciding." in said
    assert "Without any one of E08, E01, E02, E03 and E04, up to" in said
    again = tables.lay_out(found.ahp, Words("en"), found, view="judgements").frame
    assert set(zip(again["expert"], again["parent"], strict=True)) >= {("E03", "KD"), ("E03", "PS"), ("E08", "IKFS")}


def test_the_order_in_force_is_certain_only_where_intervals_are_apart(english, round_copy):
    said = text.say(english.weights, Words("en"), english, order=True)
    assert "The order within IKFS, **KD > PM > PS**, holds up: with 12 experts the 95 % intervals".replace(
        "95 %", "95\u202f%"
    ) in said  # fmt: skip
    found = ikfs.open_round(round_copy, language="en", weights="budget")
    table = found.expert_uncertainty["budget"].table.loc[["KD", "PM", "PS"]]
    assert table["ci_low"].iloc[0] < table["ci_high"].iloc[1]
    said = text.say(found.weights, Words("en"), found, order=True)
    assert "**The order within IKFS, KD > PM > PS, is uncertain**" in said
    assert "KD–PM" in said


def test_equal_weights_have_no_order_and_their_set_no_influence(round_copy):
    found = ikfs.open_round(round_copy, language="en", weights="equal")
    assert "order" not in text.say(found.weights, Words("en"), found, order=True)
    said = text.say(found.expert_uncertainty, Words("en"), found, about="influence")
    assert said.startswith("No weights of experts are in force")


def test_methods_are_held_against_each_other(english):
    said = text.say(english.expert_uncertainty, Words("en"), english)
    ahp, budget = (english.expert_uncertainty[name].table["weight"]["KD"] for name in ("ahp", "budget"))
    assert "Within IKFS all 3 methods give the same order: **KD > PM > PS**." in said
    assert f"They differ most on KD: {ahp:.3f} by AHP, {budget:.3f} by budget" in said


def test_methods_that_disagree_are_told_so(round_copy):
    swap = {"KD": "PS", "PS": "KD", "PM": "PM"}

    def turned(table):
        return table.assign(**{name: table[name].map(swap) for name in ("best", "worst", "indicator")})

    change(round_copy, "best_worst", turned)
    found = ikfs.open_round(round_copy, language="en")
    said = text.say(found.expert_uncertainty, Words("en"), found)
    assert "**the methods give different orders**: KD > PM > PS (AHP); KD > PM > PS (budget); PS > PM > KD" in said
    assert "with intervals that do not overlap. **How experts are asked matters here" in said


def test_one_expert_gives_weights_and_no_more(round_copy):
    alone(round_copy)
    found = ikfs.open_round(round_copy, language="en")
    words = Words("en")
    assert text.say(found.ahp, words, found).startswith("One expert compared the elements two by two")
    assert "Too few experts weighed IKFS, KD, PS and PM" in text.say(found.weights, words, found, order=True)
    said = text.say(found.expert_uncertainty, words, found, about="influence")
    assert said == "Influence needs at least three experts for a parent; there are fewer."
    frame = tables.lay_out(found.expert_uncertainty, words, found).frame
    assert frame["budget"].iloc[0] == "0.400"  # 40 points, no interval


def test_a_single_expert_on_whom_the_order_hangs_is_named(round_copy):
    few(round_copy, "E01", "E02", "E03")
    points = {"E01": (40, 30, 30), "E02": (40, 30, 30), "E03": (10, 60, 30)}
    change(
        round_copy,
        "budget",
        lambda table: table.assign(
            points=table["points"].where(
                table["parent"] != "IKFS",
                [points[expert][("KD", "PS", "PM").index(code)] if code in ("KD", "PS", "PM") else 0
                 for expert, code in zip(table["expert"], table["indicator"], strict=True)],
            )
        ),
    )  # fmt: skip
    found = ikfs.open_round(round_copy, language="en", weights="budget")
    # Means 30, 40, 30; without E03 40, 30, 30; without E01 or E02 25, 45, 30.
    said = text.say(found.expert_uncertainty, Words("en"), found, about="influence")
    assert "IKFS (budget): E03 moves most, 10.0 percentage points of the weight." in said
    assert "**The order changes without E01, E02 and E03**" in said


def test_experts_who_all_say_the_same_are_told_so(round_copy):
    alike(round_copy)
    found = ikfs.open_round(round_copy, language="en")
    words = Words("en")
    said = text.say(found.weights, words, found, order=True)
    assert "IKFS: AHP, each 0.333; KD: budget, each 0.143" in said
    assert "Within IKFS all weigh the same, so that there is no order." in said
    assert "Within IKFS all groups weigh alike." in text.say(found.ahp_by_institution, words, found)
    assert "KD: each 12.5" in text.say(found.budget_set, words, found)
    said = text.say(found.expert_uncertainty, words, found, about="influence")
    assert said == "IKFS (AHP): all experts weigh alike, so that no one moves it."


def test_an_inconsistent_group_is_told(round_copy):
    two(round_copy)
    found = ikfs.open_round(round_copy, language="en")
    assert found.ahp.group_consistency > 0.10
    assert "The group's ratio exceeds it as well (IKFS)" in text.say(found.ahp, Words("en"), found)


def test_groups_are_called_as_the_round_calls_them(english):
    result, label = english.ahp_by_institution, english.called("psikologi")
    assert label != "psikologi"
    assert f">{label}<" in tables.lay_out(result, Words("en"), english).html()
    own = result.weights.loc["KD"]
    assert own.idxmax() == "psikologi"
    assert f"to {own.max():.3f} ({label})" in text.say(result, Words("en"), english)


def test_experts_without_a_group_are_counted(round_copy):
    kept_inputs(round_copy, "answers", "judgements", "budget", "experts")
    change(round_copy, "experts", lambda table: table.assign(institution=["", "", *table["institution"].iloc[2:]]))
    found = ikfs.open_round(round_copy, language="en")
    said = text.say(found.ahp_by_institution, Words("en"), found)
    assert "2 experts have no group and are left out here." in said
    assert "A group has as few as 1 expert: that is one person's view, not a field's." in said


def test_points_of_dropped_indicators_are_marked(english):
    laid = tables.lay_out(english.budget_set, Words("en"), english)
    assert "KD8 and PM8: dropped" in laid.note
    # The sentence says so too where one of them got the fewest points.
    said = text.say(english.budget_set, Words("en"), english)
    assert re.search(r"least KD8 \([\d.]+, dropped\)", said)
    assert re.search(r"least PS\d \([\d.]+\)", said)
    means = laid.frame.set_index("code")["mean"]
    assert means.groupby(laid.frame.set_index("code")["parent_code"]).sum().tolist() == pytest.approx([100] * 4)


def test_best_worst_judges_above_their_threshold_are_named(english):
    said = text.say(english.best_worst_set, Words("en"), english)
    judges = english.best_worst_set.judges
    above = [expert for expert, _ in judges.index[judges["cr_input"] > judges["threshold"]]]
    assert above == ["E04", "E05", "E06"]
    assert "E04 (PM), E05 (PM) and E06 (PM)" in said
    assert "At a best over worst of two" in said  # E04
    laid = tables.lay_out(english.best_worst_set, Words("en"), english)
    bad = [row["expert"] for row in laid.frame.to_dict("records") if laid.shades["cr_input"](row) == "bad"]
    assert bad == above


def test_sets_that_do_not_weigh_a_parent_are_named(english):
    said = text.say(views.weight_table(english), Words("en"), english)
    assert "AHP: KD, PS and PM" in said
    assert "IKFS)" in said  # by factor analysis


def test_full_precision_and_every_interval_are_in_the_file(english):
    csv = tables.lay_out(english.expert_uncertainty, Words("en"), english).csv()
    assert repr(float(english.expert_uncertainty["ahp"].table["ci_low"]["KD"]))[:14] in csv
    assert csv.count("\n") == 1 + sum(len(one.table) for one in english.expert_uncertainty.results.values())


def moved(folder):
    """PM7 goes to PS by decision, whose weights were decided while it stood elsewhere: that cannot be met."""
    path = folder / "round.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in entries["decisions"]:
        if entry["indicator"] == "PM7":
            entry |= {"decision": "move", "parent": "PS"}
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")


def test_what_experts_said_stands_where_a_decision_on_weights_cannot_be_met(english, round_copy):
    moved(round_copy)
    found, words = ikfs.open_round(round_copy, language="en"), Words("en")
    with pytest.raises(DecisionError, match=r"the decision for PS asks for weights by 'budget'"):
        text.say(found.weights, words, found)
    in_force = "**The weights of IKFS in force rest on judgements of E08.** "
    assert text.say(found.ahp, words, found) == text.say(english.ahp, words, english).replace(in_force, "")
    for name in ("groups", "budget", "best_worst", "methods", "influence"):
        made, options = SAID[name]
        check_sentence(text.say(made(found), words, found, **options))
    said = text.say(found.expert_uncertainty, words, found, about="influence")
    assert said.startswith("A decision on weights cannot be met; this is what would hang on whom")
    laid = tables.lay_out(found.expert_uncertainty, words, found)
    assert "Bold" not in laid.note
    assert not any(laid.shades[name](row) for name in laid.shades for row in laid.frame.to_dict("records"))
    assert "Bold" in tables.lay_out(english.expert_uncertainty, words, english).note


def test_a_source_is_named_in_the_language(opened, words):
    assert BestWorstResult.__dataclass_fields__["threshold_source"].default in SOURCES
    said = text.say(opened.best_worst_set, words, opened)
    note = tables.lay_out(opened.best_worst_set, words, opened).note
    cited = {"id": "Liang, Brunelli & Rezaei 2020, tabel 3", "en": "Liang, Brunelli & Rezaei 2020, table 3"}
    assert f"({cited[words.language]})" in said
    assert f"({cited[words.language]})" in note


def test_notes_name_the_colours_that_the_cells_have(english):
    for result in (english.ahp, english.ahp_by_institution):
        laid = tables.lay_out(result, Words("en"), english)
        shades = {laid.shades["cr"](row) for row in laid.frame.to_dict("records")}
        assert shades <= {"good", "bad"}
        assert "red above 0.10, else green" in laid.note


def test_groups_that_put_one_element_first_are_told_in_a_sentence(english):
    own = english.ahp_by_institution.weights
    first = own.index[(own == own.max()).all(axis=1)]
    assert list(first) == ["KD"]
    assert "No group puts another element above KD." in text.say(english.ahp_by_institution, Words("en"), english)


def test_two_methods_are_both(round_copy):
    kept_inputs(round_copy, "answers", "judgements", "budget")
    found = ikfs.open_round(round_copy, language="en")
    said = text.say(found.expert_uncertainty, Words("en"), found)
    assert "Within IKFS both methods give the same order: **KD > PM > PS**." in said


def test_views_that_do_not_exist_are_refused(english):
    words = Words("en")
    with pytest.raises(ParameterError, match=r"view must be one of experts, judgements; found 'judgement'"):
        tables.lay_out(english.ahp, words, english, view="judgement")
    with pytest.raises(ParameterError, match=r"about must be one of methods, influence; found 'method'"):
        text.say(english.expert_uncertainty, words, english, about="method")
    with pytest.raises(ParameterError, match=r"about must be one of methods, influence; found 'all'"):
        figures.draw(english.expert_uncertainty, words, english, about="all")
