"""Grades all submissions of an assignment, interrupted or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from d2l_course.course import Course, CourseError
from d2l_course.files import write_atomically
from d2l_course.grading.autograded import autograded
from d2l_course.grading.ledger import Ledger
from d2l_course.grading.marking import grade_submission
from d2l_course.grading.submission import Reader, Submission
from d2l_course.intake.notebooks import read_file
from d2l_course.nbgrader.gradebook import GradebookError, Grades
from d2l_course.result import Result
from d2l_course.sandbox.base import Sandbox

#: What nbgrader puts beside the notebooks that it collects, and looks for
#: beside the feedback that it gives back.
_TIMESTAMP, _SECRET = "timestamp.txt", "submission_secret.txt"
_LONGEST = 1000


@dataclass(frozen=True)
class Graded:
    """What became of a submission.

    Attributes
    ----------
    student : str
    results : sequence of Result
    problem : str
        Why it could not be graded, if so: the next run tries again.
    before : bool
        Whether it was graded in an earlier run.
    revalued : bool
        Whether its notebooks were worth other points then.
    """

    student: str
    results: Sequence[Result] = ()
    problem: str = ""
    before: bool = False
    revalued: bool = False


def _not_graded(student: str, error: Exception) -> Graded:
    """Returns what went wrong with one submission, and stops no other.

    A sandbox that does not start, a machine of the cluster that is gone: the
    next run tries again. What concerns all of them, a full disk, is raised.
    """
    if isinstance(error, CourseError):
        raise error
    return Graded(student, problem=str(error) or type(error).__name__)


class Batch:
    """The submissions of an assignment, and where their results go.

    Attributes
    ----------
    students : list of str
        Who handed something in.
    points : dict of str to float
        What each notebook is worth.

    Raises
    ------
    CourseError
        If the assignment is not released.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course, self._assignment = course, assignment
        self._ledger = Ledger(course, assignment)
        self._reader = Reader(course, assignment)
        self.students = course.students("submitted", assignment)
        self.points = {
            name: notebook.points
            for name, notebook in self._reader.notebooks.items()
        }

    def grade(
        self,
        grades: Grades,
        pool: Executor,
        width: int,
        sandbox: Sandbox,
        again: bool = False,
    ) -> Iterator[Graded]:
        """Grades all that is not graded yet, and yields each as it is done.

        Parameters
        ----------
        grades : Grades
        pool : Executor
        width : int
            How many submissions are given to it at a time.
        sandbox : Sandbox
        again : bool
            Whether to grade those again that are.

        Raises
        ------
        GradebookError
            If the gradebook cannot be opened; nothing that was graded is
            lost.
        """
        pending: dict[Future, Submission] = {}
        for student in self.students:
            try:
                submission = self._reader.read(student)
                known = None if again else self._known(submission, grades)
            except GradebookError:
                raise  # everybody's, and no student's
            except Exception as error:
                yield _not_graded(student, error)
                continue
            if known:
                yield known
                continue
            if len(pending) >= width:
                yield from self._finish(pending, grades)
            future = pool.submit(grade_submission, submission.tasks, sandbox)
            pending[future] = submission
            grades.prepare()
        while pending:
            yield from self._finish(pending, grades)

    def _known(self, submission: Submission, grades: Grades) -> Graded | None:
        """Returns what an earlier run found, and completes what it began."""
        student = submission.student
        results = self._ledger.results(student, submission.fingerprint)
        if results is None:
            return None
        recorded = self._ledger.recorded(student)
        if recorded != self.points:
            self._record(submission, results, grades)
        revalued = recorded not in (None, self.points)
        return Graded(student, results, before=True, revalued=revalued)

    def _finish(
        self, pending: dict[Future, Submission], grades: Grades
    ) -> Iterator[Graded]:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            submission = pending.pop(future)
            try:
                results = future.result()
                self._ledger.write(submission, results)
                self._record(submission, results, grades)
            except GradebookError:
                raise
            except Exception as error:
                yield _not_graded(submission.student, error)
                continue
            yield Graded(submission.student, results)

    def _record(
        self,
        submission: Submission,
        results: Sequence[Result],
        grades: Grades,
    ) -> None:
        student = submission.student
        folder = self._course.path("autograded", student, self._assignment)
        for result in results:
            notebook = self._reader.notebooks[result.notebook]
            text = autograded(
                notebook.release,
                submission.cells[result.notebook][result.earlier],
                notebook.task.shown.function,
                *(result.html, result.text),
            )
            write_atomically(folder / f"{result.notebook}.ipynb", text)
        for name in (_TIMESTAMP, _SECRET):
            text = self._beside(student, name)
            if text:
                write_atomically(folder / name, text)
        grades.record(student, results, self._beside(student, _TIMESTAMP))
        self._ledger.write(submission, results, self.points)

    def _beside(self, student: str, name: str) -> str:
        """Returns what a file says that nbgrader put beside the notebooks.

        It is empty if the file is missing, or is not what nbgrader writes.
        """
        folder = self._course.path("submitted", student, self._assignment)
        try:
            text = read_file(folder / name).decode("utf-8").strip()
        except (OSError, ValueError):
            return ""
        return text if len(text) <= _LONGEST else ""
