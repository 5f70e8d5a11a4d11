"""Province codes, names and aliases against the published lists, and the ways between the systems."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikfs_methods.answers import regions
from ikfs_methods.answers.regions import SYSTEMS, convert, provinces, read_regions
from ikfs_methods.errors import InputProblemsError, ParameterError, ScaleError

# Codes of Papua by system, typed from the tables that data/reference/README.md names: Kepmendagri 300.2.2-2138/2025,
# Permendagri 72/2019 (cahyadsn/wilayah), BPS 2020 (zeixs/bps-wilayah-indonesia), BPS since 2022 (secondary).
PAPUA = {
    "kemendagri-2020": {"91": "Papua", "92": "Papua Barat"},
    "bps-2020": {"94": "Papua", "91": "Papua Barat"},
    "kemendagri-2022": {
        "91": "Papua",
        "92": "Papua Barat",
        "93": "Papua Selatan",
        "94": "Papua Tengah",
        "95": "Papua Pegunungan",
        "96": "Papua Barat Daya",
    },
    "bps-2022": {
        "94": "Papua",
        "91": "Papua Barat",
        "95": "Papua Selatan",
        "96": "Papua Tengah",
        "97": "Papua Pegunungan",
        "92": "Papua Barat Daya",
    },
}
# A mapping between the two systems since 2022 in public code, written there as 9100 -> 92 and so on.
BPS_TO_KEMENDAGRI = {"91": "92", "92": "96", "94": "91", "95": "93", "96": "94", "97": "95"}


def all_codes(system: str) -> list[str]:
    return provinces(system)[SYSTEMS[system]].tolist()


def problem(text: str, system: str | None) -> str:
    read = read_regions([text], system=system)
    assert read.names == {}
    return dict(read.problems)[text]


@pytest.mark.parametrize("system", SYSTEMS)
def test_codes_mean_what_the_published_lists_say(system):
    read = read_regions(all_codes(system), system=system)
    assert read.problems == []
    assert {code: name for code, name in read.names.items() if code > "9"} == PAPUA[system]
    assert read.codes == {code: code for code in all_codes(system)}
    assert read.to_frame().shape == (len(all_codes(system)), 4)


def test_outside_papua_all_four_systems_agree():
    # what lets codes be read undeclared: the same code is the same province in every system unless it begins with 9
    meanings = [provinces(system).set_index(SYSTEMS[system])["name"] for system in SYSTEMS]
    outside = [names[names.index < "9"].to_dict() for names in meanings]
    assert len(outside[0]) == 32
    assert all(names == outside[0] for names in outside)
    read = read_regions(list(outside[0]), system=None)
    assert read.names == outside[0]
    assert read.problems == read.notes == []
    assert read.codes == {code: code for code in outside[0]}


@pytest.mark.parametrize("code", ["91", "92", "93", "94", "95", "96", "97"])
def test_codes_of_papua_need_a_declared_system(code):
    assert "the code system must be declared where codes of Papua occur" in problem(code, None)
    assert "Write `region_codes:` with one of bps-2020, bps-2022" in problem(code, None)


def test_the_message_says_what_94_means_where():
    assert (
        "found '94', which is Papua in bps-2020 and bps-2022; Papua Tengah in kemendagri-2022. Correct the code, or "
        "declare the system" in problem("94", "kemendagri-2020")
    )
    assert "found '95', which is Papua Selatan in bps-2022; Papua Pegunungan in kemendagri-2022" in problem(
        "95", "bps-2020"
    )
    assert "found '77', which no system has" in problem("77", "bps-2020")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("DKI JAKARTA", "DKI Jakarta"),
        ("Daerah Khusus Ibukota Jakarta", "DKI Jakarta"),
        ("jakarta", "DKI Jakarta"),
        ("D.K.I. Jakarta", "DKI Jakarta"),
        ("DIY", "DI Yogyakarta"),
        ("D.I. Yogyakarta", "DI Yogyakarta"),
        ("Daerah  Istimewa Yogyakarta", "DI Yogyakarta"),
        ("Yogyakarta", "DI Yogyakarta"),
        ("Kep. Bangka Belitung", "Kepulauan Bangka Belitung"),
        ("babel", "Kepulauan Bangka Belitung"),
        ("Kepri", "Kepulauan Riau"),
        ("NTB", "Nusa Tenggara Barat"),
        ("n.t.t.", "Nusa Tenggara Timur"),
        ("Kaltim", "Kalimantan Timur"),
        ("Sulsel", "Sulawesi Selatan"),
        ("Provinsi Jawa Barat", "Jawa Barat"),
        ("PROV. JAWA TENGAH", "Jawa Tengah"),
        ("Prov.Banten", "Banten"),
        ("Prop Jabar", "Jawa Barat"),
        ("DK Jakarta", "DKI Jakarta"),
        ("Riau Kepulauan", "Kepulauan Riau"),
        ("Irian Jaya Barat", "Papua Barat"),  # its name from 2003 to 2007; one province in the lists of 2020
        ("\uff13\uff12", "Jawa Barat"),  # full-width digits
        ("West Java", "Jawa Barat"),
        ("Bali Province", "Bali"),
        ("\uff22\uff41\uff4c\uff49", "Bali"),  # full-width letters
        ("[32] Jawa Barat", "Jawa Barat"),
        ("32. JAWA BARAT", "Jawa Barat"),
    ],
)
def test_names_and_aliases_in_any_case(cell, name):
    read = read_regions([cell], system="bps-2020")
    assert read.names == {cell: name}
    assert read.codes[cell] == provinces().set_index("name").loc[name, "bps_2020"]


def test_every_alias_leads_to_a_province_and_no_alias_is_a_name():
    path = Path(regions.__file__).parents[2] / "data" / "reference" / "province_aliases.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert table["alias"].is_unique
    names = set(provinces()["name"])
    assert set(table["name"]) <= names
    assert not set(table["alias"]) & names
    folded = [*table["alias"].str.casefold(), *(name.casefold() for name in names)]
    assert len(set(folded)) == len(folded)


def test_names_of_papua_are_read_undeclared_without_a_code():
    read = read_regions(["Papua", "Bali"], system=None)
    assert read.names == {"Papua": "Papua", "Bali": "Bali"}
    assert read.codes == {"Papua": "", "Bali": "51"}


def test_a_province_of_2022_under_a_list_of_2020_names_its_parent():
    assert (
        "found 'papua selatan', a province made in 2022 that was part of Papua before. Write 'Papua', or declare "
        in (problem("papua selatan", "kemendagri-2020"))
    )
    assert "part of Papua Barat before. Write 'Papua Barat', or declare bps-2022" in problem(
        "Southwest Papua", "bps-2020"
    )
    assert read_regions(["Papua Selatan"], system="bps-2022").codes == {"Papua Selatan": "95"}


def test_a_misspelt_name_brings_the_nearest():
    assert "Did you mean 'Sulawesi Tengah'?" in problem("Sulawesi Tenga", "bps-2020")


@pytest.mark.parametrize("text", ["Irian Jaya", "irian jaya barat", "Java", "Jawa"])
def test_what_is_only_a_little_alike_is_not_proposed(text):
    assert "Did you mean" not in problem(text, "bps-2022")


def test_a_former_province_that_was_divided_is_never_guessed():
    message = "found 'Irian Jaya', a former province that is now Papua Barat or Papua. Take the province from"
    assert message in problem("Irian Jaya", "kemendagri-2020").replace("Papua or Papua Barat", "Papua Barat or Papua")
    for system in (None, "bps-2022", "kemendagri-2022"):
        said = problem("Irian Jaya", system)
        assert all(name in said for name in PAPUA["bps-2022"].values())
        assert "Papua Barat or Papua Barat Daya. Take the province from" in problem("Irian Jaya Barat", system)
    assert read_regions(["PBD"], system="kemendagri-2022").codes == {"PBD": "96"}


def test_numbers_of_the_religious_ministry_are_refused():
    for text in ("01", "1", "10", "9.0"):
        assert "(Kemenag) numbers the provinces 01 to 34" in problem(text, "kemendagri-2020")


@pytest.mark.parametrize("text", ["3273", "32.73", "3273010", "3273010001", "32.73.01.1001", "3273.0", "3200"])
def test_district_codes_say_to_take_two_digits(text):
    assert "the code of a district or a smaller place. Take its first two digits (32)" in problem(text, "bps-2020")


def test_decimals_of_spreadsheets_are_read_and_noted():
    read = read_regions(["11.0", "12", " 13 ", "14,0"], system="bps-2020")
    assert list(read.names.values()) == ["Aceh", "Sumatera Utara", "Sumatera Barat", "Riau"]
    assert read.codes["11.0"] == "11"
    assert read.notes == ["codes written as decimal numbers (11.0, 14,0) were read as two digits"]


def test_code_and_name_in_one_cell_must_agree():
    assert "whose code is Jawa Timur and whose name is Jawa Barat" in problem("35 Jawa Barat", "bps-2020")
    assert "found '94 Papua', whose code is Papua Tengah" in problem("94 Papua", "kemendagri-2022")


def test_a_note_says_when_all_codes_fit_another_system_with_another_meaning():
    (note,) = read_regions(["31", "91", "94"], system="bps-2020").notes
    assert note == (
        "all codes are also codes of kemendagri-2022; bps-2020 was assumed, as declared: 91 = Papua Barat "
        "(kemendagri-2022: Papua), "
        "94 = Papua (kemendagri-2022: Papua Tengah)"
    )
    # 97 exists in one system only, so nothing else could have been meant
    assert read_regions(["31", "91", "97"], system="bps-2022").notes == []
    assert read_regions(["31", "51"], system="bps-2020").notes == []


def test_each_cell_is_named_or_has_its_problem():
    codes = ["31", "94", "31", "99", "94"]
    first, second = read_regions(codes, system="kemendagri-2020").problems
    assert first[0] == "94"
    assert first[1].startswith("a province code of kemendagri-2020")
    assert second[0] == "99"
    named = read_regions([code for code in codes if code != "99"], system="bps-2020").names
    assert named == {"31": "DKI Jakarta", "94": "Papua"}
    with pytest.raises(ParameterError, match="region_codes must be one of .* Did you mean 'bps-2022'"):
        read_regions(codes, system="bps-2002")


def test_between_the_lists_since_2022_as_published():
    converted = convert(pd.Series(list(BPS_TO_KEMENDAGRI)), source="bps-2022", target="kemendagri-2022")
    assert converted.tolist() == list(BPS_TO_KEMENDAGRI.values())


def test_new_provinces_go_back_to_their_parents():
    # UU 14, 15, 16/2022: Selatan, Tengah, Pegunungan out of Papua; UU 29/2022: Barat Daya out of Papua Barat
    codes = pd.Series(["93", "94", "95", "96", "91", "92", "31"], name="prov")
    assert convert(codes, source="kemendagri-2022", target="bps-2020").tolist() == ["94"] * 3 + ["91", "94", "91", "31"]
    assert convert(codes, source="kemendagri-2022", target="kemendagri-2020").tolist() == (
        ["91"] * 3 + ["92", "91", "92", "31"]
    )


def test_a_split_province_has_no_single_successor():
    codes = pd.Series(["31", "91", "94"], name="prov")
    with pytest.raises(InputProblemsError) as caught:
        convert(codes, source="bps-2020", target="bps-2022")
    papua_barat, papua = caught.value.problems
    assert "found '91' (Papua Barat), which since 2022 is Papua Barat or Papua Barat Daya" in papua_barat
    assert "found '94' (Papua), which since 2022 is Papua, Papua Selatan, Papua Tengah or Papua Pegunungan" in papua
    assert convert(codes, source="bps-2020", target="kemendagri-2022", split="keep").tolist() == ["31", "92", "91"]
    with pytest.raises(ParameterError, match="split must be one of refuse, keep"):
        convert(codes, source="bps-2020", target="bps-2022", split="guess")
    with pytest.raises(ScaleError, match="prov: a province code of bps-2020.*found '97'"):
        convert(pd.Series(["97"], name="prov"), source="bps-2020", target="bps-2022")


@given(st.data())
def test_conversions_undo_and_compose(data):
    a, b, c = (data.draw(st.sampled_from(sorted(SYSTEMS))) for _ in range(3))
    codes = pd.Series(data.draw(st.lists(st.sampled_from(all_codes(a)), min_size=1)))
    there = convert(codes, source=a, target=b, split="keep")
    assert set(there) <= set(all_codes(b))
    if a[-4:] == b[-4:]:
        # systems of one vintage hold the same provinces: a bijection
        assert convert(there, source=b, target=a).tolist() == codes.tolist()
    # two systems' names may only differ by the split: what 2020 sees does not depend on the way taken
    if c.endswith("2020"):
        assert convert(there, source=b, target=c).tolist() == convert(codes, source=a, target=c).tolist()


@settings(max_examples=40)
@given(st.text(max_size=12))
def test_any_text_is_a_province_or_a_named_problem(text):
    for system in (None, "bps-2020"):
        read = read_regions([text], system=system)
        assert [*read.names, *(cell for cell, _ in read.problems)] == [text]
