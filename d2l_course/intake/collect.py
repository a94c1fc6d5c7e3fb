"""Sorts what students hand in: whose is it, and which exercise?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from d2l_check.source import Exercise
from d2l_course.course import Course, CourseError
from d2l_course.intake.archives import File, walk
from d2l_course.intake.names import exercise_of, student_of
from d2l_course.intake.notebooks import (
    Unreadable,
    code_of,
    defines,
    read_cells,
)

_NOTEBOOK = (".ipynb", ".json", ".txt", "")


@dataclass(frozen=True)
class Found:
    """What became of a file.

    Attributes
    ----------
    path : PurePosixPath
        Where it was; a zip counts as a folder.
    student, exercise : str
        Whose it is, and which; empty if that is not known.
    remark : str
        What the instructor should know; empty if all is well.
    taken : bool
        Whether it will be graded.
    answers : bool
        Whether it can be read and defines the exercise's function.
    """

    path: PurePosixPath
    student: str = ""
    exercise: str = ""
    remark: str = ""
    taken: bool = False
    answers: bool = False


def collect(
    course: Course, assignment: str, submissions: Path, pattern: str = ""
) -> list[Found]:
    """Copies notebooks to where nbgrader expects them.

    Parameters
    ----------
    course, assignment
        Where to.
    submissions : Path
        A folder or a zip, as a learning platform gives it.
    pattern : str
        A regular expression for paths, with a group ``student``.

    Returns
    -------
    list of Found
        One for each file. None of them stops the others.

    Raises
    ------
    CourseError
        If there is no such folder or zip, or the pattern is none.
    """
    _check(pattern)
    exercises = course.exercises(assignment)
    shorter = _without_common_folder(
        [file.path for file in walk([submissions])]
    )
    best: dict[tuple[str, str], Found] = {}
    found = []
    for file in walk([submissions]):
        one, data = _identify(file, shorter(file.path), exercises, pattern)
        found.append(one)
        key = one.student, one.exercise
        if one.taken and (key not in best or _rank(one) > _rank(best[key])):
            folder = course.path("submitted", one.student, assignment)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{one.exercise}.ipynb").write_bytes(data)
            best[key] = one
    return [_unless_better(one, best) for one in found]


def _check(pattern: str) -> None:
    """Raises CourseError if a pattern cannot tell students."""
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise CourseError(
            f"--students {pattern!r} is no regular expression: {error}"
        ) from error
    if pattern and "student" not in groups:
        raise CourseError(
            f"--students {pattern!r} has no group (?P<student>...), which "
            "says what part of a path is the student"
        )


def _rank(found: Found) -> tuple[bool, bool]:
    """Returns what is larger for a file that is rather to be graded."""
    return found.answers, not found.remark


def _unless_better(one: Found, best: Mapping[tuple[str, str], Found]) -> Found:
    """Returns a file as left out, if another of the student's is graded."""
    if not one.taken or best[one.student, one.exercise] is one:
        return one
    other = best[one.student, one.exercise].path
    remark = f"there is {other} of the same student"
    return replace(one, taken=False, remark=remark)


def _identify(
    file: File,
    path: PurePosixPath,
    exercises: Mapping[str, Exercise],
    pattern: str,
) -> tuple[Found, bytes]:
    """Returns what a file is, and its bytes."""
    student = student_of(path, exercises, pattern)
    found = Found(file.path, student, exercise_of(path, exercises))
    if file.problem:
        return replace(found, remark=file.problem), b""
    # Before it is unpacked: a film in a zip is large.
    if path.suffix.lower() not in _NOTEBOOK:
        return replace(found, remark="it is no notebook"), b""
    try:
        data = file.read()
    except OSError as error:
        return replace(found, remark=str(error)), b""
    found = _look_inside(found, data, exercises)
    if not student:
        remark = "its path does not say whose it is; see --students"
        found = replace(found, remark=remark)
    elif not found.exercise:
        found = replace(found, remark="it is no notebook of this assignment")
    else:
        found = replace(found, taken=True)
    return found, data


def _look_inside(
    found: Found, data: bytes, exercises: Mapping[str, Exercise]
) -> Found:
    """Believes what a notebook defines rather than what it is called."""
    try:
        code = code_of(read_cells(data))
    except Unreadable as error:
        return replace(found, remark=f"it {error}")
    fitting = [
        name
        for name, exercise in exercises.items()
        if any(defines(source, exercise.function) for source in code)
    ]
    found = replace(found, answers=bool(fitting))
    if found.exercise in fitting:
        return found
    if fitting:
        remark = f"it is called otherwise, and defines what {fitting[0]} asks"
        return replace(found, exercise=fitting[0], remark=remark)
    if found.exercise:
        function = exercises[found.exercise].function
        return replace(found, remark=f"it defines no {function}")
    return found


def _without_common_folder(
    paths: Iterable[PurePosixPath],
) -> Callable[[PurePosixPath], PurePosixPath]:
    """Returns what takes off a folder around the folders of all students."""
    # A file beside the students' folders, a list of grades or a zip that
    # cannot be read, is no student's; a notebook may be.
    folders = {
        path.parts[:-1][:2]
        for path in paths
        if len(path.parts) > 2 or path.suffix.lower() == ".ipynb"
    }
    tops = {parts[:1] for parts in folders}
    around = len(tops) == 1 and len(folders) > 1
    if around and all(len(parts) == 2 for parts in folders):
        return lambda path: PurePosixPath(*(path.parts[1:] or path.parts))
    return lambda path: path
