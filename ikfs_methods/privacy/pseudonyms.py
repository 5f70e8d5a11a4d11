"""The gate for personal columns: dropped, or replaced by a keyed pseudonym, as the round declares; else refused."""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ikfs_methods.errors import IkfsError, ParameterError, PrivacyError
from ikfs_methods.privacy import patterns
from ikfs_methods.privacy.columns import Finding, findings
from ikfs_methods.reading.table import Step, Table

KEY_VARIABLE = "IKFS_HMAC_KEY"
KEY_LENGTH = 16
# 16 hex digits are 64 bits: among 300,000 persons two share a pseudonym with a probability of n^2 / 2 / 2^64 = 2e-9.
# It is checked all the same.
PSEUDONYM_LENGTH = 16
TREATMENTS = ("drop", "hmac")
# A pseudonym says "the same person again". A place, a date of birth, a picture or a comment is no person's sign:
# replaced, it is of no use, and with its few possible values the pattern of repeats tells more than it hides.
DROP_ONLY = frozenset({"position", "address", "birth date", "attachment"})
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][\w-]*", re.ASCII | re.IGNORECASE)
# What is typed around a number: a label (NIK, No. HP:), the apostrophe of a spreadsheet.
_AROUND_A_NUMBER = re.compile(
    r"^(?:(?:no|nomor|nik|ktp|kk|hp|wa|telp|tlp|telepon|phone)(?![a-z])[ .:=#]*)*['\"`=: ]*|['\"`;,. ]+$", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9 .,()+/-]+")
_MOBILE = re.compile(r"(?:(?:00)?620?|0)?(8[1-9]\d{7,10})", re.ASCII)
_NAME_AT_LEAST = 3  # letters; shorter marks without a digit (a, A) are codes
_NEW_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'


def protect(table: Table, declared: Mapping[str, str]) -> Table:
    """The table without personal data: each declared column dropped ("drop") or replaced by pseudonyms ("hmac").

    A pseudonym is the first 16 hex digits of HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the value under the key in the
    environment variable IKFS_HMAC_KEY, so that one person has one pseudonym in all files made with the same key. A
    plain hash of a NIK can be reversed: province, district, subdistrict, birth date and the low running numbers that
    occur leave at most some 10^12 of them, which one graphics card hashes in minutes; phone numbers are fewer still.
    The key makes that impossible for whoever lacks it, so it belongs neither in the round nor in the repository. Empty
    cells stay empty. Identity and phone numbers are brought to one form before (their digits alone; 62 for a leading
    0), e-mail addresses and names to lower case; an id with a digit in it keeps its case.

    Answers the question: may this table be worked with? Raises, together: PrivacyError for personal columns that are
    not declared (all of them, with why, never with a value), for "hmac" of positions, addresses, birth dates or
    attachments, which can only be dropped, for a missing or short key, and for two values with one pseudonym;
    ColumnError for a declared column that is not there; ParameterError for another treatment.
    """
    problems = table.require(declared, remedy="Correct the name under `private` in round.yaml, or take it out there.")
    found = {finding.column: finding for finding in findings(table)}
    for name, treatment in declared.items():
        problems.add(*_wrong_treatment(table, name, treatment, found.get(name)))
    undeclared = [finding for name, finding in found.items() if name not in declared]
    if undeclared:
        problems.add(_undeclared(table, undeclared))
    names = [name for name, treatment in declared.items() if treatment == "hmac" and name in table.cells.columns]
    key = problems.tried(_key) if names else b""
    problems.raise_any()
    dropped = [name for name, treatment in declared.items() if treatment == "drop"]
    steps = [_step(table, name, found.get(name), "dropped, as declared") for name in dropped]
    cells = table.cells.drop(columns=dropped)
    for name in names:
        cells[name], what = _replaced(table, name, key or b"")
        steps.append(_step(table, name, found.get(name), what))
    kept = table.with_cells(cells, *steps)
    return replace(kept, value_labels={name: codes for name, codes in kept.value_labels.items() if name not in names})


def keyed_pseudonyms(values: Sequence[str], *, key: bytes) -> list[str]:
    """The pseudonym of each value: the first 16 hex digits of HMAC-SHA-256 of its UTF-8 text under the key."""
    return [hmac.digest(key, value.encode(), "sha256").hex()[:PSEUDONYM_LENGTH] for value in values]


