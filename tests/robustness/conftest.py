from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ikfs_methods.framework import Framework


@pytest.fixture
def tree() -> Callable[..., Framework]:
    """Makes a framework from (code, parent, scale_min, scale_max) rows; a dimension has no scale."""

    def make(*rows: tuple[Any, ...], **settings: Any) -> Framework:
        full = [row if len(row) == 4 else (*row, np.nan, np.nan) for row in rows]
        nodes = pd.DataFrame(full, columns=["code", "parent", "scale_min", "scale_max"]).set_index("code")
        return Framework("test", {"id": "uji", "en": "test"}, "1", "proposed", "", nodes, **settings)

    return make


@pytest.fixture
def small(tree: Callable[..., Framework]) -> Framework:
    """Two dimensions with two and one indicator, answers 1 to 5."""
    return tree(("I", ""), ("X", "I"), ("Y", "I"), ("x1", "X", 1, 5), ("x2", "X", 1, 5), ("y1", "Y", 1, 5))
