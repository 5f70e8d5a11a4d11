"""The three files: what they hold, that they agree, that they come out the same, and what stops them."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
import zipfile

import docx
import nbformat
import pytest
import sample_report as sample
from docx.oxml.ns import qn
from nbformat.v4 import new_notebook

from ikfs_methods.errors import ParameterError, RenderError
from ikfs_methods.report import pdf
from ikfs_methods.report.document import Document
from ikfs_methods.report.render import render
from ikfs_methods.report.word_fonts import mixed

pytestmark = pytest.mark.report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The Indonesian sample in all formats."""
    folder = tmp_path_factory.mktemp("report")
    return {name: path.read_bytes() for name, path in render(sample.sample(folder), folder / "out").items()}


@pytest.fixture(scope="module")
def page(made):
    return made["html"].decode("utf-8")


@pytest.fixture(scope="module")
def word(made):
    return docx.Document(io.BytesIO(made["docx"]))


def report(folder, *cells, **more):
    path = folder / "03-chapter.ipynb"
    nbformat.write(new_notebook(cells=[sample.prose("# Bab"), *cells]), path)
    return Document(chapters=(path,), language="en", title="T", date=dt.date(2020, 1, 2), **more)


def html(folder, *cells, **more):
    return render(report(folder, *cells, **more), folder / "out", ["html"])["html"].read_text(encoding="utf-8")


def test_same_bytes_again(made, tmp_path):
    for name, path in render(sample.sample(tmp_path), tmp_path / "out").items():
        assert path.read_bytes() == made[name], name


def test_page_is_self_contained_and_accessible(page):
    inside = re.sub(r"data:[\w/+-]+;base64,[A-Za-z0-9+/=]+", "", page)
    assert set(re.findall(r"(?:https?:)?//[\w./]+", inside)) <= {"http://www.w3.org/1998/Math/MathML"}
    assert '<html lang="id">' in page
    assert '<a class="skip" href="#content">' in page
    assert re.findall(r"<img(?![^>]* alt=\"[^\"]+\")[^>]{0,80}", page) == []
    assert page.count("@font-face") == 3
    assert "<math" in page
    assert "ikfs-report-" not in inside


def test_page_tables_have_captions_and_scopes(page):
    coders = page[page.index('id="tbl-coders"') :][:2500]
    assert "<caption><strong>Tabel\u00a05.</strong> Kesepakatan" in coders
    assert re.search(r'<th[^>]*scope="colgroup"[^>]*>Jumlah kode</th>', coders)
    assert re.search(r'<th[^>]*scope="row"[^>]*>Akses layanan</th>', coders)
    assert re.search(r'<td class="num bad"[^>]*>0,40 ✗</td>', coders)
    assert "data-header" not in page
    assert "ikfs-done" not in page


def test_notice_stands_on_top_below_the_title_and_in_print(page, word):
    assert page.count("DATA REKAAN: angka") == 3
    assert "DATA REKAAN: angka" in word.sections[0].header.paragraphs[0].text


def test_references_are_links_with_the_number_of_the_caption(page):
    for label, number in re.findall(r'<a href="#((?:tbl|fig)-[\w-]+)"[^>]*class="ref"[^>]*>\w+\u00a0(\d+)</a>', page):
        target = page[page.index(f'id="{label}"') :]
        assert re.search(r"<strong>(?:Tabel|Gambar)\u00a0(\d+)\.</strong>", target)[1] == number
    assert page.count('class="ref"') >= 24  # three a chapter


def test_word_captions_are_those_of_the_page(page, word):
    on_page = re.findall(r"<strong>((?:Tabel|Gambar)\u00a0\d+\.)</strong>", page)
    captions = [p for p in word.paragraphs if p.style.name in ("Table Caption", "Image Caption")]
    in_word = ["".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in captions]
    assert [text.split(". ")[0] + "." for text in in_word] == on_page
    fields = [field.get(qn("w:instr")) for p in captions for field in p._p.iter(qn("w:fldSimple"))]
    assert len(fields) == len(captions)


