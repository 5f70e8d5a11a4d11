"""Makes the files of this folder from answers.csv, each by the program that people would use.

Run with LibreOffice Calc, PSPP and R (haven, foreign) installed: `python tests/formats/make.py`. The tests read what it
made and need none of these programs. Workbooks and SPSS files carry the time of their making, so that they
change with every run although their answers do not.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pyarrow as pa
from pyarrow import parquet

FOLDER = Path(__file__).resolve().parent
BASE = FOLDER / "answers.csv"
ITEMS = ("A1", "A2", "A3", "A4", "B1", "B2", "B3")
LABELS = {1: "Sangat tidak setuju", 2: "Tidak setuju", 3: "Ragu-ragu", 4: "Setuju", 5: "Sangat setuju"}

PSPP = """
GET DATA /TYPE=TXT /FILE='{base}' /FIRSTCASE=2 /DELIMITERS=',' /QUALIFIER='"' /ARRANGEMENT=DELIMITED
  /VARIABLES=respondent A4 cluster A24 province F2.0 weight F5.2 {items}.
RECODE {names} (SYSMIS=9).
FORMATS {names} (F1.0).
VARIABLE LABELS {questions}.
VALUE LABELS {names} {labels} 9 'Tidak menjawab'.
MISSING VALUES {names} (9).
SAVE OUTFILE='{out}' /COMPRESSED.
"""

HAVEN = """
library(haven); library(foreign)
d <- read.csv('{base}', colClasses=c(respondent='character', cluster='character'))
items <- c({items})
codes <- c({labels})
h <- d
for (name in items) {{
  h[[name]][is.na(h[[name]])] <- 9
  h[[name]] <- labelled_spss(as.double(h[[name]]), c(codes, 'Tidak menjawab'=9), na_values=9,
                             label=paste('Pernyataan', name))
}}
write_sav(h, '{folder}/haven.sav')
s <- d
for (name in items) s[[name]] <- labelled(as.double(s[[name]]), codes, label=paste('Pernyataan', name))
write_dta(s, '{folder}/haven.dta', version=14)
f <- d
for (name in items) f[[name]] <- factor(f[[name]], levels=codes, labels=names(codes))
write.dta(f, '{folder}/stata.dta', version=10, convert.factors='labels')
cat(R.version.string, as.character(packageVersion('haven')), as.character(packageVersion('foreign')), sep='|')
"""

README = """# The same 200 answers in every format

`answers.csv` holds 200 invented answers; no person gave them. `make.py` makes the other files from it, and
`make_forms.py` those of KoboToolbox and Google Forms. Programs of the last run:

| file | made by | peculiarities |
|---|---|---|
{rows}
"""


def run(program: str, *arguments: str) -> str:
    """What the program says; an error when it is missing or fails."""
    place = shutil.which(program)
    if place is None:
        raise SystemExit(f"{program} must be installed")
    # LibreOffice starts a second copy only with a profile of its own.
    return subprocess.run([place, *arguments], check=True, capture_output=True, text=True).stdout


def delimited() -> None:
    """What Excel saves under Indonesian settings, as Unicode text, and as CSV UTF-8."""
    with BASE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    weight = rows[0].index("weight")
    local = [[cell.replace(".", ",") if at == weight else cell for at, cell in enumerate(row)] for row in rows]
    for name, encoding, mark, table in (
        ("answers_semicolon.csv", "cp1252", ";", local),
        ("answers_tab.txt", "utf-16", "\t", local),
        ("answers_bom.csv", "utf-8-sig", ",", rows),
    ):
        with (FOLDER / name).open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=mark, lineterminator="\r\n").writerows(table)


def calculated(place: Path) -> None:
    """A small workbook as a person would make it: formulas, dates, a truth value, a hidden sheet, row and column."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Hitung"
    sheet.append(["id", "nilai", "ganda", "teks", "tanggal", "waktu", "benar"])
    for number in (1, 2, 3):
        row = number + 1
        when = dt.datetime(2020, 3, 25 + number, 10, 30)  # noqa: DTZ001
        empty_text = f'=IF(B{row}>1,"lebih","")'
        sheet.append([f"R{number}", number, f"=2*B{row}", empty_text, when.date(), when, number == 1])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("Tersembunyi").append(["x"])
    book["Tersembunyi"].sheet_state = "hidden"
    book.save(place)


