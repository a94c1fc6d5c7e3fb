"""What the tests of courses share."""

import os
import shutil
from dataclasses import replace
from functools import cache
from importlib.util import find_spec

from d2l_course.sandbox import mounts

import pytest
import small_course

#: What is for instructors, who have nbgrader. The rest runs where students'
#: code runs, on any Python and NumPy.
FOR_INSTRUCTORS = ["grading", "handout", "intake/test_collect.py", "nbgrader"]
FOR_INSTRUCTORS += [f"test_{name}.py" for name in ("cli", "export", "report")]
collect_ignore = [] if find_spec("nbgrader") else FOR_INSTRUCTORS


@pytest.fixture(scope="session")
def make_released(tmp_path_factory):
    """Returns a function that makes a course of exercises, released once."""

    @cache
    def make(ids):
        from d2l_course.handout.release import release

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


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Returns a package's folder where it is installed from a wheel."""
    package = tmp_path / "site-packages" / "d2l_check"
    (package / "_files").mkdir(parents=True)
    (package / "_files" / "answers.npz").write_text("inputs and results")
    libraries = [*mounts.libraries(), os.fspath(package.parent)]
    monkeypatch.setattr(mounts, "libraries", lambda: libraries)
    return package
