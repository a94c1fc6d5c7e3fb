"""Names every submission and what happened to it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from d2l_course.course import Course
from d2l_course.export import write_csv
from d2l_course.grading.batch import Graded
from d2l_course.intake.collect import Found
from d2l_course.result import printable

_COLLECTED = (
    *("file", "student", "exercise", "attempt", "taken", "known by"),
    "remark",
)
#: How wide a column of a printed table may be.
_WIDEST = 48
_GRADED = (
    *("student", "notebook", "points", "max_points", "result"),
    *("misconception", "message", "errors in cells", "seconds"),
)


def report_collected(
    course: Course,
    assignment: str,
    found: Sequence[Found],
    dry_run: bool = False,
) -> None:
    """Writes a line for each file, and prints those with a remark.

    With ``dry_run``, prints all lines instead, and writes nothing.
    """
    rows = [_collected(one) for one in found]
    path = course.root / "reports" / f"{assignment}-collected.csv"
    if dry_run:
        _print_table(_COLLECTED, rows)
    else:
        write_csv(path, _COLLECTED, rows)
        _print_remarks(found)
    _warn_of_one_student(found)
    taken = [one for one in found if one.taken]
    print(
        f"{len(taken)} notebooks of {len({one.student for one in taken})} "
        f"students; {len(found) - len(taken)} files left out. "
        + ("Nothing is written." if dry_run else f"Each file: {path}")
    )


def _collected(one: Found) -> Sequence[str]:
    return (
        printable(str(one.path)),
        *(one.student, one.exercise, str(one.attempt)),
        *("yes" if one.taken else "no", one.why, printable(one.remark)),
    )


def _print_remarks(found: Sequence[Found]) -> None:
    for one in found:
        if one.remark:
            left_out = "" if one.taken else "left out: "
            print(printable(f"{left_out}{one.path}: {one.remark}"))


def _print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints columns below each other; the last may be of any length."""
    lines = [
        [text.replace("\n", " ") for text in row] for row in (header, *rows)
    ]
    widths = [
        min(_WIDEST, max(map(len, column)))
        for column in zip(*lines, strict=True)
    ]
    for line in lines:
        cells = zip(line, widths, strict=True)
        print("  ".join(text.ljust(width) for text, width in cells).rstrip())


def _warn_of_one_student(found: Sequence[Found]) -> None:
    students = {one.student for one in found if one.student}
    paths = {one.path for one in found if one.student}
    if len(students) == 1 and len(paths) > 1:
        print(
            f"warning: all {len(paths)} files are {students.pop()}'s. If this "
            "is no student but a folder or a zip around all of them, give "
            "that to collect, or say who is who: --students, --roster. "
            "--dry-run shows what is understood.",
            file=sys.stderr,
        )


def report_graded(
    course: Course,
    assignment: str,
    graded: Sequence[Graded],
    points: Mapping[str, float],
) -> int:
    """Writes a line for each notebook, and prints how many went how.

    Parameters
    ----------
    points : mapping of str to float
        What each notebook is worth.

    Returns
    -------
    int
        An exit status: 1 if there is one that could not be graded.
    """
    path = course.root / "reports" / f"{assignment}-graded.csv"
    rows = [row for one in graded for row in _rows(one, points)]
    write_csv(path, _GRADED, rows)
    before = sum(one.before for one in graded)
    print(f"{len(graded)} submissions, {before} of them graded before:")
    revalued = sum(one.revalued for one in graded)
    if revalued:
        print(
            f"  The points of the assignment have changed: {revalued} "
            "submissions that were graded before get the new ones."
        )
    counts = Counter(
        f"{result.kind}: {result.name} in {result.notebook}"
        if result.name
        else result.kind
        for one in graded
        for result in one.results
    )
    for kind, count in counts.most_common():
        print(f"  {count:5} {kind}")
    failed = [one for one in graded if one.problem]
    for one in failed:
        problem = printable(one.problem)
        print(f"not graded: {one.student}: {problem}", file=sys.stderr)
    print(f"Each one: {path}")
    return 1 if failed else 0


def _rows(one: Graded, points: Mapping[str, float]) -> Iterator[Sequence[Any]]:
    if one.problem:
        yield one.student, "", "", "", "not graded", "", one.problem, "", ""
    for result in one.results:
        most = points[result.notebook]
        yield (
            *(one.student, result.notebook, most if result.right else 0, most),
            *(result.kind, result.name, result.message),
            *(" | ".join(result.errors), f"{result.seconds:.2f}"),
        )
