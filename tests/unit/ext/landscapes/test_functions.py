"""Landscapes have their gradients and minima."""

from __future__ import annotations

import math

from d2l_ext.landscapes import (
    BEALE,
    LONG_VALLEY,
    SADDLE,
    quadratic,
)

import numpy as np
import pytest
from every_landscape import EVERY_LANDSCAPE


def points(landscape, num_points=50):
    rng = np.random.default_rng(0)
    low, high = zip(landscape.xlim, landscape.ylim, strict=True)
    return rng.uniform(low, high, size=(num_points, 2)).T


@EVERY_LANDSCAPE
def test_a_gradient_is_that_of_the_function(landscape):
    (x, y), h = points(landscape), 1e-5
    f = landscape.f
    expected = (
        (f(x + h, y) - f(x - h, y)) / (2 * h),
        (f(x, y + h) - f(x, y - h)) / (2 * h),
    )
    gradient = np.array(landscape.gradient(x, y))
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)


@EVERY_LANDSCAPE
def test_a_minimum_is_the_lowest_point_and_flat(landscape):
    if landscape.minimum is None:
        assert landscape is SADDLE
        return
    np.testing.assert_allclose(
        landscape.gradient(*landscape.minimum), 0, atol=1e-12
    )
    x, y = points(landscape, 1000)
    assert (landscape.f(x, y) > landscape.f(*landscape.minimum)).all()


def test_functions_have_their_known_values():
    assert BEALE.f(3, 0.5) == 0
    assert BEALE.f(0, 0) == pytest.approx(1.5**2 + 2.25**2 + 2.625**2)
    assert BEALE.f(1, 1) == pytest.approx(14.203125)
    assert SADDLE.f(3, 2) == 5
    assert LONG_VALLEY.f(0, 2) == pytest.approx(0.1 + 8)
    assert quadratic(25).f(2, 1) == pytest.approx((4 + 25) / 2)


def test_the_saddle_is_flat_at_the_origin_and_falls_along_y():
    np.testing.assert_array_equal(SADDLE.gradient(0.0, 0.0), 0)
    assert SADDLE.f(0, 0.1) < SADDLE.f(0, 0) < SADDLE.f(0.1, 0)


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 2])
def test_a_quadratic_has_the_condition_asked_for(angle):
    landscape = quadratic(40, angle)
    hessian = np.array(
        [landscape.gradient(*unit) for unit in ((1, 0), (0, 1))]
    )
    eigenvalues, axes = np.linalg.eigh(hessian)
    np.testing.assert_allclose(eigenvalues, [1, 40])
    cos = abs(axes[:, 0] @ [math.cos(angle), math.sin(angle)])
    assert cos == pytest.approx(1)
    assert landscape.f(*landscape.start) == pytest.approx((16 + 40) / 2)


@EVERY_LANDSCAPE
def test_a_grid_covers_the_picture(landscape):
    X, Y, Z = landscape.grid(11)
    assert X.shape == Y.shape == Z.shape == (11, 11)
    assert (X.min(), X.max()) == landscape.xlim
    assert (Y.min(), Y.max()) == landscape.ylim
    assert Z[3, 7] == landscape.f(X[3, 7], Y[3, 7])


@pytest.mark.parametrize(
    ("condition", "angle", "message"),
    [
        (0.5, 0, "condition is a number from 1, not 0.5"),
        (math.inf, 0, "condition is a number from 1, not inf"),
        (2, math.nan, "angle is a finite number, not nan"),
    ],
)
def test_a_quadratic_that_is_none_is_refused(condition, angle, message):
    with pytest.raises(ValueError, match=message):
        quadratic(condition, angle)
