"""Makes `.venv` from requirements.lock, so that `make report` and `make test` need only Python and make.

It runs before anything is installed and therefore uses the standard library alone. A stamp inside `.venv` says which
lock, which pyproject.toml and which Python it was made from; while the stamp is right, nothing is done.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = (3, 11)
STAMP = "ikfs-stamp"
MAKING = "making"  # stands in the stamp while work goes on: finding it means that an earlier run was interrupted
SEEDS = {"pip", "setuptools", "wheel"}


class SetupError(Exception):
    """The environment could not be made; the message is meant for the user."""


class Shell:
    """Runs commands without showing their output, with a sign of life every half minute."""

    def run(self, command: list[str]) -> str:
        """What the command printed; raises SetupError with its last lines when it fails."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=child_environment(),
        )
        started = time.monotonic()
        while True:
            try:
                text, _ = process.communicate(timeout=30)
                break
            except subprocess.TimeoutExpired:
                self.say(f"still working, {time.monotonic() - started:.0f} s")
        if process.returncode:
            raise SetupError(last_lines(text) or f"{Path(command[0]).name} ended with code {process.returncode}")
        return text

    def say(self, text: str) -> None:
        """One progress line."""
        print(f"Python environment: {text}", flush=True)


def child_environment() -> dict[str, str]:
    """The user's variables without those that would lead an installer out of `.venv`."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    if has_system_certificates():
        kept.setdefault("UV_SYSTEM_CERTS", "1")  # behind an office's proxy its certificate is known to the system alone
    return kept | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }


def has_system_certificates() -> bool:
    """Whether the system trusts anyone: a bare Linux has no certificates, and uv must then use its own."""
    if sys.platform in ("win32", "darwin"):
        return True
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or (paths.capath is not None and any(Path(paths.capath).glob("*")))


def last_lines(text: str, count: int = 6) -> str:
    """The last lines that say something, for an error message."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not re.match(r"\s*(WARNING|\[notice\]|warning:)", line)]
    return "\n".join((telling or lines)[-count:])


def check_python(version: tuple[int, ...]) -> None:
    """Raises SetupError for a Python that is too old."""
    if version[:2] < OLDEST:
        found = ".".join(str(part) for part in version[:3])
        raise SetupError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; found {found} ({sys.executable}). "
            "Install a newer one, or name it: make PYTHON=python3.12 report"
        )


def venv_python(venv: Path) -> Path:
    """The interpreter inside an environment."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def digest(root: Path) -> str:
    """What an environment depends on, in one value: both files, this Python, and the place (scripts hold its path)."""
    parts = [
        (root / "requirements.lock").read_bytes(),
        (root / "pyproject.toml").read_bytes(),
        f"{platform.python_implementation()} {platform.python_version()}".encode(),
        os.fsencode(root),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def pin(lock: str, name: str) -> str:
    """The lines of one package in the lock, hashes included; raises SetupError when there are none."""
    found = re.search(rf"^{re.escape(name)}==.*(?:\n[ \t]+.*)*", lock, flags=re.MULTILINE)
    if not found:
        raise SetupError(f"requirements.lock must pin {name}; it does not. Make it again with `make lock`.")
    return found.group() + "\n"


def locked_names(lock: str) -> set[str]:
    """The packages of the lock, by normalised name."""
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, flags=re.MULTILINE)}


def normal(name: str) -> str:
    """A package name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def ensure(root: Path, shell: Shell) -> bool:
    """Makes or refreshes `.venv` when it must be; False when it was right already.

    A failed refresh leaves the old stamp, so that the environment is tried again and not made anew; a run that was
    killed leaves `making`, and the next one starts from nothing.
    """
    venv, started = root / ".venv", time.monotonic()
    stamp = venv / STAMP
    before = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    wanted = digest(root)
    if before == wanted and venv_python(venv).exists():
        return False
    refresh = usable(venv, before, shell)
    if refresh:
        shell.say("requirements.lock, pyproject.toml or Python changed, refreshing .venv")
        stamp.write_text(MAKING, encoding="utf-8")
    else:
        create(venv, interrupted=before == MAKING, shell=shell)
    try:
        install(root, venv_python(venv), shell)
    except SetupError:
        if refresh:
            stamp.write_text(before, encoding="utf-8")
        raise
    stamp.write_text(wanted, encoding="utf-8")
    count = len([*venv.glob("lib/python*/site-packages/*.dist-info"), *venv.glob("Lib/site-packages/*.dist-info")])
    shell.say(f"{count} packages ready in {time.monotonic() - started:.0f} s")
    return True


