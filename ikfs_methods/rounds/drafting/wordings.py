"""Wordings of answer scales, in Indonesian and English: which known scale a set of labels belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from ikfs_methods.places import project
from ikfs_methods.reading import folded

_JOINTS = re.compile(r"[-_/\\\u2010-\u2015]+")
_NUMBERED = re.compile(r"[(\[]?(-?\d{1,3})[)\]]?\s*[-=.:)\u2013]?\s*(\D.*)")
# Below this share of known labels a scale is another scale, not one with a misspelt label.
_KNOWN_SHARE = 2 / 3
_FEW = 4  # a scale of fewer points may always be a part of a longer one
_FAR = 2  # a scale of which so many more points do not occur is still a rival


@dataclass(frozen=True, slots=True)
class Wording:
    """The known scale that a set of labels belongs to.

    `codes`: code by label as found. `sure`: every point of the scale occurs and no other scale fits as well.
    `unknown`: labels that the scale lacks. `rivals`: number of points of the scales that would fit too. `doubled`:
    two words stand for one point. `absent`: usual label of each point that nobody chose, by code.
    """

    scale: str
    family: str
    low: int
    high: int
    codes: Mapping[str, int]
    sure: bool
    unknown: tuple[str, ...]
    rivals: tuple[int, ...]
    doubled: bool
    absent: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Scale:
    name: str
    family: str
    codes: Mapping[str, int]  # by label in the form of `words`
    kinds: Mapping[str, str]
    usual: Mapping[tuple[str, int], str]  # label as written, by language and code

    @property
    def low(self) -> int:
        return min(self.codes.values())

    @property
    def high(self) -> int:
        return max(self.codes.values())


@dataclass(frozen=True, slots=True)
class _Fit:
    scale: _Scale
    codes: Mapping[str, int]
    unknown: tuple[str, ...]
    doubled: int  # points on which two different words of one kind fall
    absent: int  # points that do not occur

    @property
    def holds(self) -> bool:
        return not self.unknown and not self.doubled

    @property
    def reaches_both_ends(self) -> bool:
        seen = set(self.codes.values())
        return self.scale.low in seen and self.scale.high in seen


def words(label: str) -> str:
    """A label in the form in which wordings are compared: as labels are, and hyphens, slashes and dots do not count."""
    plain = folded(label)
    return " ".join(_JOINTS.sub(" ", plain).strip(" .,;:!").split()) or plain


@cache
def wordings() -> pd.DataFrame:
    """data/reference/likert.csv: scale, family, points, code, language, label, kind (full or abbreviation), as text."""
    return pd.read_csv(project() / "data" / "reference" / "likert.csv", dtype=str, keep_default_na=False)


@cache
def _scales() -> tuple[_Scale, ...]:
    table = wordings()
    found = []
    for name, part in table[table["family"] != "missing"].groupby("scale", sort=False):
        plain = [words(label) for label in part["label"]]
        codes = [int(code) for code in part["code"]]
        usual: dict[tuple[str, int], str] = {}
        for language, code, label in zip(part["language"], codes, part["label"], strict=True):
            usual.setdefault((language, code), label)
        found.append(
            _Scale(
                str(name),
                str(part["family"].iloc[0]),
                dict(zip(plain, codes, strict=True)),
                dict(zip(plain, part["kind"], strict=True)),
                usual,
            )
        )
    return tuple(found)


@cache
def _missing() -> frozenset[str]:
    table = wordings()
    return frozenset(words(label) for label in table.loc[table["family"] == "missing", "label"])


def is_missing(label: str) -> bool:
    """Whether a label says that there is no answer: tidak tahu, TT, -, don't know, n/a ..."""
    return words(label) in _missing()


def numbered(labels: Iterable[str]) -> dict[str, int] | None:
    """The codes that stand in front of the labels themselves ("5 - sangat setuju"); None unless each has its own."""
    found = {label: _NUMBERED.fullmatch(label) for label in labels}
    codes = {label: int(match[1]) for label, match in found.items() if match}
    return codes if len(codes) == len(found) > 1 and len(set(codes.values())) == len(codes) else None


def match(labels: Iterable[str], language: str = "id") -> Wording | None:
    """The known scale that the labels belong to, without those that say that there is no answer; None for no scale.

    A word alone does not say its place: `kurang setuju` is the middle of one scale and second on another. So all
    labels of a block of questions are looked up together, and the scale is sure only when all its points occur and no
    longer scale would explain them too. A longer one that merely lacks a point between its ends is no rival: people
    who use both ends of a scale use its middle.
    """
    return _match(frozenset(labels), language)


@cache
def _match(labels: frozenset[str], language: str) -> Wording | None:
    fits = sorted(
        (fit for scale in _scales() if (fit := _fit(scale, sorted(labels))) is not None),
        key=lambda fit: (len(fit.unknown), fit.doubled, fit.absent),
    )
    if not fits:
        return None
    best = fits[0]
    near = [fit for fit in fits[1:] if fit.holds and fit.absent <= best.absent + _FAR]
    rivals = [fit for fit in near if _differs(fit, best) and not fit.reaches_both_ends]
    seen = set(best.codes.values())
    sure = best.holds and best.absent == 0 and not rivals and (len(seen) >= _FEW or best.scale.family == "yes-no")
    usual = best.scale.usual
    return Wording(
        scale=best.scale.name,
        family=best.scale.family,
        low=best.scale.low,
        high=best.scale.high,
        codes=best.codes,
        sure=sure,
        unknown=best.unknown,
        rivals=tuple(sorted({_points(fit.scale) for fit in rivals} - {_points(best.scale)})),
        doubled=best.doubled > 0,
        absent={
            code: usual.get((language, code)) or usual[("en" if language == "id" else "id", code)]
            for code in range(best.scale.low, best.scale.high + 1)
            if code not in seen
        },
    )


def _fit(scale: _Scale, labels: list[str]) -> _Fit | None:
    plain = {label: words(label) for label in labels}
    codes = {label: scale.codes[word] for label, word in plain.items() if word in scale.codes}
    if len(codes) < 2 or len(codes) < _KNOWN_SHARE * len(labels):
        return None
    on_point: dict[tuple[int, str], set[str]] = {}
    for label, code in codes.items():
        on_point.setdefault((code, scale.kinds[plain[label]]), set()).add(plain[label])
    return _Fit(
        scale,
        codes,
        tuple(label for label in labels if label not in codes),
        sum(len(same) > 1 for same in on_point.values()),
        _points(scale) - len(set(codes.values())),
    )


def _points(scale: _Scale) -> int:
    return scale.high - scale.low + 1


def _differs(one: _Fit, other: _Fit) -> bool:
    return one.codes != other.codes or (one.scale.low, one.scale.high) != (other.scale.low, other.scale.high)
