"""The shapes of personal data in text: identity numbers, phones, e-mail addresses, positions, files of a person.

Standard library only: the check before a commit (tools/microdata.py) asks the same questions without any package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

# First two digits of every province, in any of the four code systems (data/reference/provinces.csv).
PROVINCES = frozenset(
    f"{code}"
    for first, last in ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97))
    for code in range(first, last + 1)
)
FEMALE = 40  # a NIK adds this to the day of birth of a woman

# Sixteen digits, bare or grouped as they are printed on cards or by spreadsheets; not the tail of a decimal number, of
# a UUID or of a DOI.
SIXTEEN_DIGITS = re.compile(
    r"(?=\d)(?:(?<!\w)|(?<=nik)|(?<=ktp)|(?<=kk))(?<!\d\.)(?<![0-9a-f]-)(?<!10\.\d{4}/)(?<!10\.\d{5}/)"
    r"(?:\d{16}|\d{4}(?P<four>[ .-]| - )\d{4}(?:(?P=four)\d{4}){2}|\d{8}[ -]\d{8}|\d{6}[ .-]\d{6}[ .-]\d{4}|"
    r"\d{6}(?P<date>[ .-])\d\d(?:(?P=date)\d\d){2}(?P=date)\d{4}|"
    r"\d\d(?P<two>[ .-])\d\d(?P=two)\d\d(?P=two)(?:\d{6}|\d\d(?:(?P=two)\d\d){2})(?P=two)\d{4}|"
    r"\d(?P<thousand>[.,])\d{3}(?:(?P=thousand)\d{3}){4})"
    r"(?:\.0+)?(?!\w|\.\d|-\d)",
    re.ASCII | re.IGNORECASE,
)
# A civil servant's number (NIP): birth yyyymmdd, appointment yyyymm, sex 1 or 2, running number; bare or grouped so.
NIP = re.compile(
    r"(?<![\w.,-])(?P<birth>(?:19|20)\d{6})(?P<gap>[ .-]?)(?P<start>(?:19|20)\d{4})(?P=gap)[12](?P=gap)\d{3}"
    r"(?:\.0+)?(?!\w|\.\d|-\d)",
    re.ASCII,
)
# Ten to thirteen digits with the zero: 0812..., +62 812..., (+62) 812..., 0062812..., +62 0812...; blanks and marks
# between any two, but three digits of the network together: percentages in a row (62 81 90 77) are no phone.
PHONE = re.compile(
    r"(?=[0(+6])(?:(?<![\w+])|(?<=hp)|(?<=wa)|(?<=telp)|(?<=tlp))(?<!\d\.)(?<![ \t,;]\.)(?<!^\.)(?<![0-9a-f]-)"
    r"(?:\(?(?:\+|00)?62\)?[ .-]?(?:\(?0\)?[ .-]?)?|\(?0)8[1-9]\d(?:\)?[ .-]?\d){6,9}(?!\w|[.-]\d)",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
# A fixed line with its area code in brackets, (021) 555..., or behind +62.
LANDLINE = re.compile(
    r"(?<![\w+])(?:\(0(?:2[124]|31|61)\)[ .-]?[1-9]\d{2,3}[ .-]?\d{4}|\(0[2-9]\d\d\)[ .-]?[1-9]\d{2,3}[ .-]?\d{3,4}|"
    r"\+62[ .-]?\(?[2-79]\d{1,2}\)?[ .-]?[1-9]\d{2,3}[ .-]?\d{3,4})(?!\w|[.-]\d)",
    re.ASCII,
)
LONG_NUMBER = re.compile(r"(?<!\w)\+?\d{10,14}(?!\w)", re.ASCII)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w(-])")

# Two decimals in a row, in a cell or in a sentence, with a point or a comma; few words between them (lat, lon).
POINT = re.compile(
    r"(?<![\w.,])(?P<first>-?\d{1,3}[.,]\d{3,})(?P<between>[^\d\n]{1,14}?)(?P<second>-?\d{1,3}[.,]\d{3,})(?!\w|[.,]\d)",
    re.ASCII,
)
# Degrees and minutes: 6°12'04.4"S; a temperature or an angle of a survey has no minutes.
ARC = re.compile(r"\d{1,3} ?(?:°|deg|derajat) ?\d{1,2}(?:[.,]\d+)? ?(?:'|min|menit)", re.ASCII | re.IGNORECASE)
MAP_LINK = re.compile(r"goo\.gl/maps|maps\.app\.goo\.gl|maps\.google\.|google\.[a-z.]+/maps", re.IGNORECASE)
MEDIA = re.compile(
    r"\.(?:jpe?g|png|heic|gif|bmp|pdf|m4a|aac|amr|mp3|wav|ogg|opus|mp4|3gpp?|mov|avi|webm)$",
    re.IGNORECASE | re.MULTILINE,
)
# What a spreadsheet makes of a NIK: 3.17101E+15. Nothing else in a survey is as large.
EXPONENT = re.compile(r"^[1-9][.,]\d{1,12}E\+?15$", re.IGNORECASE | re.MULTILINE)
# A phone number whose leading zero or plus sign was lost.
BARE_PHONE = re.compile(r"^(?:62)?8[1-9]\d{8,10}$", re.ASCII | re.MULTILINE)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IP_ADDRESS = re.compile(rf"^{_OCTET}(?:\.{_OCTET}){{3}}$", re.ASCII | re.MULTILINE)

# What every pattern above needs, for a faster engine without looking back (RE2): ten digits with marks between them, @,
# a decimal number followed by another, degrees, an exponent of 15, a map, a file name, four numbers with points.
HINT = (
    r"(?im)[0-9](?:[ .,()\t-]{0,3}[0-9]){9}|@|[.,][0-9]{3,}[^0-9\n]{1,15}[0-9]{1,3}[.,][0-9]|"
    r"[0-9] ?(?:°|deg|derajat) ?[0-9]|e\+?15$|goo|\.[a-z0-9]{3,4}$|^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$"
)

# Latitude and longitude of Indonesia with a margin: pairs of decimals elsewhere are measurements, not homes.
LATITUDES, LONGITUDES = (-11.5, 6.5), (94.0, 142.0)


_TYPED = str.maketrans({"º": "°", "˚": "°", "’": "'", "′": "'", "‐": "-", "‑": "-", "–": "-", "−": "-"})


def plain(text: str) -> str:
    """The text as the patterns read it: NFKC (full-width digits, unbreakable blanks), one blank for any number of them.

    Lines stay lines.
    """
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text.translate(_TYPED)))


def digits(text: str) -> str:
    """The digits of a text, without marks between them and without the .0 of a spreadsheet."""
    return re.sub(r"[^0-9]", "", re.sub(r"(?:(?<=\d{9})\.0+|\.0)$", "", text, flags=re.ASCII))


def is_identity_number(text: str) -> bool:
    """Whether sixteen digits are built as a NIK or a family-card number (KK) is.

    Province (2), district (2: below 80), subdistrict (2), date as ddmmyy (of birth, the day of a woman plus 40; of
    issue in a KK), running number (4, from 0001). Of random numbers of sixteen digits about 2 % are built so.
    """
    number = digits(text)
    if len(number) != 16 or number[:2] not in PROVINCES or number[12:] == "0000":
        return False
    district, subdistrict, day, month, year = (int(number[start : start + 2]) for start in (2, 4, 6, 8, 10))
    try:
        # The century is not said; 29 February is in the same years of both, but for 1900, which nobody has left.
        date(2000 + year, month, day - FEMALE if day > FEMALE else day)
    except ValueError:
        return False
    return 1 <= district < 80 and subdistrict >= 1


def is_in_indonesia(latitude: float, longitude: float) -> bool:
    """Whether a pair of degrees lies in Indonesia or near it."""
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def identity_numbers(text: str) -> Iterator[re.Match[str]]:
    """Where a NIK or KK number stands in a text."""
    return (found for found in SIXTEEN_DIGITS.finditer(text) if is_identity_number(found.group()))


def civil_servant_numbers(text: str) -> Iterator[re.Match[str]]:
    """Where a civil servant's number (NIP) stands in a text."""
    return (found for found in NIP.finditer(text) if _is_civil_servant(found["birth"], found["start"]))