def test_headings_are_numbered_once_and_the_appendix_by_letter(page, word):
    assert "Lampiran\u00a0A" in page
    assert re.search(r'<h1[^>]*id="references"[^>]*>Daftar pustaka</h1>', page)
    contents = [p for p in word.paragraphs if p.style.name == "TOC 1"]
    texts = ["".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in contents]
    assert texts[0] == "1  Ringkasan"
    assert texts[-2:] == ["Daftar pustaka", "Lampiran A  Ketahanan hasil"]
    assert not any("_ikfs" in (b.get(qn("w:name")) or "") for b in word.element.iter(qn("w:bookmarkStart")))


def test_word_tables_repeat_their_header_and_keep_their_shading(word):
    provinces = next(table for table in word.tables if table.cell(0, 0).text == "Provinsi")
    assert len(provinces.rows) == 35
    assert provinces.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    fills = {shade.get(qn("w:fill")) for shade in provinces._tbl.iter(qn("w:shd"))}
    assert fills == {"F5F7F9", "DFF0E6", "F3CFC6"}
    assert provinces._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")).startswith("Tabel\u00a010. Skor")


def test_word_file_has_its_page_its_language_and_no_clock(made, word):
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert [f.get(qn("w:instr")).strip() for f in section.footer._element.iter(qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]
    assert word.core_properties.title.startswith("Indeks")
    assert word.core_properties.created == dt.datetime(2020, 3, 26, tzinfo=dt.UTC)
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as package:
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(b"ikfs-report-" in package.read(name) for name in package.namelist())
        font = package.read("word/fonts/font1.odttf")
    assert mixed(font, uuid.uuid5(uuid.NAMESPACE_URL, "Source Sans Pro/Regular"))[:4] == b"\x00\x01\x00\x00"


def test_pdf_is_tagged_and_dated(made):
    assert made["pdf"].startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made["pdf"]
    assert b"2020-03-26T00:00:00" in made["pdf"]
    assert b"<rdf:li>id" in made["pdf"] or b"/Lang (id" in made["pdf"]


def test_what_leaves_a_gap_is_let_float():
    def places(before, self_page):
        return [
            {"id": "fig-a", "part": "before", "page": 1, "y": before},
            {"id": "fig-a", "part": "self", "page": self_page, "y": 74.0},
        ]

    assert pdf._pushed(places(500.0, 2), []) == "fig-a"
    assert pdf._pushed(places(500.0, 2), ["fig-a"]) is None  # already let float
    assert pdf._pushed(places(500.0, 1), []) is None  # on the page where it was called for
    assert pdf._pushed(places(760.0, 2), []) is None  # the page was full anyway
    assert pdf._pushed(places(760.0, 3), []) == "fig-a"  # a page was passed over


def test_nothing_floats_into_a_table_that_runs_over_pages():
    def places(figure_page):
        return [
            {"id": "tbl-long", "part": "before", "page": 1, "y": 500.0},
            {"id": "tbl-long", "part": "end", "page": 3, "y": 90.0},
            {"id": "fig-a", "part": "before", "page": 3, "y": 120.0},
            {"id": "fig-a", "part": "self", "page": figure_page, "y": 74.0},
        ]

    assert pdf._splitting(places(3), ["fig-a"]) == "fig-a"
    assert pdf._splitting(places(3), []) is None  # it stands where it was called for, below the table's end
    assert pdf._splitting(places(4), ["fig-a"]) is None


def test_footnotes_of_two_chapters_may_share_a_label(page):
    notes = page[page.index('class="footnotes') :]
    assert [f"Catatan kaki bab {i} " in notes for i in range(8)] == [True] * 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("see @tbl-none", "chapter 03-chapter refers to @tbl-none, which no output of the report carries"),
        ("see [@nobody2000]", "chapter 03-chapter cites @nobody2000, which is not there"),
    ],
)
def test_unresolved_references_stop_the_report(tmp_path, text, message):
    with pytest.raises(RenderError, match=re.escape(message)):
        html(tmp_path, sample.prose(text))
    assert not (tmp_path / "out").exists()


def test_open_fence_is_found(tmp_path):
    with pytest.raises(RenderError, match=r"the prose of chapter 03-chapter must close what it opens"):
        html(tmp_path, sample.prose("::: {.box}\nopen"), sample.table(sample.small_table(), "tbl-a", "A"))


