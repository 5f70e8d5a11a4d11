"""Agreement, how many experts are enough and Delphi rounds: every table, sentence and figure, also of odd panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods.errors import ParameterError
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.agreement import COEFFICIENTS
from ikfs_methods.report.tables.delphi import standing, unsettled
from ikfs_methods.rounds import Absent, ByCriterion, views

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round(ROUND, language=request.param)


@pytest.fixture(scope="module")
def english():
    return ikfs.open_round(ROUND, language="en")


@pytest.fixture(scope="module")
def words(opened):
    return Words(opened.language)


EN = Words("en")
TABLES = [
    (lambda r: r.agreement, {}),
    (lambda r: r.generalisability, {}),
    (views.panel_sizes, {}),
    (lambda r: r.delphi_by_criterion, {}),
    (lambda r: r.delphi_repeated, {"view": "items"}),
    (lambda r: r.delphi_repeated, {"view": "movement"}),
]
SAID = [
    (lambda r: r.agreement, {}),
    (lambda r: r.generalisability, {}),
    (views.panel_sizes, {}),
    (lambda r: r.delphi_by_criterion, {"part": "settled"}),
    (lambda r: r.delphi_by_criterion, {}),
    (lambda r: r.delphi_repeated, {"part": "movement"}),
]
DRAWN = [lambda r: r.agreement, views.panel_sizes, lambda r: r.delphi_repeated]


def empty(result) -> bool:
    """What a page passes over."""
    return isinstance(result, Absent) or (isinstance(result, ByCriterion) and not result.results)


def shown(asked, *, drawn: bool = False) -> str:
    """Everything the chapter's second half shows of a round, as one text; nothing in it is missing or unfilled."""
    speech, parts = Words(asked.language), []
    for result, options in SAID:
        parts.append(text.say(result(asked), speech, asked, **options))
        assert parts[-1]
        assert "{" not in parts[-1]
        assert "nan" not in parts[-1].lower().split()
    for result, options in TABLES:
        if not empty(result(asked)):
            laid = tables.lay_out(result(asked), speech, asked, **options)
            parts.append(laid.html("caption") + laid.note)
            assert not any(
                f">{nothing}<" in parts[-1] for nothing in ("nan", "None", "<NA>", "()", "NaN", "&lt;NA&gt;")
            )
            assert laid.csv().count("\n") >= len(laid.frame) / 2
    for result in DRAWN if drawn else ():
        if not empty(result(asked)):
            figures.draw(result(asked), speech, asked)
    return "\n".join(parts)


def panel_of(folder, edit):
    """The copied round with its panel changed."""
    path = folder / "panel.csv"
    edit(pd.read_csv(path)).to_csv(path, index=False)
    return folder


@pytest.mark.parametrize(("result", "options"), TABLES)
def test_every_table_is_laid_out(result, options, opened, words):
    laid = tables.lay_out(result(opened), words, opened, **options)
    html = laid.html("caption")
    assert html.count("<tr>") >= len(laid.frame) > 0
    assert not any(f">{nothing}<" in html for nothing in ("nan", "None", "<NA>", "()", "NaN"))


@pytest.mark.parametrize(("result", "options"), SAID)
def test_every_sentence_is_said(result, options, opened, words):
    said = text.say(result(opened), words, opened, **options)
    assert said
    assert "{" not in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("result", DRAWN)
def test_figures_are_the_same_bytes_twice(result, opened, words):
    first, second = (figures.bundle(figures.draw(result(opened), words, opened)) for _ in range(2))
    assert first == second


def test_every_coefficient_stands_in_the_table_once_and_percent_agreement_first(english):
    laid = tables.lay_out(english.agreement, EN, english)
    assert list(laid.frame["coefficient"]) == list(COEFFICIENTS)
    assert laid.frame["coefficient"].iloc[0] == "percent_agreement"
    assert set(COEFFICIENTS) == set(english.agreement["relevance"].table.index)
    first = laid.frame.set_index("coefficient")["relevance"]["kendall_w"]
    row = english.agreement["relevance"].table.loc["kendall_w"]
    assert first == f"{row['estimate']:.2f} ({row['ci_low']:.2f}–{row['ci_high']:.2f})"


def test_the_file_of_agreement_keeps_full_precision(english):
    laid = tables.lay_out(english.agreement, EN, english)
    assert len(laid.full) == 4 * len(COEFFICIENTS)
    assert repr(float(english.agreement["clarity"].table["estimate"]["gwet_ac2"]))[:12] in laid.csv()


