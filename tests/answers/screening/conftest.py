"""Values of R on airquality and on the invented answers, and invented answers with gaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def from_r() -> dict[str, Any]:
    """What tests/reference/screening.R printed."""
    return json.loads((TESTS / "reference" / "screening.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def airquality(from_r: dict[str, Any]) -> pd.DataFrame:
    """153 days of air quality in New York; Ozone and Solar.R have gaps."""
    return pd.DataFrame(from_r["airquality"], dtype=np.float64)


@pytest.fixture(scope="session")
def answers() -> pd.DataFrame:
    """The 200 invented answers to 7 items of 1 to 5, as given."""
    return pd.read_csv(TESTS / "formats" / "answers.csv", index_col="respondent").loc[:, "A1":"B3"]
