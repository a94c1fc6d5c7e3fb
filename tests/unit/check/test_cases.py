"""Cases: inputs, answered rightly and in each wrong way."""

from __future__ import annotations

from dataclasses import replace

from d2l_check.cases import Raises, make_cases, matches, size
from d2l_check.outcome import Kind, Outcome
from d2l_check.source import ExerciseError, Hint, Wrong

import numpy as np
import pytest
from doubling import EXERCISE, fresh_cases


def made(**changes):
    """Makes cases of the exercise with some of its fields changed."""
    return make_cases(replace(EXERCISE, **changes), np.random.default_rng(0))


def test_cases_have_what_right_and_wrong_answers_return():
    case = fresh_cases()[0]
    assert case.args[0].tolist() == [3]
    assert case.expected.tolist() == [6]
    assert case.wrong["added"].tolist() == [5]


def test_a_wrong_answer_may_raise_on_some_inputs():
    wrong = [case.wrong["one-number"] for case in fresh_cases()]
    assert wrong[1:] == [Raises("ValueError")] * 2


def test_cases_know_the_exercise_and_not_its_answer():
    cases = fresh_cases()
    assert (cases.id, cases.function) == ("numbers.double", "double")
    assert cases.parameters == ("X", "times")
    assert cases.hints["once"] == Hint("You doubled once.", "Powers")
    assert len(cases) == len(list(cases)) == 3


def test_the_same_seed_gives_the_same_cases_and_another_does_not():
    first, again, other = (fresh_cases(seed)[1].args[0] for seed in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


def test_arguments_are_those_of_the_draw_even_if_it_reuses_an_array():
    def inputs(rng):
        X = np.zeros(1)
        for _ in range(2):
            X += 1
            yield X, 1

    cases = made(cases=inputs)
    assert [case.args[0].item() for case in cases] == [1, 2]


def test_numbers_are_counted():
    assert size(fresh_cases()) == 2 + 3 + 4


@pytest.mark.parametrize("args", [3.0, [np.ones(1), 1], (None, 1), ({}, 1)])
def test_inputs_that_are_no_values_are_refused(args):
    with pytest.raises(ExerciseError, match=r"numbers\.double: cases yield"):
        made(cases=lambda rng: [args])


def test_inputs_that_cannot_be_drawn_are_refused():
    with pytest.raises(ExerciseError, match=r"double: cases: ZeroDivision"):
        made(cases=lambda rng: 1 / 0)


def in_place(X, times):
    X *= 2**times
    return X


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X, times: X.nothing, "reference raises AttributeError"),
        (in_place, "reference: modified-input"),
        (lambda X, times: None, "reference returns None"),
    ],
)
def test_a_reference_that_is_no_right_answer_is_refused(function, message):
    with pytest.raises(ExerciseError, match=message):
        made(reference=function)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (in_place, "wrong answer bad: modified-input"),
        (lambda X, times: [1], r"wrong answer bad returns \[1\]"),
    ],
)
def test_a_wrong_answer_that_cannot_be_recorded_is_refused(function, message):
    with pytest.raises(ExerciseError, match=message):
        made(wrong={"bad": Wrong(function, "You ...", see="Powers")})


@pytest.mark.parametrize(
    ("outcome", "wrong", "match"),
    [
        (Outcome(Kind.VALUE, 2.0), 2.0, True),
        (Outcome(Kind.VALUE, 2.0), 3.0, False),
        (Outcome(Kind.VALUE, 2.0), Raises("ValueError"), False),
        (Outcome(Kind.RAISED, error="ValueError"), 2.0, False),
        (
            Outcome(Kind.RAISED, error="ValueError"),
            Raises("ValueError"),
            True,
        ),
        (
            Outcome(Kind.RAISED, error="NameError"),
            Raises("ValueError"),
            False,
        ),
        (Outcome(Kind.MODIFIED_INPUT, 2.0), 2.0, False),
    ],
)
def test_an_outcome_matches_a_wrong_answer_that_does_the_same(
    outcome, wrong, match
):
    assert matches(outcome, wrong) is match
