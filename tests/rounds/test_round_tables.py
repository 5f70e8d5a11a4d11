"""The tables of a round spoiled at random: each comes in whole or is refused by name, with and without a framework."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import (
    ColumnError,
    IkfsError,
    InputProblemsError,
    JudgementError,
    NotNumericError,
    ScaleError,
)
from ikfs_methods.framework import Framework
from ikfs_methods.rounds import Parameters, tables
from ikfs_methods.rounds.roundfile import TableInput

NODES = [("I", ""), ("A", "I"), ("B", "I"), ("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B")]
TREE = Framework(
    "t", {"id": "uji", "en": "test"}, "1", "proposed", {"id": "", "en": ""},
    pd.DataFrame(NODES, columns=["code", "parent"]).set_index("code"),
)  # fmt: skip
CHILDREN = {parent: TREE.children(parent) for parent in TREE.parents}
EXPERTS = ("E1", "E2")
SOUND: dict[str, list[tuple[str, ...]]] = {
    "panel": [
        tables.PANEL,
        *((e, "bps", code, c, "3") for e in EXPERTS for code in TREE.indicators for c in ("relevance", "clarity")),
    ],
    "judgements": [
        tables.JUDGEMENTS,
        *((e, p, *two, "left", "3") for e in EXPERTS for p in CHILDREN for two in combinations(CHILDREN[p], 2)),
    ],
    "budget": [tables.BUDGET, *((e, p, code, "50") for e in EXPERTS for p in CHILDREN for code in CHILDREN[p])],
    "best_worst": [
        tables.BEST_WORST,
        *(
            (e, p, CHILDREN[p][0], CHILDREN[p][-1], code, "1" if code == CHILDREN[p][0] else "3",
             "3" if code == CHILDREN[p][0] else "1")
            for e in EXPERTS for p in CHILDREN for code in CHILDREN[p]
        ),
    ],
    "experts": [tables.EXPERTS, ("E1", "bps"), ("E2", "")],
    "comments": [tables.COMMENTS, ("E1", "a1", "Why?"), ("E1", "b2", "=1+1")],
    "participants": [tables.PARTICIPANTS, ("BPS", "peserta", "3"), ("Bappenas", "pemrakarsa", "")],
    "review": [tables.REVIEW, ("", "BPS", "Why?", "", "open"), ("tbl-1", "BPS", "And?", "So.", "accepted")],
}  # fmt: skip
NUMBERS = {"rating", "strength", "points", "number", "best_over", "over_worst"}
CELLS = [
    "", "E1", "E2", "A", "B", "a1", "b2", "left", "both", "relevance", "essential", "open", "3", "-1", "1,5", "1.5",
    "1e999", "nan", "50", "=1+1", "é",
]  # fmt: skip


def read(path: Path, name: str, tree: Framework | None, parameters: Parameters | None = None) -> pd.DataFrame:
    reader = getattr(tables, name)
    trees = ("judgements", "budget", "best_worst", "comments")
    given = {"panel": (tree, parameters), **dict.fromkeys(trees, (tree,))}.get(name, ())
    return reader(path, TableInput(file=path.name), *given)


def write(folder: Path, name: str, rows: list[tuple[str, ...]]) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("tree", [TREE, None], ids=["tree", "no tree"])
@pytest.mark.parametrize("name", SOUND)
def test_sound_tables_come_in_whole(tmp_path, name, tree):
    found = read(write(tmp_path, name, SOUND[name]), name, tree, Parameters())
    head, *rows = SOUND[name]
    texts = found[list(head)].map(
        lambda cell: "" if pd.isna(cell) else f"{cell:g}" if isinstance(cell, float) else cell
    )
    assert list(texts.itertuples(index=False, name=None)) == rows


# A row of two cells that are both emptied is no row; the reader passes over it.
@pytest.mark.parametrize("name", [name for name in SOUND if name != "experts"])
@given(data=st.data())
def test_spoiled_tables_are_read_or_refused_by_name(tmp_path_factory, name, data):
    rows = [list(row) for row in SOUND[name]]
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(0, len(rows) - 1))
        rows[row][data.draw(st.integers(0, len(rows[0]) - 1))] = data.draw(st.sampled_from(CELLS))
    tree = data.draw(st.sampled_from([TREE, None]))
    parameters = data.draw(st.sampled_from([Parameters(), None]))
    path = write(tmp_path_factory.mktemp("t"), name, [tuple(row) for row in rows])
    problems, found = outcome(lambda: read(path, name, tree, parameters))
    assert all(f"{name}.csv" in text for text in problems)
    assert len(set(problems)) == len(problems)
    if found is not None:
        head, *given_rows = rows
        words = [place for place, column in enumerate(head) if column not in NUMBERS]
        assert [[row[place] for place in words] for row in given_rows] == found[
            [head[place] for place in words]
        ].to_numpy().tolist()


def outcome(step: Callable[[], pd.DataFrame]) -> tuple[list[str], pd.DataFrame | None]:
    """The problems that a table was refused for, or the table."""
    try:
        return [], step()
    except InputProblemsError as error:
        return error.problems, None
    except IkfsError as error:
        return [str(error)], None


@pytest.mark.parametrize("name", SOUND)
def test_every_missing_column_is_named_and_the_others_still_checked(tmp_path, name):
    head, *rows = SOUND[name]
    for gone in head:
        kept = [place for place, column in enumerate(head) if column != gone]
        path = write(tmp_path, name, [tuple(row[place] for place in kept) for row in (head, *rows)])
        with pytest.raises(ColumnError, match=rf"{name}.csv must have a column '{gone}'; found "):
            read(path, name, TREE, Parameters())
    spoiled = [tuple(f"{column}s" for column in head), *rows]
    # all of them in one error
    with pytest.raises(ColumnError) as caught:
        read(write(tmp_path, name, spoiled), name, TREE, Parameters())
    assert f"{name}.csv must have the columns {', '.join(map(repr, head))}; found " in str(caught.value)


def test_two_kinds_of_mistake_in_one_column_are_both_told(tmp_path):
    rows = [list(row) for row in SOUND["budget"]]
    rows[1][3], rows[4][3], rows[7][3] = "half", "", "1e999"
    with pytest.raises(InputProblemsError) as caught:
        read(write(tmp_path, "budget", [tuple(row) for row in rows]), "budget", TREE)
    said = [text.split("budget.csv, ")[1] for text in caught.value.problems]
    assert said == [
        "row 2, column 'points': a number must stand here; found 'half' (1 such cell). Correct the cells.",
        "row 8, column 'points': a number must be finite; found '1e999' (1 such cell). Correct the cells.",
        "row 5, column 'points': a number must stand here; found an empty cell (1 such cell). Fill the cells.",
    ]


def test_contradictions_are_seen_without_a_framework(tmp_path):
    rows = [*SOUND["judgements"], ("E1", "A", "a2", "a1", "left", "5")]
    with pytest.raises(JudgementError, match=r"csv: a pair must be judged once by an expert; .*row 8: .*a2 or a1"):
        read(write(tmp_path, "judgements", rows), "judgements", None)
    twice = [*SOUND["panel"], ("E1", "bps", "a1", "clarity", "4")]
    with pytest.raises(JudgementError, match=r"repeated in row\(s\) 3, 18: E1, a1, clarity. Keep one"):
        read(write(tmp_path, "panel", twice), "panel", None)


def test_essential_has_a_scale_of_its_own(tmp_path):
    rows = [*SOUND["panel"], ("E1", "bps", "a1", "essential", "1"), ("E2", "bps", "a1", "essential", "2")]
    with pytest.raises(ScaleError, match=r"row 19, column 'rating': a rating on 'essential' must lie between 0 and 1;"):
        read(write(tmp_path, "panel", rows), "panel", TREE, Parameters())


def test_congruence_is_rated_from_minus_one(tmp_path):
    rows = [*SOUND["panel"], ("E1", "bps", "a1", "congruence:A", "-1"), ("E2", "bps", "a1", "congruence:A", "2")]
    with pytest.raises(ScaleError, match=r"row 19, .*: a rating on 'congruence:A' must lie between -1 and 1; found 2"):
        read(write(tmp_path, "panel", rows), "panel", TREE, Parameters())


def test_a_panel_is_of_one_delphi_round_unless_it_says_so(tmp_path):
    head, *rows = SOUND["panel"]
    found = read(write(tmp_path, "panel", [head, *rows]), "panel", TREE, Parameters())
    assert set(found[tables.DELPHI_ROUND]) == {1}
    again = [(*head, "delphi_round"), *((*row, "1") for row in rows), *((*row, "2") for row in rows)]
    found = read(write(tmp_path, "panel", again), "panel", TREE, Parameters())
    assert found[tables.DELPHI_ROUND].value_counts().to_dict() == {1: len(rows), 2: len(rows)}
    again[3] = (*rows[2], "1.5")
    with pytest.raises(ScaleError, match=r"row 4, column 'delphi_round': a Delphi round must be a whole number from 1"):
        read(write(tmp_path, "panel", again), "panel", TREE, Parameters())
    again[3] = (*rows[2], "")
    with pytest.raises(NotNumericError, match=r"row 4, column 'delphi_round': a number must stand here"):
        read(write(tmp_path, "panel", again), "panel", TREE, Parameters())


def test_an_expert_speaks_for_one_institution(tmp_path):
    rows = [*SOUND["panel"][:-1], ("E2", "bappenas", "b2", "clarity", "3")]
    with pytest.raises(JudgementError, match=r"one institution throughout; found several for E2 \(bps, bappenas\)"):
        read(write(tmp_path, "panel", rows), "panel", TREE, Parameters())


def test_an_expert_is_listed_once(tmp_path):
    rows = [*SOUND["experts"], ("E1", "bappenas")]
    with pytest.raises(JudgementError, match=r"rows 2, 4, column 'expert': an expert must be listed once; found 'E1'"):
        read(write(tmp_path, "experts", rows), "experts", None)


def test_children_that_nobody_weighed_are_told_once_and_not_as_sums(tmp_path):
    rows = [row for row in SOUND["budget"] if row[2] not in ("a1", "b2")]
    with pytest.raises(InputProblemsError) as caught:
        read(write(tmp_path, "budget", rows), "budget", TREE)
    said = [text.split("budget.csv: ")[1].split(". Add")[0] for text in caught.value.problems]
    assert said == [
        "all children of A must be weighed together; missing: a1",
        "all children of B must be weighed together; missing: b2",
    ]
