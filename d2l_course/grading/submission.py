"""Reads an assignment and what students handed in, as tasks to grade."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from d2l_check.cases import make_cases
from d2l_check.outcome import Kind
from d2l_check.source import Exercise
from d2l_course.course import Course, CourseError
from d2l_course.grading.autograded import points
from d2l_course.grading.marking import Task
from d2l_course.handout.new import material_of
from d2l_course.intake.notebooks import (
    Cell,
    Unreadable,
    code_of,
    read_cells,
    read_file,
)

import numpy as np


@dataclass(frozen=True)
class Notebook:
    """A notebook of an assignment.

    Attributes
    ----------
    release : Path
        The student's copy, as it was handed out.
    points : float
    task : Task
        Its inputs, without anything to run.
    version : bytes
        Changes with the exercise.
    """

    release: Path
    points: float
    task: Task
    version: bytes


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    student : str
    tasks : sequence of Task
        One for each notebook of the assignment.
    cells : dict of str to list of list of Cell
        What could be read, by the notebooks' names: what was submitted, or
        nothing, and then earlier attempts, if they count.
    fingerprint : str
        Changes with the files, and with the exercises.
    """

    student: str
    tasks: Sequence[Task]
    cells: dict[str, list[list[Cell]]]
    fingerprint: str


class Reader:
    """Reads the submissions of an assignment.

    Attributes
    ----------
    notebooks : dict of str to Notebook
        By their names.

    Raises
    ------
    CourseError
        If the assignment is not released.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course, self._assignment = course, assignment
        folder = course.root / "release" / assignment
        self.notebooks = {
            name: _notebook(course, exercise, folder / f"{name}.ipynb")
            for name, exercise in course.exercises(assignment).items()
        }

    def read(self, student: str) -> Submission:
        """Returns what a student handed in, readable or not."""
        folder = self._course.path("submitted", student, self._assignment)
        digest = hashlib.sha256()
        tasks: list[Task] = []
        cells: dict[str, list[list[Cell]]] = {}

        def read(path: Path, notebook: Notebook) -> list[Cell]:
            data = read_file(path)
            for part in (path.stem.encode(), notebook.version, data):
                digest.update(len(part).to_bytes(8, "big") + part)
            return read_cells(data)

        for name, notebook in self.notebooks.items():
            task, cells[name] = notebook.task, [[]]
            try:
                cells[name][0] = read(folder / f"{name}.ipynb", notebook)
                task = task.running(code_of(cells[name][0]))
            except FileNotFoundError:
                task = task.without(
                    Kind.MISSING, "Your notebook is not handed in."
                )
            except Unreadable as error:
                task = task.without(Kind.UNREADABLE, f"Your file {error}.")
            paths = self._course.earlier(student, self._assignment, name)
            cells[name] += [read(path, notebook) for path in paths]
            earlier = [code_of(one) for one in cells[name][1:]]
            tasks.append(replace(task, earlier=earlier))
        return Submission(student, tasks, cells, digest.hexdigest())


def _notebook(course: Course, exercise: Exercise, release: Path) -> Notebook:
    if not release.exists():
        raise CourseError(f"{release} is missing: `course release` makes it")
    name = release.stem
    shown = make_cases(exercise, np.random.default_rng(0))
    hidden = make_cases(exercise, course.hidden_inputs(exercise))
    files = (exercise.notebook, material_of(exercise.notebook))
    return Notebook(
        release=release,
        points=points(release),
        task=Task(name, shown, hidden),
        version=b"".join(path.read_bytes() for path in files),
    )
