"""Microdata stay out of git: the check is run in repositories made for it, where each fault is planted."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NEEDED = (
    ".gitignore",
    ".githooks/pre-commit",
    "tools/microdata.py",
    "ikfs_methods/__init__.py",
    "ikfs_methods/privacy/__init__.py",
    "ikfs_methods/privacy/patterns.py",
)
# put together here, so that this file does not hold what it looks for
NIK = "320101" + "150190" + "0002"
PHONE = "0812" + "34987265"
MAIL = "ani.suryani" + "@" + "contoh.go.id"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Clone:
    """A small repository with the check in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        named = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "core.safecrlf=false"]
        return subprocess.run(
            ["git", *named, *arguments],  # noqa: S607
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def tool(self, *arguments: str) -> tuple[int, str]:
        # -S: no installed package can be imported, as before any environment is made
        done = subprocess.run(
            [sys.executable, "-S", "tools/microdata.py", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def write(self, path: str, content: str | bytes) -> str:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def stage(self, path: str, content: str | bytes) -> str:
        self.write(path, content)
        assert self.git("add", "--force", path).returncode == 0
        return path


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path)
    for path in NEEDED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    made.git("init", "--quiet")
    assert made.tool("--update") == (0, "")
    made.git("add", "--all")
    assert made.tool("--staged") == (0, "")
    assert made.git("commit", "--quiet", "-m", "start").returncode == 0
    assert made.tool() == (0, "")
    return made


@pytest.mark.parametrize(
    "path",
    [
        "data/rounds/fgd/answers.csv",
        "data/rounds/fgd/DATA.SAV",
        "data/rounds/fgd/answers.txt",
        "data/rounds/fgd/answers.xlsx",
        "tests/formats/answers.dta",
        "tests/reference/answers.json",
        "answers.parquet",
        "susenas.dbf",
        "notes/list.zip",
        "a b.csv",
    ],
)
def test_an_unlisted_data_file_is_ignored_and_refused_when_forced(clone, path):
    clone.write(path, "a,b\n1,2\n")
    clone.git("add", "--all")
    assert path not in clone.git("ls-files", "-z").stdout.split("\0")
    clone.stage(path, "a,b\n1,2\n")
    code, said = clone.tool("--staged")
    assert code == 1
    assert f"microdata: {path}: a data file that data/COMMITTED.csv does not list. Real answers stay outside" in said
    assert f"python tools/microdata.py --update {path}" in said
    assert clone.tool()[0] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"$FL2@(#) SPSS DATA FILE",
        b"PAR1 x",
        b"<stata_dta><header>",
        b"SQLite format 3\0",
        b"PK\x03\x04x",
        b"\xd0\xcf\x11\xe0",
    ],
)
def test_a_data_file_is_known_by_its_beginning(clone, content):
    clone.stage("docs/page.bin", content)
    code, said = clone.tool("--staged")
    assert (code, "docs/page.bin: a data file that" in said) == (1, True)


def test_a_listed_file_passes_until_it_changes(clone):
    path = clone.write("data/rounds/fgd/answers.csv", "a,b\n1,2\n")
    code, said = clone.tool("--update", path)
    assert (code, "say what it is and where it is from: --kind invented" in said) == (1, True)
    assert clone.tool("--update", path, "--kind", "invented", "--origin", "typed, for a test") == (
        0,
        f"listed: {path} (invented)\n",
    )
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert (clone.root / "data/COMMITTED.csv").read_text(encoding="utf-8") == (
        f'path,kind,origin,sha256\n{path},invented,"typed, for a test",{digest}\n'
    )
    # listed, it is no longer ignored
    clone.git("add", "--all")
    assert path in clone.git("ls-files").stdout.split()
    assert clone.tool("--staged") == (0, "")
    clone.git("commit", "--quiet", "-m", "listed")
    clone.stage(path, "a,b\n1,3\n")
    code, said = clone.tool("--staged")
    assert (code, f"{path}: changed since data/COMMITTED.csv listed it. Look at it, then" in said) == (1, True)
    assert clone.tool("--update", path)[0] == 0
    clone.git("add", "--all")
    assert clone.tool("--staged") == (0, "")
    assert clone.tool() == (0, "")


def test_a_folder_is_listed_with_what_is_known_of_it_and_gone_files_are_taken_off(clone):
    for name in ("answers.csv", "answers.xlsx", "README.md"):
        clone.write(f"tests/formats/{name}", "a,b\n1,2\n")
    code, said = clone.tool()
    assert code == 1
    assert "tests/formats/answers.csv: not listed in data/COMMITTED.csv, so that git leaves it out" in said
    assert clone.tool("--update", "tests") == (
        0,
        "listed: tests/formats/answers.csv (invented)\nlisted: tests/formats/answers.xlsx (invented)\n",
    )
    assert clone.tool() == (0, "")
    (clone.root / "tests/formats/answers.xlsx").unlink()
    code, said = clone.tool()
    assert (code, "answers.xlsx: listed, but not there. Take it off the list" in said) == (1, True)
    assert clone.tool("--update", "tests/formats/answers.xlsx") == (
        0,
        "taken off the list: tests/formats/answers.xlsx\n",
    )
    assert clone.tool() == (0, "")
    code, said = clone.tool("--update", "tests/none.csv")
    assert (code, "tests/none.csv: not there, and not listed" in said) == (1, True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"catatan: {NIK}\n", "a NIK or family-card number in line 2"),
        (f"x,{NIK},1\n", "a NIK or family-card number in line 2"),
        (f"hubungi {PHONE} segera\n", "an Indonesian phone number in line 2"),
        (f"5,{PHONE},1\n", "an Indonesian phone number in line 2"),
        (f"kirim ke {MAIL}\n", "an e-mail address in line 2"),
    ],
)
def test_personal_data_in_any_text_are_refused_without_being_shown(clone, text, what):
    clone.stage("docs/notes.md", f"first line\n{text}")
    code, said = clone.tool("--staged")
    assert code == 1
    assert f"docs/notes.md: it seems to hold {what}. Replace it by one that is plainly invented" in said
    assert not any(value in said for value in (NIK, PHONE, MAIL))
    clone.git("commit", "--quiet", "-m", "unchecked")
    assert clone.tool()[0] == 1


