"""Makes requirements.lock and environment.yml from pyproject.toml, the one place where dependencies are named.

`python tools/lock.py` keeps the versions that are locked already; `--upgrade` takes the newest that are allowed.
Neither file names a package index, so that each installation uses the index of its own configuration.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEADING = "# Made by `make lock` from pyproject.toml; not edited by hand.\n# requirements sha256:"
# Packages that conda-forge lacks, or has as something else (its typst is the program, not the Python module).
FROM_PIP = ("font-source-sans-pro", "pypandoc-binary", "typst")
# What `pytest` needs beyond the package itself; linters and type stubs are for the lock's environment only.
TEST_TOOLS = ("hypothesis", "pytest", "pytest-xdist")


def read_project(root: Path) -> dict[str, Any]:
    """pyproject.toml as a dictionary."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def requirement_name(requirement: str) -> str:
    """The package's name in a requirement such as `pandas>=3.0,<4`."""
    found = re.match(r"[A-Za-z0-9][\w.-]*", requirement)
    if not found:
        raise ValueError(f"a requirement must begin with a package's name; found {requirement!r}.")
    return found.group()


def requirements_digest(project: dict[str, Any]) -> str:
    """SHA-256 of what the lock is computed from: the Python range, the dependencies and the dev group."""
    parts = {
        "python": project["project"]["requires-python"],
        "dependencies": sorted(project["project"]["dependencies"]),
        "dev": sorted(project["dependency-groups"]["dev"]),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def heading(project: dict[str, Any]) -> str:
    """The two first lines of the lock."""
    return f"{HEADING}{requirements_digest(project)}\n"


def conda_environment(project: dict[str, Any]) -> str:
    """environment.yml: what conda-forge has from conda, the rest and the project itself by pip."""
    dependencies = project["project"]["dependencies"]
    dev = {requirement_name(line): line for line in project["dependency-groups"]["dev"]}
    conda = [line for line in dependencies if requirement_name(line) not in FROM_PIP]
    conda += [dev[name] for name in TEST_TOOLS]
    by_pip = [line for line in dependencies if requirement_name(line) in FROM_PIP]
    lines = [
        "# Made by `make lock` from pyproject.toml; not edited by hand.",
        "name: ikfs",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        f'  - "python{project["project"]["requires-python"]}"',
        *(f'  - "{line}"' for line in sorted(conda)),
        "  - pip",
        "  - pip:",
        *(f'      - "{line}"' for line in sorted(by_pip)),
        "      - -e .",
    ]
    return "\n".join(lines) + "\n"


def write_lock(root: Path, *, upgrade: bool) -> None:
    """requirements.lock by uv: for every platform and Python of the range, each file with its hashes."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    lock = root / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "requirements.lock"
        if lock.is_file():
            shutil.copyfile(lock, draft)  # uv keeps the versions it finds in its output file
        command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
        command += ["--no-annotate", "--no-header", "--group", "dev", "pyproject.toml", "--output-file", str(draft)]
        subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=root, check=True)
        pins = "".join(
            line
            for line in draft.read_text(encoding="utf-8").splitlines(keepends=True)
            if not line.lstrip().startswith("#")
        )
    lock.write_text(heading(read_project(root)) + pins, encoding="utf-8", newline="\n")


def main() -> int:
    """Writes both files; exit code 2 when no solution exists (uv has then said why)."""
    parser = argparse.ArgumentParser(description="Make requirements.lock and environment.yml from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    upgrade = parser.parse_args().upgrade
    try:
        write_lock(ROOT, upgrade=upgrade)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        print(f"requirements.lock could not be made and stays as it was: {error}", file=sys.stderr)
        return 2
    (ROOT / "environment.yml").write_text(conda_environment(read_project(ROOT)), encoding="utf-8", newline="\n")
    print("requirements.lock and environment.yml are made from pyproject.toml.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
