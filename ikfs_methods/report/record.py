"""record.json: what a report was made from and with, so that it can be made again and compared."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from ikfs_methods.places import project
from ikfs_methods.rounds import Round, views

# What computes or renders; the rest of the environment is fixed by the lock.
PACKAGES = (
    "ikfs-methods", "babel", "factor-analyzer", "jupyterlab", "matplotlib", "numpy", "pandas", "papermill", "pingouin",
    "pypandoc-binary", "python-docx", "scipy", "seaborn", "statsmodels", "typst",
)  # fmt: skip


def commit() -> str:
    """The project's commit, with `+` when files differ from it, or `unknown` outside a clone."""
    home = project()
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],  # noqa: S607 - git from the path
            cwd=home, capture_output=True, text=True, check=True, timeout=20,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip()


def write(opened: Round, folder: Path, *, language: str, chapters: list[str]) -> Path:
    """Writes record.json beside the outputs: commit, parameters, versions, SHA-256 of every input and output."""
    record: dict[str, Any] = {
        "round": opened.id,
        "language": language,
        "date": opened.file.date.isoformat(),
        "invented": opened.file.invented is not None,
        "commit": commit(),
        "chapters": chapters,
        "parameters": opened.parameters.model_dump(),
        "overrides": dict(opened.overrides),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "inputs": {row["file"]: row["sha256"] for row in views.input_files(opened).table.to_dict("records")},
        "outputs": {
            str(path.relative_to(folder).as_posix()): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    place = folder / "record.json"
    place.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return place
