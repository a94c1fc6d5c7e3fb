"""What distinguishes a result from the right one."""

from __future__ import annotations

from d2l_check.compare import (
    describe,
    difference,
)
from d2l_check.outcome import Kind

import numpy as np
import pytest

X = np.array([[1.0, 2.0], [3.0, 4.0]])


class ndarray:
    """Has the name of MXNet's array, all that grading has of one."""


@pytest.mark.parametrize(
    ("right", "got"),
    [
        (X, X + 1e-9),
        (X, X.astype(int)),
        (X > 2, X > 2),
        (2.0, np.float32(2)),
        (2, 2.0),
        (2.0, np.array(2.0)),
        (True, np.bool_(True)),
        ("mean", "mean"),
        ((X, 2.0), (X, 2.0)),
        ((X, 2.0), [X, 2.0]),
        ((X, X + 1), np.stack([X, X + 1])),
        ((1, 2), np.array([1, 2])),
        (X / 3, (X / 3).astype(np.float32)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
    ],
)
def test_a_right_result_differs_in_nothing(right, got):
    assert difference(right, got) is None


@pytest.mark.parametrize(
    ("right", "got", "message"),
    [
        (X, None, "None instead of an array of numbers of shape (2, 2): is"),
        (X, X.tolist(), "shape (2, 2): put `np.array(…)` around it."),
        (X[0], (1.0, 2.0), "a tuple of 2 instead of an array"),
        (X, ndarray(), "an MXNet array instead of an array of numbers"),
        (X, ndarray(), "`import numpy as np`"),
        (X, X > 2, "an array of truth values of shape (2, 2) instead of an"),
        (X, X + 0j, "an array of complex128 values of shape (2, 2)"),
        (X, X.astype(object), "an array of object values"),
        (X > 2, X, "instead of an array of truth values"),
        (2.0, True, "a truth value instead of a number"),
        (True, 1, "a number instead of a truth value"),
        (2.0, 10**30, "an object value instead of a number"),
        (2.0, "2", "a text instead of a number"),
        (2.0, {}, "a dict instead of a number"),
        (
            (1, 2),
            X[:1],
            "an array of numbers of shape (1, 2) instead of a tup",
        ),
        ((1, 2), (1, 2, 3), "a tuple of 3 instead of a tuple of 2"),
        ((1, 2), (1, None), "as result 2 of 2 None instead of a number"),
    ],
)
def test_a_result_of_another_type_is_told(right, got, message):
    found = difference(right, got)
    assert found.kind == Kind.WRONG_TYPE
    assert found.message.startswith(message) or message in found.message


@pytest.mark.parametrize(
    ("right", "got", "message"),
    [
        (X, X[0], "shape (2,) instead of an array of numbers of shape (2, 2)"),
        (X, 2.0, "a number instead of an array of numbers of shape (2, 2)"),
        (2.0, X, "of shape (2, 2) instead of a number"),
        ((1, X), (1, X[:1]), "as result 2 of 2 an array"),
    ],
)
def test_a_result_of_another_shape_is_told(right, got, message):
    found = difference(right, got)
    assert found.kind == Kind.WRONG_SHAPE
    assert message in found.message


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_counted_where_it_should_be(bad):
    got = X.copy()
    got[0, 1] = bad
    found = difference(X, got)
    assert found.kind == Kind.NOT_FINITE
    assert "in 1 of 4 places" in found.message


def test_infinity_in_the_right_place_is_not_held_against_the_answer():
    found = difference(np.array([np.inf, 1.0]), np.array([np.inf, 2.0]))
    assert found.kind == Kind.WRONG


def test_wrong_values_are_counted_and_not_shown():
    found = difference(X, X + np.array([[0, 1], [0, 1]]))
    assert found.kind == Kind.WRONG
    assert found.message == "a wrong value in 2 of 4 places."


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (-X, "in 4 of 4 places: all have the opposite sign."),
        (X.T, "in 2 of 4 places: the right numbers are all there, in another"),
        (2.5 * X, "times the same factor."),
        (X + 2e-3, "and none is far off: look at the last digits."),
        ((X + 0.001).astype(np.float16), "your numbers are float16"),
        (0 * X, "in 4 of 4 places."),
    ],
)
def test_what_wrong_values_have_in_common_is_told(got, message):
    assert difference(X, got).message.endswith(message) or message in (
        difference(X, got).message
    )


@pytest.mark.parametrize(
    ("right", "got"),
    [(X > 2, X < 2), (np.ones(2), -np.ones(2)), (np.array([np.nan, 1]), X[0])],
)
def test_nothing_is_made_of_an_accident(right, got):
    message = difference(right, got).message
    assert message.startswith("a wrong value in")
    assert message.endswith("places.")


def test_a_single_wrong_value_has_no_place():
    assert difference(2.0, 3.0).message == "a wrong value."


def test_another_text_is_wrong():
    assert difference("mean", "sum").kind == Kind.WRONG


def test_a_value_is_described_in_words():
    assert describe([1, 2]) == "a list of 2"
    assert describe(np.float64(1)) == "a number"


@pytest.mark.parametrize("name", ["number", "truth value", "text"])
@pytest.mark.parametrize("expected", [1.0, True, "a", np.ones(2)])
def test_a_class_that_is_called_like_a_number_is_none(name, expected):
    found = difference(expected, type(name, (), {})())
    assert found.kind == Kind.WRONG_TYPE
    assert f"a {name} object instead of" in found.message
