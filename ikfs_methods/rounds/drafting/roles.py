"""What the columns beside the items are for: id, weight, group, region, times, strata and clusters of the sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from ikfs_methods.answers.attributes import NO_PROVINCES
from ikfs_methods.answers.regions import SYSTEMS, read_regions
from ikfs_methods.checks import listed
from ikfs_methods.errors import IkfsError
from ikfs_methods.privacy import personal_columns
from ikfs_methods.reading import Table, seconds, times
from ikfs_methods.rounds.drafting.questions import Question

# Headings, as `_heading` writes them; earlier ones go before later ones.
_NAMES = {
    "id": "respondent|respondent id|respondentid|id respondent|resp id|responden|id responden|kode responden|"
    "nomor responden|no responden|no resp|id|case id|caseid|key|instanceid|id record|uuid|index|no urut|nomor|no",
    "weight": "weight|weights|penimbang|bobot|timbang|penimbang akhir|bobot akhir|wt|pweight|weight final|final weight|"
    "fwt|w final|weind|wert",
    "group": "cluster|klaster|kluster|kelompok sasaran|kelompok|group|sasaran|kategori ppks|jenis ppks|ppks|program",
    "region": "province|provinsi|propinsi|prov|kode provinsi|kode prov|kdprov|kd prov|province code|r101|b1r1|region|"
    "wilayah",
    "started": "start|started|start time|starttime|mulai|waktu mulai|jam mulai|startdate",
    "ended": "end|ended|end time|endtime|selesai|waktu selesai|jam selesai|enddate",
    "duration": "duration|durasi|duration seconds|duration in seconds|lama wawancara|lama pengisian|interviewtime",
    "strata": "strata|stratum|strat",
    "psu": "psu|nks|blok sensus|primary sampling unit|upp",
    "fpc": "fpc",
}
# Numbers and choices about the person, which are no ratings however few their values are.
_ABOUT_PERSONS = re.compile(
    r"\b(?:umur|usia|age|jk|jenis kelamin|kelamin|sex|gender|pendidikan|ijazah|education|pekerjaan|occupation|"
    r"agama|religion|suku|ethnic\w*|status (?:kawin|perkawinan|pernikahan)|marital|"
    r"jumlah|banyaknya|number of|tahun|year|bulan|month|tanggal|date|kab|kabupaten|kota|kec|kecamatan|kel|kelurahan|"
    r"desa|rt|rw|district|art|hubungan|no|nomor|id|enumerator|pewawancara|pencacah|interviewer)\b"
)
_SHORT = 4  # words; a longer heading is a question
_MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class Roles:
    """Column by role (the entry of `inputs.answers`), personal columns by kind, and what could not be settled.

    The role region_codes holds a code system, or none, instead of a column.
    """

    columns: dict[str, str] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    @property
    def taken(self) -> set[str]:
        """Every column that has a role, or is personal, or was looked at for a role in vain."""
        return {*self.columns.values(), *self.personal} | {q.column for q in self.questions if q.column}


def about_persons(name: str) -> bool:
    """Whether a short heading announces a fact about the person rather than a rating."""
    plain = _heading(name)
    return len(plain.split()) <= _SHORT and bool(_ABOUT_PERSONS.search(plain))


def roles(table: Table) -> Roles:
    """The roles that headings announce and cells bear out; a doubt becomes a question and leaves the role empty."""
    found = Roles(personal=personal_columns(table))
    tests: dict[str, Callable[[Table, str], Question | None]] = {
        "id": _id, "weight": _weight, "group": _group, "region": _region, "duration": _duration, "strata": _filled,
        "psu": _filled, "fpc": _weight,
    }  # fmt: skip
    for role, test in tests.items():
        _assign(found, table, role, test)
    _span_of_time(found, table)
    region = found.columns.get("region")
    if region is not None and read_regions(table.distinct(region)[1], system=None).problems:
        # All systems that fit mean the same provinces here; which of them is named makes no difference.
        systems = list(_systems(table, region))
        if systems:
            found.columns["region_codes"] = systems[0]
        elif _unknown(table, region):
            found.columns["region_codes"] = NO_PROVINCES
            found.questions.append(_no_provinces(table, region))
    return found


def _heading(name: str) -> str:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", plain.casefold()).split())


def _named(table: Table, role: str, taken: Iterable[str]) -> list[str]:
    """Columns with a heading of this role, best first."""
    known = _NAMES[role].split("|")
    plain = {name: _heading(name) for name in table.columns if name not in set(taken)}
    return sorted((name for name, words in plain.items() if words in known), key=lambda name: known.index(plain[name]))


def _assign(found: Roles, table: Table, role: str, test: Callable[[Table, str], Question | None]) -> None:
    doubts = []
    for name in _named(table, role, found.taken):
        doubt = test(table, name)
        if doubt is None:
            found.columns[role] = name
            return
        doubts.append(doubt)
    if doubts:
        found.questions.append(doubts[0])


def _gaps(table: Table, name: str) -> int:
    return int((~table.filled(name)).sum())


def _id(table: Table, name: str) -> Question | None:
    positions, texts = table.distinct(name)
    if len(texts) == len(positions) and not _gaps(table, name):
        return None
    return Question(
        "inputs.answers.id",
        f"Kolom {name!r} tampak sebagai nomor responden, tetapi ada yang kosong atau berulang. Kolom mana yang "
        "menandai responden? Sementara ini dipakai nomor baris.",
        f"Column {name!r} looks like the respondents' id, but some are empty or repeated. Which column tells them "
        "apart? Row numbers stand in for it.",
        column=name,
    )


def _weight(table: Table, name: str) -> Question | None:
    try:
        if (table.numbers(name, needed=True) > 0).all():
            return None
    except IkfsError:
        pass
    return Question(
        "inputs.answers.weight",
        f"Kolom {name!r} tampak sebagai penimbang, tetapi ada yang kosong, bukan angka, atau tidak di atas 0. Apakah "
        "itu penimbang? Sementara ini semua responden berbobot sama.",
        f"Column {name!r} looks like the design weight, but some cells are empty, no number, or not above 0. Is it the "
        "weight? All respondents weigh the same for now.",
        column=name,
    )


def _group(table: Table, name: str) -> Question | None:
    _, texts = table.distinct(name)
    if 1 < len(texts) <= _MOST_GROUPS and not _gaps(table, name):
        return None
    return Question(
        "inputs.answers.group",
        f"Kolom {name!r} tampak sebagai kelompok responden, tetapi berisi {len(texts)} nilai berbeda dan "
        f"{_gaps(table, name)} sel kosong. Kolom mana yang memuat kelompok? Sementara ini tanpa kelompok.",
        f"Column {name!r} looks like the respondents' group, but has {len(texts)} different values and "
        f"{_gaps(table, name)} empty cells. Which column holds the group? There is none for now.",
        column=name,
    )


def _filled(table: Table, name: str) -> Question | None:
    if not _gaps(table, name):
        return None
    return Question(
        "inputs.answers",
        f"Kolom {name!r} tampak sebagai bagian rancangan sampel, tetapi ada sel kosong. Apakah dipakai?",
        f"Column {name!r} looks like a part of the sample design, but has empty cells. Shall it be used?",
        column=name,
    )


def _region(table: Table, name: str) -> Question | None:
    _, texts = table.distinct(name)
    unknown = _unknown(table, name)
    # Regions need not be provinces, but something else among provinces is a mistake.
    other = 2 * len(unknown) > len(texts) and not all(re.fullmatch(r"\d{2}", text) for text in texts)
    if texts and not _gaps(table, name) and (not unknown or (other and not _systems(table, name))):
        return None
    systems = _systems(table, name)
    if not systems or _gaps(table, name):
        return Question(
            "inputs.answers.region",
            f"Kolom {name!r} tampak sebagai provinsi, tetapi kosong di sebagian baris atau isinya tidak dikenal. "
            f"Kolom mana yang memuat provinsi, dan kode mana yang dipakai ({listed(SYSTEMS)})?",
            f"Column {name!r} looks like the province, but is empty in some rows or holds what is no province. "
            f"Which column holds the province, in which codes ({listed(SYSTEMS)})?",
            column=name,
        )
    if len(set(systems.values())) == 1:
        return None
    return Question(
        "inputs.answers.region",
        f"Kode 91-97 di kolom {name!r} berarti provinsi yang berbeda menurut sistem kodenya. Sistem mana yang dipakai: "
        f"{listed(systems)}? Tulis `region: {name}` dan `region_codes`.",
        f"Codes 91 to 97 in column {name!r} mean different provinces in different systems. Which system is it: "
        f"{listed(systems)}? Write `region: {name}` and `region_codes`.",
        column=name,
    )


def _unknown(table: Table, name: str) -> list[str]:
    """The distinct cells that neither are a province's name or code nor have one for a label."""
    _, texts = table.distinct(name)
    labels = table.value_labels.get(name, {})
    named = read_regions([labels[text] for text in texts if text in labels], system=None).names
    return [text for text, _ in read_regions(texts, system=None).problems if labels.get(text) not in named]


