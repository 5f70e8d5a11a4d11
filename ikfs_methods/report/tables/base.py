"""What all tables share: the dispatch on the result's type, and rows named from the framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

import pandas as pd

from ikfs_methods.errors import ParameterError
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.layout import Column, Laid
from ikfs_methods.rounds import ByDimension, Round

# Key words that results hold; listed here so that the catalogues have them.
KEYWORDS = (
    N_("keep"), N_("revise"), N_("drop"), N_("move"), N_("add"),
    N_("content"), N_("key"), N_("item_rest"), N_("msa"), N_("loading"), N_("gap"), N_("communality"), N_("redundancy"),
    N_("dif"),
    N_("equal"), N_("ahp"), N_("budget"), N_("best_worst"), N_("factor"), N_("weights"), N_("factors"),
    N_("normalisation"), N_("aggregation"), N_("arithmetic"), N_("geometric"), N_("scale"), N_("minmax"),
    N_("goalposts"), N_("relevance"), N_("clarity"), N_("essential"), N_("respondent-first"), N_("unit-first"),
    N_("items"), N_("alpha"), N_("weight"), N_("score"), N_("score_group"), N_("rank_group"),
    N_("score_region"), N_("rank_region"), N_("n_factors"), N_("rmsea"), N_("tli"),
    N_("withhold"), N_("publication"),
    N_("missing"), N_("normalise"), N_("aggregate"), N_("means"), N_("select"), N_("floor"), N_("available"),
    N_("given"),
    N_("design-weighted mean"), N_("mean"), N_("alpha_ci_low"), N_("alpha_ci_high"), N_("kmo"), N_("bartlett_chi2"),
    N_("eigenvalue"), N_("weighted_mean"), N_("component_loading"), N_("official"), N_("proposed"), N_("unverified"),
    N_("ss_loadings"), N_("proportion"), N_("cumulative"),
    N_("marvellous"), N_("meritorious"), N_("middling"), N_("mediocre"), N_("miserable"), N_("unacceptable"),
)  # fmt: skip


MARK = "×"  # a cell that is withheld; a dash is one that there is not
_HIDDEN, _FEW = object(), object()


@singledispatch
def lay_out(result: Any, words: Words, opened: Round, **options: Any) -> Laid:
    """The result as a table in the words' language; options belong to the kind of result."""
    raise ParameterError(f"a table must be asked of a result of this package; found {type(result).__name__}.")


def named(table: pd.DataFrame, opened: Round) -> pd.DataFrame:
    """The table with `parent` and `name` of each row's `code` in front."""
    tree = opened.framework
    first = table.index.name or "index"
    frame = table.reset_index().rename(columns={first: "code"})
    frame.insert(1, "name", [tree.label(code, opened.language) for code in frame["code"]])
    frame.insert(2, "parent_code", [tree.parent(code) for code in frame["code"]])
    return frame


def covered(laid: Laid, hidden: pd.DataFrame, words: Words, *, minimum: int, few: pd.DataFrame | None = None) -> Laid:
    """The table with a mark for each withheld cell, a note on it, and a column in its file that names those cells.

    `hidden`: True where a cell is withheld, the rows those of the table, in any order. Without one the table stays.
    `few`: True where "< 5" may stand for the mark, because nothing else in the table adds up with the cell.
    """
    hidden = hidden.loc[laid.frame.index, [name for name in hidden.columns if hidden[name].any()]]
    if hidden.empty:
        return laid
    frame = laid.frame.astype(dict.fromkeys(hidden.columns, object))
    for name in hidden.columns:
        small = few.loc[frame.index, name] if few is not None and name in few else pd.Series(False, frame.index)  # noqa: FBT003
        cells = [
            (_FEW if less else _HIDDEN) if gone else value
            for gone, less, value in zip(hidden[name], small, frame[name], strict=True)
        ]
        frame[name] = pd.Series(cells, index=frame.index, dtype=object)
    named_cells = ["|".join(str(name) for name in hidden.columns[row]) for row in hidden.to_numpy()]
    note = words(
        "{mark}: withheld, because it stands for fewer than {minimum} respondents or would give such a number away.",
        mark=MARK,
        minimum=words.integer(minimum),
    )
    return replace(
        laid,
        frame=frame,
        columns=tuple(_marking(column, f"<\u202f{words.integer(minimum)}") for column in laid.columns),
        shades={name: _unless_hidden(name, shade) for name, shade in laid.shades.items()},
        note=f"{laid.note} {note}".strip(),
        full=laid.frame.assign(withheld=named_cells),
    )


def _marking(column: Column, few: str) -> Column:
    marks = {id(_HIDDEN): MARK, id(_FEW): few}
    return replace(column, write=lambda value: marks.get(id(value)) or column.write(value))


def _unless_hidden(name: str, shade: Callable[[Any], str]) -> Callable[[Mapping[Any, Any]], str]:
    return lambda row: "" if row[name] is _HIDDEN or row[name] is _FEW else shade(row)


def dimension(opened: Round) -> Callable[[Any], str]:
    """The heading of a block of rows: a dimension's code and name."""
    return lambda code: f"{code} {opened.framework.label(code, opened.language)}"


def judged(row: Any, passed: bool) -> str:  # noqa: FBT001 - the cell's verdict
    """The shade of a cell; a formative dimension has none, since its items need not go together."""
    return ("good" if passed else "bad") if row["judged"] else ""


@singledispatch
def lay_out_each(kind: Any, result: ByDimension, words: Words, opened: Round, **options: Any) -> Laid:
    """The table of one kind of result for several dimensions; `kind` is one of them."""
    raise ParameterError(f"a table by dimension must be of a kind that has one; found {type(kind).__name__}.")


@lay_out.register
def _(result: ByDimension, words: Words, opened: Round, **options: Any) -> Laid:
    return lay_out_each(next(iter(result.results.values())), result, words, opened, **options)