def test_near_unanimous_ratings_are_no_dissent(english):
    said = text.say(english.agreement, EN, english)
    assert "alpha alone is therefore no sign of dissent" in said
    assert "Krippendorff (2004)" in said
    assert "Schmidt (1997)" in said


def test_the_order_is_that_of_the_mean_where_w_is_low(english):
    table = english.agreement["relevance"].table["estimate"]
    assert table["kendall_w"] < 0.5
    assert table["ICC(A,k)"] > 0.9
    said = text.say(english.agreement, EN, english)
    assert "neighbours in it are not told apart" in said
    # they read the band off the interval: .87 is good, .93 excellent; .36 poor, .54 moderate
    ends = english.agreement["relevance"].table.loc[["ICC(A,k)", "ICC(A,1)"], ["ci_low", "ci_high"]]
    assert ends.loc["ICC(A,k)", "ci_low"] < 0.9 < ends.loc["ICC(A,k)", "ci_high"]
    assert ends.loc["ICC(A,1)", "ci_low"] < 0.5 < ends.loc["ICC(A,1)", "ci_high"]
    assert "a reliability that is good to excellent by Koo and Li (2016)" in said
    assert "that of a single expert is poor to moderate" in said
    assert "Decide by the mean of the panel" in said


def test_shares_of_variance_are_those_of_the_study(english):
    said = text.say(english.generalisability, EN, english)
    share = english.generalisability.components["share"]
    for name in ("indicator", "indicator:criterion", "expert"):
        assert EN.percent(share[name], 0) in said
    assert EN.percent(share["indicator:expert"] + share["residual"], 0) in said


def test_enough_experts_reach_the_cut_off_and_one_fewer_does_not(english):
    sizes = views.panel_sizes(english)
    curves = sizes.curve.set_index(["criterion", "experts"])["phi"]
    assert len(sizes.table) == 5
    for row in sizes.table.to_dict("records"):
        assert curves[row["criterion"], row["needed"]] >= sizes.cutoff > curves[row["criterion"], row["needed"] - 1]
        assert row["needed_low"] >= row["needed"]
        assert curves[row["criterion"], row["n_experts"]] == pytest.approx(row["phi"], rel=1e-9)


def test_the_careful_number_is_that_of_a_panel_at_the_low_end(english):
    # with odds proportional to the number of experts, phi_low of 12 experts becomes the cut-off at this many
    row = views.panel_sizes(english).table.iloc[0]
    odds = row["phi_low"] / (1 - row["phi_low"]) / 12
    reached = [n * odds / (1 + n * odds) for n in (row["needed_low"] - 1, row["needed_low"])]
    assert reached[0] < 0.80 <= reached[1]


def test_a_higher_cut_off_asks_for_more_experts_and_says_who_is_too_few(english):
    strict = ikfs.open_round(ROUND, language="en", dependability_cutoff=0.95)
    said = text.say(views.panel_sizes(strict), EN, strict)
    assert "too small on relevance, clarity, congruence and mean of relevance and clarity" in said
    more = views.panel_sizes(strict).table["needed"]
    assert (more > views.panel_sizes(english).table["needed"]).all()


def test_phi_within_reach_of_the_cut_off_is_told_as_such():
    near = ikfs.open_round(ROUND, language="en", dependability_cutoff=0.90)
    said = text.say(views.panel_sizes(near), EN, near)
    assert "the present panel reaches 0.90, but its interval goes below" in said


def test_the_rule_is_told_as_declared_or_as_a_default(english):
    said = text.say(english.delphi_by_criterion, EN, english, part="rule")
    assert "declares no rule of its own" in said
    assert "Diamond et al. 2014" in said
    declared = ikfs.open_round(ROUND, language="en", delphi_share=0.8)
    said = text.say(declared.delphi_by_criterion, EN, declared, part="rule")
    assert "this run declares `delphi_share`" in said
    assert "80\u202f%" in said
    # their median is 75 %: the round's own share is not put into their mouth
    assert "counts as agreement (set by the round)" in said
    assert "Diamond" not in said
    assert "Scheibe et al. 1975" in said
    declared = ikfs.open_round(ROUND, language="en", delphi_change=0.3)
    said = text.say(declared.delphi_by_criterion, EN, declared, part="rule")
    assert "by at most 30\u202f% of the experts (set by the round)" in said
    assert "Diamond et al. 2014" in said
    assert "Scheibe" not in said


