"""What parameters may be, and which corners of it the inputs miss."""

from __future__ import annotations

import numpy as np
import pytest

from tools.exercises.corners import gaps

ONES = np.ones((2, 2))


def missing(words, *values):
    """Returns what is missing from cases of a single parameter x."""
    found = gaps({"x": words}, [(value,) for value in values])
    return [sentence.removeprefix("x is never ") for sentence in found]


@pytest.mark.parametrize(
    ("words", "values", "expected"),
    [
        ("a number", [0.5], ["0", "negative", "of an integer type"]),
        ("a number", [-1, 0.0], []),
        ("a number > 0", [0.5], ["of an integer type"]),
        ("a number > 0 < 1", [0.5], []),
        ("a number >= 0 < 1", [0.5], ["0", "of an integer type"]),
        ("a number >= 0 < 1", [0], []),
        ("a number > 0 <= 2", [1], ["2, its limit"]),
        ("a number >= -2.5 <= 0", [-1], ["0", "-2.5, its limit"]),
        ("a whole number >= 1", [2], ["1, its limit"]),
        ("a whole number >= 1", [2, 1], []),
        ("a truth value", [True], ["False"]),
        ("a truth value", [False], ["True"]),
        ("floats > 0 of (m, d)", [ONES], ["1 long, in m", "1 long, in d"]),
        ("floats > 0 of (m, d)", [ONES[:1, :1]], []),
        ("numbers of (m, d)", [ONES[:1], ONES[:, :1]], [
            *("0", "negative", "of an integer type"),
        ]),
        ("numbers of (n)", [np.array([0, -1]), np.ones(1)], []),
        ("floats > 0 of (k >= 0)", [np.ones(1)], ["0 long, in k"]),
        ("floats > 0 of (k >= 0)", [np.ones(0)], ["1 long, in k"]),
        ("floats > 0 of (T + 1 >= 2)", [np.ones(3)], ["2 long, in T + 1"]),
        ("floats > 0 of (m, ...)", [np.ones((1, 2))], [
            "of another number of axes",
        ]),
        ("floats > 0 of (m, ...)", [ONES[:1], np.ones((1, 2, 3))], []),
        ("a tuple of floats > 0 of (h, d)", [(np.ones((1, 1)), ONES)], [
            "a tuple of one",
        ]),
        ("a tuple of floats > 0 of (h, d)", [(np.ones((1, 1)),)], []),
    ],
)  # fmt: skip
def test_each_corner_that_no_case_reaches_is_named(words, values, expected):
    assert missing(words, *values) == expected


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("a number > 0", 0.0),
        ("a number", True),
        ("a number", ONES),
        ("a whole number", 1.0),
        ("a truth value", 1),
        ("floats of (m, d)", ONES.astype(int)),
        ("whole numbers of (m, d)", ONES),
        ("numbers of (m)", ONES),
        ("numbers < 1 of (m, d)", ONES),
        ("numbers of (m >= 3, d)", ONES),
        ("numbers of (m)", 1.0),
        ("a tuple of numbers of (m)", (ONES,)),
    ],
)
def test_what_a_parameter_may_not_be_is_found(words, value):
    (sentence,) = missing(words, value)
    assert sentence == f"x is {value!r}, and not {words}"


def test_axes_of_one_name_are_equally_long():
    may_be = {"X": "floats of (m, d)", "b": "floats of (d)"}
    (sentence,) = gaps(may_be, [(ONES, np.ones(3))])
    assert sentence == "b has another length in d than others"


@pytest.mark.parametrize(
    "words",
    ["", "number", "a number of (m)", "numbers", "numbers of ()", "a float"],
)
def test_words_that_cannot_be_read_are_named(words):
    assert missing(words, 1.0) == [f"cannot read {words!r}"]
