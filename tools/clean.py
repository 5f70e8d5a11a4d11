"""Removes what can be made again: the environment, the outputs and the caches. Data and sources stay."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AT_THE_TOP = (".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "build", "dist")
ANYWHERE = ("__pycache__", ".ipynb_checkpoints")
KEPT_OUTPUT = "README.md"


def clean(root: Path) -> list[Path]:
    """Removes them under `root` and returns what was removed."""
    found = [root / name for name in AT_THE_TOP]
    if (root / "outputs").is_dir():
        found += [path for path in (root / "outputs").iterdir() if path.name != KEPT_OUTPUT]
    for top in sorted(path for path in root.iterdir() if path.is_dir() and path.name not in (".git", *AT_THE_TOP)):
        found += [path for path in (top, *top.rglob("*")) if path.name in ANYWHERE]
    removed = []
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            removed.append(path)
        elif path.exists() or path.is_symlink():
            path.unlink()
            removed.append(path)
    return removed


if __name__ == "__main__":
    for path in clean(ROOT):
        print(f"removed {path.relative_to(ROOT)}")
