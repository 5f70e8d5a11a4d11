"""round.yaml: its format, typed and strict; every mistake in it is named with the entry and the nearest known name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ikfs_methods.checks import did_you_mean
from ikfs_methods.errors import IkfsError, InputFileError, InputProblemsError, ParameterError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Entry):
    """One text in both languages of the report."""

    id: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.id if language == "id" else self.en


class AnswersInput(_Entry):
    """The answers file and which of its columns hold what."""

    file: str
    id: str | None = None
    weight: str | None = None
    strata: str | None = None
    psu: str | None = None
    fpc: str | None = None
    group: str | None = None
    region: str | None = None
    region_codes: str | None = None


class TableInput(_Entry):
    """A table of the round that needs nothing but its file."""

    file: str


class Inputs(_Entry):
    """The tables of a round; only the answers are required."""

    answers: AnswersInput
    panel: TableInput | None = None
    judgements: TableInput | None = None
    budget: TableInput | None = None
    participants: TableInput | None = None


class Decision(_Entry):
    """What people decided on one indicator."""

    indicator: str
    decision: Literal["keep", "revise", "drop", "move", "add"]
    reason: Bilingual
    decided_by: str


class MethodDecision(_Entry):
    """What people decided on the method; `parent` narrows a choice of weights to one node."""

    topic: Literal["weights", "factors", "normalisation", "aggregation"]
    parent: str | None = None
    choice: str | int | list[str]
    reason: Bilingual
    decided_by: str


class RoundFile(_Entry):
    """The content of round.yaml."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Bilingual
    date: dt.date
    framework: str
    previous: str | None = None
    language: Literal["id", "en"] = "id"
    invented: str | None = None
    labels: dict[str, Bilingual] = Field(default_factory=dict)
    inputs: Inputs
    parameters: dict[str, Any] = Field(default_factory=dict)
    decisions: list[Decision] = Field(default_factory=list)
    method_decisions: list[MethodDecision] = Field(default_factory=list)


def read(path: Path) -> RoundFile:
    """The content of a round.yaml.

    Raises InputFileError for a file that is missing or no YAML, ParameterError (several: InputProblemsError) for an
    unknown entry, a missing one, or one of the wrong kind.
    """
    if not path.is_file():
        raise InputFileError(f"a round's folder must hold round.yaml; not found: {path}.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputFileError(f"{path} must be YAML in UTF-8; {_where(error)}. Correct the file.") from None
    if not isinstance(content, dict):
        raise InputFileError(f"{path} must hold `name: value` lines; found {type(content).__name__}.")
    try:
        return RoundFile.model_validate(content)
    except ValidationError as error:
        problems: list[IkfsError | str] = [_plain(path, dict(problem)) for problem in error.errors()]
        if len(problems) == 1:
            raise ParameterError(str(problems[0])) from None
        raise InputProblemsError(problems) from None


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error).splitlines()[0]
    return f"line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', 'not understood')}"


def _plain(path: Path, problem: dict[str, Any]) -> str:
    """A pydantic complaint in the words of round.yaml."""
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
    kind, found = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        known = _names_beside(problem["loc"])
        return (
            f"{path}: {place!r} is no entry of round.yaml."
            f"{did_you_mean(str(problem['loc'][-1]), known)} Known there: {', '.join(known)}."
        )
    if kind == "missing":
        return f"{path}: the entry {place!r} is required and missing. Add it."
    return f"{path}: {place!r} {_must(problem['msg'])}; found {found!r}. Correct the entry."


def _must(message: str) -> str:
    for start in ("Input should be ", "String should ", "Value error, "):
        if message.startswith(start):
            return "must be " + message.removeprefix(start) if start.startswith("Input") else "must " + message[14:]
    return "is wrong: " + message[0].lower() + message[1:]


def _names_beside(location: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = RoundFile
    inner: dict[str, type[BaseModel]] = {
        "title": Bilingual, "reason": Bilingual, "inputs": Inputs, "answers": AnswersInput, "panel": TableInput,
        "judgements": TableInput, "budget": TableInput, "participants": TableInput, "decisions": Decision,
        "method_decisions": MethodDecision,
    }  # fmt: skip
    for part in location[:-1]:
        model = inner.get(str(part), model)
    return list(model.model_fields)
