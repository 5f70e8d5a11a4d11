"""The answers on one returned form: what can be taken, what is empty, and what a person has to look at."""

from __future__ import annotations

from ikfs_methods.forms.answers import Given, Reader
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET, Usable
from ikfs_methods.forms.rating_answers import read_institution, read_ratings
from ikfs_methods.forms.returned import ReturnedForm
from ikfs_methods.forms.saying import COPY, NO_SHEET
from ikfs_methods.forms.weighing_answers import read_best_worst, read_pairs, read_points
from ikfs_methods.framework import Framework

_READERS = {AHP: read_pairs, BUDGET: read_points, BEST_WORST: read_best_worst}


def given_on(form: ReturnedForm, use: Usable, tree: Framework) -> Given:
    """The answers on a form, of which `use` says which parts still count; nothing is raised, all is told."""
    made = Given(form.expert, form.asked.delphi, [form.name])
    made.faults += [f"{made.who}: {change}." for change in use.changes]
    made.notes += [f"{made.who}: {remark}." for remark in use.remarks]
    for kind, sheet in form.sheets.items():
        if sheet.doubled:
            made.faults.append(
                f"{made.who}, sheet {' '.join(kind)}: {len(sheet.doubled)} row(s) stand twice with different answers; "
                "the first was read. Check the form."
            )
    reader = Reader(form, use, tree, made)
    read_institution(reader)
    read_ratings(reader)
    for way, read in _READERS.items():
        for parent, children in form.asked.children(way).items():
            if (way, parent) not in use.parents:
                continue
            weighed = form.sheets.get((way, parent))
            if weighed is None:
                made.faults.append(f"{made.who}: the sheet on which {parent} is weighed ({way}) {NO_SHEET}. {COPY}")
                made.lacking[way, parent] = 0, ""
            else:
                read(reader, parent, list(children), weighed)
    return made
