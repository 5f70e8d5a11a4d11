from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@pytest.fixture(scope="session")
def holzinger() -> dict[str, Any]:
    return json.loads((REFERENCE / "factor_holzinger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def holzinger_matrix(holzinger) -> pd.DataFrame:
    return pd.DataFrame(holzinger["pearson"]["values"], index=holzinger["items"], columns=holzinger["items"])


@pytest.fixture(scope="session")
def pilot_values() -> dict[str, Any]:
    return json.loads((REFERENCE / "factor_pilot.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pilot(pilot_values) -> pd.DataFrame:
    """The 24 items, PS8 turned, gaps kept."""
    answers = pd.read_csv(REFERENCE / "pilot.csv")[pilot_values["items"]]
    return answers.assign(PS8=6 - answers["PS8"])


@pytest.fixture(scope="session")
def matched():
    """A function: the signed permutation that brings columns of loadings to those of a reference solution."""

    def match(loadings: Any, reference: Any) -> np.ndarray:
        ours, theirs = np.asarray(loadings), np.asarray(reference)
        congruence = ours.T @ theirs / np.sqrt(np.outer((ours**2).sum(axis=0), (theirs**2).sum(axis=0)))
        rows, columns = linear_sum_assignment(-np.abs(congruence))
        turn = np.zeros_like(congruence)
        turn[rows, columns] = np.sign(congruence[rows, columns])
        return turn

    return match
