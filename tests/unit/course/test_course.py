"""A course is a folder, which is there as a whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace

from d2l_course.course import Course, CourseError
from d2l_course.handout.new import new_course

import pytest
from small_course import ASSIGNMENT, IDS, make_course


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def two(course):
    """Returns a course with two assignments."""
    exercises = course.root.parent / "exercises"
    return new_course(course.root, IDS[:1], exercises, "hw2")


def test_the_only_assignment_needs_no_name(course):
    assert course.assignment() == ASSIGNMENT


def test_of_several_assignments_one_must_be_named(two):
    assert two.assignment("hw2") == "hw2"
    with pytest.raises(CourseError, match=r"hw1, hw2"):
        two.assignment()


def test_an_unknown_assignment_is_an_error_that_lists_the_others(two):
    with pytest.raises(CourseError, match=r"'hw3'.*hw1, hw2"):
        two.assignment("hw3")


@pytest.mark.parametrize(
    "text", [None, "", '{"assignments": ', "[]", "null", "{}"]
)
def test_a_folder_that_is_no_course_is_named(tmp_path, text):
    if text is not None:
        (tmp_path / "course.json").write_text(text)
    with pytest.raises(CourseError, match="is no course folder") as caught:
        Course(tmp_path).assignment()
    assert str(tmp_path) in str(caught.value)


def test_a_course_of_nbgraders_own_is_told(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()")
    with pytest.raises(CourseError, match="older layout: it has no course"):
        Course(tmp_path).assignment()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"assignments": {"hw1": 7}}, "no list of exercises for hw1"),
        ({"assignments": {"hw1": {"a": 1}}}, "no list of exercises for hw1"),
        ({"assignments": {"hw1": ["conv-axes"]}}, "batch-norm.conv-axes"),
        ({"assignments": {"hw1": [["a", "b"]]}}, "of another layout"),
        ({"secret": "?"}, "the secret in course.json is none"),
    ],
)
def test_a_course_of_another_layout_is_told(course, change, said):
    path = course.root / "course.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CourseError, match="is no course folder") as caught:
        Course(course.root).assignment()
    assert said in str(caught.value)


def test_who_handed_in_before_is_known(course):
    assert course.known_students() == set()
    course.path("submitted", "jane", "hw9").mkdir(parents=True)
    assert course.known_students() == {"jane"}


def test_exercises_are_those_of_the_assignment_by_their_notebooks(two):
    assert list(two.exercises(ASSIGNMENT)) == ["double-it", "half"]
    (exercise,) = two.exercises("hw2").values()
    assert (exercise.id, exercise.reference(3)) == (IDS[0], 6)


def test_hidden_inputs_are_the_same_each_time_and_for_nobody_else(tmp_path):
    courses = [make_course(tmp_path / name) for name in "ab"]
    one, other = courses[0].exercises(ASSIGNMENT).values()

    def drawn(course, exercise):
        return course.hidden_inputs(exercise).normal()

    assert drawn(courses[0], one) == drawn(Course(courses[0].root), one)
    assert drawn(courses[0], one) != drawn(courses[1], one)
    assert drawn(courses[0], one) != drawn(courses[0], other)


def test_students_are_those_with_a_folder_in_a_step(course):
    for name in ("zoe", "jane"):
        course.path("submitted", name, ASSIGNMENT).mkdir(parents=True)
    course.path("submitted", "eve", "hw2").mkdir(parents=True)
    assert course.students("submitted", ASSIGNMENT) == ["jane", "zoe"]
    assert course.students("autograded", ASSIGNMENT) == []


def test_settings_are_those_in_the_folder(course, monkeypatch, tmp_path):
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(course.root)
    config = Course(course.root.relative_to(course.root)).config()
    monkeypatch.chdir(tmp_path / "else")
    assert config.CourseDirectory.root == os.fspath(course.root.resolve())
    assert config.CourseDirectory.course_id == "course"
    assert "db_url" not in config.CourseDirectory


def test_the_gradebook_is_where_the_caller_says(tmp_path):
    course = make_course(tmp_path, db="sqlite:////first.db")
    assert course.config().CourseDirectory.db_url == "sqlite:////first.db"
    other = replace(course, db="sqlite:////second.db")
    assert other.config().CourseDirectory.db_url == "sqlite:////second.db"


def test_a_gradebook_without_a_folder_is_in_the_courses(tmp_path):
    course = make_course(tmp_path, db="sqlite:///grades.db")
    inside = course.root.resolve() / "grades.db"
    assert course.config().CourseDirectory.db_url == f"sqlite:///{inside}"
    for url in (
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host/grades.db",
    ):
        other = replace(course, db=url)
        assert other.config().CourseDirectory.db_url == url