def _is_civil_servant(birth: str, start: str) -> bool:
    """Whether a date of birth and a month of appointment are one person's: between 15 and 65 years apart."""
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
        begun = date(int(start[:4]), int(start[4:]), 1)
    except ValueError:
        return False
    return 15 <= begun.year - born.year <= 65


def phones(text: str) -> Iterator[re.Match[str]]:
    """Where a phone number of Indonesia stands in a text, mobile or fixed."""
    yield from PHONE.finditer(text)
    if "(0" in text or "+62" in text:
        yield from LANDLINE.finditer(text)


def points(text: str) -> Iterator[re.Match[str]]:
    """Where a position in Indonesia stands in a text: `lat lon`, `lon, lat`, `lat: -6,2012 lon: 106,8123`, 6°12'04"S.

    Two numbers of three decimals are one only as a whole line: in a sentence they are rather thousands
    (1.250, 100.000).
    """
    if "." in text or "," in text:
        yield from (found for found in POINT.finditer(text) if _is_point(found))
    if "°" in text or "d" in text or "D" in text:
        yield from ARC.finditer(text)


def _is_point(found: re.Match[str]) -> bool:
    first, second, between = found["first"], found["second"], found["between"]
    if len(between) > 3 and not _BETWEEN.fullmatch(between):
        return False
    short = min(len(number) - max(number.find("."), number.find(",")) for number in (first, second)) < 5
    if short and "-" not in first + second and not (_alone(found) and "." in first and "." in second):
        return False
    one, other = (float(number.replace(",", ".")) for number in (first, second))
    southern = (1, -1) if _SOUTH.search(found.string[found.start() : found.end() + 4]) else (1,)
    return any(is_in_indonesia(sign * one, other) or is_in_indonesia(sign * other, one) for sign in southern)


_BETWEEN = re.compile(
    r"[\W_]*(?:(?:lat|lon|lng|long|latitude|longitude|lintang|bujur|dan|and|ls|lu|bt|s|n|e|x|y)[\W_]*){1,3}",
    re.ASCII | re.IGNORECASE,
)
_SOUTH = re.compile(r"(?<![a-z])(?:ls|s)(?![a-z])", re.IGNORECASE)


def _alone(found: re.Match[str]) -> bool:
    """Whether nothing but brackets, height and accuracy stands beside it in its line."""
    text = found.string
    before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    stop = text.find("\n", found.end())
    after = text[found.end() : stop if stop >= 0 else len(text)]
    return not before.strip(" [(") and re.fullmatch(r"(?:[ ,;]+-?\d+(?:\.\d+)?){0,2}[ \])]*", after) is not None
