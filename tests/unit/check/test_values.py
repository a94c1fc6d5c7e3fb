"""Values: copies, what is one, and equality in both senses."""

from __future__ import annotations

from collections import namedtuple

from d2l_check.values import count, is_close, is_value, plain, same

import numpy as np
import pytest

Pair = namedtuple("Pair", "one other")
VALUES = (1, 2.5, True, "text", np.ones(3), np.array([True]), (1, (2.0,)))
NO_VALUES = (
    *(None, [1.0], {}, 1j, np.array(["text"]), np.array([1j]), print),
    *((1, None), np.array([None])),
)


@pytest.mark.parametrize("value", VALUES)
def test_numbers_texts_arrays_and_tuples_are_values(value):
    assert is_value(value)


@pytest.mark.parametrize("value", NO_VALUES)
def test_anything_else_is_no_value(value):
    assert not is_value(value)


def test_a_copy_has_no_array_in_common_with_the_original():
    original = (np.ones(2), [np.zeros(2)])
    one, (other,) = plain(original)
    one += 1
    other += 1
    assert original[0].tolist() == [1, 1]
    assert original[1][0].tolist() == [0, 0]


@pytest.mark.parametrize("value", [np.float64(2), np.array(2.0), 2.0])
def test_a_number_is_python_s_however_numpy_has_it(value):
    assert type(plain(value)) is float


@pytest.mark.parametrize("value", [np.bool_(True), np.array(True)])
def test_a_truth_value_is_python_s_however_numpy_has_it(value):
    assert plain(value) is True


def test_an_array_of_another_class_becomes_a_plain_one():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    assert type(plain(masked)) is np.ndarray


def test_a_named_tuple_becomes_a_tuple():
    assert type(plain(Pair(1, 2))) is tuple


def test_what_is_no_value_stays_as_it_is():
    thing = object()
    assert plain(thing) is thing


def test_the_numbers_of_a_value_are_counted():
    assert count((np.ones((2, 3)), 1, (2.0, "text"))) == 9


@pytest.mark.parametrize("value", [*VALUES, float("nan"), np.array([np.nan])])
def test_a_value_is_the_same_as_its_copy(value):
    assert same(value, plain(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        (np.ones(2), np.ones(2, dtype=np.float32)),
        (np.ones((1, 2)), np.ones((2, 1))),
        (np.array([0.0]), np.array([-0.0])),
        (np.array([1.0]), np.array([1.0 + 1e-15])),
        ((1, 2), (1,)),
        ((1,), 1),
    ],
)
def test_values_of_another_type_shape_or_bit_are_not_the_same(one, other):
    assert not same(one, other)


@pytest.mark.parametrize(
    ("off", "close"), [(3e-7, True), (3e-6, True), (3e-5, False)]
)
def test_numbers_in_float32_agree_but_for_its_rounding(off, close):
    right = np.array([1.0, 0.0])
    assert is_close(right, (right + off).astype(np.float32)).all() == close
    assert not is_close(right, right + 3e-6).any()


@pytest.mark.parametrize(
    ("right", "other", "close"),
    [
        (1.0, 1 + 1e-7, True),
        (1.0, 1 + 1e-5, False),
        (0.0, 1e-10, True),
        (0.0, 1e-8, False),
        (np.nan, np.nan, True),
        (np.inf, np.inf, True),
        (np.inf, -np.inf, False),
        # Whole numbers: no rounding is allowed for.
        (10_000_000, 10_000_001, False),
        (10_000_000, 10_000_000.0, True),
    ],
)
def test_numbers_agree_but_for_rounding(right, other, close):
    found = is_close(np.asarray(right), np.asarray(other))
    assert bool(found) is close
