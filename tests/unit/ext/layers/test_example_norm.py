"""Layer, group and instance norm: the formulas, and what they leave alone.

``Formula`` writes both passes out in float64 NumPy; all else is held to it.
"""

from d2l_ext.diagnostics import gradient_check
from d2l_ext.layers import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    standardize,
)

import mxnet as mx
import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mxnet import np
from norm_formulas import Formula, assert_all_close, differentiated

COMPARE = settings(deadline=None, max_examples=25)
SHAPE = (2, 6, 3, 4)


def arrays(*values, dtype="float64"):
    return [np.array(value, dtype=dtype) for value in values]


def assert_is(formula, f):
    """Compares a function of X, gamma and beta with its formula."""
    variables = arrays(formula.X, formula.gamma, formula.beta)
    results = differentiated(f, formula.dY, *variables)
    assert_all_close(results, [formula.Y, *formula.gradients()], 1e-7)


# What is averaged.


@st.composite
def shapes_and_axes(draw):
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    axes = draw(
        st.lists(
            st.integers(0, len(shape) - 1),
            min_size=1,
            max_size=len(shape),
            unique=True,
        )
    )
    if onp.prod([shape[axis] for axis in axes]) < 2:
        shape[axes[0]] = draw(st.integers(2, 4))
    signs = draw(st.lists(st.booleans(), min_size=len(axes)))
    return shape, [
        axis - len(shape) * sign
        for axis, sign in zip(axes, signs, strict=False)
    ]


@given(case=shapes_and_axes(), seed=st.integers(0, 2**32 - 1))
@COMPARE
def test_any_dimensions_are_averaged(case, seed):
    shape, axes = case
    X = 1 + 2 * onp.random.default_rng(seed).normal(size=shape)
    X_hat, mean, var = standardize(np.array(X, dtype="float64"), axes)
    axes = tuple(axes)
    wide = {"axis": axes, "keepdims": True}
    expected = (X - X.mean(**wide)) / onp.sqrt(X.var(**wide) + 1e-5)
    expected = [expected, X.mean(axes), X.var(axes)]
    assert_all_close([X_hat, mean, var], expected, 1e-9)


def test_over_examples_and_positions_it_is_batch_norm():
    (X,) = arrays(onp.random.default_rng(0).normal(size=SHAPE))
    gamma, beta = np.ones(6, dtype="float64"), np.zeros(6, dtype="float64")
    expected = batch_norm(X, gamma, beta)
    assert_all_close(standardize(X, [0, 2, 3]), expected, 1e-12)


def test_layer_norm_is_batch_norm_of_the_transposed_matrix():
    rng = onp.random.default_rng(0)
    X, ones, zeros = arrays(rng.normal(size=(5, 3)), onp.ones(5), onp.zeros(5))
    expected = batch_norm(X.T, ones, zeros)[0].T
    assert_all_close([layer_norm(X, ones[:3], zeros[:3])], [expected], 1e-12)


# Each norm.


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((4, 3), -1),
        ((4, 3), 1),
        ((2, 5, 3), 2),
        ((2, 5, 3), 1),
        (SHAPE, 1),
        (SHAPE, -1),
    ],
)
def test_layer_norm_is_its_formula_forward_and_backward(shape, axis):
    formula = Formula(shape, axis, (axis % len(shape),))
    assert_is(formula, lambda *a: layer_norm(*a, axis=axis))


@pytest.mark.parametrize("num_groups", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [SHAPE, (3, 6, 5)])
def test_group_norm_is_its_formula_forward_and_backward(shape, num_groups):
    formula = Formula(shape, 1, num_groups=num_groups)
    assert_is(formula, lambda *a: group_norm(*a, num_groups))


@pytest.mark.parametrize("shape", [SHAPE, (3, 2, 5)])
def test_instance_norm_is_its_formula_forward_and_backward(shape):
    formula = Formula(shape, 1, tuple(range(2, len(shape))))
    assert_is(formula, instance_norm)


@pytest.mark.parametrize(
    "f",
    [
        layer_norm,
        lambda *a, **k: group_norm(*a, 1, **k),
        instance_norm,
    ],
)
def test_epsilon_is_added_to_the_variance(f):
    X, one, zero = arrays([[[1.0, 3.0], [1.0, 3.0]]], [1, 1], [0, 0])
    Y = f(X, one, zero, epsilon=3.0)
    assert_all_close([Y], [[[[-0.5, 0.5]] * 2]], 1e-12)


