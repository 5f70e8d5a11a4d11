"""Where the project's notebooks, data and outputs are, and where a round's report goes."""

from __future__ import annotations

from pathlib import Path

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import InputFileError

# The package is installed from the project's folder (editable), so that users edit the very notebooks that run.
_BESIDE_THE_PACKAGE = Path(__file__).resolve().parent.parent


def project() -> Path:
    """The project's folder: the nearest one above the working folder with notebooks/ and data/, else the package's.

    Raises InputFileError when neither holds the project.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, _BESIDE_THE_PACKAGE):
        if (folder / "notebooks").is_dir() and (folder / "data" / "frameworks").is_dir():
            return folder
    raise InputFileError(
        f"the project's folder (with notebooks/ and data/) must be the working folder or above it; looked from {here}. "
        "Change to the folder of the clone."
    )


def round_folder(name: str | Path) -> Path:
    """The folder of a round, given as a folder or as the name of a shipped round.

    Raises InputFileError when it holds no round.yaml, naming the shipped rounds.
    """
    given = Path(name)
    if (given / "round.yaml").is_file():
        return given.resolve()
    shipped = project() / "data" / "rounds"
    if (shipped / given / "round.yaml").is_file():
        return (shipped / given).resolve()
    known = sorted(path.parent.name for path in shipped.glob("*/round.yaml"))
    raise InputFileError(
        f"a round must be a folder that holds round.yaml, or the name of a shipped round ({listed(known)}); "
        f"found neither at {str(name)!r}.{did_you_mean(str(name), known)}"
    )


def output_folder(folder: Path) -> Path:
    """Where the reports of a round go: outputs/<round>/ for a shipped one, outputs/ inside the folder for another."""
    home = project()
    if folder.parent == home / "data" / "rounds":
        return home / "outputs" / folder.name
    return folder / "outputs"
