"""The rules of the house: each lists faults, is shown to find a planted one, and is then asked of the repository."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ikfs_methods

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "ikfs_methods"

# Imports run downwards only: a line may import what stands above it. CONTRIBUTING.md shows the same list.
ORDER = (
    "errors",
    "result",
    "checks",
    "labels",
    "places",
    "yamlfile",
    "reading",
    "privacy",
    "framework",
    "answers",
    "correlation",
    "factor",
    "reliability",
    "validity",
    "survey",
    "weighting",
    "index",
    "robustness",
    "witness",
    "evidence",
    "rounds",
    "report",
    "forms",
    "cli",
)
HEAVY = ("numpy", "pandas", "scipy", "sklearn", "matplotlib", "statsmodels", "pydantic", "yaml", "papermill")
MADE = {".git", ".venv", ".hypothesis", ".ipynb_checkpoints", "__pycache__", "outputs", "build", "dist"}

# Written so that this file does not contain what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w./:-])(?:/(?:root|work|home|Users)/\w|[A-Z]:\\Users\\)"),
    "a package registry's host": re.compile(
        r"pypi\.org|pythonhosted\.org|conda\.anaconda\.org|repo\.anaconda\.com|registry\.npmjs|crates\.io|"
        r"https?://\S+(?:/simple\b|\.whl\b|\.tgz\b|/packages/)"
    ),
}


def imported(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, also inside functions; `package` resolves relative imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "import_module"):
            name = node.args[0]
            known = name.values[0] if isinstance(name, ast.JoinedStr) else name  # f"ikfs_methods.report.{...}"
            yield node.lineno, str(known.value) if isinstance(known, ast.Constant) else "ikfs_methods.(computed)"


def import_faults(package: Path) -> list[str]:
    """Imports that run upwards, and modules that the order does not name; the package's own __init__ is lazy."""
    faults = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts == ("__init__",):
            continue
        if parts[0] not in ORDER:
            faults.append(f"{path.name}: {parts[0]} is not in the order of the house")
            continue
        here = ORDER.index(parts[0])
        for line, name in imported(ast.parse(path.read_text(encoding="utf-8")), (package.name, *parts[:-1])):
            head, _, rest = name.partition(".")
            unit = rest.partition(".")[0]
            if head == package.name and unit not in ("__version__", *ORDER[: here + 1]):
                faults.append(f"{'/'.join(parts)}:{line} imports {unit or package.name}")
    return faults


