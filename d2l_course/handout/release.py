"""Makes the students' copies of an assignment."""

from __future__ import annotations

from itertools import starmap
from pathlib import Path

from d2l_course.course import Course, CourseError
from d2l_course.intake.notebooks import code_of, read_cells
from d2l_course.nbgrader.convert import convert

#: Shorter lines, ``return X`` for instance, may be in a notebook by chance.
_TELLING = 12
_MARK = "SOLUTION"
_BEGIN, _END = f"### BEGIN {_MARK}", f"### END {_MARK}"


def release(course: Course, assignment: str) -> list[Path]:
    """Makes the students' copies with nbgrader and returns their paths.

    The gradebook learns about the assignment, too.

    Raises
    ------
    CourseError
        If nbgrader refuses, or a line of a solution is left in a copy; such
        copies are removed.
    """
    convert(course, "GenerateAssignment", assignment)
    copies = sorted((course.root / "release" / assignment).glob("*.ipynb"))
    sources = course.root / "source" / assignment
    # All of them, before any is complained of: the others may leak, too.
    left = {copy: _left_in(copy, sources / copy.name) for copy in copies}
    leaking = {copy.name: lines for copy, lines in left.items() if lines}
    for name in leaking:
        (course.root / "release" / assignment / name).unlink()
    if leaking:
        raise CourseError("\n".join(starmap(_complaint, leaking.items())))
    return copies


def _complaint(name: str, lines: list[str]) -> str:
    return (
        f"{name} would give its solution away: {lines}; is another cell the "
        "same? It is not released."
    )


def _left_in(copy: Path, source: Path) -> list[str]:
    """Returns what is left of a solution in a student's copy."""
    code = "\n".join(code_of(read_cells(source.read_bytes())))
    data = copy.read_bytes()
    # JSON escapes quotes in sources, but has more than sources in it.
    cells = (cell.source for cell in read_cells(data))
    released = "\n".join((data.decode("utf-8"), *cells))
    lines = {line.strip() for line in _solution_lines(code)}
    telling = sorted(line for line in lines if len(line) >= _TELLING)
    return [line for line in (*telling, _MARK) if line in released]


def _solution_lines(code: str) -> list[str]:
    solutions = code.split(_BEGIN)[1:]
    return [
        line
        for solution in solutions
        for line in solution.partition(_END)[0].splitlines()
    ]
