"""The institution or field that each expert speaks for: from the form, the table of experts, or the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ikfs_methods.forms import cells
from ikfs_methods.forms.answers import Given
from ikfs_methods.forms.entering import Key
from ikfs_methods.forms.longtable import LongTable, Row
from ikfs_methods.reading import bare_cell, safe_cell
from ikfs_methods.rounds.tables import NOT_STATED, stated


class Institutions:
    """The institution by expert while answers are entered; the panel's rows of an expert all bear the same one."""

    def __init__(
        self, tables: Mapping[str, LongTable], known: Mapping[str, str], language: str, *, replace: bool
    ) -> None:
        self.tables, self.replace, self.stand_in = tables, replace, NOT_STATED[language]
        self._found = {expert: stated(bare_cell(text)) for expert, text in known.items()}
        for row in tables["panel"].rows:
            self._found[row["expert"]] = self._found.get(row["expert"]) or stated(bare_cell(row["institution"]))
        self.conflicts: list[str] = []
        self.replaced: list[str] = []

    @property
    def all(self) -> list[str]:
        """Every expert who is known."""
        return list(self._found)

    def known(self, expert: str) -> str:
        """The institution of an expert; "" where nobody said it."""
        return self._found.get(expert, "")

    def of(self, expert: str) -> str:
        """What the panel's rows of an expert say."""
        return safe_cell(self.known(expert) or self.stand_in)

    def settle(self, given: Sequence[Given]) -> None:
        """Takes what the forms say, and puts it into the rows of the panel that are there already."""
        spelled = {cells.folded(text): text for text in self._found.values() if text}
        for one in given:
            was, said = self.known(one.expert), stated(one.institution)
            now = spelled.setdefault(cells.folded(said), said) if said else was
            if was and now != was:
                text = f"{one.who}: the institution is {was!r} in the tables and {now!r} on the form"
                if not self.replace:
                    self.conflicts.append(f"{text}; the earlier stays.")
                    now = was
                else:
                    self.replaced.append(f"{one.who}: institution {was} -> {now}")
            self._found[one.expert] = now
        self._in_panel({one.expert for one in given})

    def _in_panel(self, returned: set[str]) -> None:
        """Brings the institution into the panel's rows: where none is stated, and with `replace` where a form came."""
        told: set[str] = set()
        for row in self.tables["panel"].rows:
            expert, here = row["expert"], stated(bare_cell(row["institution"]))
            wanted = self.known(expert)
            if here == wanted:
                continue
            if not here or (self.replace and expert in returned):
                row["institution"] = safe_cell(wanted)
                if here and expert not in told:
                    self.replaced.append(f"{expert}, institution in the panel: {here} -> {wanted}")
                    told.add(expert)
                continue
            self._found[expert] = here
            self.conflicts.append(
                f"{expert}: the institution is {here!r} in {self.tables['panel'].path.name} and {wanted!r} in "
                f"{self.tables['experts'].path.name}; new ratings bear the former. Correct one of them."
            )

    def rows(self, given: Sequence[Given]) -> dict[Key, list[Row]]:
        """The rows of the table of experts for those who returned a form."""
        table = self.tables["experts"]
        experts = dict.fromkeys(one.expert for one in given)
        return {(expert,): [table.made(expert=expert, institution=safe_cell(self.known(expert)))] for expert in experts}
