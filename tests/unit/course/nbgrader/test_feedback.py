"""Each student gets pages of their own."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("nbgrader")

from d2l_course.course import CourseError
from d2l_course.grading.marking import Result
from d2l_course.nbgrader.feedback import write_feedback
from d2l_course.nbgrader.gradebook import Grades, open_gradebook

from small_course import ASSIGNMENT

VERDICT = "<b>Doubled, not halved.</b>"


@pytest.fixture
def graded(course_of_two):
    """Returns a course in which one notebook of two students is graded."""
    copy = course_of_two.root / "release" / ASSIGNMENT / "double-it.ipynb"
    for student in ("jane", "zoe"):
        notebook = json.loads(copy.read_text())
        shown = {"output_type": "display_data", "metadata": {}}
        shown["data"] = {"text/html": f"{VERDICT}{student}"}
        notebook["cells"][-1]["outputs"] = [shown]
        folder = course_of_two.path("autograded", student, ASSIGNMENT)
        folder.mkdir(parents=True)
        (folder / copy.name).write_text(json.dumps(notebook))
    with open_gradebook(course_of_two, ASSIGNMENT) as gradebook:
        grades = Grades(gradebook, ASSIGNMENT)
        for student in ("jane", "zoe"):
            grades.record(student, [Result("double-it", "", "", right=True)])
    return course_of_two


def test_a_page_shows_the_verdict_and_points_of_its_student(graded):
    found = dict(write_feedback(graded, ASSIGNMENT, ["jane", "zoe"]))
    assert list(found) == ["jane", "zoe"]
    for student, (path,) in found.items():
        page = path.read_text("utf-8")
        assert path.parent == graded.path("feedback", student, ASSIGNMENT)
        assert f"{VERDICT}{student}" in page
        assert "Score: 2.0 / 2.0" in page


def test_only_those_who_are_asked_for_get_pages(graded):
    assert len(list(write_feedback(graded, ASSIGNMENT, ["jane"]))) == 1
    assert graded.students("feedback", ASSIGNMENT) == ["jane"]


def test_who_is_not_graded_is_named_when_all_others_have_their_pages(graded):
    pages = write_feedback(graded, ASSIGNMENT, ["nobody", "jane"])
    assert next(pages)[0] == "jane"
    with pytest.raises(CourseError, match="no feedback for nobody: "):
        next(pages)


def test_a_page_can_be_read_on_a_telephone(graded):
    ((_, (path,)),) = write_feedback(graded, ASSIGNMENT, ["jane"])
    head, _, body = path.read_text("utf-8").partition("</head>")
    assert '<meta name="viewport" content="width=device-width' in head
    assert "</head>" not in body
