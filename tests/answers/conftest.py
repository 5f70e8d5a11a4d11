"""A framework of two items, one of them reverse-keyed on a scale of its own, and files beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ikfs_methods import framework

HEAD = ",".join(framework.COLUMNS)
ROWS = (
    "I,,n,n,d,d,,,,,reflective,o,s,proposed",
    "A,I,n,n,d,d,,,,,reflective,o,s,proposed",
    "a1,A,n,n,d,d,q1,1,5,1,,o,s,unverified",
    "a2,A,n,n,d,d,q2,0,6,-1,,o,s,unverified",
)


@pytest.fixture
def pair(tmp_path: Path) -> framework.Framework:
    (tmp_path / "framework.yaml").write_text(
        "id: t\nname: {id: Uji, en: Test}\nversion: '1'\nstatus: proposed\nsource: invented\n", encoding="utf-8"
    )
    (tmp_path / "indicators.csv").write_text("\n".join([HEAD, *ROWS]) + "\n", encoding="utf-8")
    return framework.read(tmp_path)


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text into the test's folder and returns its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
