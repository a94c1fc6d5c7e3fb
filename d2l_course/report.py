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

_COLLECTED = ("file", "student", "exercise", "taken", "remark")
_GRADED = (
    *("student", "notebook", "points", "max_points", "result"),
    *("misconception", "message", "errors in cells", "seconds"),
)


def report_collected(
    course: Course, assignment: str, found: Sequence[Found]
) -> None:
    """Writes a line for each file, and prints those with a remark."""
    path = course.root / "reports" / f"{assignment}-collected.csv"
    rows = [
        (
            printable(str(one.path)),
            *(one.student, one.exercise),
            *("yes" if one.taken else "no", printable(one.remark)),
        )
        for one in found
    ]
    write_csv(path, _COLLECTED, rows)
    for one in found:
        if one.remark:
            left_out = "" if one.taken else "left out: "
            print(printable(f"{left_out}{one.path}: {one.remark}"))
    students = {one.student for one in found if one.taken}
    taken = sum(one.taken for one in found)
    print(
        f"{taken} notebooks of {len(students)} students; "
        f"{len(found) - taken} files left out. Each file: {path}"
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
