"""New tables named in the text of round.yaml, and several files written as one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ikfs_methods.forms.registering import lines_of, registered
from ikfs_methods.forms.swap import write_together

NEW = {"panel": "panel.csv", "comments": "komentar ahli.csv"}
TEXTS = {
    "block": "# atas\nid: x\ninputs: # tabel\n  answers: {file: a.csv} # jawaban\n\n# bawah\nparameters: {}\n",
    "null": "inputs:\n  answers: {file: a.csv}\n  panel: null # belum ada\nparameters: {}\n",
    "nothing": "inputs:\n  answers: {file: a.csv}\n  panel:\n  retest: {file: r.csv, id: n}\nparameters: {}\n",
    "tilde": "inputs:\n    answers: {file: a.csv}\n    panel: ~\n",
    "nested": "inputs:\n  answers:\n    file: a.csv # jawaban\n    private:\n      nama: drop # ya\n\nopen: []\n",
    "list": "inputs:\n  answers:\n    file: a.csv\n    missing:\n      - 98\n      - 99\nopen: []\n",
    "flow": "inputs: {answers: {file: a.csv}}\nid: x\n",
    "flow null": "inputs: {answers: {file: a.csv}, panel: null}\nid: x\n",
    "flow lines": "inputs: {\n  answers: {file: a.csv},\n  panel: ~\n}\nid: x\n",
    "last": "id: x\ninputs:\n  answers: {file: a.csv}",
    "windows": "id: x\r\ninputs:\r\n  answers: {file: a.csv}\r\nopen: []\r\n",
    "folded": "inputs:\n  answers:\n    file: >-\n      a.csv\nopen: []\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_entries_are_added_and_everything_else_stays(tmp_path, name):
    path = tmp_path / "round.yaml"
    path.write_bytes(TEXTS[name].encode())
    made = registered(path, NEW)
    assert made is not None
    found, before = yaml.safe_load(made), yaml.safe_load(TEXTS[name])
    before["inputs"] |= {table: {"file": file} for table, file in NEW.items()}
    assert found == before
    comments = [line.partition("#")[2] for line in TEXTS[name].splitlines() if "#" in line]
    assert all(comment.encode() in made for comment in comments)
    assert made.count(b"\r\n") == (made.count(b"\n") if name == "windows" else 0)


@pytest.mark.parametrize(
    "text", ["id: x\n", "inputs: [1]\n", "inputs: {\n", "inputs: &a {answers: 1}\nb: *a\n", "\xff"]
)
def test_what_cannot_be_amended_safely_is_left_alone(tmp_path, text):
    path = tmp_path / "round.yaml"
    path.write_bytes(text.encode("latin-1"))
    assert registered(path, NEW) is None
    assert lines_of(NEW) == '  panel: {file: panel.csv}\n  comments: {file: "komentar ahli.csv"}'


def test_a_failure_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    one, other, third = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    one.write_text("lama")
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name == "c.csv":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_together({one: b"baru", other: b"baru", third: b"baru"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert one.read_text() == "lama"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("lama")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_together({tmp_path / "link.csv": b"baru"})
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "baru"
