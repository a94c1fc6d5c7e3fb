"""The small MobileNet: parameters, shapes, the width multiplier."""

from d2l_ext.networks import small_mobilenet
from d2l_ext.networks.resnet import num_weight_layers

import pytest
from measuring import initialized, shapes, sizes
from mxnet import np


def images(m=2, size=8):
    return np.random.uniform(size=(m, 1, size, size))


def by_hand(widths):
    before = widths[0]
    total = 9 * before + 2 * before
    for width in widths[1:]:
        total += 9 * before + before * width + 2 * before + 2 * width
        before = width
    return total + (before + 1) * 10


@pytest.mark.parametrize(
    ("width_multiplier", "widths"),
    [
        (1, (16, 32, 64, 64, 128, 128)),
        (0.5, (8, 16, 32, 32, 64, 64)),
        (1.3, (21, 42, 83, 83, 166, 166)),
    ],
)
def test_it_has_as_many_parameters_as_by_hand(width_multiplier, widths):
    net = small_mobilenet(width_multiplier=width_multiplier)
    assert sizes(initialized(net, images())) == by_hand(widths)


@pytest.mark.parametrize("size", [4, 8, 28])
def test_two_blocks_halve_height_and_width(size):
    X = images(size=size)
    half = (size + 1) // 2
    quarter = (half + 1) // 2
    assert shapes(initialized(small_mobilenet(), X), X) == [
        (16, size, size),
        (32, size, size),
        (64, half, half),
        (64, half, half),
        (128, quarter, quarter),
        (128, quarter, quarter),
        (128, 1, 1),
        (10,),
    ]


def test_layers_are_counted():
    assert num_weight_layers(small_mobilenet()) == 1 + 2 * 5 + 1


def test_it_compiles_as_written(assert_compiled_as_written):
    net = initialized(small_mobilenet(), images(8))
    assert_compiled_as_written(net, images(8), tolerance=1e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_classes": 0}, "num_classes is 1 or more, not 0"),
        ({"width_multiplier": 0}, "width_multiplier is a number above 0"),
        ({"width_multiplier": 0.01}, "leaves no channel of 16"),
    ],
)
def test_sizes_outside_their_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        small_mobilenet(**options)
