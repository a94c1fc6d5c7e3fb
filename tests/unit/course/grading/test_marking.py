"""Points are for right answers, and feedback tells nothing hidden."""

from __future__ import annotations

from dataclasses import replace

from d2l_check.cases import make_cases
from d2l_check.outcome import Kind
from d2l_course.grading.marking import (
    Task,
    grade_notebook,
    grade_submission,
)

import numpy as np
import pytest
from small_course import ASSIGNMENT, ONCE_MORE, RIGHT, UNBOXED


@pytest.fixture(scope="module")
def task(course_to_copy):
    (exercise,) = course_to_copy.exercises(ASSIGNMENT).values()
    shown, hidden = (
        make_cases(exercise, np.random.default_rng(seed)) for seed in (0, 1)
    )
    return Task("double-it", shown, hidden)


def grade(task, *code):
    return grade_notebook(task.running(code), UNBOXED)


#: Is right as often as there are shown inputs, and then does something else.
LATER = """
calls = []

def double(X):
    calls.append(X)
    if len(calls) <= 3:
        return X * 2
    {}
"""


def test_a_right_answer_is_right(task):
    result = grade(task, RIGHT)
    assert (result.kind, result.right) == ("right", True)
    assert "Right" in result.text
    assert result.seconds > 0


def test_a_known_wrong_answer_is_met_with_its_message(task):
    result = grade(task, ONCE_MORE)
    assert (result.kind, result.name) == ("misconception", "twice")
    assert not result.right
    assert "You doubled twice." in result.html


def test_a_wrong_answer_sees_an_input_that_may_be_shown(task):
    result = grade(task, "def double(X):\n    return X + 1")
    assert result.kind == "wrong"
    assert "[3.]" in result.text


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        ("raise ValueError(str(X))", "raised"),
        ("raise NotImplementedError(str(X))", "not-implemented"),
        ("return X", "wrong"),
        ("return X[None, :0]", "wrong-shape"),
        ("return str(X)", "wrong-type"),
        ("return X * np.nan", "not-finite"),
        ("X += 1", "modified-input"),
    ],
)
def test_of_hidden_inputs_nothing_is_told(task, then, kind):
    result = grade(task, "import numpy as np", LATER.format(then))
    assert (result.kind, result.right) == (kind, False)
    assert "on others it" in result.message
    told = result.message + result.html + result.text
    for case in task.hidden:
        for number in case.args[0][1:]:
            assert f"{number:.3f}"[:-1] not in told
    assert result.errors == ()


def test_a_hidden_misconception_is_named_without_its_input(task):
    # It keeps quiet on what is shown, where doubling twice is seen at once.
    result = grade(task, LATER.format("return X * 4"))
    assert (result.kind, result.name) == ("misconception", "twice")
    assert "for X" not in result.text


def test_what_cells_raise_is_told_and_does_not_count(task):
    result = grade(task, "1 / 0", RIGHT, "raise SystemExit")
    assert result.right
    assert [error.partition(":")[0] for error in result.errors] == [
        "cell 1",
        "cell 3",
    ]


def test_a_notebook_without_the_function_is_told_so(task):
    result = grade(task, "import nothing_like_this", "x = 1")
    assert result.kind == Kind.NOT_DEFINED
    assert "defines no double" in result.message
    assert "nothing_like_this" in result.message


def test_a_library_that_is_missing_costs_nothing(task):
    imports = "import mxnet\nfrom d2l import mxnet as d2l\nimport torch\n"
    result = grade(task, imports + "npx = mxnet.npx\n" + RIGHT)
    assert result.right
    assert len(result.errors) == 3


def test_a_library_that_is_missing_is_named_where_it_is_used(task):
    result = grade(task, "import torch\ndef double(X): return torch.add(X, X)")
    assert (result.kind, result.right) == ("raised", False)
    assert "there is no torch for graded answers" in result.message


def test_the_stub_below_the_answer_is_left_over(task):
    stub = 'def double(X):\n    raise NotImplementedError("write double")'
    assert grade(task, RIGHT, stub).right
    assert grade(task, stub).kind == "not-implemented"


def test_the_last_definition_counts(task):
    assert not grade(task, RIGHT, ONCE_MORE).right
    assert grade(task, ONCE_MORE, RIGHT).right


def test_a_notebook_that_ends_itself_gets_nothing(task):
    result = grade(task, RIGHT, "import os\nos._exit(0)")
    assert (result.kind, result.right) == ("ended", False)


def test_what_is_missing_starts_no_sandbox(task):
    broken = None
    (result,) = grade_submission(
        [task.without(Kind.MISSING, "It is not there.")], broken
    )
    assert (result.kind, result.message) == (Kind.MISSING, "It is not there.")


def test_of_several_attempts_the_newest_right_one_counts(task):
    late, wrong = "def double(X):\n    return X + 1", ONCE_MORE
    tasks = [
        replace(task.running([code]), earlier=[[one] for one in earlier])
        for code, earlier in (
            (RIGHT, [wrong]),
            (wrong, [late, RIGHT, RIGHT]),
            (wrong, [late, late]),
        )
    ]
    tasks.append(replace(tasks[1], problem=Kind.UNREADABLE, code=None))
    found = [
        (result.right, result.earlier, result.kind)
        for result in grade_submission(tasks, UNBOXED)
    ]
    right, misconception = Kind.RIGHT, Kind.MISCONCEPTION
    assert found == [
        (True, 0, right),
        (True, 2, right),
        (False, 0, misconception),
        (True, 2, right),
    ]
