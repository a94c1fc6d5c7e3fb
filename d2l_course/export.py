"""Writes the points of a course as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from d2l_course.course import Course
from d2l_course.files import write_atomically
from d2l_course.nbgrader.gradebook import open_gradebook

#: What spreadsheets take for the beginning of a formula: in the first place,
#: and after what parts cells where a comma does not.
_FORMULA = re.compile(r"(?:^|(?<=[;|\t\r\n]))(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")


def export(course: Course, assignment: str, path: Path) -> int:
    """Writes a line for each student who handed in, and returns their number.

    The columns are the student, the points of each notebook, their sum less
    what nbgrader takes off for lateness, the most possible, and whether a
    person has still to grade something.

    Raises
    ------
    CourseError
        If the assignment is not in the gradebook.
    """
    with open_gradebook(course, assignment) as gradebook:
        notebooks = [
            notebook.name
            for notebook in gradebook.find_assignment(assignment).notebooks
        ]
        submissions = gradebook.assignment_submissions(assignment)
        rows = [_row(submission, notebooks) for submission in submissions]
    header = ["student", *notebooks, "score", "max_score", "needs_grading"]
    write_csv(path, header, sorted(rows))
    return len(rows)


def _row(submission: Any, notebooks: Sequence[str]) -> list[Any]:
    scores = {one.name: one.score for one in submission.notebooks}
    late = submission.late_submission_penalty or 0
    return [
        submission.student.id,
        *(scores.get(name, 0) for name in notebooks),
        max(submission.score - late, 0),
        submission.assignment.max_score,
        "yes" if submission.needs_manual_grade else "no",
    ]


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Writes a table; no text of a student's becomes a formula in it.

    Raises
    ------
    CourseError
        If it cannot be written; the one that was there is as it was.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    # Without the mark at the beginning, Excel shows "Ã©" for "é".
    write_atomically(path, text.getvalue().encode("utf-8-sig"))


def _harmless(value: Any) -> Any:
    return _FORMULA.sub("'", value) if isinstance(value, str) else value