def test_personal_data_in_a_workbook_or_in_utf_16_keep_it_off_the_list(clone):
    path = clone.root / "tests" / "formats" / "answers.xlsx"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>x</t></si><si><t>{PHONE}</t></si></sst>")
    code, said = clone.tool("--update", "tests/formats/answers.xlsx")
    assert (code, "not listed, for it seems to hold an Indonesian phone number in xl/sharedStrings.xml" in said) == (
        1,
        True,
    )
    clone.stage("notes.md", f"surel {MAIL}\n".encode("utf-16"))
    assert "notes.md: it seems to hold an e-mail address in line 1" in clone.tool("--staged")[1]


@pytest.mark.parametrize(
    "text",
    [
        "nobody@example.org, saya@contoh.example, x@example.co.id, git@github.com\n",
        "0812" + "00000001 and +62 812 " + "3456 7890\n",
        "320199" + "150190" + "0001\n",  # no subdistrict is numbered 99
        "0.0812345678901234 10.1177/0013164485451012 2020-03-26T10:30:00 08-12-2020 10:30\n",
        "values@phi.T @ x; loadings@weights.to_numpy()\n",
    ],
)
def test_what_is_plainly_invented_or_no_person_passes(clone, text):
    clone.stage("docs/notes.md", text)
    assert clone.tool("--staged") == (0, "")


def test_the_staged_content_counts_not_the_file(clone):
    clone.stage("docs/notes.md", f"{PHONE}\n")
    clone.write("docs/notes.md", "removed from the file, still staged\n")
    assert clone.tool("--staged")[0] == 1
    clone.git("add", "docs/notes.md")
    assert clone.tool("--staged") == (0, "")


def test_outputs_and_notebooks_with_outputs_are_refused(clone):
    clone.stage("outputs/fgd/id/record.txt", "x\n")
    clone.stage("notebooks/01.ipynb", '{"cells": [{"cell_type": "code", "outputs": [{"text": "R001"}]}]}')
    clone.stage("notebooks/02.ipynb", '{"cells": [{"cell_type": "code", "outputs": []}, {"cell_type": "markdown"}]}')
    code, said = clone.tool("--staged")
    assert code == 1
    assert "outputs/fgd/id/record.txt: what is made under outputs/ is never committed" in said
    assert "notebooks/01.ipynb: 1 of its cells hold outputs, which may show answers" in said
    assert "02.ipynb" not in said


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a.csv,real,x," + "0" * 64, "its kind must be one of invented, published, reference, framework, notes"),
        ("a.csv,invented,," + "0" * 64, "its origin must be said"),
        ("a.csv,invented,x,0", "its sha256 must be 64 hex digits"),
    ],
)
def test_a_faulty_list_is_told(clone, line, fault):
    clone.write("a.csv", "x\n")
    clone.write("data/COMMITTED.csv", f"path,kind,origin,sha256\n{line}\n")
    assert f"microdata: data/COMMITTED.csv, row 2 (a.csv): {fault}" in clone.tool()[1]
    clone.write("data/COMMITTED.csv", "path,sha\n")
    assert "must have the columns path, kind, origin, sha256; found path, sha" in clone.tool()[1]


def test_the_exceptions_of_gitignore_follow_the_list(clone):
    ignore = clone.root / ".gitignore"
    ignore.write_text(ignore.read_text(encoding="utf-8").replace("# end of the list", "!/x.csv\n# end of the list"))
    assert "its exceptions must be those of data/COMMITTED.csv" in clone.tool()[1]
    assert clone.tool("--update") == (0, "")
    assert clone.tool() == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="the hook is a shell script")
def test_the_hook_stops_the_commit(clone):
    assert os.access(ROOT / ".githooks" / "pre-commit", os.X_OK)
    clone.git("config", "core.hooksPath", ".githooks")  # what `make hooks` does
    clone.stage("answers.csv", "a,b\n1,2\n")
    refused = clone.git("commit", "-m", "with answers")
    assert refused.returncode != 0
    assert "answers.csv: a data file that data/COMMITTED.csv does not list" in refused.stderr
    clone.git("rm", "--cached", "--quiet", "answers.csv")
    clone.stage("docs/notes.md", "nothing personal\n")
    assert clone.git("commit", "-m", "without").returncode == 0


def test_make_knows_the_hooks_and_the_check():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\t@git config core.hooksPath .githooks\n" in makefile
    assert "$(BIN)/python tools/microdata.py" in makefile


def test_sources_without_a_repository_are_not_checked(clone):
    shutil.rmtree(clone.root / ".git")
    clone.environment["GIT_CEILING_DIRECTORIES"] = str(clone.root.parent)
    code, said = clone.tool()
    assert (code, said.startswith("microdata: not checked: ")) == (0, True)
    assert clone.tool("--staged")[0] == 1


def test_all_that_is_tracked_here_is_listed():
    command = ["git", "-c", "safe.directory=*", "ls-files"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("no repository here")
    listed = (ROOT / "data" / "COMMITTED.csv").read_text(encoding="utf-8")
    paths = [path for path in tracked.stdout.split("\n") if path.endswith(".csv") and path != "data/COMMITTED.csv"]
    assert paths
    assert [path for path in paths if f"\n{path}," not in listed] == []