def undocumented(tree: ast.Module) -> list[str]:
    """Public functions, classes and methods without a docstring."""
    faults = []
    owners: list[tuple[str, ast.Module | ast.ClassDef]] = [("", tree)]
    for prefix, owner in owners:
        for node in owner.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None and "overload" not in map(ast.unparse, node.decorator_list):
                faults.append(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                owners.append((f"{prefix}{node.name}.", node))
    return faults


def text_faults(text: str) -> list[str]:
    """What a committed text may not hold."""
    return [f"{what}: {found.group()!r}" for what, pattern in FORBIDDEN.items() if (found := pattern.search(text))]


def notebook_faults(notebook: dict[str, Any]) -> list[str]:
    """What keeps a notebook from being a chapter: outputs, counts, functions, no single parameters cell."""
    faults = []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        faults.append(f"{len(tagged)} cells tagged parameters")
    for number, cell in enumerate(code, 1):
        if cell["outputs"] or cell["execution_count"] is not None:
            faults.append(f"code cell {number} is saved with its output")
        if re.search(r"^\s*(def|class) ", "".join(cell["source"]), flags=re.MULTILINE):
            faults.append(f"code cell {number} defines a function or class")
    return faults


def fragment_faults(name: str, text: str) -> list[str]:
    """A news fragment is named by topic and kind and says which numbers move."""
    faults = []
    if not re.fullmatch(r"[a-z0-9-]+\.(method|numbers|report|fix|house)\.md", name):
        faults.append("its name must be topic.kind.md, kind one of method, numbers, report, fix, house")
    if not re.search(r"^Numbers: \S", text, flags=re.MULTILINE):
        faults.append("it must have a line `Numbers: none` or `Numbers: what moves, from what to what`")
    return faults


def texts() -> Iterator[tuple[Path, str]]:
    """The repository's text files, without what is made from them."""
    for top in sorted(ROOT.iterdir()):
        for path in sorted(top.rglob("*")) if top.is_dir() and top.name not in MADE else [top]:
            inside = path.relative_to(ROOT).parts
            if not path.is_file() or MADE & set(inside) or any(part.endswith("_cache") for part in inside):
                continue
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


@pytest.mark.parametrize(
    ("place", "line", "fault"),
    [
        ("checks.py", "from ikfs_methods import factor", "checks:1 imports factor"),
        ("factor/rotation.py", "def f():\n    import ikfs_methods.rounds.round", "factor/rotation:2 imports rounds"),
        ("factor/rotation.py", "from ..index import build", "factor/rotation:1 imports index"),
        ("factor/__init__.py", "from .. import report", "factor/__init__:1 imports report"),
        ("factor/a.py", "import importlib\nimportlib.import_module('ikfs_methods.cli')", "factor/a:2 imports cli"),
        ("factor/a.py", "import_module(f'ikfs_methods.index.{x}')", "factor/a:1 imports index"),
        ("factor/a.py", "import_module(name)", "factor/a:1 imports (computed)"),
        ("factor/a.py", "import ikfs_methods", "factor/a:1 imports ikfs_methods"),
        ("misc.py", "import os", "misc.py: misc is not in the order of the house"),
    ],
)
def test_an_upward_import_is_found(tmp_path: Path, place: str, line: str, fault: str) -> None:
    planted = tmp_path / "ikfs_methods" / place
    planted.parent.mkdir(parents=True)
    planted.write_text(line, encoding="utf-8")
    assert import_faults(tmp_path / "ikfs_methods") == [fault]


def test_imports_run_downwards() -> None:
    assert import_faults(PACKAGE) == []


def test_the_order_names_what_exists() -> None:
    assert [name for name in ORDER if not ((PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file())] == []


def test_contributing_shows_the_same_order() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- order -->\n```text\n(.*?)```", text, flags=re.DOTALL)
    assert shown is not None
    assert tuple(line.split()[0].rstrip("/").removesuffix(".py") for line in shown.group(1).splitlines()) == ORDER


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, ikfs_methods; print([name for name in {HEAVY} if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert seen.stdout.strip() == "[]"
    # the same question, where the answer is known: a submodule does load pandas
    code = code.replace("ikfs_methods;", "ikfs_methods.checks;")
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "'pandas'" in seen.stdout


def test_a_chapter_loads_no_machinery_of_notebooks() -> None:
    # nbformat alone takes three seconds, and each chapter of each report would wait for it in its own kernel
    code = "import sys, ikfs_methods.report; ikfs_methods.report.Page; print('nbformat' in sys.modules)"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert seen.stdout.strip() == "False"


@pytest.mark.parametrize("name", ikfs_methods.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(ikfs_methods, name) is not None


def test_a_missing_docstring_is_found() -> None:
    tree = ast.parse('def f():\n    "Said."\nclass R:\n    def g(self): ...\ndef _h(): ...\n')
    assert undocumented(tree) == ["R", "R.g"]


def test_public_names_have_docstrings() -> None:
    faults = {
        str(path.relative_to(ROOT)): missing
        for path in sorted(PACKAGE.rglob("*.py"))
        if (missing := undocumented(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert faults == {}


@pytest.mark.parametrize(
    "text",
    [
        "open('" + "/ro" + "ot/data.csv')",
        "see " + "/ho" + "me/ani/x",
        "C:" + "\\Users\\ani",
        "--index-url https://mirror.example/" + "simple",
        "https://files.python" + "hosted.org/x",
    ],
)
def test_a_machine_path_or_registry_is_found(text: str) -> None:
    assert len(text_faults(text)) == 1


def test_addresses_of_sources_are_no_machine_paths() -> None:
    assert text_faults("https://example.go.id/home/page and data/home/x.csv and a simple https://x.example/page") == []


def test_no_text_names_a_machine_path_or_registry() -> None:
    read = {str(path.relative_to(ROOT)): text_faults(text) for path, text in texts()}
    assert {"pyproject.toml", "requirements.lock", ".ci/run", "tests/test_house.py"} <= set(read)
    assert {name: faults for name, faults in read.items() if faults} == {}


def test_a_faulty_notebook_is_found() -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": ["x = 1"],
    }
    tagged = cell | {"metadata": {"tags": ["parameters"]}}
    assert notebook_faults({"cells": [tagged, cell]}) == []
    assert notebook_faults({"cells": [cell]}) == ["0 cells tagged parameters"]
    assert notebook_faults({"cells": [tagged, cell | {"outputs": [{}]}]}) == ["code cell 2 is saved with its output"]
    assert notebook_faults({"cells": [tagged | {"execution_count": 1}]}) == ["code cell 1 is saved with its output"]
    assert notebook_faults({"cells": [tagged, cell | {"source": ["x = 1\n", "def f(): ..."]}]}) == [
        "code cell 2 defines a function or class"
    ]


def test_notebooks_are_chapters() -> None:
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert paths, "the report is made of the notebooks in notebooks/; none was found"
    faults = {path.name: notebook_faults(json.loads(path.read_text(encoding="utf-8"))) for path in paths}
    assert {name: found for name, found in faults.items() if found} == {}
    assert [path.name for path in paths if not re.fullmatch(r"\d\d-[a-z-]+\.ipynb", path.name)] == []


def test_a_faulty_news_fragment_is_found() -> None:
    assert fragment_faults("kendall-w.method.md", "Kendall's W.\nNumbers: none\n") == []
    assert len(fragment_faults("kendall-w.md", "Kendall's W.\nNumbers: none\n")) == 1
    assert len(fragment_faults("kendall-w.fix.md", "Kendall's W.\nNumbers:\n")) == 1


def test_news_fragments_say_which_numbers_move() -> None:
    paths = sorted(path for path in (ROOT / "changes").iterdir() if path.name != "README.md")
    faults = {path.name: fragment_faults(path.name, path.read_text(encoding="utf-8")) for path in paths}
    assert {name: found for name, found in faults.items() if found} == {}
