"""A synthetic report of eight executed chapters, in the shape that the display code of the package writes."""

# ruff: noqa: E501  (rows of tables and paragraphs stay on one line)

from __future__ import annotations

import base64
import datetime as dt
import io
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ikfs_methods.report.document import Document

BIB = """@article{cronbach1951,
  author = {Cronbach, Lee J.}, title = {Coefficient Alpha and the Internal Structure of Tests},
  journal = {Psychometrika}, year = {1951}, volume = {16}, number = {3}, pages = {297--334}}
@article{horn1965,
  author = {Horn, John L.}, title = {A Rationale and Test for the Number of Factors in Factor Analysis},
  journal = {Psychometrika}, year = {1965}, volume = {30}, number = {2}, pages = {179--185}}
"""
DIMENSIONS = (
    "Pemenuhan kebutuhan dan hak dasar",
    "Pelaksanaan tugas dan peranan sosial",
    "Kemampuan mengatasi masalah",
)
LONG = (
    "Responden mampu memenuhi kebutuhan makan pokok setiap hari tanpa bantuan pihak lain",
    "Responden memiliki tempat tinggal yang layak dan aman untuk dihuni bersama keluarga",
    "Mengikuti kegiatan sosial kemasyarakatan di lingkungan tempat tinggal",
    "Menjalankan peran dalam keluarga sesuai dengan tugas yang disepakati",
    "Mencari pertolongan yang tepat ketika menghadapi masalah yang berat",
)
PROVINCES = (
    "Aceh", "Sumatera Utara", "Sumatera Barat", "Riau", "Jambi", "Sumatera Selatan", "Bengkulu", "Lampung",
    "Kepulauan Bangka Belitung", "Kepulauan Riau", "DKI Jakarta", "Jawa Barat", "Jawa Tengah", "DI Yogyakarta",
    "Jawa Timur", "Banten", "Bali", "Nusa Tenggara Barat", "Nusa Tenggara Timur", "Kalimantan Barat",
    "Kalimantan Tengah", "Kalimantan Selatan", "Kalimantan Timur", "Kalimantan Utara", "Sulawesi Utara",
    "Sulawesi Tengah", "Sulawesi Selatan", "Sulawesi Tenggara", "Gorontalo", "Sulawesi Barat", "Maluku",
    "Maluku Utara", "Papua Barat", "Papua",
)  # fmt: skip


