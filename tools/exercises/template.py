"""What all source notebooks have in common, written once: here."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from tools.notebooks import COLAB_CELL
from tools.notebooks.cleaner import clean

CELLS = ("colab-install", "imports", "statement", "answer", "try-it", "graded")
#: An author writes these; the others follow from the exercise's id.
OWN = ("statement", "answer")

IMPORTS = """\
from d2l_check import check

import numpy as np"""

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

ANSWER = '''\
def {function}(X):
    """Return ... of shape (m, d)."""
    {begin}
    return X
    {end}'''

STATEMENT = """\
# Title

Write `{function}(X)`: ...

*Chapter:* Title of the Chapter, section "Heading"."""

MATERIAL = '''\
"""Title of the exercise: what is the question?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Title of the Chapter"
FUNCTION = "{function}"
POINTS = 2
#: Each corner has a case: 0, the negative, a bound, an integer type, a length
#: of 1. The words are those of tools/exercises/corners.py.
MAY_BE = {{
    "X": "numbers of (m, d)",
}}


def cases(rng):
    for shape in [(1, 2), (2, 1)]:
        yield (rng.normal(0, 1, size=shape).round(1),)
    yield (rng.permutation([[-1, 0], [2, 3]]),)


WRONG = {{
    "a-name": Wrong(
        np.negative,
        "You ... . It is ..., because ... .",
        see="Heading",
    ),
}}
'''


def notebook(
    exercise_id: str,
    function: str,
    points: int,
    statement: str,
    answer: str,
) -> str:
    """Returns the text of a source notebook, as it is committed."""
    code, markdown = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    cells = [
        code(COLAB_CELL, metadata={"tags": ["colab", "remove-cell"]}),
        code(IMPORTS),
        markdown(statement),
        code(answer, metadata=_nbgrader("answer", solution=True)),
        code(f'check("{exercise_id}", {function})'),
        code(
            f"# {function} is graded here, on inputs that you do not see.",
            metadata=_nbgrader("graded", grade=True, points=points),
        ),
    ]
    for cell, name in zip(cells, CELLS, strict=True):
        cell["id"] = name
    return clean(json.dumps(nbformat.v4.new_notebook(cells=cells)))


def _nbgrader(
    grade_id: str, *, solution: bool = False, **graded: Any
) -> dict[str, Any]:
    """Returns a cell's metadata in the schema 3 of nbgrader."""
    grade = graded.get("grade", False)
    metadata = {
        "cell_type": "code",
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": metadata | graded}
