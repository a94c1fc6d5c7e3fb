"""The students' copies give no solution away."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("nbgrader")

from d2l_course.course import CourseError
from d2l_course.handout.release import release
from d2l_course.nbgrader.gradebook import open_gradebook

from small_course import ASSIGNMENT, cell

LINE = "result_of_it = X * 2"


def copies(course):
    folder = course.root / "release" / ASSIGNMENT
    return {path.name: path for path in folder.glob("*")}


def add_cell(course, source, name="double-it.ipynb"):
    """Adds a cell to the source of an exercise."""
    path = course.root / "source" / ASSIGNMENT / name
    notebook = json.loads(path.read_text())
    notebook["cells"].append(cell(source, "another"))
    path.write_text(json.dumps(notebook))


def test_a_copy_has_a_stub_for_its_solution(course_of_two):
    found = copies(course_of_two)
    assert sorted(found) == ["double-it.ipynb", "half.ipynb"]
    for name in ("double", "half"):
        (text,) = (p.read_text() for p in found.values() if name in p.name)
        assert f'raise NotImplementedError(\\"write {name}\\")' in text
        assert "result_of_it" not in text
        assert "SOLUTION" not in text


def test_the_gradebook_knows_what_is_released(course_of_two):
    with open_gradebook(course_of_two, ASSIGNMENT) as gradebook:
        assignment = gradebook.find_assignment(ASSIGNMENT)
        names = {notebook.name for notebook in assignment.notebooks}
        assert (names, assignment.max_score) == ({"double-it", "half"}, 7)


def test_releasing_again_gives_the_copies_again(course_of_two):
    before = {name: p.read_text() for name, p in copies(course_of_two).items()}
    paths = release(course_of_two, ASSIGNMENT)
    assert {path.name: path.read_text() for path in paths} == before


@pytest.mark.parametrize("source", [LINE, f"# {LINE}", "# the SOLUTION is"])
def test_a_copy_with_a_line_of_the_solution_is_not_released(
    course_of_two, source
):
    add_cell(course_of_two, source)
    with pytest.raises(CourseError, match=r"double-it\.ipynb would give"):
        release(course_of_two, ASSIGNMENT)
    assert "double-it.ipynb" not in copies(course_of_two)


def test_a_short_line_may_be_anywhere(course_of_two):
    add_cell(course_of_two, "Y = X")
    assert len(release(course_of_two, ASSIGNMENT)) == 2


def test_a_line_with_quotes_is_found(course_of_two):
    path = course_of_two.root / "source" / ASSIGNMENT / "double-it.ipynb"
    line = 'result_of_it = {"a": X}["a"]'
    escaped = json.dumps(line)[1:-1]
    path.write_text(path.read_text().replace(LINE, escaped))
    add_cell(course_of_two, line)
    with pytest.raises(CourseError, match=r"double-it\.ipynb would give"):
        release(course_of_two, ASSIGNMENT)


def test_all_copies_that_leak_are_removed(course_of_two):
    add_cell(course_of_two, LINE)
    add_cell(course_of_two, "result_of_it = X * 0.5", "half.ipynb")
    with pytest.raises(CourseError, match=r"(?s)double-it.*half"):
        release(course_of_two, ASSIGNMENT)
    assert not copies(course_of_two)
