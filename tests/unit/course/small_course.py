"""A course with one assignment of one small exercise: double each number."""

from __future__ import annotations

import json
from pathlib import Path

from d2l_ext.course.creating import new_course
from d2l_ext.course.release import release
from d2l_ext.course.sandbox import NONE, Limits, Sandbox

EXERCISE = "numbers.double-it"
ASSIGNMENT = "numbers"
NAME = "double-it"
RIGHT = "def double(X):\n    return X * 2\n"
ONCE_MORE = "def double(X):\n    return X * 2 * 2\n"

#: The worker alone: what it gives up itself, and nothing around it.
UNBOXED = Sandbox(NONE, Limits(20, 2, 2, 1024))

MATERIAL = '''\
"""Doubling."""

from d2l_ext.exercises.material import Wrong

import numpy as np

CHAPTER = "Numbers"
FUNCTION = "double"
POINTS = 3


def cases(rng):
    yield (np.array([3.0]),)
    for size in (2, 3):
        yield (rng.uniform(1, 2, size=size),)


WRONG = {
    "twice": Wrong(lambda X: X * 4, "You doubled twice.", see="Products"),
}
'''
ANSWER = '''\
def double(X):
    """Return X, doubled."""
    ### BEGIN SOLUTION
    twice_as_much = X * 2
    return twice_as_much
    ### END SOLUTION'''


def cell(kind, name, source, **about):
    found = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if kind == "code":
        found |= {"execution_count": None, "outputs": []}
    if about:
        about |= {"schema_version": 3, "cell_type": kind, "task": False}
        found["metadata"] = {"nbgrader": about | {"grade_id": name}}
    return found


def source_notebook(answer=ANSWER, points=3):
    cells = [
        cell("code", "imports", "import numpy as np"),
        cell("markdown", "statement", "# Double"),
        cell(
            *("code", "answer", answer),
            grade=False,
            solution=True,
            locked=False,
        ),
        cell(
            *("code", "graded", "# graded on hidden inputs"),
            grade=True,
            solution=False,
            locked=True,
            points=points,
        ),
    ]
    kernel = {"display_name": "Python 3", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel | {"language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write_exercises(folder):
    chapter = folder / "numbers"
    chapter.mkdir(parents=True)
    (chapter / "double_it.py").write_text(MATERIAL, "utf-8")
    text = json.dumps(source_notebook())
    (chapter / "double-it.ipynb").write_text(text, "utf-8")
    return folder


def make(folder):
    """Makes the course in a folder, with its exercises beside it."""
    exercises = write_exercises(folder.with_name("exercises"))
    course = new_course(folder, [EXERCISE], exercises, ASSIGNMENT)
    release(course, ASSIGNMENT)
    return course


def answered(*sources):
    """Returns a notebook with these code cells, in JSON."""
    cells = [cell("code", f"c{n}", text) for n, text in enumerate(sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})


def submit(course, student, text):
    """Puts a notebook where `course collect` would."""
    folder = course.path("submitted", student, ASSIGNMENT)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    path.write_text(text, "utf-8")
    return path


def released(course):
    return Path(course.root / "release" / ASSIGNMENT / f"{NAME}.ipynb")
