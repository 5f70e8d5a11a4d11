"""What a chapter shows: sentences, tables and figures, each labelled, in the round's language.

Every output carries its label, caption and full-precision data as metadata, so that the report is made from what the
reader of the notebook saw. Nothing is written to disk here.
"""

from __future__ import annotations

from typing import Any

from IPython.display import display

from ikfs_methods.index import IndexResult
from ikfs_methods.report import disclosure, tables, text
from ikfs_methods.report.language import Words
from ikfs_methods.rounds import Absent, Round, Several, views

STYLE = """<style>
table.ikfs { border-collapse: collapse; font-size: 0.9em; }
table.ikfs caption { text-align: left; font-weight: 600; padding: 0.4em 0; caption-side: top; }
.jp-RenderedHTMLCommon table.ikfs th, .jp-RenderedHTMLCommon table.ikfs td { text-align: left; padding: 0.2em 0.6em; }
.jp-RenderedHTMLCommon table.ikfs th.num, .jp-RenderedHTMLCommon table.ikfs td.num { text-align: right; }
.jp-RenderedHTMLCommon table.ikfs th.center, .jp-RenderedHTMLCommon table.ikfs td.center { text-align: center; }
table.ikfs tr.group th { background: #eef2f5; } table.ikfs td.good { background: #ddeee4; }
table.ikfs td.warn { background: #fbeccb; } table.ikfs td.bad { background: #f6d5cf; }
table.ikfs td.strong { font-weight: 600; }
.ikfs-notice { border-left: 4px solid #b54708; background: #fff4e5; padding: 0.5em 0.8em; }
</style>"""


class Page:
    """One chapter's page: `say`, `table` and `figure` show a result of the round where the cell stands."""

    def __init__(self, opened: Round) -> None:
        self.round = opened
        self.words = Words(opened.language)
        disclosure.veil(opened)
        notice = text.notice(opened, self.words)
        shown = f'<p class="ikfs-notice"><strong>{notice}</strong></p>' if notice else ""
        _show({"text/html": STYLE + shown}, {"kind": "banner"})

    def say(self, result: Any, **context: Any) -> None:
        """The sentence that the package has for a result, or for a missing input how to supply it."""
        _show({"text/markdown": text.say(result, self.words, self.round, **context)}, {"kind": "text"})

    def table(self, result: Any, label: str, *, id: str, en: str, **options: Any) -> None:  # noqa: A002 - the language
        """The result as a captioned table; `id` and `en` are the caption in both languages, `label` is tbl-..."""
        if _nothing(result):
            _show({"text/plain": ""}, {"kind": "absent", "label": label})
            return
        laid = tables.lay_out(result, self.words, self.round, **options)
        if laid.frame.empty:
            _show({"text/plain": ""}, {"kind": "absent", "label": label})
            return
        caption = self.words.pick(id=id, en=en)
        about = {"kind": "table", "label": label, "caption": caption, "note": laid.note, "csv": laid.csv()}
        _show({"text/html": laid.html(caption) + (f"<p>{laid.note}</p>" if laid.note else "")}, about)

    def figure(self, result: Any, label: str, *, id: str, en: str, **options: Any) -> None:  # noqa: A002 - the language
        """The result as a captioned figure, drawn for the report; `label` is fig-..."""
        if _nothing(result) or (isinstance(result, IndexResult) and result.scores.iloc[:, 0].isna().all()):
            _show({"text/plain": ""}, {"kind": "absent", "label": label})
            return
        from ikfs_methods.report import figures  # noqa: PLC0415 - a second to import; not every chapter draws

        drawn = figures.draw(result, self.words, self.round, **options)
        caption = self.words.pick(id=id, en=en)
        alt = text.describe(result, self.words, self.round, caption=caption)
        _show(figures.bundle(drawn), {"kind": "figure", "label": label, "caption": caption, "alt": alt})


def _nothing(result: Any) -> bool:
    if isinstance(result, views.FlagOverlap) and bool(result.hidden.all(axis=None)):
        return True  # the sentence says what can be said; a table of nothing but marks says no more
    if isinstance(result, views.View):
        return result.table.empty
    return isinstance(result, Absent) or (isinstance(result, Several) and not result.results)


def _show(data: dict[str, str], about: dict[str, str]) -> None:
    display(data, raw=True, metadata={"ikfs": {name: value for name, value in about.items() if value}})
