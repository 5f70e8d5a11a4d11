"""The sheet on which an expert rates every candidate indicator; in later Delphi rounds beside what the panel said."""

from __future__ import annotations

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from ikfs_methods.forms import texts
from ikfs_methods.forms.asked import Asked
from ikfs_methods.forms.drawing import DONE, Lists, Page, spoken
from ikfs_methods.forms.layout import CODE, COMMENT, RATINGS, TEXT, group_key, own_key
from ikfs_methods.forms.ratings import Earlier
from ikfs_methods.forms.setting import Setting
from ikfs_methods.report.language import Words


def rating_sheet(
    book: Workbook, lists: Lists, setting: Setting, asked: Asked, words: Words, *, earlier: Earlier | None, expert: str
) -> None:
    """Adds the sheet: a row per indicator under its dimension, a column per criterion, one for comments."""
    keys = [CODE, TEXT]
    for criterion in asked.criteria:
        keys += [criterion, *([own_key(criterion), group_key(criterion)] if earlier is not None else [])]
    footer = f"{asked.round} · {expert}"
    page = Page(book, words("ratings"), (RATINGS,), [*keys, COMMENT], footer=footer)
    page.widths(**{CODE: 9, TEXT: 48, COMMENT: 38})
    for criterion in asked.criteria:
        page.width(criterion, 16)
        if earlier is not None:
            page.width(own_key(criterion), 11)
            page.width(group_key(criterion), 14)
    page.line(words("Ratings of expert {expert}", expert=expert), bold=True, size=14)
    if earlier is None:
        page.line(words("Choose from the list in each yellow cell. Rate each indicator as it is worded."))
    else:
        page.line(
            words(
                "Rate again in the yellow cells. Beside each stand your last rating and the panel's median with the "
                "middle half of its ratings (for essential: how many said yes). You may keep your rating or change it."
            )
        )
    page.row += 1
    counted = page.row
    page.headings(_headings(setting, asked, words, delphi=earlier is not None), freeze=TEXT)
    first = page.row + 1
    _rows(page, setting, asked, words, earlier=earlier, expert=expert)
    last = page.row
    _lists(page, lists, asked, words, first=first, last=last)
    _counter(page, asked, words, row=counted, first=first, last=last)


def _headings(setting: Setting, asked: Asked, words: Words, *, delphi: bool) -> list[str]:
    said = [words("Code"), words("Indicator")]
    for criterion in asked.criteria:
        name = texts.criterion_name(criterion, setting, words)
        said.append(f"{name}\n{texts.criterion_scale(criterion, setting, words)}")
        if delphi:
            said += [words("Your last rating"), words("Panel: median (middle half)")]
    return [*said, words("Comment")]


def _rows(page: Page, setting: Setting, asked: Asked, words: Words, *, earlier: Earlier | None, expert: str) -> None:
    parent = None
    places = {
        above: place for place, above in enumerate(dict.fromkeys(map(setting.framework.parent, asked.indicators)))
    }
    for code in sorted(asked.indicators, key=lambda code: places[setting.framework.parent(code)]):
        above = setting.framework.parent(code)
        if above != parent:
            parent = above
            definition = texts.defined(above, setting, words)
            name = texts.named(above, setting, words)
            page.band(f"{name}: {definition}" if definition else name)
        page.start(code)
        page.text(CODE, code, bold=True)
        label, definition = setting.framework.label(code, words.language), texts.defined(code, setting, words)
        page.text(TEXT, "\n".join(part for part in (label, definition) if part))
        for criterion in asked.criteria:
            page.fill(criterion)
            if earlier is not None:
                page.text(own_key(criterion), earlier.own(expert, code, criterion, words), centred=True)
                page.text(group_key(criterion), earlier.group(code, criterion, words), centred=True)
        page.fill(COMMENT, centred=False, lines=3)


def _lists(page: Page, lists: Lists, asked: Asked, words: Words, *, first: int, last: int) -> None:
    for criterion in asked.criteria:
        letter = get_column_letter(page.columns[criterion])
        options = texts.choices_of(criterion, asked, words)
        said = words("Choose one of: {options}.", options=", ".join(map(str, options)))
        page.offer(f"{letter}{first}:{letter}{last}", lists.reference(options), (words("Not on the list"), said))
        # The rows of the dimensions hold no cell to fill: their key is empty.
        cells, start = f"{letter}{first}:{letter}{last}", f"{letter}{first}"
        page.empty(cells, f'IF(LEN($A{first})>0,{start},"-")')


def _counter(page: Page, asked: Asked, words: Words, *, row: int, first: int, last: int) -> None:
    total = len(asked.indicators) * len(asked.criteria)
    if not total:
        return
    before, after = texts.parted(
        words("Filled so far: {filled} of {count} cells", count=total, filled="{filled}"), ["filled"]
    )
    letters = [get_column_letter(page.columns[criterion]) for criterion in asked.criteria]
    counts = "+".join(f"COUNTA({letter}{first}:{letter}{last})" for letter in letters)
    end, page.row = page.row, row
    page.formula(TEXT, f"{spoken(before)}&({counts})&{spoken(after)}")
    page.dye(page.at(TEXT), f"({counts})={total}", DONE)
    page.row = end