def comma(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


@cache
def picture(height: float, kind: int) -> dict[str, str]:
    """The same small plot as SVG and PNG."""
    style = {
        "svg.hashsalt": "ikfs",
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(6.3, height), layout="constrained")
        axes = figure.subplots()
        steps = np.arange(12)
        if kind % 2:
            axes.barh(steps, 40 + 30 * np.cos(steps * 0.7), color="#0072b2")
            axes.set_yticks(steps, [f"KD{step + 1}" for step in steps])
            axes.set_xlabel("Skor (0-100)")
        else:
            axes.plot(steps + 1, 3 / (steps + 1), marker="o", color="#0072b2", label="teramati")
            axes.plot(steps + 1, 1.3 - 0.05 * steps, marker="s", ls="--", color="#d55e00", label="simulasi (P95)")
            axes.legend(frameon=False)
            axes.set_xlabel("Komponen")
            axes.set_ylabel("Nilai eigen")
        axes.grid(color="#dddddd", linewidth=0.5)
        vector, raster = io.BytesIO(), io.BytesIO()
        figure.savefig(vector, format="svg", metadata={"Date": None})
        figure.savefig(raster, format="png", dpi=200)
    return {
        "image/svg+xml": vector.getvalue().decode("utf-8"),
        "image/png": base64.b64encode(raster.getvalue()).decode("ascii"),
    }


def prose(text: str, *tags: str) -> Any:
    return new_markdown_cell(text, metadata={"tags": list(tags)} if tags else {})


def code(*outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell("show(result)", outputs=list(outputs), execution_count=1, metadata=metadata)


def display(data: dict[str, str], **mark: str) -> Any:
    return new_output("display_data", data=data, metadata={"ikfs": mark} if mark else {})


def text(markdown: str) -> Any:
    return code(display({"text/markdown": markdown, "text/plain": "..."}, kind="text"))


def figure(label: str, caption: str, height: float = 3.2, kind: int = 0, note: str = "") -> Any:
    return code(
        display(picture(height, kind), kind="figure", label=label, caption=caption, alt=f"Grafik: {caption}", note=note)
    )


def table(html: str, label: str, caption: str, note: str = "") -> Any:
    return code(
        display(
            {"text/html": html, "text/plain": "frame"}, kind="table", label=label, caption=caption, note=note, csv="a,b"
        )
    )


def rows(lines: list[list[str]], classes: list[str], head: list[str], groups: dict[int, str] | None = None) -> str:
    """A plain table in the shape that the display code writes."""
    html = ["<table><thead><tr>"]
    html += [f'<th scope="col" class="{name}">{title}</th>' for title, name in zip(head, classes, strict=True)]
    html.append("</tr></thead><tbody>")
    for i, line in enumerate(lines):
        if groups and i in groups:
            html.append(f'<tr class="group"><th colspan="{len(head)}" scope="rowgroup">{groups[i]}</th></tr>')
        html.append("<tr>")
        for j, (cell, name) in enumerate(zip(line, classes, strict=True)):
            value, _, shade = cell.partition("|")
            tag, scope = ("th", ' scope="row"') if j == 0 else ("td", "")
            html.append(f'<{tag}{scope} class="{name} {shade}">{value}</{tag}>')
        html.append("</tr>")
    return "".join([*html, "</tbody></table>"])


def small_table() -> str:
    return (
        '<table><thead><tr><th rowspan="2" scope="col">Tema</th><th colspan="2" scope="colgroup">Jumlah kode</th>'
        '<th rowspan="2" class="num" scope="col"><i>p</i><sub>o</sub></th><th rowspan="2" class="num" scope="col">κ</th></tr>'
        '<tr><th class="num" scope="col">Koder A</th><th class="num" scope="col">Koder B</th></tr></thead><tbody>'
        '<tr><th scope="row">Akses layanan</th><td class="num">95</td><td class="num">87</td><td class="num">0,95</td><td class="num good">0,85 ✓</td></tr>'
        '<tr><th scope="row">Biaya transportasi</th><td class="num">90</td><td class="num">97</td><td class="num">0,95</td><td class="num warn">0,66 ~</td></tr>'
        '<tr><th scope="row">Waktu tunggu</th><td class="num">76</td><td class="num">72</td><td class="num">0,94</td><td class="num bad">0,40 ✗</td></tr>'
        "</tbody></table>"
    )


def province_table() -> str:
    lines = []
    for i, name in enumerate(PROVINCES):
        value = 70 + 6 * np.sin(i)
        shade = "good" if value > 74 else "bad" if value < 66 else ""
        lines.append(
            [
                name,
                comma(value),
                comma(value - 2),
                comma(value + 2),
                str(100 + 3 * i),
                str(i + 1),
                f"{'tinggi' if value >= 70 else 'sedang'}|{shade}",
            ]
        )
    return rows(
        lines,
        ["left", "num", "num", "num", "num", "num", "center"],
        ["Provinsi", "Skor", "Bawah", "Atas", "n", "Peringkat", "Kelas"],
    )


def evidence_table() -> str:
    lines = []
    for i in range(12):
        shade = ("good", "warn", "bad")[i % 3]
        verdict = {"good": "✓ pertahankan", "warn": "~ perbaiki", "bad": "✗ keluarkan"}[shade]
        lines.append(
            [
                f"KD{i + 1}",
                LONG[i % 5],
                comma(0.7 + i / 50),
                comma(0.3 + i / 30),
                comma(0.8 - i / 100),
                comma(0.4 + i / 40, 3),
                f"{verdict}|{shade}",
                "Putusan peserta diskusi atas dasar bukti dan alasan substansi.",
            ]
        )
    groups = {0: DIMENSIONS[0], 4: DIMENSIONS[1], 8: DIMENSIONS[2]}
    head = [
        "Kode",
        "Indikator",
        "Aiken <i>V</i>",
        "<i>r</i> butir-sisa",
        "α bila dikeluarkan",
        "Muatan faktor",
        "Bukti",
        "Keputusan dan alasan",
    ]
    return rows(lines, ["left", "left", "num", "num", "num", "num", "left", "left"], head, groups)


def loading_table(n: int = 12) -> str:
    lines = [
        [
            f"KD{i + 1}",
            *(comma(np.cos(i * 0.9 + j), 3) + ("|strong" if (i + j) % 3 == 0 else "") for j in range(3)),
            comma(0.4 + i / 40, 3),
        ]
        for i in range(n)
    ]
    return rows(lines, ["left", "num", "num", "num", "num"], ["Indikator", "F1", "F2", "F3", "<i>h</i>²"])


def chapter_cells(number: int, name: str, language: str) -> list[Any]:
    key = f"c{number}"
    body = (
        "Bagian ini menerangkan cara data dikumpulkan, disaring, dan dianalisis, lalu menyajikan bukti untuk setiap indikator. "
        "Setiap angka dihitung ulang dari berkas masukan, sehingga masukan yang sama memberi hasil yang sama. "
        "Ambang yang dipakai disebut bersama sumbernya, sebab konvensi yang berbeda dapat mengubah kesimpulan.\n\n"
    )
    english = (
        "This chapter explains how the data were collected, screened and analysed, and then shows the evidence for every "
        "indicator. Every number is computed again from the inputs, so that the same inputs give the same results. Cut-offs "
        "are named with their sources, because conventions differ and the verdicts differ with them.\n\n"
    )
    return [
        prose(
            f"# {name}\n\n{body * 2}Rinciannya ada di @tbl-{key}-a dan @fig-{key}-a.[^1]\n\n[^1]: Catatan kaki bab {number} dengan nomor yang sama.",
            "lang-id",
        ),
        prose(
            f"# {name}\n\n{english * 2}Details are in @tbl-{key}-a and @fig-{key}-a.[^1]\n\n[^1]: A footnote of chapter {number} with the same label.",
            "lang-en",
        ),
        code(
            new_output("stream", name="stderr", text="warning\n"),
            display({"text/html": "<b>banner</b>"}, kind="banner"),
            tags=("injected-parameters",),
        ),
        prose(
            "## Butir dan reliabilitas {.numbered}\n\nKonsistensi internal diukur dengan alpha [@cronbach1951, p. 299],\n\n$$\\alpha = \\frac{k}{k-1}\\left(1 - \\frac{\\sum_i s_i^2}{s_t^2}\\right),$$\n\ndengan $k$ butir; banyaknya faktor menurut @horn1965."
        ),
        table(
            loading_table(),
            f"tbl-{key}-a",
            "Muatan faktor dan komunalitas",
            "Muatan ≥ 0,40 dicetak tebal; rotasi *oblimin*.",
        ),
        text(
            f"Nilai alpha **0,84** (selang kepercayaan 95 % 0,80 sampai 0,87), lihat @tbl-{key}-a.\n\n- butir pertama;\n- butir kedua."
        ),
        figure(f"fig-{key}-a", "Nilai eigen teramati dan simulasi", 3.2, number),
        prose("### Pembahasan\n\n" + (body if language == "id" else english) * 2),
    ]


def chapters(folder: Path, language: str = "id") -> tuple[Path, ...]:
    """Eight executed notebooks in the folder."""
    names = [
        "Ringkasan",
        "Jawaban dan responden",
        "Validitas isi",
        "Butir dan reliabilitas",
        "Struktur faktor",
        "Pembobotan",
        "Indeks",
        "Ketahanan hasil {.appendix}",
    ]
    extra: dict[int, list[Any]] = {
        0: [table(evidence_table(), "tbl-evidence", "Bukti per indikator, keputusan, dan alasannya")],
        1: [
            prose("Tabel dari prosa:\n\n| Peran | n |\n|---|--:|\n| Ahli | 12 |\n| Pemangku kepentingan | 32 |"),
            code(new_output("stream", name="stdout", text="baris satu\nbaris dua 0.123\n")),
            code(
                new_output(
                    "execute_result",
                    data={
                        "text/html": "<style>td{}</style><table border='1' class='dataframe'><thead><tr><th></th><th>n</th><th>mean</th></tr></thead><tbody><tr><th>KD1</th><td>60</td><td>3.25</td></tr><tr><th>KD2</th><td>58</td><td>4.00</td></tr></tbody></table>",
                        "text/plain": "x",
                    },
                    execution_count=2,
                )
            ),
        ],
        2: [
            table(small_table(), "tbl-coders", "Kesepakatan antarkoder menurut tema"),
            figure("fig-tall", "Skor menurut indikator", 4.6, 1, "Garis menunjukkan selang kepercayaan 95 %."),
        ],
        4: [figure("fig-second", "Skor lain menurut indikator", 3.6, 1)],
        6: [table(province_table(), "tbl-provinces", "Skor indeks menurut provinsi", "Data rekaan.")],
    }
    paths = []
    for number, name in enumerate(names):
        cells = [*chapter_cells(number, name, language), *extra.get(number, [])]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        path = folder / f"{number:02d}-{name.split(' {')[0].lower().replace(' ', '-')}.ipynb"
        nbformat.write(notebook, path)
        paths.append(path)
    return tuple(paths)


def sample(folder: Path, language: str = "id", **changes: Any) -> Document:
    """The synthetic report as a Document."""
    bibliography = folder / "references.bib"
    bibliography.write_text(BIB, encoding="utf-8")
    given: dict[str, Any] = {
        "chapters": chapters(folder, language),
        "language": language,
        "kicker": "Laporan metodologi" if language == "id" else "Methodology report",
        "title": "Indeks Keberfungsian Sosial: bukti, bobot, dan ketahanan"
        if language == "id"
        else "Index of Social Functioning: evidence, weights and robustness",
        "facts": (
            ("Putaran", "**fgd-2020-03-26**"),
            ("Tanggal", "26 Maret 2020"),
            ("Kerangka", "IKFS, 12 indikator, 3 dimensi"),
            ("Responden", "*n* = 412, 9 dikeluarkan"),
        ),
        "short_title": "Metodologi IKFS",
        "round_id": "fgd-2020-03-26",
        "notice": "DATA REKAAN: angka dalam laporan ini dibuat untuk contoh"
        if language == "id"
        else "SYNTHETIC DATA: the numbers in this report were made up as an example",
        "footer": "Dibuat dari masukan sha256 3f9a1c…, ikfs-methods 0.1.0",
        "date": dt.date(2020, 3, 26),
        "bibliography": bibliography,
    }
    return Document(**{**given, **changes})
