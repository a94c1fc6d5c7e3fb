"""Keeps what was graded, so that a batch that is interrupted goes on.

Each submission has a file, which is there as a whole or not at all. It is
written as soon as the submission is graded, before anything else is, and again
when the gradebook has it. So nothing is graded twice and nothing is lost,
whenever the grader is killed.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from d2l_check.outcome import Kind
from d2l_course.course import Course, CourseError
from d2l_course.files import write_atomically
from d2l_course.grading.submission import Submission
from d2l_course.result import Result


class Ledger:
    """The results of an assignment.

    Parameters
    ----------
    course : Course
    assignment : str
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._folder = course.root / "results" / assignment

    def _path(self, student: str) -> Path:
        return self._folder / f"{student}.json"

    def results(self, student: str, fingerprint: str) -> list[Result] | None:
        """Returns the results of a submission; None if it is not graded.

        ``fingerprint`` is that of what was graded: another is not graded.
        """
        record = self._read(student)
        if record.get("fingerprint") != fingerprint:
            return None
        try:
            return [
                Result(
                    **result
                    | {
                        "kind": Kind(result["kind"]),
                        "errors": tuple(result["errors"]),
                    }
                )
                for result in record["results"]
            ]
        except (KeyError, TypeError, ValueError):
            # Another version wrote it.
            return None

    def recorded(self, student: str) -> Any:
        """Returns the points of each notebook, as the gradebook has them.

        It is what :meth:`write` was given; None if the gradebook has nothing.
        """
        return self._read(student).get("recorded")

    def outdated(self, points: Mapping[str, float]) -> list[str]:
        """Returns whose results the gradebook has with other points."""
        students = sorted(path.stem for path in self._folder.glob("*.json"))
        return [
            student
            for student in students
            if self.recorded(student) not in (None, points)
        ]

    def write(
        self,
        submission: Submission,
        results: Sequence[Result],
        recorded: Mapping[str, float] | None = None,
    ) -> None:
        """Writes the results of a submission.

        ``recorded`` is what each notebook was worth when the gradebook got
        them; None if it has not got them yet.
        """
        record = {
            "fingerprint": submission.fingerprint,
            "recorded": recorded,
            "results": [asdict(result) for result in results],
        }
        path = self._path(submission.student)
        write_atomically(path, json.dumps(record, indent=1))

    def _read(self, student: str) -> dict[str, Any]:
        try:
            record = json.loads(self._path(student).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            # A broken file must not stop the others: it is graded again.
            return {}
        return record if isinstance(record, dict) else {}


@contextmanager
def only_grader(course: Course) -> Iterator[None]:
    """Lets one process at a time grade a course, also after it was killed.

    Raises
    ------
    CourseError
        If another one does.
    """
    with (course.root / ".grading").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError("this course is being graded already") from None
        yield
