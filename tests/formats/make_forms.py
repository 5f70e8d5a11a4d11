"""Makes the survey tools' files of this folder from answers.csv: one form, two Kobo exports, one Google Forms sheet.

Run by hand after a change of answers.csv: `python tests/formats/make_forms.py`. Every answer, time and place is
INVENTED; the places lie in the Java Sea.
"""

from __future__ import annotations

import csv
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HERE = Path(__file__).parent
ID, EN = "Bahasa Indonesia (id)", "English (en)"
WIB = timezone(timedelta(hours=7))

LIKERT = {
    "1": ("sangat tidak setuju", "strongly disagree"),
    "2": ("tidak setuju", "disagree"),
    "3": ("netral", "neither"),
    "4": ("setuju", "agree"),
    "5": ("sangat setuju", "strongly agree"),
}
CLUSTERS = {
    "anak": ("anak", "children"),
    "lansia": ("lansia", "older people"),
    "disabilitas_fisik": ("disabilitas – fisik", "disability – physical"),
}
PROVINCES = {  # codes of bps-2020
    "31": ("DKI Jakarta", "Jakarta"),
    "32": ("Jawa Barat", "West Java"),
    "33": ("Jawa Tengah", "Central Java"),
    "91": ("Papua Barat", "West Papua"),
    "94": ("Papua", "Papua"),
}
AID = {
    "pkh": ("PKH", "PKH"),
    "sembako": ("Bantuan sembako", "Food aid"),
    "tunai": ("Bantuan tunai", "Cash aid"),
    "lainnya": ("Lainnya", "Other"),
}
LISTS = {"likert": LIKERT, "cluster": CLUSTERS, "province": PROVINCES, "aid": AID}
ITEMS = {
    "A1": ("Saya mudah mencapai layanan sosial", "I can easily reach social services"),
    "A2": ("Saya tahu ke mana harus melapor", "I know where to report"),
    "A3": ("Petugas sulit ditemui", "Officers are hard to meet"),  # worded in reverse
    "A4": ("Layanan datang tepat waktu", "Services come in time"),
    "B1": ("Petugas memperlakukan saya dengan hormat", "Officers treat me with respect"),
    "B2": ("Saya dapat mengurus diri sendiri", "I can look after myself"),
    "B3": ("Saya ikut dalam kegiatan warga", "I take part in the neighbourhood's activities"),
}
OTHERS = {
    "respondent": ("Kode responden", "Respondent code"),
    "weight": ("Penimbang", "Weight"),
    "cluster": ("Kelompok", "Group"),
    "province": ("Provinsi", "Province"),
    "bantuan": ("Bantuan apa yang diterima tahun ini?", "Which aid was received this year?"),
    "posisi": ("Posisi rumah", "Position of the house"),
}
GROUPS = {"A": ("Layanan", "Services"), "B": ("Kehidupan", "Life")}
POSITION = ("latitude", "longitude", "altitude", "precision")
GRID = "Seberapa setuju Anda dengan pernyataan berikut? "


