"""The shapes of personal data in text: identity numbers, phones, e-mail addresses, positions, files of a person.

Standard library only: the check before a commit (tools/microdata.py) asks the same questions without any package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# First two digits of every province, in any of the four code systems (data/reference/provinces.csv).
PROVINCES = frozenset(
    f"{code}"
    for first, last in ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97))
    for code in range(first, last + 1)
)
FEMALE = 40  # a NIK adds this to the day of birth of a woman

# Sixteen digits, bare or grouped as they are printed on cards; not the tail of a decimal number or of a DOI.
SIXTEEN_DIGITS = re.compile(
    r"(?<![\w/])(?<!\d\.)(?<![0-9a-fA-F]-)"
    r"(?:\d{16}|\d{4}(?:[ -]\d{4}){3}|\d{6}[ .-]\d{6}[ .-]\d{4}|\d\d\.\d\d\.\d\d\.\d{6}\.\d{4})"
    r"(?:\.0+)?(?![\w/]|\.\d|-\d)",
    re.ASCII,
)
PHONE = re.compile(
    r"(?<![\w/+.])(?<![0-9a-fA-F]-)(?:\+?62[ .-]?|\(?0)8[1-9]\d{1,2}\)?[ .-]?\d{3,4}[ .-]?\d{3,5}(?![\w/]|\.\d|-\d)",
    re.ASCII,
)
LONG_NUMBER = re.compile(r"(?<!\w)\+?\d{10,14}(?!\w)", re.ASCII)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w(-])")

# Whole cells (with re.MULTILINE, whole lines).
POINT = re.compile(
    r"^[\[(]?[ ]*(-?\d{1,2}\.\d{3,})[ ,;]+(-?\d{1,3}\.\d{3,})(?:[ ,;]+-?\d+(?:\.\d+)?){0,2}[ ]*[\])]?$",
    re.ASCII | re.MULTILINE,
)
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
# a decimal number followed by another, an exponent of 15, a map, a file name, four numbers with points.
HINT = (
    r"(?im)[0-9](?:[ .()-]{0,2}[0-9]){9}|@|\.[0-9]{3,}[ ,;]|e\+?15$|goo|\.[a-z0-9]{3,4}$|"
    r"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$"
)

# Latitude and longitude of Indonesia with a margin: pairs of decimals elsewhere are measurements, not homes.
LATITUDES, LONGITUDES = (-11.5, 6.5), (94.0, 142.0)


def digits(text: str) -> str:
    """The digits of a text, without marks between them and without the .0 of a spreadsheet."""
    return re.sub(r"[^0-9]", "", re.sub(r"\.0+$", "", text))


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


def points(text: str) -> Iterator[re.Match[str]]:
    """Where a whole line is a position in Indonesia: `lat lon`, `lat, lon`, `[lat, lon]`, `lat lon height accuracy`."""
    return (found for found in POINT.finditer(text) if is_in_indonesia(float(found[1]), float(found[2])))
