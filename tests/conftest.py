"""What tests share: the shipped round, and copies of it that may be spoiled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

# One thread of linear algebra: two test processes share two cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = "fgd-2020-03-26"


@pytest.fixture
def round_copy(tmp_path: Path) -> Path:
    """A copy of the shipped round with its framework, at the same distance from each other."""
    for part in ("frameworks/ikfs", f"rounds/{SHIPPED}"):
        shutil.copytree(ROOT / "data" / part, tmp_path / part)
    return tmp_path / "rounds" / SHIPPED


@pytest.fixture
def spoil(round_copy: Path) -> Callable[[str, str, str], Path]:
    """Replaces a text in a file of the copied round (which must hold it) and returns the round's folder."""

    def change(file: str, old: str, new: str) -> Path:
        path = round_copy / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return round_copy

    return change
