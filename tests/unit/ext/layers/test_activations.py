"""Activation functions: formulas in float64, and derivatives."""

import math

from d2l_ext.layers import ACTIVATIONS
from d2l_ext.layers.activations import elu, leaky_relu, prelu

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from probing import assert_close, gradient, numbers

ALPHA, SCALE = 1.6732632423543772848, 1.0507009873554804934
EVERY_FUNCTION = pytest.mark.parametrize(
    "activation", ACTIVATIONS.values(), ids=ACTIVATIONS
)

#: Each function at one number, by Python's own mathematics.
FORMULAS = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "prelu": lambda x: x if x > 0 else 0.25 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: SCALE * (x if x > 0 else ALPHA * math.expm1(x)),
    "gelu": lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
}


def test_every_function_has_a_formula_here():
    assert FORMULAS.keys() == ACTIVATIONS.keys()
    for name, activation in ACTIVATIONS.items():
        assert activation.name == name
        assert activation.source


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-6)]
)
@EVERY_FUNCTION
def test_a_function_is_its_formula(activation, dtype, tolerance):
    x = numbers(dtype)
    expected = onp.vectorize(FORMULAS[activation.name])(
        x.asnumpy().astype("float64")
    )
    result = activation.function(x)
    assert (result.shape, result.dtype) == (x.shape, x.dtype)
    assert_close(result, expected, tolerance)


@EVERY_FUNCTION
def test_a_derivative_is_that_of_the_formula(activation):
    x, h = numbers(), 1e-5
    f = onp.vectorize(FORMULAS[activation.name])
    values = x.asnumpy()
    expected = (f(values + h) - f(values - h)) / (2 * h)
    result = activation.derivative(x)
    assert (result.shape, result.dtype) == (x.shape, x.dtype)
    assert_close(result, expected, 1e-8)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@EVERY_FUNCTION
def test_a_derivative_is_what_autograd_computes(activation, dtype):
    x = np.concatenate([numbers(dtype).reshape(-1), np.zeros(1, dtype=dtype)])
    # The gradient of MXNet's erf has the digits of float32 in any type.
    exact = dtype == "float64" and activation.name != "gelu"
    tolerance = 1e-12 if exact else 1e-6
    assert_close(
        activation.derivative(x), gradient(activation.function, x), tolerance
    )


@EVERY_FUNCTION
def test_values_lie_within_the_range_and_fill_it(activation):
    values = activation.function(
        np.linspace(-50, 50, 100_001, dtype="float64")
    )
    low, high = activation.range
    assert values.min().item() >= low - 1e-15
    assert values.max().item() <= high
    for bound, extreme in ((low, values.min()), (high, values.max())):
        if math.isfinite(bound):
            assert extreme.item() == pytest.approx(bound, abs=1e-6)
        else:
            assert abs(extreme.item()) >= 0.01 * 50


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@EVERY_FUNCTION
def test_large_numbers_overflow_nowhere(activation, dtype):
    x = np.array([-1e4, -800, -90, 90, 800, 1e4], dtype=dtype)
    limits = activation.function(x).asnumpy()
    slopes = activation.derivative(x)
    assert onp.isfinite(limits).all()
    assert_close(gradient(activation.function, x), slopes)
    assert onp.isfinite(slopes.asnumpy()).all()


@EVERY_FUNCTION
def test_at_a_kink_the_derivative_is_the_one_from_the_left(activation):
    x, left = np.zeros(1, dtype="float64"), np.array([-1e-9], dtype="float64")
    expected = activation.derivative(left)
    assert_close(activation.derivative(x), expected)
    assert_close(gradient(activation.function, x), expected)


def test_the_tails_of_a_sigmoid_keep_their_digits():
    sigmoid = ACTIVATIONS["sigmoid"]
    x = np.array([-60.0, -20.0], dtype="float32")
    for tail in (
        *(sigmoid.function(x), sigmoid.derivative(x)),
        sigmoid.derivative(-x),
    ):
        onp.testing.assert_allclose(
            tail.asnumpy(), onp.exp([-60, -20]), rtol=1e-5
        )


def test_what_is_not_a_number_stays_so():
    x = np.array([float("nan")])
    for activation in ACTIVATIONS.values():
        assert onp.isnan(activation.function(x).asnumpy()).all()


@EVERY_FUNCTION
def test_a_result_stays_on_its_context(activation):
    x = np.ones((2, 3), ctx=mx.cpu(1))
    assert activation.function(x).ctx == mx.cpu(1)
    assert activation.derivative(x).ctx == mx.cpu(1)


def test_an_array_of_numpy_is_refused():
    with pytest.raises(TypeError, match=r"mxnet\.np, not numpy\.ndarray"):
        ACTIVATIONS["tanh"].function(onp.ones(3))


def test_alpha_is_an_option_of_the_functions():
    x = np.array([-1.0, 2.0])
    assert_close(leaky_relu(x, 0.3), [-0.3, 2])
    assert_close(prelu(x, np.array([0.4, 9.0])), [-0.4, 2])
    assert_close(elu(x, 2.0), [2 * math.expm1(-1), 2])
