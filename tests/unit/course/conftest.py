"""What the tests of courses share."""

import shutil
from dataclasses import replace
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
def course_to_copy(tmp_path_factory):
    return small_course.make(tmp_path_factory.mktemp("made") / "course")


@pytest.fixture
def course(course_to_copy, tmp_path):
    """Returns a course of the test's own, released, without submissions."""
    shutil.copytree(course_to_copy.root, tmp_path / "course")
    return replace(course_to_copy, root=tmp_path / "course")
