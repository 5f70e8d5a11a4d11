"""XLSForms read by pyxform: the form of a survey from the workbook that its tool keeps."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from ikfs_methods.errors import DictionaryError, InputFileError
from ikfs_methods.reading.archive import refuse_bomb
from ikfs_methods.reading.surveys.form import SELECT_MULTIPLE, SELECT_ONE, Choice, Form, Question

_TYPES = {"select one": SELECT_ONE, "select all that apply": SELECT_MULTIPLE, "string": "text", "int": "integer"}
# What the parsers below pyxform raise on files that are no form at all; those of XML give a SyntaxError.
_UNREADABLE = (ValueError, IndexError, OSError, EOFError, RuntimeError, SyntaxError,
               zipfile.BadZipFile, zlib.error, csv.Error)  # fmt: skip

# Bytes. The largest forms unpack to a few MiB, and pyxform holds all of one in memory; a table of data may be larger.
_UNPACKED = 64 * 2**20


def read_form(path: str | Path) -> Form:
    """The questions and choices of an XLSForm (.xlsx, .xls, or the .csv and .md spellings that pyxform reads).

    Raises InputFileError for a file that is missing or cannot be read as a table, DictionaryError for one that can but
    is no valid form: no survey sheet, a list that is not in the choices, a name twice, an unknown type of question.
    """
    place = Path(path)
    if not place.is_file():
        raise InputFileError(f"the form must exist: {place}. Correct its name in round.yaml or put the file there.")
    tree = _tree(place)
    default = str(tree.get("default_language") or "default")
    questions = tuple(_questions(tree["children"], default))
    if not questions:
        raise DictionaryError(
            f"{place} must be an XLSForm with questions in its sheet 'survey'; found none. Fill the sheet."
        )
    # Kobo leaves the groups out of the headings when asked to, so a name is the column wherever it is the only one.
    counts = Counter(question.name for question in questions)
    questions = tuple(
        replace(question, column=question.name if counts[question.name] == 1 else question.path)
        for question in questions
    )
    choices = {
        str(name): tuple(Choice(str(row["name"]), _labels(row, default)) for row in rows)
        for name, rows in tree.get("choices", {}).items()
    }
    labelled: list[Question | Choice] = [*questions, *(choice for rows in choices.values() for choice in rows)]
    used = dict.fromkeys(language for one in labelled for language in one.labels)
    languages = tuple(sorted(used, key=lambda language: language != default))
    return Form(str(tree.get("title", place.stem)), default, languages, questions, choices, place)


def _tree(place: Path) -> dict[str, Any]:
    # A broken archive, and a form that is no archive, is told by who reads it.
    with suppress(zipfile.BadZipFile, OSError, ValueError):
        refuse_bomb(place, limit=_UNPACKED, remedy="No form is that large: download it again from the survey tool.")
    try:
        with warnings.catch_warnings():
            # openpyxl tells of drop-down lists and print settings that it leaves aside; a form needs none of them.
            warnings.simplefilter("ignore", UserWarning)
            workbook = get_xlsform(str(place))
    except (PyXFormError, *_UNREADABLE) as error:
        if isinstance(error, PyXFormError) and "not recognized as a supported type" not in str(error):
            raise _invalid(place, error) from error
        raise InputFileError(
            f"{place} must be an XLSForm: a workbook (.xlsx, .xls) with a sheet 'survey', or the same as .csv or .md; "
            "it cannot be read as one of these. Download the form again from the survey tool."
        ) from error
    try:
        tree: dict[str, Any] = workbook_to_json(workbook_dict=workbook, fallback_form_name=place.stem, warnings=[])
        create_survey_element_from_dict(tree)
    except (PyXFormError, *_UNREADABLE) as error:
        raise _invalid(place, error) from error
    return tree


def _invalid(place: Path, error: Exception) -> DictionaryError:
    """What pyxform found, with its row told as ours are."""
    found = "Its sheets do not have the shape of a form."
    if isinstance(error, PyXFormError):
        found = re.sub(r"\[row : (\d+)\]\s*", r"Row \1: ", " ".join(str(error).split()))
        found = re.sub(r"\s*Learn more: \S+", "", found).rstrip(".") + "."
    return DictionaryError(f"{place} must be a valid XLSForm. {found} Correct the form.")


def _questions(
    nodes: list[dict[str, Any]],
    default: str,
    *,
    path: tuple[str, ...] = (),
    groups: tuple[Mapping[str, str], ...] = (),
    repeat: str = "",
) -> Iterator[Question]:
    """The questions below a part of the tree, in their order."""
    for node in nodes:
        kind, here = str(node["type"]), (*path, str(node["name"]))
        if "children" in node and kind in ("group", "repeat"):
            if kind == "group" and here == ("meta",):
                continue  # pyxform adds the instance's id to every form; exports give it among the tool's own columns
            inside = (*groups, {"": here[-1], **_labels(node, default)})
            within = "/".join(here) if kind == "repeat" else repeat
            yield from _questions(node["children"], default, path=here, groups=inside, repeat=within)
        else:
            yield Question(
                name=here[-1],
                path="/".join(here),
                type=_TYPES.get(kind, kind.replace(" ", "_")),
                labels=_labels(node, default),
                list_name=str(node.get("list_name") or node.get("itemset") or ""),
                group_labels=groups,
                repeat=repeat,
            )


def _labels(node: Mapping[str, Any], default: str) -> dict[str, str]:
    """Label by language; pyxform gives one text where a form has one language without a name."""
    label = node.get("label")
    if isinstance(label, Mapping):
        return {str(language): str(text) for language, text in label.items() if text}
    return {default: str(label)} if label else {}