def test_citation_and_reference_in_one_bracket_are_refused(tmp_path):
    bibliography = tmp_path / "a.bib"
    bibliography.write_text(sample.BIB, encoding="utf-8")
    table = sample.table(sample.small_table(), "tbl-a", "A")
    with pytest.raises(RenderError, match="must not share one pair of brackets"):
        html(tmp_path, sample.prose("x [@tbl-a; @horn1965]"), table, bibliography=bibliography)


def test_forms_of_reference(tmp_path):
    page = html(
        tmp_path, sample.prose("As [see @tbl-a] and [-@tbl-a]."), sample.table(sample.small_table(), "tbl-a", "A")
    )
    text = re.sub(r"<[^>]+>", "", page[page.index("As ") :][:300])
    assert text.startswith("As see Table\u00a01 and 1.")


def test_text_that_typst_or_html_might_take_for_markup(tmp_path):
    awkward = r'5 \* 3 # not heading, a_b, <b>, $5, 50 %, "quoted", C:\\dir, [x], @ 3, `code`'
    table = f"<table><tr><td>{'# = * _ $ @ ~ &lt;a&gt; [x] // http'}</td></tr></table>"
    cells = [sample.prose(awkward), sample.table(table, "tbl-a", "Caption with # and $ and @ sign")]
    made = render(report(tmp_path, *cells, notice='5 < 6 "x" #', footer="a#b_c*d", facts=(("k", "a # b"),)), tmp_path)
    assert set(made) == {"html", "pdf", "docx"}
    assert "# = * _ $ @ ~ &lt;a&gt; [x] // http" in made["html"].read_text(encoding="utf-8")


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="format must be one of html, pdf, docx; found 'odt'"):
        render(report(tmp_path), tmp_path, ["odt"])


def test_pandoc_failure_is_told_in_one_line(tmp_path):
    bibliography = tmp_path / "a.bib"
    bibliography.write_text("@article{x, title = {open", encoding="utf-8")
    with pytest.raises(RenderError, match=r"the bibliography must be BibTeX; .*a\.bib cannot be read: [^\n]+$"):
        html(tmp_path, sample.prose("text"), bibliography=bibliography)


def test_pictures_by_path_are_refused_and_pasted_ones_shown(tmp_path):
    with pytest.raises(RenderError, match=r"must be pasted into its cell or come from code; not found: away\.png"):
        html(tmp_path, sample.prose("![x](away.png)"))
    with pytest.raises(RenderError, match=r"typst could not set report\.pdf: .*away\.png"):
        render(report(tmp_path, sample.prose("![x](away.png)")), tmp_path, ["pdf"])
    pasted = sample.prose("![alt](attachment:p.png)")
    pasted["attachments"] = {"p.png": {"image/png": sample.picture(2.0, 0)["image/png"]}}
    assert re.search(r'<img [^>]*src="data:image/png;base64,[^"]+" alt="alt"', html(tmp_path, pasted))
    assert b"<pdfuaid:part>" in render(report(tmp_path, pasted), tmp_path, ["pdf"])["pdf"].read_bytes()


def test_a_heading_level_left_out_is_no_obstacle(tmp_path):
    made = render(report(tmp_path, sample.prose("### Third\n\ntext")), tmp_path)
    assert set(made) == {"html", "pdf", "docx"}


def test_a_long_group_heading_stays_with_the_row_after_it(tmp_path, monkeypatch):
    sources = []

    def keep(_source, text, _folder, _document, target):
        sources.append(text)
        target.write_bytes(b"%PDF")

    monkeypatch.setattr(pdf, "_set", keep)
    heading = "KD " + "Pemenuhan kebutuhan dan hak dasar " * 4
    plain = sample.rows([["a", "1"], ["b", "2"]], ["left", "num"], ["Kode", "Nilai"], {0: heading})
    render(report(tmp_path, sample.table(plain, "tbl-x", "X")), tmp_path / "out", ["pdf"])
    # a header of the second level is never left alone at the foot of a page
    assert "table.header(level: 2, repeat: false" in sources[0]
