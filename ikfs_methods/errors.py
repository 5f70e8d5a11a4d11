"""The ways in which a result is undefined, one class each.

Every message says what must hold, what was found (names and counts) and what to do. The command line prints the
message alone and ends with exit code 2; no traceback of a library reaches a user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class IkfsError(Exception):
    """Base of all errors that a user can mend."""


class ParameterError(IkfsError):
    """A parameter, option or argument is unknown or of the wrong kind."""


class InputFileError(IkfsError):
    """A file or folder is missing or cannot be read."""


class ColumnError(IkfsError):
    """A column or label is missing, repeated or unexpected."""


class NotNumericError(IkfsError):
    """Text stands where a number belongs."""


class ScaleError(IkfsError):
    """A value lies outside its scale."""


class TooFewError(IkfsError):
    """There are too few rows or columns for the coefficient to exist."""


class ConstantItemError(IkfsError):
    """An item does not vary, so that its correlations are undefined."""


class MatrixError(IkfsError):
    """A matrix is not of the kind that is needed (symmetric, correlation, reciprocal, positive definite)."""


class ConvergenceError(IkfsError):
    """An iteration ended without a solution."""


class FrameworkError(IkfsError):
    """The tree of dimensions and indicators is broken."""


class WeightError(IkfsError):
    """Weights are negative, missing, or do not sum to 1 within their parent."""


class JudgementError(IkfsError):
    """What experts judged is incomplete, contradictory or off its scale."""


class PrivacyError(IkfsError):
    """Personal data stand where none may, or were not declared."""


class DictionaryError(IkfsError):
    """A label, scale or column of the answers is not in the round's dictionary, or the dictionary is broken."""


class CorrectionError(IkfsError):
    """A declared correction of the answers does not apply, or no longer."""


class DecisionError(IkfsError):
    """A decision of the round does not fit the framework."""


class NotebookError(IkfsError):
    """A notebook cannot serve as a chapter."""


class ChapterError(IkfsError):
    """A cell of a chapter failed while it ran."""


class RenderError(IkfsError):
    """The report document could not be made from the chapters."""


class InputProblemsError(IkfsError):
    """Several problems of one round, collected so that they can be mended together."""

    def __init__(self, problems: Iterable[IkfsError | str]) -> None:
        self.problems = [str(problem) for problem in problems]
        count = len(self.problems)
        heading = f"{count} problem{'s' if count != 1 else ''} in the inputs of the round:"
        super().__init__("\n".join([heading, *(f"  {i}. {text}" for i, text in enumerate(self.problems, 1))]))


class Problems:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[IkfsError] = []

    def __iter__(self) -> Iterator[IkfsError]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def add(self, *errors: IkfsError) -> None:
        """Keeps errors for later."""
        self.found.extend(errors)

    def tried(self, step: Callable[[], T]) -> T | None:
        """The step's result, or None with its error kept."""
        try:
            return step()
        except IkfsError as error:
            self.found.append(error)
            return None

    def error(self) -> IkfsError:
        """One error as itself, several (and those within them) as one InputProblemsError; what is told twice, once."""
        told = [
            str(text)
            for error in self.found
            for text in (error.problems if isinstance(error, InputProblemsError) else [error])
        ]
        distinct = list(dict.fromkeys(told))
        return self.found[0] if len(self.found) == 1 or len(distinct) == 1 else InputProblemsError(distinct)

    def raise_any(self) -> None:
        """Raises what was found; nothing when nothing was."""
        if self.found:
            raise self.error()
