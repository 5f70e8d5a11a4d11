"""Rounds whose forms came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from filled_forms import ASKED, fill, tables_of

from ikfs_methods import forms


@pytest.fixture
def few(round_copy: Path) -> Path:
    """The copied round with two experts: what holds for two holds for twelve, in a sixth of the time."""
    (round_copy / "experts.csv").write_text("expert,institution\nE01,statistika\nE05,psikologi\n", encoding="utf-8")
    return round_copy


@pytest.fixture
def asking(round_copy: Path) -> Path:
    """The copied round, which asks for all that its tables hold."""
    path = round_copy / "round.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("parameters: {}\n", f"{ASKED}parameters: {{}}\n", 1), encoding="utf-8")
    return round_copy


@pytest.fixture
def handed(asking: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes forms for some experts of the copied round, filled from its tables, and takes those tables away."""

    def make(experts: Iterable[str] = ("E01", "E02"), *, keep: bool = False) -> Path:
        tables = tables_of(asking)
        chosen = list(experts)
        listing = tables["experts"][tables["experts"]["expert"].isin(chosen)]
        listing.to_csv(asking / "experts.csv", index=False)
        made = forms.make_forms(asking, output=tmp_path / "forms")
        for expert in chosen:
            fill(made.files[expert], tables, expert, asking / "returned" / f"{expert}.xlsx")
        for name in () if keep else ("panel", "judgements", "budget", "best_worst", "comments"):
            (asking / f"{name}.csv").unlink()
        return asking

    return make
