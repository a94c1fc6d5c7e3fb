"""Submissions become tasks, readable or not."""

from __future__ import annotations

from d2l_check.outcome import Kind
from d2l_course.course import CourseError
from d2l_course.grading.submission import Reader

import pytest
from small_course import (
    ASSIGNMENT,
    NAME,
    RIGHT,
    notebook,
    student_copy,
    submit,
)


def read(course):
    return Reader(course, ASSIGNMENT).read("ada")


def test_a_notebook_is_a_task_with_its_code(course):
    submit(course, "ada", notebook("x = 1", RIGHT))
    submission = read(course)
    (task,) = submission.tasks
    assert task.code == ["x = 1", RIGHT]
    assert [cell.source for cell in submission.cells[NAME][0]] == task.code
    assert (task.notebook, task.shown.function) == (NAME, "double")


def test_earlier_attempts_are_read_the_newest_first(course):
    path = submit(course, "ada", notebook(RIGHT))
    before = read(course).fingerprint
    (path.parent / "attempts").mkdir()
    for number in (1, 2, 10):
        earlier = path.parent / "attempts" / f"{NAME}.{number}.ipynb"
        earlier.write_bytes(notebook(f"x = {number}"))
    submission = read(course)
    (task,) = submission.tasks
    assert task.code == [RIGHT]
    assert task.earlier == [["x = 1"], ["x = 2"], ["x = 10"]]
    assert submission.cells[NAME][3][0].source == "x = 10"
    assert submission.fingerprint != before


def test_shown_and_hidden_inputs_differ(course):
    task = Reader(course, ASSIGNMENT).notebooks[NAME].task
    shown, hidden = (cases[-1].args[0] for cases in (task.shown, task.hidden))
    assert (shown != hidden).all()


def test_what_is_not_there_or_not_readable_is_said(course):
    assert read(course).tasks[0].problem == Kind.MISSING
    submit(course, "ada", b"{")
    (task,) = read(course).tasks
    assert (task.problem, task.code) == (Kind.UNREADABLE, None)
    assert task.message.startswith("Your file is not a notebook")


def test_the_fingerprint_changes_with_the_file_and_the_exercise(course):
    submit(course, "ada", notebook(RIGHT))
    first = read(course).fingerprint
    assert read(course).fingerprint == first
    submit(course, "ada", notebook(RIGHT, ""))
    second = read(course).fingerprint
    material = course.root / "exercises" / "numbers" / "double_it.py"
    material.write_text(material.read_text() + "\n# changed\n")
    third = read(course).fingerprint
    assert len({first, second, third}) == 3


def test_an_assignment_must_be_released_first(course):
    student_copy(course).unlink()
    with pytest.raises(CourseError, match="`course release` makes it"):
        Reader(course, ASSIGNMENT)
