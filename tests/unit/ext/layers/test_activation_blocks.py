"""Activation blocks: Gluon's own, compiled, on a context, and by name."""

from d2l_ext.layers import (
    ACTIVATIONS,
    ELU,
    GELU,
    SELU,
    LeakyReLU,
    Maxout,
    PReLU,
    SiLU,
    make_activation,
)
from d2l_ext.layers.activations import SELU_ALPHA, SELU_SCALE

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn
from probing import assert_close, gradient, numbers

FUSED = ("relu", "sigmoid", "tanh", "softrelu", "softsign")
BLOCKS = {
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "elu": ELU,
    "selu": SELU,
    "gelu": GELU,
    "silu": SiLU,
}
GLUONS = {
    "leaky_relu": (LeakyReLU(0.2), nn.LeakyReLU(0.2)),
    "leaky_relu 0": (LeakyReLU(0), nn.LeakyReLU(0)),
    "prelu": (PReLU(), nn.PReLU()),
    "prelu channels": (
        PReLU(mx.init.Uniform(1), in_channels=3),
        nn.PReLU(mx.init.Uniform(1), in_channels=3),
    ),
    "elu": (ELU(), nn.ELU()),
    "elu 0.5": (ELU(0.5), nn.ELU(0.5)),
    "gelu": (GELU(), nn.GELU()),
    "silu": (SiLU(), nn.Swish()),
}


def results(block, x):
    """Returns the output, and gradients by input and slopes."""
    x = x.copy()
    output = block(x)
    weights = np.arange(output.size, ctx=x.ctx).reshape(output.shape)
    grad = gradient(lambda x: block(x) * (weights / output.size), x)
    slopes = block.collect_params().values()
    return [output, grad, *(slope.grad() for slope in slopes)]


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize(("ours", "gluons"), GLUONS.values(), ids=GLUONS)
def test_a_block_is_gluons(ours, gluons, shape):
    ours.initialize(force_reinit=True)
    gluons.initialize(force_reinit=True)
    for slope, theirs in zip(
        ours.collect_params().values(),
        gluons.collect_params().values(),
        strict=True,
    ):
        slope.set_data(theirs.data())
    x = numbers("float32", shape)
    for result, expected in zip(
        results(ours, x), results(gluons, x), strict=True
    ):
        # Gluon's GELU cancels in its tail.
        assert_close(result, expected, 2e-5)


def test_gluons_selu_is_ours_but_for_a_wrong_gradient():
    # If this fails, MXNet has mended its gradient: then say so in SELU.
    x = numbers("float32")
    assert_close(SELU()(x), nn.SELU()(x))
    selu = SELU()
    negative = x.asnumpy() < 0
    theirs = gradient(nn.SELU(), x).asnumpy()
    wrong = SELU_SCALE * (selu(x).asnumpy() + SELU_ALPHA)
    right = ACTIVATIONS["selu"].derivative(x).asnumpy()
    onp.testing.assert_allclose(theirs[negative], wrong[negative], atol=1e-5)
    onp.testing.assert_allclose(theirs[~negative], right[~negative])
    assert theirs.min() < 0 < right.min()


EVERY_BLOCK = pytest.mark.parametrize(
    "make",
    [*BLOCKS.values(), lambda: PReLU(in_channels=3), lambda: Maxout(4, 3)],
    ids=[*BLOCKS, "prelu channels", "maxout"],
)


@EVERY_BLOCK
def test_a_block_computes_the_same_once_compiled(make):
    block, x = make(), numbers("float32")
    block.initialize(mx.init.Xavier())
    eager = results(block, x)
    block.hybridize()
    for result, expected in zip(results(block, x), eager, strict=True):
        assert_close(result, expected)


@EVERY_BLOCK
def test_a_block_works_on_another_context(make):
    block, x = make(), numbers("float32").as_in_ctx(mx.cpu(1))
    block.initialize(ctx=mx.cpu(1))
    assert {array.ctx for array in results(block, x)} == {mx.cpu(1)}


@EVERY_BLOCK
def test_a_block_says_what_it_is(make):
    assert repr(make()).startswith(f"{type(make()).__name__}(")


