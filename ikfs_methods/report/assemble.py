"""Executed chapters -> the parts of one document, in order: prose, tables, figures, plain output.

The parts are plain data. Pandoc's reader in templates/chapters.lua makes the document from them, once a format.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from ikfs_methods.checks import listed
from ikfs_methods.errors import RenderError
from ikfs_methods.report.columns import lay_out
from ikfs_methods.report.document import Document, Written
from ikfs_methods.report.grid import read_grid

KINDS = ("text", "table", "figure", "banner", "absent")
LANGUAGES = ("lang-id", "lang-en")
LABELS = {"table": "tbl-", "figure": "fig-"}
REFERRED = {"tbl": "table", "fig": "figure"}
LABEL = re.compile(r"(tbl|fig)-[A-Za-z0-9][A-Za-z0-9_-]*")
REPRS = re.compile(r"<[\w.]+ (object )?at 0x[0-9a-f]+>|<Figure size .*>|<IPython\.[\w.]+ object>")
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(slots=True)
class _Assembly:
    """What is gathered while the chapters are read."""

    folder: Path
    language: str
    labels: dict[str, str] = field(default_factory=dict)  # label -> chapter
    absent: list[str] = field(default_factory=list)  # labels of results whose input the round lacks
    counts: dict[str, int] = field(default_factory=lambda: {"table": 0, "figure": 0})
    images: int = 0


def assemble(document: Document, folder: Path) -> dict[str, Any]:
    """The document as plain data for the reader; the images are written into `folder`.

    Raises RenderError, which names the chapter, for a file that is no notebook, a chapter without a level-1 heading,
    an output whose marks are incomplete, and a label that is missing, malformed or used twice.
    """
    gathered = _Assembly(folder, document.language)
    chapters: list[dict[str, Any]] = []
    for path in document.chapters:
        if isinstance(path, Written):
            chapters.append({"name": path.name, "parts": [dict(part) for part in path.parts]})
            continue
        parts = [part for cell in _cells(path) for part in _cell_parts(cell, path.stem, gathered)]
        if not any(part["kind"] == "prose" and re.search(r"^(# |<h1)", part["text"], re.MULTILINE) for part in parts):
            raise RenderError(
                f"a chapter must have a level-1 heading (`# ...`) in a Markdown cell; chapter {path.stem} has none in "
                f"language {document.language!r}. Add one."
            )
        chapters.append({"name": path.stem, "parts": parts})
    parts = [part for chapter in chapters for part in chapter["parts"]]
    absent = dict.fromkeys(gathered.absent, f"({document.words['absent']})")
    numbers = {part["label"]: f"{document.words[part['kind']]} {part['number']}" for part in parts if part.get("label")}
    for part in parts:
        if part["kind"] == "prose":
            part["text"] = _with_references(part["text"], absent)
        elif part.get("alt"):
            part["alt"] = _spoken(_with_references(part["alt"], absent | numbers), document.words)
    return {
        "language": document.language,
        "words": document.words,
        "references_title": document.references_title,
        "chapters": chapters,
        "facts": [{"key": key, "value": value} for key, value in document.facts],
        "notice": document.notice,
        "kicker": document.kicker,
        "toc_title": document.toc_title,
        "form": document.form,
        "below": list(document.below),
    }


def _with_references(text: str, told: Mapping[str, str]) -> str:
    """The text with references to these labels told in words; others stay and must resolve."""
    for label, words in told.items():
        text = re.sub(rf"\[-?@{re.escape(label)}\]|@{re.escape(label)}(?![\w-])", words, text)
    return text


def _spoken(text: str, words: Mapping[str, str]) -> str:
    """An alternative text, in which nothing becomes a link: a label that the report lacks gives way to its kind."""
    return re.sub(r"@(tbl|fig)-\w+(?:-\w+)*", lambda found: words[REFERRED[found[1]]].lower(), text)


def _cells(path: Path) -> list[Mapping[str, Any]]:
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise RenderError(
            f"a chapter must be an executed notebook; not found: {path}. Run the chapter first."
        ) from error
    except (OSError, UnicodeDecodeError, ValueError, nbformat.ValidationError) as error:
        detail = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RenderError(
            f"chapter {path.stem} must be a notebook (.ipynb); {path} cannot be read: {detail}."
        ) from error
    return list(notebook.cells)


def _cell_parts(cell: Mapping[str, Any], chapter: str, gathered: _Assembly) -> Iterator[dict[str, Any]]:
    tags = cell["metadata"].get("tags", [])
    other = [tag for tag in tags if tag in LANGUAGES and tag != f"lang-{gathered.language}"]
    if other and f"lang-{gathered.language}" not in tags:
        return
    if cell["cell_type"] == "markdown":
        if cell["source"].strip():
            yield {"kind": "prose", "text": _with_attachments(cell, gathered)}
    elif cell["cell_type"] == "code" and "injected-parameters" not in tags:
        for output in cell["outputs"]:
            mark = output.get("metadata", {}).get("ikfs")
            yield from _marked(output, mark, chapter, gathered) if mark else _unmarked(output, chapter, gathered)


def _marked(output: Any, mark: Mapping[str, Any], chapter: str, gathered: _Assembly) -> Iterator[dict[str, Any]]:
    kind = mark.get("kind")
    if kind not in KINDS:
        raise RenderError(f"an output's kind must be one of {listed(KINDS)}; chapter {chapter} has {kind!r}.")
    data = output.get("data", {})
    if kind == "absent":
        gathered.absent.append(str(mark.get("label", "")))
    elif kind == "text":
        yield {"kind": "prose", "text": _need(data, "text/markdown", mark, chapter)}
    elif kind == "table":
        labels = _labels(mark, chapter, gathered)
        grids = read_grid(_need(data, "text/html", mark, chapter))
        if len(grids) != 1 or not (grids[0].head or grids[0].body):
            raise RenderError(
                f"the output {labels['label']} of chapter {chapter} must hold one HTML table; found {len(grids)}."
            )
        yield {**labels, **lay_out(grids[0])}
    elif kind == "figure":
        labels = _labels(mark, chapter, gathered)
        alt = str(mark.get("alt") or mark.get("caption") or "")
        vector = _image(_need(data, "image/svg+xml", mark, chapter), "svg", chapter, gathered)
        raster = _image(_need(data, "image/png", mark, chapter), "png", chapter, gathered)
        yield {**labels, "alt": alt, "vector": vector, "raster": raster}


def _need(data: Mapping[str, Any], kind: str, mark: Mapping[str, Any], chapter: str) -> str:
    if kind not in data:
        raise RenderError(
            f"the {mark['kind']} {mark.get('label', '')} of chapter {chapter} must carry {kind}; "
            f"found {listed(sorted(data)) or 'nothing'}."
        )
    return str(data[kind])


def _labels(mark: Mapping[str, Any], chapter: str, gathered: _Assembly) -> dict[str, Any]:
    kind, label, caption = str(mark["kind"]), str(mark.get("label") or ""), str(mark.get("caption") or "").strip()
    if not (LABEL.fullmatch(label) and label.startswith(LABELS[kind])):
        raise RenderError(
            f"the label of a {kind} must be {LABELS[kind]} with letters, figures, - or _ after it; "
            f"chapter {chapter} has {label!r} (caption {caption!r})."
        )
    if label in gathered.labels:
        raise RenderError(
            f"labels must be unique in a report; {label} stands in chapter {gathered.labels[label]} "
            f"and again in chapter {chapter}. Rename one of them."
        )
    if not caption:
        raise RenderError(f"every {kind} must have a caption; {label} of chapter {chapter} has none.")
    gathered.labels[label] = chapter
    gathered.counts[kind] += 1
    note = str(mark.get("note") or "").strip()
    return {"kind": kind, "label": label, "caption": caption, "note": note, "number": gathered.counts[kind]}


def _unmarked(output: Any, chapter: str, gathered: _Assembly) -> Iterator[dict[str, Any]]:
    if output["output_type"] == "stream":
        if output["name"] == "stdout" and output["text"].strip():
            yield {"kind": "plain", "text": ANSI.sub("", output["text"]).rstrip()}
        return
    if output["output_type"] == "error":
        raise RenderError(
            f"every cell of a chapter must have run; chapter {chapter} holds an error: "
            f"{output.get('ename', '')}: {ANSI.sub('', str(output.get('evalue', '')))[:200]}. Run the chapter again."
        )
    data = output.get("data", {})
    pictures = [kind for kind in IMAGES if kind in data]
    if pictures:
        names = {IMAGES[kind]: _image(data[kind], IMAGES[kind], chapter, gathered) for kind in pictures}
        vector = names.get("svg") or names.get("png") or names["jpg"]
        raster = names.get("png") or names.get("jpg") or names["svg"]
        alt = REPRS.sub("", str(data.get("text/plain", ""))).strip()
        yield {"kind": "figure", "alt": alt, "vector": vector, "raster": raster}
    elif "text/html" in data:
        grids = read_grid(data["text/html"])
        yield from ({"kind": "table", **lay_out(grid)} for grid in grids)
        if not grids:
            yield {"kind": "html", "text": data["text/html"]}
    elif "text/markdown" in data or "text/latex" in data:
        yield {"kind": "prose", "text": data.get("text/markdown") or data["text/latex"]}
    else:
        text = str(data.get("text/plain", "")).strip()
        if text and not REPRS.fullmatch(text):
            yield {"kind": "plain", "text": text}


def _image(content: str, suffix: str, chapter: str, gathered: _Assembly) -> str:
    """Name of the file in the folder; numbered in order, so that the same chapters give the same names."""
    gathered.images += 1
    name = f"image-{gathered.images:03d}.{suffix}"
    text = content if isinstance(content, str) else "".join(content)
    try:
        data = text.encode("utf-8") if suffix == "svg" else base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError) as error:
        raise RenderError(f"an image of chapter {chapter} cannot be read ({error}). Run the chapter again.") from error
    (gathered.folder / name).write_bytes(data)
    return name


def _with_attachments(cell: Mapping[str, Any], gathered: _Assembly) -> str:
    """The prose, with pictures that were pasted into the cell written out as files."""
    text = str(cell["source"])
    for name, forms in cell.get("attachments", {}).items():
        kind = next((kind for kind in IMAGES if kind in forms), None)
        if kind:
            text = text.replace(f"attachment:{name}", _image(forms[kind], IMAGES[kind], "of the prose", gathered))
    return text
