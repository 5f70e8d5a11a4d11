"""Keeps microdata out of git: only data files that data/COMMITTED.csv lists may be committed, and no personal data.

    python tools/microdata.py                      all tracked files (`make check`)
    python tools/microdata.py --staged             what the next commit would hold (.githooks/pre-commit, `make hooks`)
    python tools/microdata.py --update PATH ...    after looking at it: lists a file, or the data files of a folder

Standard library only, so that the hook runs before any environment is made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ikfs_methods.privacy import patterns

LIST = "data/COMMITTED.csv"
FIELDS = ("path", "kind", "origin", "sha256")
KINDS = ("invented", "published", "reference", "framework", "notes")
IGNORE = ".gitignore"
BEGIN, END = "# listed in data/COMMITTED.csv (tools/microdata.py --update)", "# end of the list"

ENDINGS = frozenset(
    """
    .7z .arrow .csv .db .dbf .dta .feather .geojson .gz .h5 .jsonl .ndjson .npy .npz .ods .orc .parquet .pickle .pkl
    .por .rar .rda .rdata .rds .sas7bdat .sav .sqlite .sqlite3 .tab .tsv .xls .xlsb .xlsm .xlsx .xpt .zip .zsav
    """.split()  # noqa: SIM905
)
# Text of these endings is data where data are kept, and a program's own file elsewhere.
HERE_TOO = frozenset({".dat", ".json", ".txt", ".xml"})
PLACES = ("data", "tests")
# What data files begin with, whatever they are called.
BEGINNINGS = (
    b"$FL2",
    b"$FL3",
    b"<stata_dta>",
    b"PAR1",
    b"SQLite format 3",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"ARROW1",
)
GUESSED = {
    "tests/formats/": ("invented", "the 200 invented answers of tests/formats/answers.csv"),
    "tests/reference/": ("reference", "tests/reference/README.md"),
    "data/reference/": ("reference", "data/reference/README.md"),
    "data/frameworks/": ("framework", "data/README.md"),
}
NEEDED = ("tests", "data/reference", "data/frameworks")
# E-mail addresses of domains that are kept for examples (RFC 2606, RFC 6761), and numbers that nobody has: a
# subdistrict 99, a run of five zeros, a run of counting.
INVENTED_MAIL = re.compile(r"(?:^git@)|@(?:[\w-]+\.)*(?:example(?:\.\w+)*|invalid|test|localhost)$", re.IGNORECASE)
INVENTED_NUMBER = re.compile(r"00000|1234567")
LARGEST_MEMBER = 50_000_000
TEXT_MEMBERS = (".xml", ".csv", ".txt", ".json")


class MicrodataError(Exception):
    """The check cannot be made; the message is meant for the user."""


@dataclass(frozen=True)
class Entry:
    """One line of the list."""

    path: str
    kind: str
    origin: str
    sha256: str


def git(root: Path, *arguments: str) -> bytes:
    """What git printed; raises MicrodataError when it fails."""
    # It only reads, so that a checkout may belong to another user, as it does in containers.
    command = ["git", "-c", "safe.directory=*", *arguments]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise MicrodataError("git was not found; install it to know what is tracked") from None
    if done.returncode:
        raise MicrodataError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


def names(listing: bytes) -> list[str]:
    """Paths of a listing that ends each with NUL."""
    return sorted(name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name)


def is_data(path: str, content: bytes) -> bool:
    """Whether a file is one that could hold records: by its ending, or by how it begins."""
    place = PurePosixPath(path)
    ending = place.suffix.lower()
    named = ending in ENDINGS or (ending in HERE_TOO and place.parts[0] in PLACES)
    return path != LIST and (named or content.startswith(BEGINNINGS))


def read_list(text: str) -> tuple[dict[str, Entry], list[str]]:
    """The entries by path, and what is wrong with the list."""
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != FIELDS:
        return {}, [
            f"{LIST} must have the columns {', '.join(FIELDS)}; found {', '.join(reader.fieldnames or ['none'])}"
        ]
    entries, faults = {}, []
    for number, row in enumerate(reader, 2):
        entry = Entry(*(row[field] or "" for field in FIELDS))
        wrong = [
            *(["its path is listed twice"] if entry.path in entries else []),
            *([f"its kind must be one of {', '.join(KINDS)}"] if entry.kind not in KINDS else []),
            *(["its origin must be said"] if not entry.origin.strip() else []),
            *(["its sha256 must be 64 hex digits"] if not re.fullmatch("[0-9a-f]{64}", entry.sha256) else []),
        ]
        faults += [f"{LIST}, row {number} ({entry.path}): {fault}" for fault in wrong]
        entries[entry.path] = entry
    return entries, faults


def write_list(entries: Iterable[Entry]) -> str:
    """The list as text, sorted by path."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows((e.path, e.kind, e.origin, e.sha256) for e in sorted(entries, key=lambda entry: entry.path))
    return stream.getvalue()


