"""Tables of content validity and of the evidence on each indicator."""

from __future__ import annotations

from ikfs_methods.evidence import EvidenceResult
from ikfs_methods.report.language import Words
from ikfs_methods.report.layout import Columns, Laid
from ikfs_methods.report.tables.base import dimension, lay_out, named
from ikfs_methods.rounds import Round
from ikfs_methods.validity import AikenResult


@lay_out.register
def _(result: AikenResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    cutoff = opened.parameters.aiken_cutoff
    frame = named(result.items, opened)
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.integer("n_experts", words("Experts")),
        c.number("v", "V"),
        c.number("ci_low", words("Low")),
        c.number("ci_high", words("High")),
        c.p_value("p_value", "p"),
        c.number("critical_v", words("Critical V")),
    )
    note = words(
        "Low and high: {level} score interval. Shaded: V below the cut-off {cutoff}.",
        level=words.percent(result.level, 0),
        cutoff=words.number(cutoff),
    )
    return Laid(
        frame,
        columns,
        "parent_code",
        dimension(opened),
        {"v": lambda row: "bad" if row["v"] < cutoff else "good"},
        note,
    )


@lay_out.register
def _(result: EvidenceResult, words: Words, opened: Round) -> Laid:
    c = Columns(words)
    rules = result.rules
    frame = named(result.indicators, opened)
    frame["failed"] = [", ".join(words(name) for name in failed) for failed in frame["failed"]]
    columns = (
        c.text("code", words("Code")),
        c.text("name", words("Indicator")),
        c.number("aiken_v", "V"),
        c.number("item_rest", words("r item-rest")),
        c.number("msa", "MSA"),
        c.number("loading", words("Loading")),
        c.number("communality", words("Communality")),
        *([c.number("dif_r2", words("DIF"), 3)] if frame["dif_r2"].notna().any() else []),
        c.text("failed", words("Falls short on")),
        c.translated("verdict", words("Evidence proposes")),
    )
    shades = {
        "aiken_v": lambda row: "bad" if row["aiken_v"] < rules.content else "",
        "item_rest": lambda row: "bad" if row["item_rest"] < rules.item_rest else "",
        "msa": lambda row: "bad" if row["msa"] < rules.msa else "",
        "loading": lambda row: "bad" if row["loading"] < rules.loading else "",
        "communality": lambda row: "bad" if row["communality"] < rules.communality else "",
        "dif_r2": lambda row: "bad" if row["dif"] else "",
        "verdict": lambda row: {"keep": "good", "revise": "warn", "drop": "bad"}[row["verdict"]],
    }
    return Laid(frame, columns, "parent_code", dimension(opened), shades)
