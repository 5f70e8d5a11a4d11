"""Provinces: codes of four systems, names and aliases, and the way from one system to another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import pandas as pd

from ikfs_methods.checks import listed, one_of
from ikfs_methods.errors import IkfsError, Problems, ScaleError
from ikfs_methods.places import project
from ikfs_methods.result import Shown

# Column of provinces.csv behind each name that round.yaml may give as region_codes.
SYSTEMS = {
    "bps-2020": "bps_2020",
    "bps-2022": "bps_2022plus",
    "kemendagri-2020": "kemendagri_2020",
    "kemendagri-2022": "kemendagri_2022plus",
}
_CODE = re.compile(r"(\d\d)(?:[.,]0+)?", re.ASCII)  # 11, and the 11.0 that a spreadsheet makes of it
_CODE_AND_NAME = re.compile(r"\[?(\d\d)\]?[\s.:)-]+(\D*[^\W\d_]\D*)", re.ASCII)
_DISTRICT = re.compile(r"(\d\d)[.]?\d\d(?:[.\d]*)(?:[.,]0+)?", re.ASCII)
_BELOW_TEN = re.compile(r"0?[1-9](?:[.,]0+)?|10(?:[.,]0+)?", re.ASCII)
_AROUND_A_NAME = re.compile(r"^(?:provinsi|propinsi|prov|prop|province of|the province of)\s+|\s+province$")

# Former provinces that were divided, and what they were in 2020; the splits of 2022 (`parent_2020`) come on top.
_DIVIDED = {"irian jaya": ("Papua", "Papua Barat"), "irian jaya barat": ("Papua Barat",)}
# Below this share of common letters the nearest name is another province: "irian jaya" is like "east java" by 0.63.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Regions(Shown):
    """What the distinct cells of a region column mean; each of them stands in `names` or in `problems`.

    `names`: province name by cell text. `codes`: its code in the declared system; without a declared system, the code
    on which all four systems agree, and "" for the provinces of Papua, on which they do not. `problems`: cell text and
    what is wrong with it, a message to put behind file, row and column. `notes`: what was assumed, for the log.
    """

    names: dict[str, str]
    codes: dict[str, str]
    problems: list[tuple[str, str]]
    notes: list[str]
    system: str | None

    def to_frame(self) -> pd.DataFrame:
        """One row a distinct cell: province and code, or the problem."""
        rows = [(text, name, self.codes[text], "") for text, name in self.names.items()]
        rows += [(text, "", "", message) for text, message in self.problems]
        return pd.DataFrame(rows, columns=["cell", "province", "code", "problem"])


@cache
def provinces(system: str | None = None) -> pd.DataFrame:
    """The provinces with their codes in each system, as text (rows provinces); of one system, those that it holds.

    Source: data/reference/README.md. Raises ParameterError for an unknown system.
    """
    table = pd.read_csv(project() / "data" / "reference" / "provinces.csv", dtype=str, keep_default_na=False)
    return table if system is None else table[table[SYSTEMS[_known(system)]] != ""]


@cache
def aliases() -> dict[str, str]:
    """Province name by folded name or alias: "dki jakarta", "jakarta" and "daerah khusus ibukota jakarta" are one."""
    path = project() / "data" / "reference" / "province_aliases.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    names = {_folded(name): name for name in provinces()["name"]}
    return names | {_folded(alias): name for alias, name in zip(table["alias"], table["name"], strict=True)}


def read_regions(values: Sequence[str], *, system: str | None) -> Regions:
    """The provinces that the distinct texts of one column mean: two-digit codes, names or aliases, in any case.

    `system` is the declared code system (a key of SYSTEMS). Undeclared, names are matched, and codes only where all
    four systems agree: outside Papua. A problem says what the cell means elsewhere: a code of another system, a
    district's code, a province of another vintage, the running numbers 01-34 of the Ministry of Religious Affairs.
    Answers the question: which province is each cell, and could it be another one? Raises ParameterError for an
    unknown system.
    """
    if system is not None:
        _known(system)
    names: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    spreadsheet: list[str] = []
    for text in dict.fromkeys(values):
        try:
            names[text] = _province(_plain(text), system)
        except IkfsError as error:
            problems.append((text, str(error)))
            continue
        if (code := _CODE.fullmatch(_plain(text))) and len(_plain(text)) > len(code.group(1)):
            spreadsheet.append(text)
    codes = {text: _code_of(name, system) for text, name in names.items()}
    notes = [_read_as_whole(spreadsheet)] if spreadsheet else []
    if system is not None:
        notes += _also_valid_elsewhere(names, system)
    return Regions(names, codes, problems, notes, system)


def convert(codes: pd.Series, *, source: str, target: str, split: str = "refuse") -> pd.Series:
    """Province codes (text) of one system as codes of another, following the splits of 2022.

    From 2022 to 2020 a new province becomes the one that it was part of (UU 14, 15, 16 and 29/2022). From 2020 to 2022
    every code has one successor but those of the two provinces that were split, Papua and Papua Barat: nobody can tell
    from the code where in them a respondent lives. `split="keep"` takes the province that still bears the name, which
    is right only for those who live in what was left of it; say so beside the result.

    Answers the question: how do rounds that were coded in different systems line up? Raises ParameterError for an
    unknown system, ScaleError for cells that the source does not hold or that were split.
    """
    one_of(split, ("refuse", "keep"), name="split")
    _known(target)
    texts = codes.astype("str")
    regions = read_regions([str(text) for text in texts.unique()], system=_known(source))
    problems = Problems()
    problems.add(*(ScaleError(f"{codes.name or 'codes'}: {message}") for _, message in regions.problems))
    table = provinces().set_index("name")
    held = dict(zip(provinces(target)["name"], provinces(target)[SYSTEMS[target]], strict=True))
    new_code: dict[str, str] = {}
    for text, name in regions.names.items():
        heirs = table.index[table["parent_2020"] == name].tolist()
        if split == "refuse" and heirs and not _holds_all(source, heirs) and _holds_all(target, heirs):
            problems.add(_was_split(text, name, heirs, source, target))
            continue
        new_code[text] = held.get(name) or held[str(table.loc[name, "parent_2020"])]
    problems.raise_any()
    return texts.map(new_code)


def _known(system: str) -> str:
    return one_of(system, tuple(SYSTEMS), name="region_codes")


def _holds_all(system: str, names: Sequence[str]) -> bool:
    return set(names) <= set(provinces(system)["name"])


def _was_split(text: str, name: str, heirs: Sequence[str], source: str, target: str) -> ScaleError:
    return ScaleError(
        f"a province of {source} must have one successor in {target}; found {text!r} ({name}), which since 2022 is "
        f"{', '.join([name, *heirs[:-1]])} or {heirs[-1]}. Take the province from the district of each respondent, "
        f'compare the rounds in the system of 2020, or use split="keep" to call all of them {name}.'
    )


def _plain(text: str) -> str:
    """The text in the usual width, without blanks at its ends."""
    return unicodedata.normalize("NFKC", text).strip()


def _folded(name: str) -> str:
    text = _plain(name).casefold()
    blank = " ".join(re.sub(r"[^\w]|_", " ", text).split())
    return _AROUND_A_NAME.sub("", blank)


@cache
def _meanings(code: str) -> dict[str, str]:
    """Province name by system, for the systems that hold the code."""
    found = {}
    for system, column in SYSTEMS.items():
        named = provinces().loc[provinces()[column] == code, "name"]
        if len(named):
            found[system] = str(named.iloc[0])
    return found


def _agreed(code: str) -> bool:
    """Whether all four systems hold the code and mean the same province."""
    meanings = _meanings(code)
    return len(meanings) == len(SYSTEMS) and len(set(meanings.values())) == 1


@cache
def _code_of(name: str, system: str | None) -> str:
    row = provinces().set_index("name").loc[name]
    if system is not None:
        return str(row[SYSTEMS[system]])
    code = str(row[SYSTEMS["bps-2022"]])
    return code if _agreed(code) else ""


def _elsewhere(code: str) -> str:
    """'Papua in bps-2020 and bps-2022; Papua Tengah in kemendagri-2022'."""
    by_name: dict[str, list[str]] = {}
    for system, name in _meanings(code).items():
        by_name.setdefault(name, []).append(system)
    return "; ".join(f"{name} in {' and '.join(systems)}" for name, systems in by_name.items())


def _needed(system: str | None) -> str:
    if system is None:
        return "the name of a province, or a code that means the same in all code systems, must stand here"
    return f"a province code of {system}, or the name of one of its provinces, must stand here"


def _province(text: str, system: str | None) -> str:
    """The province that one cell means; raises ScaleError with the message for it."""
    if code := _CODE.fullmatch(text):
        if not _BELOW_TEN.fullmatch(text):
            return _by_code(code.group(1), text, system)
    elif both := _CODE_AND_NAME.fullmatch(text):
        by_code, by_name = _by_code(both.group(1), text, system), _by_name(both.group(2), text, system)
        if by_code != by_name:
            raise ScaleError(
                f"{_needed(system)}; found {text!r}, whose code is {by_code} and whose name is {by_name}. "
                "Correct one of them, or the system (`region_codes` in round.yaml)."
            )
        return by_name
    if _BELOW_TEN.fullmatch(text):
        raise ScaleError(
            f"{_needed(system)}; found {text!r}: no system of BPS or Kemendagri has codes from 1 to 10. The Ministry "
            "of Religious Affairs (Kemenag) numbers the provinces 01 to 34, and files often number them so; then 11 to "
            "34 mean other provinces, too. Replace the numbers by names or by codes of BPS or Kemendagri."
        )
    if district := _DISTRICT.fullmatch(text):
        raise ScaleError(
            f"{_needed(system)}; found {text!r}, the code of a district or a smaller place. Take its first two digits "
            f"({district.group(1)}) as the province."
        )
    return _by_name(text, text, system)


def _by_code(code: str, text: str, system: str | None) -> str:
    meanings = _meanings(code)
    if not meanings:
        raise ScaleError(
            f"{_needed(system)}; found {text!r}, which no system has ({listed(SYSTEMS)}). Correct the code."
        )
    if system is None:
        if not _agreed(code):
            raise ScaleError(
                f"the code system must be declared where codes of Papua occur; found {text!r}, which is "
                f"{_elsewhere(code)}. Write `region_codes:` with one of {listed(SYSTEMS)} in round.yaml, or use names."
            )
        return next(iter(meanings.values()))
    if system not in meanings:
        raise ScaleError(
            f"{_needed(system)}; found {text!r}, which is {_elsewhere(code)}. Correct the code, or declare the system "
            "of the file (`region_codes` in round.yaml)."
        )
    return meanings[system]


def _by_name(text: str, cell: str, system: str | None) -> str:
    name = aliases().get(_folded(text)) or _of_former(_folded(text), cell, system)
    if name is None:
        alike = get_close_matches(_folded(text), aliases(), n=1, cutoff=_ALIKE)
        near = f" Did you mean {aliases()[alike[0]]!r}?" if alike else ""
        raise ScaleError(f"{_needed(system)}; found {cell!r}.{near} Correct the cell.")
    if system is not None and name not in set(provinces(system)["name"]):
        parent = str(provinces().set_index("name").loc[name, "parent_2020"])
        raise ScaleError(
            f"{_needed(system)}; found {cell!r}, a province made in 2022 that was part of {parent} before. "
            f"Write {parent!r}, or declare {system.replace('2020', '2022')} (`region_codes` in round.yaml)."
        )
    return name


def _of_former(folded: str, cell: str, system: str | None) -> str | None:
    """The one province that a former one is in the system; None when it is none, ScaleError when it is several."""
    if folded not in _DIVIDED:
        return None
    held = provinces(system)
    parts = _DIVIDED[folded]
    names = held.loc[held["name"].isin(parts) | held["parent_2020"].isin(parts), "name"].tolist()
    if len(names) == 1:
        return str(names[0])
    raise ScaleError(
        f"{_needed(system)}; found {cell!r}, a former province that is now {', '.join(names[:-1])} or {names[-1]}. "
        "Take the province from the district of each respondent."
    )


def _read_as_whole(texts: Sequence[str]) -> str:
    return f"codes written as decimal numbers ({listed(texts, 3)}) were read as two digits"


def _also_valid_elsewhere(names: dict[str, str], system: str) -> list[str]:
    """A note for every other system that holds all codes of the column and means something else by some of them."""
    codes = {match.group(1) for text in names if (match := _CODE.fullmatch(_plain(text)))}
    notes = []
    for other in SYSTEMS:
        if other == system or not all(other in _meanings(code) for code in codes):
            continue
        differing = sorted(code for code in codes if _meanings(code)[other] != _meanings(code)[system])
        if differing:
            here = listed(
                f"{code} = {_meanings(code)[system]} ({other}: {_meanings(code)[other]})" for code in differing
            )
            notes.append(f"all codes are also codes of {other}; {system} was assumed, as declared: {here}")
    return notes