def test_verdicts_follow_the_results(english):
    found = english.delphi_by_criterion
    laid = tables.lay_out(found, EN, english).frame.set_index("criterion")
    for name, one in found.results.items():
        assert laid["verdict"][name] == one.verdict
        left = unsettled(one)
        assert bool(left) == (one.verdict == "continue")
        assert laid["left"][name] == (", ".join(left) or "–")
        assert len(left) < 7
        stands = standing(one)
        rejected = [
            code for code, row in one.items.groupby(level="item").tail(1).iterrows() if row["direction"] == "out"
        ]
        assert {code for code, _ in rejected} == set(stands.index[stands == "consensus to reject"])


def test_items_show_each_round(english):
    frame = tables.lay_out(english.delphi_repeated, EN, english, view="items").frame.set_index("code")
    items = english.delphi_repeated["clarity"].items["median"]
    assert frame["median"]["KD1"] == f"{items['KD1', 1]:g} → {items['KD1', 2]:g}"
    assert len(frame) == 24


def test_movement_counts_add_up(english):
    said = text.say(english.delphi_repeated, EN, english, part="movement")
    moves = english.delphi_repeated["clarity"].movement
    assert EN.percent(moves["moved"].sum() / moves["n"].sum(), 0) in said
    most = moves["moved"].idxmax()[0]
    assert f"{most} moved most" in said


@pytest.mark.parametrize("name", ["view", "part"])
def test_a_part_that_does_not_exist_is_refused(name, english):
    show = tables.lay_out if name == "view" else text.say
    with pytest.raises(ParameterError, match=f"{name} must be one of .*; found 'all'"):
        show(english.delphi_by_criterion, EN, english, **{name: "all"})


def test_kinds_without_a_table_are_refused(english):
    result = ByCriterion({"relevance": 3})
    for show in (tables.lay_out, text.say, figures.draw):
        with pytest.raises(ParameterError, match="by criterion must be of a kind that has one; found int"):
            show(result, EN, english)


# Odd panels: everything is shown or said to be missing, and nothing breaks.


@pytest.mark.parametrize("language", ["id", "en"])
def test_without_a_panel_every_part_says_what_is_missing(language, round_copy):
    path = round_copy / "round.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = ("panel", "experts", "comments", "judgements", "budget", "best_worst")
    lines = [line for line in lines if not line.strip().startswith(tuple(f"{name}: {{file" for name in kept))]
    path.write_text("".join(lines), encoding="utf-8")
    said = shown(ikfs.open_round(round_copy, language=language))
    assert said.count("`panel`") == len(SAID)


@pytest.mark.parametrize("language", ["id", "en"])
def test_one_expert(language, round_copy):
    asked = ikfs.open_round(panel_of(round_copy, lambda panel: panel[panel["expert"] == "E01"]), language=language)
    said = shown(asked)
    if language == "en":
        assert "Not defined for relevance, clarity, essential and congruence: agreement needs at least two" in said
        assert "it needs at least two experts" in said


def test_two_experts_have_no_interval(round_copy):
    asked = ikfs.open_round(
        panel_of(round_copy, lambda panel: panel[panel["expert"].isin(["E01", "E02"])]), language="en"
    )
    said = shown(asked)
    assert "On relevance, clarity, essential and congruence no interval is given" in said
    assert "0.53 (" not in said


@pytest.mark.parametrize("language", ["id", "en"])
def test_all_ratings_equal(language, round_copy):
    asked = ikfs.open_round(panel_of(round_copy, lambda panel: panel.assign(rating=1)), language=language)
    said = shown(asked, drawn=True)
    if language == "en":
        assert "all ratings are equal: percent agreement and AC are full" in said
        assert "(1.00–1.00)" not in said
        assert "relevance (24 indicators)" in said
        assert "there is no variance to divide" in said or "needs at least two experts" in said
        assert "Undefined on relevance, clarity, essential, congruence" in said


def test_one_criterion_has_no_criteria_to_compare(round_copy):
    asked = ikfs.open_round(panel_of(round_copy, lambda panel: panel[panel["criterion"] == "relevance"]), language="en")
    said = shown(asked)
    assert "is due to the indicators." in said
    assert "Experts prefer different indicators, and chance." in said
    assert "it needs ratings of a second round" in said
    assert list(views.panel_sizes(asked).table["criterion"]) == ["relevance"]


def test_missing_ratings_are_told(round_copy):
    asked = ikfs.open_round(
        panel_of(round_copy, lambda panel: panel[~((panel["expert"] == "E02") & (panel["indicator"] == "KD3"))]),
        language="en",
    )
    said = shown(asked)
    assert "ratings are missing: W and the ICCs rest on the indicators that every expert rated" in said
    assert "574 of 576 possible ratings were given" in said


