"""What a round asks on its forms (`forms` in round.yaml), held against the framework and the known criteria."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ikfs_methods.checks import did_you_mean, listed
from ikfs_methods.errors import ParameterError, Problems
from ikfs_methods.framework import Framework
from ikfs_methods.rounds.criteria import ABOUT, meant
from ikfs_methods.rounds.parameters import Parameters
from ikfs_methods.rounds.roundfile import FormsEntry

AHP, BUDGET, BEST_WORST = WAYS = ("ahp", "budget", "best_worst")
# The table of random indices of AHP ends here.
MOST_IN_AHP = 10


def check_forms(where: str, entry: FormsEntry | None, tree: Framework, parameters: Parameters) -> None:
    """Raises ParameterError for criteria and parents that cannot be asked about; several come together."""
    if entry is None:
        return
    problems = Problems()
    if entry.criteria is not None:
        problems.add(*criteria_faults(where, entry.criteria, tree, parameters))
    problems.add(*parent_faults(where, entry, tree))
    problems.raise_any()


def criteria_faults(
    where: str, criteria: Collection[str], tree: Framework, parameters: Parameters
) -> Iterator[ParameterError]:
    """What is wrong with the criteria that forms are to ask for."""
    if not criteria:
        yield ParameterError(f"{where}: forms.criteria must name at least one criterion; it is empty. Name one.")
    for criterion in criteria:
        name, sign, about = criterion.partition(ABOUT)
        if not name.strip() or criterion != criterion.strip():
            yield ParameterError(
                f"{where}: a criterion must be a word without blanks around it; found {criterion!r}. Name it."
            )
        elif right := meant(criterion, [parameters.rating_criterion]):
            yield ParameterError(
                f"{where}: a criterion must be written as the methods know it; found {criterion!r}. Did you mean "
                f"{right!r}? Correct it; a criterion of the round's own needs a name unlike it."
            )
        if sign and about not in tree.parents:
            yield ParameterError(
                f"{where}: what follows the colon of a criterion must be a parent of the framework "
                f"({listed(tree.parents)}); found {criterion!r}.{did_you_mean(about, tree.parents)} Correct it."
            )


def weighable(tree: Framework) -> list[str]:
    """Parents with two or more children: a single child has all of its parent's weight."""
    return [parent for parent in tree.parents if len(tree.children(parent)) > 1]


def parent_faults(where: str, entry: FormsEntry, tree: Framework) -> Iterator[ParameterError]:
    """What is wrong with the parents that forms are to ask about, by way of weighing."""
    able = weighable(tree)
    for way in WAYS:
        for parent in getattr(entry, way) or []:
            if parent not in able:
                yield ParameterError(
                    f"{where}: forms.{way} must name parents with two or more children ({listed(able)}); found "
                    f"{parent!r}.{did_you_mean(parent, able)} Correct the entry."
                )
            elif way == AHP and len(tree.children(parent)) > MOST_IN_AHP:
                yield ParameterError(
                    f"{where}: at most {MOST_IN_AHP} children can be compared in pairs; {parent} has "
                    f"{len(tree.children(parent))}. Name it under forms.{BUDGET} or forms.{BEST_WORST}."
                )
