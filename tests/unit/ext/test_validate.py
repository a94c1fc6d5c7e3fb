"""Numbers outside their range are refused by their names."""

from __future__ import annotations

from d2l_ext.validate import positive, whole_number

import numpy as onp
import pytest


@pytest.mark.parametrize("value", [1, 7, onp.int64(3), onp.uint8(2)])
def test_a_whole_number_is_python_s(value):
    found = whole_number("size", value)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "size is 1 or more, not 0"),
        (True, "size is a whole number, not True"),
        (1.0, "size is a whole number, not 1.0"),
        ("1", "size is a whole number, not '1'"),
    ],
)
def test_what_is_none_is_refused(value, message):
    with pytest.raises(ValueError, match=message):
        whole_number("size", value)


@pytest.mark.parametrize("value", [-1, 4, onp.int64(4)])
def test_a_whole_number_may_have_a_largest_one(value):
    assert whole_number("size", 3, 0, 3) == 3
    with pytest.raises(ValueError, match=f"size is 0 to 3, not {value}"):
        whole_number("size", value, 0, 3)


@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan")])
def test_a_number_above_zero_is_finite(value):
    with pytest.raises(ValueError, match="slope is a number above 0"):
        positive("slope", value)
    assert positive("slope", 0.5) == 0.5
