"""What a round tells of its file, of gaps and of flags: alike things together, few respondents never by themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.reading import log_of
from ikfs_methods.rounds import Absent, Parameters, open_round, views
from ikfs_methods.rounds.opened import uncounted
from ikfs_methods.rounds.views.gaps import BANDS, ROWS


def of_gaps(rows: list[tuple[tuple[int, ...], int]], **parameters: Any) -> Any:
    """A round that knows nothing but how many respondents left which items (1) unanswered."""
    codes = [f"i{place}" for place in range(len(rows[0][0]))]
    ordered = sorted(rows, key=lambda row: -row[1])
    patterns = pd.DataFrame([pattern for pattern, _ in ordered], columns=codes).astype(bool)
    patterns["n"] = [count for _, count in ordered]
    n = int(patterns["n"].sum())
    missing = patterns["n"].to_numpy() @ patterns[codes].to_numpy()
    items = pd.DataFrame({"missing": missing, "share": missing / n}, index=pd.Index(codes, name="item"))
    found = SimpleNamespace(patterns=patterns, items=items, n=n, mcar=None, mcar_note="why")
    given = patterns.loc[patterns.index.repeat(patterns["n"]), codes].reset_index(drop=True)
    answers = SimpleNamespace(items=given.astype(float).where(~given), group=None, n=n)
    return SimpleNamespace(screening=found, parameters=Parameters(**parameters), delivered=answers, answers=answers)


def test_frequent_patterns_have_a_row_and_rare_ones_share_one():
    opened = of_gaps([((0, 0, 0), 50), ((1, 0, 0), 20), ((0, 1, 0), 3), ((0, 0, 1), 4), ((1, 1, 0), 2), ((1, 1, 1), 9)])
    found = views.missing_patterns(opened)
    # in the bands 3 + 4 respondents with one gap; the 2 with two gaps are too few for a row and join them
    assert found.table.to_dict("list") == {
        "low": [0, 1, 3, 1],
        "high": [0, 1, 3, 2],
        "n_patterns": [1, 1, 1, 3],
        "n": [50, 20, 9, 9],
        "share": pytest.approx([50 / 88, 20 / 88, 9 / 88, 9 / 88]),
    }
    # 2, 3 + 2 and 4 of the 9 in the band left the items out: up to a quarter, more than half, up to half
    assert found.classes.to_numpy().tolist() == [[0, 0, 0], [5, 0, 0], [5, 5, 5], [2, 4, 3]]
    assert (found.n_patterns, found.n_complete, found.n, found.too_few) == (6, 50, 88, False)


def test_too_few_rare_ones_take_the_rarest_row_with_them():
    found = views.missing_patterns(of_gaps([((0, 0), 40), ((1, 0), 8), ((0, 1), 2)]))
    assert found.table["n"].tolist() == [40, 10]
    assert found.table["n_patterns"].tolist() == [1, 2]


def test_nothing_is_told_when_fewer_than_the_minimum_have_gaps():
    found = views.missing_patterns(of_gaps([((0, 0), 40), ((1, 0), 2), ((0, 1), 2)]))
    assert found.table.empty
    assert found.too_few
    assert views.missing_patterns(of_gaps([((0, 0), 40)])).table.empty


def test_the_minimum_is_the_parameter_of_the_round():
    rows = [((0, 0), 40), ((1, 0), 8), ((0, 1), 12)]
    assert views.missing_patterns(of_gaps(rows, minimum_count=9)).table["n"].tolist() == [40, 20]
    assert views.missing_patterns(of_gaps(rows)).table["n"].tolist() == [40, 12, 8]


@settings(max_examples=150)
@given(
    patterns=st.dictionaries(
        st.tuples(*[st.integers(0, 1)] * 5), st.integers(1, 12), min_size=1, max_size=32
    ),
    minimum=st.integers(1, 15),
)  # fmt: skip
def test_every_row_stands_for_enough_respondents_and_nobody_is_lost(patterns, minimum):
    opened = of_gaps(list(patterns.items()), minimum_count=minimum)
    found = views.missing_patterns(opened)
    table, classes = found.table, found.classes
    if table.empty:
        with_gaps = sum(count for pattern, count in patterns.items() if any(pattern))
        assert with_gaps < minimum or found.too_few
        return
    assert (table["n"] >= minimum).all()
    assert len(table) <= ROWS + len(BANDS) + 1
    if not found.too_few:
        assert table["n"].sum() == sum(patterns.values())
        assert table["n_patterns"].sum() == len(patterns)
    # a row of one pattern is exact, and it is one of those that were given with that number of respondents
    shown = Counter(
        (tuple((row == 5).astype(int)), int(n))
        for row, n, several in zip(classes.to_numpy(), table["n"], table["n_patterns"], strict=True)
        if several == 1
    )
    assert set(shown) <= set(patterns.items())
    assert set(np.unique(classes[(table["n_patterns"] == 1).to_numpy()])) <= {0, 5}


def test_patterns_of_many_respondents_stay_one_page():
    rows = [(tuple(int(bit) for bit in f"{number:09b}"), 5 + number) for number in range(512)]
    found = views.missing_patterns(of_gaps(rows))
    # the complete one is rare here and has a band of its own; nobody can miss more than 9 of 9 items
    assert len(found.table) == ROWS + 1 + len(BANDS) - 1
    assert found.table["n"].sum() == sum(count for _, count in rows)


def of_groups(gaps: dict[str, dict[str, int]], sizes: dict[str, int]) -> Any:
    """A round in which so many respondents of each group left each item unanswered."""
    group = pd.Series([name for name, size in sizes.items() for _ in range(size)]).astype("category")
    items = pd.DataFrame(1.0, index=group.index, columns=list(gaps))
    for item, by_group in gaps.items():
        for name, count in by_group.items():
            items.loc[group.index[group == name][:count], item] = np.nan
    delivered = SimpleNamespace(group=group, items=items, n=len(group))
    return SimpleNamespace(delivered=delivered, answers=delivered, parameters=Parameters())


def test_shares_by_group_hide_few_and_what_would_tell_them():
    opened = of_groups(
        {"a": {"x": 10, "y": 2, "z": 20}, "b": {"x": 6, "y": 5, "z": 8}, "c": {}}, {"x": 40, "y": 50, "z": 80, "w": 9}
    )
    found = views.missing_by_group(opened)
    assert list(found.table.index) == ["a", "b"]  # nobody left c out
    assert "w" not in found.table.columns  # 9 respondents are fewer than 10
    assert np.isnan(found.table.loc["a", "y"])
    # the total of item a is published with the items: one hidden cell alone in its row could be had by subtraction
    assert found.hidden.loc["a"].sum() >= 2
    told = found.table.loc["a"].dropna()
    assert all(share == pytest.approx({"x": 10, "z": 20}[g] / {"x": 40, "z": 80}[g]) for g, share in told.items())


def test_without_groups_there_is_nothing_to_compare():
    opened = SimpleNamespace(delivered=SimpleNamespace(group=None), parameters=Parameters())
    assert views.missing_by_group(opened) == Absent("group")


def of_flags(flags: pd.DataFrame, n: int, **parameters: Any) -> Any:
    """A round that knows nothing but its flags."""
    named = flags.drop_duplicates()["rule"].value_counts()
    rules = pd.DataFrame({"n_checked": n, "n_flagged": named, "share": named / n}).rename_axis("rule")
    found = SimpleNamespace(flags=flags, n=n, rules=rules)
    return SimpleNamespace(screening=found, parameters=Parameters(**parameters))


def test_flags_are_counted_by_respondent_and_rule():
    flags = pd.DataFrame(
        [("r1", "missing"), ("r2", "missing"), ("r2", "outlier"), ("r3", "a"), ("r3", "b"), ("r3", "c"), ("r3", "d"),
         ("r1", "missing")],
        columns=["respondent", "rule"],
    )  # fmt: skip
    found = views.flag_overlap(of_flags(flags, 10, minimum_count=1)).table
    assert found.to_dict("list") == {"flags": [0, 1, 2, 3], "n": [7, 1, 1, 1], "share": [0.7, 0.1, 0.1, 0.1]}
    none = views.flag_overlap(of_flags(flags.iloc[:0], 10)).table
    assert none["n"].tolist() == [10, 0, 0, 0]


def test_empty_categories_are_listed_in_the_framework_s_order_for_large_groups():
    empty = pd.DataFrame(
        [("x", "b", 1.0), ("y", "b", 1.0), ("y", "a", 5.0), ("y", "a", 2.0), ("small", "a", 1.0)],
        columns=["group", "item", "category"],
    )
    group = pd.Series(["x"] * 10 + ["y"] * 20 + ["small"] * 9).astype("category")
    opened = SimpleNamespace(
        delivered=SimpleNamespace(group=group, n=39),
        parameters=Parameters(),
        screening=SimpleNamespace(empty_categories=empty, empty_note=""),
        framework=SimpleNamespace(indicators=["a", "b"]),
    )
    found = views.empty_categories(opened)
    assert found.table.to_numpy().tolist() == [["a", 2.0, ["y"], 1], ["a", 5.0, ["y"], 1], ["b", 1.0, ["x", "y"], 2]]
    assert found.n_groups == 2
    opened.delivered.group = None
    opened.screening.empty_categories = empty.iloc[:1].assign(group="")
    assert views.empty_categories(opened).table["groups"].tolist() == [[""]]


def of_log(*steps: tuple[str, str, int, str], corrections: str | None = None, folder: Path = Path()) -> Any:
    source = SimpleNamespace(corrections=corrections)
    return SimpleNamespace(
        delivered=SimpleNamespace(log=log_of(*steps)),
        folder=folder,
        file=SimpleNamespace(inputs=SimpleNamespace(answers=source)),
    )


def test_the_log_puts_alike_entries_together_in_the_order_of_the_steps():
    found = views.gate_log(
        of_log(
            ("missing code", "a", 3, "9"),
            ("label", "a", 100, "ya = 1"),
            ("missing code", "b", 4, "9"),
            ("missing code", "b", 1, "TT"),
        )
    ).table
    assert found.to_numpy().tolist() == [
        ["missing code", "a, b", 2, 7, "9"],
        ["missing code", "b", 1, 1, "TT"],
        ["label", "a", 1, 100, "ya = 1"],
    ]
    assert views.gate_log(of_log()).table.empty


def test_columns_that_were_only_named_are_one_entry():
    found = views.gate_log(
        of_log(
            ("form", "a", 0, "column 'A/a' is question 'A/a' of the form"),
            ("form", "b", 0, "column 'A/b' is question 'A/b' of the form"),
            ("form", "c", 2, "question 'A/c': summary and options agree"),
        )
    ).table
    assert found["detail"].tolist() == [
        "column … is question … of the form",
        "question 'A/c': summary and options agree",
    ]
    assert found["columns"].tolist() == ["a, b", "c"]


def test_corrections_are_told_by_reason_and_never_by_row_or_answer(tmp_path):
    (tmp_path / "corrections.yml").write_text(
        "- {row: 57, column: a, from: 77, to: 4, reason: typed twice, by: field office}\n"
        "- {row: 58, column: a, from: 66, to: 3, reason: typed twice, by: field office}\n"
        "- {row: 90, drop: true, reason: a trial form, by: field office}\n",
        encoding="utf-8",
    )
    steps = [
        ("privacy", "nik", 3, "dropped, as declared"),
        ("correction", "a", 1, "row 57: 77 -> 4: typed twice (field office)"),
        ("correction", "a", 1, "row 58: 66 -> 3: typed twice (field office)"),
        ("record taken out", "", 1, "row 90: a trial form (field office)"),
        ("reverse", "a", 5, "1 + 5 - x"),
    ]
    found = views.gate_log(of_log(*steps, corrections="corrections.yml", folder=tmp_path)).table
    assert found[["step", "columns", "cells", "detail"]].to_numpy().tolist() == [
        ["privacy", "nik", 3, "dropped, as declared"],
        ["correction", "a", 2, "typed twice (field office)"],
        ["record taken out", "", 1, "a trial form (field office)"],
        ["reverse", "a", 5, "1 + 5 - x"],
    ]


def test_exclusions_tell_numbers_reasons_and_deciders():
    reason = {"id": "salinan", "en": "copies"}
    entries = [
        SimpleNamespace(rule="duplicate_answers", respondents=[], reason=reason, decided_by="FGD", number=1),
        SimpleNamespace(rule=None, respondents=["r9"], reason=reason, decided_by="field", number=2),
        SimpleNamespace(rule="outlier", respondents=[], reason=reason, decided_by="FGD", number=3),
    ]
    out = pd.DataFrame(
        [("r1", "duplicate_answers", 1), ("r2", "duplicate_answers", 1), ("r9", "named", 2)],
        columns=["respondent", "rule", "entry"],
    )
    opened = SimpleNamespace(
        excluded=out, file=SimpleNamespace(exclusions=entries), language="en",
        delivered=SimpleNamespace(n=100), answers=SimpleNamespace(n=97), parameters=Parameters(minimum_count=1),
    )  # fmt: skip
    found = views.exclusions(opened)
    assert found.table.to_numpy().tolist() == [
        ["duplicate_answers", 2, "copies", "FGD"],
        ["", 1, "copies", "field"],
        ["outlier", 0, "copies", "FGD"],
    ]
    assert (found.n_delivered, found.n_kept) == (100, 97)
    assert "r9" not in found.table.to_csv()
    opened.parameters = Parameters()
    # 2 + 1 = 3, the number left out altogether: both are withheld, and the zero with them
    assert views.exclusions(opened).table["n"].isna()[:2].all()


def flags_of(sets: list[tuple[str, ...]]) -> pd.DataFrame:
    rows = [(f"r{number}", rule) for number, rules in enumerate(sets) for rule in rules]
    return pd.DataFrame(rows, columns=["respondent", "rule"])


@given(kinds=st.lists(st.integers(0, 9), min_size=3, max_size=3), free=st.integers(5, 40))
def test_no_rule_of_few_follows_from_the_overlap_of_flags(kinds, free):
    # so many respondents flagged by the first rule, by the second, and by both
    first, second, both = kinds
    flags = flags_of([("a",)] * first + [("b",)] * second + [("a", "b")] * both)
    n = len({*flags["respondent"]}) + free
    opened = of_flags(flags, n)
    rules, overlap = views.screening_rules(opened), views.flag_overlap(opened)
    shown = rules.table.set_index("rule")["n_flagged"]
    assert not ((shown > 0) & (shown < 5)).any()
    told = overlap.table["n"]
    assert not ((told > 0) & (told < 5)).any()
    # every round of two rules that would look the same
    few = set(rules.table["rule"][rules.few["n_flagged"]])
    alike: dict[str, set[int]] = {rule: set() for rule in few}
    for a, b, ab in [(a, b, ab) for a in range(20) for b in range(20) for ab in range(20)]:
        counts = [n - a - b - ab, a + b, ab, 0]
        if counts[0] < 0 or any(x != y for x, y in zip(told, counts, strict=True) if not np.isnan(x)):
            continue
        by_rule = {"a": a + ab, "b": b + ab}
        if all(0 < by_rule[r] < 5 if r in few else np.isnan(shown.get(r, 0)) or by_rule[r] == shown.get(r, 0)
               for r in by_rule):  # fmt: skip
            for rule in few:
                alike[rule].add(by_rule[rule])
    assert all(len(values) > 1 for values in alike.values())


def of_answers(items: pd.DataFrame, group: pd.Series, minimum: int = 5) -> Any:
    answers = SimpleNamespace(items=items, group=group, weight=pd.Series(1.0, items.index), n=len(items))
    return SimpleNamespace(delivered=answers, answers=answers, parameters=Parameters(minimum_count=minimum))


def test_few_gaps_follow_from_no_total():
    # two respondents of one group have a gap, one of them in the item x
    group = pd.Series(["anak"] * 50 + ["disabilitas"] * 37 + ["lansia"] * 33).astype("category")
    items = pd.DataFrame(1.0, index=group.index, columns=["x", "y", "z"])
    items.loc[60, "x"] = items.loc[61, "y"] = np.nan
    opened = of_answers(items, group)
    may = views.gap_totals(opened)
    assert may.items["told"].tolist() == [False, False, True]
    assert (may.complete_told, may.few_gaps) == (False, True)
    by_group = views.missing_by_group(opened)
    assert by_group.overall.isna().all()
    assert by_group.quiet  # the highest share is the one that is withheld


@settings(max_examples=60, deadline=None)
@given(gaps=st.lists(st.integers(0, 12), min_size=3, max_size=3))
def test_complete_respondents_of_a_group_follow_from_no_total(gaps):
    sizes = (20, 24, 30)
    group = pd.Series(np.repeat(["a", "b", "c"], sizes)).astype("category")
    items = pd.DataFrame(1.0, index=group.index, columns=["x"])
    for name, count in zip("abc", gaps, strict=True):
        items.loc[group.index[group == name][:count], "x"] = np.nan
    opened = of_answers(items, group)
    may, by_group = views.gap_totals(opened), views.missing_by_group(opened).table
    complete = views.sample(opened).table["complete"].to_numpy()
    # with one item, respondents with a gap and missing answers are the same: all that is told of either is put together
    total = sum(gaps) if may.complete_told or may.items["told"]["x"] else None
    known = [size - full if not np.isnan(full) else None for size, full in zip(sizes, complete, strict=True)]
    for place, name in enumerate("abc"):
        share = by_group[name].get("x", np.nan) if name in by_group else np.nan
        known[place] = known[place] if np.isnan(share) else round(share * sizes[place])
    fits = [
        found
        for found in np.ndindex(21, 25, 31)
        if all(k is None or k == f for k, f in zip(known, found, strict=True))
        and (sum(found) == total if total is not None else 0 < sum(found) < 5 or sum(found) > 69)
    ]
    for place, count in enumerate(gaps):
        if 0 < count < 5:
            assert len({found[place] for found in fits}) > 1


def test_tables_by_group_leave_out_the_same_numbers(round_copy: Path) -> None:
    """One table that hides anak beside one that hides lansia would give both away by subtraction."""
    path = round_copy / "answers.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    parts = {"anak": 40, "lansia": 41, "disabilitas": 50, "tuna_sosial": 60, "napza": 3}
    kept = pd.concat([frame[frame["cluster"] == name].head(count) for name, count in parts.items()])
    lansia = kept.index[kept["cluster"] == "lansia"][:2]
    kept.loc[lansia, [name for name in kept.columns if name[:2] in ("KD", "PS", "PM")]] = ""
    kept.to_csv(path, index=False)
    opened = open_round(round_copy, missing="pairwise")
    hidden = set(uncounted(opened.answers.group, 5))
    assert "napza" in hidden
    assert len(hidden) > 1
    sample = views.sample(opened).table.set_index("group")["n"]
    assert set(sample.index[sample.isna()]) == hidden
    by_group = opened.index("group")
    assert hidden <= set(by_group.n.index[by_group.n.isna().any(axis=1)])
    missing = views.missing_by_group(opened).table
    assert missing[[name for name in missing.columns if name in hidden]].isna().all(axis=None)
