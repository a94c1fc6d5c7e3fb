"""A course with an assignment of small exercises, and what is handed in."""

from __future__ import annotations

import json

from d2l_course.handout.new import new_course
from d2l_course.sandbox.base import Limits
from d2l_course.sandbox.unconfined import Unconfined

IDS = ("numbers.double-it", "numbers.half")
ASSIGNMENT = "hw1"
NAME = "double-it"
RIGHT = "def double(X):\n    return X * 2\n"
ONCE_MORE = "def double(X):\n    return X * 2 * 2\n"
HALF = "def half(X):\n    return X / 2\n"

#: The worker alone: what it gives up itself, and nothing around it.
UNBOXED = Unconfined(Limits(20, 2, 2, 1024))

_SOLUTION = '''\
def {name}(X):
    """Return X, {how}."""
    ### BEGIN SOLUTION
    Y = X
    result_of_it = {result}
    return result_of_it
    ### END SOLUTION
'''
_MATERIAL = """\
from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Numbers"
FUNCTION = "{name}"
POINTS = {points}


def cases(rng):
    yield (np.array([3.0]),)
    for size in (2, 3):
        yield (rng.uniform(1, 2, size=size),)


def once_more(X):
    return X * 4


WRONG = {{"twice": Wrong(once_more, "You doubled twice.", see="Products")}}
"""


def cell(source, id, kind="code", **about):
    """Returns a cell of a source notebook; ``about`` is nbgrader's."""
    metadata = {}
    if about:
        defaults = {"grade": False, "solution": False, "locked": False}
        metadata["nbgrader"] = {
            **defaults,
            "schema_version": 3,
            "task": False,
            "grade_id": id,
            "cell_type": kind,
            **about,
        }
    outputs = {"execution_count": None, "outputs": []}
    return {
        "cell_type": kind,
        "id": id,
        "metadata": metadata,
        "source": source,
        **(outputs if kind == "code" else {}),
    }


def source_cells(name, how, result, points):
    solution = _SOLUTION.format(name=name, how=how, result=result)
    grading = {"grade": True, "locked": True, "points": points}
    return [
        cell("import numpy as np", "imports"),
        cell(f"# X, {how}", "statement", "markdown"),
        cell(solution, "answer", solution=True),
        cell("# graded on hidden inputs", "graded", **grading),
    ]


def write_exercise(folder, id, cells, name, points):
    path = folder.joinpath(*id.split(".")).with_suffix(".ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": cells,
        "metadata": {"kernelspec": {**kernel, "language": "python"}},
    }
    path.write_text(json.dumps(notebook), "utf-8")
    module = path.with_name(f"{path.stem.replace('-', '_')}.py")
    module.write_text(_MATERIAL.format(name=name, points=points), "utf-8")


def write_exercises(folder):
    """Writes two exercises; a person grades a cell of the second, too."""
    cells = source_cells("double", "doubled", "X * 2", 2)
    write_exercise(folder, IDS[0], cells, "double", 2)
    cells = source_cells("half", "halved", "X * 0.5", 1)
    grading = {"grade": True, "solution": True, "points": 4}
    cells.append(cell("Explain.", "explain", "markdown", **grading))
    write_exercise(folder, IDS[1], cells, "half", 1)
    return folder


def make_course(folder, ids=IDS, db=""):
    """Makes a course beside its exercises; nothing is released yet."""
    exercises = write_exercises(folder / "exercises")
    return new_course(folder / "course", ids, exercises, ASSIGNMENT, db)


def notebook(*sources):
    """Returns a notebook that a student hands in, as bytes."""
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells}).encode()


def submit(course, student, data):
    """Puts a notebook where `course collect` would."""
    folder = course.path("submitted", student, ASSIGNMENT)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    path.write_bytes(data)
    return path


def student_copy(course):
    return course.root / "release" / ASSIGNMENT / f"{NAME}.ipynb"
