"""A small exercise: double each number, a number of times."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from d2l_check.call import call_here
from d2l_check.cases import make_cases
from d2l_check.judge import judge
from d2l_check.outcome import Kind
from d2l_check.source import Exercise, Wrong

import numpy as np


def double(X, times):
    """Return X, of any shape, doubled."""
    return X * 2**times


def inputs(rng):
    yield np.array([3.0]), 1
    for size in (2, 3):
        yield rng.uniform(1, 2, size=size), size


def add(X, times):
    return X + 2 * times


def double_once(X, times):
    return X * 2


def double_one_number(X, times):
    return np.array([X.item() * 2 + times])


EXERCISE = Exercise(
    id="numbers.double",
    notebook=Path("double.ipynb"),
    chapter="Numbers & <Sums>",
    function="double",
    points=1,
    reference=double,
    cases=inputs,
    wrong={
        "added": Wrong(add, "You added 2 & <more>.", see="Products"),
        "once": Wrong(double_once, "You doubled once.", see="Powers"),
        "one-number": Wrong(double_one_number, "You took one.", see="Arrays"),
    },
    may_be={"X": "numbers of (n)", "times": "a whole number"},
    equivalent_mutants={},
)


def fresh_cases(seed=0):
    return make_cases(EXERCISE, np.random.default_rng(seed))


def verdict(function, seconds=5.0):
    """Returns the verdict on an answer to this exercise."""
    return judge(fresh_cases(), partial(call_here, function, seconds=seconds))


def stub(X, times):
    raise NotImplementedError("write double")


def changes_input(X, times):
    X *= 2**times
    return X


def loops(X, times):
    while True:
        time.sleep(0.001)


#: One answer for each kind of verdict, and words of its message.
ANSWERS = {
    Kind.RIGHT: (double, "right on all 3 inputs"),
    Kind.MISCONCEPTION: (add, "You added 2"),
    Kind.NOT_IMPLEMENTED: (stub, "not written yet: write double"),
    Kind.RAISED: (lambda X, times: X.nothing, "raises AttributeError in line"),
    Kind.MODIFIED_INPUT: (changes_input, "changes its argument X"),
    Kind.TOO_SLOW: (loops, "not returned after 0.05 seconds"),
    Kind.WRONG_TYPE: (
        lambda X, times: None,
        "returns None instead of an array",
    ),
    Kind.WRONG_SHAPE: (lambda X, times: X[:, None], "of shape (1, 1) instead"),
    Kind.NOT_FINITE: (
        lambda X, times: X * np.nan,
        "NaN or infinity in 1 of 1",
    ),
    Kind.WRONG: (lambda X, times: X, "returns a wrong value in 1 of 1"),
}
