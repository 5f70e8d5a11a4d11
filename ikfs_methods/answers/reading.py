"""The delivered answers as a table: whatever their format, named by their form, without undeclared personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ikfs_methods import reading
from ikfs_methods.privacy import protect
from ikfs_methods.reading import Table

REMEDY = "Correct round.yaml, indicators.csv, dictionary.csv or the file's headings."


def read(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    columns: Sequence[str] = (),
    form: str | Path | None = None,
    private: Mapping[str, str] | None = None,
) -> Table:
    """The answers in a file of any format that surveys deliver: `frame` (rows respondents, columns as named), `log`.

    The format is found by content: CSV (comma, semicolon, tab), XLSX, SPSS .sav, Stata .dta, Parquet. `form` is the
    XLSForm of a KoboToolbox or ODK survey; with it the columns bear the form's question names and the cells its choice
    names, whichever style of export was delivered. `private` says of each column with personal data whether it is
    dropped ("drop") or replaced by a keyed code ("hmac"). Raises InputFileError for a file that is missing, broken or
    of another kind, ColumnError for a missing or repeated column, TooFewError for a file without rows, PrivacyError
    for personal data that were not declared. Answers the question: what was delivered?
    """
    table = protect(delivered(path, sheet=sheet, encoding=encoding, delimiter=delimiter, decimal=decimal, form=form),
                    private or {})  # fmt: skip
    table.require(columns, remedy=REMEDY).raise_any()
    return table


def delivered(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    form: str | Path | None = None,
) -> Table:
    """The table of the answers under the survey's own names, before personal data are looked for.

    For the gate and for drafting, which must see what there is; everybody else calls `read`.
    """
    table = reading.read(path, sheet=sheet, encoding=encoding, delimiter=delimiter, decimal=decimal)
    if form is None:
        return reading.named_by_survey_tool(table)
    return reading.named_by_form(table, reading.read_form(form))
