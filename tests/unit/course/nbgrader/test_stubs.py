"""A student's copy names the function that is to be written."""

from __future__ import annotations

import pytest

pytest.importorskip("nbgrader")

from d2l_course.nbgrader.stubs import ClearSolutions

import nbformat
from small_course import cell


def cleared(*sources):
    """Returns what is left of the sources of solution cells."""
    cells = [
        nbformat.from_dict(cell(source, f"a{number}", solution=True))
        for number, source in enumerate(sources)
    ]
    clear = ClearSolutions()
    resources = {"language": "python"}
    for number, one in enumerate(cells):
        clear.preprocess_cell(one, resources, number)
    return [one.source for one in cells]


def solution(name):
    return (
        f"def {name}(X):\n    ### BEGIN SOLUTION\n    return 7\n"
        "    ### END SOLUTION"
    )


def test_the_stub_names_each_cells_own_function():
    assert cleared(solution("double"), solution("half")) == [
        'def double(X):\n    raise NotImplementedError("write double")',
        'def half(X):\n    raise NotImplementedError("write half")',
    ]


def test_a_solution_is_cleared_without_a_function_too():
    (left,) = cleared("### BEGIN SOLUTION\nx = 7\n### END SOLUTION")
    assert "7" not in left
    assert "SOLUTION" not in left
