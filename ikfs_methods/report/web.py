"""The web page: one file with its style, its typeface and its figures inside, and no outside address."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ikfs_methods.report import fonts
from ikfs_methods.report.document import Document

Run = Callable[[str, str, Sequence[str]], None]
TEMPLATES = Path(__file__).parent / "templates"
# pandoc writes every cell of the body as <td>; those that head a row were marked by the filter
ROW_HEADER = re.compile(r'<td([^>]*?) data-header="1"([^>]*)>(.*?)</td>', re.DOTALL)
HEADER_MARK = re.compile(r'(<th[^>]*?) data-header="1"')
TAG = re.compile(r"<[^>]*>")


def make(document: Document, work: Path, run: Run) -> bytes:
    """The bytes of report.html."""
    words = document.words
    variables = {"language": document.language, "skip": words["skip"], "day": document.date.isoformat(),
                 "author": document.author}  # fmt: skip
    run(
        "html",
        "report.html",
        [
            f"--template={TEMPLATES / 'report.html'}",
            "--embed-resources", "--mathml", "--toc", "--toc-depth=2", "--wrap=none",
            *(f"--variable={name}={value}" for name, value in variables.items() if value),
        ],
    )  # fmt: skip
    page = (work / "report.html").read_text(encoding="utf-8")
    page = HEADER_MARK.sub(r"\1", ROW_HEADER.sub(r"<th\1\2>\3</th>", page))
    page = page.replace('<img role="img" aria-label="', '<img alt="')  # what pandoc makes of an embedded SVG's alt text
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + _print_notice(document.notice)
    letters = frozenset(TAG.sub("", page))
    # put in at the end, since pandoc rewrites what it embeds and the fonts are cut to the letters of the page
    page = page.replace("</head>", f"<style>\n{fonts.web_styles(letters)}\n{style}</style>\n</head>", 1)
    return page.replace("\r\n", "\n").encode("utf-8")


def _print_notice(notice: str) -> str:
    """The rule that repeats the notice at the head of every printed page."""
    text = notice.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")
    look = "font: 600 8pt 'Source Sans Pro', sans-serif; color: #9c3d00"
    return f'@media print {{ @page {{ @top-center {{ content: "{text}"; {look}; }} }} }}\n' if text else ""
