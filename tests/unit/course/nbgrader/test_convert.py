"""nbgrader's own converters run, and say why if they do not."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from d2l_course.course import CourseError
from d2l_course.nbgrader.convert import convert, programs_of_environment

import pytest
from small_course import ASSIGNMENT

TO_RELEASE = "GenerateAssignment"


def test_the_reason_for_which_nbgrader_refuses_is_told(course_of_two):
    with pytest.raises(CourseError) as caught:
        convert(course_of_two, TO_RELEASE, "nothing")
    assert "nbgrader, GenerateAssignment: " in str(caught.value)
    assert "nothing" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_source_is_an_error_and_nothing_is_shown(
    course_of_two, capfd
):
    source = course_of_two.root / "source" / ASSIGNMENT / "half.ipynb"
    source.write_text("{")
    with pytest.raises(CourseError, match="does not appear to be JSON"):
        convert(course_of_two, TO_RELEASE, ASSIGNMENT)
    assert capfd.readouterr() == ("", "")


def test_it_works_from_anywhere_and_changes_no_folder_but_the_courses(
    course_of_two, tmp_path, monkeypatch
):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    shutil.rmtree(course_of_two.root / "release")
    convert(course_of_two, TO_RELEASE, ASSIGNMENT)
    assert (
        course_of_two.root / "release" / ASSIGNMENT / "half.ipynb"
    ).exists()
    assert (Path.cwd(), list(here.iterdir())) == (here, [])


def test_programs_beside_python_are_found_for_a_while(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    found = []

    def fail():
        with programs_of_environment():
            found.extend(os.environ["PATH"].split(os.pathsep))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert found == [os.path.dirname(sys.executable), os.fspath(tmp_path)]
    assert os.environ["PATH"] == os.fspath(tmp_path)
