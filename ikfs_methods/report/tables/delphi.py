"""Tables of Delphi rounds: what was settled by criterion, how each indicator and each expert moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ikfs_methods.checks import one_of
from ikfs_methods.report.language import N_, NONE, Words
from ikfs_methods.report.layout import NUMBER, Columns, Laid
from ikfs_methods.report.tables.agreement import criterion_name, lay_out_criteria
from ikfs_methods.report.tables.base import dimension
from ikfs_methods.rounds import ByCriterion, Round
from ikfs_methods.validity import DelphiResult

KEYWORDS = (
    N_("consensus"), N_("consensus to reject"), N_("stable dissent"), N_("still moving"), N_("first round only"),
    N_("too few ratings"),
)  # fmt: skip
VERDICTS = {"stop": N_("Enough"), "continue": N_("Ask again")}
REJECTED = "consensus to reject"
FEW = 6
BESIDE_GROUP = ("toward", "away", "holds_out", "distance_before", "distance_after")  # need a group to compare with
LEAST_AGAIN = 3  # indicators rated again; what an expert did on fewer would tell single ratings


def standing(found: DelphiResult) -> pd.Series:
    """Where each indicator stands; a consensus to reject has its own word."""
    last = found.items.groupby(level="item", sort=False).tail(1).reset_index("round")
    rejected = last["direction"].reindex(found.status.index) == "out"
    return found.status.mask(rejected & (found.status == "consensus"), REJECTED)


def unsettled(found: DelphiResult) -> list[str]:
    """Indicators of the latest round that another round would ask again."""
    asked = found.items.xs(found.rounds[-1], level="round").index
    status = found.status.reindex(asked)
    return [str(code) for code in status.index[~status.isin(["consensus", "stable dissent"])]]


def grouped(found: DelphiResult, number: int) -> bool:
    """Whether enough experts rated in every round up to this one to speak of a group: one alone is its median."""
    return bool((found.n_experts.loc[:number] >= found.rule.min_experts).all())


def few(codes: list[str], words: Words, *, joint: Callable[[list[str]], str]) -> str:
    """The codes, or how many they are where a reader would only count them."""
    return joint(codes) if len(codes) <= FEW else words.plural("{n} indicator", "{n} indicators", len(codes))


@lay_out_criteria.register
def _(kind: DelphiResult, result: ByCriterion, words: Words, opened: Round, *, view: str = "criteria") -> Laid:
    """`criteria`: a row each; `items`: each indicator's rounds; `movement`: how each expert moved."""
    layouts = {"criteria": _by_criterion, "items": _by_item, "movement": _by_expert}
    return layouts[one_of(view, list(layouts), name="view")](result, words, opened)


