"""Weights of one standard deviation have it in every layer."""

from __future__ import annotations

from d2l_ext.initializers import SmallNormal, UnitNormal

import pytest
from weights import drawn


@pytest.mark.parametrize(
    ("initializer", "std"), [(SmallNormal, 0.01), (UnitNormal, 1.0)]
)
@pytest.mark.parametrize("shape", [(300, 200), (64, 32, 5, 5)])
def test_the_standard_deviation_is_the_same_in_every_layer(
    initializer, std, shape
):
    values = drawn(initializer(), shape)
    # Of n draws, the standard deviation is known to 1 / sqrt(2 n): 0.3 %.
    assert values.std() == pytest.approx(std, rel=0.02)
    assert abs(values.mean()) < 0.02 * std


@pytest.mark.parametrize("sigma", [0, -1.0, float("inf")])
def test_a_standard_deviation_is_above_zero(sigma):
    with pytest.raises(ValueError, match="sigma is a number above 0"):
        SmallNormal(sigma)
