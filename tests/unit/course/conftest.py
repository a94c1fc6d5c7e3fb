"""What the tests of courses share."""

import shutil
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import small_course

#: What runs where students' code runs, on any Python and NumPy. The rest is
#: for instructors, who have nbgrader.
FOR_ALL = (
    *("arguments", "channel", "choosing", "confinement", "names", "sandbox"),
    *("session", "submissions", "walking", "wire", "worker"),
)
collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("test_*.py")
    if path.stem.removeprefix("test_") not in FOR_ALL
    and not find_spec("nbgrader")
]


@pytest.fixture(scope="session")
def make_released(tmp_path_factory):
    """Returns a function that makes a course of exercises, released once."""

    @cache
    def make(ids):
        from d2l_ext.course.release import release

        course = small_course.make_course(tmp_path_factory.mktemp("made"), ids)
        release(course, small_course.ASSIGNMENT)
        return course

    return make


@pytest.fixture(scope="session")
def course_to_copy(make_released):
    """Returns a released course of one exercise, which no test changes."""
    return make_released(small_course.IDS[:1])


@pytest.fixture
def course(course_to_copy, tmp_path):
    """Returns a course of the test's own, released, without submissions."""
    return _copy(course_to_copy, tmp_path)


@pytest.fixture
def course_of_two(make_released, tmp_path):
    """Returns the same with a second exercise, which a person grades, too."""
    return _copy(make_released(small_course.IDS), tmp_path)


def _copy(course, folder):
    shutil.copytree(course.root, folder / "course")
    return replace(course, root=folder / "course")
