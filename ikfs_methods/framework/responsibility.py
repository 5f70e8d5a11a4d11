"""Who does what: the `owner` column of indicators.csv as roles of units, and the matrix of indicators and units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import FrameworkError
from ikfs_methods.framework.tree import Framework
from ikfs_methods.result import Shown

LEAD, DATA, SUPPORT = ROLES = ("lead", "data", "support")
# What a role may be called in the table, in either language.
_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "lead": LEAD, "utama": LEAD, "pengampu": LEAD, "penanggung jawab": LEAD,
        "data": DATA, "data source": DATA, "sumber data": DATA, "walidata": DATA,
        "support": SUPPORT, "pendukung": SUPPORT, "dukungan": SUPPORT,
    }
)  # fmt: skip
_NOBODY = frozenset({"", "-", "–", "belum ditetapkan", "belum diputuskan", "to be decided", "tbd"})
_BETWEEN = " / "  # the Indonesian and the English name of one unit


@dataclass(frozen=True, slots=True)
class Unit:
    """A ministry, office or government affair, with its name in both languages (`en` empty where it was not given)."""

    id: str
    en: str = ""

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.id


@dataclass(frozen=True, slots=True, eq=False)
class ResponsibilityMatrix(Shown):
    """Which unit has which role for each indicator.

    `roles` has a row per indicator and unit with a role: indicator, unit, role (lead, data, support), from (the
    dimension whose owner holds for it, "" where the indicator has its own). `indicators` are all that were asked about,
    `names` the units by their Indonesian name, in the order in which the table first tells them.
    """

    roles: pd.DataFrame
    indicators: tuple[str, ...]
    names: Mapping[str, Unit]

    @property
    def units(self) -> list[str]:
        """The units by their Indonesian name."""
        return list(self.names)

    @property
    def matrix(self) -> pd.DataFrame:
        """Indicators by units: a tuple of roles in each cell, empty where a unit has none."""
        cells = self.roles.groupby(["indicator", "unit"])["role"].agg(tuple).to_dict()
        rows = [[cells.get((code, unit), ()) for unit in self.units] for code in self.indicators]
        return pd.DataFrame(rows, index=pd.Index(self.indicators, name="indicator"), columns=self.units, dtype="object")

    @property
    def by_unit(self) -> pd.DataFrame:
        """Of how many indicators each unit is lead, data source and support."""
        counts = pd.crosstab(self.roles["unit"], self.roles["role"])
        whole = counts.reindex(index=self.units, columns=list(ROLES), fill_value=0)
        return whole.rename_axis(index="unit", columns=None)

    @property
    def unassigned(self) -> list[str]:
        """Indicators for which no unit has any role."""
        return [code for code in self.indicators if code not in set(self.roles["indicator"])]

    @property
    def without_lead(self) -> list[str]:
        """Indicators with a role for some unit, none of them lead."""
        led = set(self.roles.loc[self.roles["role"] == LEAD, "indicator"])
        return [code for code in self.indicators if code not in led and code not in self.unassigned]

    @property
    def inherited(self) -> dict[str, str]:
        """The dimension whose owner holds, by indicator without an owner of its own."""
        taken = self.roles[self.roles["from"] != ""].drop_duplicates("indicator")
        return dict(zip(taken["indicator"], taken["from"], strict=True))

    def to_frame(self) -> pd.DataFrame:
        """The matrix, with the roles of a cell as text."""
        return self.matrix.map(", ".join)


def responsibilities(tree: Framework) -> ResponsibilityMatrix:
    """The responsibility matrix of a framework, from its `owner` column.

    An owner is written `lead: A; data: B, C; support: D`, in any order, each part optional; `utama` or `pengampu`,
    `sumber data` and `pendukung` are the same words in Indonesian. A name alone, without a role, is the lead. A unit
    may be given in both languages, as `dinas sosial / social services`; a name that holds a comma stands in double
    quotes where it has a role. `belum ditetapkan`, `to be decided`, `-` and an empty cell mean nobody. An indicator has
    at most one lead, so that one unit answers for it. What is said of a dimension holds for its indicators of which
    nothing is said; the owner of the index itself answers for the index alone. Raises FrameworkError for a cell that
    cannot be read so. Answers the question: who does what, and for which indicator is nobody responsible yet?
    """
    cells = tree.nodes["owner"] if "owner" in tree.nodes else pd.Series("", index=tree.nodes.index)
    owners = {str(code): parse_owner(str(cell)) for code, cell in cells.items()}
    names = _named(owners)
    rows = []
    for code in tree.indicators:
        node = code
        while node != tree.root and not owners[node]:
            node = tree.parent(node)
        if node != tree.root:
            inherited = "" if node == code else node
            rows += [(code, unit.id, role, inherited) for role, units in owners[node].items() for unit in units]
    table = pd.DataFrame(rows, columns=["indicator", "unit", "role", "from"], dtype="object")
    told = dict.fromkeys(table["unit"])
    return ResponsibilityMatrix(table, tuple(tree.indicators), {name: names[name] for name in told})


def parse_owner(cell: str) -> dict[str, tuple[Unit, ...]]:
    """The units of one cell by role, in the order lead, data, support; empty when nobody is named.

    Raises FrameworkError for an unknown role, a unit without a name, a unit named twice in a role, and several leads.
    """
    if _nobody(cell):
        return {}
    found: dict[str, list[Unit]] = {}
    for part in _split(cell, ";"):
        if not part:
            continue  # a semicolon at the end
        role, units = _part(part)
        if role in found:
            raise FrameworkError(f"each role must be given once; {role} is given twice. Join the units with commas.")
        found[role] = units
    if len(found.get(LEAD, [])) > 1:
        raise FrameworkError(
            f"an indicator must have one lead, who answers for it; found {listed(unit.id for unit in found[LEAD])}. "
            "Name the others under data or support; a name that holds a comma must stand in double quotes."
        )
    return {role: tuple(found[role]) for role in ROLES if found.get(role)}


def _part(part: str) -> tuple[str, list[Unit]]:
    """One role and its units; a name alone, commas and all, is the lead."""
    pieces = _split(part, ":")
    if len(pieces) == 1:
        return LEAD, [_unit(part)]
    word = pieces[0].lower()
    if word not in _CALLED:
        raise FrameworkError(
            f"a role must be lead, data or support (utama, sumber data, pendukung); found {pieces[0]!r}."
            f"{did_you_mean(word, _CALLED)} Correct it; a name that holds a colon must stand in double quotes."
        )
    if len(pieces) > 2:
        raise FrameworkError(
            f"roles must be set apart by semicolons; found a second colon in {part!r}. Write a semicolon between the "
            "roles; a name that holds a colon must stand in double quotes."
        )
    names = _split(pieces[1], ",")
    if _nobody(pieces[1]) and pieces[1]:
        return _CALLED[word], []
    if "" in names:
        raise FrameworkError(f"{pieces[0]} must be followed by units; found an empty one in {part!r}. Name it.")
    units = [_unit(name) for name in names]
    again = [unit.id for number, unit in enumerate(units) if unit.id in [other.id for other in units[:number]]]
    if again:
        raise FrameworkError(f"a unit must be named once in a role; {pieces[0]} has {listed(again)} twice. Keep one.")
    return _CALLED[word], units


def _unit(name: str) -> Unit:
    """A unit from its name or names; quotes around either are taken off."""
    own, between, other = f"{name} ".partition(_BETWEEN)
    first, second = (text.strip().strip('"').strip() for text in (own, other))
    if not first or (between and not second):
        raise FrameworkError(f"a unit must have a name on both sides of a slash; found {name!r}. Name it.")
    return Unit(" ".join(first.split()), " ".join(second.split()))


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand outside double quotes, without the blanks around them."""
    parts, quoted = [""], False
    for letter in text:
        quoted ^= letter == '"'
        if letter == mark and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    if quoted:
        raise FrameworkError(f"double quotes must come in pairs; found one without the other in {text!r}. Close it.")
    return [part.strip() for part in parts]


