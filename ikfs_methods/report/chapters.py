"""The chapters: which notebooks they are, what parameters each declares, and one of them run by papermill."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from ikfs_methods import errors
from ikfs_methods.checks import listed
from ikfs_methods.errors import ChapterError, NotebookError, ParameterError
from ikfs_methods.places import project
from ikfs_methods.rounds.parameters import Parameters

ALWAYS = ("round_folder", "language", "seed", "overrides")
_NAME = re.compile(r"^\d\d-[a-z0-9-]+\.ipynb$")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One notebook that can be run: its path and the parameters that its tagged cell declares, with their defaults."""

    path: Path
    declared: dict[str, Any]

    @property
    def name(self) -> str:
        """File name without ending, e.g. 03-items-and-reliability."""
        return self.path.stem


def find(only: str | None = None) -> list[Chapter]:
    """The chapters in order, or those whose name starts with `only`.

    Raises NotebookError for a notebook that cannot serve as a chapter, ParameterError when `only` fits none.
    """
    folder = project() / "notebooks"
    paths = sorted(path for path in folder.glob("*.ipynb") if _NAME.match(path.name))
    chosen = [path for path in paths if only is None or path.stem.startswith(only)]
    if not chosen:
        raise ParameterError(
            f"a chapter's number or name must be given; found {only!r}. The chapters in {folder} are "
            f"{listed((path.stem for path in paths), 20)}."
        )
    return [read(path) for path in chosen]


def read(path: Path) -> Chapter:
    """The chapter in a notebook.

    Raises NotebookError when the file is no notebook, has no cell tagged `parameters` (papermill would run it on its
    own defaults without a word), or declares there something that is no parameter.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path} must be a notebook in format 4: {str(error).splitlines()[0]}.") from None
    tagged = [
        cell for cell in notebook.cells
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]  # fmt: skip
    if len(tagged) != 1:
        raise NotebookError(
            f"{path.name} must have exactly one code cell tagged `parameters`; found {len(tagged)}. Tag the cell that "
            "assigns round_folder, language and seed (in JupyterLab: property inspector, cell tags)."
        )
    declared = _assignments(tagged[0].source, path)
    known = {*ALWAYS, *Parameters.model_fields}
    strange = [name for name in declared if name not in known]
    lacking = [name for name in ALWAYS if name not in declared]
    if strange or lacking:
        raise NotebookError(
            f"{path.name}: the parameters cell must assign {listed(ALWAYS)} and may assign parameters of the round; "
            f"missing: {listed(lacking) or 'none'}; unknown: {listed(strange) or 'none'}. `ikfs parameters` lists them."
        )
    return Chapter(path, declared)


def _assignments(source: str, path: Path) -> dict[str, Any]:
    try:
        tree = ast.parse(source)
        return {
            target.id: ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
    except (SyntaxError, ValueError) as error:
        raise NotebookError(
            f"{path.name}: the parameters cell must hold plain assignments such as `seed = 1`; {error}. Correct it."
        ) from None


def set_in_cells(chapters: list[Chapter]) -> dict[str, Any]:
    """The parameters of the round that the chapters' own cells set; one report has one value of each.

    Raises NotebookError when two chapters set different values.
    """
    found: dict[str, tuple[Any, str]] = {}
    for chapter in chapters:
        own = {name: value for name, value in chapter.declared.items() if name not in ALWAYS or name == "seed"}
        for name, value in {**own, **chapter.declared["overrides"]}.items():
            if value is None:
                continue
            before, where = found.setdefault(name, (value, chapter.name))
            if before != value:
                raise NotebookError(
                    f"a report must have one value of {name}; {where} sets {before!r}, {chapter.name} sets {value!r}. "
                    "Set it in one of them, or in round.yaml."
                )
    return {name: value for name, (value, _) in found.items()}


def arguments(chapter: Chapter, round_folder: str, language: str, given: dict[str, Any]) -> dict[str, Any]:
    """What papermill injects: a parameter that the chapter declares by its name, any other under `overrides`."""
    own = {name: value for name, value in given.items() if name in chapter.declared}
    rest = {name: value for name, value in given.items() if name not in own}
    return {"round_folder": round_folder, "language": language, **own, **({"overrides": rest} if rest else {})}


def execute(chapter: Chapter, target: Path, parameters: dict[str, Any], cwd: Path | None = None) -> None:
    """Runs a chapter into `target`; the kernel's working folder is `cwd`, else the target's.

    Raises ChapterError naming chapter, section and message. The target exists only when every cell ran: a killed
    kernel leaves a file whose cells look finished, so papermill writes elsewhere first.
    """
    import papermill  # noqa: PLC0415 - seconds to import; only a run needs it
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    unfinished = target.with_suffix(".running.ipynb")
    for attempt in (1, 2):
        try:
            papermill.execute_notebook(
                chapter.path, unfinished, parameters, cwd=cwd or target.parent, progress_bar=False, log_output=False,
                kernel_name="python3", request_save_on_cell_execute=False,
                # Kernels listen on this machine only; their note about it would bury the progress.
                extra_arguments=["--IPKernelApp.log_level=50"],
            )  # fmt: skip
            break
        except PapermillExecutionError as error:
            raise ChapterError(_failure(chapter, unfinished, error)) from None
        except (RuntimeError, OSError, TimeoutError) as error:
            # A kernel that died or never answered: two started at once can race for a port, a second start settles it.
            if attempt == 2:
                raise ChapterError(
                    f"chapter {chapter.name} must run to its end; its kernel stopped: {_last_line(error)}. "
                    "Run the chapter in JupyterLab to see where."
                ) from None
    unfinished.replace(target)


def _failure(chapter: Chapter, executed: Path, error: Any) -> str:
    """Where a cell failed and what it said: an error of this package in its own words, another with its class."""
    own = hasattr(errors, error.ename)
    message = str(error.evalue).strip() if own else f"{error.ename}: {_last_line(error.evalue)}"
    return f"chapter {chapter.name}, section {_heading(executed, error.cell_index)!r}: {message}" + (
        "" if own else ". Open the chapter in JupyterLab and run it there to see the whole trace."
    )


def _heading(executed: Path, position: int) -> str:
    """The nearest heading above a cell."""
    heading = "start"
    for cell in nbformat.read(executed, as_version=4).cells[: position + 1]:
        if cell.cell_type == "markdown":
            found = re.findall(r"^#+\s+(.+?)(?:\s*\{.*\})?$", cell.source, flags=re.MULTILINE)
            heading = found[-1] if found else heading
    return heading


def _last_line(error: object) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
