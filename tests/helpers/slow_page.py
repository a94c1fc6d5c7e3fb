"""A page that some students' text makes slow; other processes import it."""

from __future__ import annotations

from d2l_course.nbgrader.page import page


def slow_page(notebook, sheet, instead=""):
    if '"slow"' in notebook.read_text() and not instead:
        while True:
            pass
    return page(notebook, sheet, instead)
