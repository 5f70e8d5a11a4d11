"""Personal data are found by heading and by cells, and ordinary survey columns are left alone.

All numbers are put together when the tests run: nothing that looks like a person's number stands in a committed file.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.errors import PrivacyError
from ikfs_methods.privacy import check_impersonal, findings, patterns, personal_columns
from ikfs_methods.privacy.headings import kinds
from ikfs_methods.reading import Table

ROOT = Path(__file__).resolve().parents[2]
LIKERT = ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]


def nik(place: str = "320199", date: str = "150190", serial: int = 1) -> str:
    return place + date + f"{serial:04d}"


def phone(number: int = 1, start: str = "08") -> str:
    return f"{start}12{number:08d}"


def table(**columns) -> Table:
    """A table of text or float columns, rows from 2."""
    cells = {
        name: pd.Series(
            values, dtype="float64" if isinstance(values[0], float) else "str", index=range(2, len(values) + 2)
        )
        for name, values in columns.items()
    }
    return Table(cells=pd.DataFrame(cells), source=Path("answers.csv"), format="csv")


def kind(heading: str, values: list) -> str:
    return personal_columns(table(**{heading: values})).get(heading, "")


# --- by heading ---


@pytest.mark.parametrize(
    ("heading", "values", "found"),
    [
        ("nama", ["Ani", "Budi"], "name"),
        ("Nama Lengkap", ["Ani", "Budi"], "name"),
        ("NamaResponden", ["Ani", "Budi"], "name"),
        ("identitas/nama_lengkap", ["Ani", "Budi"], "name"),
        ("nama_kepala_desa", ["Ani", "Budi"], "name"),
        ("Tuliskan nama lengkap Bapak atau Ibu", ["Ani A", "Budi B", "Cici C"], "name"),
        ("First name", ["Ani", "Budi"], "name"),
        ("enumerator", ["Ani Suryani", "Budi Hartono"], "name"),
        ("expert", ["Ani Suryani", "Budi Hartono"], "name"),
        ("kepala_keluarga", ["Ani Suryani", "Budi Hartono"], "name"),
        ("no_ktp", ["12345678", "2345678"], "nik"),
        ("No. KK", ["12345678", "2345678"], "kk"),
        ("Nomor Kartu Keluarga", ["12345678"], "kk"),
        ("NIP", ["19800101" + "200501" + "1001"], "identity number"),
        ("no_rekening", ["0012345678"], "account"),
        ("HP", ["(021) 123456"], "phone"),
        ("Nomor WA aktif", ["021-123456"], "phone"),
        ("telp", [21123456.0, 22123456.0], "phone"),
        ("Email Address", ["ani at example"], "email"),
        ("surel", ["ani at example"], "email"),
        ("deviceid", ["collect:abc"], "device"),
        ("_submitted_by", ["enumerator7"], "user"),
        ("Username", ["enumerator7"], "user"),
        ("_geolocation", ["[x]"], "position"),
        ("_lokasi_latitude", ["-6.9"], "position"),
        ("lat", [-6.91, -6.92], "position"),
        ("titik_koordinat", ["6 LS 107 BT"], "position"),
        ("tgl_lahir", ["1990-01-15"], "birth date"),
        ("Date of birth", ["15/01/90"], "birth date"),
        ("foto_rumah", ["lihat lampiran 1"], "attachment"),
        ("tanda tangan", ["terlampir a"], "attachment"),
        ("alamat", ["Jl. Merdeka 1"], "address"),
        ("nm_resp", ["Siti Aminah", "Budi Santoso"], "name"),
        ("nmkrt", ["Siti Aminah", "Budi Santoso"], "name"),
        ("nmart", ["Siti Aminah", "Budi Santoso"], "name"),
        ("identitas", ["Siti Aminah", "Budi Santoso"], "name"),
        ("NRESP", ["Siti Aminah", "Budi Santoso"], "name"),
        ("bapak", ["Agus Salim", "Budi Santoso"], "name"),
        ("lahir", ["15-01-1990", "02/11/1985"], "birth date"),
        ("lahir", ["15 Januari 1990"], "birth date"),
        ("lahir", [19900115.0, 19851102.0], "birth date"),
    ],
)
def test_headings_in_both_languages(heading, values, found):
    assert kind(heading, values) == found


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("nilai", ["70", "81"]),
        ("namibia", ["ya", "mungkin"]),
        ("ternama", ["a b", "c d"]),
        ("whp", ["abc", "def"]),
        ("hpht", ["12345678"]),
        ("nama_program", ["PKH", "BPNT"]),
        ("Nama Lembaga", ["Panti Contoh", "Balai Contoh"]),
        ("nama desa", ["Contoh", "Misal"]),
        ("punya_hp", ["Ya", "Tidak"]),
        ("jumlah_hp", ["0", "1", "2"]),
        ("sumber/telepon", [0.0, 1.0]),
        ("jumlah kk", ["1200", "340"]),
        ("enumerator", ["E01", "E02"]),
        ("responden", ["R001", "R002"]),
        ("expert", ["statistika", "psikologi"]),
        ("expert", ["Ahli Psikologi", "Ahli Statistika"]),
        ("Pekerjaan kepala keluarga", ["Petani Sawah", "Buruh Harian"]),
        ("latihan", ["a", "b"]),
        ("long", ["ya", "tidak"]),
        ("tahun_lahir", ["1990", "1985"]),
        ("tempat_lahir", ["Bandung", "Kota Bogor"]),
        ("lahir", [1990.0, 1985.0]),
        ("nmkrt", ["K01", "K02"]),
        ("identitas", ["0001", "0002"]),
        ("nm_prov", ["Jawa Barat", "Jawa Timur"]),
        ("bapak", ["1", "2"]),
        ("KD1", ["1", "5"]),
        ("nama", ["", ""]),
    ],
)
def test_words_that_only_look_like_it(heading, values):
    assert kind(heading, values) == ""


@pytest.mark.parametrize(
    "heading",
    [
        "Saya punya nomor HP aktif",
        "Saya hafal nama tetangga di sekitar alamat saya",
        "Saya merasa aman membagikan foto, nama dan tanggal lahir saya",
        "Saya memiliki KTP dan Kartu Keluarga",
        "Saya memakai email untuk bekerja",
    ],
)
@pytest.mark.parametrize(
    "answers", [LIKERT, ["1", "2", "3", "4", "5"], ["STS", "TS", "N", "S", "SS"], ["alfa", "beta"], [1.0, 2.0]]
)
def test_an_item_worded_about_personal_things_is_no_personal_column(heading, answers):
    assert kind(heading, answers * 8) == ""


def test_the_question_text_of_a_column_counts_as_its_heading():
    named = table(v3=["Ani", "Budi"], v4=["1", "2"], v5=["1", "2"])
    labelled = Table(
        cells=named.cells,
        source=named.source,
        format="sav",
        labels={"v3": "Nama responden", "v4": "Nama yang disukai", "v5": "Umur"},
    )
    assert personal_columns(labelled) == {"v3": "name"}


def test_value_labels_mean_that_a_column_is_answers():
    plain = table(alamat=["A01", "A02"])
    coded = Table(
        cells=plain.cells, source=plain.source, format="sav", value_labels={"alamat": {"A01": "x", "A02": "y"}}
    )
    assert personal_columns(plain) == {"alamat": "address"}
    assert personal_columns(coded) == {}


# --- by cells ---


def test_provinces_of_the_patterns_are_those_of_the_table():
    listed = pd.read_csv(ROOT / "data" / "reference" / "provinces.csv", dtype=str, keep_default_na=False)
    systems = ["kemendagri_2022plus", "bps_2022plus", "kemendagri_2020", "bps_2020"]
    assert set(listed[systems].to_numpy().ravel()) - {""} == patterns.PROVINCES


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        (nik(), True),
        (nik(date="550190"), True),  # a woman born on the 15th
        (nik(date="710190"), True),  # on the 31st
        (nik(date="720190"), False),
        (nik(date="320190"), False),
        (nik(date="150090"), False),
        (nik(date="151390"), False),
        (nik(date="290296"), True),  # 29 February of a leap year
        (nik(date="290295"), False),
        (nik(date="310490"), False),  # 31 April
        (nik(place="200101"), False),  # no such province
        (nik(place="328001"), False),  # districts end at 79
        (nik(place="320001"), False),
        (nik(place="320100"), False),
        (nik(serial=0), False),
        (nik()[:15], False),
        (nik() + "1", False),
    ],
)
def test_structure_of_a_nik(number, valid):
    assert patterns.is_identity_number(number) is valid


def test_random_numbers_are_built_like_a_nik_in_two_per_cent():
    # by counting: 38 provinces and 2 in 92 of dates ... 38/100 * 79/100 * 99/100 * (2 * 365.25)/10^4 * (1 - 10^-4)
    expected = 0.38 * 0.79 * 0.99 * 2 * 365.25 / 10_000 * 0.9999
    rng = random.Random(0)  # noqa: S311
    n = 100_000
    share = sum(patterns.is_identity_number(f"{rng.randrange(10**16):016d}") for _ in range(n)) / n
    # four standard errors of a share
    assert share == pytest.approx(expected, abs=4 * (expected / n) ** 0.5)
    assert expected < 0.1 * 0.25


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([nik(serial=i) for i in range(1, 9)], "nik"),
        ([f"{n[:4]} {n[4:8]} {n[8:12]} {n[12:]}" for n in [nik()]], "nik"),
        ([f"{n[:2]}.{n[2:4]}.{n[4:6]}.{n[6:12]}.{n[12:]}" for n in [nik()]], "nik"),
        ([nik() + ".0"], "nik"),
        ([f"'{nik()}"], "nik"),
        ([float(nik()), 1.0], "nik"),
        (["3.20199E+15", "3,17101E+15"], "nik"),
        ([phone(), phone(2)], "phone"),
        ([phone(start="+628"), phone(2, "+62 8")], "phone"),
        ([f"{p[:4]}-{p[4:8]}-{p[8:]}" for p in [phone()]], "phone"),
        ([f"{p[:4]} {p[4:8]} {p[8:]}" for p in [phone()]], "phone"),
        ([phone(start="8"), phone(2, "8")], "phone"),
        ([float(phone(start="8")), float(phone(2, "8"))], "phone"),
        (["saya@example.org", ""], "email"),
        (["-6.914744 107.609810 768.0 4.9"], "position"),
        (["-6.914744, 107.609810"], "position"),
        (["[-6.914744, 107.60981]"], "position"),
        (["https://maps.app.goo.gl/abc"], "position"),
        (["1583912345678.jpg", ""], "attachment"),
        (["10.0.0.1", "192.168.1.20"], "device"),
        *(([mark.join((n[:4], n[4:8], n[8:12], n[12:]))], "nik") for n in [nik()] for mark in (".", "\u00a0", " - ")),
        *(([f"{n[:8]} {n[8:]}"], "nik") for n in [nik()]),
        *(([f"{int(n):,}"], "nik") for n in [nik()]),
        *(([" ".join((n[:2], n[2:4], n[4:6], n[6:12], n[12:]))], "nik") for n in [nik()]),
        ([f"nik{nik()}"], "nik"),
        ([nik().translate({48 + i: 0xFF10 + i for i in range(10)})], "nik"),
        ([f"{phone()}/{phone(2)}"], "phone"),
        ([phone(start="(+62) 8")], "phone"),
        ([phone(start="00628")], "phone"),
        ([phone(start="+6208")], "phone"),
        ([f"0812 34 {56} 78 90"], "phone"),
        (["wa.me/" + phone(start="628")], "phone"),
        (["(021) 555" + "1234"], "phone"),
        (["107.609810, -6.914744"], "position"),
        (["-6,20123 106,81234"], "position"),
        (["6°12'04.4\"S 106°48'24\"E"], "position"),
        (["rumah saya di -6.914744, 107.609810 dekat pasar"], "position"),
        (["lat: -6.9147 lon: 107.6098"], "position"),
    ],
)
def test_cells_of_a_column_whose_heading_says_nothing(values, found):
    assert kind("x1", values) == found


@pytest.mark.parametrize(
    "cell", [f"Hubungi {phone()} ya", f"NIK saya {nik()}.", "tulis ke saya@example.org", f"HP-{phone()}"]
)
def test_one_cell_in_a_column_of_comments_is_enough(cell):
    comments = [f"komentar nomor {i} tentang layanan" for i in range(500)]
    comments[41] = cell
    (found,) = findings(table(komentar=comments))
    assert found.reason == "1 of 500 different values look like it, the first in row 43"


@pytest.mark.parametrize(
    "values",
    [
        ["2020-03-26 10:30:00", "08-12-2020 10:30", "26/03/2020"],
        ["2020-03-26T10:30:00.000+07:00"],
        ["0.0812345678901", "0,0812345678901"],
        ["1.2345678901234567", "1,0812345678"],
        ["3201", "320101", "3201012001", "32.01.01.2001"],
        ["550e8400-e29b-41d4-a716-446655440000", "uuid:550e8400-e29b-41d4-a716-081234567890"],
        ["1583912345678", "1583912345679"],
        ["ver. 1.2.3", "a@b", "@ani"],
        ["-6.9 107.6"],
        ["12.3456 34.5678"],
        [0.62, 1.2345678, 0.0812345],
        [1583912345678.0, 2.0],
        ["R0001", "R0002"],
        ["10", "20", "1e308"],
        [8.1e9 + 7_654_321 * i for i in range(100)],  # turnover
        ["0812" + f"{i:010d}" for i in range(1, 20)],  # ids of fourteen digits
        ["Rp 1.250 sampai 100.000"],
        ["62 81 90 77 65 70 88 92"],
        ["suhu 36° 5 hari"],
    ],
)
def test_other_long_numbers_and_marks_are_let_through(values):
    assert kind("x1", values) == ""


def test_numbers_of_sixteen_digits_that_are_no_nik_are_let_through():
    rng = random.Random(1)  # noqa: S311
    assert kind("transaksi", [f"{rng.randrange(10**15, 10**16)}" for _ in range(2000)]) == ""
    assert kind("nomor", [f"{rng.randrange(10**9, 10**10)}" for _ in range(2000)]) == ""


def test_a_few_identity_numbers_among_others_are_more_than_chance():
    others = [f"{10**15 + i}" for i in range(45)]
    assert kind("nomor", [*others, *(nik(serial=i) for i in range(1, 6))]) == "nik"
    assert kind("nomor", [*others, nik()]) == ""


def test_labels_of_codes_are_searched_like_cells():
    def coded(heading: str, *labels: str) -> dict[str, str]:
        plain = table(**{heading: [float(i + 1) for i in range(len(labels))]})
        codes = {str(i + 1): label for i, label in enumerate(labels)}
        return personal_columns(
            Table(cells=plain.cells, source=plain.source, format="sav", value_labels={heading: codes})
        )

    assert coded("enum", f"Siti Aminah {phone()}", "Budi Santoso") == {"enum": "phone"}
    assert coded("enum", "Siti Aminah", f"Budi Santoso NIK {nik()}") == {"enum": "nik"}
    assert coded("enumerator", "Siti Aminah", "Budi Santoso") == {"enumerator": "name"}
    assert coded("enumerator", "Petugas A", "Petugas B") == {}
    assert coded("responden", *LIKERT) == {}
    assert coded("pekerjaan", "Petani sawah", "Buruh harian") == {}


def test_a_family_card_is_told_by_its_heading():
    assert personal_columns(table(no_kk=[nik()], x=[nik(serial=2)])) == {"no_kk": "kk", "x": "nik"}


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [
        ([-6.914744, -6.2], [107.60981, 106.816666], {"a": "position", "b": "position"}),
        (["-6.914744", "-6.200012"], ["107.609810", "106.816666"], {"a": "position", "b": "position"}),
        (["-6,914744", "-6,200012"], ["107,609810", "106,816666"], {"a": "position", "b": "position"}),
        ([0.914744, 1.2], [1.60981, 0.816666], {}),  # weights
        ([3.0, 4.0], [100.0, 120.0], {}),  # whole numbers
    ],
)
def test_neighbouring_columns_of_degrees(latitude, longitude, found):
    assert personal_columns(table(a=latitude, b=longitude)) == found
    assert personal_columns(table(b=longitude, a=latitude)) == dict(sorted(found.items(), reverse=True))


@pytest.mark.parametrize("odd", [(0.0, 0.0), (-99.0, -99.0), (10.6, 107.1)])
def test_odd_cells_do_not_hide_the_homes(odd):
    rng = np.random.default_rng(0)
    y, x = rng.uniform(-8, -6, 300).round(6), rng.uniform(106, 108, 300).round(6)
    y[7], x[7] = odd
    assert personal_columns(table(x=x.tolist(), y=y.tolist())) == {"x": "position", "y": "position"}
    # rounded to three decimals, about 100 m; and with a height between the two
    assert personal_columns(table(x=x.round(3).tolist(), y=y.round(3).tolist())) == {"x": "position", "y": "position"}
    assert personal_columns(table(x=x.tolist(), z=[7.0] * 300, y=y.tolist())) == {"x": "position", "y": "position"}
    written = {name: [*(f"{value:.5f}" for value in values[1:]), "-"] for name, values in (("x", x), ("y", y))}
    assert personal_columns(table(**written)) == {"x": "position", "y": "position"}


def test_measures_with_few_decimals_are_no_degrees():
    rng = np.random.default_rng(0)
    large, small = rng.uniform(95, 140, 300), rng.uniform(0.1, 6, 300)
    for decimals in (1, 2, 3):
        assert personal_columns(table(a=large.round(decimals).tolist(), b=small.round(decimals).tolist())) == {}


def test_tables_of_the_shipped_round_hold_no_personal_column():
    for path in (*sorted((ROOT / "data" / "rounds").rglob("*.csv")), ROOT / "tests" / "formats" / "answers.csv"):
        cells = pd.read_csv(path, dtype="str", keep_default_na=False)
        assert personal_columns(Table(cells=cells, source=path, format="csv")) == {}, path


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_no_text_breaks_the_search(values):
    found = findings(table(x1=values))
    assert all(finding.column == "x1" for finding in found)


@given(heading=st.text(max_size=30))
def test_no_heading_breaks_the_search(heading):
    assert isinstance(kinds(heading), list)


@pytest.mark.parametrize(
    "pattern",
    [
        "SIXTEEN_DIGITS",
        "PHONE",
        "LANDLINE",
        "EMAIL",
        "POINT",
        "ARC",
        "MAP_LINK",
        "MEDIA",
        "EXPONENT",
        "BARE_PHONE",
        "IP_ADDRESS",
    ],
)
@settings(max_examples=25)
@given(data=st.data())
def test_the_quick_first_look_misses_nothing(pattern, data):
    text = data.draw(st.from_regex(getattr(patterns, pattern)))
    assert pc.match_substring_regex(pa.array([text]), patterns.HINT).to_pylist() == [True]


# --- the other tables of a round ---


def test_an_impersonal_table_passes_and_a_personal_one_is_refused_without_its_values():
    good = table(expert=["E01", "E02"], institution=["statistika", "psikologi"], rating=["3", "4"])
    assert check_impersonal(good) is good
    secret = phone(7)
    bad = table(expert=["Ani Suryani", "Budi Hartono"], comment=["baik", f"telepon {secret}"])
    with pytest.raises(
        PrivacyError, match=r"answers.csv must hold no personal data .*'expert' \(name: its heading"
    ) as e:
        check_impersonal(bad)
    assert "'comment' (phone: 1 of 2 different values look like it, the first in row 3)" in str(e.value)
    assert "write codes in place of persons (E01, E02 ...)" in str(e.value)
    assert secret not in str(e.value)
    assert "Suryani" not in str(e.value)


def test_large_files_are_searched_in_seconds():
    rng = np.random.default_rng(0)
    n = 300_000
    cells = {f"i{j}": pd.Series(rng.integers(1, 6, n).astype(float)) for j in range(10)}
    cells["weight"] = pd.Series(rng.random(n))
    cells["id"] = pd.Series([f"R{i:06d}" for i in range(n)], dtype="str")
    large = Table(cells=pd.DataFrame(cells), source=Path("a.csv"), format="csv")
    started = time.perf_counter()
    assert personal_columns(large) == {}
    # about 0.6 s; the wide margin is for a busy machine
    assert time.perf_counter() - started < 10
