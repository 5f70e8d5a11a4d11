"""indicators.csv: every row that breaks the tree or a scale, all of them told together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import FrameworkError, Problems
from ikfs_methods.framework.responsibility import owner_faults
from ikfs_methods.framework.tree import COLUMNS, MEASUREMENTS, STATUSES
from ikfs_methods.reading import Table, bare_cell, parse_numbers

_SCALE = ("scale_min", "scale_max", "direction")
# What the answers to an indicator are read by.
_READ_BY = (*_SCALE, "column")


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of indicators.csv (`frame`, index: code), and what of them can be used.

    `is_tree`: the codes and parents make a tree, whatever else is wrong. `unsound`: the indicators whose scale,
    direction or column is wrong.
    """

    frame: pd.DataFrame
    is_tree: bool
    unsound: frozenset[str]


def nodes_of(table: Table, problems: Problems) -> Nodes:
    """The nodes (columns as in indicators.csv); whatever is wrong with them goes to `problems`."""
    rows = _Rows(table, problems)
    is_tree = rows.check_tree()
    rows.check_scales()
    rows.check_words()
    rows.check_owners()
    if not set(_READ_BY) <= rows.there:
        rows.unsound = rows.leaf
    unsound = frozenset(rows.nodes["code"][rows.unsound & rows.leaf])
    return Nodes(rows.nodes.set_index("code"), is_tree, unsound)


