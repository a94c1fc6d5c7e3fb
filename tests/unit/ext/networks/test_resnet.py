"""Residual networks: parameters, shapes and layers, as by hand."""

from d2l_ext.engine.hooks import blocks
from d2l_ext.layers.residual import Residual, zero_residual
from d2l_ext.networks.resnet import (
    num_weight_layers,
    resnet18,
    small_resnet,
    stem,
)

import mxnet as mx
import pytest
from measuring import initialized, shapes, sizes
from mxnet import np
from mxnet.gluon import nn


def images(m=2, size=28, channels=1, ctx=None):
    return np.random.uniform(size=(m, channels, size, size), ctx=ctx)


@pytest.mark.parametrize(
    ("options", "channels", "expected"),
    [
        ({"use_bias": True}, 1, 11_178_378),
        ({}, 1, 11_173_578),
        ({"use_bias": False}, 3, 11_173_578 + 2 * 49 * 64),
        ({"num_classes": 3}, 1, 11_173_578 - 7 * 513),
    ],
)
def test_resnet18_has_as_many_parameters_as_the_reference(
    options, channels, expected
):
    X = images(1, 32, channels)
    assert sizes(initialized(resnet18(**options), X)) == expected


@pytest.mark.parametrize(
    ("size", "widths"), [(96, (24, 24, 12, 6, 3)), (224, (56, 56, 28, 14, 7))]
)
def test_each_stage_of_resnet18_after_the_first_halves_the_size(size, widths):
    X = images(1, size)
    net = initialized(resnet18(), X)
    expected = [
        (channels, width, width)
        for channels, width in zip(
            (64, 64, 128, 256, 512), widths, strict=True
        )
    ]
    assert shapes(net, X) == [*expected, (512, 1, 1), (10,)]


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (resnet18(), 18),
        *((small_resnet(depth), depth) for depth in (8, 14, 20, 56)),
        *((small_resnet(depth, residual=False), depth) for depth in (8, 20)),
        (stem(), 1),
    ],
)
def test_layers_are_counted_without_projections(net, expected):
    assert num_weight_layers(net) == expected


def test_three_of_the_eight_blocks_of_resnet18_project():
    found = [
        block.projection is not None
        for stage in resnet18()[1:5]
        for block in stage
    ]
    assert found == [False, False, *[True, False] * 3]


@pytest.mark.parametrize(
    ("depth", "residual", "channels", "expected"),
    [
        (8, True, (8, 16, 32), 19_714),
        (8, False, (8, 16, 32), 19_714 - (8 * 16 + 16 * 32)),
        (20, True, (8, 16, 32), 68_546),
        (20, False, (8, 16, 32), 67_906),
        (56, True, (8, 16, 32), 215_042),
        (20, True, (16, 32, 64), 271_994),
    ],
)
def test_small_networks_have_as_many_parameters_as_by_hand(
    depth, residual, channels, expected
):
    X = images(1, 16)
    net = initialized(small_resnet(depth, residual, channels), X)
    assert sizes(net) == expected == by_hand(depth, residual, channels)


def by_hand(depth, residual, channels):
    """Adds up 3x3 convolutions, two numbers a norm, shortcuts, scores."""
    before = channels[0]
    total = 9 * before + 2 * before
    for width in channels:
        num_convs = (depth - 2) // 3
        total += 9 * width * (before + (num_convs - 1) * width)
        total += 2 * width * num_convs
        if residual and width != before:
            total += before * width
        before = width
    return total + (before + 1) * 10


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("size", [8, 16, 28, 33])
def test_small_networks_halve_the_size_twice(residual, size):
    X = images(2, size)
    net = initialized(small_resnet(8, residual, (4, 6, 10)), X)
    half = (size + 1) // 2
    quarter = (half + 1) // 2
    assert shapes(net, X) == [
        (4, size, size),
        (4, size, size),
        (6, half, half),
        (10, quarter, quarter),
        (10, 1, 1),
        (10,),
    ]


def test_only_the_residual_one_has_shortcuts():
    for depth in (8, 20):
        num_blocks = (depth - 2) // 2
        for residual, expected in ((True, num_blocks), (False, 0)):
            found = [
                block
                for block in blocks(small_resnet(depth, residual))
                if isinstance(block, Residual)
            ]
            assert len(found) == expected


def test_with_zero_branches_a_first_stage_lets_all_pass():
    X = images()
    net = initialized(small_resnet(20), X)
    assert zero_residual(net) == 9
    first = net[0](X)
    assert (net[1](first) == first).all()


@pytest.mark.parametrize("depth", [2, 7, 9, 18, 0, -4])
def test_a_depth_that_blocks_do_not_make_lists_those_they_do(depth):
    message = r"depth is (1 or more|6n \+ 2 \(8, 14, 20.*56)"
    with pytest.raises(ValueError, match=message):
        small_resnet(depth)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: small_resnet(8.0), "depth is a whole number"),
        (lambda: small_resnet(8, channels=(8, 16)), "three widths, not 2"),
        (lambda: small_resnet(8, channels=(0, 8, 8)), "channels is 1 or more"),
        (lambda: small_resnet(8, channels=(8, 0, 8)), "channels is 1 or more"),
        (lambda: small_resnet(8, num_classes=0), "num_classes is 1 or more"),
        (lambda: resnet18(0), "num_classes is 1 or more"),
    ],
)
def test_other_sizes_are_whole_numbers_from_one(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize("residual", [True, False])
def test_a_compiled_network_computes_the_same(
    residual, ctx, assert_compiled_as_written
):
    X = images(4, 8, ctx=ctx)
    net = initialized(small_resnet(8, residual), X)
    assert_compiled_as_written(net, X, tolerance=5e-3)


def test_resnet18_compiles_as_written(assert_compiled_as_written):
    X = images(2, 64)
    net = initialized(resnet18(), X)
    assert isinstance(net, nn.HybridSequential)
    assert_compiled_as_written(net, X, tolerance=2e-2)
