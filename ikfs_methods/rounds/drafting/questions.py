"""What a draft cannot know and asks instead, in both languages of the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """An open question: the entry of the round that it is about, and its text; `column`: the column that raised it."""

    about: str
    id: str
    en: str
    column: str = ""
