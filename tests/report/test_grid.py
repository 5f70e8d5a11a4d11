"""Grids read from HTML: no cell is lost, and the columns fit the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.report import fonts
from ikfs_methods.report.columns import PADDING, SIZES, TEXT_WIDTH, lay_out
from ikfs_methods.report.grid import placed, read_grid


def one(html):
    (grid,) = read_grid(html)
    return grid


def row(*cells):
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def test_col_elements_do_not_cut_wider_rows():
    grid = one(f"<table><col style='width: 30%'>{row('a', 'b', 'c')}{row('d')}</table>")
    assert grid.columns == 3
    assert [[cell.html for cell in line.cells] for line in grid.body] == [["a", "b", "c"], ["d", "", ""]]
    assert grid.given == [30.0, None, None]


def test_spans_are_counted():
    grid = one(
        "<table><thead><tr><th rowspan='2'>A</th><th colspan='2'>B</th></tr><tr><th>c</th><th>d</th></tr></thead>"
        f"<tbody>{row('1', '2', '3')}</tbody></table>"
    )
    assert grid.columns == 3
    assert [[start for start, _ in line] for line in placed(grid.head)] == [[0, 1], [1, 2]]
    assert [len(line.cells) for line in grid.head] == [2, 2]  # nothing is filled in below the cell that reaches down


def test_markup_inside_cells_is_kept():
    grid = one("<table><tr><td>a<sub>2</sub> &lt; <b>x</b><br>y</td></tr></table>")
    assert grid.body[0].cells[0].html == "a<sub>2</sub> &lt; <b>x</b><br />y"
    assert grid.body[0].cells[0].lines == ["a2 < x", "y"]


def test_numbers_go_to_the_right_unless_marked():
    layout = lay_out(
        one(
            f"<table>{row('KD1', '−0,25', '12,5 %')}{row('KD2', '1.234,5', '–')}"
            "<tr><td>x</td><td class='center'>1</td><td>3</td></tr></table>"
        )
    )
    assert layout["align"] == ["left", "center", "right"]


def test_small_table_keeps_its_own_width():
    layout = lay_out(one(f"<table>{row('a', '1')}</table>"))
    assert layout["narrow"]
    # by hand: the width of one letter, the padding, and half a point to spare
    assert layout["share"][0] * TEXT_WIDTH == pytest.approx(fonts.text_width("a", 9.5) + PADDING + 0.5, rel=1e-12)


def test_declared_widths_are_respected():
    layout = lay_out(one(f"<table><col style='width: 30%'><col style='width: 70%'>{row('a', 'b')}</table>"))
    assert layout["share"] == pytest.approx([0.3, 0.7], rel=1e-12)  # division and product of floats


@given(st.lists(st.lists(st.text("abc 1,.-", max_size=60), min_size=1, max_size=8), min_size=1, max_size=6))
def test_no_cell_is_lost_and_no_table_is_wider_than_the_page(lines):
    grid = one("<table>" + "".join(row(*line) for line in lines) + "</table>")
    layout = lay_out(grid)
    assert grid.columns == max(map(len, lines))
    assert all(len(line.cells) == grid.columns for line in grid.body)
    assert [cell.html for line, own in zip(grid.body, lines, strict=True) for cell in line.cells[: len(own)]] == [
        cell for line in lines for cell in line
    ]
    assert sum(layout["share"]) <= 1 + 1e-9  # sums of up to eight floats
    assert layout["size"] in SIZES


def test_figures_have_one_width():
    assert len({fonts.text_width(figure, 10) for figure in "0123456789"}) == 1
