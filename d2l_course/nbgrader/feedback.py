"""Writes each student's feedback: the verdict, the points and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from d2l_course.course import Course, CourseError
from d2l_course.files import write_atomically
from d2l_course.nbgrader.gradebook import open_gradebook
from d2l_course.nbgrader.limited import Stopped, within
from d2l_course.nbgrader.loading import load_api
from d2l_course.nbgrader.page import Mark, Sheet, empty_page, page

#: Seconds of a processor for a page, most of which take a twentieth of one.
#: Whoever writes what takes longer gets a page without it.
PATIENCE = 10
#: What nbgrader looks for beside the pages that it gives back.
_BESIDE = ("timestamp.txt", "submission_secret.txt")
#: nbgrader gives students the file as it is, and they must be able to read it.
#: While it is in the course, whose folder is closed, they cannot.
_READABLE = 0o644


def write_feedback(
    course: Course, assignment: str, students: Iterable[str]
) -> Iterator[tuple[str, list[Path]]]:
    """Writes and yields each student's pages, one for each notebook.

    Raises
    ------
    CourseError
        At the end, if somebody is not graded; the message names them.
    """
    missing = []
    with open_gradebook(course, assignment) as gradebook:
        for student in students:
            graded = course.path("autograded", student, assignment)
            notebooks = sorted(graded.glob("*.ipynb"))
            try:
                sheets = [
                    _sheet(gradebook, path.stem, assignment, student)
                    for path in notebooks
                ]
            except load_api().MissingEntry:
                sheets = []
            if not sheets:
                missing.append(
                    f"no feedback for {student}: `course grade` comes first"
                )
                continue
            folder = course.path("feedback", student, assignment)
            pages = []
            for path, sheet in zip(notebooks, sheets, strict=True):
                pages.append(folder / f"{path.stem}.html")
                write_atomically(pages[-1], _made(path, sheet))
                pages[-1].chmod(_READABLE)
            for name in _BESIDE:
                if (graded / name).exists():
                    text = (graded / name).read_text("utf-8")
                    write_atomically(folder / name, text)
            yield student, pages
    if missing:
        raise CourseError("\n".join(missing))


def _made(notebook: Path, sheet: Sheet) -> str:
    """Returns a page, whatever the notebook holds."""
    try:
        return within(PATIENCE, page, notebook, sheet)
    except Stopped as error:
        instead = f"What you wrote cannot be shown: {error}."
    try:
        return within(PATIENCE, page, notebook, sheet, instead)
    except Stopped:
        return empty_page(sheet, instead)


def _sheet(
    gradebook: Any, notebook: str, assignment: str, student: str
) -> Sheet:
    """Returns what the gradebook has."""
    found = gradebook.find_submission_notebook(notebook, assignment, student)
    late = found.late_submission_penalty or 0.0
    marks = {one.name: Mark(one.score, one.max_score) for one in found.grades}
    for one in found.comments:
        mark = marks.get(one.name, Mark())
        marks[one.name] = replace(mark, comment=one.comment or "")
    return Sheet(notebook, found.score - late, found.max_score, late, marks)
