"""What the entries of round.yaml are made of: strict models, entries of a list, text in two languages, dates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, StrictFloat, StrictInt, StrictStr


def _no_number(value: object) -> object:
    # pydantic would take a number for seconds since 1970.
    if isinstance(value, int | float):
        raise ValueError("must be a date")
    return value


# `no` and `yes` are truth values in YAML: none of these takes one for a number.
Code = StrictStr | StrictInt | StrictFloat
Id = StrictStr | StrictInt
Date = Annotated[dt.date, BeforeValidator(_no_number)]


class Entry(BaseModel):
    """An entry of the file: every name known, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Listed(Entry):
    """An entry of a list; `number` is its place in the file, counted from 1."""

    _number: int = PrivateAttr(default=0)

    @property
    def number(self) -> int:
        """Place in the list of the file, from 1."""
        return self._number

    def numbered(self, number: int) -> Self:
        """The same entry, told its place."""
        self._number = number
        return self


class Bilingual(Entry):
    """One text in both languages of the report."""

    id: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.id if language == "id" else self.en
