"""Delimited text: what is read is what Python's csv module reads, what is broken is named with its row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import ColumnError, IkfsError, InputFileError, NotNumericError, ParameterError, TooFewError
from ikfs_methods.reading import Table, read

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def given_file(folder: Path, content: bytes | str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(table: Table) -> list[list[str]]:
    return [table.columns, *table.cells.to_numpy().tolist()]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
    # The blank line and the quoted line end count as a spreadsheet shows them: one row each record, blank ones too.
    table = read(given_file(tmp_path, 'a,b\n1,"x\ny"\n\n 3 ,4\n\n'))
    assert table.cells.to_dict("list") == {"a": ["1", "3"], "b": ["x\ny", "4"]}
    assert table.cells.index.tolist() == [2, 4]
    assert all(str(kind) == "str" for kind in table.cells.dtypes)
    steps = table.log.set_index("step")["cells"].to_dict()
    assert steps["blanks"] == 1
    assert steps["blank rows"] == 2
    assert read(given_file(tmp_path, "\n\na,b\n1,2\n")).cells.index.tolist() == [4]


@pytest.mark.parametrize(("mark", "name"), [(",", "a comma"), (";", "a semicolon"), ("\t", "a tab")])
def test_separator_is_the_one_that_splits_all_lines_alike(tmp_path, mark, name):
    text = mark.join(("id", "saya merasa, kadang", "w")) + "\n" + mark.join(("R1", "ya", "0,5"))
    text = text if mark != "," else 'id,"saya merasa; kadang",w\nR1,ya,"0,5"'
    table = read(given_file(tmp_path, text))
    assert table.delimiter == mark
    assert table.cells.to_numpy().tolist() == [["R1", "ya", "0,5"]]
    assert name in table.log["detail"].iloc[0]


def test_a_line_may_say_the_separator(tmp_path):
    table = read(given_file(tmp_path, "sep=;\r\na;b,c\r\n1;2,3\r\n"))
    assert cells(table) == [["a", "b,c"], ["1", "2,3"]]
    assert table.cells.index.tolist() == [2]


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        ("a;b\né;1\n".encode(), "UTF-8"),
        ("a;b\né;1\n".encode("utf-8-sig"), "by its mark"),
        ("a;b\né;1\n".encode("utf-16"), "UTF-16"),
        ("a;b\né;1\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encoding_is_found_and_logged(tmp_path, content, noted):
    table = read(given_file(tmp_path, content))
    assert cells(table) == [["a", "b"], ["é", "1"]]
    assert noted in table.log.set_index("step")["detail"]["encoding"]


def test_encoding_and_delimiter_may_be_declared(tmp_path):
    # 0x92 is an apostrophe in cp1252 and the letter Т in cp1251.
    path = given_file(tmp_path, b"a|b\n\x92|1\n")
    assert read(path, encoding="cp1251", delimiter="|").cells["a"].tolist() == ["’"]
    assert read(given_file(tmp_path, "a,b\né,1\n".encode("utf-8-sig")), encoding="utf-8").columns == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", InputFileError, r"a\.csv must hold a table; the file is empty \(0 bytes\)"),
        (b"\n\r\n\n", InputFileError, r"a\.csv must hold a table; the file holds nothing but blank lines"),
        (b"a,b,c\n", TooFewError, r"a\.csv must hold at least one row below its headings; found none"),
        (b"a,b\n,\n , \n", TooFewError, r"a\.csv must hold at least one row below its headings"),
        (b"a,b,a\n1,2,3\n", ColumnError, r"a\.csv: column names must be unique; repeated: 'a' \(columns A, C\)"),
        (b"a,,c\n1,,3\n1,2,3\n", ColumnError, r"row 1, column B: every filled column must have a heading.*in row 3"),
        (b"a,b\n1,2\n3;4\n5,6\n", InputFileError, r"row 3: every line must have 2 cells.*found 1\..*by a semicolon"),
        (
            b"a;b\n1,2\n3,4\n",
            InputFileError,
            r"rows 2, 3: every line must have 2 cells.*by a comma: separate all lines",
        ),
        (
            b"a\n1;2\n3;4\n",
            InputFileError,
            r"separated alike; separated by a semicolon, row 1 has 1 cell and the lines",
        ),
        (b"a;b,c\n1;2,3\n", InputFileError, r"can be split by a comma \(2 cells\) and by a semicolon \(2 cells\)"),
        (b"a,b\n1,2\n\n3,4,5\n6\n", InputFileError, r"rows 4, 5: every line must have 2 cells.*found 3, 1\."),
        (b'a,b\n1,"2\n3,4\n', InputFileError, r"row 2: quotation marks must enclose a whole cell"),
        (b'a,b\n1,2\n3,4"5\n', InputFileError, r"row 3: quotation marks must enclose a whole cell.*near '.*4\"5"),
        (b'a,b\n1,"2" 3\n', InputFileError, r"row 2: quotation marks must enclose a whole cell"),
        (b"a,b\n1,2\n3,\x004\n", InputFileError, r"row 3: a text must hold no NUL byte; found 1"),
        (b"a,b\n1,\xe9\n2,\x81\n", InputFileError, r"row 3: the text must be cp1252; byte 0x81 is none of its letters"),
        ("a,b\n1,é\n2,".encode() + b"\xff\n", InputFileError, r"row 3: .*byte 0xff is not UTF-8, and row 2 is"),
    ],
)
def test_faults_are_named_with_their_rows(tmp_path, content, kind, message):
    with pytest.raises(kind, match=message):
        read(given_file(tmp_path, content))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ";;"}, r"delimiter must be one character.*found ';;'"),
        ({"encoding": "utf-88"}, r"encoding must be one that Python knows; found 'utf-88'"),
        ({"decimal": ";"}, r"decimal must be '\.' or ','; found ';'"),
        ({"sheet": "Data"}, r"sheet must be left out for a file of the format csv; found 'Data'"),
    ],
)
def test_options_that_do_not_fit(tmp_path, options, message):
    with pytest.raises(ParameterError, match=message):
        read(given_file(tmp_path, "a,b\n1,2\n"), **options)


def test_declared_encoding_that_does_not_fit(tmp_path):
    with pytest.raises(InputFileError, match=r"row 2: the text must be utf-8; byte 0xe9 is none of its letters"):
        read(given_file(tmp_path, b"a,b\n1,\xe9\n"), encoding="utf-8")


def test_columns_must_be_there(tmp_path):
    path = given_file(tmp_path, "Bobot,b\n1,2\n")
    with pytest.raises(ColumnError, match=r"must have a column 'bobot'; found Bobot, b\. Did you mean 'Bobot'\?"):
        read(path, columns=["bobot"])
    with pytest.raises(ColumnError, match=r"must have the columns 'x', 'y'; found Bobot, b\. Correct"):
        read(path, columns=["x", "b", "y"])


def test_an_empty_column_without_heading_is_passed_over(tmp_path):
    table = read(given_file(tmp_path, "a,b,\n1,2,\n3,4,\n"))
    assert table.columns == ["a", "b"]
    assert table.log["column"].tolist() == ["", "C"]


@pytest.mark.parametrize("text", ["1e309", "inf", "-inf", "nan", "1e", "=cmd|' /C calc'!A0", "0x10", "1_000"])
def test_what_is_no_finite_number_is_named(tmp_path, text):
    table = read(given_file(tmp_path, f"id;A1\nR1;1\nR2;{text}\n"))
    with pytest.raises(NotNumericError, match=r"a\.csv, row 3, column 'A1': a number must (stand here|be finite)"):
        table.numbers("A1")
    assert read(given_file(tmp_path, "id;A1\nR1;1e308\n")).numbers("A1").tolist() == [1e308]


def test_long_cells_and_rows_across_blocks(tmp_path):
    # Longer than the megabyte that the library reads at a time.
    long = "x" * 3_000_000
    table = read(given_file(tmp_path, f'a,b\n1,"{long}"\n2,"y\nz"\n'))
    assert table.cells["b"].tolist() == [long, "y\nz"]


def test_rows_far_down_are_counted(tmp_path):
    path = given_file(tmp_path, "a,b\n" + "1,2\n" * 400_000 + "1\n")
    with pytest.raises(InputFileError, match=r"row 400002: every line must have 2 cells"):
        read(path)


texts = st.text(st.sampled_from("ab1.é,;\"'\n \t=|"), max_size=6)


@SHARED
@given(
    rows=st.integers(1, 4).flatmap(lambda k: st.lists(st.lists(texts, min_size=k, max_size=k), min_size=1, max_size=6)),
    mark=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_sound_tables_are_read_as_they_were_written(tmp_path, rows, mark, quoting, end, encoding):
    headings = [f"c{position}" for position in range(len(rows[0]))]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=mark, quoting=quoting, lineterminator=end).writerows([headings, *rows])
    path = given_file(tmp_path, written.getvalue().encode(encoding))
    expected = {
        number: [cell.strip() for cell in row]
        for number, row in enumerate(rows, 2)
        if any(cell.strip() for cell in row)
    }
    if not expected:
        with pytest.raises(TooFewError):
            read(path, delimiter=mark)
        return
    # What separates a single column cannot be found.
    table = read(path, delimiter=mark if len(headings) == 1 else None)
    assert dict(zip(table.cells.index, table.cells.to_numpy().tolist(), strict=True)) == expected


@settings(SHARED, max_examples=400)
@given(text=st.text(st.sampled_from('ab1,;"\n\r ')))
@example('a,b\r\r\n1,2\r"x"\r\n')
@example('a,b\n"",""""\n')
def test_any_text_is_read_as_csv_reads_it_or_refused_by_name(tmp_path, text):
    path = given_file(tmp_path, text)
    try:
        table = read(path, delimiter=",")
    except IkfsError as error:
        assert "a.csv" in str(error)  # noqa: PT017
        return
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    rows = {number: [cell.strip() for cell in row] for number, row in enumerate(records, 1) if any(map(str.strip, row))}
    (first, headings), *rest = rows.items()
    kept = [position for position, name in enumerate(headings) if name]
    assert table.columns == [headings[position] for position in kept]
    found = dict(zip(table.cells.index, table.cells.to_numpy().tolist(), strict=True))
    assert found == {number: [row[position] for position in kept] for number, row in rest}
    assert first < min(found)


@SHARED
@given(content=st.binary(max_size=60), start=st.sampled_from([b"", b"a;b\n1;2\n", b"PK\x03\x04", b"PAR1", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused_by_name(tmp_path, content, start):
    path = given_file(tmp_path, start + content)
    try:
        table = read(path)
    except IkfsError as error:
        assert "a.csv" in str(error)  # noqa: PT017
    else:
        assert len(table.cells)
