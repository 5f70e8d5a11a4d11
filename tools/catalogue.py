"""Brings the report's catalogues up to date with the messages in the code: `make catalogues`.

New messages are added without a translation, those no longer used are taken out. English is the language of the code,
so its catalogue holds only the key words of results.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "ikfs_methods" / "report"
SPEAKING = (REPORT, ROOT / "ikfs_methods" / "forms")  # the packages that write for readers
PLURALS = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {"words": None, "self": None, "N_": None, "plural": (1, 2)}


def messages() -> dict[str | tuple[str, ...], list[str]]:
    """Every message and the modules that hold it: those marked in the code, of the parameters, of the screening."""
    sys.path.insert(0, str(ROOT))
    from ikfs_methods.answers.screening import notes  # noqa: PLC0415 - needs the path above
    from ikfs_methods.rounds import parameter_table  # noqa: PLC0415

    found: dict[str | tuple[str, ...], list[str]] = {}
    for folder in SPEAKING:
        for name, _, message, _, _ in extract_from_dir(folder, method_map=[("**.py", "python")], keywords=KEYWORDS):
            if message and message != "{n}":
                found.setdefault(message, []).append(f"ikfs_methods/{folder.name}/{Path(name).as_posix()}")
    table = parameter_table()
    for text in [*table["meaning"], *table["source"]]:
        found.setdefault(text, []).append("ikfs_methods/rounds/parameters.py")
    for text in notes.FORMS:
        found.setdefault(text, []).append("ikfs_methods/answers/screening/notes.py")
    return found


def keywords() -> set[str]:
    """The key words of results: the only messages that English has to translate."""
    from ikfs_methods.report.tables.base import KEYWORDS as words  # noqa: N811, PLC0415

    return set(words)


def updated(language: str) -> Catalog:
    """The catalogue of a language with today's messages and the translations that it had."""
    path = REPORT / "catalogues" / f"{language}.po"
    former = Catalog(locale=language)
    if path.is_file():
        with path.open("rb") as file:
            former = read_po(file, locale=language)
    fresh = Catalog(locale=language, project="ikfs-methods", charset="utf-8")
    # Babel's own table lacks Indonesian, which has one form for all numbers.
    fresh.mime_headers = [("Plural-Forms", PLURALS[language]), ("Content-Type", "text/plain; charset=utf-8")]
    wanted = keywords()
    for message, places in sorted(messages().items(), key=lambda item: (item[1][0], str(item[0]))):
        if language == "en" and message not in wanted:
            continue
        had = former.get(message if isinstance(message, str) else message[0])
        string = had.string if isinstance(had, Message) else ""
        fresh.add(message, string, locations=[(place, 0) for place in sorted(set(places))])
    return fresh


def text(catalogue: Catalog) -> bytes:
    """The catalogue as the bytes of its file."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, omit_header=True, include_lineno=False, sort_output=False)
    plural = PLURALS[str(catalogue.locale)]
    head = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return (head + f'"Plural-Forms: {plural}\\n"\n\n').encode() + out.getvalue()


def main() -> int:
    """Rewrites the catalogues; tells how many messages still lack a translation."""
    for language in ("id", "en"):
        catalogue = updated(language)
        path = REPORT / "catalogues" / f"{language}.po"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text(catalogue))
        lacking = [message.id for message in catalogue if message.id and not any(message.string or "")]
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {len(lacking)} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
