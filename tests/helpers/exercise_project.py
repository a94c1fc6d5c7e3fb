"""A small course with one exercise that keeps all conventions."""

from __future__ import annotations

import json

from d2l_check.source import load_exercise

import nbformat

from tools.exercises import template
from tools.exercises.__main__ import Project
from tools.exercises.conventions import Source, check_source, headings_of
from tools.notebooks.cleaner import clean

ID, FUNCTION = "numbers.double-it", "double"

CHAPTER = """\
(chapter-numbers)=
# Numbers

Text.

## Powers of two
"""
STATEMENT = """\
# Twice

Write `double(X, times)`.

*Chapter:* Numbers, section "Powers of two"."""
ANSWER = '''\
def double(X, times):
    """Return X, of any shape, doubled."""
    ### BEGIN SOLUTION
    return X * 2**times
    ### END SOLUTION'''
MATERIAL = '''\
"""Doubling: how often?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Numbers"
FUNCTION = "double"
POINTS = 2
MAY_BE = {
    "X": "floats >= 1 of (n)",
    "times": "a whole number >= 2",
}


def cases(rng):
    for size in range(1, 7):
        yield np.append(rng.uniform(1, 2, size=size - 1), 1), size + 1


WRONG = {
    "added": Wrong(lambda X, n: X + 2 * n, "You added.", see="Powers of two"),
    "once": Wrong(lambda X, n: X * 2, "You stopped early.", see="Numbers"),
    "square": Wrong(lambda X, n: X**2, "You squared.", see="Numbers"),
}
'''


class ExerciseProject:
    """The course, in a folder of its own."""

    def __init__(self, root):
        self.root = root
        self.project = Project(root)
        (root / "d2l_check" / "_files").mkdir(parents=True)
        self.write_chapter(CHAPTER)
        self.write()

    def write_chapter(self, text, name="numbers"):
        """Writes a chapter of one cell."""
        cell = nbformat.v4.new_markdown_cell(text, id="title")
        path = self.root / "chapters" / "part" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write_notebook(path, [cell])

    def write(self, statement=STATEMENT, answer=ANSWER, material=MATERIAL):
        """Writes the exercise."""
        folder = self.root / "exercises" / "numbers"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "double_it.py").write_text(material, encoding="utf-8")
        text = template.notebook(ID, FUNCTION, 2, statement, answer)
        self.notebook.write_text(text, encoding="utf-8")

    @property
    def notebook(self):
        return self.root / "exercises" / "numbers" / "double-it.ipynb"

    def change_cell(self, cell_id, **fields):
        """Changes a cell of the notebook; the file stays clean."""
        node = nbformat.read(self.notebook, as_version=4)
        (cell,) = (cell for cell in node.cells if cell.id == cell_id)
        cell.update(fields)
        self._write_notebook(self.notebook, node.cells)

    def _write_notebook(self, path, cells):
        node = nbformat.v4.new_notebook() | {"cells": cells}
        path.write_text(clean(json.dumps(node)), encoding="utf-8")

    def findings(self):
        """Returns what the check finds, without the path."""
        chapter = self.project.chapter(ID)
        exercise = load_exercise(self.notebook)
        source = Source(exercise, headings_of(chapter))
        return [f"{f.place}: {f.message}" for f in check_source(source)]
