"""What tests share: the shipped round, and copies of it that may be spoiled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# One thread of linear algebra: two test processes share two cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set
import pandas as pd  # noqa: E402

from ikfs_methods.framework import Framework  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = "fgd-2020-03-26"


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    """The invented pilot with all its columns, the reverse-worded PS8 turned, gaps kept."""
    answers = pd.read_csv(ROOT / "tests" / "reference" / "pilot.csv")
    return answers.assign(PS8=6 - answers["PS8"])


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


@pytest.fixture
def tree() -> Callable[..., Framework]:
    """Makes a framework from (code, parent, scale_min, scale_max) rows; a dimension has no scale."""

    def make(*rows: tuple[Any, ...], **settings: Any) -> Framework:
        full = [row if len(row) == 4 else (*row, np.nan, np.nan) for row in rows]
        nodes = pd.DataFrame(full, columns=["code", "parent", "scale_min", "scale_max"]).set_index("code")
        return Framework("test", {"id": "uji", "en": "test"}, "1", "proposed", "", nodes, **settings)

    return make


@pytest.fixture
def small(tree: Callable[..., Framework]) -> Framework:
    """Two dimensions with two and one indicator, answers 1 to 5."""
    return tree(("I", ""), ("X", "I"), ("Y", "I"), ("x1", "X", 1, 5), ("x2", "X", 1, 5), ("y1", "Y", 1, 5))
