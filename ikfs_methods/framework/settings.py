"""framework.yaml: what the framework is called, who says so, and how its index is computed by default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ikfs_methods import yamlfile
from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import FrameworkError, Problems
from ikfs_methods.framework.tree import AGGREGATIONS, NORMALISATIONS, ORDERS, STATUSES

NEEDED = ("id", "name", "version", "status", "source")
SETTINGS = (*NEEDED, "normalisation", "aggregation", "order", "classes")
_OPTIONS = {"status": STATUSES, "normalisation": NORMALISATIONS, "order": ORDERS}


def read_settings(path: Path, problems: Problems) -> dict[str, Any]:
    """The settings as keywords of Framework; whatever is wrong with them goes to `problems`.

    Raises InputFileError for a missing file or one that is no YAML, FrameworkError for one without settings.
    """
    given = yamlfile.entries(
        path, missing="a framework folder must hold framework.yaml", error=FrameworkError, problems=problems
    )
    for name in given:
        if name not in SETTINGS:
            problems.add(
                FrameworkError(
                    f"{path} has an unknown entry {name!r}.{did_you_mean(str(name), SETTINGS)} Known: "
                    f"{listed(SETTINGS, len(SETTINGS))}."
                )
            )
    lacking = [name for name in NEEDED if given.get(name) in (None, "")]
    if lacking:
        problems.add(FrameworkError(f"{path} must say {listed(NEEDED)}; missing: {listed(lacking)}. Add them."))
    for name, options in _OPTIONS.items():
        if name in given and name not in lacking:
            _check_option(problems, path, name, given[name], options)
    if "name" not in lacking and _in_both_languages(given["name"]) is None:
        problems.add(FrameworkError(f"{path}: name must be given as {{id: ..., en: ...}}; found {given['name']!r}."))
    _check_aggregation(problems, path, given.get("aggregation", ["arithmetic"]))
    classes = given.get("classes") or []
    if not (isinstance(classes, list) and all(isinstance(part, dict) for part in classes)):
        problems.add(FrameworkError(f"{path}: classes must be a list of `name: value` entries; found {classes!r}."))
    return {} if len(problems) else _keywords(given)


def stand_ins(folder: Path) -> dict[str, Any]:
    """The settings of a framework whose own cannot be used: the folder's name, and nothing said."""
    nothing = {"id": "", "en": ""}
    return {"id": folder.name, "name": nothing, "version": "", "status": "unverified", "source": nothing}


def _keywords(given: Mapping[str, Any]) -> dict[str, Any]:
    text = str(given["source"])
    return {
        "id": str(given["id"]),
        "name": _in_both_languages(given["name"]),
        "version": str(given["version"]),
        "status": given["status"],
        "source": _in_both_languages(given["source"]) or {"id": text, "en": text},
        "normalisation": given.get("normalisation", "scale"),
        "aggregation": tuple(given.get("aggregation", ("arithmetic",))),
        "order": given.get("order", "respondent-first"),
        "classes": tuple(given.get("classes") or ()),
    }


def _in_both_languages(text: object) -> Mapping[str, str] | None:
    """The text by language when it is given as {id: ..., en: ...}."""
    if isinstance(text, dict) and {"id", "en"} <= set(text):
        return {language: str(text[language]).strip() for language in ("id", "en")}
    return None


def _check_option(problems: Problems, path: Path, name: str, value: object, options: tuple[str, ...]) -> None:
    if value not in options:
        problems.add(
            FrameworkError(
                f"{path}: {name} must be one of {listed(options)}; found {value!r}.{did_you_mean(str(value), options)}"
            )
        )


def _check_aggregation(problems: Problems, path: Path, methods: object) -> None:
    if not (isinstance(methods, list) and methods):
        problems.add(FrameworkError(f"{path}: aggregation must be a list, lowest level first; found {methods!r}."))
        return
    for method in methods:
        _check_option(problems, path, "aggregation", method, AGGREGATIONS)
