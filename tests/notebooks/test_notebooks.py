"""Each chapter is a test: it runs by itself, shows only labelled results, and is stored as it should be."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from ikfs_methods.places import project
from ikfs_methods.report.chapters import arguments, execute, find

NAMES = [
    "00-summary",
    "01-answers",
    "02-content-validity",
    "03-items-and-reliability",
    "04-factor-structure",
    "05-weighting",
    "06-index",
    "07-robustness",
]


def test_the_chapters_are_there_in_order():
    assert [chapter.name for chapter in find()] == NAMES


def test_a_label_stands_once_in_the_report():
    texts = [(project() / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8") for name in NAMES]
    labels = [label for text in texts for label in re.findall(r'\\"((?:tbl|fig)-[\w-]+)\\"', text)]
    assert len(labels) > 100
    assert sorted(label for label in set(labels) if labels.count(label) > 1) == []


@pytest.mark.report
@pytest.mark.parametrize("name", NAMES)
def test_chapter_runs_by_itself(name, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    (chapter,) = find(name)
    target = tmp_path / f"{name}.ipynb"
    execute(chapter, target, arguments(chapter, str(project() / "data/rounds/fgd-2020-03-26"), "en", {}))
    executed = nbformat.read(target, as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    # every output is one that the package made: no stray print, warning or bare value
    assert all("ikfs" in output.get("metadata", {}) for output in outputs), outputs
    labels = [output["metadata"]["ikfs"].get("label") for output in outputs]
    labels = [label for label in labels if label]
    assert labels
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", NAMES)
def test_chapter_is_stored_clean(name):
    path = project() / "notebooks" / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in code:
        source = "".join(cell["source"])
        assert not re.search(r"^\s*(def|for|while|if) ", source, flags=re.MULTILINE), source
    prose = [set(cell["metadata"].get("tags", [])) for cell in cells if cell["cell_type"] == "markdown"]
    assert sum("lang-id" in tags for tags in prose) == sum("lang-en" in tags for tags in prose)


@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_a_result_is_typed_into_the_prose(name):
    cells = nbformat.read(project() / "notebooks" / f"{name}.ipynb", as_version=4).cells
    for cell in cells:
        if cell.cell_type == "markdown":
            words = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\[@\w+\]|@\w+|0--100|0 sampai 100|0 to 100", "", cell.source, flags=re.DOTALL)
            assert not re.search(r"\d[.,]\d|\d{2,}", words), cell.source