def _nobody(text: str) -> bool:
    return all(part.strip().lower() in _NOBODY for part in text.split(_BETWEEN))


def _named(owners: Mapping[str, Mapping[str, Iterable[Unit]]]) -> dict[str, Unit]:
    """Every unit by its Indonesian name, under one spelling and one English name."""
    names: dict[str, Unit] = {}
    spelled: dict[str, str] = {}
    for node, roles in owners.items():
        for unit in (unit for units in roles.values() for unit in units):
            same = spelled.setdefault(unit.id.lower(), unit.id)
            known = names.setdefault(same, unit)
            if same != unit.id:
                raise FrameworkError(
                    f"a unit must be spelled in one way; {node} has {unit.id!r}, elsewhere it is {same!r}. Choose one."
                )
            if known.en and unit.en and known.en != unit.en:
                raise FrameworkError(
                    f"a unit must have one English name; {node} calls {unit.id!r} {unit.en!r}, elsewhere it is "
                    f"{known.en!r}. Choose one."
                )
            names[same] = unit if unit.en else known
    return names


def owner_faults(cells: Mapping[str, str]) -> list[tuple[list[str], str]]:
    """What is wrong with the owners of nodes, by code: the codes with one and the same fault, and the fault."""
    owners, faults = {}, dict[str, list[str]]()
    for code, cell in cells.items():
        try:
            owners[code] = parse_owner(cell)
        except FrameworkError as error:
            faults.setdefault(str(error), []).append(code)
    try:
        _named(owners)
    except FrameworkError as error:
        faults.setdefault(str(error), [])
    return [(codes, fault) for fault, codes in faults.items()]