def usable(venv: Path, stamp: str, shell: Shell) -> bool:
    """Whether an environment can be refreshed: finished once, same Python, and pip is there."""
    if stamp == MAKING or not venv_python(venv).exists():
        return False
    try:
        seen = shell.run([str(venv_python(venv)), "-c", "import sys, pip; print(*sys.version_info[:2])"])
    except (SetupError, OSError):
        return False
    return seen.split() == [str(part) for part in sys.version_info[:2]]


def create(venv: Path, *, interrupted: bool, shell: Shell) -> None:
    """An empty environment in the place of whatever half-made or outdated one stands there."""
    if venv.is_symlink() or (venv.is_dir() and any(venv.iterdir()) and not is_ours(venv)):
        raise SetupError(f"{venv} must be a Python environment; something else stands there. Move it away.")
    why = " (the last run was interrupted)" if interrupted else ""
    shell.say(f"creating .venv with Python {platform.python_version()}{why}")
    try:
        if venv.exists():
            shutil.rmtree(venv)
        venv.mkdir()
        (venv / STAMP).write_text(MAKING, encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"{venv} must be writable; {error.strerror or error}. Close what uses it, or mend its rights."
        ) from error
    base = getattr(sys, "_base_executable", sys.executable)  # not the .venv's own Python, which was just removed
    try:
        shell.run([base, "-m", "venv", str(venv)])
    except SetupError as error:
        raise SetupError(
            f"`{base} -m venv` must work; it says:\n{error}\nOn Debian or Ubuntu: apt install python3-venv"
        ) from error


def is_ours(venv: Path) -> bool:
    """Whether a folder is an environment or the beginning of one, and so may be replaced."""
    return (venv / "pyvenv.cfg").is_file() or (venv / STAMP).is_file()


def install(root: Path, python: Path, shell: Shell) -> None:
    """The packages of the lock, exactly, then the project itself as editable.

    uv is several times faster; pip takes its place where uv does not run or cannot reach its index (a company's
    mirror is often configured for pip alone). Both read the same lock and refuse a file whose hash is not in it.
    """
    shell.say("installing the packages pinned in requirements.lock (a first time downloads some 250 MB)")
    try:
        with_uv(root, python, shell)
    except (SetupError, OSError) as first:
        shell.say("uv could not do it, trying pip, which takes a few minutes")
        try:
            with_pip(root, python, shell)
        except (SetupError, OSError) as second:
            raise SetupError(
                "the packages of requirements.lock must be installable; neither uv nor pip could do it.\n"
                f"uv says:\n{first}\npip says:\n{second}\n"
                "Check the network, or the package index that pip is configured for, then run the same command again."
            ) from second


def with_uv(root: Path, python: Path, shell: Shell) -> None:
    """Install by uv, itself installed by pip from its pin in the lock."""
    lock = root / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.txt"
        wanted.write_text(pin(lock.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
        shell.run([str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(wanted)])
    uv = [str(python), "-m", "uv", "pip"]
    where = ["--python", str(python)]
    shell.run([*uv, "sync", *where, "--require-hashes", "--compile-bytecode", str(lock)])
    shell.run([*uv, "install", *where, "--no-deps", "--no-build-isolation", "-e", str(root)])


def with_pip(root: Path, python: Path, shell: Shell) -> None:
    """The same by pip alone: install the lock, remove what is not in it, add the project."""
    lock = root / "requirements.lock"
    pip = [str(python), "-m", "pip"]
    shell.run([*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)])
    listing = shell.run([*pip, "list", "--format=json"])
    found = {normal(package["name"]) for package in json.loads(listing[listing.index("[") : listing.rindex("]") + 1])}
    extra = sorted(found - locked_names(lock.read_text(encoding="utf-8")) - SEEDS)
    if extra:
        shell.run([*pip, "uninstall", "--quiet", "--yes", *extra])
    shell.run([*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(root)])


def main() -> int:
    """Exit code 0, or 2 after a plain message."""
    try:
        check_python(sys.version_info[:3])
        ensure(Path(__file__).resolve().parents[1], Shell())
    except SetupError as error:
        print(f"The Python environment could not be made: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; the same command starts again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
