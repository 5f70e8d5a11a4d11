"""pyproject.toml is the one source: lock and conda file follow from it, and the environment tool knows when to act."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = ("jupyterlab", "pandas", "statsmodels", "factor-analyzer", "seaborn", "papermill", "pingouin")


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


environment = tool("environment")
lock = tool("lock")
clean = tool("clean")
PROJECT = lock.read_project(ROOT)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def direct() -> list[Requirement]:
    """What pyproject.toml asks for, dev group included."""
    return [Requirement(line) for line in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]]


def pins() -> dict[str, list[str]]:
    """Versions of the lock by package: more than one where platforms differ."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK, flags=re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


# --- what is locked ---


def test_the_lock_is_of_this_pyproject() -> None:
    assert LOCK.startswith(lock.heading(PROJECT)), "pyproject.toml changed: run `make lock`"


def test_the_digest_moves_with_any_requirement() -> None:
    before = lock.requirements_digest(PROJECT)
    changed = PROJECT | {"project": PROJECT["project"] | {"dependencies": [*PROJECT["project"]["dependencies"], "x"]}}
    assert lock.requirements_digest(changed) != before
    changed = PROJECT | {"dependency-groups": {"dev": PROJECT["dependency-groups"]["dev"][1:]}}
    assert lock.requirements_digest(changed) != before
    assert lock.requirements_digest(PROJECT | {"tool": {}}) == before


@pytest.mark.parametrize("requirement", direct(), ids=str)
def test_every_requirement_is_met_by_its_pins(requirement: Requirement) -> None:
    versions = pins().get(canonicalize_name(requirement.name), [])
    assert versions
    assert [version for version in versions if version not in requirement.specifier] == []


def test_every_pin_has_hashes() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.split("\n", 2)[2].rstrip())
    assert len(blocks) == sum(len(versions) for versions in pins().values())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_names_no_index() -> None:
    assert [line for line in LOCK.splitlines() if "://" in line or re.match(r"\s*(-i\b|-f\b|--(?!hash))", line)] == []


def test_what_users_were_promised_is_a_dependency() -> None:
    assert set(REQUIRED) <= {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}


# --- what conda users get ---


def test_the_conda_file_is_what_the_generator_makes() -> None:
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == lock.conda_environment(PROJECT)


def test_the_conda_file_covers_every_dependency() -> None:
    entries = yaml.safe_load(lock.conda_environment(PROJECT))["dependencies"]
    by_pip = entries[-1]["pip"]
    named = {Requirement(line).name for line in [*entries[:-1], *by_pip] if not line.startswith("-e")}
    assert {Requirement(line).name for line in PROJECT["project"]["dependencies"]} | set(lock.TEST_TOOLS) <= named
    assert by_pip[-1] == "-e ."
    assert set(lock.FROM_PIP).isdisjoint(Requirement(line).name for line in entries[:-1])


# --- what the README promises ---


def test_the_commands_of_the_readme_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert named[:2] == ["report", "test"]
    assert [target for target in named if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)] == []


@pytest.mark.parametrize("requirement", direct(), ids=str)
def test_contributing_says_why_each_dependency_is_here(requirement: Requirement) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.partition("## Dependencies")[2].splitlines() if line.startswith("|")]
    named = {canonicalize_name(name) for row in rows for name in re.findall(r"[\w.-]+", row)}
    assert canonicalize_name(requirement.name) in named


# --- when the environment tool acts ---


class FakeShell:
    """Records commands; makes the interpreter that `python -m venv` would make; fails where told."""

    def __init__(self, failing: tuple[str, ...] = (), version: tuple[int, int] = sys.version_info[:2]) -> None:
        self.commands: list[str] = []
        self.said: list[str] = []
        self.failing = failing
        self.version = version

    def run(self, command: list[str]) -> str:
        line = " ".join(command)
        self.commands.append(line)
        for word in self.failing:
            if word in line:
                raise environment.SetupError(f"no {word}")
        if " -m venv " in line:
            python = environment.venv_python(Path(command[-1]))
            python.parent.mkdir(parents=True)
            python.touch()
        if "import sys, pip" in line:
            return "{} {}\n".format(*self.version)
        if "pip list" in line:
            return 'noise\n[{"name": "pip"}, {"name": "Pandas"}, {"name": "left_over"}]\n'
        return ""

    def say(self, text: str) -> None:
        self.said.append(text)

    def ran(self, words: str) -> bool:
        return any(words in line for line in self.commands)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(
        "# heading\nPandas==3.0 \\\n    --hash=sha256:aa\n"
        "uv==0.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\nuvx==1\n",
        encoding="utf-8",
    )
    return tmp_path


def stamp(root: Path) -> str:
    return Path(root, ".venv", environment.STAMP).read_text(encoding="utf-8")


