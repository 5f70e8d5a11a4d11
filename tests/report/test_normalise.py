"""Executed notebooks lose the traces of time and machine, and nothing else."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ikfs_methods.errors import RenderError
from ikfs_methods.report.normalise import normalise_notebook


def executed(start, *, count, address, identity, version):
    """The same notebook as two runs would leave it."""
    plain = f"<Axes object at {address}>"
    injected = new_code_cell("seed = 0", execution_count=count, metadata={"tags": ["injected-parameters"]}, id=identity)
    shown = new_code_cell(
        "plot()",
        execution_count=count + 1,
        id="kept",
        metadata={"execution": {"iopub.execute_input": start}, "papermill": {"start_time": start}, "tags": ["x"]},
        outputs=[
            new_output("stream", name="stdout", text="a\n"),
            new_output("stream", name="stdout", text="b\n"),
            new_output(
                "execute_result", data={"text/html": "<p>1</p>", "text/plain": plain}, execution_count=count + 1
            ),
            new_output("display_data", data={"text/plain": "only plain"}),
        ],
    )
    metadata = {
        "papermill": {"duration": start, "parameters": {"seed": 0}},
        "language_info": {"name": "python", "version": version},
        "kernelspec": {"name": "python3", "display_name": f"Python {version}"},
        "ikfs": {"kept": True},
    }
    return new_notebook(cells=[new_markdown_cell("# A", id="m"), injected, shown], metadata=metadata)


FIRST = {"start": "2026-01-01T00:00:00", "count": 3, "address": "0x7f01", "identity": "ab12", "version": "3.11.7"}
SECOND = {"start": "2026-02-02T02:02:02", "count": 9, "address": "0x7f99", "identity": "cd34", "version": "3.13.0"}


def test_two_runs_give_the_same_bytes(tmp_path):
    paths = [tmp_path / "a.ipynb", tmp_path / "b.ipynb"]
    for path, run in zip(paths, (FIRST, SECOND), strict=True):
        nbformat.write(executed(**run), path)
        assert normalise_notebook(path) == path.read_text(encoding="utf-8")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert b"\r" not in paths[0].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ipynb", "b.ipynb"]


def test_content_stays():
    notebook = json.loads(normalise_notebook(executed(**FIRST)))
    assert notebook["metadata"]["ikfs"] == {"kept": True}
    assert "papermill" not in notebook["metadata"]
    markdown, injected, shown = notebook["cells"]
    assert (markdown["id"], injected["id"], shown["id"]) == ("m", "cell-002", "kept")
    assert injected["source"] == ["seed = 0"]
    assert (injected["execution_count"], shown["execution_count"]) == (1, 2)
    stream, rich, plain = shown["outputs"]
    assert stream["text"] == ["a\n", "b\n"]
    assert list(rich["data"]) == ["text/html"]
    assert plain["data"] == {"text/plain": ["only plain"]}


def test_result_is_a_valid_notebook_and_twice_is_as_good_as_once():
    once = normalise_notebook(executed(**FIRST))
    notebook = nbformat.reads(once, as_version=4)
    nbformat.validate(notebook)
    assert normalise_notebook(notebook) == once


def test_the_notebook_given_is_left_alone():
    given = executed(**FIRST)
    normalise_notebook(given)
    assert given.cells[2].metadata["papermill"] == {"start_time": FIRST["start"]}


def test_no_notebook_is_refused(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("not json", encoding="utf-8")
    with pytest.raises(RenderError, match=r"a\.ipynb must be an executed notebook \(\.ipynb\); it cannot be read"):
        normalise_notebook(path)
