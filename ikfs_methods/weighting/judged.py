"""The long tables in which experts judge: columns, blanks, and every row to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ikfs_methods.checks import listed, quoted, real_numbers
from ikfs_methods.errors import ColumnError, JudgementError, ParameterError, Problems


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A long table of judgements under check: columns expert and parent, and what was judged.

    `told` (bool, shaped like `rows`) marks the cells that a problem already names. No rule is asked of them again, and
    what an expert left out is looked for only where all of that expert's rows on the parent are sound: a mistake is
    told once, its consequences are not.
    """

    rows: pd.DataFrame
    told: pd.DataFrame
    problems: Problems = field(default_factory=Problems)

    def sound(self, names: Iterable[str]) -> pd.Series:
        """Rows in which none of these cells is told."""
        return ~self.told[list(names)].any(axis=1)

    def refuse(self, wrong: pd.Series, names: Sequence[str], rule: str, described: Callable[[pd.Series], str]) -> None:
        """Keeps one error for all rows that break a rule on these columns, and marks their cells."""
        broken = wrong & self.sound(names)
        if not broken.any():
            return
        labels = self.rows.index[broken]
        several = f"; all such rows: {listed(labels)}" if len(labels) > 1 else ""
        self.problems.add(
            JudgementError(
                f"{rule}; found {len(labels)} row(s), the first is row {quoted(labels[0])}: "
                f"{described(self.rows[broken].iloc[0])}{several}. Correct the table."
            )
        )
        self.told.loc[broken, list(names)] = True

    def groups(self) -> Iterator[tuple[str, str, np.ndarray]]:
        """Expert, parent and positions of the rows of every expert's part that is sound throughout, in table order."""
        expert, parent, broken = self.rows["expert"], self.rows["parent"], self.told.any(axis=1)
        pairs = set(zip(expert[broken], parent[broken], strict=True))
        # A row without a known parent may belong to any of its expert's, one without an expert to any expert's.
        experts, parents = set(expert[self.told["parent"]]), set(parent[self.told["expert"]])
        parts: dict[tuple[str, str], list[int]] = {}
        for position, pair in enumerate(zip(expert, parent, strict=True)):
            parts.setdefault(pair, []).append(position)
        for (name, above), own in parts.items():
            if (name, above) not in pairs and name not in experts and above not in parents:
                yield name, above, np.array(own)

    def parents_of(self, elements: Sequence[str], *, what: str) -> pd.Series:
        """Parent by element, in the order in which the rows name them; elements under two parents are refused."""
        used = self.rows[self.sound(["parent", *elements])]
        # Row by row, left before right.
        pairs = pd.DataFrame(
            {
                "element": used[list(elements)].to_numpy().ravel(),
                "parent": np.repeat(used["parent"].to_numpy(), len(elements)),
            }
        ).drop_duplicates()
        for element, parents in pairs.groupby("element", sort=False)["parent"]:
            if len(parents) > 1:
                self.problems.add(
                    JudgementError(
                        f"{what}: an element must have one parent; {element} stands under {listed(parents)}. "
                        "Correct the table."
                    )
                )
                self.told.loc[self.rows["parent"].isin(parents), list(elements)] = True
        return pairs.drop_duplicates("element").set_index("element")["parent"]

    def raise_any(self, what: str) -> None:
        """Raises what was found: one error as itself, several as one JudgementError that lists them."""
        found = list(self.problems)
        if len(found) == 1:
            raise found[0]
        if found:
            lines = [f"  {number}. {error}" for number, error in enumerate(found, 1)]
            raise JudgementError("\n".join([f"{what} must be mended in {len(found)} places:", *lines]))


def long_table(table: pd.DataFrame, columns: Sequence[str], *numbers: str, what: str) -> Judged:
    """Those columns of a judgement table: text stripped, `numbers` as floats; blanks are among its problems.

    Raises ColumnError for a missing or repeated column and JudgementError for a table without rows.
    """
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(f"{what} must be a pandas DataFrame; found {type(table).__name__}.")
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise ColumnError(
            f"{what} must have the columns {listed(columns)}; missing: {listed(lacking)}. "
            "Supply them, or rename the columns that hold them."
        )
    one_level = table.columns.nlevels == 1
    repeated = [name for name in columns if not one_level or (table.columns == name).sum() > 1]
    if repeated:
        raise ColumnError(
            f"{what} must have each column once, under one heading; repeated: {listed(repeated)}. "
            "Rename or drop the others."
        )
    if not len(table):
        raise JudgementError(f"{what} must have at least one row; found none. Supply what the experts judged.")
    # Rows are counted when the labels repeat, so that marking one cell never marks another.
    used = table[list(columns)] if table.index.is_unique else table[list(columns)].reset_index(drop=True)
    used, told = used.copy(), pd.DataFrame(data=False, index=used.index, columns=list(columns))
    problems = Problems()
    for name in columns:
        given = used[name]
        if name in numbers:
            used[name] = real_numbers(given)
            told[name] = ~np.isfinite(used[name].to_numpy())
        else:
            # A gap stays a gap through astype(str), and would be no text for the rules that follow.
            used[name] = given.astype(str).fillna("").str.strip()
            told[name] = given.isna() | (used[name] == "")
        wrong = told[name].to_numpy()
        if wrong.any():
            row = used.index[wrong][0]
            kind = "a number" if name in numbers else "filled in"
            several = f"; all such rows: {listed(used.index[wrong])}" if wrong.sum() > 1 else ""
            problems.add(
                JudgementError(
                    f"{what}: {name} must be {kind} in every row; {int(wrong.sum())} row(s) are not, "
                    f"the first is row {quoted(row)} with {quoted(given[wrong].tolist()[0])}{several}. "
                    "Correct or remove it."
                )
            )
    return Judged(used, told, problems)
