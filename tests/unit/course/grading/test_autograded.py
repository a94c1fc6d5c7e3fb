"""A graded notebook has what the student wrote, and nothing forged."""

from __future__ import annotations

import json

from d2l_course.grading.autograded import autograded, points
from d2l_course.intake.notebooks import Cell
from d2l_course.nbgrader.limited import within
from d2l_course.nbgrader.markdown import to_html
from d2l_course.nbgrader.sanitize import safe_code

from nbgrader.nbgraderformat import read
from small_course import RIGHT, student_copy


def graded_cells(course, cells, tmp_path):
    text = autograded(
        student_copy(course), cells, "double", "<b>box</b>", "box"
    )
    path = tmp_path / "graded.ipynb"
    path.write_text(text, "utf-8")
    # nbgrader's own reader refuses what its pages cannot show.
    read(path, as_version=4)
    return json.loads(text)["cells"]


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def test_the_verdict_is_the_output_of_the_graded_cell(course, tmp_path):
    cells = graded_cells(course, [Cell("code", RIGHT)], tmp_path)
    assert [grade_id(cell) for cell in cells] == ["answer", "graded"]
    (output,) = cells[1]["outputs"]
    assert output["data"] == {"text/html": "<b>box</b>", "text/plain": "box"}
    assert cells[0]["source"] == RIGHT


def test_the_last_definition_is_the_answer(course, tmp_path):
    sources = ("double = abs", "x = 1", RIGHT, "y = 2")
    cells = [Cell("code", source) for source in sources]
    found = graded_cells(course, cells, tmp_path)
    ids = [grade_id(cell) for cell in found]
    assert ids == ["", "", "answer", "", "graded"]


def test_a_stub_left_below_the_answer_is_not_the_answer(course, tmp_path):
    stub = 'def double(X):\n    raise NotImplementedError("write double")'
    cells = [Cell("code", source) for source in (stub, RIGHT, stub)]
    found = graded_cells(course, cells, tmp_path)
    assert [grade_id(cell) for cell in found] == ["", "answer", "", "graded"]
    found = graded_cells(course, cells[:1], tmp_path)
    assert [grade_id(cell) for cell in found] == ["answer", "graded"]


def test_a_students_test_cells_are_left_out(course, tmp_path):
    forged = Cell("code", "assert True", "graded")
    found = graded_cells(
        course, [forged, Cell("code", RIGHT), forged], tmp_path
    )
    sources = [cell["source"] for cell in found]
    assert "assert True" not in sources
    assert [grade_id(cell) for cell in found] == ["answer", "graded"]


def test_without_an_answer_the_stub_is_shown(course, tmp_path):
    found = graded_cells(course, [Cell("markdown", "no idea")], tmp_path)
    assert [grade_id(cell) for cell in found] == ["", "answer", "graded"]
    assert "NotImplementedError" in "".join(found[1]["source"])


def test_of_what_cannot_be_read_the_copy_is_shown(course, tmp_path):
    found = graded_cells(course, [], tmp_path)
    ids = [grade_id(cell) for cell in found]
    assert ids == ["", "", "answer", "graded"]


def test_points_are_those_of_the_copy(course):
    assert points(student_copy(course)) == 2


def test_of_a_long_cell_the_beginning_is_shown(course, tmp_path):
    cells = [
        Cell("code", RIGHT + "a." * 50_000),
        Cell("markdown", "<div>" * 20_000),
    ]
    found = graded_cells(course, cells, tmp_path)
    for cell in found[:2]:
        assert len(cell["source"]) < 11_000
        assert cell["source"].endswith("(the rest is not shown)")
    # In the whole, it would be minutes.
    assert within(60, safe_code, found[0]["source"])
    assert within(60, to_html, found[1]["source"])


def test_of_a_long_notebook_the_beginning_is_shown(course, tmp_path):
    cells = [Cell("code", "x = 1\n" * 1500)] * 100 + [Cell("code", RIGHT)]
    found = graded_cells(course, cells, tmp_path)
    shown = sum(len(cell["source"]) for cell in found)
    assert 190_000 < shown < 210_000
    assert [grade_id(cell) for cell in found][-1:] == ["graded"]


def test_pictures_are_shown_as_far_as_they_are_not_too_many(course, tmp_path):
    data = "A" * (5 << 20)
    cells = [Cell("markdown", "x", "", {"a": {"image/png": data}})] * 3
    found = graded_cells(course, [*cells, Cell("code", RIGHT)], tmp_path)
    attachments = [cell.get("attachments", {}) for cell in found]
    assert attachments == [{"a": {"image/png": data}}] * 2 + [{}] * 3
