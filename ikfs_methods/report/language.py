"""Words, numbers and dates in the report's language: gettext catalogues and Babel's locale data, never the system's."""

from __future__ import annotations

import datetime as dt
import gettext
import io
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from babel import dates, numbers
from babel.messages import mofile, pofile

from ikfs_methods.framework import check_language

CATALOGUES = Path(__file__).resolve().parent / "catalogues"
MINUS, NONE = "−", "–"


def N_(message: str) -> str:  # noqa: N802 - the mark that gettext's tools know
    """Marks a message for the catalogue where it is written; it is translated where it is used."""
    return message


class Words:
    """Speaks one language: `words("...")` translates; the other methods write numbers and dates."""

    def __init__(self, language: str) -> None:
        self.language = check_language(language)
        self._catalogue = _catalogue(language)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, with its {named} places filled."""
        text = str(self._catalogue.gettext(message)) if message else ""
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The message in the form that the number n takes; {n} is filled with it."""
        return str(self._catalogue.ngettext(one, many, n)).format(n=self.integer(n), **values)

    def number(self, value: Any, digits: int = 2) -> str:
        """A number with that many decimals: 1.234,50 in Indonesian, 1,234.50 in English; a dash for a missing one."""
        if pd.isna(value):
            return NONE
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        # Through repr, so that what is rounded is the number as it would be printed in full.
        text = numbers.format_decimal(Decimal(repr(float(value))), format=pattern, locale=self.language)
        zero = not any(sign in text for sign in "123456789")
        return text.lstrip("-") if zero else text.replace("-", MINUS)

    def integer(self, value: Any) -> str:
        """A whole number with thousands apart."""
        return self.number(value, 0)

    def plain(self, value: Any) -> str:
        """A number with only the decimals that it has: 95, 97,5."""
        digits = len(f"{float(value):g}".partition(".")[2])
        return self.number(value, digits)

    def percent(self, value: Any, digits: int = 1) -> str:
        """A share as per cent: 0.123 as 12,3 %."""
        return NONE if pd.isna(value) else f"{self.number(100 * value, digits)}\u202f%"

    def p_value(self, value: Any) -> str:
        """A p-value to three decimals, smaller ones as < 0,001."""
        if pd.isna(value):
            return NONE
        return f"<\u202f{self.number(0.001, 3)}" if value < 0.001 else self.number(value, 3)

    def small(self, value: Any) -> str:
        """A tiny number in powers of ten: 2,1 × 10⁻¹⁶; 0 as 0."""
        if value == 0:
            return "0"
        mantissa, exponent = f"{value:.1e}".split("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{self.number(float(mantissa), 1)}\u00a0×\u00a010{raised}"

    def date(self, value: dt.date) -> str:
        """26 Maret 2020 or 26 March 2020."""
        return str(dates.format_date(value, format="d MMMM y", locale=self.language))

    def listing(self, parts: list[str]) -> str:
        """Parts as people list them: A, B dan C."""
        if len(parts) < 2:
            return "".join(parts)
        joint = self("and")
        return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"

    def pick(self, **texts: str) -> str:
        """The text that is given for this language."""
        return texts[self.language]


@cache
def _catalogue(language: str) -> Any:
    """The catalogue of a language; messages are written in English, so English needs none."""
    path = CATALOGUES / f"{language}.po"
    if language == "en" and not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
