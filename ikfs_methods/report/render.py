"""Chapters -> report.html, report.pdf, report.docx: one document, one pandoc run a format."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import pypandoc

from ikfs_methods.checks import one_of
from ikfs_methods.errors import RenderError
from ikfs_methods.report import pdf, web, word
from ikfs_methods.report.assemble import assemble
from ikfs_methods.report.document import Document

FORMATS = ("html", "pdf", "docx")
LAST_WORDS = re.compile(r"<<ikfs:(.*?)>>", re.DOTALL)
LOST = re.compile(r"Could not fetch resource [‘'\"]?([^\s:’'\"]+)")
TRACE = re.compile(r"stack traceback:| in function |^\s*\[C\]")


def render(
    document: Document, folder: str | Path, formats: Sequence[str] = FORMATS, *, name: str = "report"
) -> dict[str, Path]:
    """The document in each of the formats, as files `name`.* in the folder (made where it is missing): format -> path.

    The same document gives the same bytes: the only clock is `document.date`. Raises RenderError for chapters that
    cannot be assembled (see `assemble`), for an unresolved reference or citation, and for what pandoc or typst refuses;
    ParameterError for an unknown format. Nothing is written unless all formats succeed.
    """
    for asked in formats:
        one_of(asked, FORMATS, name="format")
    with tempfile.TemporaryDirectory(prefix="ikfs-report-") as place:
        work = Path(place)
        data = _data(document, work)
        (work / "report.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        run = partial(run_pandoc, document=document, work=work)
        makers = {"html": web.make, "pdf": pdf.make, "docx": word.make}
        # pandoc and typst work outside the interpreter, so that the formats are made side by side
        with ThreadPoolExecutor(max_workers=len(FORMATS)) as pool:
            running = {asked: pool.submit(makers[asked], document, work, run) for asked in formats}
            made = {asked: task.result() for asked, task in running.items()}
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = {}
    for asked, content in made.items():
        paths[asked] = target / f"{name}.{asked}"
        paths[asked].write_bytes(content)
    return paths


def run_pandoc(to: str, output: str, options: Sequence[str], *, document: Document, work: Path) -> None:
    """One run of pandoc in the work folder, from the parts to `output`; a RenderError holds its last useful line."""
    templates = resources.files("ikfs_methods.report") / "templates"
    with resources.as_file(templates) as place:
        command = [
            pypandoc.get_pandoc_path(), "report.json", "--from", str(place / "chapters.lua"), "--to", to,
            "--output", output, "--lua-filter", str(place / "formats.lua"), "--citeproc", "--standalone", *options,
        ]  # fmt: skip
        settings = {**os.environ, "SOURCE_DATE_EPOCH": str(document.moment), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(  # noqa: S603  (a fixed program with arguments of our own)
            command, cwd=work, env=settings, capture_output=True, text=True, encoding="utf-8", check=False
        )
    own, lost = LAST_WORDS.search(done.stderr), LOST.search(done.stderr)
    if own:
        raise RenderError(" ".join(own[1].split()))
    if lost:
        raise RenderError(
            f"a picture of the prose must be pasted into its cell or come from code; not found: {lost[1]}. "
            "Paste it into the Markdown cell, which then holds it as an attachment."
        )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and not TRACE.search(line)]
        raise RenderError(
            f"pandoc could not make {output} from the chapters (exit code {done.returncode}): "
            f"{lines[-1] if lines else 'no message'}"
        )


def _data(document: Document, work: Path) -> dict[str, Any]:
    data = assemble(document, work)
    data.update(
        title=document.title,
        short_title=document.short_title,
        round_id=document.round_id,
        footer=document.footer,
        lang=document.locale,
        date=document.date.isoformat(),
        bibliography=str(document.bibliography.resolve()) if document.bibliography else "",
    )
    return data
