"""Separable convolutions: the formula, the counts, what is refused."""

from d2l_ext.diagnostics import layer_costs
from d2l_ext.initializers import Glorot, He, fans
from d2l_ext.layers import (
    DepthwiseConv2D,
    MobileNetBlock,
    SeparableConv2D,
    XceptionBlock,
    zero_residual,
)

import mxnet as mx
import numpy as onp
import pytest
from measuring import initialized, maps, sizes
from mxnet import np
from mxnet.gluon import nn


def kinds(net):
    return [type(layer).__name__ for layer in net]


def depthwise(X, weight, strides, padding):
    """Each channel with its filters, window by window, in float64."""
    num_filters, _, k, _ = weight.shape
    multiplier = num_filters // X.shape[1]
    X = onp.pad(X.astype("float64"), [(0, 0)] * 2 + [(padding, padding)] * 2)
    size = [(n - k) // strides + 1 for n in X.shape[2:]]
    Y = onp.zeros((len(X), num_filters, *size))
    for c, i, j in onp.ndindex(num_filters, *size):
        top, left = i * strides, j * strides
        window = X[:, c // multiplier, top : top + k, left : left + k]
        Y[:, c, i, j] = (window * weight[c, 0]).sum((1, 2))
    return Y


@pytest.mark.parametrize(
    ("kernel_size", "strides", "padding", "multiplier"),
    [
        (3, 1, None, 1),
        (3, 2, None, 1),
        (5, 1, None, 1),
        (3, 1, 0, 1),
        (2, 1, 0, 2),
        (1, 1, None, 3),
    ],
)
def test_depthwise_is_its_formula(kernel_size, strides, padding, multiplier):
    X = maps(channels=4, size=7)
    net = DepthwiseConv2D(
        4, kernel_size, strides, padding=padding, multiplier=multiplier
    )
    initialized(net, X)
    assert net.weight.shape == (4 * multiplier, 1, kernel_size, kernel_size)
    net.bias.set_data(np.arange(4.0 * multiplier))
    used = kernel_size // 2 if padding is None else padding
    weight = net.weight.data().asnumpy().astype("float64")
    expected = depthwise(X.asnumpy(), weight, strides, used)
    expected += onp.arange(4 * multiplier).reshape(-1, 1, 1)
    onp.testing.assert_allclose(net(X).asnumpy(), expected, atol=1e-5)


def test_no_output_sees_two_channels():
    X = maps(channels=4)
    net = initialized(DepthwiseConv2D(4), X)
    changed = X.copy()
    changed[:, 2] += 1
    differs = abs(net(changed) - net(X)).max(axis=(0, 2, 3)) > 0
    assert differs.tolist() == [False, False, True, False]


def test_separable_is_a_convolution_whose_filters_are_products():
    X = maps(channels=4, size=7)
    net = initialized(SeparableConv2D(6, in_channels=4, strides=2), X)
    spatial = net.depthwise.weight.data()[:, 0]  # (c, k, k)
    mixing = net.pointwise.weight.data()[:, :, 0, 0]  # (c', c)
    plain = nn.Conv2D(6, 3, strides=2, padding=1, in_channels=4)
    plain.initialize()
    plain.weight.set_data(mixing[:, :, None, None] * spatial[None])
    onp.testing.assert_allclose(
        net(X).asnumpy(), plain(X).asnumpy(), atol=1e-5
    )
    assert net.depthwise.bias is None


# 4 channels to 6, in windows of 3x3.
SEPARABLE = 4 * 9 + 4 * 6


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (DepthwiseConv2D(4), 4 * 9 + 4),
        (DepthwiseConv2D(4, 5, multiplier=2, use_bias=False), 2 * 4 * 25),
        (SeparableConv2D(6, in_channels=4), SEPARABLE + 6),
        (SeparableConv2D(6, in_channels=4, use_bias=False), SEPARABLE),
        (MobileNetBlock(6, in_channels=4), SEPARABLE + 2 * 4 + 2 * 6),
        (MobileNetBlock(6, in_channels=4, norm=None), SEPARABLE + 4 + 6),
        (
            XceptionBlock(6, in_channels=4),
            SEPARABLE + 6 * 9 + 6 * 6 + 2 * 2 * 6 + 4 * 6,
        ),
        (
            XceptionBlock(4, in_channels=4, num_convs=3),
            3 * (4 * 9 + 4 * 4 + 2 * 4),
        ),
        (
            XceptionBlock(4, 2, in_channels=4, num_convs=1, norm=None),
            4 * 9 + 4 * 4 + 4 + 4 * 4 + 4,
        ),
    ],
)
def test_parameters_are_as_many_as_by_hand(net, expected):
    assert sizes(initialized(net, maps(channels=4))) == expected


