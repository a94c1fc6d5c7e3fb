"""A wrong gradient is caught, and a right one passes."""

from __future__ import annotations

from d2l_ext.diagnostics import (
    gradient_check,
)

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np


def cubed(x, factor=1):
    """Returns x**3, with a derivative that is wrong by the factor."""
    y = x**3
    return factor * y + (1 - factor) * y.detach()


def normal(*shape, dtype="float64", seed=0):
    values = onp.random.default_rng(seed).normal(size=shape)
    return np.array(values, dtype=dtype)


@pytest.mark.parametrize(
    ("dtype", "wrong"), [("float64", 1.00001), ("float32", 1.1)]
)
def test_a_wrong_gradient_is_caught_and_a_right_one_passes(dtype, wrong):
    x = normal(3, 4, dtype=dtype)
    right = gradient_check(lambda x: cubed(x).sum(), x)
    assert right
    assert right.passed
    assert right.relative_error <= right.tolerance
    for factor in (wrong, -1, 0):
        check = gradient_check(lambda x, f=factor: cubed(x, f).sum(), x)
        assert not check
        assert check.relative_error > check.tolerance


def test_one_wrong_input_of_several_is_enough():
    x, w = normal(5), normal(5, seed=1)

    def f(x, w, factor):
        return (cubed(x) + cubed(w, factor)).sum()

    assert gradient_check(lambda x, w: f(x, w, 1), x, w)
    assert not gradient_check(lambda x, w: f(x, w, 1.1), x, w)


def test_both_derivatives_are_told_direction_by_direction():
    x = normal(4)
    check = gradient_check(lambda x: (x**2).sum(), x, num_directions=3)
    assert len(check.directions) == 3
    for analytic, numeric in check.directions:
        assert abs(analytic - numeric) < 1e-8
        # Along a direction of unit length it is no more than the norm.
        assert 0 < abs(analytic) <= 2 * onp.linalg.norm(x.asnumpy())
    two = gradient_check(lambda a, b: (a * b).sum(), x, normal(4, seed=1))
    assert len(two.directions) == 2 * 5


def test_the_tolerance_and_the_step_can_be_chosen():
    x = normal(4)

    def f(x):
        return (x**3).sum()

    coarse = gradient_check(f, x, h=0.5)
    assert not coarse
    assert gradient_check(f, x, h=0.5, tolerance=10.0).tolerance == 10.0
    assert gradient_check(f, x, h=0.5, tolerance=10.0)
    assert not gradient_check(f, x, tolerance=1e-300)


def test_the_check_is_in_training_mode():
    modes = []

    def f(x):
        modes.append(autograd.is_training())
        return x.sum()

    gradient_check(f, normal(2), num_directions=1)
    assert modes == [True] * 3


def test_the_check_leaves_its_inputs_and_their_context():
    x = np.array([1.0, 2.0], ctx=mx.cpu(1))
    contexts = set()

    def f(x):
        contexts.add(x.ctx)
        return (x**2).sum()

    assert gradient_check(f, x)
    assert contexts == {mx.cpu(1)}
    assert x.asnumpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("f", "inputs", "message"),
    [
        (lambda: np.ones(()), (), "needs an input to differentiate by"),
        (lambda x: x.sum(), (np.ones(2, dtype="int32"),), "floating-point"),
        (lambda x: x, (np.ones(2),), r"one number, and gives \(2,\)"),
        (lambda x: 3.0, (np.ones(2),), "one number, and gives float"),
        (lambda x: (x / 0).sum(), (np.ones(2),), "a finite number, and gives"),
    ],
)
def test_what_cannot_be_checked_is_refused(f, inputs, message):
    with pytest.raises(ValueError, match=message):
        gradient_check(f, *inputs)
