from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest


def answers_with_covariance(covariance: np.ndarray, n: int, *, seed: int = 0) -> pd.DataFrame:
    """Answers of n respondents whose sample covariance is exactly the given one: white noise, whitened and coloured."""
    noise = np.random.default_rng(seed).normal(size=(n, len(covariance)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return pd.DataFrame(white @ np.linalg.cholesky(covariance).T).add_prefix("x")


@pytest.fixture
def exact_answers() -> Callable[..., pd.DataFrame]:
    return answers_with_covariance
