"""Chapter 03 on the example and on odd rounds: every table, sentence and figure, and what it must not tell."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ikfs_methods as ikfs
from ikfs_methods import framework
from ikfs_methods.report import figures, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.report.tables.items import order_of
from ikfs_methods.rounds import Absent, ByDimension, views

ROUND = "fgd-2020-03-26"
SHOWN = {
    "items": (lambda r: r.item_analysis, {}),
    "discrimination": (lambda r: r.item_analysis, {"part": "discrimination"}),
    "categories": (lambda r: r.category_use, {}),
    "intervals": (lambda r: r.successive_intervals, {}),
    "alpha": (lambda r: r.alpha, {}),
    "bounds": views.reliability_table,
    "error": (lambda r: r.measurement_error, {}),
    "groups": (lambda r: r.alpha_by_group, {}),
    "change": (lambda r: r.alpha_change, {}),
    "index": (lambda r: r.index_reliability, {}),
    "regions": (lambda r: r.means_reliability("region"), {}),
    "criterion": (lambda r: r.criterion(), {}),
    "known": (lambda r: r.known_groups, {}),
    "retest": (lambda r: r.test_retest, {}),
    "dif": (lambda r: r.dif, {}),
}


def parts(name, opened):
    """A result of the chapter and the options of its table."""
    found = SHOWN[name]
    return (found[0](opened), found[1]) if isinstance(found, tuple) else (found(opened), {})


def make(folder: Path, tree: dict[str, list[str]], *, n: int = 300, kind: str = "reflective", **columns) -> Path:
    """A round of invented answers on a tree of parents and children; `columns` are further columns of its answers."""
    parents = {child: parent for parent, children in tree.items() for child in children}
    rows = [",".join(framework.COLUMNS)]
    for code in ["I", *parents]:
        scale = ",,,," if code in tree else f"{code},1,5,1,"
        rows.append(
            f"{code},{parents.get(code, '')},{code},{code},d,d,{scale}{kind if code in tree else ''},o,s,unverified"
        )
    folder.mkdir(exist_ok=True)
    (folder / "indicators.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    rng = np.random.default_rng(1)
    items = [code for code in parents if code not in tree]
    values = np.clip(np.rint(3 + rng.standard_normal((n, 1)) + rng.standard_normal((n, len(items)))), 1, 5)
    answers = pd.DataFrame(values.astype(int), columns=items)
    answers.insert(0, "id", [f"R{i}" for i in range(n)])
    for name, column in columns.items():
        answers[name] = column
    answers.to_csv(folder / "answers.csv", index=False)
    declared = "".join(f", {key}: {key}" for key in ("group", "region") if key in columns)
    outside = ", outside: [outside]" if "outside" in columns else ""
    (folder / "round.yaml").write_text(
        "id: t\ntitle: {id: Uji, en: Test}\ndate: 2020-01-01\nframework: .\n"
        f"inputs: {{answers: {{file: answers.csv, id: id{declared}{outside}}}}}\n",
        encoding="utf-8",
    )
    return folder


def show(opened):
    """Everything that the chapter shows of a round, by name: HTML of the table ('' without one) and sentence."""
    words, shown = Words(opened.language), {}
    for name in SHOWN:
        result, options = parts(name, opened)
        said = text.say(result, words, opened, **options)
        empty = isinstance(result, Absent) or (isinstance(result, ByDimension) and not result.results)
        empty = empty or (isinstance(result, views.View) and result.table.empty)
        shown[name] = ("" if empty else tables.lay_out(result, words, opened, **options).html("c"), said)
    return shown


@pytest.fixture(scope="module", params=["id", "en"])
def opened(request):
    return ikfs.open_round(ROUND, language=request.param)


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "change"])
def test_tables_and_sentences_of_the_example(name, opened):
    words = Words(opened.language)
    result, options = parts(name, opened)
    html = tables.lay_out(result, words, opened, **options).html("caption")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells
    assert not {"nan", "None", "NaN", "<NA>", ""} & set(cells)
    said = text.say(result, words, opened, **options)
    assert said
    assert "{" not in said
    assert "nan" not in re.findall(r"\w+", said.lower())
    if opened.language == "id":
        assert not any(re.fullmatch(r"−?0?\.\d+", cell) for cell in cells), "a decimal point in Indonesian"
        assert not re.search(r"\d\.\d{2}\b", said)


@pytest.mark.parametrize("name", ["items", "criterion", "dif"])
def test_figures_are_the_same_bytes_twice(name, opened):
    result, words = parts(name, opened)[0], Words(opened.language)
    first, second = (figures.bundle(figures.draw(result, words, opened)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "tree",
    [
        {"I": ["A"], "A": ["a1", "a2"]},
        {"I": ["A", "B"], "A": ["a1", "a2"], "B": ["b1", "b2", "b3"]},
        {"I": ["A", "B"], "A": ["a1"], "B": ["b1"]},
    ],
    ids=["one pair", "a pair and three", "no dimension of two"],
)
@pytest.mark.parametrize("kind", ["reflective", "formative"])
def test_answers_alone_on_small_trees(tmp_path, tree, kind):
    shown = show(ikfs.open_round(make(tmp_path, tree, kind=kind), language="en"))
    for name, (html, said) in shown.items():
        assert said or not html, name
        assert ">nan<" not in html
    assert shown["criterion"][1].startswith("This part is not available")
    assert "`retest`" in shown["retest"][1]
    if kind == "formative" and len(tree["A"]) > 1:
        assert "formative" in shown["bounds"][1]
        assert "good" not in shown["alpha"][0]


@pytest.mark.parametrize("n", [14, 30, 60])
def test_small_panels_and_groups(tmp_path, n):
    tree = {"I": ["A", "B"], "A": [f"a{i}" for i in range(8)], "B": [f"b{i}" for i in range(8)]}
    rng = np.random.default_rng(2)
    columns = {"group": np.where(np.arange(n) % 2, "x", "y"), "outside": rng.integers(0, 100, n)}
    opened = ikfs.open_round(make(tmp_path, tree, n=n, **columns), language="en")
    shown = show(opened)
    assert all(">nan<" not in html for html, _ in shown.values())
    assert "profit from chance" in shown["bounds"][1]
    if not isinstance(opened.dif, Absent):
        assert "Indicative only" in shown["dif"][1]


def test_two_groups_are_told_by_their_difference(tmp_path):
    tree = {"I": ["A"], "A": ["a1", "a2", "a3"]}
    opened = ikfs.open_round(make(tmp_path, tree, group=["x", "y"] * 150), language="en")
    words = Words("en")
    assert "hedges_g" in tables.lay_out(opened.known_groups, words, opened).csv()
    assert "(g " in text.say(opened.known_groups, words, opened)


def test_small_groups_are_named_and_left_out(tmp_path):
    tree = {"I": ["A"], "A": ["a1", "a2", "a3"]}
    group = ["x"] * 150 + ["y"] * 143 + ["tiny"] * 7
    opened = ikfs.open_round(make(tmp_path, tree, group=group), language="en")
    html, said = show(opened)["groups"]
    assert "tiny" not in html
    assert "Without an alpha" in said
    assert "tiny" in said


def test_planted_item_is_named(opened):
    said = text.say(opened.dif, Words(opened.language), opened)
    assert "KD5" in said
    assert opened.called("lansia") in said


@pytest.fixture
def sparse(tmp_path):
    """Two dimensions with group and gaps; somebody alone chose the lowest point of a1."""
    tree = {"I": ["A", "B"], "A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}
    folder = make(tmp_path, tree, group=["x", "y"] * 150)
    answers = pd.read_csv(folder / "answers.csv", dtype=str)
    answers["a1"] = answers["a1"].replace("1", "2")
    answers.loc[5, "a1"] = "1"
    answers.loc[[7, 9], "b2"] = ""
    answers.to_csv(folder / "answers.csv", index=False)
    return ikfs.open_round(folder, language="en")


def frame(opened, name):
    """The file behind a table."""
    result, options = parts(name, opened)
    csv = tables.lay_out(result, Words(opened.language), opened, **options).csv()
    return pd.read_csv(io.StringIO(csv), keep_default_na=False).set_index("code")


def test_rarest_points_of_few_are_withheld(sparse):
    table = frame(sparse, "categories")
    assert table.loc["a1", ["rarest", "rarest_share"]].tolist() == ["", ""]
    assert "rarest" in table.loc["a1", "withheld"]
    assert "counts" not in table


def test_scale_values_that_would_give_a_share_away_are_withheld(sparse):
    table = frame(sparse, "intervals")
    values = [name for name in table if name.startswith("point_")]
    assert (table.loc["a1", [*values, "correlation"]] == "").all()
    assert table.loc["a2", values[0]] != ""


def test_few_gaps_are_not_told(sparse):
    assert frame(sparse, "discrimination").loc["b2", "missing"] == ""
    assert not {"n_missing", "missing"} & set(frame(sparse, "items"))
    groups = frame(sparse, "groups").loc["B"]
    # Both gaps are of the group y: its n, and the interval that tells it, are withheld, and those of x with it.
    assert (groups[["n", "n_dropped", "ci_low", "ci_high"]] == "").all(axis=None)
    assert (groups["alpha"] != "").all()


def test_order_is_judged_by_points_that_enough_chose(sparse):
    order = order_of(sparse.category_use["A"], sparse)
    assert order.loc["a1", "compared"] == 4
    assert order.loc["a2", "compared"] == 5
    means = sparse.category_use["A"].rest_means.loc["a2"]
    assert bool(order.loc["a2", "steps"]) == (np.diff(means) <= 0).any()


def test_change_since_the_round_before(tmp_path):
    tree = {"I": ["A"], "A": ["a1", "a2", "a3"]}
    folder = make(tmp_path / "now", tree)
    shutil.copytree(folder, tmp_path / "before")
    with (folder / "round.yaml").open("a", encoding="utf-8") as file:
        file.write("previous: ../before\n")
    opened = ikfs.open_round(folder, language="en")
    html, said = show(opened)["change"]
    assert "0.000" in html
    assert said == "Since the round before, no alpha has changed by more than chance would explain."
