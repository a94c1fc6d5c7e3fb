"""Inputs and outputs of a weight are counted."""

from __future__ import annotations

from d2l_ext.initializers import (
    fans,
    make_initializer,
)

import pytest
from weights import drawn


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 5), (5, 3)),
        ((16, 6, 5, 5), (150, 400)),
        ((4, 2, 3), (6, 12)),
        ((4, 1, 3, 2, 2), (12, 48)),
    ],
)
def test_fans_count_inputs_and_outputs(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize("name", ["glorot", "lecun", "he", "orthonormal"])
def test_a_vector_has_no_fans(name):
    with pytest.raises(ValueError, match=r"two or more.*not one of shape \(5"):
        drawn(make_initializer(name), (5,))
