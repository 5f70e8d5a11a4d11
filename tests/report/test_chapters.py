"""What makes a notebook a chapter, and how a failing one is told."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ikfs_methods.errors import ChapterError, NotebookError, ParameterError
from ikfs_methods.report.chapters import arguments, execute, find, read, set_in_cells

PARAMETERS = 'round_folder = "x"\nlanguage = None\nseed = None\noverrides = {}\n'


def notebook(path, *cells, parameters=PARAMETERS, tag="parameters"):
    first = new_code_cell(parameters, metadata={"tags": [tag]})
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Start"), first, *cells]), path)
    return path


def test_declared_parameters_are_read(tmp_path):
    chapter = read(notebook(tmp_path / "08-own.ipynb", parameters=PARAMETERS + "alpha_cutoff = 0.8\n"))
    assert chapter.declared["alpha_cutoff"] == 0.8
    # what a chapter declares goes to it by name, the rest in one bundle
    given = arguments(chapter, "r", "en", {"alpha_cutoff": 0.6, "level": 0.9})
    assert given == {"round_folder": "r", "language": "en", "alpha_cutoff": 0.6, "overrides": {"level": 0.9}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tag": "parameter"}, "exactly one code cell tagged `parameters`; found 0"),
        ({"parameters": PARAMETERS + "alpha_cutof = 1\n"}, "unknown: alpha_cutof"),
        ({"parameters": "round_folder = 'x'\nlanguage = None\n"}, "missing: seed, overrides"),
        ({"parameters": PARAMETERS + "level = 1 - 0.05\n"}, "must hold plain assignments"),
    ],
)
def test_notebooks_that_cannot_serve_are_refused(tmp_path, options, message):
    with pytest.raises(NotebookError, match=message):
        read(notebook(tmp_path / "08-own.ipynb", **options))


def test_a_file_that_is_no_notebook(tmp_path):
    path = tmp_path / "08-own.ipynb"
    path.write_text("not json", encoding="utf-8")
    with pytest.raises(NotebookError, match="must be a notebook in format 4"):
        read(path)


def test_unknown_chapter_names_the_known_ones():
    with pytest.raises(ParameterError, match=r"found '9'. The chapters in .* are 00-summary"):
        find("9")


@pytest.mark.report
def test_failing_cell_is_told_with_chapter_section_and_message(tmp_path):
    cells = [new_markdown_cell("## The second part"), new_code_cell("{}['nothing']")]
    chapter = read(notebook(tmp_path / "08-own.ipynb", *cells))
    target = tmp_path / "out.ipynb"
    with pytest.raises(
        ChapterError, match=r"chapter 08-own, section 'The second part': KeyError: 'nothing'. Open the chapter"
    ):
        execute(chapter, target, {})
    assert not target.exists()


@pytest.mark.report
def test_error_of_the_package_speaks_for_itself(tmp_path):
    cells = [new_code_cell("import ikfs_methods as ikfs\nikfs.open_round('nowhere')")]
    chapter = read(notebook(tmp_path / "08-own.ipynb", *cells))
    with pytest.raises(ChapterError, match=r"section 'Start': a round must be a folder that holds round.yaml"):
        execute(chapter, tmp_path / "out.ipynb", {})


@pytest.mark.report
def test_killed_kernel_leaves_nothing_behind(tmp_path):
    chapter = read(notebook(tmp_path / "08-own.ipynb", new_code_cell("import os\nos._exit(9)")))
    target = tmp_path / "out.ipynb"
    with pytest.raises(ChapterError, match="its kernel stopped"):
        execute(chapter, target, {})
    assert not target.exists()


def test_what_a_cell_sets_holds_for_the_whole_report(tmp_path):
    first = read(notebook(tmp_path / "01-one.ipynb", parameters=PARAMETERS + "alpha_cutoff = 0.8\nlevel = None\n"))
    second = read(notebook(tmp_path / "02-two.ipynb", parameters=PARAMETERS.replace("{}", "{'seed': 3}")))
    assert set_in_cells([first, second]) == {"alpha_cutoff": 0.8, "seed": 3}
    third = read(notebook(tmp_path / "03-three.ipynb", parameters=PARAMETERS + "alpha_cutoff = 0.6\n"))
    with pytest.raises(NotebookError, match="01-one sets 0.8, 03-three sets 0.6"):
        set_in_cells([first, third])
