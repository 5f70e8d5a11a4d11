"""The one typeface of the report, from the wheel `font-source-sans-pro`: files, text widths, and cut-down copies."""

from __future__ import annotations

import base64
import importlib.util
import io
import shutil
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

FAMILY = "Source Sans Pro"
STYLES = {
    "Regular": (400, "normal"),
    "It": (400, "italic"),
    "Semibold": (600, "normal"),
    "SemiboldIt": (600, "italic"),
    "Bold": (700, "normal"),
}
WEB_STYLES = {"Regular": "400", "It": "400", "Semibold": "600 800"}
ALWAYS = frozenset(map(chr, range(0x20, 0x7F)))


def font_folder() -> Path:
    """Folder of the bundled font files (found without importing the package, which would warn about its loader)."""
    return _package_folder("font_source_sans_pro") / "files"


def copy_fonts(folder: Path) -> Path:
    """The fonts that the page description may use, in a folder of their own, so that nothing else is ever taken.

    DejaVu Sans (from matplotlib) only fills in for symbols that the typeface lacks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for style in STYLES:
        shutil.copyfile(font_folder() / f"SourceSansPro-{style}.otf", folder / f"SourceSansPro-{style}.otf")
    symbols = _package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        shutil.copyfile(symbols / name, folder / name)
    return folder


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in points, at `size` points, figures all of one width."""
    advances, standard = _advances("Semibold" if bold else "Regular")
    return size * sum(advances.get(ord(letter), standard) for letter in text)


@lru_cache(maxsize=8)
def web_styles(letters: frozenset[str]) -> str:
    """CSS `@font-face` rules that hold the typeface itself, cut down to ASCII and the letters that the page uses.

    The SIL Open Font License allows this embedding; the cut takes a third of a second and saves a megabyte a page.
    """
    codes = tuple(sorted(map(ord, letters | ALWAYS)))
    return "\n".join(
        f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; font-style: {STYLES[style][1]}; "
        f"src: url(data:font/woff;base64,{_web_font(style, codes)}) format('woff'); }}"
        for style, weight in WEB_STYLES.items()
    )


@cache
def _advances(style: str) -> tuple[dict[int, float], float]:
    """Advance by code point in units of the type size, and the one to assume for a letter that is lacking."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a chapter draws without it

    with TTFont(font_folder() / f"SourceSansPro-{style}.ttf", lazy=True) as font:
        units, metrics, letters = font["head"].unitsPerEm, font["hmtx"].metrics, font.getBestCmap()
        return {code: metrics[name][0] / units for code, name in letters.items()}, 0.6


@cache
def word_font(style: str, ranges: tuple[tuple[int, int], ...]) -> bytes:
    """A face as TrueType, cut down to the ranges of code points (kerning left out, which Word seldom applies)."""
    return _cut(style, [code for first, last in ranges for code in range(first, last + 1)], flavor=None, features=[])


def _web_font(style: str, codes: tuple[int, ...]) -> str:
    # figures are of one width by default in this typeface, so that kerning is the only feature needed
    return base64.b64encode(_cut(style, codes, flavor="woff", features=["kern"])).decode("ascii")


def _cut(style: str, codes: Iterable[int], *, flavor: str | None, features: list[str]) -> bytes:
    from fontTools import subset  # noqa: PLC0415 - half a second to import, only a report needs it
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = subset.Options(layout_features=features, hinting=False, notdef_outline=True)
    with TTFont(font_folder() / f"SourceSansPro-{style}.ttf", recalcTimestamp=False, lazy=True) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=codes)
        cutter.subset(font)
        font.flavor = flavor
        file = io.BytesIO()
        font.save(file)
    return file.getvalue()


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"the package {name} is not installed; install the project's requirements.")
    return Path(found.origin).parent
