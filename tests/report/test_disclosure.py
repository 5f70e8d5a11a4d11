"""What a report may not hold: scores of few respondents, counts that give them away, and respondents themselves."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import ikfs_methods as ikfs
from ikfs_methods import index
from ikfs_methods.errors import ChapterError, PrivacyError
from ikfs_methods.report import disclosure, figures, run, tables, text
from ikfs_methods.report.chapters import read
from ikfs_methods.report.disclosure import VARIABLE, Respondents, refuse_respondents, veil, without_respondents
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import views

ROUND = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def opened():
    return ikfs.open_round(ROUND, language="en")


@pytest.fixture(scope="module")
def strict():
    """The same round with thresholds that many of its units do not reach."""
    return ikfs.open_round(ROUND, language="en", minimum_respondents=30, minimum_count=40)


# Scores by unit


def test_scores_of_few_respondents_are_withheld(opened, strict):
    options = {"weights": strict.weights.weights, **strict.build_options}
    full = index.build(strict.structure, strict.items(retained=True), by=strict.answers.region, **options)
    told, root = strict.index("region"), strict.structure.root
    small = full.n[root] < 30
    assert 0 < small.sum() < len(small)
    assert told.hidden[root].equals(small)  # together they are far more than 30: nobody else has to go
    assert told.scores[root].equals(full.scores[root].mask(small))
    assert told.withheld == list(small.index[small])
    assert told.respondent_scores is None
    assert told.design_weights is None
    last = told.log.iloc[-1]
    assert (last["step"], last["count"]) == ("withhold", int(told.hidden.to_numpy().sum()))
    assert f"{int(small.sum())} of {len(small)} units stand for fewer than 30 respondents; 0 more" in last["reason"]
    # ranks run over the published units alone
    ranks = told.ranks()
    assert sorted(ranks.dropna()) == list(range(1, int((~small).sum()) + 1))
    # n is a count like any other: below 40 it is hidden too
    assert (told.n[root].dropna() >= 40).all()
    assert not opened.index("region").hidden.to_numpy().any()


def test_one_small_unit_takes_the_next_with_it():
    strict = ikfs.open_round(ROUND, minimum_respondents=200)
    told = strict.index("group")
    n = told.n[strict.structure.root]
    sizes = strict.answers.group.value_counts()
    assert (sizes < 200).sum() == 1
    assert set(told.withheld) == set(sizes.index[-2:])
    assert n.notna().all()  # both are counts above 5, which may be told
    # what is left by subtraction is what the two have together
    whole, root = strict.index(), strict.structure.root
    scored = whole.respondent_scores[root].notna()
    weight = strict.answers.weight[scored].groupby(strict.answers.group[scored], observed=True).sum()
    left = whole.scores[root].iloc[0] * weight.sum() - (told.scores[root] * weight).sum()
    options = {"weights": strict.weights.weights, **strict.build_options}
    full = index.build(strict.structure, strict.items(retained=True), by=strict.answers.group, **options)
    assert left == pytest.approx((full.scores[root] * weight)[told.withheld].sum(), rel=1e-9)  # 1200 sums of doubles


def test_a_tree_gives_no_hidden_dimension_back(strict):
    told, tree = strict.index("region"), strict.structure
    families = [[code, *tree.children(code)] for code in tree.parents]
    for unit, hidden in told.hidden.iterrows():
        assert all(hidden[family].sum() != 1 for family in families), unit


def test_consumers_see_published_units_only(strict):
    left_out = strict.leave_one_out()
    published = int((~strict.index("region").hidden.iloc[:, 0]).sum())
    assert set(left_out.table["n_units"]) == {published}
    nobody = ikfs.open_round(ROUND, minimum_respondents=5000)
    assert set(nobody.leave_one_out().table["n_units"]) == {1}
    compared = ikfs.compare_variants(strict, ikfs.open_round(ROUND, minimum_respondents=30, weights="equal"))
    assert compared.table.loc["rank_region"].max().tolist() == [published, published]
    laid = tables.lay_out(compared, Words("en"), strict)
    assert "×" in set(laid.frame.iloc[:, 2])


@pytest.mark.parametrize(("language", "sentence"), [("en", "units are withheld"), ("id", "unit ditahan")])
def test_withheld_scores_are_marked_and_said(language, sentence):
    strict = ikfs.open_round(ROUND, language=language, minimum_respondents=30)
    words, told = Words(language), strict.index("region")
    laid = tables.lay_out(told, words, strict)
    row = laid.html().split("<tr>")[-1]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert set(cells[2:]) - {cells[2]} == {"×"}  # all scores; n itself may be told
    assert cells[0] == "×"
    assert "–" not in cells
    assert "×" in laid.note
    assert "30" in laid.note
    file = pd.read_csv(io.StringIO(laid.csv()))
    assert file["IKFS"].isna().sum() == len(told.withheld)
    assert set(file["withheld"].dropna()) == {"IKFS|KD|PS|PM|rank"}
    said = text.say(told, words, strict)
    assert sentence in said
    assert str(len(told.withheld)) in said
    assert "nan" not in said.lower().split()
    drawn = figures.bundle(figures.draw(told, words, strict))
    assert told.withheld[0] not in drawn["image/svg+xml"]
    assert told.scores.dropna().index[0] in drawn["image/svg+xml"]


def test_no_unit_left_is_said():
    nobody = ikfs.open_round(ROUND, language="en", minimum_respondents=5000)
    assert "No unit has a score of IKFS that may be published" in text.say(nobody.index("group"), Words("en"), nobody)


# Counts


def test_counts_of_the_sample(opened):
    plain = views.sample(opened)
    assert not plain.hidden.to_numpy().any()
    assert plain.table["n"].sum() == opened.answers.n
    # Every group has more than 40 complete rows and rows with a gap; 110 is above the gaps of all, below their n.
    gaps = opened.answers.items.isna().any(axis=1).groupby(opened.answers.group, observed=True).sum()
    assert (gaps < 110).all()
    told = views.sample(ikfs.open_round(ROUND, minimum_count=110))
    assert told.table["complete"].isna().all()
    assert told.table["n"].notna().all()
    laid = tables.lay_out(told, Words("en"), opened)
    assert laid.html().count("×") == len(told.table)
    assert "complete" in laid.csv()


def test_shares_of_few_answers_are_hidden_with_partners(strict):
    told = views.category_shares(strict)
    counts = pd.DataFrame({code: strict.answers.items[code].value_counts() for code in strict.framework.indicators}).T
    counts = counts.fillna(0).sort_index(axis=1).reindex(told.table.index)
    small = (counts > 0) & (counts < 40)
    assert small.to_numpy().any()
    assert (told.hidden | ~small).to_numpy().all()
    gone = counts.where(told.hidden, 0).sum(axis=1)
    affected = told.hidden.any(axis=1)
    assert (told.hidden.sum(axis=1)[affected] >= 2).all()
    assert (gone[affected] >= 40).all()
    assert np.allclose(told.table.fillna(0).sum(axis=1), 1 - gone / counts.sum(axis=1))
    first, second = (figures.bundle(figures.draw(told, Words("en"), strict)) for _ in range(2))
    assert first == second
    assert "withheld" in first["image/svg+xml"]
    # floor and ceiling of the item table are the same shares
    laid = tables.lay_out(strict.item_analysis, Words("en"), strict)
    shown = laid.full.set_index("code")
    assert shown.loc[told.hidden.index[told.hidden[1.0]], "floor"].isna().all()
    assert shown.loc[told.hidden.index[told.hidden[5.0]], "ceiling"].isna().all()


# Respondents

IDS = frozenset({"R0001", "R0002", "uuid:3f-a9c1", "A1", "120045", "120046"})
PEOPLE = Respondents(IDS, "respondent", frozenset({90}))


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("the answers of R0001 are", True),
        ("R00011 and XR0001 and r0001", False),
        ("row <uuid:3f-a9c1>", True),
        ("uuid and a9c1 and 3f", False),
        ("A1 is too short to be told from a code", False),
        ("120045  4.0\n120046  3.0", True),
        ("120045.0", True),
        ("0.120045 and 0,120045 and 120045.5", False),
        ("104857 200001 120045", False),  # one of three long numbers: a coincidence
    ],
)
def test_ids_are_told_from_other_text(said, seen):
    assert PEOPLE.named_in(said) is seen


def test_tables_as_pandas_prints_them_are_known():
    # ids that are mere numbers show under their name only
    frame = pd.DataFrame({"a": [1.0, 2], "b": [3.0, 4]}, index=pd.Index([2, 3], name="row"))
    people = Respondents(frozenset({"2", "3"}), "row", frozenset({90}))
    for shown in (frame, frame["a"]):
        assert people.rows_in(repr(shown))
        assert not people.rows_in(repr(shown.rename_axis("unit")))
    assert people.headings_in(frame.to_html())
    assert not people.headings_in(frame.rename_axis("unit").to_html())
    long = pd.DataFrame(np.zeros((90, 2)))
    assert people.rows_in(repr(long))
    assert people.rows_in(repr(long[0]))
    assert not people.rows_in(repr(pd.DataFrame(np.zeros((91, 2)))))
    assert people.column_in("row,a\n2,1\n3,2\n")
    assert not people.column_in("place,a\n2,1\n3,2\n")
    assert PEOPLE.column_in("x,a\n120045,1\n120046,2\n")
    assert not PEOPLE.column_in("bytes\n120045\n200001\n300001\n")


@pytest.mark.parametrize(
    ("made", "seen"),
    [
        (lambda r: r.answers.items, True),
        (lambda r: r.answers.items.head(2), True),
        (lambda r: r.answers.items.T, True),
        (lambda r: r.answers.items.reset_index(drop=True), True),
        (lambda r: r.answers.items.reset_index().tail(3), True),
        (lambda r: r.answers.items.melt(ignore_index=False), True),
        (lambda r: r.answers.weight, True),
        (lambda r: r.answers.items.index, True),
        (lambda r: r.answers.items.to_numpy(), True),
        (lambda r: r.answers, False),
        (lambda r: r.index("group"), False),
        (lambda r: r.answers.to_frame(), False),
        (lambda r: r.answers.group.value_counts(), False),
        (lambda r: r, False),
        (lambda r: r.id, False),
    ],
)
def test_rows_of_respondents_are_known(opened, made, seen):
    assert Respondents.of(opened).fill(made(opened)) is seen


def test_only_a_report_run_has_a_veil(opened, monkeypatch):
    class Shell:
        display_formatter = DisplayFormatter()

    monkeypatch.setattr("IPython.get_ipython", Shell)
    monkeypatch.delenv(VARIABLE, raising=False)
    veil(opened)
    assert "R0001" in Shell.display_formatter.format(opened.answers.items.head())[0]["text/plain"]
    monkeypatch.setenv(VARIABLE, "1")
    veil(opened)
    data, _ = Shell.display_formatter.format(opened.answers.items.head())
    assert data == {"text/plain": "Rows of respondents are not shown while a report is made."}
    assert Shell.display_formatter.format(3)[0] == {"text/plain": "3"}


def executed(path: Path, *outputs, source: str = "x") -> Path:
    cells = [
        new_markdown_cell("# Start"),
        new_code_cell("seed = 1", metadata={"tags": ["injected-parameters"]}),
        new_markdown_cell("## The part {#id}"),
        new_code_cell(source, outputs=list(outputs)),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def shown(about: dict[str, str] | None = None, **data: str):
    parts = {name.replace("_", "/"): value for name, value in data.items()}
    return new_output("display_data", parts, metadata={"ikfs": about or {}})


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        (new_output("stream", text="R0007"), "printed text"),
        (new_output("error", ename="KeyError", evalue="'R0007'", traceback=[]), "an error message"),
        (shown(text_html="<table><tr><td>R0007</td></tr></table>"), "what it displays"),
        (shown({"kind": "table", "csv": "a,b\nR0007,1\n"}), "a table's file"),
        (shown({"kind": "figure", "alt": "Highest: R0007"}), "a caption, note or description"),
        (new_output("display_data", {"image/svg+xml": "<svg><!-- R0007 --></svg>"}), "a figure"),
        (new_output("display_data", {"application/json": {"a": ["R0007"]}}), "what it displays"),
    ],
)
def test_every_kind_of_output_is_searched(opened, tmp_path, output, kind):
    path = executed(tmp_path / "08-own.ipynb", output)
    with pytest.raises(PrivacyError, match=rf"chapter 08-own, cell 3 \(section 'The part'\): {kind}\. Show") as raised:
        refuse_respondents([path], opened)
    assert "R0007" not in str(raised.value)


def test_what_names_nobody_passes(opened, tmp_path):
    outputs = [
        shown({"kind": "table", "csv": "unit,n\nAceh,22\n"}, text_html="<table><tr><td>1,200</td></tr></table>"),
        new_output("display_data", {"image/png": "R0007R0007"}),  # base64 is no text
        new_output("stream", text="1200 respondents"),
    ]
    refuse_respondents([executed(tmp_path / "08-own.ipynb", *outputs)], opened)
    with pytest.raises(PrivacyError, match="the cell's own text"):
        refuse_respondents([executed(tmp_path / "08-own.ipynb", source="r.answers.items.loc['R0007']")], opened)


def test_files_that_a_chapter_wrote_are_refused(opened, tmp_path):
    chapter = tmp_path / "08-own.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]), chapter)
    private, aside = tmp_path / "private", tmp_path / "aside"
    private.mkdir()
    (aside / "notebooks").mkdir(parents=True)
    shutil.copy(chapter, private / chapter.name)
    (aside / "notebooks" / "leak.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(PrivacyError, match="must write no files.* found leak.csv"):
        run._bring_out(opened, [read(chapter)], aside, private)
    (aside / "notebooks" / "leak.csv").unlink()
    run._bring_out(opened, [read(chapter)], aside, private)
    assert [path.name for path in (aside / "notebooks").iterdir()] == [chapter.name]


def test_a_message_that_names_a_respondent_is_withheld(opened):
    plain = ChapterError("chapter 08-own, section 'A: b': KeyError: 'nothing'. Open the chapter")
    assert without_respondents(plain, opened) is plain
    told = str(without_respondents(ChapterError("chapter 08-own, section 'A: b': KeyError: 'R0007'"), opened))
    assert told.startswith("chapter 08-own, section 'A: b': a cell failed, and its message is withheld")
    assert "R0007" not in told
    assert str(without_respondents(ChapterError("R0007 stopped"), opened)).startswith("a chapter: a cell failed")


PARAMETERS = f'round_folder = "{ROUND}"\nlanguage = None\nseed = None\noverrides = {{}}\n'
OPEN = "import ikfs_methods as ikfs\nr = ikfs.open_round(round_folder, language=language)\npage = ikfs.report.Page(r)"
TABLE = 'page.table(r.index("group"), "tbl-groups", id="Skor", en="Scores")'


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Makes the report of one chapter with these cells, in a project of its own; returns the report's folder."""
    home = Path(__file__).resolve().parents[2]
    shutil.copytree(home / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(home / "notebooks" / "references.bib", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)

    def made(*sources: str) -> Path:
        cells = [new_markdown_cell("# Own"), new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(source) for source in (OPEN, TABLE, *sources)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(
            new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "notebooks" / "08-own.ipynb"
        )
        return ikfs.report.report(ROUND, formats=("html",), output=tmp_path / "out")

    return made


@pytest.mark.report
def test_report_holds_no_respondent(make, tmp_path):
    target = make("display(r.answers.items)", "r.answers.weight", "r.answers.items.head(1)")
    ids = set(pd.read_csv(tmp_path / "data" / "rounds" / ROUND / "answers.csv")["respondent"])
    for path in target.rglob("*"):
        if path.suffix in (".csv", ".html", ".ipynb", ".json", ".svg"):
            told = re.sub(r'"image/png": "[^"]*"|base64,[\w+/=]+', "", path.read_text(encoding="utf-8"))
            assert not ids & set(re.findall(r"\bR\d{4}\b", told)), path
    cells = nbformat.read(target / "notebooks" / "08-own.ipynb", as_version=4).cells
    assert [cell.outputs[0].data["text/plain"] for cell in cells[-3:]] == [
        "Baris per responden tidak ditampilkan selama laporan dibuat."
    ] * 3
    assert (target / "tables" / "groups.csv").read_text(encoding="utf-8").startswith("unit,IKFS")
    former = (target / "report.html").read_bytes()
    ids_table = (
        "import pandas as pd\n"
        'ids = pd.DataFrame({"institution": r.answers.items.index[:3], "role": "x", "number": 1})\n'
        'page.table(ikfs.rounds.views.Participants(ids), "tbl-ids", id="Id", en="Ids")'
    )
    with pytest.raises(PrivacyError) as raised:
        make("print(r.answers.items)", "print(r.answers.weight.head(2))", ids_table)
    message = str(raised.value)
    for number, kind in ((5, "printed text"), (6, "printed text"), (7, "a table's file, what it displays")):
        assert f"chapter 08-own, cell {number} (section 'Own'): {kind}" in message
    assert not re.search(r"\bR\d{4}\b", message)
    assert (target / "report.html").read_bytes() == former
    assert [path.name for path in (tmp_path / "out").iterdir()] == [target.name]


@pytest.mark.report
def test_failing_chapter_leaves_and_says_nothing_of_respondents(make, tmp_path):
    with pytest.raises(ChapterError, match="chapter 08-own, section 'Own': a cell failed, and its message is withheld"):
        make("print(r.answers.items)\n{}[r.answers.items.index[0]]")
    assert not list((tmp_path / "out").iterdir())


def test_docstring_says_what_it_cannot_see():
    assert "cannot see" in str(disclosure.__doc__)