@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("channels", [8, 64])
def test_weights_and_multiply_adds_fall_by_the_ratio(kernel_size, channels):
    X = maps(channels=16)
    separable = SeparableConv2D(
        channels, kernel_size, in_channels=16, use_bias=False
    )
    plain = nn.Conv2D(
        channels, kernel_size, padding=kernel_size // 2, use_bias=False
    )
    ours, whole = (
        layer_costs(initialized(net, X), X)[["parameters", "multiply_adds"]]
        .sum()
        .to_numpy()
        for net in (separable, plain)
    )
    assert whole[1] == 36 * 16 * channels * kernel_size**2
    expected = 1 / channels + 1 / kernel_size**2
    onp.testing.assert_allclose(ours / whole, expected, rtol=1e-12)


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("size", [4, 7, 8])
@pytest.mark.parametrize("block", [MobileNetBlock, XceptionBlock])
def test_a_stride_divides_height_and_width(block, size, strides):
    X = maps(channels=4, size=size)
    net = initialized(block(6, strides, in_channels=4), X)
    out = -(-size // strides)
    assert net(X).shape == (2, 6, out, out)


def test_layers_stand_in_the_order_of_the_papers():
    unit = ["BatchNorm", "Activation"]
    mobile = kinds(MobileNetBlock(6, in_channels=4).layers)
    assert mobile == ["DepthwiseConv2D", *unit, "Conv2D", *unit]
    unit = ["Activation", "SeparableConv2D", "BatchNorm"]
    assert kinds(XceptionBlock(6, in_channels=4).branch) == unit * 2
    shrinking = XceptionBlock(4, 2, in_channels=4, num_convs=3)
    assert kinds(shrinking.branch) == [*unit * 3, "MaxPool2D"]


def test_xception_projects_only_where_shapes_change():
    assert XceptionBlock(4, in_channels=4).projection is None
    for channels, strides in ((4, 2), (6, 1), (6, 2)):
        block = XceptionBlock(channels, strides, in_channels=4)
        assert isinstance(block.projection, nn.Conv2D)


def test_an_xception_block_can_start_as_the_identity():
    X = maps(channels=4)
    net = initialized(XceptionBlock(4, in_channels=4), X)
    assert (net(X) != X).any()
    zero_residual(net)
    assert (net(X) == X).all()


def test_glorot_draws_depthwise_weights_too_small_and_he_does_not():
    shape = (64, 1, 3, 3)
    assert fans(shape) == (9, 64 * 9)
    of_one_channel = 2 / (9 + 9)
    assert Glorot().variance(shape) < of_one_channel / 30
    assert He().variance(shape) == 2 / 9


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize(
    "make",
    [
        lambda: DepthwiseConv2D(4),
        lambda: SeparableConv2D(6, in_channels=4),
        lambda: MobileNetBlock(6, 2, in_channels=4),
        lambda: XceptionBlock(6, 2, in_channels=4),
    ],
)
def test_a_compiled_block_computes_the_same(
    make, ctx, assert_compiled_as_written
):
    X = maps(channels=4, ctx=ctx)
    net = initialized(make(), X)
    assert net(X).ctx == ctx
    assert_compiled_as_written(net, X, tolerance=2e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DepthwiseConv2D(0), "in_channels is 1 or more, not 0"),
        (lambda: DepthwiseConv2D(4, 0), "kernel_size is 1 or more, not 0"),
        (lambda: DepthwiseConv2D(4, (3, 3)), "kernel_size is a whole number"),
        (lambda: DepthwiseConv2D(4, strides=0), "strides is 1 or more"),
        (lambda: DepthwiseConv2D(4, padding=-1), "padding is 0 or more"),
        (lambda: DepthwiseConv2D(4, multiplier=0), "multiplier is 1 or more"),
        (lambda: SeparableConv2D(0, in_channels=4), "channels is 1 or more"),
        (lambda: MobileNetBlock(0, in_channels=4), "channels is 1 or more"),
        (lambda: XceptionBlock(1.5, in_channels=4), "channels is a whole"),
        (lambda: XceptionBlock(4, 0, in_channels=4), "strides is 1 or more"),
        (
            lambda: XceptionBlock(4, in_channels=4, num_convs=0),
            "num_convs is 1 or more",
        ),
    ],
)
def test_sizes_are_whole_numbers_from_one(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("shape", [(2, 8, 5, 5), (2, 2, 5, 5), (2, 4)])
@pytest.mark.parametrize(
    "make",
    [
        lambda: DepthwiseConv2D(4),
        lambda: SeparableConv2D(6, in_channels=4),
        lambda: MobileNetBlock(6, in_channels=4),
        lambda: XceptionBlock(6, 2, in_channels=4),
    ],
)
def test_other_channels_are_refused(make, shape, compiled):
    net = make()
    net.initialize()
    if compiled and not isinstance(net, (DepthwiseConv2D, XceptionBlock)):
        return  # a compiled graph has no shapes to look at
    net.hybridize(compiled)
    with pytest.raises(ValueError, match=r"each of 4 channels, \(m, 4, h, w"):
        net(np.ones(shape))