def one_form(value: str) -> str:
    """The form in which a value enters its pseudonym, so that the same number typed differently is the same person.

    It goes by the value alone, not by the heading: the same person must be the same in files with other headings.
    """
    text = " ".join(patterns.plain(value).split())
    bare = _AROUND_A_NUMBER.sub("", text)
    if _NUMBER.fullmatch(bare):
        number = patterns.digits(bare)
        if len(number) == 16:
            return number
        if (mobile := _MOBILE.fullmatch(number)) or patterns.LANDLINE.fullmatch(bare):
            return "62" + (mobile[1] if mobile else re.sub("^(?:62|0)", "", number))
    if patterns.EMAIL.fullmatch(text) or (len(text) >= _NAME_AT_LEAST and not re.search(r"\d", text)):
        return _caseless(text)
    return text


def _caseless(text: str) -> str:
    """NFKC without case, until nothing changes: folding can undo the composition, and the other way round."""
    folded = " ".join(patterns.plain(text.casefold()).split())
    return folded if folded == text else _caseless(folded)


def _key() -> bytes:
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < KEY_LENGTH:
        found = "none" if not key else f"one of {len(key)} character{'' if len(key) == 1 else 's'}"
        raise PrivacyError(
            f"`hmac` under `private` needs a secret key of at least {KEY_LENGTH} characters in the environment "
            f"variable {KEY_VARIABLE}; found {found}. Make one with {_NEW_KEY}, keep it outside the repository and the "
            "round, and set the variable before the command runs. Another key gives other pseudonyms."
        )
    return key.encode()


def _wrong_treatment(table: Table, name: str, treatment: str, finding: Finding | None) -> list[IkfsError]:
    if treatment not in TREATMENTS:
        found = f"found {treatment!r} for {name!r}"
        return [ParameterError(f"`private` must say drop or hmac for each column; {found}. Correct it in round.yaml.")]
    if treatment == "hmac" and finding is not None and finding.kind in DROP_ONLY:
        return [
            PrivacyError(
                f"{table.source}, column {name!r}: a column of this kind ({finding.kind}) can only be dropped: a "
                f"pseudonym of it is of no use and may still tell where or who. Write `private: {_entry(name)}`."
            )
        ]
    return []


def _undeclared(table: Table, undeclared: Sequence[Finding]) -> PrivacyError:
    told = "; ".join(f"column {finding.column!r} ({finding.kind}): {finding.reason}" for finding in undeclared)
    entry = _entry(*(finding.column for finding in undeclared))
    return PrivacyError(
        f"{table.source}: personal data must be declared before they are read (UU 27/2022); found {told}. Write "
        f"`private: {entry}` beside the file in round.yaml (hmac in place "
        "of drop replaces ids, numbers and names by pseudonyms), or take the columns out of the file; rename a column "
        "whose heading misleads."
    )


def _entry(*names: str) -> str:
    """Entries of `private` as YAML: {nik: drop, "No. HP?": drop}; a name that YAML could read otherwise in quotes."""
    said = [name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False) for name in names]
    return "{" + ", ".join(f"{name}: drop" for name in said) + "}"


def _replaced(table: Table, name: str, key: bytes) -> tuple[pd.Series, str]:
    codes, texts = table.distinct(name)
    forms = [one_form(text) for text in texts]
    different = list(dict.fromkeys(forms))
    made = dict(zip(different, keyed_pseudonyms(different, key=key), strict=True))
    if len(set(made.values())) < len(made):
        raise PrivacyError(
            f"{table.source}, column {name!r}: two values must never share a pseudonym; it happened among {len(made)}. "
            f"Set another key in {KEY_VARIABLE}."
        )
    values = np.array([*(made[form] for form in forms), ""], dtype=object)[codes]
    what = f"replaced by pseudonyms (HMAC-SHA-256, {PSEUDONYM_LENGTH} hex digits)"
    if len(different) < len(texts):
        what += f"; {len(texts)} spellings are {len(different)} values once blanks, marks and case are put aside"
    return pd.Series(values, index=table.cells.index, name=name, dtype="str"), what


def _step(table: Table, name: str, finding: Finding | None, what: str) -> Step:
    kind = f" ({finding.kind})" if finding else ""
    return ("privacy", name, int(table.filled(name).sum()), what + kind)