def libreoffice() -> str:
    """The CSV and the XLSX that LibreOffice makes of the base, and a workbook that it calculated; its version."""
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        # Commas, double quotes, UTF-8, from the first line: without these it takes the letters for cp1252.
        options = "Text - txt - csv (StarCalc):44,34,76,1"
        for kind, filtered in (("xlsx", "xlsx"), ("csv", f"csv:{options}")):
            arguments = (f"--infilter={options}", "--convert-to", filtered, "--outdir", folder, os.fspath(BASE))
            run("soffice", profile, "--headless", *arguments)
            shutil.copy(Path(folder) / f"answers.{kind}", FOLDER / f"libreoffice.{kind}")
        source, target = Path(folder) / "calculated.xlsx", Path(folder) / "made"
        calculated(source)
        run("soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", os.fspath(target), os.fspath(source))
        shutil.copy(target / source.name, FOLDER / "libreoffice_calculated.xlsx")
        return " ".join(run("soffice", profile, "--version").split()[:2])


def pspp() -> str:
    """The .sav that PSPP writes: labels, and 9 declared as missing where the base has a gap; its version."""
    syntax = PSPP.format(
        base=BASE,
        out=FOLDER / "pspp.sav",
        items=" ".join(f"{name} F1.0" for name in ITEMS),
        names=" ".join(ITEMS),
        questions=" ".join(f"{name} 'Pernyataan {name}'" for name in ITEMS),
        labels=" ".join(f"{code} '{label}'" for code, label in LABELS.items()),
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "make.sps"
        script.write_text(syntax, encoding="utf-8")
        run("pspp", "-o", os.fspath(Path(folder) / "said.txt"), os.fspath(script))
    return run("pspp", "--version").splitlines()[0]


def r() -> list[str]:
    """The files of R's packages haven and foreign; the versions of R, haven and foreign."""
    script = HAVEN.format(
        base=BASE,
        folder=FOLDER,
        items=", ".join(f"'{name}'" for name in ITEMS),
        labels=", ".join(f"'{label}'={code}" for code, label in LABELS.items()),
    )
    return run("Rscript", "-e", script).splitlines()[-1].split("|")


def columnar() -> None:
    """The Parquet file of pyarrow, with categories, small whole numbers and empty cells as such files have them."""
    with BASE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {
        "respondent": pa.array([row["respondent"] for row in rows]),
        "cluster": pa.array([row["cluster"] for row in rows]).dictionary_encode(),
        "province": pa.array([int(row["province"]) for row in rows], pa.int16()),
        "weight": pa.array([float(row["weight"]) for row in rows]),
    }
    for name in ITEMS:
        columns[name] = pa.array([int(row[name]) if row[name] else None for row in rows], pa.int8())
    parquet.write_table(pa.table(columns), FOLDER / "answers.parquet")


def workbook() -> None:
    """A workbook as openpyxl writes it: texts within the cells' own sheet, a second sheet with a remark."""
    with BASE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for number, row in enumerate(rows):
        numbers = [float(cell) if number and at > 1 and cell else cell or None for at, cell in enumerate(row)]
        sheet.append(numbers)
    book.create_sheet("Keterangan").append(["Jawaban rekaan"])
    book.save(FOLDER / "openpyxl.xlsx")


def main() -> None:
    """Makes all files and the README that names the programs."""
    delimited()
    columnar()
    workbook()
    office, spss, (language, haven, foreign) = libreoffice(), pspp(), r()
    made = (
        ("answers_semicolon.csv", f"Python {platform.python_version()}", "cp1252, semicolons, decimal comma"),
        ("answers_tab.txt", f"Python {platform.python_version()}", "UTF-16, tabs, decimal comma: Excel's Unicode text"),
        ("answers_bom.csv", f"Python {platform.python_version()}", "UTF-8 with a mark: Excel's CSV UTF-8"),
        ("answers.parquet", f"pyarrow {pa.__version__}", "small whole numbers, a column of categories"),
        ("openpyxl.xlsx", f"openpyxl {openpyxl.__version__}", "two sheets; the table is on `Data`"),
        ("libreoffice.csv, libreoffice.xlsx", office, "the base opened and saved"),
        ("libreoffice_calculated.xlsx", office, "not the answers: formulas with their values, dates, hidden parts"),
        ("pspp.sav", spss, "labels; 9 declared as missing stands for the gaps"),
        ("haven.sav", f"{language}, haven {haven}", "labels; 9 declared as missing stands for the gaps"),
        ("haven.dta", f"{language}, haven {haven}", "Stata 14, labels"),
        (
            "stata.dta",
            f"{language}, foreign {foreign}",
            "Stata 10, labels; letters in UTF-8, which such a file cannot say",
        ),
    )
    rows = "\n".join(f"| {name} | {program} | {note} |" for name, program, note in made)
    (FOLDER / "README.md").write_text(README.format(rows=rows), encoding="utf-8")


if __name__ == "__main__":
    main()
