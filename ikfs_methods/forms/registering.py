"""New tables named in round.yaml: lines added to its text, which keeps its comments and its order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ikfs_methods.errors import IkfsError

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def registered(path: Path, files: Mapping[str, str]) -> bytes | None:
    """The bytes of a round.yaml whose `inputs` also name these files; None where the text cannot be amended safely.

    What was made is read again: it must say what the old text said, and the new entries, and nothing else.
    """
    data = path.read_bytes()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = data.removeprefix(mark).decode("utf-8")
        wanted = yaml.safe_load(text)
        wanted["inputs"] = {**wanted["inputs"], **{name: {"file": file} for name, file in files.items()}}
        for name, file in files.items():
            text = _amended(text, name, file)
        same = yaml.safe_load(text) == wanted
    # Whatever a text holds that these few lines do not foresee: it is left alone, and the lines are told instead.
    except (IkfsError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return mark + text.encode() if same else None


def lines_of(files: Mapping[str, str]) -> str:
    """The lines that name the files under `inputs`, for people to add."""
    return "\n".join(f"  {_entry(name, file)}" for name, file in files.items())


def _entry(name: str, file: str) -> str:
    said = file if _PLAIN.fullmatch(file) else yaml.safe_dump(file, default_style='"', allow_unicode=True).strip()
    return f"{name}: {{file: {said}}}"


def _amended(text: str, name: str, file: str) -> str:
    """The text with one more entry under `inputs`, or with that entry where it said null."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    inputs = next(value for key, value in root.value if key.value == "inputs")
    said = _entry(name, file)
    for key, value in inputs.value:
        if key.value == name:
            return text[: key.start_mark.index] + said + text[max(value.end_mark.index, key.end_mark.index + 1) :]
    if inputs.flow_style:
        end = inputs.end_mark.index - 1
        return text[:end].rstrip() + f", {said}" + text[end:]
    first, last = inputs.value[0][0], _end(inputs.value[-1][1])
    # A text in several lines ends where the next entry begins.
    stop = text.find("\n", len(text[:last].rstrip()))
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * first.start_mark.column
    if stop < 0:
        return f"{text}{newline}{indent}{said}{newline}"
    return f"{text[: stop + 1]}{indent}{said}{newline}{text[stop + 1 :]}"


def _end(node: Any) -> int:
    """Where the last leaf of a node ends; a block's own end is where the next entry begins, after its comments."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)
