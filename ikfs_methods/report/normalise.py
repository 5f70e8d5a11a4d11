"""Makes the bytes of an executed notebook depend on its code, its inputs and its results alone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat

from ikfs_methods.errors import RenderError

RICHER = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png", "image/jpeg")
NOISE = ("papermill", "execution", "ExecuteTime", "collapsed")  # what runners and editors add to the metadata
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3"}  # fmt: skip
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def normalise_notebook(source: str | Path | Mapping[str, Any], target: str | Path | None = None) -> str:
    """Rids an executed notebook of its traces of time and machine; the file is replaced and its new text returned.

    `source` is a path, or a notebook, which is left as it is. The text goes to `target`, or to where it came from.
    Dropped are papermill's and other runners' metadata, execution times, and the plain text of an output beside a
    richer form of it, where object addresses hide. Execution counts run from 1; cell ids that are unique are kept,
    others are numbered; kernel and language are named without their version; keys are sorted, lines end with LF.
    Neighbouring pieces of one stream, whose cuts depend on timing, are joined. The cell with the injected parameters
    stays, since it shows what was run. Twice is as good as once. Raises RenderError when the file cannot be read.
    """
    notebook = _read(source)
    notebook["metadata"] = {
        **{name: value for name, value in notebook["metadata"].items() if name not in NOISE},
        "kernelspec": KERNEL,
        "language_info": LANGUAGE,
    }
    count = 0
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], 1):
        cell["metadata"] = {name: value for name, value in cell["metadata"].items() if name not in NOISE}
        cell["id"] = _cell_id(cell, number, seen)
        if cell["cell_type"] == "code":
            ran = cell.get("execution_count") is not None
            count += ran
            cell["execution_count"] = count if ran else None
            cell["outputs"] = [_output(output, cell["execution_count"]) for output in _joined(cell["outputs"])]
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True).replace("\r\n", "\n") + "\n"
    place = Path(target) if target is not None else None if isinstance(source, Mapping) else Path(source)
    if place is not None:
        unfinished = place.with_name(place.name + ".part")
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, place)  # noqa: PTH105  (one step, so that no half notebook is ever read)
    return text


def _read(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(source, Mapping):
        return json.loads(nbformat.writes(nbformat.from_dict(deepcopy(dict(source)))))  # type: ignore[no-any-return]
    try:
        notebook = nbformat.read(source, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        detail = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RenderError(f"{source} must be an executed notebook (.ipynb); it cannot be read: {detail}.") from error
    return json.loads(nbformat.writes(notebook))  # type: ignore[no-any-return]


def _cell_id(cell: Mapping[str, Any], number: int, seen: set[str]) -> str:
    """The id that the source gave, but one made up at run time (papermill's cell, an old format) by its place."""
    own = str(cell.get("id", ""))
    made_up = "injected-parameters" in cell["metadata"].get("tags", []) or not own
    name = f"cell-{number:03d}" if made_up or own in seen else own
    seen.add(name)
    return name


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for output in outputs:
        if output["output_type"] == "stream" and made and made[-1].get("name") == output["name"]:
            made[-1]["text"] = _lines(_text(made[-1]["text"]) + _text(output["text"]))
        else:
            made.append(output)
    return made


def _output(output: dict[str, Any], count: int | None) -> dict[str, Any]:
    if "execution_count" in output:
        output["execution_count"] = count
    data = output.get("data", {})
    if "text/plain" in data and any(kind in data for kind in RICHER):
        del data["text/plain"]
    return output


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