def _no_provinces(table: Table, name: str) -> Question:
    other, count = len(_unknown(table, name)), len(table.distinct(name)[1])
    return Question(
        "inputs.answers.region_codes",
        f"Di kolom {name!r}, {other} dari {count} nilai bukan nama provinsi; sementara ini `region_codes: none`, yaitu "
        f"wilayah apa adanya. Apakah itu kode provinsi ({listed(SYSTEMS)}), atau memang wilayah lain?",
        f"In column {name!r}, {other} of {count} values are no provinces' names; for now `region_codes: none` takes "
        f"them as they stand. Are they codes of provinces ({listed(SYSTEMS)}), or indeed other regions?",
    )


def _systems(table: Table, name: str) -> dict[str, tuple[str, ...]]:
    """The provinces behind the column's codes, by each code system that holds them all and agrees with their labels."""
    _, texts = table.distinct(name)
    labels = table.value_labels.get(name, {})
    said = read_regions([labels.get(text, "") for text in texts], system=None)
    known = [said.names.get(labels.get(text, ""), "") for text in texts]
    found = {}
    for system in SYSTEMS:
        read = read_regions(texts, system=system)
        meant = tuple(read.names.get(text, "") for text in texts)
        if not read.problems and all(label in ("", name) for label, name in zip(known, meant, strict=True)):
            found[system] = meant
    return found


