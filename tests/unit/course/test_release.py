"""The students' copies give no solution away."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("nbgrader")

from d2l_ext.course.folder import CourseError
from d2l_ext.course.gradebook import open_gradebook
from d2l_ext.course.release import release

from homework import ASSIGNMENT, cell, released_course

LINE = "result_of_it = X * 2"


@pytest.fixture
def released(tmp_path_factory, tmp_path):
    return released_course(tmp_path_factory, tmp_path / "course")


def copies(course):
    folder = course.root / "release" / ASSIGNMENT
    return {path.name: path for path in folder.glob("*")}


def add_cell(course, source, name="double-it.ipynb"):
    """Adds a cell to the source of an exercise."""
    path = course.root / "source" / ASSIGNMENT / name
    notebook = json.loads(path.read_text())
    notebook["cells"].append(cell(source, "another"))
    path.write_text(json.dumps(notebook))


def test_a_copy_has_a_stub_for_its_solution(released):
    found = copies(released)
    assert sorted(found) == ["double-it.ipynb", "half.ipynb"]
    for name in ("double", "half"):
        (text,) = (p.read_text() for p in found.values() if name in p.name)
        assert f'raise NotImplementedError(\\"write {name}\\")' in text
        assert "result_of_it" not in text
        assert "SOLUTION" not in text


def test_the_gradebook_knows_what_is_released(released):
    with open_gradebook(released, ASSIGNMENT) as gradebook:
        assignment = gradebook.find_assignment(ASSIGNMENT)
        names = {notebook.name for notebook in assignment.notebooks}
        assert (names, assignment.max_score) == ({"double-it", "half"}, 7)


def test_releasing_again_gives_the_copies_again(released):
    before = {name: p.read_text() for name, p in copies(released).items()}
    paths = release(released, ASSIGNMENT)
    assert {path.name: path.read_text() for path in paths} == before


@pytest.mark.parametrize("source", [LINE, f"# {LINE}", "# the SOLUTION is"])
def test_a_copy_with_a_line_of_the_solution_is_not_released(released, source):
    add_cell(released, source)
    with pytest.raises(CourseError, match=r"double-it\.ipynb would give"):
        release(released, ASSIGNMENT)
    assert "double-it.ipynb" not in copies(released)


def test_a_short_line_may_be_anywhere(released):
    add_cell(released, "Y = X")
    assert len(release(released, ASSIGNMENT)) == 2


def test_a_line_with_quotes_is_found(released):
    path = released.root / "source" / ASSIGNMENT / "double-it.ipynb"
    line = 'result_of_it = {"a": X}["a"]'
    escaped = json.dumps(line)[1:-1]
    path.write_text(path.read_text().replace(LINE, escaped))
    add_cell(released, line)
    with pytest.raises(CourseError, match=r"double-it\.ipynb would give"):
        release(released, ASSIGNMENT)


def test_all_copies_that_leak_are_removed(released):
    add_cell(released, LINE)
    add_cell(released, "result_of_it = X * 0.5", "half.ipynb")
    with pytest.raises(CourseError, match=r"(?s)double-it.*half"):
        release(released, ASSIGNMENT)
    assert not copies(released)