def test_autograd_agrees_with_central_differences():
    rng = onp.random.default_rng(1)
    X, gamma, beta, weights = arrays(
        rng.normal(size=(2, 4, 3)),
        *rng.normal(size=(2, 4)),
        rng.normal(size=(2, 4, 3)),
    )

    def f(X, gamma, beta):
        return (group_norm(X, gamma, beta, 2) * weights).sum()

    assert gradient_check(f, X, gamma, beta)


def test_one_group_is_the_whole_example_and_all_groups_are_instance_norm():
    rng = onp.random.default_rng(2)
    X, gamma, beta = arrays(rng.normal(size=SHAPE), *rng.normal(size=(2, 6)))
    all_groups = group_norm(X, gamma, beta, 6)
    assert_all_close([all_groups], [instance_norm(X, gamma, beta)], 0)
    one = group_norm(X, np.ones_like(gamma), np.zeros_like(beta), 1)
    assert_all_close([one], [standardize(X, [1, 2, 3])[0]], 1e-12)


@pytest.mark.parametrize(
    "f",
    [
        lambda *a: layer_norm(*a, axis=1),
        lambda *a: group_norm(*a, 2),
        instance_norm,
    ],
)
def test_an_example_does_not_depend_on_its_batch(f):
    rng = onp.random.default_rng(3)
    X, gamma, beta = arrays(rng.normal(size=SHAPE), *rng.normal(size=(2, 6)))
    alone = np.concatenate([f(X[i : i + 1], gamma, beta) for i in range(2)])
    assert_all_close([alone], [f(X, gamma, beta)], 1e-12)


@pytest.mark.parametrize("constant", [0.0, -7.0, 255.0])
def test_a_constant_example_gives_beta_and_a_finite_gradient(constant):
    X = np.full((3, 4), constant)
    gamma, beta = np.ones(4), np.arange(4.0)
    Y, *gradients = differentiated(
        layer_norm, onp.ones((3, 4)), X, gamma, beta
    )
    onp.testing.assert_allclose(Y, [[0, 1, 2, 3]] * 3, atol=1e-6)
    for gradient in gradients:
        assert onp.isfinite(gradient).all()


# What is refused.


def of(*shapes):
    return [np.ones(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: layer_norm(*of((2, 3), 2, 3)),
            r"layer_norm.*\(2, 3\) with 3 features along axis 1.*gamma of "
            r"shape \(2,\)",
        ),
        (
            lambda: group_norm(*of((2, 4, 3), 4, 2), 2),
            r"group_norm.*beta of shape \(2,\)",
        ),
        (
            lambda: instance_norm(*of((2, 4, 3), 3, 3)),
            r"instance_norm.*4 features along axis 1.*\(3,\)",
        ),
        (
            lambda: group_norm(*of(4, 4, 4), 2),
            r"group_norm needs an input of two or more.*\(4,\)",
        ),
        (lambda: layer_norm(*of((2, 3), 3, 3), axis=2), "no dimension 2"),
        (lambda: layer_norm(*of((2, 3), 2, 2), axis=0), "only batch norm"),
        (lambda: layer_norm(*of((2, 3), 2, 2), axis=-2), "only batch norm"),
        (lambda: layer_norm(*of((2, 1), 1, 1)), r"\(2, 1\).*nothing but beta"),
        (
            lambda: group_norm(*of((2, 4, 3), 4, 4), 3),
            r"num_groups=3 does not divide the 4 channels.*\(2, 4, 3\)",
        ),
        (lambda: group_norm(*of((2, 4, 3), 4, 4), 0), "num_groups is 1 or"),
        (lambda: group_norm(*of((2, 4), 4, 4), 4), "nothing but beta"),
        (
            lambda: instance_norm(*of((2, 4, 1, 1), 4, 4)),
            r"\(2, 4, 1, 1\) each would be of 1",
        ),
        (lambda: standardize(np.ones((2, 3)), [1, -1]), "dimension twice"),
        (lambda: standardize(np.ones((2, 3)), [-3]), "no dimension -3"),
        (lambda: standardize(np.ones((2, 1)), [1]), "two or more values"),
        (lambda: standardize(np.ones((2, 3)), []), "two or more values"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("position", [1, 2])
def test_types_and_contexts_that_do_not_fit_are_named(position):
    def call(**options):
        values = of((2, 3), 3, 3)
        values[position] = np.ones(3, **options)
        layer_norm(*values)

    name = ("X", "gamma", "beta")[position]
    with pytest.raises(ValueError, match=f"float32.*{name} in float64"):
        call(dtype="float64")
    with pytest.raises(ValueError, match=rf"cpu\(0\).*{name}.*on cpu\(1\)"):
        call(ctx=mx.cpu(1))