def ignored(text: str, paths: Iterable[str]) -> str:
    """The text of .gitignore with its list of exceptions made new."""
    lines = text.splitlines()
    if BEGIN in lines and END in lines:
        lines = lines[: lines.index(BEGIN)] + lines[lines.index(END) + 1 :]
    listed = ["!/" + re.sub(r"([][*?!# ])", r"\\\1", path) for path in sorted({*paths, LIST})]
    return "\n".join([*lines, BEGIN, *listed, END]) + "\n"


def persons(content: bytes) -> Iterator[str]:
    """What in a file looks like a person's data: kind and line, never the value."""
    for where, written in texts(content):
        text = patterns.plain(written)
        found: list[tuple[str, re.Match[str]]] = [
            *(("a NIK or family-card number", match) for match in patterns.identity_numbers(text)),
            *(("a civil servant's number", match) for match in patterns.civil_servant_numbers(text)),
            *(("an Indonesian phone number", match) for match in patterns.phones(text)),
            *(("an e-mail address", match) for match in patterns.EMAIL.finditer(text) if "@" in text),
        ]
        for what, match in sorted(found, key=lambda item: item[1].start()):
            if not is_invented(what, match.group()):
                yield f"{what} in {where}line {text.count(chr(10), 0, match.start()) + 1}"


def is_invented(what: str, value: str) -> bool:
    """Whether a value shows on its face that nobody has it."""
    if "mail" in what:
        return bool(INVENTED_MAIL.search(value))
    number = patterns.digits(value)
    return bool(INVENTED_NUMBER.search(number)) or ("NIK" in what and number[4:6] == "99")


def texts(content: bytes) -> Iterator[tuple[str, str]]:
    """The texts in a file: itself, or the members of a workbook or document; nothing of another binary file."""
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.infolist():
                    if member.file_size <= LARGEST_MEMBER and member.filename.endswith(TEXT_MEMBERS):
                        parted = re.sub(rb"<[^>]*>", b"\n", archive.read(member))
                        yield f"{member.filename}, ", parted.decode("utf-8", "replace")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
            return
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "", content.decode("utf-16", "replace")
    elif b"\0" not in content[:8192]:
        yield "", content.decode("utf-8", "replace")


def notebook_faults(content: bytes) -> list[str]:
    """A notebook with outputs, which can show answers."""
    try:
        cells = json.loads(content)["cells"]
    except (ValueError, KeyError, TypeError):
        return ["it is no notebook"]
    count = sum(bool(cell.get("outputs")) for cell in cells)
    return [f"{count} of its cells hold outputs, which may show answers. Clear them before committing"] if count else []


def file_faults(path: str, content: bytes, entries: dict[str, Entry]) -> list[str]:
    """What keeps one file from being committed."""
    place, faults = PurePosixPath(path), []
    if "outputs" in place.parts[:-1] and place.name != "README.md":
        faults.append("what is made under outputs/ is never committed. Take it out: git rm --cached")
    if place.suffix == ".ipynb":
        faults += notebook_faults(content)
    if is_data(path, content):
        entry = entries.get(path)
        mend = f"python tools/microdata.py --update {path}"
        if entry is None:
            faults.append(
                f"a data file that {LIST} does not list. Real answers stay outside the repository (git rm --cached); "
                f"if it is invented or published, look at it and list it: {mend}"
            )
        elif entry.sha256 != hashlib.sha256(content).hexdigest():
            faults.append(f"changed since {LIST} listed it. Look at it, then: {mend}")
    seen = list(persons(content))
    faults += [f"it seems to hold {what}. Replace it by one that is plainly invented" for what in seen[:5]]
    if len(seen) > 5:
        faults.append(f"and {len(seen) - 5} more such places")
    return faults


def check(root: Path, *, staged: bool) -> list[str]:
    """Everything that is wrong with the tracked files, or with the staged ones; empty when nothing is."""
    if staged:
        paths = names(git(root, "diff", "--cached", "--name-only", "-z", "--diff-filter=d", "--no-renames"))
        files = ((path, git(root, "show", f":{path}")) for path in paths)
        listing = git(root, "show", f":{LIST}") if names(git(root, "ls-files", "-z", LIST)) else b""
    else:
        paths = names(git(root, "ls-files", "-z"))
        files = ((path, (root / path).read_bytes()) for path in paths if (root / path).is_file())
        listing = (root / LIST).read_bytes() if (root / LIST).is_file() else b""
    entries, faults = read_list(listing.decode("utf-8-sig", "replace"))
    for path, content in files:
        faults += [f"{path}: {fault}" for fault in file_faults(path, content, entries)]
    return faults if staged else faults + list_faults(root, entries)