def test_it_is_made_once_and_then_left_alone(root: Path) -> None:
    first, second = FakeShell(), FakeShell()
    assert environment.ensure(root, first)
    assert first.ran("-m venv")
    assert first.ran("--require-hashes")
    assert stamp(root) == environment.digest(root)
    assert not environment.ensure(root, second)
    assert second.commands == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_refreshes_it(root: Path, name: str) -> None:
    environment.ensure(root, FakeShell())
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    again = FakeShell()
    assert environment.ensure(root, again)
    assert not again.ran("-m venv")
    assert again.ran("pip sync")
    assert stamp(root) == environment.digest(root)


def test_another_python_makes_it_anew(root: Path) -> None:
    environment.ensure(root, FakeShell())
    (root / ".venv" / environment.STAMP).write_text("of another python", encoding="utf-8")
    again = FakeShell(version=(3, 2))
    assert environment.ensure(root, again)
    assert again.ran("-m venv")


def test_an_interrupted_one_is_made_anew(root: Path) -> None:
    with pytest.raises(environment.SetupError):
        environment.ensure(root, FakeShell(failing=("uv", "pip install")))
    assert stamp(root) == environment.MAKING
    (root / ".venv" / "half").touch()
    again = FakeShell()
    assert environment.ensure(root, again)
    assert not (root / ".venv" / "half").exists()
    assert any("interrupted" in line for line in again.said)


def test_a_failed_refresh_keeps_the_environment(root: Path) -> None:
    environment.ensure(root, FakeShell())
    before = stamp(root)
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(environment.SetupError, match=r"neither uv nor pip could do it[\s\S]*Check the network"):
        environment.ensure(root, FakeShell(failing=("uv", "pip install")))
    assert stamp(root) == before != environment.digest(root)
    again = FakeShell()
    assert environment.ensure(root, again)
    assert not again.ran("-m venv")


def test_an_environment_without_pip_is_made_anew(root: Path) -> None:
    environment.ensure(root, FakeShell())
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    again = FakeShell(failing=("import sys, pip",))
    assert environment.ensure(root, again)
    assert again.ran("-m venv")


def test_pip_takes_the_place_of_uv_and_removes_what_is_not_locked(root: Path) -> None:
    shell = FakeShell(failing=(" uv pip sync",))
    assert environment.ensure(root, shell)
    assert shell.ran(f"--require-hashes -r {root / 'requirements.lock'}")
    assert [line.split("--yes ")[1] for line in shell.commands if "uninstall" in line] == ["left-over"]
    assert shell.commands[-1].endswith(f"--no-build-isolation -e {root}")


def test_a_folder_that_is_no_environment_is_not_touched(root: Path) -> None:
    (root / ".venv").mkdir()
    (root / ".venv" / "mine.txt").touch()
    with pytest.raises(environment.SetupError, match="something else stands there"):
        environment.ensure(root, FakeShell())
    assert (root / ".venv" / "mine.txt").exists()


def test_a_python_without_venv_is_told_what_to_install(root: Path) -> None:
    with pytest.raises(environment.SetupError, match=r"no -m venv[\s\S]*apt install python3-venv"):
        environment.ensure(root, FakeShell(failing=("-m venv",)))


def test_an_old_python_is_refused_in_plain_words() -> None:
    with pytest.raises(environment.SetupError, match=r"Python 3\.11 or newer is needed; found 3\.9\.2"):
        environment.check_python((3, 9, 2))
    environment.check_python((3, 11, 0))
    environment.check_python((4, 0, 0))


def test_the_pin_of_a_package_comes_with_all_its_hashes(root: Path) -> None:
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    assert environment.pin(text, "uv") == "uv==0.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    with pytest.raises(environment.SetupError, match="must pin ruff"):
        environment.pin(text, "ruff")
    assert environment.pin(LOCK, "uv").count("==") == 1
    assert environment.locked_names(LOCK) == set(pins())


def test_the_shell_reports_the_last_lines_of_a_failure() -> None:
    code = "import sys; print('WARNING: noise'); print('cause'); sys.exit(3)"
    with pytest.raises(environment.SetupError, match=r"^cause$"):
        environment.Shell().run([sys.executable, "-c", code])
    assert environment.Shell().run([sys.executable, "-c", "print('fine')"]) == "fine\n"


def test_a_child_does_not_see_pythonpath(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.sep)
    code = "import os; print(os.environ.get('PYTHONPATH'))"
    assert environment.Shell().run([sys.executable, "-c", code]) == "None\n"


def test_clean_leaves_sources_data_and_the_outputs_readme(tmp_path: Path) -> None:
    gone = [
        ".venv/x",
        "outputs/round/id/report.html",
        "ikfs_methods/__pycache__/a.pyc",
        ".mypy_cache/x",
        "tests/__pycache__/b",
    ]
    stays = ["outputs/README.md", "data/rounds/r/answers.csv", "ikfs_methods/a.py", ".git/build/x"]
    for name in [*gone, *stays]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    clean.clean(tmp_path)
    assert [name for name in gone if (tmp_path / name).exists()] == []
    assert [name for name in stays if not (tmp_path / name).exists()] == []
