"""Province codes: which code system a round declares, and the names behind its codes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ParameterError, ScaleError
from ikfs_methods.places import project

# Column of provinces.csv behind each name that round.yaml may give as region_codes.
SYSTEMS = {
    "bps-2020": "bps_2020",
    "bps-2022": "bps_2022plus",
    "kemendagri-2020": "kemendagri_2020",
    "kemendagri-2022": "kemendagri_2022plus",
}


@cache
def provinces() -> pd.DataFrame:
    """The provinces with their codes in each system, as text (rows provinces)."""
    return pd.read_csv(project() / "data" / "reference" / "provinces.csv", dtype=str, keep_default_na=False)


def region_names(codes: pd.Series, *, system: str, path: Path) -> pd.Series:
    """The province name of each code, under the declared code system.

    The same two digits mean different provinces in different systems (94 is Papua for BPS, nothing for Kemendagri in
    2020), so the system is declared, never guessed. Raises ParameterError for an unknown system and ScaleError for a
    code that it does not hold, with file and row.
    """
    if system not in SYSTEMS:
        raise ParameterError(
            f"region_codes must be one of {listed(SYSTEMS)}; found {system!r}.{did_you_mean(system, SYSTEMS)}"
        )
    table = provinces()
    table = table[table[SYSTEMS[system]] != ""]
    names = dict(zip(table[SYSTEMS[system]], table["name"], strict=True))
    wrong = ~codes.isin(names)
    if wrong.any():
        line = codes.index[wrong.to_numpy()][0]
        raise ScaleError(
            f"{path}, row {line}, column {codes.name!r}: a province code of {system} must stand here; "
            f"found {codes[line]!r} ({int(wrong.sum())} such cell(s)). Correct the code, or the system in round.yaml."
        )
    return codes.map(names)
