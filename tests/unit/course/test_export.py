"""Points as a table for spreadsheets, which it does nothing to."""

from __future__ import annotations

import csv
import errno
import os

from d2l_course.course import CourseError
from d2l_course.export import export, write_csv

import pytest
from small_course import ASSIGNMENT


def rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def dicts(path):
    header, *others = rows(path)
    return [dict(zip(header, row, strict=True)) for row in others]


@pytest.fixture
def graded(course_of_two):
    """Returns a course in which three students are graded."""
    from d2l_course.grading.marking import Result
    from d2l_course.nbgrader.gradebook import Grades, open_gradebook

    with Grades(course_of_two, ASSIGNMENT) as grades:
        for student, right in (("zoe", 0), ("jane", 2), ("al", 1)):
            names = ("double-it", "half")
            grades.record(
                student,
                [
                    Result(name, "", "", right=number < right)
                    for number, name in enumerate(names)
                ],
            )
    with open_gradebook(course_of_two, ASSIGNMENT) as gradebook:
        grade = gradebook.find_grade("explain", "half", ASSIGNMENT, "jane")
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.db.commit()
    return course_of_two


def test_each_student_has_a_line_with_points(graded, tmp_path):
    path = tmp_path / "new" / "points.csv"
    assert export(graded, ASSIGNMENT, path) == 3
    found = dicts(path)
    assert [row["student"] for row in found] == ["al", "jane", "zoe"]
    assert set(found[0]) == {
        *("student", "double-it", "half"),
        *("score", "max_score", "needs_grading"),
    }
    points = {
        row["student"]: [float(row[n]) for n in ("double-it", "half", "score")]
        for row in found
    }
    assert points == {"al": [2, 0, 2], "jane": [2, 4, 6], "zoe": [0, 0, 0]}
    assert {float(row["max_score"]) for row in found} == {7}
    waiting = [row["needs_grading"] for row in found]
    assert waiting == ["yes", "no", "yes"]


def test_points_are_less_when_it_is_late_and_never_below_zero(
    graded, tmp_path
):
    from d2l_course.nbgrader.gradebook import open_gradebook

    with open_gradebook(graded, ASSIGNMENT) as gradebook:
        for student, penalty in (("jane", 1.5), ("al", 5)):
            submission = gradebook.find_submission(ASSIGNMENT, student)
            for notebook in submission.notebooks:
                if notebook.name == "double-it":
                    notebook.late_submission_penalty = penalty
        gradebook.db.commit()
    export(graded, ASSIGNMENT, tmp_path / "points.csv")
    scores = [float(row["score"]) for row in dicts(tmp_path / "points.csv")]
    assert scores == [0, 4.5, 0]


def test_students_are_in_order(course_of_two, tmp_path):
    from d2l_course.nbgrader.gradebook import Grades

    with Grades(course_of_two, ASSIGNMENT) as grades:
        for student in "fbdeca":
            grades.record(student, [])
    export(course_of_two, ASSIGNMENT, tmp_path / "points.csv")
    found = [row["student"] for row in dicts(tmp_path / "points.csv")]
    assert found == list("abcdef")


def test_nobody_graded_is_a_table_without_lines(course_of_two, tmp_path):
    assert export(course_of_two, ASSIGNMENT, tmp_path / "points.csv") == 0
    assert len(rows(tmp_path / "points.csv")) == 1


def test_an_assignment_that_is_not_released_is_an_error(
    course_of_two, tmp_path
):
    with pytest.raises(CourseError, match="release"):
        export(course_of_two, "hw2", tmp_path / "points.csv")
    assert not (tmp_path / "points.csv").exists()


def test_a_table_comes_out_as_it_went_in(tmp_path):
    path = tmp_path / "new" / "table.csv"
    table = [["Doe, Jane", 'said "no"'], ["é\nü", ""]]
    write_csv(path, ["a", "b"], table)
    assert rows(path) == [["a", "b"], *table]


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        *((text, f"'{text}") for text in ("=1+1", "+1", "-1", "@SUM(A1)")),
        *((text, f"'{text}") for text in ("＝1", " =1", "＋1", "－1", "＠A1")),
        ("a;=1+1", "a;'=1+1"),
        ("a|\t @A1", "a|'\t' @A1"),
        ("a\n=1\n", "a\n'=1\n"),
        *((text, text) for text in ("a = 1; b", "x-1", "a;b", "")),
    ],
)
def test_no_text_becomes_a_formula(tmp_path, text, harmless):
    write_csv(tmp_path / "table.csv", ["a", "b"], [[text, ""]])
    assert rows(tmp_path / "table.csv") == [["a", "b"], [harmless, ""]]


def test_a_table_stays_as_it_was_if_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    write_csv(path, ["a"], [["1"]])

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match="cannot be written: No space"):
        write_csv(path, ["a"], [["2"]])
    assert rows(path) == [["a"], ["1"]]


def test_excel_is_told_that_it_is_utf_8(tmp_path):
    write_csv(tmp_path / "table.csv", ["a"], [["é"]])
    assert (tmp_path / "table.csv").read_bytes()[:3] == b"\xef\xbb\xbf"


def test_numbers_stay_numbers(tmp_path):
    write_csv(tmp_path / "table.csv", ["a", "b"], [[-1, -0.5]])
    assert rows(tmp_path / "table.csv")[1] == ["-1", "-0.5"]
