"""YAML files in, in one wording: what is no YAML, an entry given twice, a date that no calendar has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from ikfs_methods.errors import IkfsError, InputFileError, ParameterError, Problems


def content(path: Path, *, missing: str, problems: Problems | None = None) -> Any:
    """What a YAML file holds, with safe types only.

    `missing` opens the message for a file that is not there. Raises InputFileError for a missing file or one that is
    no YAML, with line and column. An entry given twice in one place is a ParameterError: kept in `problems` (the
    first one then counts) where those are given, else raised.
    """
    if not path.is_file():
        raise InputFileError(f"{missing}; not found: {path}. Check the path.")
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        found = loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise InputFileError(f"{path} must be YAML in UTF-8: {_where(error)}. Correct the file.") from None
    except RecursionError:
        raise InputFileError(f"{path} must be YAML in UTF-8: it is nested too deeply. Correct the file.") from None
    twice = Problems()
    for name, line in loader.twice:
        twice.add(ParameterError(f"{path}, line {line}: the entry {name!r} is given twice. Keep one."))
    if problems is None:
        twice.raise_any()
    else:
        problems.add(*twice)
    return found


def entries(
    path: Path, *, missing: str, error: type[IkfsError] = InputFileError, problems: Problems | None = None
) -> dict[Any, Any]:
    """The `name: value` lines of a YAML file; see `content`. Anything else in the file raises `error`."""
    found = content(path, missing=missing, problems=problems)
    if not isinstance(found, dict):
        raise error(f"{path} must hold `name: value` lines; found {kind_of(found)}. Correct the file.")
    return found


def kind_of(value: object) -> str:
    """What a YAML file holds, in a word of its writer."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping (`name: value` lines)"
    if isinstance(value, list):
        return "list entries (`- ...` lines)"
    return f"{value!r}"[:80]


class _Loader(yaml.SafeLoader):
    """The safe loader, which also notices an entry given twice (the last would silently count otherwise)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        kept = []
        for key, value in node.value:
            # `<<` merges other entries in, on purpose.
            name = key.value if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge" else None
            if name is not None and name in seen:
                self.twice.append((name, key.start_mark.line + 1))
                continue
            seen |= set() if name is None else {name}
            kept.append((key, value))
        node.value = kept
        return super().construct_mapping(node, deep)


def _date(loader: _Loader, node: yaml.ScalarNode) -> dt.date | str:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        # 2020-02-30: left as text, so that who asked for a date says what is wrong with it.
        return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', None) or 'not understood'}"
