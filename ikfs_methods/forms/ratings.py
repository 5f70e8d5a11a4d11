"""What the panel said in the Delphi round before, as a form of the next one shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ikfs_methods.checks import listed
from ikfs_methods.errors import JudgementError, ParameterError
from ikfs_methods.forms import texts
from ikfs_methods.forms.setting import Setting
from ikfs_methods.reading import parse_numbers
from ikfs_methods.report.language import NONE, Words
from ikfs_methods.rounds.criteria import ESSENTIAL
from ikfs_methods.rounds.tables import DELPHI_ROUND

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The ratings of one Delphi round by expert, indicator and criterion."""

    ratings: dict[Key, float]

    @property
    def criteria(self) -> list[str]:
        """The criteria that were rated, in the table's order."""
        return list(dict.fromkeys(criterion for _, _, criterion in self.ratings))

    def own(self, expert: str, indicator: str, criterion: str, words: Words) -> str:
        """The expert's own rating as a reader sees it; a dash where there is none."""
        value = self.ratings.get((expert, indicator, criterion))
        return NONE if value is None else _said(value, criterion, words)

    def group(self, indicator: str, criterion: str, words: Words) -> str:
        """The panel's median and quartiles: 3 (2–4); of yes and no, how many said yes."""
        found = [value for (_, code, name), value in self.ratings.items() if (code, name) == (indicator, criterion)]
        if not found:
            return NONE
        if criterion == ESSENTIAL:
            return words("{yes}: {count} of {all}", yes=words(texts.YES), count=sum(map(int, found)), all=len(found))
        low, middle, high = np.percentile(found, [25, 50, 75]).tolist()
        return f"{words.plain(middle)} ({words.plain(low)}–{words.plain(high)})"


def _said(value: float, criterion: str, words: Words) -> str:
    return words(texts.YES if value else texts.NO) if criterion == ESSENTIAL else words.plain(value)


def earlier_of(setting: Setting, delphi: int, criteria: Collection[str]) -> Earlier:
    """The last rating of each expert, on each indicator and criterion, before Delphi round `delphi` (2 or later).

    A criterion that was not asked again keeps its ratings. Raises ParameterError when the round before has no ratings
    or some of the `criteria` has none, JudgementError for a rating or round that is no number.
    """
    table = setting.table("panel")
    rows = [row for row in table.rows if row["rating"]]
    numbers = parse_numbers([row["rating"] for row in rows], decimal=table.decimal).numbers
    rounds = parse_numbers([row.get(DELPHI_ROUND) or "1" for row in rows]).numbers
    if not (np.isfinite(numbers).all() and np.isfinite(rounds).all()):
        raise JudgementError(
            f"{table.path}: ratings and Delphi rounds must be numbers; some are not. `ikfs check` names the cells."
        )
    known = sorted({int(number) for number in rounds})
    if delphi - 1 not in known:
        raise ParameterError(
            f"Delphi round {delphi} needs the ratings of round {delphi - 1}; {table.path} has "
            f"{f'those of round(s) {listed(known)}' if known else 'none'}. Collect them first, or give another round."
        )
    found: dict[Key, float] = {}
    for place in np.argsort(rounds, kind="stable").tolist():
        if rounds[place] < delphi:
            row = rows[place]
            found[row["expert"], row["indicator"], row["criterion"]] = float(numbers[place])
    last = {row["criterion"] for row, number in zip(rows, rounds, strict=True) if number == delphi - 1}
    wanted = list(criteria) or list(dict.fromkeys(row["criterion"] for row in rows if row["criterion"] in last))
    unrated = [name for name in wanted if name not in {criterion for _, _, criterion in found}]
    if unrated:
        raise ParameterError(
            f"a later Delphi round asks again what was rated before ({listed(last)}); found no rating on "
            f"{listed(unrated)}. Leave those criteria out."
        )
    return Earlier({key: value for key, value in found.items() if key[2] in wanted})
