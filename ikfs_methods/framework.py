"""What is measured: the tree of dimensions and indicators, from a folder with framework.yaml and indicators.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import FrameworkError, InputFileError, ParameterError

COLUMNS = (
    "code",
    "parent",
    "name_id",
    "name_en",
    "definition_id",
    "definition_en",
    "column",
    "scale_min",
    "scale_max",
    "direction",
    "measurement",
    "owner",
    "source",
    "status",
)
STATUSES = ("official", "proposed", "unverified")
MEASUREMENTS = ("reflective", "formative")
NORMALISATIONS = ("scale", "minmax", "goalposts")
AGGREGATIONS = ("arithmetic", "geometric")
ORDERS = ("respondent-first", "unit-first")
SETTINGS = ("id", "name", "version", "status", "source", "normalisation", "aggregation", "order", "classes")


@dataclass(frozen=True)
class Framework:
    """The tree of an index and its defaults; every node is a row of `nodes` (index: code).

    `nodes` has the columns of indicators.csv; `aggregation` names one method a level, lowest level first.
    """

    id: str
    name: Mapping[str, str]
    version: str
    status: str
    source: Mapping[str, str]
    nodes: pd.DataFrame
    normalisation: str = "scale"
    aggregation: tuple[str, ...] = ("arithmetic",)
    order: Literal["respondent-first", "unit-first"] = "respondent-first"
    classes: tuple[Mapping[str, Any], ...] = ()
    folder: Path | None = field(default=None, compare=False)

    @property
    def root(self) -> str:
        """Code of the node without a parent: the index itself."""
        return str(self.nodes.index[self.nodes["parent"] == ""][0])

    @property
    def indicators(self) -> list[str]:
        """Codes of the leaves, in table order."""
        parents = set(self.nodes["parent"])
        return [str(code) for code in self.nodes.index if code not in parents]

    @property
    def dimensions(self) -> list[str]:
        """Codes of the nodes whose children are indicators, in table order."""
        leaves = set(self.indicators)
        return [code for code in self.parents if set(self.children(code)) & leaves]

    @property
    def parents(self) -> list[str]:
        """Codes of all nodes with children, in table order (the root among them)."""
        leaves = set(self.indicators)
        return [str(code) for code in self.nodes.index if code not in leaves]

    def children(self, code: str) -> list[str]:
        """Codes of a node's children, in table order."""
        return [str(child) for child in self.nodes.index[self.nodes["parent"] == code]]

    def walk(self, code: str | None = None) -> list[str]:
        """Codes of a node (None: the root) and all below it, each parent before its children."""
        start = self.root if code is None else code
        return [start, *(found for child in self.children(start) for found in self.walk(child))]

    def indicators_of(self, code: str) -> list[str]:
        """Codes of those children of a node that are indicators, in table order."""
        leaves = set(self.indicators)
        return [child for child in self.children(code) if child in leaves]

    def parent(self, code: str) -> str:
        """Code of a node's parent; empty for the root."""
        return str(self.nodes.loc[code, "parent"])

    def level(self, code: str) -> int:
        """0 for an indicator, 1 for a node over indicators, and so on up to the root."""
        below = self.children(code)
        return 1 + max(self.level(child) for child in below) if below else 0

    def label(self, code: str, language: str) -> str:
        """A node's name in `id` or `en`."""
        return str(self.nodes.loc[code, f"name_{language}"])

    def labels(self, codes: Iterable[str], language: str) -> dict[str, str]:
        """Names by code."""
        return {code: self.label(code, language) for code in codes}

    def without(self, codes: Iterable[str]) -> Framework:
        """The framework with those indicators left out; a parent that loses all its children goes too.

        Raises FrameworkError for a code that is no indicator, or when nothing would be left.
        """
        gone = list(codes)
        unknown = [code for code in gone if code not in self.indicators]
        if unknown:
            raise FrameworkError(
                f"only indicators of framework {self.id!r} can be left out; found {listed(unknown)}."
                + did_you_mean(unknown[0], self.indicators)
            )
        kept = [code for code in self.indicators if code not in gone]
        if not kept:
            raise FrameworkError(f"framework {self.id!r} must keep at least one indicator; all of them were left out.")
        alive = set(kept)
        for code in kept:
            while code := self.parent(code):
                alive.add(code)
        rest = self.nodes[self.nodes.index.isin(alive)]
        return replace(self, nodes=rest)

    def to_frame(self) -> pd.DataFrame:
        """The nodes with their level."""
        return self.nodes.assign(level=[self.level(code) for code in self.nodes.index])

    def _repr_html_(self) -> str:
        return self.to_frame()[["parent", "name_id", "name_en", "status"]].to_html(border=0)


def read(folder: str | Path) -> Framework:
    """The framework in a folder that holds framework.yaml and indicators.csv.

    Raises InputFileError for a missing or unreadable file and FrameworkError for a broken tree, each with the file
    and the row to look at. Answers the question: what is measured, by which items, on which scale, and who says so.
    """
    place = Path(folder)
    settings = _settings(place / "framework.yaml")
    nodes = _nodes(place / "indicators.csv")
    return Framework(
        id=str(settings["id"]),
        name=settings["name"],
        version=str(settings["version"]),
        status=settings["status"],
        source=_both_languages(settings["source"]),
        nodes=nodes,
        normalisation=settings.get("normalisation", "scale"),
        aggregation=tuple(settings.get("aggregation", ("arithmetic",))),
        order=settings.get("order", "respondent-first"),
        classes=tuple(settings.get("classes") or ()),
        folder=place,
    )


