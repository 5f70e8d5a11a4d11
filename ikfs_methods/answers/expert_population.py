"""What the ratings, judgements and points of invented experts are drawn from: the entries of a population file."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class Strict(BaseModel):
    """An entry of the file: every name known, no value turned into another kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Criterion(Strict):
    """A criterion's whole-number scale, and how good an indicator is on it (in scale points)."""

    low: int
    high: int
    quality: float
    exceptions: dict[str, float] = {}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"must have low below high; found low {self.low}, high {self.high}")
        return self


class Delphi(Strict):
    """A second Delphi round: how far an expert goes towards the panel's median, and the spread of what is new."""

    pull: Annotated[float, Field(ge=0, le=1)]
    noise_sd: NotNegative


class Panel(Strict):
    """Spread of the experts and of single ratings, as shares of a criterion's range; criteria rated a second time."""

    leniency_sd: NotNegative
    noise_sd: NotNegative
    criteria: Annotated[dict[str, Criterion], Field(min_length=1)]
    delphi: dict[str, Delphi] = {}

    @model_validator(mode="after")
    def _rated(self) -> Self:
        strange = [name for name in self.delphi if name not in self.criteria]
        if strange:
            raise ValueError(f"delphi must name criteria that are rated; found {strange[0]!r}")
        return self


class Judgements(Strict):
    """Priorities by parent; spread of the experts' views and of single comparisons, in log ratios."""

    view_sd: NotNegative
    noise_sd: NotNegative
    exceptions: dict[str, NotNegative] = {}  # noise_sd of single experts
    parents: Annotated[dict[str, Annotated[dict[str, Positive], Field(min_length=2)]], Field(min_length=1)]


class BestWorst(Strict):
    """Priorities by parent; spread of the experts' views and of single comparisons, in log ratios."""

    view_sd: NotNegative
    noise_sd: NotNegative
    parents: Annotated[dict[str, Annotated[dict[str, Positive], Field(min_length=3)]], Field(min_length=1)]


class Comment(Strict):
    """What an expert wrote on an indicator."""

    expert: str
    indicator: str
    comment: str


class Budget(Strict):
    """Mean points by parent; `concentration` is that of the Dirichlet distribution, `step` the size of a lot."""

    concentration: Positive
    step: Annotated[int, Field(ge=1, le=100)]
    parents: Annotated[dict[str, Annotated[dict[str, Positive], Field(min_length=2)]], Field(min_length=1)]

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if 100 % self.step:
            raise ValueError(f"must have a step that divides 100 points; found {self.step}")
        return self


MODELS = (Criterion, Delphi, Panel, Judgements, BestWorst, Comment, Budget)
