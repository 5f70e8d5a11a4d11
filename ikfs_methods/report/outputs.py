"""What the executed chapters hold, as files: tables at full precision, figures as SVG and PNG."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from ikfs_methods.errors import RenderError


def save_outputs(notebook: Any, folder: Path, *, chapter: str) -> list[Path]:
    """Writes tables/<label>.csv and figures/<label>.svg, .png of one executed chapter.

    Raises RenderError when two outputs carry the same label.
    """
    written: list[Path] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("ikfs", {})
            label = about.get("label", "")
            name = label.split("-", 1)[-1]
            if about.get("kind") == "table":
                written.append(_write(folder / "tables" / f"{name}.csv", about["csv"].encode(), label, chapter))
            elif about.get("kind") == "figure":
                drawing = "".join(output["data"]["image/svg+xml"]).encode()
                picture = base64.b64decode("".join(output["data"]["image/png"]))
                written.append(_write(folder / "figures" / f"{name}.svg", drawing, label, chapter))
                written.append(_write(folder / "figures" / f"{name}.png", picture, label, chapter))
    return written


def _write(path: Path, content: bytes, label: str, chapter: str) -> Path:
    if path.exists():
        raise RenderError(
            f"every label must be used once in a report; {label!r} stands again in chapter {chapter}. Rename one."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