def base() -> list[dict[str, str]]:
    """The rows of answers.csv, the cluster as the name of a choice."""
    with (HERE / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {labels[0]: name for name, labels in CLUSTERS.items()}
    return [{**row, "cluster": names[row["cluster"]]} for row in rows]


def extras(number: int) -> dict[str, Any]:
    """What answers.csv does not hold, invented from the row's number: aid, place, times, the tool's own record."""
    start = datetime(2020, 3, 9, 8, 0, 0, 123_000, tzinfo=WIB) + timedelta(
        hours=number % 9, days=number // 9, minutes=number
    )
    end = start + timedelta(seconds=40 if number in (7, 77) else 240 + 37 * number % 600)
    chosen = [name for bit, name in enumerate(AID) if (number * 7 % 16) >> bit & 1]
    place = [f"{-5 - number / 1000:.3f}", f"{110 + number / 1000:.3f}", "0", "5"]
    return {
        "start": start.isoformat(timespec="milliseconds"),
        "end": end.isoformat(timespec="milliseconds"),
        "ended": end,
        "bantuan": chosen,
        "posisi": [] if number % 10 == 0 else place,
        "_id": str(90_000 + number),
        "_uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"invented respondent {number}")),
        "_submission_time": (end + timedelta(minutes=3)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "_validation_status": "",
        "_notes": "",
        "_status": "submitted_via_web",
        "_submitted_by": "",
        "__version__": "vInvented1",
        "_tags": "",
        "_index": str(number),
    }


def form() -> Workbook:
    """The XLSForm."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", f"label::{ID}", f"label::{EN}"])
    survey.append(["start", "start"])
    survey.append(["end", "end"])
    kinds = {
        "respondent": "text", "weight": "decimal", "cluster": "select_one cluster", "province": "select_one province",
        "bantuan": "select_multiple aid", "posisi": "geopoint",
    }  # fmt: skip
    for name in ("respondent", "weight", "cluster", "province"):
        survey.append([kinds[name], name, *OTHERS[name]])
    for group, labels in GROUPS.items():
        survey.append(["begin_group", group, *labels])
        for name in (name for name in ITEMS if name.startswith(group)):
            survey.append(["select_one likert", name, *ITEMS[name]])
        if group == "B":
            survey.append([kinds["bantuan"], "bantuan", *OTHERS["bantuan"]])
        survey.append(["end_group"])
    survey.append([kinds["posisi"], "posisi", *OTHERS["posisi"]])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", f"label::{ID}", f"label::{EN}"])
    for list_name, entries in LISTS.items():
        for name, labels in entries.items():
            choices.append([list_name, name, *labels])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "default_language", "version"])
    settings.append(["Survei contoh (data karangan)", "contoh", ID, "vInvented1"])
    return book


def kobo(*, language: int | None) -> list[list[str]]:
    """A Kobo export with its heading line: names with groups (language None), or the labels of a language (0 or 1)."""
    rows: list[list[str]] = []
    for number, row in enumerate(base(), 1):
        more = extras(number)
        cells: dict[str, str] = {"start": more["start"], "end": more["end"]}
        for name in ("respondent", "weight"):
            cells[_heading(name, language)] = row[name]
        for name, entries in (("cluster", CLUSTERS), ("province", PROVINCES)):
            cells[_heading(name, language)] = _answer(row[name], entries, language)
        for name in ITEMS:
            cells[_heading(name, language)] = _answer(row[name], LIKERT, language)
        aid = _heading("bantuan", language)
        cells[aid] = " ".join(_answer(name, AID, language) for name in more["bantuan"])
        for name in AID:
            # Kobo leaves the options empty where nothing was chosen.
            mark = str(int(name in more["bantuan"])) if more["bantuan"] else ""
            cells[f"{aid}/{_answer(name, AID, language)}"] = mark
        place = _heading("posisi", language)
        cells[place] = " ".join(more["posisi"])
        cells |= dict(zip((f"_{place}_{part}" for part in POSITION), more["posisi"] or [""] * 4, strict=True))
        cells |= {name: text for name, text in more.items() if name.startswith("_")}
        rows += [list(cells)] if not rows else []
        rows.append(list(cells.values()))
    return rows


def _heading(name: str, language: int | None) -> str:
    if language is None:
        group = "B/" if name == "bantuan" else f"{name[0]}/" if name in ITEMS else ""
        return group + name
    return (ITEMS | OTHERS)[name][language]


def _answer(name: str, entries: dict[str, tuple[str, str]], language: int | None) -> str:
    return name if language is None or not name else entries[name][language]


def google() -> list[list[str]]:
    """A Google Forms sheet as its CSV download writes it, headings with the blanks and breaks that people type."""
    headings = ["Stempel waktu", "Kode responden", "Kelompok ", "Provinsi", "Penimbang"]
    headings += [f"{GRID}[{ITEMS[name][0]}]" for name in ITEMS if name.startswith("A")]
    headings += [f"{ITEMS[name][0]}\n(pilih satu)" for name in ITEMS if name.startswith("B")]
    rows = [headings]
    for number, row in enumerate(base(), 1):
        ended: datetime = extras(number)["ended"]
        hour = (ended.hour - 1) % 12 + 1
        stamp = f"{ended:%Y/%m/%d} {hour}:{ended:%M:%S} {'AM' if ended.hour < 12 else 'PM'} GMT+7"
        answers = [_answer(row[name], LIKERT, 0) for name in ITEMS]
        whose = [row["respondent"], _answer(row["cluster"], CLUSTERS, 0), _answer(row["province"], PROVINCES, 0)]
        rows.append([stamp, *whose, row["weight"], *answers])
    return rows


def write(folder: Path) -> None:
    """All four files."""
    form().save(folder / "form.xlsx")
    with (folder / "kobo_values.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(kobo(language=None))
    book = Workbook()
    sheet = book.active
    sheet.title = "Survei contoh"
    heading, *rows = kobo(language=0)
    sheet.append(heading)
    numbers = {heading.index("Penimbang"), heading.index("_id"), heading.index("_index")}
    for row in rows:
        sheet.append([float(text) if place in numbers else text or None for place, text in enumerate(row)])
    book.save(folder / "kobo_labels.xlsx")
    with (folder / "google.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(google())


if __name__ == "__main__":
    write(HERE)
