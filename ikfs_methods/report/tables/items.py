"""Tables of the item analysis, of the use of the scale and of its scale values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ikfs_methods.report.language import NONE, Words
from ikfs_methods.report.layout import NUMBER, Column, Columns, Laid
from ikfs_methods.report.tables.base import covered, dimension, judged, lay_out_each, named
from ikfs_methods.rounds import ByDimension, Round, views
from ikfs_methods.validity import CategoryUseResult, ItemAnalysisResult, SuccessiveIntervals

WIDEST = 10  # scale points whose values still fit on a page; of more, only the file holds them
BEHAVIOUR = ("n", "mean", "sd", "floor", "ceiling", "item_total", "item_rest", "alpha_if_dropped")
DISCRIMINATION = (
    "item_rest", "item_rest_p", "critical_r", "discrimination", "discrimination_t", "discrimination_p", "difficulty",
    "missing",
)  # fmt: skip


@lay_out_each.register
def _(kind: ItemAnalysisResult, result: ByDimension, words: Words, opened: Round, *, part: str = "behaviour") -> Laid:
    frame = named(pd.concat([found.items for found in result.results.values()]), opened)
    # Two items alone have no alpha without either of them.
    frame["alpha_if_dropped"] = frame.get("alpha_if_dropped", float("nan"))
    frame["judged"] = frame["parent_code"].map(opened.framework.nodes["measurement"]) != "formative"
    made = _discrimination if part == "discrimination" else _behaviour
    return made(frame, result, words, opened)


def _behaviour(frame: pd.DataFrame, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    critical = sorted({words.number(value, 3) for value in frame["critical_r"]})
    alphas = {code: found.alpha for code, found in opened.alpha.results.items()}
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n", "n"),
        c.number("mean", words("Mean")),
        c.number("sd", words("SD")),
        c.percent("floor", words("Lowest")),
        c.percent("ceiling", words("Highest")),
        c.number("item_total", words("r item-total"), 3),
        c.number("item_rest", words("r item-rest"), 3),
        c.number("alpha_if_dropped", words("Alpha without"), 3),
    )
    shades = {
        "item_rest": lambda row: judged(row, row["item_rest"] >= p.item_rest_cutoff),
        "alpha_if_dropped": lambda row: "warn" if row["alpha_if_dropped"] > alphas[row["parent_code"]] else "",
    }
    note = words(
        "Critical r (r table, two-sided {alpha}): {critical}. Shaded: item-rest r below {cutoff}; alpha that rises "
        "without the item.",
        alpha=words.percent(1 - p.level, 0),
        critical="–".join(dict.fromkeys([critical[0], critical[-1]])),
        cutoff=words.number(p.item_rest_cutoff),
    )
    hidden = _few(frame, opened)
    shown = frame[["code", "name", "parent_code", *BEHAVIOUR, "judged"]]
    laid = Laid(shown.mask(hidden), columns, "parent_code", dimension(opened), shades, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)


def _discrimination(frame: pd.DataFrame, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    columns = (
        c.text("code", words("Code")),
        c.number("item_rest", words("r item-rest"), 3),
        c.p_value("item_rest_p", words("p of r")),
        c.number("critical_r", words("Critical r"), 3),
        c.number("discrimination", words("Upper less lower group"), 2),
        c.number("discrimination_t", "t", 1),
        c.p_value("discrimination_p", words("p of t")),
        c.number("difficulty", words("Mean, 0 to 1"), 2),
        c.percent("missing", words("No answer")),
    )
    shades = {
        "item_rest": lambda row: "bad" if row["judged"] and row["item_rest"] < row["critical_r"] else "",
        "discrimination_p": lambda row: "warn" if row["discrimination_p"] >= 1 - p.level else "",
    }
    note = words(
        "Shaded: r below its critical value; groups that do not differ clearly (p at least {alpha}). Upper "
        "less lower group: difference of the means of the {share} of respondents with the highest and the lowest "
        "totals, as a share of the scale.",
        alpha=words.number(1 - p.level),
        share=words.percent(p.extreme_share, 0),
    )
    told = views.gap_totals(opened).items["told"]
    hidden = pd.DataFrame(data=False, index=frame.index, columns=list(frame.columns))
    hidden["missing"] = [not told[code] for code in frame["code"]]
    shown = frame[["code", "name", "parent_code", *DISCRIMINATION, "judged"]]
    laid = Laid(shown.mask(hidden), columns, "parent_code", dimension(opened), shades, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)


def _few(frame: pd.DataFrame, opened: Round) -> pd.DataFrame:
    """Where the share at the lowest or highest scale point stands for too few respondents, or helps to find such."""
    hidden = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    told, bounds = views.category_shares(opened).hidden, opened.framework.nodes
    for name, bound in (("floor", "scale_min"), ("ceiling", "scale_max")):
        count = (frame[name] * frame["n"]).round()
        points = [bounds.loc[code, bound] for code in frame["code"]]
        pairs = zip(frame["code"], points, strict=True)
        withheld = np.array([point in told and bool(told.loc[code, point]) for code, point in pairs])
        hidden[name] = withheld | ((count > 0) & (count < opened.parameters.minimum_count))
    return hidden


def order_of(found: CategoryUseResult, opened: Round) -> pd.DataFrame:
    """By item: `compared` scale points, and the `steps` (pairs of points) at which the mean rest score falls.

    Only points chosen by as many respondents as a published mean needs are compared: fewer say little of the point, and
    too much of those who chose it.
    """
    rows = {}
    for code in found.items.index:
        enough = found.counts.loc[code] >= opened.parameters.minimum_respondents
        means = found.rest_means.loc[code][enough].dropna()
        points = list(means.index)
        falls = np.flatnonzero(np.diff(means.to_numpy(dtype=float)) <= 0)
        rows[code] = {"compared": len(points), "steps": [(points[at], points[at + 1]) for at in falls]}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["compared", "steps"]).rename_axis("item")


@lay_out_each.register
def _(kind: CategoryUseResult, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    frame = named(pd.concat([found.items for found in result.results.values()]), opened)
    order = pd.concat([order_of(found, opened) for found in result.results.values()])
    unused = {code: points for found in result.results.values() for code, points in found.unused.items()}
    counts = pd.concat([found.counts for found in result.results.values()])
    rarest = counts.where(counts > 0).idxmin(axis=1)
    told = views.category_shares(opened).hidden
    frame["unused_points"] = [" ".join(words.plain(point) for point in unused.get(code, ())) for code in frame["code"]]
    frame["rarest"] = [rarest[code] for code in frame["code"]]
    frame["rarest_share"] = [counts.loc[code, rarest[code]] / counts.loc[code].sum() for code in frame["code"]]
    frame["order"] = [_order(order.loc[code], words) for code in frame["code"]]
    hidden = pd.DataFrame(data=False, index=frame.index, columns=list(frame.columns))
    # Which of an item's withheld shares is the smallest is not told either.
    hidden["rarest"] = hidden["rarest_share"] = [bool(told.loc[code].any()) for code in frame["code"]]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("categories", words("Scale points")),
        c.integer("used", words("Used")),
        c.text("unused_points", words("Unused")),
        Column("rarest", words("Rarest"), words.plain, NUMBER),
        c.percent("rarest_share", words("Its share")),
        c.text("order", words("In order")),
    )
    shades = {
        "used": lambda row: "warn" if row["used"] < row["categories"] else "",
        "order": lambda row: "warn" if "→" in str(row["order"]) else "",
    }
    note = words(
        "In order: the mean of the other answers rises from each point to the next; else the steps at which it does "
        "not. Compared are points that at least {minimum} respondents chose.",
        minimum=words.integer(p.minimum_respondents),
    )
    names = ["code", "name", "parent_code", "categories", "used", "unused_points", "rarest", "rarest_share", "order"]
    laid = Laid(frame[names].mask(hidden[names]), columns, "parent_code", dimension(opened), shades, note)
    return covered(laid, hidden[names], words, minimum=p.minimum_count)


def _order(row: pd.Series, words: Words) -> str:
    if row["compared"] < 2:
        return NONE
    return ", ".join(f"{words.plain(a)}→{words.plain(b)}" for a, b in row["steps"]) or words("yes")


@lay_out_each.register
def _(kind: SuccessiveIntervals, result: ByDimension, words: Words, opened: Round) -> Laid:
    c, p = Columns(words), opened.parameters
    values = pd.concat([found.scale_values for found in result.results.values()])
    values = values.reindex(columns=sorted(values.columns))
    points = {point: f"point_{point:g}" for point in values.columns}
    items = pd.concat([found.items for found in result.results.values()])
    frame = named(values.rename(columns=points).join(items["correlation"]).rename_axis("code"), opened)
    told = views.category_shares(opened).hidden
    hidden = pd.DataFrame(data=False, index=frame.index, columns=list(frame.columns))
    # The scale values of an item follow from its shares: one that is withheld could be had from the others.
    closed = [bool(told.loc[code].any()) for code in frame["code"]]
    for name in [*points.values(), "correlation"]:
        hidden[name] = closed
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        *(c.number(name, words.plain(point), 3) for point, name in points.items() if len(points) <= WIDEST),
        c.number("correlation", words("r with raw"), 3),
    )
    note = words("Least scale value of every item: 1. A dash: a point that nobody chose.")
    laid = Laid(frame.mask(hidden), columns, "parent_code", dimension(opened), {}, note)
    return covered(laid, hidden, words, minimum=p.minimum_count)
