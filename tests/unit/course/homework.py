"""A small assignment, and what students hand in."""

from __future__ import annotations

import json
import shutil
from functools import cache

from d2l_ext.course.creating import new_course
from d2l_ext.course.folder import Course
from d2l_ext.course.release import release

IDS = ("numbers.double-it", "numbers.half")
ASSIGNMENT = "hw1"
DOUBLE = "def double(X):\n    return X + X\n"
HALF = "def half(X):\n    return X / 2\n"

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
from d2l_ext.exercises.material import Wrong

CHAPTER = "Numbers"
FUNCTION = "{name}"
POINTS = {points}
WRONG = {{"same": Wrong(lambda X: X, "You returned X.", see="Numbers")}}


def cases(rng):
    yield (rng.normal(),)
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
    return [
        cell("import numpy as np", "imports"),
        cell(solution, "answer", solution=True),
        cell(
            *("# hidden\npass", "graded"),
            grade=True,
            locked=True,
            points=points,
        ),
    ]


def write_notebook(path, cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": cells,
        "metadata": {"kernelspec": {**kernel, "language": "python"}},
    }
    path.write_text(json.dumps(notebook), "utf-8")


def write_exercise(folder, id, cells, name, points):
    path = folder.joinpath(*id.split(".")).with_suffix(".ipynb")
    write_notebook(path, cells)
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


def make_course(folder, db=""):
    """Makes a course beside its exercises."""
    exercises = folder / "exercises"
    write_exercises(exercises)
    return new_course(folder / "course", IDS, exercises, ASSIGNMENT, db)


@cache
def _released(folder):
    course = make_course(folder / "released")
    release(course, ASSIGNMENT)
    return course.root


def released_course(tmp_path_factory, folder):
    """Makes a course whose assignment is released; this needs nbgrader."""
    template = _released(tmp_path_factory.getbasetemp())
    return Course(shutil.copytree(template, folder))


def notebook(*sources):
    """Returns a notebook that a student hands in, as bytes."""
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells}).encode()
