"""Each student gets pages of their own."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("nbgrader")

from d2l_course.course import CourseError
from d2l_course.grading.marking import Result
from d2l_course.nbgrader import feedback
from d2l_course.nbgrader.feedback import write_feedback
from d2l_course.nbgrader.gradebook import Grades
from d2l_course.nbgrader.limited import within
from d2l_course.nbgrader.markdown import to_html
from d2l_course.nbgrader.sanitize import safe_code

from slow_page import slow_page
from small_course import ASSIGNMENT, cell

VERDICT = "<strong>Doubled, not halved.</strong>"


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
    with Grades(course_of_two, ASSIGNMENT) as grades:
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
        assert "2 of 2 points" in page


def test_only_those_who_are_asked_for_get_pages(graded):
    assert len(list(write_feedback(graded, ASSIGNMENT, ["jane"]))) == 1
    assert graded.students("feedback", ASSIGNMENT) == ["jane"]


def test_who_is_not_graded_is_named_when_all_others_have_their_pages(graded):
    pages = write_feedback(graded, ASSIGNMENT, ["nobody", "jane"])
    assert next(pages)[0] == "jane"
    with pytest.raises(CourseError, match="no feedback for nobody: "):
        next(pages)


def hand_in(course, student, *sources):
    """Puts cells of Markdown into a graded notebook."""
    path = course.path("autograded", student, ASSIGNMENT) / "double-it.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] += [cell(s, "own", "markdown") for s in sources]
    path.write_text(json.dumps(notebook))


def test_what_takes_too_long_is_left_out_and_the_others_have_their_pages(
    graded, monkeypatch
):
    # Whatever it is that takes long: each student's page has some seconds.
    monkeypatch.setattr(feedback, "page", slow_page)
    monkeypatch.setattr(feedback, "PATIENCE", 3)
    hand_in(graded, "jane", "slow")
    found = dict(write_feedback(graded, ASSIGNMENT, ["jane", "zoe"]))
    jane, zoe = (found[name][0].read_text("utf-8") for name in found)
    assert "cannot be shown: it takes more than 3 s" in jane
    assert f"{VERDICT}jane" in jane
    assert "cannot be shown" not in zoe


def test_a_graded_notebook_that_is_broken_is_no_harm(graded):
    path = graded.path("autograded", "jane", ASSIGNMENT) / "double-it.ipynb"
    path.write_text("{")
    found = dict(write_feedback(graded, ASSIGNMENT, ["jane", "zoe"]))
    text = found["jane"][0].read_text("utf-8")
    assert "cannot be shown: JSONDecodeError" in text
    assert "2 of 2 points" in text
    assert VERDICT in found["zoe"][0].read_text("utf-8")


def test_what_nbgrader_gives_back_is_beside_the_page_and_readable(graded):
    folder = graded.path("autograded", "jane", ASSIGNMENT)
    (folder / "timestamp.txt").write_text("2024-11-05 10:30:00 UTC")
    (folder / "submission_secret.txt").write_text("secret")
    ((_, (path,)),) = write_feedback(graded, ASSIGNMENT, ["jane"])
    names = {path.name, "timestamp.txt", "submission_secret.txt"}
    assert {one.name for one in path.parent.iterdir()} == names
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "source",
    [
        " " * 10_000,
        "\n" * 10_000,
        "|a|\n|-|\n|1|\n\n" * 700,
        "[" * 10_000,
        "[a](" * 2500,
        "*a **b " * 1400,
        "> " * 5000,
        "`a ``b " * 1400,
        "$x $y " * 1600,
        "\\begin{a}" * 1100,
        "<!-- " * 2000,
    ],
)
def test_no_text_takes_long(source):
    # As much of a cell as is shown; it takes a part of a second.
    for make in (to_html, safe_code):
        assert within(60, make, f"{source}\nx")
