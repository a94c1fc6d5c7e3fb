"""A small exercise: double each number, a number of times."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from d2l_check.call import call_here
from d2l_check.cases import make_cases
from d2l_check.judge import judge
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
    equivalent_mutants={},
)


def fresh_cases(seed=0):
    return make_cases(EXERCISE, np.random.default_rng(seed))


def verdict(function, seconds=5.0):
    """Returns the verdict on an answer to this exercise."""
    return judge(fresh_cases(), partial(call_here, function, seconds=seconds))
