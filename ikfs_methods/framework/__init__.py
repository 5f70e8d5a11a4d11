"""What is measured: the tree of dimensions and indicators, from a folder with framework.yaml and indicators.csv."""

from __future__ import annotations

from pathlib import Path

from ikfs_methods import reading
from ikfs_methods.errors import InputFileError, ParameterError, Problems
from ikfs_methods.framework.settings import SETTINGS, read_settings
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
    "SETTINGS",
    "STATUSES",
    "Framework",
    "check_language",
    "read",
]


def read(folder: str | Path) -> Framework:
    """The framework in a folder that holds framework.yaml and indicators.csv (a table of any format that is read).

    Raises InputFileError for a missing or unreadable file and FrameworkError for a wrong setting or a broken tree,
    each with the file and the rows to look at; several problems, all of both files, come as one InputProblemsError.
    Answers the question: what is measured, by which items, on which scale, and who says so?
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
    if settings is None or nodes is None or len(problems):
        raise problems.error()
    return Framework(**settings, nodes=nodes, folder=place)


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
