"""Dense blocks: what is concatenated, and how transitions shrink it."""

from d2l_ext.layers.dense import DenseBlock, TransitionBlock

import mxnet as mx
import numpy as onp
import pytest
from measuring import initialized, sizes
from mxnet import np
from mxnet.gluon import nn


def maps(m=2, channels=3, size=6, ctx=None):
    return np.random.normal(size=(m, channels, size, size), ctx=ctx)


@pytest.mark.parametrize(
    ("num_convs", "growth_rate", "channels"),
    [(1, 1, 1), (2, 10, 3), (4, 32, 64)],
)
def test_a_dense_block_adds_the_growth_of_each_convolution(
    num_convs, growth_rate, channels
):
    X = maps(channels=channels)
    net = initialized(DenseBlock(num_convs, growth_rate), X)
    expected = channels + num_convs * growth_rate
    assert net(X).shape == (2, expected, 6, 6)


def test_its_input_comes_first_and_each_convolution_sees_all_before_it():
    X = maps()
    net = initialized(DenseBlock(3, 4), X)
    Y = net(X)
    assert (Y[:, :3] == X).all()
    for i, conv in enumerate(net.convs):
        end = 3 + 4 * i
        onp.testing.assert_allclose(
            conv(Y[:, :end]).asnumpy(),
            Y[:, end : end + 4].asnumpy(),
            atol=1e-5,
        )


def test_each_convolution_is_norm_relu_conv():
    conv = DenseBlock(1, 4).convs[0]
    kinds = [type(layer).__name__ for layer in conv]
    assert kinds == ["BatchNorm", "Activation", "Conv2D"]


@pytest.mark.parametrize("use_bias", [False, True])
def test_parameters_are_those_by_hand(use_bias):
    # 3, then 7 channels: two numbers each to normalize, 9 filters' weights.
    expected = 2 * (3 + 7) + 9 * 4 * (3 + 7) + (8 if use_bias else 0)
    net = initialized(DenseBlock(2, 4, use_bias), maps())
    assert sizes(net) == expected
    net = initialized(TransitionBlock(2, use_bias), maps())
    assert sizes(net) == 2 * 3 + 3 * 2 + (2 if use_bias else 0)


@pytest.mark.parametrize(
    ("size", "expected"), [(6, 3), (7, 3), (2, 1), (3, 1)]
)
def test_a_transition_halves_the_size(size, expected):
    X = maps(size=size)
    net = initialized(TransitionBlock(5), X)
    assert net(X).shape == (2, 5, expected, expected)


def test_a_transition_averages_what_its_convolution_gives():
    X = maps(size=4)
    net = initialized(TransitionBlock(5), X)
    Z = net.conv(X).asnumpy()
    expected = Z.reshape(2, 5, 2, 2, 2, 2).mean((3, 5))
    onp.testing.assert_allclose(net(X).asnumpy(), expected, atol=1e-5)


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize(
    "make", [lambda: DenseBlock(3, 4), lambda: TransitionBlock(2)]
)
def test_a_compiled_block_computes_the_same(
    make, ctx, assert_compiled_as_written
):
    X = maps(m=4, ctx=ctx)
    net = initialized(make(), X)
    assert net(X).ctx == ctx
    assert_compiled_as_written(net, X, tolerance=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DenseBlock(4, 0), "growth_rate is 1 or more, not 0"),
        (lambda: DenseBlock(4, 1.5), "growth_rate is a whole number, not 1.5"),
        (lambda: DenseBlock(0, 4), "num_convs is 1 or more, not 0"),
        (lambda: TransitionBlock(0), "channels is 1 or more, not 0"),
        (lambda: TransitionBlock(True), "channels is a whole number"),
    ],
)
def test_sizes_are_whole_numbers_from_one(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_image_too_small_to_be_halved_is_named():
    net = TransitionBlock(2)
    net.initialize()
    with pytest.raises(ValueError, match=r"\(2, 3, 1, 1\): use larger"):
        net(maps(size=1))


def test_both_can_stand_in_a_sequence():
    net = nn.HybridSequential()
    net.add(DenseBlock(2, 4), TransitionBlock(5))
    X = maps()
    assert initialized(net, X)(X).shape == (2, 5, 3, 3)