def test_ratings_that_nobody_gave_in_full_are_the_reason(round_copy):
    def none_in_full(panel):
        item, expert = (pd.factorize(panel[name])[0] for name in ("indicator", "expert"))
        return panel[(item + expert) % 6 != 0]  # each indicator lacks two of twelve experts

    asked = ikfs.open_round(panel_of(round_copy, none_in_full), language="en")
    assert set(asked.agreement["relevance"].table["n_things"][["kendall_w", "ICC(A,k)"]]) == {0}
    said = text.say(asked.agreement, EN, asked)
    names = "relevance, clarity, essential and congruence"
    assert f"On {names} W and the ICCs are undefined: fewer than two indicators were rated by every expert." in said
    assert "rest on the indicators that every expert rated" not in said
    assert "do not vary enough" not in said
    note = tables.lay_out(asked.agreement, EN, asked).note
    assert "fewer than two indicators were rated by every expert" in note
    assert "do not vary enough" not in note
    assert shown(asked)


def test_the_note_tells_two_intervals_of_one_number_apart(english):
    note = tables.lay_out(views.panel_sizes(english), EN, english).note
    assert "On one criterion phi is its ICC(A,k)" in note
    assert "other indicators as well as other experts" in note


@pytest.mark.parametrize(
    ("codes", "grouped"), [(["E01"], False), (["E01", "E02"], False), (["E01", "E02", "E03"], True)]
)
def test_nobody_moves_toward_a_group_that_is_none(codes, grouped, round_copy):
    asked = ikfs.open_round(panel_of(round_copy, lambda panel: panel[panel["expert"].isin(codes)]), language="en")
    said = text.say(asked.delphi_repeated, EN, asked, part="movement")
    assert ("toward the group's earlier median" in said) == grouped
    assert ("there is no group to move toward" in said) != grouped
    assert "drew apart" not in said or grouped
    frame = tables.lay_out(asked.delphi_repeated, EN, asked, view="movement").frame
    beside = frame[["toward", "away", "holds_out", "distance_before", "distance_after"]]
    assert beside.notna().all(axis=None) if grouped else beside.isna().all(axis=None)
    assert frame["moved"].notna().all()


def test_many_criteria_leave_the_intervals_to_the_file(round_copy):
    def each(panel):
        own = panel[panel["criterion"] == "congruence"]
        parts = [
            own.assign(criterion=f"congruence:{code}", rating=own["rating"].where(own["indicator"].str[:2] == code, -1))
            for code in ("KD", "PS", "PM")
        ]
        return pd.concat([panel[panel["criterion"] != "congruence"], *parts])

    asked = ikfs.open_round(panel_of(round_copy, each), language="en")
    said = shown(asked, drawn=True)
    assert "congruence: KD" in said
    assert "The intervals are in the file of this table." in said


def test_three_rounds_of_which_the_last_asks_only_some(round_copy):
    def more(panel):
        again = panel[(panel["criterion"] == "clarity") & (panel["delphi_round"] == 2)]
        again = again[again["indicator"].isin(["KD1", "PS8"])].assign(delphi_round=3)
        second = panel[panel["criterion"] == "relevance"].assign(delphi_round=2)
        return pd.concat([panel, again, second])

    asked = ikfs.open_round(panel_of(round_copy, more), language="en")
    said = shown(asked, drawn=True)
    assert "clarity: KD Meeting" in said
    assert "relevance: KD Meeting" in said
    # two indicators of round 3 would tell single ratings
    moved = tables.lay_out(asked.delphi_repeated, EN, asked, view="movement").frame
    assert set(zip(moved["criterion"], moved["round"], strict=True)) == {("clarity", 2), ("relevance", 2)}
    assert "would tell single ratings" in said


def test_a_polarised_panel_is_left_to_people(round_copy):
    def split(panel):
        rating = np.where(panel["expert"].str[1:].astype(int) % 2 == 0, 4, 1)
        odd = (panel["criterion"] == "clarity") & (panel["indicator"] == "KD1")
        return panel.assign(rating=panel["rating"].where(~odd, rating))

    asked = ikfs.open_round(panel_of(round_copy, split), language="en")
    assert "They differ and will not move: clarity (KD1)" in shown(asked)


def test_what_counts_as_agreement_must_lie_on_the_scale():
    asked = ikfs.open_round(ROUND, relevant_from=5)
    with pytest.raises(ParameterError, match="relevant_from must be a point of the panel's scale from 1 to 4; found 5"):
        asked.delphi()
    assert set(asked.delphi_by_criterion.failed) == {"relevance", "clarity"}
    assert shown(asked)
