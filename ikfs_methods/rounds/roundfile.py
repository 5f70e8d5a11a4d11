"""round.yaml: its format, typed and strict. How it is read, and what is said of its mistakes, stands in `partial`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field, StrictInt, StrictStr

from ikfs_methods.rounds.entries import Bilingual, Code, Date, Entry, Id, Listed
from ikfs_methods.rounds.meeting import Meeting


class AnswersInput(Entry):
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
    started: str | None = None
    ended: str | None = None
    duration: str | None = None
    outside: list[str] = Field(default_factory=list)
    day_first: bool | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] | None = None
    form: str | None = None
    dictionary: str | None = None
    scales: str | None = None
    missing: list[Code] = Field(default_factory=list)
    corrections: str | None = None
    private: dict[str, Literal["drop", "hmac"]] = Field(default_factory=dict)


class TableInput(Entry):
    """A table of the round that needs nothing but its file, and what the file does not say of itself."""

    file: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] | None = None


class RetestInput(TableInput):
    """Answers of some of the respondents on a second occasion; scales and dictionary are those of the answers."""

    id: str
    private: dict[str, Literal["drop", "hmac"]] = Field(default_factory=dict)


class Inputs(Entry):
    """The tables of a round; only the answers are required."""

    answers: AnswersInput
    retest: RetestInput | None = None
    panel: TableInput | None = None
    judgements: TableInput | None = None
    budget: TableInput | None = None
    best_worst: TableInput | None = None
    experts: TableInput | None = None
    comments: TableInput | None = None
    participants: TableInput | None = None
    review: TableInput | None = None

    @property
    def files(self) -> list[str]:
        """All files that are named here, relative to the round's folder."""
        told = self.answers
        tables = (
            self.retest, self.panel, self.judgements, self.budget, self.best_worst, self.experts, self.comments,
            self.participants, self.review,
        )  # fmt: skip
        beside = (told.form, told.dictionary, told.scales, told.corrections)
        return [told.file, *(name for name in beside if name), *(entry.file for entry in tables if entry)]


class FormsEntry(Entry):
    """What the experts are asked on their forms: criteria to rate, and parents to weigh by each way of weighing.

    None: as `forms` chooses.
    """

    criteria: list[str] | None = None
    ahp: list[str] | None = None
    budget: list[str] | None = None
    best_worst: list[str] | None = None


class Decision(Listed):
    """What people decided on one indicator.

    `parent`: where an indicator moves to, or an added one belongs; `name`: what an added one is to be called.
    """

    indicator: str
    decision: Literal["keep", "revise", "drop", "move", "add"]
    parent: str | None = None
    name: Bilingual | None = None
    reason: Bilingual
    decided_by: str


class MethodDecision(Listed):
    """What people decided on the method; `parent` narrows a choice of weights to one node."""

    topic: Literal["weights", "factors", "normalisation", "aggregation"]
    parent: str | None = None
    choice: StrictStr | StrictInt | list[StrictStr]
    reason: Bilingual
    decided_by: str


class Exclusion(Listed):
    """Respondents that people decided to leave out: all that a screening rule flags, or those named by their ids."""

    rule: str | None = None
    respondents: list[Id] = Field(default_factory=list)
    reason: Bilingual
    decided_by: str


class Impossible(Listed):
    """A combination of answers that cannot be, as a condition on indicators and columns of the answers file."""

    name: str
    when: str


class OpenQuestion(Listed):
    """What nobody has answered yet about the round: the entry it is about, and the question."""

    about: str
    question: Bilingual


class RoundFile(Entry):
    """The content of round.yaml."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Bilingual
    date: Date
    framework: str
    previous: str | None = None
    language: Literal["id", "en"] = "id"
    invented: str | None = None
    labels: dict[str, Bilingual] = Field(default_factory=dict)
    inputs: Inputs
    forms: FormsEntry | None = None
    meeting: Meeting | None = None
    open: list[OpenQuestion] = Field(default_factory=list)
    impossible: list[Impossible] = Field(default_factory=list)
    exclusions: list[Exclusion] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    decisions: list[Decision] = Field(default_factory=list)
    method_decisions: list[MethodDecision] = Field(default_factory=list)


# The entries that are lists of numbered entries.
LISTS = ("open", "impossible", "exclusions", "decisions", "method_decisions")


def owners(place: Sequence[str | int]) -> list[type[BaseModel] | None]:
    """The model that each part of a place in round.yaml is an entry of; None for what stands in a list or mapping."""
    model: type[BaseModel] | None = RoundFile
    within, found = False, list[type[BaseModel] | None]()
    for part in place:
        found.append(None if within else model)
        if within:
            within = False
            continue
        entry = None if model is None else model.model_fields.get(str(part))
        within = entry is not None and get_origin(entry.annotation) in (list, dict)
        model = None if entry is None else _model_in(entry.annotation)
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, or that is among its parts (of a list, of `| None`)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part)) is not None), None)
