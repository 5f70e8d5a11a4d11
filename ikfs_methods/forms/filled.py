"""Whether a form that lies in the folder of forms holds answers that another form must not wipe out."""

from __future__ import annotations

from pathlib import Path

from ikfs_methods.errors import InputFileError
from ikfs_methods.forms import cells
from ikfs_methods.forms.layout import (
    ANSWER,
    BEST,
    BEST_OVER,
    COMMENT,
    FAVOURS,
    OVER_WORST,
    POINTS,
    RATINGS,
    STRENGTH,
    WORST,
)
from ikfs_methods.forms.returned import returned_form

_ANSWERS = (COMMENT, FAVOURS, STRENGTH, POINTS, BEST_OVER, OVER_WORST)


def may_be_replaced(path: Path) -> bool:
    """Whether a file is one of our forms without any answer on it; the institution alone is none."""
    try:
        form = returned_form(path)
    except InputFileError:
        return False
    for kind, sheet in form.sheets.items():
        asked = form.asked.criteria if kind == (RATINGS,) else ()
        for key, row in sheet.rows.items():
            wanted = (*asked, *_ANSWERS, *([ANSWER] if key in (BEST, WORST) else []))
            if any(not cells.is_empty(row.get(name)) for name in wanted):
                return False
    return True
