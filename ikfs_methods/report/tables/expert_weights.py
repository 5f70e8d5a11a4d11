"""Tables of budget points, best-worst comparisons, and the experts' weight sets side by side with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Column, Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.report.tables.weights import beside, chosen
from ikfs_methods.rounds import Absent, BySet, Round
from ikfs_methods.weighting import AhpResult, BestWorstResult, BudgetResult

# Sources that name a table or page; marked here, because arithmetic speaks no language.
SOURCES = (N_("Liang, Brunelli & Rezaei 2020, table 3"),)


@lay_out.register
def _(result: BudgetResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    spread = result.diagnostics["spread"]
    points = ["mean", "sd", "min", "max"]
    frame = named(spread.assign(**{name: spread[name] * result.total for name in points}), opened)
    frame["standing"] = ["dropped" if code in opened.dropped else "" for code in frame["code"]]
    # An expert may have passed a parent over.
    uneven = len(set(frame["n_judges"])) > 1
    counted = (c.integer("n_judges", words("Experts")),) if uneven else ()
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Name")),
        *counted,
        c.number("mean", words("Mean points"), 1),
        c.number("sd", words("SD"), 1),
        Column("min", words("Least"), words.plain, NUMBER),
        Column("max", words("Most"), words.plain, NUMBER),
    )
    note = words(
        "Points of {total} that each expert shares out within a parent; SD: standard deviation between experts.",
        total=words.plain(result.total),
    )
    gone = [str(code) for code in frame["code"] if code in opened.dropped]
    if gone:
        note += " " + words(
            "{names}: dropped, shown with the points they were given; in the weights these go to the others in "
            "proportion.",
            names=words.listing(gone),
        )
    return Laid(frame, columns, "parent_code", dimension(opened), {}, note)


@lay_out.register
def _(result: BestWorstResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    judges = result.judges.reset_index()
    judges["verdict"] = ["" if pd.isna(one) else "good" if one else "bad" for one in judges["acceptable"]]
    parents = list(dict.fromkeys(result.parents))
    group = pd.DataFrame({"parent": parents}).assign(expert=words("Group"), verdict="")
    shared = pd.DataFrame([result.weights] * len(group), columns=result.weights.index)
    own = result.judge_weights.reindex(judges["expert"])
    frame, full, columns = beside(
        pd.concat([judges, group], ignore_index=True), pd.concat([own, shared]), result.parents, words
    )
    told = (
        c.text("expert", words("Expert")),
        c.text("best", words("Best")),
        c.text("worst", words("Worst")),
        Column("best_over_worst", words("Best over worst"), _plain(words), NUMBER),
        *columns,
        c.number("cr_input", "CR", 3),
        c.number("threshold", words("Threshold"), 3),
        c.text("look_again", words("Look again at")),
    )
    note = words(
        "CR: input-based consistency ratio, shaded by whether it is within its threshold for as many elements and as "
        "large a best over worst ({source}). Look again at: the element whose two judgements contradict best over "
        "worst most.",
        source=words(result.threshold_source),
    )
    several = "parent" if len(parents) > 1 else None
    return Laid(frame, told, several, dimension(opened), {"cr_input": lambda row: str(row["verdict"])}, note, full)


def _plain(words: Words) -> Callable[[Any], str]:
    return lambda value: NONE if pd.isna(value) else words.plain(value)


@lay_out.register
def _(result: BySet, words: Words, opened: Round, *, view: str = "intervals") -> Laid:
    """`intervals`: weights by method; `consensus`: how alike experts weigh; `influence`: whose leaving moves most."""
    found = {"intervals": _intervals, "consensus": _consensus, "influence": _influence}
    return found[one_of(view, list(found), name="view")](result, words, opened)


def _intervals(result: BySet, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    tables = {name: one.table for name, one in result.results.items()}
    covered = {code for table in tables.values() for code in table.index}
    codes = [child for parent in opened.structure.walk() for child in opened.structure.children(parent)]
    frame = named(pd.DataFrame(index=pd.Index([code for code in codes if code in covered], name="code")), opened)
    # As the weights in force have it, also where an indicator was moved.
    frame["parent_code"] = [opened.structure.parent(code) for code in frame["code"]]
    for name, table in tables.items():
        rows = table.reindex(frame["code"])
        frame[name] = [interval(row, words) for row in rows.to_dict("records")]
    table = chosen(opened)
    frame["method"] = "" if table is None else table["method"].reindex(frame["code"]).to_numpy()
    level = next(iter(result.results.values())).level
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Name")),
        *(Column(name, words(name), str, NUMBER) for name in tables),
    )
    note = words("In brackets the {level} interval over experts.", level=words.percent(level, 0))
    if frame["method"].isin(list(tables)).any():
        note += " " + words("Bold: the set in force.")
    shades = {name: lambda row, name=name: "strong" if row["method"] == name else "" for name in tables}
    full = result.to_frame().reset_index()
    return Laid(frame, columns, "parent_code", dimension(opened), shades, note, full)


def interval(row: Mapping[Any, Any], words: Words) -> str:
    """A weight with its interval, where there is one."""
    if pd.isna(row["weight"]):
        return NONE
    weight = words.number(row["weight"], 3)
    if pd.isna(row["ci_low"]):
        return weight
    return f"{weight} ({words.number(row['ci_low'], 3)}–{words.number(row['ci_high'], 3)})"


def agreement(opened: Round) -> pd.DataFrame:
    """How alike the experts weigh, a row per parent and set: n_judges, mean_distance, kendall_w, s_star (AHP's)."""
    sets = (opened.ahp, opened.budget_set, opened.best_worst_set)
    given = [found for found in sets if not isinstance(found, Absent)]
    parts = dict(zip(opened.expert_sets, (found.consensus for found in given), strict=True))
    order = opened.framework.walk()
    table: pd.DataFrame = pd.concat(parts, names=["weights", "parent"]).reset_index()
    table = table.sort_values("parent", key=lambda names: names.map(order.index), kind="stable")
    return table.reindex(columns=["parent", "weights", "n_judges", "mean_distance", "kendall_w", "s_star"])


def _consensus(result: BySet, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    star = any(isinstance(found, AhpResult) for found in opened.expert_sets.values())
    columns = (
        c.translated("weights", words("Method")),
        c.integer("n_judges", words("Experts")),
        c.percent("mean_distance", words("Mean distance")),
        c.number("kendall_w", "W", 3),
        *((c.percent("s_star", "S*"),) if star else ()),
    )
    note = words(
        "Mean distance: share of the weight that one of two experts would have to move to agree with the other; 0 % is "
        "the same weights. W: Kendall's coefficient of their orders, 1 is the same order."
    )
    if star:
        note += " " + words("S*: AHP consensus after Goepel (2018), 100 % is the same priorities.")
    return Laid(agreement(opened), columns, "parent", dimension(opened), {}, note)


def influence_rows(result: BySet, opened: Round) -> pd.DataFrame:
    """A row per set and parent: who moves it most, by how much, and with whose leaving its order changes."""
    rows = []
    for name, one in result.results.items():
        judged = one.table.groupby("parent", sort=False)["n_experts"].first()
        for parent, most in one.most_influential.iterrows():
            own = one.influence.xs(parent, level="parent")
            turning = [str(expert) for expert in own.index[own["rank_changes"].fillna(value=False).astype(bool)]]
            rows.append(
                {"weights": name, "parent": parent, "n_experts": judged[parent], **most.to_dict(), "turning": turning}
            )
    order = opened.framework.walk()
    return pd.DataFrame(rows).sort_values("parent", key=lambda names: names.map(order.index), kind="stable")


def _influence(result: BySet, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = influence_rows(result, opened)
    frame["changes"] = [
        NONE if pd.isna(row["shift"])
        else words("{made} of {all}", made=words.integer(len(row["turning"])), all=words.integer(row["n_experts"]))
        for row in frame.to_dict("records")
    ]  # fmt: skip
    frame["turning"] = ["|".join(names) for names in frame["turning"]]
    columns = (
        c.translated("weights", words("Method")),
        c.text("expert", words("Expert who moves most")),
        Column("shift", words("Moved (points)"), lambda value: words.number(100 * value, 1), NUMBER),
        c.text("code", words("Most of it at")),
        Column("change", words("Change (points)"), lambda value: words.number(100 * value, 1), NUMBER),
        c.text("changes", words("Order changes without")),
    )
    note = words(
        "Moved: percentage points of the weight that move when the expert is left out (half the sum of absolute "
        "changes). Order changes without: experts without whom any two elements would stand otherwise."
    )
    return Laid(frame, columns, "parent", dimension(opened), {}, note)
