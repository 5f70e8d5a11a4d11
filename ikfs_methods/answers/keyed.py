"""The answers of a round after the gate: checked, keyed, and with the record of what was done to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from ikfs_methods.checks import listed
from ikfs_methods.errors import ColumnError, TooFewError
from ikfs_methods.result import Shown

Part = TypeVar("Part", pd.Series, pd.DataFrame)


@dataclass(frozen=True, slots=True, repr=False)
class Answers(Shown):
    """Checked and keyed answers; every series and frame has the respondents as rows.

    `items` holds a column per indicator code, in scale points, high meaning more of the trait; NaN is a missing
    answer. `weight` is the design weight (1 where none is declared). `group` and `region` are categories, or None
    where the round declares none; `region_code` holds the codes behind the region names. `rows` is the row of the file
    that each respondent stands in, `duration` the seconds that the interview took (None: not declared), `outside` the
    declared measures from outside the index (no column where none is declared), `impossible` True where a declared
    impossible pattern holds (None: none declared). `bounds`: scale_min and scale_max by
    indicator, `asked`: the indicators in the order of the file. `log`: step, column, cells, detail: all that was done
    to the delivered cells. `guessed`: what the dictionary guessed and nobody has confirmed.
    """

    items: pd.DataFrame
    weight: pd.Series
    group: pd.Series | None
    region: pd.Series | None
    region_code: pd.Series | None
    weighted: bool
    reversed_items: tuple[str, ...]
    source: Path
    bounds: pd.DataFrame
    asked: tuple[str, ...]
    rows: pd.Series
    duration: pd.Series | None
    outside: pd.DataFrame
    impossible: pd.DataFrame | None
    log: pd.DataFrame
    guessed: tuple[str, ...]

    def __repr__(self) -> str:
        # No rows: answers must not be shown by chance.
        return f"Answers({self.source.name}: {self.n} respondents, {self.items.shape[1]} items)"

    @property
    def n(self) -> int:
        """Number of respondents."""
        return len(self.items)

    @property
    def n_complete(self) -> int:
        """Number of respondents without a missing answer."""
        return int(self.items.notna().all(axis=1).sum())

    @property
    def as_given(self) -> pd.DataFrame:
        """The answers before keying, items in the order of the file: what straight-lining can be seen in."""
        given = self.items[list(self.asked)].copy()
        for code in self.reversed_items:
            given[code] = turned(given[code], self.bounds.T[code])
        return given

    def without(self, respondents: Iterable[object]) -> Answers:
        """The answers without those respondents.

        Raises ColumnError for one who is not there and TooFewError when nobody would be left.
        """
        gone = pd.Index(list(dict.fromkeys(respondents)))
        unknown = gone.difference(self.items.index)
        if len(unknown):
            raise ColumnError(
                f"{self.source}: a respondent to leave out must be one of the {self.n} that answered; not found: "
                f"{listed(unknown)}."
            )
        keep = ~self.items.index.isin(gone)
        if not keep.any():
            raise TooFewError(f"{self.source}: at least one respondent must stay; all {self.n} would be left out.")

        def kept(part: Part | None) -> Part | None:
            return None if part is None else part.loc[keep]

        return replace(
            self,
            items=self.items.loc[keep],
            weight=self.weight.loc[keep],
            rows=self.rows.loc[keep],
            group=kept(self.group),
            region=kept(self.region),
            region_code=kept(self.region_code),
            duration=kept(self.duration),
            outside=self.outside.loc[keep],
            impossible=kept(self.impossible),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row an indicator: answers, missing answers, mean and standard deviation in scale points, keyed how."""
        return pd.DataFrame(
            {
                "n": self.items.notna().sum(),
                "missing": self.items.isna().mean(),
                "mean": self.items.mean(),
                "sd": self.items.std(ddof=1),
                "reversed": self.items.columns.isin(self.reversed_items),
            }
        ).rename_axis("indicator")


def turned(answers: pd.Series, bounds: pd.Series) -> pd.Series:
    """A reverse-keyed item turned about the middle of its scale: scale_min + scale_max - x; its own inverse."""
    return float(bounds["scale_min"]) + float(bounds["scale_max"]) - answers