class _Rows:
    """The rows under check. A rule is applied where the columns that it needs are there."""

    def __init__(self, table: Table, problems: Problems) -> None:
        self.table, self.problems = table, problems
        self.there = {name for name in COLUMNS if name in table.columns}
        lacking = [name for name in COLUMNS if name not in self.there]
        if lacking:
            self.problems.add(
                FrameworkError(
                    f"{table.source} must have the columns {listed(COLUMNS, 20)}; missing: {listed(lacking, 20)}."
                    f"{did_you_mean(lacking[0], set(table.columns) - self.there)} Add them."
                )
            )
        empty = pd.Series("", index=table.cells.index, dtype="str")
        self.nodes = pd.DataFrame({name: table.text(name) if name in self.there else empty for name in COLUMNS})
        # what `ikfs new` made safe for spreadsheets; the column's name must match the answers
        self.nodes = self.nodes.map(bare_cell)
        code, parent = self.nodes["code"], self.nodes["parent"]
        self.leaf = ~code.isin(parent[parent != code]) & (parent != "")
        self.repeated = code.duplicated(keep=False) & (code != "")
        self.unsound = pd.Series(data=False, index=self.nodes.index)
        for name in _SCALE:
            self.nodes[name] = self.numbers(name)

    def refuse(self, needs: Collection[str], wrong: pd.Series, rule: str, *, tail: str = "") -> None:
        """Keeps one error for all rows that break a rule; `tail` follows the list of rows."""
        if not (set(needs) <= self.there and wrong.any()):
            return
        if set(needs) & set(_READ_BY):
            self.unsound |= wrong
        shown = self.nodes[wrong]
        value = next((name for name in needs if name not in ("code", "parent")), None)
        cells = self.table.text(value)[wrong] if value else pd.Series("", index=shown.index)
        found = [
            f"{code or '(no code)'} (row {row}, parent {parent!r})" + (f" with {cell!r}" if value else "")
            for row, code, parent, cell in zip(shown.index, shown["code"], shown["parent"], cells, strict=True)
        ]
        self.problems.add(FrameworkError(f"{self.table.source}: {rule}; found in {listed(found)}.{tail} Correct it."))

    def numbers(self, name: str) -> pd.Series:
        """A column as floats (NaN where empty or wrong); what is no finite number is refused."""
        if name not in self.there:
            return pd.Series(np.nan, index=self.nodes.index)
        positions, texts = self.table.distinct(name)
        parsed = parse_numbers(texts, decimal=self.table.decimal, comma_separated=self.table.delimiter == ",")
        values = pd.Series(np.append(parsed.numbers, np.nan)[positions], index=self.nodes.index)
        given = pd.Series(positions >= 0, index=self.nodes.index)
        wrong = (given | self.leaf) & ~np.isfinite(values)
        self.refuse([name], wrong, f"{name} of an indicator must be a number")
        return values.where(np.isfinite(values))

    def check_tree(self) -> bool:
        """Whether there are one root, parents that exist and lead up to it, and codes of their own."""
        code, parent = self.nodes["code"], self.nodes["parent"]
        before = len(self.problems)
        orphans = ~parent.isin(["", *code])
        near = did_you_mean(str(parent[orphans].iloc[0]), code) if orphans.any() else ""
        self.refuse(["code"], code == "", "every row must have a code")
        self.refuse(["code"], self.repeated, "codes must be unique")
        self.refuse(["code", "parent"], orphans, "every parent must be the code of another row", tail=near)
        self.refuse(["code", "parent"], (parent == code) & (code != ""), "a row must not be its own parent")
        self.refuse(["code", "parent"], self.circular(), "parents must lead up to the index, not in a circle")
        if not {"code", "parent"} <= self.there:
            return False
        self.check_root()
        if len(self.problems) == before and not self.leaf.any():
            self.problems.add(
                FrameworkError(
                    f"{self.table.source} must hold at least one indicator below the index; found only "
                    f"{len(self.nodes)} row(s). Add the indicators."
                )
            )
        return len(self.problems) == before

    def check_root(self) -> None:
        """Exactly one row without a parent."""
        roots = self.nodes["parent"] == ""
        rule = "exactly one row, the index itself, must have no parent"
        if not roots.any():
            self.problems.add(FrameworkError(f"{self.table.source}: {rule}; found no such row. Add the index."))
        elif roots.sum() > 1:
            self.refuse(["code", "parent"], roots, rule)

    def circular(self) -> pd.Series:
        """Rows whose parents lead back to themselves (a row that is its own parent aside)."""
        above = dict(zip(self.nodes["code"], self.nodes["parent"], strict=True))
        above = {code: parent for code, parent in above.items() if code and code != parent}
        inside: set[str] = set()
        for start in above:
            path: list[str] = []
            node = start
            while node in above and node not in path and node not in inside:
                path.append(node)
                node = above[node]
            if node in path:
                inside |= set(path[path.index(node) :])
        return self.nodes["code"].isin(inside)

    def check_scales(self) -> None:
        """Scales that rise, directions, and children within the scale of their dimension where it has one."""
        low, high, direction = (self.nodes[name] for name in _SCALE)
        falling = ~(low < high) & low.notna() & high.notna()
        self.refuse(["scale_min", "scale_max"], falling, "scale_min must be below scale_max")
        self.refuse(
            ["direction"], self.leaf & direction.notna() & ~direction.isin([1, -1]), "direction must be 1 or -1"
        )
        usable = ~self.repeated & ~falling & (self.nodes["code"] != "")
        above = self.nodes[usable].set_index("code")[["scale_min", "scale_max"]]
        floor, ceiling = (self.nodes["parent"].map(above[name]) for name in above)
        self.refuse(
            ["scale_min", "scale_max"],
            ((low < floor) | (high > ceiling)) & ~falling,
            "a scale must lie within that of the parent, where the parent has one",
        )

    def check_words(self) -> None:
        """Words that must be among known ones, and columns that only one indicator names."""
        nodes, leaf = self.nodes, self.leaf
        self.refuse(
            ["measurement"],
            ~leaf & ~nodes["measurement"].isin(MEASUREMENTS),
            "measurement of a dimension must be reflective or formative",
        )
        self.refuse(["status"], ~nodes["status"].isin(STATUSES), f"status must be one of {listed(STATUSES)}")
        nodes["column"] = nodes["column"].where(~leaf | (nodes["column"] != ""), nodes["code"])
        named = leaf & ~self.repeated & (nodes["column"] != "")
        twice = named & nodes["column"].where(named).duplicated(keep=False)
        self.refuse(["column"], twice, "each indicator must name its own column of the answers")

    def check_owners(self) -> None:
        """Owners that can be read as roles of units."""
        nodes = self.nodes[~self.repeated & (self.nodes["code"] != "")]
        places = dict(zip(nodes["code"], nodes.index, strict=True))
        for codes, fault in owner_faults(dict(zip(nodes["code"], nodes["owner"], strict=True))):
            where = f" in {listed(f'{code} (row {places[code]})' for code in codes)}" if codes else ""
            self.problems.add(FrameworkError(f"{self.table.source}: owner{where}: {fault}"))
