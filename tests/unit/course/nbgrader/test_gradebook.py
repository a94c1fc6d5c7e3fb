"""Results get into nbgrader's gradebook, wherever it is."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

pytest.importorskip("nbgrader")

from d2l_course.course import CourseError
from d2l_course.grading.marking import Result
from d2l_course.nbgrader import gradebook
from d2l_course.nbgrader.gradebook import Grades, open_gradebook

from mangling import many_mangled
from small_course import ASSIGNMENT
from sqlalchemy.exc import SQLAlchemyError

RIGHT = [Result("double-it", "right", "", right=True)]
WRONG = [Result("double-it", "wrong", "no", right=False)]


def record(course, results, student="jane", timestamp=""):
    with Grades(course, ASSIGNMENT) as grades:
        grades.record(student, results, timestamp)


def grades(course, student="jane"):
    """Returns score, and whether a person must look, of each grade."""
    with open_gradebook(course, ASSIGNMENT) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, student)
        return {
            (notebook.name, grade.name): (
                grade.score,
                bool(grade.needs_manual_grade),
            )
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def give_points(course, notebook, cell, points):
    """Grades by hand."""
    with open_gradebook(course, ASSIGNMENT) as gradebook:
        grade = gradebook.find_grade(cell, notebook, ASSIGNMENT, "jane")
        grade.manual_score = points
        gradebook.db.commit()


def test_a_right_answer_gets_all_points_and_a_wrong_one_none(course_of_two):
    record(course_of_two, RIGHT)
    record(course_of_two, WRONG, "zoe")
    assert grades(course_of_two)["double-it", "graded"] == (2, False)
    assert grades(course_of_two, "zoe")["double-it", "graded"] == (0, False)


def test_what_a_person_grades_waits_for_a_person(course_of_two):
    both = [*RIGHT, Result("half", "right", "", right=True)]
    record(course_of_two, both)
    assert grades(course_of_two) == {
        ("double-it", "graded"): (2, False),
        ("half", "graded"): (1, False),
        ("half", "explain"): (0, True),
    }


def test_recording_twice_is_the_same_as_once(course_of_two):
    for _ in range(2):
        record(course_of_two, RIGHT)
    assert grades(course_of_two)["double-it", "graded"] == (2, False)
    with open_gradebook(course_of_two, ASSIGNMENT) as gradebook:
        assert len(gradebook.assignment_submissions(ASSIGNMENT)) == 1


def test_another_result_replaces_the_one_before(course_of_two):
    record(course_of_two, RIGHT)
    record(course_of_two, WRONG)
    assert grades(course_of_two)["double-it", "graded"] == (0, False)


def test_points_given_by_hand_stay_and_are_looked_at_again(course_of_two):
    record(course_of_two, WRONG)
    give_points(course_of_two, "double-it", "graded", 1)
    give_points(course_of_two, "half", "explain", 3)
    record(course_of_two, RIGHT)
    found = grades(course_of_two)
    assert found["double-it", "graded"] == (1, True)
    assert found["half", "explain"] == (3, False)


def test_a_submission_has_its_time(course_of_two):
    record(course_of_two, RIGHT, timestamp="2024-11-05 10:30:00 UTC")
    record(course_of_two, RIGHT, "zoe")
    with open_gradebook(course_of_two, ASSIGNMENT) as gradebook:
        jane = gradebook.find_submission(ASSIGNMENT, "jane")
        zoe = gradebook.find_submission(ASSIGNMENT, "zoe")
        assert jane.timestamp.isoformat() == "2024-11-05T10:30:00"
        assert zoe.timestamp is None


def test_any_text_is_a_time_or_none(course_of_two):
    seeds = ("2024-11-05 10:30:00.000001 UTC", "Tue 5 Nov 2024 10:30 pm")
    texts = ["10:" + "1" * 30, "9" * 40, "0001-01-01 00:00 +23:59", "\0"]
    for seed, text in enumerate(seeds):
        made = many_mangled(text.encode(), seed)
        texts += [data.decode("latin-1") for data in made]
    times = [text for text in texts if gradebook._is_time(text)]
    assert len(times) > 100
    record(course_of_two, RIGHT, timestamp=texts[0])
    assert grades(course_of_two)["double-it", "graded"] == (2, False)


def test_what_fails_with_one_student_is_not_in_the_way_of_the_next(
    course_of_two,
):
    with Grades(course_of_two, ASSIGNMENT) as both:
        with pytest.raises(SQLAlchemyError):
            both.record({"no": "name"}, RIGHT)
        both.record("jane", RIGHT)
    assert grades(course_of_two)["double-it", "graded"] == (2, False)


def test_it_is_opened_when_there_is_something_to_write(
    course_of_two, monkeypatch
):
    opened = []

    def opening(*arguments):
        opened.append(arguments)
        return open_gradebook(*arguments)

    monkeypatch.setattr(gradebook, "open_gradebook", opening)
    with Grades(course_of_two, ASSIGNMENT) as nothing:
        nothing.prepare()
    assert opened == []
    with Grades(course_of_two, ASSIGNMENT) as both:
        both.prepare()
        for student in ("jane", "zoe"):
            both.record(student, RIGHT)
    assert len(opened) == 1


def test_the_gradebook_may_be_elsewhere(course_of_two, tmp_path):
    elsewhere = tmp_path / "elsewhere.db"
    (course_of_two.root / "gradebook.db").rename(elsewhere)
    course = replace(course_of_two, db=f"sqlite:///{elsewhere}")
    record(course, RIGHT)
    assert grades(course)["double-it", "graded"] == (2, False)
    assert not (course_of_two.root / "gradebook.db").exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "nosuch://here", "sqlite:////nowhere/at/all/g.db"]
)
def test_a_gradebook_that_cannot_be_opened_is_an_error(course_of_two, url):
    with pytest.raises(CourseError, match="gradebook cannot be opened"):
        record(replace(course_of_two, db=url), RIGHT)


def test_an_assignment_that_is_not_released_is_an_error(course_of_two):
    with (
        pytest.raises(CourseError, match="`course release` comes first"),
        open_gradebook(course_of_two, "hw2"),
    ):
        pass


def test_a_driver_that_is_not_installed_is_named(course_of_two, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    url = "postgresql://user:secret@localhost/x"
    with pytest.raises(CourseError, match="pip install psycopg") as caught:
        record(replace(course_of_two, db=url), RIGHT)
    assert "secret" not in str(caught.value)
