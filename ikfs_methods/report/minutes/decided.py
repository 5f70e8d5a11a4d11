"""What was decided on indicators and on the method, as the record tells it, beside what the evidence proposed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ikfs_methods.report.grid import Row
from ikfs_methods.report.language import Words
from ikfs_methods.report.minutes import wording
from ikfs_methods.report.minutes.parts import Part, cell, paragraph, table
from ikfs_methods.rounds import Round, views


def indicator_decisions(opened: Round) -> Iterator[Part]:
    """How many candidates were decided on and how, which against the evidence, and a row for each candidate."""
    shown = views.decisions(opened).table
    makers = _makers(opened, shown)
    yield paragraph(" ".join([*_counted(shown), *_by_all(makers)]))
    head = [wording.CODE, wording.INDICATOR, wording.DECISION, wording.REASON, *_by_each(makers, wording.DECIDED_BY)]
    rows: list[Row] = []
    above = ""
    for row in _rows(shown):
        group = wording.NEW if row["proposed"] else f"{row['parent']}. {opened.framework.label(row['parent'], 'id')}"
        if group != above:
            above = group
            rows.append(Row([cell(group, header=True, columns=len(head))], ["group"]))
        rows.append(Row([cell(row["indicator"]), cell(row["name"]), _decision(row), *_why(opened, row, makers)], []))
    yield table(head, rows)


def method_decisions(opened: Round) -> Iterator[Part]:
    """A row for each topic (for weights, each parent): what was decided, or what holds while nothing was."""
    shown = views.method_decisions(opened).table
    makers = _makers(opened, shown)
    said = _by_all(makers)
    against = [f"{wording.TOPICS[row['topic']]} {row['parent']}".strip() for row in _rows(shown[shown["against"]])]
    if against:
        said.append(wording.METHOD_AGAINST.format(names=", ".join(against)))
    if said:
        yield paragraph(" ".join(said))
    head = [wording.TOPIC, wording.NODE, wording.CHOICE, wording.REASON, *_by_each(makers, wording.DECIDED_BY)]
    rows = [
        Row(
            [
                cell(wording.TOPICS[row["topic"]]),
                cell(row["parent"] or wording.WHOLE),
                _choice(row),
                *_why(opened, row, makers),
            ],
            [],
        )
        for row in _rows(shown)
    ]
    yield table(head, rows)


def _counted(shown: pd.DataFrame) -> Iterator[str]:
    candidates = shown[~shown["proposed"]]
    counts = candidates["decision"].replace("", "undecided").value_counts()
    told = {**wording.DECIDED, "undecided": wording.UNDECIDED}
    said = [f"{counts[kind]} {word}" for kind, word in told.items() if kind in counts]
    yield wording.COUNTED.format(total=len(candidates), counts=", ".join(said))
    undecided = candidates["indicator"][candidates["decision"] == ""]
    if len(undecided):
        yield wording.LEFT_OPEN.format(names=", ".join(undecided))
    added = shown["indicator"][shown["proposed"]]
    if len(added):
        yield wording.ADDED.format(names=", ".join(added))
    against = candidates["indicator"][candidates["against"]]
    if len(against):
        yield wording.AGAINST.format(count=len(against), names=", ".join(against))
    if candidates["standing"].astype(bool).any():
        yield wording.IN_BRACKETS


def _decision(row: dict[str, Any]) -> Any:
    """The cell of a decision: shaded when it is open or goes against the evidence."""
    if not row["decision"]:
        return cell(wording.UNDECIDED, "warn")
    said = wording.DECIDED[row["decision"]]
    if row["moved_to"]:
        said = wording.MOVED.format(parent=row["moved_to"])
    if row["proposed"] and row["parent"]:
        said = wording.ADDED_UNDER.format(parent=row["parent"])
    if row["standing"]:
        said += f"\n({wording.EVIDENCE.format(verdict=wording.PROPOSED[row['verdict']])})"
    return cell(said, *(["warn"] if row["against"] else []))


def _choice(row: dict[str, Any]) -> Any:
    words = Words("id")
    parts = (row["choice"] or row["in_force"]).split(", ")
    # One word where every level has the same.
    spoken = ", ".join(words(part) for part in (parts[:1] if len(set(parts)) == 1 else parts))
    if row["decided"]:
        return cell(spoken, *(["warn"] if row["against"] else []))
    return cell(
        f"{wording.UNDECIDED}\n({wording.IN_FORCE.format(choice=spoken)})" if spoken else wording.UNDECIDED, "warn"
    )


def _why(opened: Round, row: dict[str, Any], makers: list[str]) -> list[Any]:
    """The cells of the reason and, where it differs, of who decided; open where nothing was decided."""
    open_line = wording.SHORT_BLANK
    by = opened.called(row["decided_by"]) if row["decided_by"] else open_line
    return [cell(row["reason"] or open_line), *(cell(name) for name in _by_each(makers, by))]


def _makers(opened: Round, shown: pd.DataFrame) -> list[str]:
    """Who decided, each once."""
    return list(dict.fromkeys(opened.called(name) for name in shown["decided_by"] if name))


def _by_all(makers: list[str]) -> list[str]:
    """A sentence on who decided, where it was the same throughout; else each row says it."""
    return [wording.ALL_BY.format(by=makers[0])] if len(makers) == 1 else []


def _by_each(makers: list[str], text: str) -> list[str]:
    return [text] if len(makers) > 1 else []


def _rows(shown: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in shown.to_dict("records")]
