"""The sheets on which an expert weighs the children of one parent: points, pairs, best and worst."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from openpyxl.workbook import Workbook

from ikfs_methods.forms import texts
from ikfs_methods.forms.asked import AHP, BEST_WORST, BUDGET, Asked
from ikfs_methods.forms.drawing import DONE, TO_FILL, WRONG, Lists, Page, spoken
from ikfs_methods.forms.layout import (
    ANSWER,
    BEST,
    BEST_OVER,
    CODE,
    FAVOURS,
    LEFT,
    OVER_WORST,
    POINTS,
    RIGHT,
    STRENGTH,
    TEXT,
    WORST,
    pair_key,
)
from ikfs_methods.forms.setting import Setting
from ikfs_methods.report.language import Words

TOTAL_POINTS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What every weighing sheet is made with."""

    book: Workbook
    lists: Lists
    setting: Setting
    words: Words
    footer: str

    def name(self, code: str) -> str:
        """A node as the drop-downs offer it."""
        return texts.named(code, self.setting, self.words)

    def definition(self, code: str) -> str:
        """A node's definition."""
        return texts.defined(code, self.setting, self.words)

    def refusal(self, options: Sequence[object]) -> tuple[str, str]:
        """Title and text of the message when something else than an option is typed."""
        said = self.words("Choose one of: {options}.", options=", ".join(map(str, options)))
        return self.words("Not on the list"), said if len(said) < 220 else self.words("Choose from the list.")


def weighing_sheets(desk: Desk, asked: Asked) -> None:
    """Adds a sheet for every parent and way of weighing that is asked."""
    makers: dict[str, Callable[[Desk, str, Sequence[str]], None]] = {
        AHP: _pairs, BUDGET: _budget, BEST_WORST: _best_worst
    }  # fmt: skip
    for way, make in makers.items():
        for parent, children in asked.children(way).items():
            make(desk, parent, children)


def _budget(desk: Desk, parent: str, children: Sequence[str]) -> None:
    words = desk.words
    page = Page(desk.book, f"{words('points')} {parent}", (BUDGET, parent), [CODE, TEXT, POINTS], footer=desk.footer)
    page.widths(**{CODE: 9, TEXT: 80, POINTS: 26})
    page.line(words("Share out 100 points: {parent}", parent=desk.name(parent)), bold=True, size=14)
    page.line(words("Whole numbers; what matters more gets more. Something that does not matter at all gets 0."))
    page.row += 1
    counter = page.row
    page.headings([words("Code"), words("Description"), words("Points")], freeze=TEXT)
    first = page.row + 1
    for code in children:
        page.start(code)
        page.text(CODE, code, bold=True)
        page.text(
            TEXT, "\n".join(filter(None, (desk.setting.framework.label(code, words.language), desk.definition(code))))
        )
        page.fill(POINTS)
    cells = f"{page.at(POINTS, first)}:{page.at(POINTS)}"
    said = words("Points must be a whole number from 0 to 100.")
    page.whole(cells, 0, TOTAL_POINTS, (words("Not a number of points"), said))
    page.empty(cells, page.at(POINTS, first))
    page.row += 1
    page.text(TEXT, words("Sum"), bold=True)
    page.formula(POINTS, f"SUM({cells})")
    _to_give(page, words, counter, f"SUM({cells})")


def _to_give(page: Page, words: Words, row: int, total: str) -> None:
    """The line that says how many points are still to be given, or too many."""
    rest, over = (
        texts.parted(text, ["points"]) for text in (words("Still to give: {points}"), words("Too many: {points}"))
    )
    done = words("All 100 points are given.")
    page.row = row
    page.formula(
        TEXT,
        f"IF({total}={TOTAL_POINTS},{spoken(done)},IF({total}<{TOTAL_POINTS},"
        f"{spoken(rest[0])}&({TOTAL_POINTS}-{total})&{spoken(rest[1])},"
        f"{spoken(over[0])}&({total}-{TOTAL_POINTS})&{spoken(over[1])}))",
    )
    page.dye(page.at(TEXT), f"{total}={TOTAL_POINTS}", DONE)
    page.dye(page.at(TEXT), f"{total}>{TOTAL_POINTS}", WRONG)
    page.dye(page.at(TEXT), f"{total}<{TOTAL_POINTS}", TO_FILL)


