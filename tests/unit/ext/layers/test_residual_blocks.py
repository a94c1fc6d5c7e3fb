"""Residual blocks: shapes, the sum, the identity, and what cannot be added."""

from d2l_ext.layers.residual import DenseResidual, zero_residual
from d2l_ext.layers.residual_blocks import (
    BasicBlock,
    BottleneckBlock,
    PreActivationBlock,
    basic_branch,
)

import mxnet as mx
import numpy as onp
import pytest
from measuring import initialized, maps, sizes
from mxnet import autograd, np
from mxnet.gluon import nn

CONVOLUTIONAL = pytest.mark.parametrize(
    "block", [BasicBlock, BottleneckBlock, PreActivationBlock]
)


def kinds(net):
    return [type(layer).__name__ for layer in net]


# By hand, of 8 channels: 9 * 8 * 8 a convolution of 3x3, 2 * 8 a norm.
CONV, NORM = 9 * 8 * 8, 2 * 8


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (BasicBlock(8), 2 * CONV + 2 * NORM),
        (BasicBlock(8, use_bias=True), 2 * CONV + 2 * NORM + 2 * 8),
        (BasicBlock(8, norm=None), 2 * CONV + 2 * 8),
        (BasicBlock(8, norm=None, use_bias=False), 2 * CONV),
        (BasicBlock(8, projection=True), 2 * CONV + 2 * NORM + 8 * 8),
        (BasicBlock(8, 2), 2 * CONV + 2 * NORM + 8 * 8),
        (BasicBlock(8, 2, use_bias=True), 2 * CONV + 2 * NORM + 64 + 3 * 8),
        (
            BottleneckBlock(8),
            8 * 2 + 9 * 2 * 2 + 2 * 8 + 2 * (2 + 2 + 8),
        ),
        (PreActivationBlock(8), 2 * CONV + 2 * NORM),
        (basic_branch(8), 2 * CONV + 2 * NORM),
        (DenseResidual(5, 8), 9 * 5 + 6 * 5 + 8 * 5),
        (DenseResidual(8), 2 * 9 * 8),
        (DenseResidual(8, norm=nn.BatchNorm), 2 * 8 * 8 + 2 * NORM),
    ],
)
def test_a_block_has_as_many_parameters_as_by_hand(net, expected):
    dense = isinstance(net, DenseResidual)
    X = np.random.normal(size=(3, 8)) if dense else maps()
    assert sizes(initialized(net, X)) == expected


@CONVOLUTIONAL
@pytest.mark.parametrize(
    ("channels", "strides", "options", "expected"),
    [
        (8, 1, {}, (2, 8, 7, 7)),
        (8, 2, {}, (2, 8, 4, 4)),
        (8, 3, {}, (2, 8, 3, 3)),
        (16, 1, {"in_channels": 8}, (2, 16, 7, 7)),
        (16, 1, {"projection": True}, (2, 16, 7, 7)),
        (16, 2, {"in_channels": 8}, (2, 16, 4, 4)),
        (4, 2, {"in_channels": 8, "norm": None}, (2, 4, 4, 4)),
    ],
)
def test_channels_and_stride_shape_the_output(
    block, channels, strides, options, expected
):
    net = block(channels, strides, **options)
    X = maps(size=7)
    assert initialized(net, X)(X).shape == expected


@CONVOLUTIONAL
def test_a_projection_is_there_only_where_shapes_change(block):
    assert block(8).projection is None
    assert block(8, in_channels=8).projection is None
    assert block(8, 1, projection=False).projection is None
    for options in (
        {"strides": 2},
        {"in_channels": 4},
        {"projection": True},
        {"strides": 2, "in_channels": 4},
    ):
        assert isinstance(block(8, **options).projection, nn.Conv2D)


def test_layers_stand_in_the_order_of_the_papers():
    unit = ["Conv2D", "BatchNorm"]
    basic = [*unit, "Activation", *unit]
    assert kinds(basic_branch(8)) == kinds(BasicBlock(8).branch) == basic
    assert kinds(BottleneckBlock(8).branch) == [*unit, "Activation", *basic]
    block = PreActivationBlock(8)
    assert kinds(block.preactivation) == ["BatchNorm", "Activation"]
    assert kinds(block.branch) == [*unit, "Activation", "Conv2D"]
    assert kinds(DenseResidual(3).branch) == ["Dense", "Activation", "Dense"]
    assert block.activation is None
    for with_relu in (BasicBlock(8), BottleneckBlock(8), DenseResidual(8)):
        assert with_relu.activation._act_type == "relu"


def test_the_stride_of_a_bottleneck_is_that_of_its_3x3():
    block = initialized(BottleneckBlock(8, 2), maps())
    strides = [
        layer._kwargs["stride"]
        for layer in block.branch
        if isinstance(layer, nn.Conv2D)
    ]
    assert strides == [(1, 1), (2, 2), (1, 1)]


