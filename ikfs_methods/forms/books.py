"""The tables of a round while answers are entered: new rows in a stable order, gaps, conflicts, what was replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ikfs_methods.checks import listed
from ikfs_methods.errors import InputFileError
from ikfs_methods.forms.answers import Given
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET, Asked
from ikfs_methods.forms.entering import KINDS, Entered, Key, enter, units
from ikfs_methods.forms.institutions import Institutions
from ikfs_methods.forms.layout import COMMENT
from ikfs_methods.forms.longtable import LongTable, Row
from ikfs_methods.forms.saying import differences
from ikfs_methods.forms.setting import TABLES, Setting
from ikfs_methods.reading import safe_cell
from ikfs_methods.rounds.tables import DELPHI_ROUND

_ALL = 10_000  # names in a message that must be complete
_TABLE_OF = {AHP: "judgements", BUDGET: "budget", BEST_WORST: "best_worst"}


class Books:
    """All tables that forms fill; `enter` enters the answers, `files` gives the bytes of those that changed.

    `fresh`: tables that the round did not name and that now hold something; `kept`: earlier answers that the form
    leaves empty.
    """

    def __init__(
        self, setting: Setting, now: Asked, given: Sequence[Given], known: Mapping[str, str], *, replace: bool
    ) -> None:
        self.setting, self.now, self.given, self.replace = setting, now, given, replace
        self.tables: dict[str, LongTable] = {name: setting.table(name) for name in TABLES}
        self.before = {name: table.content() for name, table in self.tables.items()}
        self.institutions = Institutions(self.tables, known, setting.file.language, replace=replace)
        self.gaps: list[str] = []
        self.n_gaps = 0
        self.conflicts: list[str] = []
        self.replaced: list[str] = []
        self.kept: list[str] = []
        self.read: dict[str, int] = {}
        self.new_rows: dict[str, int] = {}

    def enter(self) -> None:
        """Enters all answers, then looks for what is still missing."""
        self.institutions.settle(self.given)
        self._rounds()
        self._enter("panel", self._ratings())
        self._enter("comments", self._comments())
        self._enter("judgements", self._pairs())
        self._enter("budget", self._points())
        self._enter("best_worst", self._best_worst())
        self._enter("experts", self.institutions.rows(self.given))
        self.conflicts += self.institutions.conflicts
        self.replaced += self.institutions.replaced
        self._gaps()

    @property
    def fresh(self) -> list[str]:
        """Tables that round.yaml does not name and that hold something now."""
        named = self.setting.file.inputs
        return [name for name, table in self.tables.items() if getattr(named, name) is None and len(table)]

    def files(self) -> tuple[dict[Path, bytes], dict[Path, int]]:
        """The bytes of every table that changed, and how many of its rows are new."""
        changed: dict[Path, bytes] = {}
        for name, table in self.tables.items():
            content = table.content()
            if content == self.before[name] or not len(table):
                continue
            if not table.delimited:
                raise InputFileError(
                    f"{table.path}: answers can be entered into a CSV alone; this table is of another kind. Save it as "
                    f"CSV and name that file in round.yaml (inputs.{name}); nothing was written."
                )
            changed[table.path] = content
        return changed, {table.path: self.new_rows.get(name, 0) for name, table in self.tables.items()}

    def _rounds(self) -> None:
        """The column of Delphi rounds, where a second one is collected; what is there was the first."""
        for name in ("panel", "comments"):
            table = self.tables[name]
            later = any(one.delphi > 1 and (one.ratings if name == "panel" else one.comments) for one in self.given)
            if later and DELPHI_ROUND not in table.columns:
                table.columns.append(DELPHI_ROUND)
                for row in table.rows:
                    row[DELPHI_ROUND] = "1"

    def _enter(self, name: str, new: Mapping[Key, list[Row]]) -> None:
        made: Entered = enter(self.tables[name], name, new, replace=self.replace)
        self.new_rows[name] = made.rows
        if name != "experts":
            self.read[name] = len(new)
            said = differences(name, made.differing, self.tables[name].path.name, replaced=self.replace)
            (self.replaced if self.replace else self.conflicts).extend(said)

    def _order(self, codes: Iterable[str], among: Sequence[str]) -> list[str]:
        """The codes as they follow each other in the framework, or among the criteria."""
        return sorted(codes, key=lambda code: among.index(code) if code in among else len(among))

    def _ratings(self) -> dict[Key, list[Row]]:
        found: dict[Key, list[Row]] = {}
        rounds = sorted({one.delphi for one in self.given})
        table = self.tables["panel"]
        for number in rounds:
            now = [one for one in self.given if one.delphi == number]
            criteria = self._order(dict.fromkeys(name for one in now for name, _ in one.ratings), self.now.criteria)
            for criterion in criteria:
                for one in now:
                    codes = [code for name, code in one.ratings if name == criterion]
                    for code in self._order(codes, self.now.indicators):
                        row = table.made(
                            expert=one.expert, institution=self.institutions.of(one.expert), indicator=code,
                            criterion=criterion, rating=table.number(one.ratings[criterion, code]),
                        )  # fmt: skip
                        self._add(found, "panel", row, number)
        return found

    def _comments(self) -> dict[Key, list[Row]]:
        found: dict[Key, list[Row]] = {}
        table = self.tables["comments"]
        for one in self.given:
            for code in self._order(one.comments, self.now.indicators):
                row = table.made(expert=one.expert, indicator=code, comment=safe_cell(one.comments[code]))
                self._add(found, "comments", row, one.delphi)
        return found

    def _add(self, found: dict[Key, list[Row]], name: str, row: Row, number: int) -> None:
        if DELPHI_ROUND in row:
            row[DELPHI_ROUND] = str(number)
        found[KINDS[name].key(row)] = [row]

    def _parents(self, way: str) -> list[str]:
        """Every parent that somebody weighed in one way, in the order of the framework."""
        held = {AHP: "pairs", BUDGET: "budget", BEST_WORST: "best_worst"}[way]
        weighed = dict.fromkeys(parent for one in self.given for parent in getattr(one, held))
        return self._order(weighed, self.setting.framework.parents)

    def _pairs(self) -> dict[Key, list[Row]]:
        found: dict[Key, list[Row]] = {}
        table = self.tables["judgements"]
        earlier = units(table, KINDS["judgements"])
        for parent in self._parents(AHP):
            children = self.setting.framework.children(parent)
            for one in self.given:
                pairs = one.pairs.get(parent, {})
                known = [key[2:] for key in earlier if key[:2] == (parent, one.expert)]
                if pairs and not _connected(children, [*pairs, *known]):
                    _, why = one.lacking.pop((AHP, parent), (0, ""))
                    rest = why.partition(": ")[2]
                    self.conflicts.append(
                        f"{one.who}, pairs of {parent}: the {len(pairs)} pair(s) given must connect all of "
                        f"{listed(children, _ALL)}; they do not. None was taken: ask for the others"
                        f"{f' ({rest})' if rest else ''}."
                    )
                    continue
                for (left, right), (favoured, strength) in pairs.items():
                    row = table.made(
                        expert=one.expert, parent=parent, left=left, right=right,
                        favours="left" if favoured == left else "right", strength=table.number(strength),
                    )  # fmt: skip
                    found[KINDS["judgements"].key(row)] = [row]
        return found

    def _points(self) -> dict[Key, list[Row]]:
        table = self.tables["budget"]
        return {
            (parent, one.expert): [
                table.made(expert=one.expert, parent=parent, indicator=code, points=table.number(points))
                for code, points in one.budget[parent].items()
            ]
            for parent in self._parents(BUDGET)
            for one in self.given
            if parent in one.budget
        }

    def _best_worst(self) -> dict[Key, list[Row]]:
        table = self.tables["best_worst"]
        found: dict[Key, list[Row]] = {}
        for parent in self._parents(BEST_WORST):
            for one in self.given:
                if parent not in one.best_worst:
                    continue
                best, worst, degrees = one.best_worst[parent]
                found[parent, one.expert] = [
                    table.made(
                        expert=one.expert, parent=parent, best=best, worst=worst, indicator=code,
                        best_over=table.number(over), over_worst=table.number(under),
                    )
                    for code, (over, under) in degrees.items()
                ]  # fmt: skip
        return found

    def _gap(self, text: str, count: int = 1) -> None:
        self.gaps.append(text)
        self.n_gaps += count

    def _keeps(self, held: Mapping[str, Mapping[Key, list[Row]]]) -> None:
        """Earlier answers to what the form asked and leaves empty: withdrawn, or given on another copy of it."""
        for one in self.given:
            criteria, codes = one.rated
            number = str(one.delphi)
            for criterion in criteria:
                asked = [code for code in codes if (criterion, code) not in one.ratings.keys() | one.told]
                rows = {code: held["panel"].get((number, criterion, one.expert, code), []) for code in asked}
                said = [f"{code} {own[0]['rating']}" for code, own in rows.items() if own and own[0]["rating"].strip()]
                self._keep(one, "panel", criterion, said)
            silent = [code for code in codes if code not in one.comments and (COMMENT, code) not in one.told]
            said = [code for code in silent if (number, one.expert, code) in held["comments"]]
            self._keep(one, "comments", "comments on", said)
            for (way, parent), (count, _) in one.lacking.items():
                if count and self._answered(held, way, parent, one.expert):
                    self._keep(one, _TABLE_OF[way], f"answers ({way}) on", [parent])

    def _keep(self, one: Given, name: str, subject: str, said: Sequence[str]) -> None:
        if said:
            self.kept.append(
                f"{one.who}: {self.tables[name].path.name} holds {subject} {listed(said, _ALL)}; the form is empty "
                "there, and the earlier stays. Delete the rows to withdraw it."
            )

    def _gaps(self) -> None:
        """What the forms left empty and no table holds, and who returned no form."""
        held = {name: units(table, KINDS[name]) for name, table in self.tables.items()}
        for one in self.given:
            criteria, codes = one.rated
            for criterion in criteria:
                empty = [
                    code
                    for code in codes
                    if (criterion, code) not in one.ratings
                    and (criterion, code) not in one.told
                    and (str(one.delphi), criterion, one.expert, code) not in held["panel"]
                ]
                if empty:
                    said = f"all {len(empty)} indicators" if len(empty) == len(codes) else listed(empty, _ALL)
                    self._gap(f"{one.who}, ratings, {criterion}: empty for {said}.", len(empty))
            for (way, parent), (count, why) in one.lacking.items():
                if count and not self._answered(held, way, parent, one.expert):
                    self._gap(f"{one.who}, {why}.", count)
            if not self.institutions.known(one.expert):
                self._gap(
                    f"{one.who}: no institution or field is given; {self.institutions.of(one.expert)!r} stands in the "
                    f"panel. Write it into {self.tables['experts'].path.name} and collect again."
                )
        self._keeps(held)
        self._missing(held)

    def _answered(self, held: Mapping[str, Mapping[Key, list[Row]]], way: str, parent: str, expert: str) -> bool:
        """Whether the table has a whole answer from before."""
        own = [key for key in held[_TABLE_OF[way]] if key[:2] == (parent, expert)]
        children = len(self.setting.framework.children(parent))
        return len(own) >= (children * (children - 1) // 2 if way == AHP else 1)

    def _missing(self, held: Mapping[str, Mapping[Key, list[Row]]]) -> None:
        """Experts of whom there is neither a form nor an earlier answer in a Delphi round that came back."""
        for number in sorted({one.delphi for one in self.given}):
            came = {one.expert for one in self.given if one.delphi == number}
            came |= {key[2] for key in held["panel"] if key[0] == str(number)}
            if number == 1:
                came |= {key[1] for name in _TABLE_OF.values() for key in held[name]}
            lacking = [expert for expert in self.institutions.all if expert not in came]
            again = f" of Delphi round {number}" if number > 1 else ""
            if lacking:
                self._gap(f"no form{again} came back from {listed(lacking, _ALL)}.", len(lacking))


def _connected(codes: Sequence[str], pairs: Iterable[Sequence[str]]) -> bool:
    """Whether the pairs lead from each code to every other."""
    links = [set(pair) for pair in pairs]
    reached = {codes[0]}
    while grown := [link for link in links if link & reached and not link <= reached]:
        reached.update(*grown)
    return set(codes) <= reached
