"""Verdicts: right, which misconception, or what else is wrong."""

from __future__ import annotations

import re

from d2l_check.judge import Verdict, judge
from d2l_check.outcome import VERDICTS, Kind, Outcome

import numpy as np
import pytest
from doubling import (
    ANSWERS,
    EXERCISE,
    add,
    double,
    fresh_cases,
    verdict,
)


def test_every_kind_of_verdict_is_tried():
    assert tuple(ANSWERS) == VERDICTS


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_gets_its_verdict_and_message(kind):
    function, words = ANSWERS[kind]
    found = verdict(function, seconds=0.05)
    assert found.kind == kind
    assert words in found.message
    assert found.right is (kind == Kind.RIGHT)


@pytest.mark.parametrize("name", EXERCISE.wrong)
def test_a_known_wrong_answer_shows_its_misconception(name):
    wrong = EXERCISE.wrong[name]
    found = verdict(wrong.function)
    assert (found.kind, found.name) == (Kind.MISCONCEPTION, name)
    assert (found.message, found.see) == (wrong.message, wrong.see)
    assert found.example.returned


def test_a_misconception_on_some_inputs_only_is_none():
    def add_to_one(X, times):
        return add(X, times) if len(X) == 1 else X

    found = verdict(add_to_one)
    assert (found.kind, found.name, found.see) == ("wrong", "", "")


def test_another_exception_than_the_wrong_answer_s_is_no_misconception():
    def one_number(X, times):
        if len(X) > 1:
            raise KeyError(len(X))
        return X * 2 + times

    assert verdict(one_number).kind == "raised"


def test_the_example_is_the_first_input_that_fails():
    def fail_later(X, times):
        return double(X, times) if len(X) == 1 else X

    example = verdict(fail_later).example
    cases = fresh_cases()
    assert example.args[0].tolist() == cases[1].args[0].tolist()
    assert example.expected.tolist() == cases[1].expected.tolist()
    assert example.got.tolist() == cases[1].args[0].tolist()


def test_the_example_of_an_exception_has_no_result():
    example = verdict(lambda X, times: X.nothing).example
    assert not example.returned


def test_an_exception_weighs_more_than_a_wrong_result():
    def both(X, times):
        return X if len(X) == 1 else X.nothing

    found = verdict(both)
    assert found.kind == "raised"
    assert len(found.example.args[0]) == 2


@pytest.mark.parametrize("kind", ["not-implemented", "too-slow"])
def test_a_hopeless_answer_is_called_once(kind):
    calls = []

    def call(args):
        calls.append(args)
        return Outcome(kind, seconds=1.0)

    assert judge(fresh_cases(), call).kind == kind
    assert len(calls) == 1


def test_a_late_time_out_is_not_taken_for_right():
    outcomes = [
        *(Outcome("value", case.expected) for case in fresh_cases()[:2]),
        Outcome("too-slow", seconds=1.0),
    ]
    call = iter(outcomes).__next__
    found = judge(fresh_cases(), lambda args: call())
    assert found.kind == "too-slow"


def test_no_message_holds_a_right_value_or_an_input():
    for function, _ in ANSWERS.values():
        message = verdict(function, seconds=0.05).message
        message = re.sub(r" in line \d+", "", message)
        assert "6" not in message
        assert "3.0" not in message


@pytest.mark.parametrize("function", [lambda: 0, lambda X, n, more: X])
def test_an_answer_with_other_parameters_is_told_its_own(function):
    assert verdict(function).message.endswith("called with X, times.")


@pytest.mark.parametrize(
    "function",
    [
        lambda mx, X: np.max(mx.np.array(X), axis=0) + X,
        lambda mx, X: mx.np.max(X),
        lambda mx, X: X + mx.np.ones(X.shape),
        lambda mx, X: mx.npx.relu(X),
    ],
)
def test_an_answer_in_mxnet_is_told_to_use_numpy(function):
    # What makes MXNet importable, where there is one.
    pytest.importorskip("d2l_ext")
    mx = pytest.importorskip("mxnet", exc_type=ImportError)
    found = verdict(lambda X, times: function(mx, X))
    assert found.kind in (Kind.RAISED, Kind.WRONG_TYPE)
    assert found.message.endswith("`import numpy as np`.")


def test_a_type_error_of_the_answer_s_own_is_no_matter_of_parameters():
    message = verdict(lambda X, times: X + None).message
    assert "raises TypeError in line" in message
    assert "called with" not in message


def test_an_exception_without_text_or_line_is_a_sentence():
    outcome = Outcome(Kind.RAISED, error="KeyError")
    found = judge(fresh_cases(), lambda args: outcome)
    assert found.message == "Your function raises KeyError."


def test_a_verdict_can_be_made_of_a_kind_and_a_message():
    assert not Verdict(Kind.WRONG, "Late.").right
