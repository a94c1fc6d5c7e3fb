"""Each rule for the sources of exercises, kept once and broken once."""

from __future__ import annotations

import json

import nbformat
import pytest
from exercise_project import (
    ANSWER,
    CHAPTER,
    FUNCTION,
    MATERIAL,
    STATEMENT,
    ExerciseProject,
)

from tools.exercises.conventions import RULES
from tools.exercises.student import student_copy
from tools.exercises.template import CELLS


@pytest.fixture
def project(tmp_path):
    return ExerciseProject(tmp_path)


def one_finding(project, *words):
    """Asserts that there is one finding and that it has the words."""
    (finding,) = project.findings()
    for word in words:
        assert word in finding


def test_an_exercise_that_keeps_the_rules_has_no_findings(project):
    assert project.findings() == []


def test_there_are_rules():
    assert len(RULES) >= 6


# The notebook


def test_a_notebook_that_is_not_clean_is_found(project):
    text = project.notebook.read_text()
    project.notebook.write_text(json.dumps(json.loads(text)))
    one_finding(project, "not clean")


def test_another_order_of_cells_is_found(project):
    node = nbformat.read(project.notebook, as_version=4)
    node.cells[3:5] = node.cells[4:2:-1]
    nbformat.write(node, project.notebook)
    assert any("must be colab-install, " in f for f in project.findings())


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("imports", "import numpy as np"),
        ("try-it", 'check("numbers.double", double)'),
        ("graded", "# hidden\nassert double(2, 1) == 4"),
    ],
)
def test_a_common_cell_with_another_source_is_found(project, cell, source):
    project.change_cell(cell, source=source)
    one_finding(project, f"{cell}: must be:")


@pytest.mark.parametrize(
    "change",
    [
        {"points": 3},
        {"locked": False},
        {"solution": True},
        {"grade_id": "grade"},
    ],
)
def test_a_graded_cell_with_other_metadata_is_found(project, change):
    node = nbformat.read(project.notebook, as_version=4)
    metadata = {"nbgrader": node.cells[-1].metadata["nbgrader"] | change}
    project.change_cell("graded", metadata=metadata)
    assert "graded: metadata must be" in project.findings()[0]


def test_what_nbgrader_refuses_is_found(project):
    node = nbformat.read(project.notebook, as_version=4)
    metadata = node.cells[-1].metadata["nbgrader"] | {"grade_id": "answer"}
    project.change_cell("graded", metadata={"nbgrader": metadata})
    assert ": nbgrader: Duplicate grade id: answer" in project.findings()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (ANSWER + "\n\n\nx = 1", "must define double and no more"),
        (
            ANSWER.replace("def ", "half = 1\n\n\ndef "),
            "must define double and no more",
        ),
        (
            ANSWER.replace('    """Return X, of any shape, doubled."""\n', ""),
            "double has no docstring",
        ),
    ],
)
def test_an_answer_that_is_not_one_documented_function_is_found(
    project, answer, message
):
    project.write(answer=answer)
    findings = project.findings()
    assert any(f"answer: {message}" in finding for finding in findings)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION", "", "no end solution statement"),
        (
            "    ### BEGIN SOLUTION\n    return",
            "    Y = X * 1\n    ### BEGIN SOLUTION\n    return",
            "belongs between '### BEGIN SOLUTION' and",
        ),
        (
            "    ### END SOLUTION",
            "    ### END SOLUTION\n    return X",
            "belongs between",
        ),
    ],
)
def test_a_solution_that_is_not_cleared_is_found(project, old, new, message):
    project.write(answer=ANSWER.replace(old, new))
    one_finding(project, message)


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("# Twice\n", "needs a title"),
        ("double(X, times)", "does not name `double(X, times)`"),
        ("Numbers", "does not name Numbers"),
    ],
)
def test_a_statement_that_lacks_something_is_found(project, old, message):
    project.write(statement=STATEMENT.replace(old, "").strip())
    one_finding(project, f"statement: {message}")


