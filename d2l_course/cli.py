"""The command line: ``python -m d2l_course …``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import d2l_course
from d2l_check.source import ExerciseError
from d2l_course.arguments import parser
from d2l_course.course import Course, CourseError
from d2l_course.export import export
from d2l_course.files import DISK
from d2l_course.grading.autograded import points
from d2l_course.grading.batch import Batch
from d2l_course.grading.ledger import Ledger, only_grader
from d2l_course.grading.pool import open_workers
from d2l_course.handout.new import new_course
from d2l_course.handout.release import release
from d2l_course.intake.collect import Wishes, collect
from d2l_course.nbgrader.gradebook import Grades
from d2l_course.nbgrader.settings import close, protect
from d2l_course.report import report_collected, report_graded
from d2l_course.sandbox.base import Limits, Sandbox, SandboxError
from d2l_course.sandbox.choose import KINDS, make_sandbox
from d2l_course.sandbox.unconfined import Unconfined

#: What commands need beside NumPy, and what pip calls it.
_PACKAGES = {"nbgrader": "nbgrader>=0.9.3,<0.10", "tqdm": "tqdm"}
_NEED_PACKAGES = ("release", "grade", "feedback", "export")


def main(argv: Sequence[str]) -> int:
    """Runs a command and returns its exit status."""
    options = parser().parse_args(argv)
    missing = [name for name in _PACKAGES if not find_spec(name)]
    if options.command in _NEED_PACKAGES and missing:
        # Not the package's own extra: d2l, among what it needs, asks for the
        # versions of 2023.
        what = " ".join(f'"{_PACKAGES[name]}"' for name in missing)
        are = "is" if len(missing) == 1 else "are"
        return _fail(
            f"{' and '.join(missing)} {are} missing: pip install {what}"
        )
    try:
        return _COMMANDS[options.command](options)
    except (CourseError, ExerciseError, SandboxError) as error:
        return _fail(str(error))
    except OSError as error:
        if error.errno not in DISK:
            raise
        return _fail(f"{error.filename}: {error.strerror}")


def _fail(message: str) -> int:
    print(f"course: {message}", file=sys.stderr)
    return 1


def _new(options: argparse.Namespace) -> int:
    assignment = options.assignment or options.ids[0].partition(".")[0]
    exercises = options.exercises or _find_exercises()
    new_course(options.folder, options.ids, exercises, assignment, options.db)
    print(f"{options.folder} has the assignment {assignment}.")
    print(f"Next: cd {options.folder}; python -m d2l_course release")
    return 0


def _find_exercises() -> Path:
    package = Path(d2l_course.__file__).parents[1]
    for folder in (Path("exercises"), package / "exercises"):
        if folder.is_dir():
            return folder
    raise CourseError(
        "there is no folder exercises here; the repository of the book has "
        "it: name it with --exercises"
    )


def _open(options: argparse.Namespace) -> tuple[Course, str]:
    course = Course(options.course, options.db)
    return course, course.assignment(options.assignment)


def _release(options: argparse.Namespace) -> int:
    course, assignment = _open(options)
    print("For the students:")
    for path in release(course, assignment):
        print(f"  {path}")
    return 0


def _collect(options: argparse.Namespace) -> int:
    course, assignment = _open(options)
    wishes = Wishes(
        options.students, options.roster, options.attempt, options.dry_run
    )
    found = collect(course, assignment, options.submissions, wishes)
    report_collected(course, assignment, found, options.dry_run)
    return 0


def _grade(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    course, assignment = _open(options)
    limits = Limits(
        options.seconds,
        options.cell_seconds,
        options.call_seconds,
        options.memory,
    )
    candidates = _candidates(options, limits, course)
    with ExitStack() as stack:
        stack.enter_context(only_grader(course))
        close(course)
        if protect(course):
            print(
                "nbgrader_config.py was an earlier version's and let "
                "Formgrader run what students write. It is mended: where "
                "Jupyter runs, start it again."
            )
        batch = Batch(course, assignment)
        if not batch.students:
            raise CourseError(
                f"{assignment} has no submissions: `course collect` comes "
                "first"
            )
        grades = stack.enter_context(Grades(course, assignment))
        pool, width, sandbox = stack.enter_context(
            open_workers(candidates, options.jobs, options.dask)
        )
        progress = tqdm(
            batch.grade(grades, pool, width, sandbox, options.again),
            total=len(batch.students),
            desc="submissions",
        )
        graded = sorted(progress, key=lambda one: one.student)
    return report_graded(course, assignment, graded, batch.points)


def _candidates(
    options: argparse.Namespace, limits: Limits, course: Course
) -> list[Sandbox]:
    """Returns the sandboxes that may be used, the best first."""
    hidden = (course.root.resolve(),)
    if options.without_sandbox:
        return [Unconfined(limits, hidden)]
    return [
        make_sandbox(kind, limits, hidden, options.image)
        for kind in KINDS
        if options.sandbox in (None, kind)
    ]


def _feedback(options: argparse.Namespace) -> int:
    # What renders text takes a while to load; no other command needs it.
    from d2l_course.nbgrader.feedback import write_feedback

    from tqdm import tqdm

    course, assignment = _open(options)
    students = options.students or course.students("autograded", assignment)
    pages = write_feedback(course, assignment, students)
    count = sum(
        len(paths)
        for _, paths in tqdm(pages, total=len(students), desc="students")
    )
    print(f"{count} pages in {course.root / 'feedback'}")
    return 0


def _export(options: argparse.Namespace) -> int:
    course, assignment = _open(options)
    path = options.to or course.root / f"{assignment}.csv"
    print(f"{export(course, assignment, path)} students in {path}")
    _warn_of_old_points(course, assignment)
    return 0


def _warn_of_old_points(course: Course, assignment: str) -> None:
    copies = {
        name: course.released(assignment, name)
        for name in course.exercises(assignment)
    }
    worth = {n: points(path) for n, path in copies.items() if path.exists()}
    outdated = Ledger(course, assignment).outdated(worth)
    if outdated:
        print(
            "warning: the points of the assignment have changed since "
            f"{len(outdated)} submissions were graded: `course grade` gives "
            "them the new ones; then export again",
            file=sys.stderr,
        )


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "release": _release,
    "collect": _collect,
    "grade": _grade,
    "feedback": _feedback,
    "export": _export,
}