def _duration(table: Table, name: str) -> Question | None:
    try:
        seconds(table.cells[name], decimal=table.decimal, source=table.source)
    except IkfsError:
        return _about_time(name)
    if re.search(r"second|detik|interviewtime", _heading(name)):
        return None
    return Question(
        "inputs.answers.duration",
        f"Apakah kolom {name!r} memuat lama wawancara dalam detik? Jika ya, tulis `duration: {name}`.",
        f"Does column {name!r} hold the length of the interview in seconds? If so, write `duration: {name}`.",
        column=name,
    )


def _about_time(*names: str) -> Question:
    return Question(
        "inputs.answers.started",
        f"Waktu di kolom {listed(names)} tidak dapat dibaca tanpa menebak. Apakah hari ditulis sebelum bulan "
        "(`day_first`)? Tulis juga `started` dan `ended`.",
        f"The times in column {listed(names)} cannot be read without guessing. Is the day written before the month "
        "(`day_first`)? Write `started` and `ended`, too.",
        column=names[0],
    )


def _span_of_time(found: Roles, table: Table) -> None:
    """Start and end, which count only together, and only when no interview ends before it starts."""
    start, end = (next(iter(_named(table, role, found.taken)), None) for role in ("started", "ended"))
    if start is None or end is None:
        return
    try:
        begun, over = (times(table.text(name), source=table.source) for name in (start, end))
        spent = (over - begun).dt.total_seconds().to_numpy()
    except (IkfsError, TypeError):  # one of them with a time zone, the other without
        found.questions.append(_about_time(start, end))
        return
    if np.nanmin(spent, initial=0) < 0:
        found.questions.append(_about_time(start, end))
        return
    found.columns.update(started=start, ended=end)
