"""A report from end to end: everything is there, twice the same bytes, and a failure leaves the former one alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import ikfs_methods as ikfs
from ikfs_methods.cli import main
from ikfs_methods.errors import ChapterError, ScaleError
from ikfs_methods.report import run

pytestmark = pytest.mark.report


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A copy of the round with the report of one chapter, made once."""
    place = tmp_path_factory.mktemp("project")
    data = Path(__file__).resolve().parents[2] / "data"
    for part in ("frameworks/ikfs", "rounds/fgd-2020-03-26"):
        shutil.copytree(data / part, place / part)
    folder = place / "rounds" / "fgd-2020-03-26"
    ikfs.report.report(folder, only="02")
    return folder


def test_everything_is_there(made):
    target = made / "outputs" / "id-only-02"
    found = fingerprints(target)
    for name in (
        "report.html", "report.pdf", "report.docx", "record.json", "notebooks/02-content-validity.ipynb",
        "tables/aiken.csv", "figures/aiken.svg", "figures/aiken.png",
    ):  # fmt: skip
        assert name in found
    assert (target / "report.pdf").read_bytes().startswith(b"%PDF")


def test_record_tells_what_it_was_made_from(made):
    target = made / "outputs" / "id-only-02"
    record = json.loads((target / "record.json").read_text(encoding="utf-8"))
    assert record["invented"] is True
    assert record["inputs"]["answers.csv"] == hashlib.sha256((made / "answers.csv").read_bytes()).hexdigest()
    assert record["outputs"]["report.pdf"] == fingerprints(target)["report.pdf"]
    assert record["parameters"]["aiken_cutoff"] == 0.7
    assert record["packages"]["papermill"]


def test_second_run_gives_the_same_bytes_and_leaves_nothing_beside(made):
    target = made / "outputs" / "id-only-02"
    before = fingerprints(target)
    ikfs.report.report(made, only="02")
    assert fingerprints(target) == before
    assert [path.name for path in (made / "outputs").iterdir()] == ["id-only-02"]


def test_failure_leaves_the_former_report_untouched(made, monkeypatch):
    target = made / "outputs" / "id-only-02"
    before = fingerprints(target)

    def fail(*_):
        raise ChapterError("chapter 02-content-validity, section 'x': spoiled")

    monkeypatch.setattr(run, "_run_all", fail)
    with pytest.raises(ChapterError, match="spoiled"):
        ikfs.report.report(made, only="02")
    assert fingerprints(target) == before
    assert [path.name for path in (made / "outputs").iterdir()] == ["id-only-02"]


def test_bad_input_stops_before_anything_runs(made, monkeypatch, tmp_path):
    folder = tmp_path / "rounds" / "fgd-2020-03-26"
    shutil.copytree(made, folder)
    shutil.copytree(made.parent.parent / "frameworks", tmp_path / "frameworks")
    path = folder / "answers.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = lines[1].rsplit(",", 1)[0] + ",99"
    path.write_text("\n".join(lines), encoding="utf-8")
    before = fingerprints(folder / "outputs")
    monkeypatch.setattr(run, "_run_all", lambda *_: pytest.fail("a chapter ran"))
    with pytest.raises(ScaleError, match="row 2, column 'PM8'"):
        ikfs.report.report(folder)
    assert fingerprints(folder / "outputs") == before


def test_command_line_says_one_plain_message_and_exits_with_2(capsys, tmp_path):
    assert main(["report", str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ikfs: a round must be a folder that holds round.yaml")
    assert "Traceback" not in said
    assert main(["report", "fgd-2020-03-26", "-p", "alpha_cutof=.6"]) == 2
    assert "Did you mean 'alpha_cutoff'" in capsys.readouterr().err
    assert main(["report", "fgd-2020-03-26", "-p", "alpha_cutoff"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err
    assert main(["check", "fgd-2020-03-26", "-p", "drop=[KD5"]) == 2
    assert "the value must be a number, a word or a list" in capsys.readouterr().err
    assert main(["report", "fgd-2020-03-26", "-p", "language=en"]) == 2
    assert "'language' is no parameter" in capsys.readouterr().err
    assert main(["check", "fgd-2020-03-26", "-p", "n_factors=30"]) == 2
    assert "n_factors" in capsys.readouterr().err
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["report", "fgd-2020-03-26", "--output", str(tmp_path / "file")]) == 2
    assert "must be readable and writable" in capsys.readouterr().err


def test_check_and_parameters(capsys):
    assert main(["check", "fgd-2020-03-26"]) == 0
    assert "Nothing to mend" in capsys.readouterr().out
    assert main(["parameters"]) == 0
    said = capsys.readouterr().out
    assert "item_rest_cutoff: number, above 0, below 1; default 0.3" in said
    assert "[Kaiser (1974)]" in said


OPEN = """import ikfs_methods as ikfs
r = ikfs.open_round(round_folder, language=language, overrides=overrides, aiken_cutoff=aiken_cutoff)
ikfs.report.Page(r).say(r.aiken())"""


def test_overrides_reach_the_chapter(made, tmp_path, monkeypatch):
    # a project of one short chapter, which takes the cut-off by name as chapter 02 does
    home = Path(__file__).resolve().parents[2]
    shutil.copytree(home / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(home / "notebooks" / "references.bib", tmp_path / "notebooks")
    parameters = "round_folder = 'x'\nlanguage = None\nseed = None\noverrides = {}\naiken_cutoff = None\n"
    cells = [
        new_markdown_cell("# Own"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        new_code_cell(OPEN),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "notebooks" / "02-own.ipynb")
    monkeypatch.chdir(tmp_path)
    target = ikfs.report.report(
        made, only="02", formats=("html",), output=tmp_path / "out", language="en", aiken_cutoff=0.9
    )
    record = json.loads((target / "record.json").read_text(encoding="utf-8"))
    assert record["overrides"] == {"aiken_cutoff": 0.9}
    assert "cut-off 0.90" in (target / "report.html").read_text(encoding="utf-8")


def test_options_of_jupyterlab_are_passed_on(monkeypatch, capsys):
    started = []
    monkeypatch.setattr("os.execv", lambda *started_with: started.append(started_with[1]))
    main(["lab", "--no-browser", "--port=8899"])
    assert started[0][1:3] == ["-m", "jupyterlab"]
    assert started[0][-2:] == ["--no-browser", "--port=8899"]
    with pytest.raises(SystemExit) as stopped:
        main(["check", "fgd-2020-03-26", "--no-browser"])
    assert stopped.value.code == 2
    assert "unrecognized arguments: --no-browser" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error():
    program = [sys.executable, "-m", "ikfs_methods.cli", "parameters"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (0, b"")
