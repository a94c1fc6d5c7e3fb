"""Makes the students' copies of an assignment."""

from __future__ import annotations

from pathlib import Path

from d2l_ext.course.converting import convert
from d2l_ext.course.folder import Course, CourseError
from d2l_ext.course.submissions import code_of, read_cells

#: Shorter lines, ``return X`` for instance, may be in a notebook by chance.
_TELLING = 12
_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"


def release(course: Course, assignment: str) -> list[Path]:
    """Makes the students' copies with nbgrader and returns their paths.

    The gradebook learns about the assignment, too.

    Raises
    ------
    CourseError
        If nbgrader refuses, or a line of a solution is left in a copy.
    """
    convert(course, "GenerateAssignment", assignment)
    copies = sorted((course.root / "release" / assignment).glob("*.ipynb"))
    for copy in copies:
        source = course.root / "source" / assignment / copy.name
        _check_copy(copy, source)
    return copies


def _check_copy(copy: Path, source: Path) -> None:
    code = "\n".join(code_of(read_cells(source.read_bytes())))
    released = copy.read_text("utf-8")
    lines = {line.strip() for line in _solution_lines(code)}
    left = [line for line in lines if len(line) >= _TELLING]
    left = [line for line in left if line in released]
    if left or "SOLUTION" in released:
        copy.unlink()
        raise CourseError(
            f"{copy.name} would give its solution away: {left}; is another "
            "cell the same? It is not released."
        )


def _solution_lines(code: str) -> list[str]:
    solutions = code.split(_BEGIN)[1:]
    return [
        line
        for solution in solutions
        for line in solution.partition(_END)[0].splitlines()
    ]
