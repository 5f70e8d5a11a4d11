"""What is measured: the tree of dimensions and indicators, from a folder with framework.yaml and indicators.csv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ikfs_methods import reading
from ikfs_methods.errors import InputFileError, ParameterError, Problems
from ikfs_methods.framework.responsibility import ROLES, ResponsibilityMatrix, Unit, responsibilities
from ikfs_methods.framework.settings import SETTINGS, read_settings, stand_ins
from ikfs_methods.framework.table import nodes_of
from ikfs_methods.framework.tree import (
    AGGREGATIONS,
    COLUMNS,
    MEASUREMENTS,
    NORMALISATIONS,
    ORDERS,
    STATUSES,
    Framework,
)
from ikfs_methods.privacy import check_impersonal

__all__ = [
    "AGGREGATIONS",
    "COLUMNS",
    "MEASUREMENTS",
    "NORMALISATIONS",
    "ORDERS",
    "ROLES",
    "SETTINGS",
    "STATUSES",
    "Framework",
    "Partial",
    "ResponsibilityMatrix",
    "Unit",
    "check_language",
    "read",
    "read_partial",
    "responsibilities",
]


@dataclass(frozen=True, slots=True)
class Partial:
    """What could be read of a framework's folder, and every mistake in it.

    `framework` is None where codes and parents make no tree (or there is no table); with wrong settings it holds
    stand-ins for all of them. `unsound`: its indicators whose scale, direction or column is wrong; their codes are
    known, and their answers cannot be judged.
    """

    framework: Framework | None
    unsound: frozenset[str]
    problems: Problems


def read(folder: str | Path) -> Framework:
    """The framework in a folder that holds framework.yaml and indicators.csv (a table of any format that is read).

    Raises InputFileError for a missing or unreadable file and FrameworkError for a wrong setting or a broken tree,
    each with the file and the rows to look at; several problems, all of both files, come as one InputProblemsError.
    Answers the question: what is measured, by which items, on which scale, and who says so?
    """
    found = read_partial(folder)
    if found.framework is None or len(found.problems):
        raise found.problems.error()
    return found.framework


def read_partial(folder: str | Path) -> Partial:
    """The framework in a folder as far as it is sound, with every mistake, so that the rest can still be checked.

    Raises InputFileError for a folder without a framework.
    """
    place = Path(folder)
    settings_file, table_file = place / "framework.yaml", place / "indicators.csv"
    if not (settings_file.is_file() or table_file.is_file()):
        raise InputFileError(
            f"a framework folder must hold framework.yaml; not found: {settings_file}, nor indicators.csv beside it. "
            "Check the path."
        )
    problems = Problems()
    settings = problems.tried(lambda: read_settings(settings_file, problems))
    nodes = problems.tried(lambda: nodes_of(_table(table_file, problems), problems))
    if nodes is None or not nodes.is_tree:
        return Partial(None, frozenset(), problems)
    return Partial(
        Framework(**(settings or stand_ins(place)), nodes=nodes.frame, folder=place), nodes.unsound, problems
    )


def _table(path: Path, problems: Problems) -> reading.Table:
    if not path.is_file():
        raise InputFileError(f"a framework folder must hold indicators.csv; not found: {path}. Add it.")
    table = reading.read(path)
    # Here the names are those of indicators, whatever such a heading means elsewhere.
    cells = table.cells.rename(columns={"name_id": "statement_id", "name_en": "statement_en"})
    problems.tried(lambda: check_impersonal(table.with_cells(cells)))
    return table


def check_language(language: str) -> str:
    """`id` or `en`; else a ParameterError."""
    if language not in ("id", "en"):
        raise ParameterError(f"language must be 'id' or 'en'; found {language!r}.")
    return language
