"""A round's report: its chapters run two at a time, one document made of them, everything swapped in at the end."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat

from ikfs_methods.checks import listed
from ikfs_methods.errors import ChapterError, PrivacyError
from ikfs_methods.places import output_folder, project
from ikfs_methods.report import disclosure, minutes, record, text
from ikfs_methods.report.chapters import Chapter, arguments, execute, find, set_in_cells
from ikfs_methods.report.document import Document
from ikfs_methods.report.language import Words
from ikfs_methods.report.normalise import normalise_notebook
from ikfs_methods.report.outputs import save_outputs
from ikfs_methods.report.render import FORMATS, render
from ikfs_methods.rounds import Round, open_round

# More than two kernels at a time gain nothing on two cores, and each takes some 300 MB.
WORKERS = 2
Told = Callable[[str, str], None]


def report(
    folder: str | Path,
    *,
    language: str | None = None,
    only: str | None = None,
    formats: Sequence[str] = FORMATS,
    output: str | Path | None = None,
    told: Told = lambda *_: None,
    overrides: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Path:
    """Makes the report of a round and returns its folder: report.html, .pdf, .docx, notebooks, tables, figures, record.

    A whole report of a round that tells of its meeting has the official record beside it (berita-acara.docx, .pdf).
    `only` runs the chapters whose name starts so, into a folder of its own. `overrides`, and further names, are
    parameters of the round; what the parameters cell of a chapter sets holds for all chapters of the report.
    `told(chapter, state)` hears of each chapter as it starts and ends. All inputs are checked before anything runs;
    everything is written aside and swapped in at the end, so that a former report survives any failure. Chapters run in
    a private temporary folder and come out of it only when they hold no respondent (`disclosure`); else PrivacyError.
    """
    chapters = find(only)
    given = set_in_cells(chapters) | dict(overrides or {}) | parameters
    opened = open_round(folder, language=language, overrides=given)
    name = opened.language if only is None else f"{opened.language}-only-{only}"
    home = Path(output) if output else output_folder(opened.folder)
    target = home / name
    # At the same depth as the target, so that the path from a chapter to its round stays true after the swap.
    aside = home / f".making-{name}"
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "notebooks").mkdir(parents=True)
    try:
        with tempfile.TemporaryDirectory(prefix="ikfs-") as private:
            _run_all(opened, chapters, aside, Path(private), told)
            told("report", "start")
            _bring_out(opened, chapters, aside, Path(private))
        _finish(opened, chapters, aside, formats, whole=only is None)
        told("report", "end")
        _swap(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _run_all(opened: Round, chapters: list[Chapter], aside: Path, private: Path, told: Told) -> None:
    folder = aside / "notebooks"
    where = Path(os.path.relpath(opened.folder, folder)).as_posix()
    given = dict(opened.overrides)
    midnight = dt.datetime.combine(opened.file.date, dt.time(), dt.UTC)
    # papermill changes the working folder of its process, so chapters side by side need a process each.
    pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), quiet_kernels, (int(midnight.timestamp()),))
    with pool as runners, ThreadPoolExecutor(WORKERS) as waiters:

        def one(chapter: Chapter) -> None:
            told(chapter.name, "start")
            asked = arguments(chapter, where, opened.language, given)
            try:
                runners.submit(execute, chapter, private / chapter.path.name, asked, folder).result()
            except BrokenProcessPool:
                raise ChapterError(
                    f"chapter {chapter.name} must run to its end; its process was killed, perhaps for lack of memory. "
                    "Close other programs and run the report again."
                ) from None
            except ChapterError as error:
                raise disclosure.without_respondents(error, opened) from None
            told(chapter.name, "end")

        # The last chapter imports most (the second witness), so it goes first and nobody waits for it at the end.
        waiting: set[Future[None]] = {waiters.submit(one, chapter) for chapter in reversed(chapters)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            failed = next((error for part in done if (error := part.exception())), None)
            if failed:
                for part in waiting:
                    part.cancel()
                raise failed


def quiet_kernels(moment: int) -> None:
    """Sets what the kernels of a runner's process inherit: one thread of linear algebra (same bytes), one clock.

    Rows of respondents are not displayed there. `moment` is the round's date in seconds; it runs in the runner, so that
    the caller's own settings stay as they are.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["SOURCE_DATE_EPOCH"] = str(moment)
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["MPLBACKEND"] = "agg"
    os.environ[disclosure.VARIABLE] = "1"


def _bring_out(opened: Round, chapters: list[Chapter], aside: Path, private: Path) -> None:
    """Moves the executed chapters beside the data, unless they, or files that they wrote, tell of a respondent."""
    executed = [private / chapter.path.name for chapter in chapters]
    for path in executed:
        normalise_notebook(path)
    disclosure.refuse_respondents(executed, opened)
    strange = sorted(path.name for path in (aside / "notebooks").iterdir())
    if strange:
        raise PrivacyError(
            f"chapters must write no files, since nobody has looked at what is in them; found {listed(strange)} in "
            "their working folder. Show the result with page.table or page.figure: its file is made from that."
        )
    for path in executed:
        shutil.move(path, aside / "notebooks" / path.name)


def _finish(opened: Round, chapters: list[Chapter], aside: Path, formats: Sequence[str], *, whole: bool) -> None:
    executed = [aside / "notebooks" / chapter.path.name for chapter in chapters]
    for path in executed:
        save_outputs(nbformat.read(path, as_version=4), aside, chapter=path.stem)
    render(_document(opened, tuple(executed)), aside, formats)
    signed = [name for name in formats if name in minutes.FORMATS]
    if whole and signed and opened.file.meeting is not None:
        minutes.write(opened, aside, signed)
    record.write(opened, aside, language=opened.language, chapters=[chapter.name for chapter in chapters])


def _swap(aside: Path, target: Path) -> None:
    former = target.with_name(f".former-{target.name}")
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        target.rename(former)
    aside.rename(target)
    shutil.rmtree(former, ignore_errors=True)


def _document(opened: Round, chapters: tuple[Path, ...]) -> Document:
    words, file = Words(opened.language), opened.file
    tree = opened.framework
    facts = [
        (words("Round"), opened.id),
        (words("Date"), words.date(file.date)),
        (words("Framework"), words("{name}, version {version}", name=tree.name[opened.language], version=tree.version)),
        (words("Standing"), words(tree.status)),
        (words("Answers"), words.plural("{n} respondent", "{n} respondents", opened.answers.n)),
    ]
    if opened.panel is not None:
        facts.append((words("Panel"), words.plural("{n} expert", "{n} experts", opened.panel["expert"].nunique())))
    return Document(
        chapters=chapters,
        language=opened.language,
        kicker=words("Methodology report"),
        title=file.title[opened.language],
        facts=tuple(facts),
        short_title=words("Methodology report: {name}", name=tree.name[opened.language]),
        round_id=opened.id,
        notice=text.notice(opened, words),
        footer=words("Made from round {id}, commit {commit}", id=opened.id, commit=record.commit()),
        date=file.date,
        bibliography=project() / "notebooks" / "references.bib",
    )
