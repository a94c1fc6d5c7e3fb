"""The Inception block: its paths, its parameters, what is refused."""

from d2l_ext.layers import InceptionBlock

import mxnet as mx
import numpy as onp
import pytest
from measuring import initialized, maps, sizes
from mxnet.gluon import nn

#: 3, 5, 2 and 4 channels, of 8.
CHANNELS = (3, (4, 5), (3, 2), 4)
WEIGHTS = 8 * 3 + 8 * 4 + 9 * 4 * 5 + 8 * 3 + 25 * 3 * 2 + 8 * 4
FILTERS = 3 + 4 + 5 + 3 + 2 + 4


@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_outputs_of_all_paths_lie_behind_each_other(size):
    X = maps(size=size)
    net = initialized(InceptionBlock(*CHANNELS), X)
    Y = net(X)
    assert Y.shape == (2, 14, size, size)
    start = 0
    for path, channels in zip(
        (net.path1, net.path2, net.path3, net.path4), (3, 5, 2, 4), strict=True
    ):
        expected = path(X).asnumpy()
        assert expected.shape == (2, channels, size, size)
        found = Y[:, start : start + channels].asnumpy()
        onp.testing.assert_allclose(found, expected, atol=1e-6)
        start += channels


@pytest.mark.parametrize(
    ("norm", "expected"),
    [(None, WEIGHTS + FILTERS), (nn.BatchNorm, WEIGHTS + 2 * FILTERS)],
)
def test_parameters_are_as_many_as_by_hand(norm, expected):
    net = InceptionBlock(*CHANNELS, norm=norm)
    assert sizes(initialized(net, maps())) == expected


def test_the_block_of_the_paper_has_its_parameters():
    # Table 1, inception (3a) on 192 channels: 163,328 weights, 368 biases.
    net = InceptionBlock(64, (96, 128), (16, 32), 32)
    X = maps(1, 192, 4)
    assert sizes(initialized(net, X)) == 163_328 + 368
    assert net(X).shape == (1, 256, 4, 4)


def test_how_far_each_path_sees():
    X = maps(1, 2, 9)
    net = initialized(InceptionBlock(1, (1, 1), (1, 1), 1), X)
    reach = []
    for path in (net.path1, net.path2, net.path3, net.path4):
        # The sizes of the windows, the reach of each one added up.
        sizes = [
            layer._kwargs["kernel"][0]
            for layer in path
            if isinstance(layer, (nn.Conv2D, nn.MaxPool2D))
        ]
        reach.append(1 + sum(size - 1 for size in sizes))
    assert reach == [1, 3, 5, 3]


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize("norm", [None, nn.BatchNorm])
def test_a_compiled_block_computes_the_same(
    norm, ctx, assert_compiled_as_written
):
    X = maps(m=4, ctx=ctx)
    net = initialized(InceptionBlock(*CHANNELS, norm=norm), X)
    assert net(X).ctx == ctx
    assert_compiled_as_written(net, X, tolerance=2e-3)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ((0, (4, 5), (3, 2), 4), "c1 is 1 or more, not 0"),
        ((3, 4, (3, 2), 4), r"c2 is two numbers.*not 4"),
        ((3, (4, 5), (3, 2, 1), 4), r"c3 is two numbers.*not \(3, 2, 1\)"),
        ((3, (4, 0), (3, 2), 4), "c2 is 1 or more, not 0"),
        ((3, (4, 5), (1.5, 2), 4), "c3 is a whole number, not 1.5"),
        ((3, (4, 5), (3, 2), True), "c4 is a whole number"),
    ],
)
def test_channels_are_whole_numbers_from_one(channels, message):
    with pytest.raises(ValueError, match=message):
        InceptionBlock(*channels)