def _settings(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputFileError(f"a framework folder must hold framework.yaml; not found: {path}.")
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputFileError(
            f"{path} must be YAML in UTF-8: {str(error).splitlines()[0]}. Correct the file."
        ) from error
    if not isinstance(settings, dict):
        raise FrameworkError(f"{path} must hold `name: value` lines; found {type(settings).__name__}.")
    for name in settings:
        if name not in SETTINGS:
            raise FrameworkError(f"{path} has an unknown entry {name!r}.{did_you_mean(str(name), SETTINGS)}")
    lacking = [name for name in SETTINGS[:5] if name not in settings]
    if lacking:
        raise FrameworkError(f"{path} must say {listed(SETTINGS[:5])}; missing: {listed(lacking)}.")
    name = settings["name"]
    if not (isinstance(name, dict) and {"id", "en"} <= set(name)):
        raise FrameworkError(f"{path}: name must be given as {{id: ..., en: ...}}; found {name!r}.")
    _option(path, "status", settings["status"], STATUSES)
    _option(path, "normalisation", settings.get("normalisation", "scale"), NORMALISATIONS)
    _option(path, "order", settings.get("order", "respondent-first"), ORDERS)
    aggregation = settings.get("aggregation", ["arithmetic"])
    if not (isinstance(aggregation, list) and aggregation):
        raise FrameworkError(f"{path}: aggregation must be a list, lowest level first; found {aggregation!r}.")
    for method in aggregation:
        _option(path, "aggregation", method, AGGREGATIONS)
    return settings


def _both_languages(text: object) -> Mapping[str, str]:
    """One text for both languages, unless it is given as {id: ..., en: ...}."""
    if isinstance(text, dict) and {"id", "en"} <= set(text):
        return {language: str(text[language]).strip() for language in ("id", "en")}
    return {"id": str(text), "en": str(text)}


def _option(path: Path, name: str, value: object, options: tuple[str, ...]) -> None:
    if value not in options:
        raise FrameworkError(
            f"{path}: {name} must be one of {listed(options)}; found {value!r}.{did_you_mean(str(value), options)}"
        )


def _nodes(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputFileError(f"a framework folder must hold indicators.csv; not found: {path}.")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputFileError(f"{path} must be a comma-separated table in UTF-8: {error}. Save it so.") from error
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise FrameworkError(f"{path} must have the columns {listed(COLUMNS, 20)}; missing: {listed(lacking)}.")
    table = table[list(COLUMNS)].apply(lambda column: column.str.strip())
    _check_tree(path, table)
    leaf = ~table["code"].isin(table["parent"])
    for name in ("scale_min", "scale_max", "direction"):
        table[name] = _numbers(path, table, name, needed=leaf)
    wrong = leaf & ~(table["scale_min"] < table["scale_max"])
    if wrong.any():
        _refuse(path, table, wrong, "scale_min must be below scale_max")
    wrong = leaf & ~table["direction"].isin([1, -1])
    if wrong.any():
        _refuse(path, table, wrong, "direction must be 1 or -1")
    wrong = ~leaf & ~table["measurement"].isin(MEASUREMENTS)
    if wrong.any():
        _refuse(path, table, wrong, "measurement of a dimension must be reflective or formative")
    wrong = ~table["status"].isin(STATUSES)
    if wrong.any():
        _refuse(path, table, wrong, f"status must be one of {listed(STATUSES)}")
    table["column"] = table["column"].where(~leaf | (table["column"] != ""), table["code"])
    twice = leaf & table["column"].duplicated(keep=False)
    if twice.any():
        _refuse(path, table, twice, "each indicator must name its own column of the answers")
    nodes: pd.DataFrame = table.set_index("code")
    return nodes


def _check_tree(path: Path, table: pd.DataFrame) -> None:
    for wrong, rule in (
        (table["code"] == "", "every row must have a code"),
        (table["code"].duplicated(keep=False), "codes must be unique"),
        (~table["parent"].isin(["", *table["code"]]), "every parent must be the code of another row"),
        (table["parent"] == table["code"], "a row must not be its own parent"),
    ):
        if wrong.any():
            _refuse(path, table, wrong, rule)
    roots = table["parent"] == ""
    if roots.sum() != 1:
        _refuse(path, table, roots, "exactly one row, the index itself, must have no parent")
    above = dict(zip(table["code"], table["parent"], strict=True))
    for code in table["code"]:
        seen, node = {code}, above[code]
        while node:
            if node in seen:
                _refuse(path, table, table["code"].isin(seen), "parents must lead up to the index, not in a circle")
            seen.add(node)
            node = above[node]
    if table["code"].isin(table["parent"]).sum() == 0:
        raise FrameworkError(
            f"{path} must hold at least one indicator below the index; found only {len(table)} row(s)."
        )


def _numbers(path: Path, table: pd.DataFrame, name: str, needed: pd.Series) -> pd.Series:
    number = pd.to_numeric(table[name].where(table[name] != ""), errors="coerce")
    wrong = (needed & number.isna()) | ((table[name] != "") & number.isna())
    if wrong.any():
        _refuse(path, table, wrong, f"{name} of an indicator must be a number")
    return number


def _refuse(path: Path, table: pd.DataFrame, wrong: pd.Series, rule: str) -> None:
    shown = table[wrong]
    rows = [
        f"{code or '(no code)'} (row {i + 2}, parent {parent!r})"
        for i, code, parent in zip(shown.index, shown["code"], shown["parent"], strict=True)
    ]
    raise FrameworkError(f"{path}: {rule}; found in {listed(rows) or 'no row'}. Correct the table.")


def check_language(language: str) -> str:
    """`id` or `en`; else a ParameterError."""
    if language not in ("id", "en"):
        raise ParameterError(f"language must be 'id' or 'en'; found {language!r}.")
    return language
