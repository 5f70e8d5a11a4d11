"""The typeface inside the Word file, so that the measured tables fit on machines that do not have it."""

from __future__ import annotations

import uuid
from itertools import cycle

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from ikfs_methods.report import fonts

FALLBACK = "Calibri"
FACES = {"embedRegular": "Regular", "embedBold": "Semibold", "embedItalic": "It"}
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
# Latin, Greek, punctuation, minus, inequalities, arrows: what people who edit the report are likely to type
RANGES = ((0x20, 0x17F), (0x370, 0x3FF), (0x2000, 0x2030), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2265),
          (0x25A0, 0x25CF), (0x2713, 0x2718))  # fmt: skip


def embed(word: WordDocument) -> None:
    """Embeds the faces, mixed with a key as ISO/IEC 29500-1, 17.8.1 asks, and names the typeface to fall back on."""
    table = next((part for part in word.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml"), None)
    if table is None:
        return
    entries = []
    for number, (tag, style) in enumerate(FACES.items(), 1):
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"{fonts.FAMILY}/{style}")
        face = Part(
            PackURI(f"/word/fonts/font{number}.odttf"), CONTENT_TYPE, mixed(fonts.word_font(style, RANGES), key)
        )
        link = table.relate_to(face, RELATIONSHIP_TYPE.FONT)
        entries.append(f'<w:{tag} r:id="{link}" w:fontKey="{{{str(key).upper()}}}"/>')
    spaces = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    entry = (
        f'<w:font {spaces} w:name="{fonts.FAMILY}"><w:altName w:val="{FALLBACK}"/><w:family w:val="swiss"/>'
        f"{''.join(entries)}</w:font>"
    )
    table._blob = table.blob.replace(b"</w:fonts>", f"{entry}</w:fonts>".encode("ascii"))  # noqa: SLF001  (no public way)
    flag = OxmlElement("w:embedTrueTypeFonts")
    settings = word.settings.element
    first = next(
        (child for child in settings if child.tag not in {qn("w:writeProtection"), qn("w:view"), qn("w:zoom")}), None
    )
    if first is None:
        settings.append(flag)
    else:
        first.addprevious(flag)


def mixed(font: bytes, key: uuid.UUID) -> bytes:
    """The font, its first 32 bytes combined (exclusive or) with the key read backwards; done twice it is undone."""
    backwards = key.bytes[::-1]
    head = bytes(byte ^ part for byte, part in zip(font[:32], cycle(backwards), strict=False))
    return head + font[32:]
