"""The ways in which a result is undefined, one class each.

Every message says what must hold, what was found (names and counts) and what to do. The command line prints the
message alone and ends with exit code 2; no traceback of a library reaches a user.
"""

from __future__ import annotations

from collections.abc import Iterable


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