def _by_criterion(result: ByCriterion, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rows = [{"criterion": name, **_settled(found, words)} for name, found in result.results.items()]
    frame = pd.DataFrame(rows)
    lists = ["rejected", "dissent", "left"]
    full = frame.assign(**{name: frame[name].map(", ".join) for name in lists})
    frame["called"] = [criterion_name(name, words) for name in frame["criterion"]]
    for name in lists:
        frame[name] = [few(codes, words, joint=", ".join) or NONE for codes in frame[name]]
    columns = [
        c.text("called", words("Criterion")),
        c.text("band", words("Agreement is")),
        replace(c.text("spread", words("Largest IQR")), align=NUMBER),
        c.integer("rounds", words("Rounds")),
        c.integer("n_experts", words("Experts")),
        c.integer("agreed", words("Agreed")),
        c.text("rejected", words("Agreed to reject")),
        c.text("dissent", words("Stable dissent")),
        c.text("left", words("Not settled")),
        c.text("said", words("By the rule")),
    ]
    if (frame["dissent"] == NONE).all():
        columns = [column for column in columns if column.name != "dissent"]
    shades = {"said": lambda row: "good" if row["verdict"] == "stop" else "warn"}
    note = words(
        "Agreement is: the ratings that count as agreement. Largest IQR: interquartile range, in scale points, up to "
        "which ratings are close enough. Experts: of the latest round."
    )
    full = full.drop(columns=["spread", "said"])
    return Laid(frame, tuple(columns), shades=shades, note=note, full=full)


def _settled(found: DelphiResult, words: Words) -> dict[str, object]:
    """The cells of one criterion: its rule, what is settled and what is not."""
    stands, rule = standing(found), found.rule
    return {
        "band": _span(rule.band, words),
        "iqr": rule.iqr,
        "spread": words.plain(rule.iqr),
        "rounds": len(found.rounds),
        "n_experts": int(found.n_experts.iloc[-1]),
        "agreed": int((stands == "consensus").sum()),
        "rejected": _codes(stands, REJECTED),
        "dissent": _codes(stands, "stable dissent"),
        "left": unsettled(found),
        "said": words(VERDICTS[found.verdict]),
        "verdict": found.verdict,
    }


def _codes(stands: pd.Series, status: str) -> list[str]:
    return [str(code) for code in stands.index[stands == status]]


def _span(ends: tuple[float, float], words: Words) -> str:
    low, high = (words.plain(end) for end in ends)
    return low if low == high else f"{low}–{high}"


def _by_item(result: ByCriterion, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    several = len(result.results) > 1
    rows = [
        {"block": f"{name}\n{opened.framework.parent(code)}", **_item(found, code, words, opened)}
        for name, found in result.results.items()
        for code in opened.framework.indicators
        if code in found.status.index
    ]

    def heading(block: Any) -> str:
        name, _, parent = str(block).partition("\n")
        own = dimension(opened)(parent)
        return f"{criterion_name(name, words)}: {own}" if several else own

    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.text("median", words("Median")),
        c.text("iqr", words("IQR")),
        c.text("share", words("Agreeing")),
        c.text("moved", words("Up / down")),
        c.percent("changed", words("Change"), 0),
        c.translated("status", words("Standing")),
    )
    shades = {"status": _status_shade, "changed": lambda row: "" if row["stable"] else "warn"}
    limit = max(found.rule.net_change for found in result.results.values())
    note = words(
        "Round by round, the latest last. Agreeing: share of experts within the band of agreement. Up / down: experts "
        "who raised / lowered their rating. Change: share of experts by which the distribution moved; shaded above "
        "{limit}, the limit of stability.",
        limit=words.percent(limit, 0),
    )
    full = pd.concat(
        {name: found.items.join(found.changes) for name, found in result.results.items()}, names=[result.by]
    ).reset_index()
    return Laid(pd.DataFrame(rows), columns, "block", heading, shades, note, full)


def _item(found: DelphiResult, code: str, words: Words, opened: Round) -> dict[str, object]:
    """The cells of one indicator: its rounds, what changed until the latest, and where it stands."""
    times = found.items.xs(code, level="item").reset_index().to_dict("records")
    key = (code, times[-1]["round"])
    change = found.changes.loc[key].to_dict() if key in found.changes.index else {}
    return {
        "code": code,
        "name": opened.framework.label(code, opened.language),
        "median": _steps(times, "median", words.plain),
        "iqr": _steps(times, "iqr", words.plain),
        "share": _steps(times, "share", lambda value: words.percent(value, 0)),
        "changed": change.get("net_change"),
        "moved": f"{change['n_up']:.0f} / {change['n_down']:.0f}" if change else NONE,
        "stable": bool(change.get("stable", True)),
        "status": standing(found)[code],
    }


def _steps(times: list[dict[Any, Any]], name: str, write: Any) -> str:
    """3.5 → 3: a value round by round."""
    return " → ".join(write(one[name]) for one in times)


def _status_shade(row: Mapping[Any, Any]) -> str:
    return {"consensus": "good", REJECTED: "good", "stable dissent": "warn"}.get(row["status"], "bad")


def _by_expert(result: ByCriterion, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    frame = pd.concat({name: found.movement for name, found in result.results.items()}, names=[result.by])
    frame = frame[frame["n"] >= LEAST_AGAIN].reset_index()
    several = frame[[result.by, "round"]].drop_duplicates().shape[0] > 1
    lone = [not grouped(result[name], at) for name, at in zip(frame[result.by], frame["round"], strict=True)]
    if any(lone):
        frame = frame.assign(**{name: frame[name].astype("float64").mask(lone) for name in BESIDE_GROUP})
    frame["block"] = [f"{name}\n{number}" for name, number in zip(frame[result.by], frame["round"], strict=True)]

    def heading(block: Any) -> str:
        name, _, number = str(block).partition("\n")
        return words("{criterion}, round {number}", criterion=criterion_name(name, words), number=number)

    columns = (
        c.text("expert", words("Expert")),
        c.integer("n", words("Rated again")),
        c.integer("moved", words("Changed")),
        c.integer("toward", words("Toward the group")),
        c.integer("away", words("Away from it")),
        c.integer("holds_out", words("Holding out")),
        c.number("distance_before", words("Distance before")),
        c.number("distance_after", words("Distance after")),
    )
    note = words(
        "Numbers of indicators. Toward or away from the group's earlier median; holding out: outside the middle half "
        "of the panel both times, and no nearer. Distance: mean distance of the expert's ratings from the median, in "
        "scale points."
    )
    if any((found.movement["n"] < LEAST_AGAIN).any() for found in result.results.values()):
        note += " " + words(
            "Experts who rated fewer than {least} indicators again are left out, since their row would tell single "
            "ratings.",
            least=words.integer(LEAST_AGAIN),
        )
    full = frame.drop(columns="block")
    frame = frame.sort_values(["criterion", "round"], kind="stable", ignore_index=True) if several else frame
    return Laid(frame, columns, "block" if several else None, heading, note=note, full=full)
