"""What forms need of a round: round.yaml, framework, parameters, experts; its answers may not exist yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ikfs_methods import framework as frameworks
from ikfs_methods.checks import listed
from ikfs_methods.errors import JudgementError, Problems
from ikfs_methods.forms.longtable import LongTable
from ikfs_methods.framework import Framework, check_language
from ikfs_methods.places import round_folder
from ikfs_methods.rounds import tables
from ikfs_methods.rounds.parameters import Parameters, resolve
from ikfs_methods.rounds.partial import read_partial
from ikfs_methods.rounds.roundfile import RoundFile, TableInput

# The tables that forms fill, each with the columns that it must have, in the order in which they are written.
TABLES = {
    "panel": tables.PANEL,
    "judgements": tables.JUDGEMENTS,
    "budget": tables.BUDGET,
    "best_worst": tables.BEST_WORST,
    "comments": tables.COMMENTS,
    "experts": tables.EXPERTS,
}


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A round before or after its forms came back; the survey's answers are not looked at."""

    folder: Path
    file: RoundFile
    framework: Framework
    parameters: Parameters
    language: str

    @property
    def where(self) -> Path:
        """The round's own file."""
        return self.folder / "round.yaml"

    def entry(self, name: str) -> TableInput:
        """What round.yaml says of a table; where it says nothing, a file of that name in the round's folder."""
        given: TableInput | None = getattr(self.file.inputs, name)
        return TableInput(file=f"{name}.csv") if given is None else given

    def table(self, name: str) -> LongTable:
        """One of the TABLES as its file holds it; empty where there is none yet."""
        entry = self.entry(name)
        return LongTable.read(self.folder / entry.file, entry, TABLES[name])

    def experts(self) -> dict[str, str]:
        """Institution by expert: those of the table of experts, else those of the panel; "" where it is not known."""
        named = self.table("experts")
        source = named if len(named) else self.table("panel")
        found: dict[str, str] = {}
        for row in source.rows:
            expert = row["expert"]
            if expert and not found.get(expert):
                found[expert] = row["institution"]
        if len(named) and len(named) > len(found):
            codes = [row["expert"] for row in named.rows]
            twice = listed(dict.fromkeys(repr(code) for code in codes if not code or codes.count(code) > 1))
            raise JudgementError(
                f"{named.path}: every row must have a code of its own in the column expert; empty or repeated: {twice}"
                ". Correct the table."
            )
        return found


def setting_of(folder: str | Path, language: str | None = None) -> Setting:
    """The round in a folder (or a shipped one by its name) as far as forms need it.

    Raises what is wrong with round.yaml, the framework and the parameters, all together.
    """
    place = round_folder(folder)
    path = place / "round.yaml"
    partial = read_partial(path)
    problems = Problems()
    problems.add(*partial.problems)
    tree = problems.tried(lambda: frameworks.read((place / partial.file.framework).resolve()))
    values = problems.tried(lambda: resolve(dict(partial.file.parameters), where=str(path)))
    spoken = check_language(language or partial.file.language)
    if tree is None or values is None or len(problems):
        raise problems.error()
    return Setting(place, partial.file, tree, values, spoken)