def _pairs(desk: Desk, parent: str, children: Sequence[str]) -> None:
    words = desk.words
    keys = [LEFT, RIGHT, FAVOURS, STRENGTH]
    page = Page(desk.book, f"{words('pairs')} {parent}", (AHP, parent), keys, footer=desk.footer)
    page.widths(**{LEFT: 40, RIGHT: 40, FAVOURS: 40, STRENGTH: 34})
    page.line(words("Compare in pairs: {parent}", parent=desk.name(parent)), bold=True, size=14)
    page.line(words("In each row choose which of the two matters more, then how much more (1 to 9)."))
    page.line(words("If both matter equally, choose that; the last column then stays empty."))
    _meanings(page, desk, children)
    page.headings(
        [words("The one"), words("The other"), words("Which matters more?"), words("How much more?")], freeze=RIGHT
    )
    first, degrees = page.row + 1, texts.degrees(words)
    for left, right in combinations(children, 2):
        page.start(pair_key(left, right))
        page.text(LEFT, desk.name(left))
        page.text(RIGHT, desk.name(right))
        page.fill(FAVOURS, centred=False)
        page.fill(STRENGTH, centred=False)
        options = [desk.name(left), desk.name(right), words(texts.EQUAL)]
        page.offer(page.at(FAVOURS), desk.lists.reference(options), desk.refusal(options))
    choice, strength = (f"{page.at(key, first)}:{page.at(key)}" for key in (FAVOURS, STRENGTH))
    page.offer(strength, desk.lists.reference(degrees), (words("Not on the list"), words("Choose from the list.")))
    page.empty(choice, page.at(FAVOURS, first))
    chosen = page.at(FAVOURS, first, fixed="column")
    page.dye(
        strength,
        f"AND(LEN(TRIM({page.at(STRENGTH, first)}))=0,LEN(TRIM({chosen}))>0,{chosen}<>{spoken(words(texts.EQUAL))})",
        TO_FILL,
    )


def _meanings(page: Page, desk: Desk, children: Sequence[str]) -> None:
    """What is compared, in full, above the comparisons."""
    for code in children:
        definition = desk.definition(code)
        text = f"{desk.name(code)}: {definition}" if definition else desk.name(code)
        page.line(text, size=10)


def _best_worst(desk: Desk, parent: str, children: Sequence[str]) -> None:
    words = desk.words
    keys = [TEXT, ANSWER, BEST_OVER, OVER_WORST]
    page = Page(desk.book, f"{words('best and worst')} {parent}", (BEST_WORST, parent), keys, footer=desk.footer)
    page.widths(**{TEXT: 60, ANSWER: 40, BEST_OVER: 32, OVER_WORST: 32})
    page.line(words("Most and least important: {parent}", parent=desk.name(parent)), bold=True, size=14)
    page.line(
        words("First choose the most and the least important. Then say for each row how much more the most important "
              "matters than it, and how much more it matters than the least important (1 to 9)."))  # fmt: skip
    options = [desk.name(code) for code in children]
    places = []
    for key, question in ((BEST, words("Which matters most?")), (WORST, words("Which matters least?"))):
        page.start(key)
        page.text(TEXT, question, bold=True)
        page.fill(ANSWER, centred=False)
        page.offer(page.at(ANSWER), desk.lists.reference(options), desk.refusal(options))
        page.empty(page.at(ANSWER), page.at(ANSWER))
        places.append(page.at(ANSWER, fixed="both"))
    page.headings(
        [words("Element"), words("Definition"), words("The most important matters more than this one by"),
         words("This one matters more than the least important by")], freeze=ANSWER,
    )  # fmt: skip
    first = page.row + 1
    for code in children:
        page.start(code)
        page.text(TEXT, desk.name(code), bold=True)
        page.text(ANSWER, desk.definition(code))
        page.fill(BEST_OVER, centred=False)
        page.fill(OVER_WORST, centred=False)
    this = page.at(TEXT, first, fixed="column")
    for key, place in zip((BEST_OVER, OVER_WORST), places, strict=True):
        cells = f"{page.at(key, first)}:{page.at(key)}"
        page.offer(
            cells,
            desk.lists.reference(texts.degrees(words)),
            (words("Not on the list"), words("Choose from the list.")),
        )
        # The most important needs no comparison with itself, nor does the least important.
        page.dye(cells, f"AND(LEN(TRIM({page.at(key, first)}))=0,{this}<>{place})", TO_FILL)
