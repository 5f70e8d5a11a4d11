"""What becomes of each cell and each output, and what is refused."""

from __future__ import annotations

import datetime as dt

import nbformat
import pytest
import sample_report as sample
from nbformat.v4 import new_notebook, new_output

from ikfs_methods.errors import ParameterError, RenderError
from ikfs_methods.report.assemble import assemble
from ikfs_methods.report.document import Document

TITLE = sample.prose("# Bab")
TABLE = "<table><tr><td>1</td></tr></table>"


def document(folder, *chapters, language="id", **more):
    paths = []
    for number, cells in enumerate(chapters):
        paths.append(folder / f"{number:02d}-chapter.ipynb")
        nbformat.write(new_notebook(cells=list(cells)), paths[-1])
    return Document(chapters=tuple(paths), language=language, title="T", date=dt.date(2020, 1, 2), **more)


def parts(folder, *cells, language="id"):
    return assemble(document(folder, [TITLE, *cells], language=language), folder)["chapters"][0]["parts"][1:]


def refused(folder, *cells):
    with pytest.raises(RenderError) as caught:
        parts(folder, *cells)
    return str(caught.value)


def test_prose_of_the_other_language_is_dropped(tmp_path):
    cells = [sample.prose("satu", "lang-id"), sample.prose("one", "lang-en"), sample.prose("1")]
    assert [part["text"] for part in parts(tmp_path, *cells)] == ["satu", "1"]
    assert [part["text"] for part in parts(tmp_path, *cells, language="en")] == ["one", "1"]


def test_banners_errors_on_stderr_and_parameters_are_dropped(tmp_path):
    cells = [
        sample.code(sample.display({"text/html": "<b>x</b>"}, kind="banner")),
        sample.code(new_output("stream", name="stderr", text="warning")),
        sample.code(new_output("stream", name="stdout", text="shown?"), tags=("injected-parameters",)),
        sample.code(new_output("execute_result", data={"text/plain": "<Axes: xlabel='x'>"}, execution_count=1)),
        sample.code(new_output("execute_result", data={"text/plain": "<Foo at 0x7f0a12>"}, execution_count=1)),
    ]
    assert [part["text"] for part in parts(tmp_path, *cells) if "0x" in part["text"]] == []
    assert len(parts(tmp_path, *cells)) <= 1


def test_unmarked_outputs_become_plain_parts(tmp_path):
    cells = [
        sample.code(new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m\n")),
        sample.code(new_output("display_data", data={"text/html": TABLE * 2, "text/plain": "x"})),
        sample.code(new_output("display_data", data={**sample.picture(2.0, 0), "text/plain": "<Figure size 6x3>"})),
        sample.code(new_output("display_data", data={"text/markdown": "*hi*", "text/plain": "x"})),
    ]
    made = parts(tmp_path, *cells)
    assert [part["kind"] for part in made] == ["plain", "table", "table", "figure", "prose"]
    assert made[0]["text"] == "red"
    assert (made[3]["alt"], "label" in made[3]) == ("", False)
    assert (tmp_path / made[3]["vector"]).read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / made[3]["raster"]).read_bytes().startswith(b"\x89PNG")


def test_numbers_follow_the_order_across_chapters(tmp_path):
    first = [TITLE, sample.table(TABLE, "tbl-a", "A"), sample.figure("fig-a", "F")]
    second = [TITLE, sample.table(TABLE, "tbl-b", "B")]
    data = assemble(document(tmp_path, first, second), tmp_path)
    numbers = {p["label"]: p["number"] for chapter in data["chapters"] for p in chapter["parts"] if "label" in p}
    assert numbers == {"tbl-a": 1, "fig-a": 1, "tbl-b": 2}


def test_label_used_twice_names_both_chapters(tmp_path):
    made = document(tmp_path, *[[TITLE, sample.table(TABLE, "tbl-a", "A")]] * 2)
    with pytest.raises(RenderError, match=r"tbl-a stands in chapter 00-chapter and again in chapter 01-chapter"):
        assemble(made, tmp_path)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (sample.table(TABLE, "fig-a", "A"), "the label of a table must be tbl-"),
        (sample.table(TABLE, "tbl-a b", "A"), "chapter 00-chapter has 'tbl-a b'"),
        (sample.table(TABLE, "tbl-a", " "), "every table must have a caption; tbl-a of chapter 00-chapter has none"),
        (sample.table("<p>no</p>", "tbl-a", "A"), "must hold one HTML table; found 0"),
        (sample.code(sample.display({"text/plain": "x"}, kind="graph")), "kind must be one of text, table, figure"),
        (
            sample.code(sample.display({"image/png": ""}, kind="figure", label="fig-a", caption="A")),
            r"the figure fig-a of chapter 00-chapter must carry image/svg+xml; found image/png",
        ),
        (
            sample.code(new_output("error", ename="ValueError", evalue="bad", traceback=[])),
            "every cell of a chapter must have run; chapter 00-chapter holds an error: ValueError: bad",
        ),
    ],
)
def test_incomplete_outputs_are_refused(tmp_path, cell, message):
    assert message in refused(tmp_path, cell)


def test_chapter_without_heading_is_refused(tmp_path):
    with pytest.raises(RenderError, match=r"chapter 00-chapter has none in language 'en'"):
        assemble(document(tmp_path, [sample.prose("# Judul", "lang-id")], language="en"), tmp_path)


def test_missing_files_and_empty_reports_are_refused(tmp_path):
    made = Document(chapters=(tmp_path / "no.ipynb",), language="id", title="T", date=dt.date(2020, 1, 2))
    with pytest.raises(RenderError, match=r"not found: .*no\.ipynb\. Run the chapter first"):
        assemble(made, tmp_path)
    with pytest.raises(RenderError, match="at least one chapter"):
        Document(chapters=(), language="id", title="T", date=dt.date(2020, 1, 2))
    with pytest.raises(RenderError, match=r"the bibliography must be a \.bib file; not found"):
        document(tmp_path, [TITLE], bibliography=tmp_path / "no.bib")
    with pytest.raises(ParameterError, match="language must be 'id' or 'en'"):
        document(tmp_path, [TITLE], language="fr")
