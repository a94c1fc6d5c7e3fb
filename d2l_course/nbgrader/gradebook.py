"""Writes results into nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from threading import Thread
from typing import Any

from d2l_course.course import Course, CourseError
from d2l_course.nbgrader.convert import programs_of_environment
from d2l_course.nbgrader.loading import load_api
from d2l_course.result import Result


class GradebookError(CourseError):
    """The gradebook cannot be opened."""


class Grades:
    """Writes results into the gradebook; a context manager.

    It is opened when there is something to write: nbgrader takes longer to
    load than a submission to be graded.

    Parameters
    ----------
    course : Course
    assignment : str
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course, self._assignment = course, assignment
        self._open = ExitStack()
        self._loading: Thread | None = None

    def __enter__(self) -> Grades:
        return self

    def __exit__(self, *_: object) -> None:
        if self._loading is not None:
            self._loading.join()
        self._open.close()

    def prepare(self) -> None:
        """Loads nbgrader while the first submission is being graded."""
        if self._loading is None:
            self._loading = Thread(target=load_api)
            self._loading.start()

    @cached_property
    def _gradebook(self) -> Any:
        if self._loading is not None:
            self._loading.join()
        opened = open_gradebook(self._course, self._assignment)
        return self._open.enter_context(opened)

    def record(
        self, student: str, results: Sequence[Result], timestamp: str = ""
    ) -> None:
        """Writes a student's results; once or several times is the same.

        Points that a person gave by hand stay; such a grade is marked to be
        looked at again.

        Raises
        ------
        GradebookError
            If the gradebook cannot be opened, or the assignment is not in it.
        """
        gradebook = self._gradebook
        try:
            self._record(student, results, timestamp)
        except Exception:
            # What is half-written here would fail with the next student's.
            gradebook.db.rollback()
            raise

    def _record(
        self, student: str, results: Sequence[Result], timestamp: str
    ) -> None:
        by_name = {result.notebook: result for result in results}
        given = {"timestamp": timestamp} if _is_time(timestamp) else {}
        self._gradebook.update_or_create_student(student)
        # nbgrader links a submission's parts before it adds them.
        with self._gradebook.db.no_autoflush:
            submission = self._gradebook.update_or_create_submission(
                self._assignment, student, **given
            )
        for notebook in submission.notebooks:
            result = by_name.get(notebook.name)
            for grade in notebook.grades:
                _set(grade, result)
        self._gradebook.db.commit()


def _is_time(text: str) -> bool:
    """Whether nbgrader can read a time; a student may have written it."""
    from nbgrader.utils import parse_utc  # type: ignore[import-untyped]

    try:
        return bool(text and parse_utc(text))
    # dateutil raises ValueError, OverflowError, decimal.InvalidOperation, ...
    except Exception:
        return False


def _set(grade: Any, result: Result | None) -> None:
    if result is None or not _is_called(grade.cell):
        # A cell that a person grades.
        grade.needs_manual_grade = grade.manual_score is None
        return
    grade.auto_score = grade.max_score if result.right else 0
    grade.needs_manual_grade = grade.manual_score is not None


def _is_called(cell: Any) -> bool:
    """Whether a cell's points are for what the function does."""
    solutions = {solution.name for solution in cell.notebook.solution_cells}
    return cell.name not in solutions and cell.cell_type == "code"


@contextmanager
def open_gradebook(course: Course, assignment: str) -> Iterator[Any]:
    """Opens the gradebook, nbgrader's, if the assignment is in it.

    Raises
    ------
    GradebookError
        If it is not, or the gradebook cannot be opened.
    """
    api = load_api()
    from nbgrader.coursedir import (  # type: ignore[import-untyped]
        CourseDirectory,
    )
    from sqlalchemy.exc import SQLAlchemyError

    directory = CourseDirectory(config=course.config())
    try:
        with programs_of_environment():
            gradebook = api.Gradebook(directory.db_url, directory.course_id)
    except SQLAlchemyError as error:
        raise GradebookError(
            f"the gradebook cannot be opened: {error}"
        ) from error
    except ImportError as error:
        raise GradebookError(
            f"the gradebook cannot be opened without {error.name}, the driver "
            f"of its database: pip install {error.name}"
        ) from error
    with gradebook:
        try:
            gradebook.find_assignment(assignment)
        except api.MissingEntry:
            raise GradebookError(
                f"{assignment} is not in the gradebook: `course release` "
                "comes first"
            ) from None
        yield gradebook
