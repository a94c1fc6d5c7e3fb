"""The small Xception: parameters, shapes, shortcuts."""

from d2l_ext.layers import zero_residual
from d2l_ext.networks import small_xception
from d2l_ext.networks.resnet import num_weight_layers

import pytest
from measuring import initialized, shapes, sizes
from mxnet import np


def images(m=2, size=8):
    return np.random.uniform(size=(m, 1, size, size))


def separable(before, width):
    """Adds up a separable convolution and its norm."""
    return 9 * before + before * width + 2 * width


def by_hand(channels, num_middle):
    a, b, c, d = channels
    total = 9 * a + 2 * a
    total += separable(a, b) + separable(b, b) + a * b
    total += separable(b, c) + separable(c, c) + b * c
    total += num_middle * 3 * separable(c, c)
    return total + separable(c, d) + (d + 1) * 10


@pytest.mark.parametrize(
    ("channels", "num_middle"),
    [((16, 32, 64, 128), 1), ((16, 32, 64, 128), 0), ((4, 6, 8, 10), 2)],
)
def test_it_has_as_many_parameters_as_by_hand(channels, num_middle):
    net = small_xception(channels=channels, num_middle=num_middle)
    expected = by_hand(channels, num_middle)
    assert sizes(initialized(net, images())) == expected
    num_convs = 4 + 3 * num_middle + 1
    assert num_weight_layers(net) == 1 + 2 * num_convs + 1


@pytest.mark.parametrize("size", [4, 8, 28])
def test_two_blocks_halve_height_and_width(size):
    X = images(size=size)
    half = (size + 1) // 2
    quarter = (half + 1) // 2
    assert shapes(initialized(small_xception(), X), X) == [
        (16, size, size),
        (32, half, half),
        (64, quarter, quarter),
        (64, quarter, quarter),
        (128, quarter, quarter),
        (128, 1, 1),
        (10,),
    ]


def test_the_middle_can_start_as_the_identity():
    X = images()
    net = initialized(small_xception(), X)
    maps = net[2](net[1](net[0](X)))
    assert zero_residual(net[3]) == 1
    assert (net[3](maps) == maps).all()


def test_it_compiles_as_written(assert_compiled_as_written):
    net = initialized(small_xception(), images(8))
    assert_compiled_as_written(net, images(8), tolerance=2e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_classes": 0}, "num_classes is 1 or more, not 0"),
        ({"channels": (8, 8, 8)}, "four widths, not 3"),
        ({"channels": (8, 8, 8, 0)}, "channels is 1 or more, not 0"),
        ({"num_middle": -1}, "num_middle is 0 or more, not -1"),
    ],
)
def test_sizes_outside_their_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        small_xception(**options)