# The material


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"added"', '"Added it"', "not words joined by hyphens"),
        ('see="Powers of two"', 'see="Powers"', "no heading 'Powers' in the"),
        ('"You added."', '"Added."', "the message is not: You ... ."),
        ('"You added."', '"You added"', "the message is not: You ... ."),
        ("range(1, 7)", "range(1, 6)", "needs 6 cases or more"),
        (
            "range(1, 7)",
            "(1, 2, 3, 4, 5, 500)",
            "numbers in the cases; at most",
        ),
        ("X + 2 * n", "X * 2**n", "'added' never returns a wrong result"),
        ("X + 2 * n", "X.nothing", "'added' never returns a wrong result"),
        ("X**2", "2 * X", "'once' and 'square' look the same"),
    ],
)
def test_material_that_breaks_a_rule_is_found(project, old, new, message):
    assert old in MATERIAL
    project.write(material=MATERIAL.replace(old, new))
    findings = project.findings()
    assert findings
    assert all(message in finding for finding in findings)


def test_inputs_that_are_no_values_are_found(project):
    project.write(material=MATERIAL.replace("size + 1", "[size]"))
    may_be, answers = project.findings()
    assert "times is [1], and not a whole number >= 2" in may_be
    assert "cases yield tuples" in answers


def test_answers_that_are_alike_on_some_inputs_pass(project):
    wrong = "X + 2 * n if len(X) > 2 else X * 2"
    project.write(material=MATERIAL.replace("X + 2 * n", wrong))
    assert project.findings() == []


def test_a_wrong_answer_that_raises_on_some_inputs_passes(project):
    wrong = "X + 2 * n if len(X) > 2 else X.nothing"
    project.write(material=MATERIAL.replace("X + 2 * n", wrong))
    assert project.findings() == []


@pytest.mark.parametrize(
    ("error", "alike"), [("nothing", True), ("item(9)", False)]
)
def test_answers_that_raise_alike_and_return_alike_are_found(
    project, error, alike
):
    wrong = "X * 2 if len(X) > 2 else X."
    material = MATERIAL.replace("X + 2 * n", wrong + "nothing")
    project.write(material=material.replace("X**2", wrong + error))
    message = "with seed 0 the wrong answers 'added' and 'square' look the"
    found = [finding for finding in project.findings() if message in finding]
    assert bool(found) is alike


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '    "times": "a whole number >= 2",\n',
            "",
            "must say it of X, times",
        ),
        ("floats >= 1", "numbers >= 1", "with seed 19 X is never of an int"),
        ("floats >= 1", "floats >= 0", "with seed 19 X is never 0"),
        ("number >= 2", "number >= 3", "with seed 19 times is 2, and not a"),
        ("floats >= 1", "some floats", "with seed 19 cannot read 'some floa"),
    ],
)
def test_what_parameters_may_be_is_said_and_tried(project, old, new, message):
    project.write(material=MATERIAL.replace(old, new))
    one_finding(project, message)


def test_too_few_wrong_answers_are_found(project):
    kept, _, rest = MATERIAL.partition('    "square"')
    project.write(material=kept + rest.partition("\n")[2])
    one_finding(project, "needs 3 wrong answers or more")


def test_another_title_than_the_chapter_s_is_found(project):
    project.write_chapter(CHAPTER.replace("# Numbers", "# Figures"))
    findings = project.findings()
    assert ": CHAPTER must be 'Figures'" in findings


# The student's copy


def test_the_student_s_copy_has_the_stub_and_nothing_of_the_solution(project):
    text = student_copy(project.notebook.read_text(), FUNCTION)
    cells = nbformat.reads(text, as_version=4).cells
    assert [cell.id for cell in cells] == list(CELLS)
    assert cells[3].source == (
        "def double(X, times):\n"
        '    """Return X, of any shape, doubled."""\n'
        '    raise NotImplementedError("write double")'
    )
    assert "SOLUTION" not in text
    assert "2**times" not in text