@pytest.mark.parametrize("in_channels", [8, 4])
@pytest.mark.parametrize("block", [BasicBlock, BottleneckBlock])
def test_the_output_is_the_relu_of_branch_plus_shortcut(block, in_channels):
    X = maps(channels=in_channels)
    net = initialized(block(8, in_channels=in_channels), X)
    shortcut = X if in_channels == 8 else net.projection(X)
    expected = onp.maximum((net.branch(X) + shortcut).asnumpy(), 0)
    onp.testing.assert_allclose(net(X).asnumpy(), expected, atol=1e-5)
    assert (net(X) != np.maximum(net.branch(X), 0)).any()


@pytest.mark.parametrize("in_channels", [8, 4])
def test_preactivation_leaves_the_shortcut_clear(in_channels):
    X = maps(channels=in_channels)
    net = initialized(PreActivationBlock(8, in_channels=in_channels), X)
    activated = net.preactivation(X)
    shortcut = X if in_channels == 8 else net.projection(activated)
    expected = net.branch(activated) + shortcut
    onp.testing.assert_allclose(
        net(X).asnumpy(), expected.asnumpy(), atol=1e-5
    )
    assert (expected < 0).any()


# The identity.


def negative(X):
    return (X < 0).any()


@CONVOLUTIONAL
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("norm", [nn.BatchNorm, None])
def test_with_a_zero_branch_a_block_is_the_identity(block, training, norm):
    X = maps()
    net = initialized(block(8, norm=norm), X)
    assert abs(net(X) - X).max() > 0.1
    assert zero_residual(net) == 1
    with autograd.train_mode() if training else autograd.predict_mode():
        Y = net(X)
    # Basic and bottleneck blocks end in a ReLU, pre-activation ones do not.
    expected = X if block is PreActivationBlock else np.maximum(X, 0)
    assert (expected == Y).all()
    assert negative(X)


def test_the_gradient_of_a_zero_branch_passes_by_the_shortcut():
    X = maps()
    net = initialized(PreActivationBlock(8), X)
    zero_residual(net)
    X.attach_grad()
    with autograd.record():
        Y = net(X)
    Y.backward()
    assert (X.grad == 1).all()


# What cannot be added.


@CONVOLUTIONAL
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strides": 2}, r"\(m, 8, h, w\).*\(m, 8, h/2, w/2\).*projection"),
        ({"in_channels": 3}, r"\(m, 3, h, w\).*\(m, 8, h/1, w/1\)"),
    ],
)
def test_a_shortcut_that_needs_a_projection_is_refused(
    block, options, message
):
    with pytest.raises(ValueError, match=message):
        block(8, projection=False, **options)


@CONVOLUTIONAL
@pytest.mark.parametrize("channels", [1, 3])
def test_a_shortcut_that_turns_out_not_to_fit_is_named(block, channels):
    net = block(8)
    net.initialize()
    message = rf"\(2, 8, 6, 6\).*\(2, {channels}, 6, 6\).*projection=True"
    with pytest.raises(ValueError, match=message):
        net(maps(channels=channels))


@CONVOLUTIONAL
def test_a_compiled_block_does_not_copy_a_channel_to_all_others(block):
    net = nn.HybridSequential()
    net.add(block(8))
    net.initialize()
    net.hybridize()
    with pytest.raises((ValueError, mx.MXNetError)):
        net(maps(channels=1)).wait_to_read()


@CONVOLUTIONAL
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": 0}, "channels is 1 or more, not 0"),
        ({"channels": 8.0}, "channels is a whole number, not 8.0"),
        ({"channels": 8, "strides": 0}, "strides is 1 or more, not 0"),
        ({"channels": 8, "in_channels": -1}, "in_channels is 0 or more"),
    ],
)
def test_sizes_are_whole_numbers(block, options, message):
    with pytest.raises(ValueError, match=message):
        block(**options)


def test_other_sizes_are_checked():
    with pytest.raises(ValueError, match="multiple of 4, not 6"):
        BottleneckBlock(6)
    with pytest.raises(ValueError, match="units is 1 or more"):
        DenseResidual(0)
    with pytest.raises(ValueError, match="in_units is 0 or more"):
        DenseResidual(2, -1)


# Compiled.


@pytest.mark.parametrize(
    "net",
    [
        *(
            lambda block=block, options=options: block(8, **options)
            for block in (BasicBlock, BottleneckBlock, PreActivationBlock)
            for options in (
                {},
                {"strides": 2},
                {"in_channels": 8, "use_bias": True},
                {"norm": None},
            )
        ),
        lambda: DenseResidual(8, 6),
        lambda: DenseResidual(6, norm=nn.BatchNorm),
    ],
)
def test_a_compiled_block_computes_the_same(net, assert_compiled_as_written):
    net = net()
    dense = isinstance(net, DenseResidual)
    X = np.random.normal(size=(4, 6)) if dense else maps(m=4)
    assert_compiled_as_written(initialized(net, X), X, tolerance=1e-3)