def list_faults(root: Path, entries: dict[str, Entry]) -> list[str]:
    """Where the list, the exceptions in .gitignore and the files do not agree."""
    gone = [path for path in entries if not (root / path).is_file()]
    faults = [f"{path}: listed, but not there. Take it off the list: --update {path}" for path in gone]
    ignore = (root / IGNORE).read_text(encoding="utf-8") if (root / IGNORE).is_file() else ""
    if ignore != ignored(ignore, entries):
        faults.append(f"{IGNORE}: its exceptions must be those of {LIST}. Make them: --update (without a path)")
    # A fixture that git leaves out makes the tests fail in every other clone, and nowhere else.
    left_out = names(git(root, "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *NEEDED))
    return faults + [
        f"{path}: not listed in {LIST}, so that git leaves it out. List it or take it away: --update {path}"
        for path in left_out
        if is_candidate(root, root / path)
    ]


def update(root: Path, paths: list[str], *, kind: str | None, origin: str | None) -> list[str]:
    """Lists the files (those of a folder: its data files), takes off what is gone; what was refused is returned."""
    text = (root / LIST).read_text(encoding="utf-8-sig") if (root / LIST).is_file() else ",".join(FIELDS) + "\n"
    entries, faults = read_list(text)
    if faults:
        return faults
    for path in paths:
        if (root / path).is_file():
            files = [root / path]
        elif (root / path).is_dir():
            files = [file for file in sorted((root / path).rglob("*")) if file.is_file() and is_candidate(root, file)]
        elif entries.pop(path, None) is not None:
            print(f"taken off the list: {path}")
            continue
        else:
            faults.append(f"{path}: not there, and not listed. Correct the path (from {root})")
            continue
        for file in files:
            faults += add(root, file, entries, kind=kind, origin=origin)
    (root / LIST).parent.mkdir(parents=True, exist_ok=True)
    (root / LIST).write_text(write_list(entries.values()), encoding="utf-8", newline="\n")
    ignore = (root / IGNORE).read_text(encoding="utf-8") if (root / IGNORE).is_file() else ""
    (root / IGNORE).write_text(ignored(ignore, entries), encoding="utf-8", newline="\n")
    return faults


def is_candidate(root: Path, file: Path) -> bool:
    """Whether a file of a folder is data and not made by a program there (outputs, caches)."""
    inside = file.relative_to(root)
    made = any(part == "outputs" or part.startswith((".", "__")) for part in inside.parts)
    return not made and is_data(inside.as_posix(), file.read_bytes()[:32])


def add(root: Path, file: Path, entries: dict[str, Entry], *, kind: str | None, origin: str | None) -> list[str]:
    """Puts one file on the list; what keeps it from there is returned."""
    path = file.resolve().relative_to(root.resolve()).as_posix()
    content, old = file.read_bytes(), entries.get(path)
    if not is_data(path, content):
        return [f"{path}: no data file, so that it need not be listed"]
    if seen := list(persons(content)):
        return [f"{path}: not listed, for it seems to hold {what}" for what in seen[:5]]
    guessed = next((known for start, known in GUESSED.items() if path.startswith(start)), (None, None))
    kind = kind or (old.kind if old else guessed[0])
    origin = origin or (old.origin if old else guessed[1])
    if kind is None or origin is None:
        return [f'{path}: say what it is and where it is from: --kind {" | ".join(KINDS)} --origin "..."']
    entry = Entry(path, kind, origin, hashlib.sha256(content).hexdigest())
    if entry != old:
        print(f"listed: {path} ({kind})")
    entries[path] = entry
    return []


def main(arguments: list[str]) -> int:
    """0 when nothing is wrong, else 1 with what is."""
    parser = argparse.ArgumentParser(description="Keeps microdata out of git.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--staged", action="store_true", help="check what the next commit would hold")
    what.add_argument("--update", action="store_true", help="list the files or folders, after looking at them")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="with --update: files, or folders of data files")
    parser.add_argument("--kind", choices=KINDS, help="with --update: what the files are")
    parser.add_argument("--origin", help="with --update: where they are from")
    given = parser.parse_args(arguments)
    if given.paths and not given.update:
        parser.error("paths are taken with --update; without it all tracked files are checked")
    try:
        root = Path(git(Path.cwd(), "rev-parse", "--show-toplevel").decode().strip())
    except MicrodataError as error:
        # Without a repository nothing can be committed: a copy of the sources alone passes.
        print(f"microdata: not checked: {error}", file=sys.stderr)
        return 1 if given.staged or given.update else 0
    try:
        if given.update:
            faults = update(root, given.paths, kind=given.kind, origin=given.origin)
        else:
            faults = check(root, staged=given.staged)
    except MicrodataError as error:
        faults = [str(error)]
    for fault in faults:
        print(f"microdata: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
