"""Several files written as one: all of them, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_together(files: Mapping[Path, bytes]) -> None:
    """Writes the files aside, then puts each in its place; on a failure every file is as it was before.

    Raises OSError as the system gave it, after the former state is back.
    """
    aside: list[tuple[Path, Path]] = []
    former: list[tuple[Path, bytes | None]] = []
    try:
        for path, content in files.items():
            place = path.resolve()  # what a link points to is written, and the link stays
            aside.append((_beside(place, content), place))
        for made, place in aside:
            before = place.read_bytes() if place.exists() else None
            made.replace(place)
            former.append((place, before))
    except BaseException:
        for place, before in reversed(former):
            if before is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(before)
        raise
    finally:
        for made, _ in aside:
            made.unlink(missing_ok=True)


def _beside(place: Path, content: bytes) -> Path:
    """A file with that content in the same folder, with the rights of the one that it is to replace."""
    number, name = tempfile.mkstemp(prefix=".ikfs-", dir=place.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        made = Path(name)
        if place.exists():
            shutil.copymode(place, made)
        else:
            mask = os.umask(0)
            os.umask(mask)
            made.chmod(0o666 & ~mask)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