def test_options_are_in_the_representation():
    assert repr(LeakyReLU(0.2)) == "LeakyReLU(alpha=0.2)"
    assert repr(PReLU(in_channels=3)) == "PReLU(in_channels=3)"
    assert repr(Maxout(4, 3)) == "Maxout(4, num_pieces=3)"
    assert repr(SELU()) == "SELU()"


def test_a_slope_is_learned():
    block, x = PReLU(), np.array([-2.0, 3.0, -1.0])
    block.initialize()
    assert_close(block(x), [-0.5, 3, -0.25])
    gradient(block, x)
    assert_close(block.alpha.grad(), [-3.0])


def test_slopes_are_by_channel():
    block = PReLU(in_channels=2)
    block.initialize()
    block.alpha.set_data(np.array([0.5, 0.1]))
    assert_close(block(-np.ones((1, 2, 2))), [[[-0.5] * 2, [-0.1] * 2]])


def test_maxout_is_the_maximum_of_its_pieces():
    block = Maxout(num_units=5, num_pieces=3)
    block.initialize(mx.init.Normal(1))
    x = numbers("float32", (4, 2, 3))
    result = block(x)
    W = block.pieces.weight.data().asnumpy().astype("float64")
    b = onp.arange(15.0)
    block.pieces.bias.set_data(np.array(b))
    pieces = x.asnumpy().reshape(4, 6) @ W.T
    assert_close(result, pieces.reshape(4, 5, 3).max(axis=-1), 1e-5)
    expected = (pieces + b).reshape(4, 5, 3).max(axis=-1)
    assert_close(block(x), expected, 1e-5)


def test_one_piece_of_maxout_is_a_dense_layer():
    block, x = Maxout(4, num_pieces=1), numbers("float32", (2, 3))
    block.initialize()
    assert_close(block(x), block.pieces(x))


def test_maxout_learns_through_its_largest_piece():
    block = Maxout(1, 2, in_units=2)
    block.initialize()
    block.pieces.weight.set_data(np.array([[1.0, 0], [0, 1]]))
    assert_close(gradient(block, np.array([[2.0, 1.0]])), [[1, 0]])
    assert_close(block.pieces.weight.grad(), [[2, 1], [0, 0]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LeakyReLU(-0.1), "alpha is a number from 0, not -0.1"),
        (lambda: ELU(float("nan")), "alpha is a number from 0, not nan"),
        (lambda: PReLU(in_channels=0), "in_channels is 1 or more, not 0"),
        (lambda: Maxout(0), "num_units is 1 or more, not 0"),
        (lambda: Maxout(2, 1.5), "num_pieces is a whole number, not 1.5"),
        (lambda: Maxout(2, in_units=-1), "in_units is 0 or more, not -1"),
    ],
)
def test_an_option_outside_its_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 4, 3)])
def test_prelu_refuses_another_number_of_channels(shape):
    block = PReLU(in_channels=3)
    block.initialize()
    with pytest.raises(ValueError, match=r"3 slopes.*of shape \("):
        block(np.ones(shape))


# By name.


@pytest.mark.parametrize("name", [*ACTIVATIONS, *FUSED])
def test_a_name_makes_a_new_block_of_that_function(name):
    block = make_activation(name)
    block.initialize()
    assert block is not make_activation(name)
    if name in ACTIVATIONS:
        x = numbers("float32")
        assert_close(block(x), ACTIVATIONS[name].function(x))


def test_fused_functions_are_left_to_gluon():
    assert {type(make_activation(name)) for name in FUSED} == {nn.Activation}
    assert {name: type(make_activation(name)) for name in BLOCKS} == BLOCKS


@pytest.mark.parametrize("name", ["rleu", "", None, "ReLU"])
def test_an_unknown_name_is_refused_with_those_that_are_known(name):
    with pytest.raises(ValueError, match="is not known") as refused:
        make_activation(name)
    assert repr(name) in str(refused.value)
    for known in (*ACTIVATIONS, *FUSED):
        assert known in str(refused.value)
