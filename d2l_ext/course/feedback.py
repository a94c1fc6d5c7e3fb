"""Writes each student's feedback as HTML, with nbgrader's converter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from d2l_ext.course.converting import convert
from d2l_ext.course.folder import Course


def write_feedback(
    course: Course, assignment: str, students: Iterable[str]
) -> Iterator[tuple[str, list[Path]]]:
    """Writes and yields each student's pages, one for each notebook.

    Raises
    ------
    CourseError
        If nbgrader refuses.
    """
    for student in students:
        convert(course, "GenerateFeedback", assignment, student)
        folder = course.path("feedback", student, assignment)
        yield student, sorted(folder.glob("*.html"))
