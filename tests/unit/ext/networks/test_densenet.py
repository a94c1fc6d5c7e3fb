"""DenseNets: channels at each stage, parameters and sizes, as by hand."""

from d2l_ext.networks.densenet import densenet, small_densenet
from d2l_ext.networks.resnet import num_weight_layers, resnet18

import mxnet as mx
import pytest
from measuring import initialized, shapes, sizes
from mxnet import np


def images(m=2, size=28, ctx=None):
    return np.random.uniform(size=(m, 1, size, size), ctx=ctx)


def of_blocks(channels, growth_rate, num_convs, use_bias=False):
    """Returns the parameters behind the stem, added up by hand."""
    total, bias = 0, int(use_bias)
    for i, count in enumerate(num_convs):
        if i:
            half = channels // 2
            total += 2 * channels + (channels + bias) * half
            channels = half
        for _ in range(count):
            total += 2 * channels + (9 * channels + bias) * growth_rate
            channels += growth_rate
    return total + 2 * channels + (channels + 1) * 10


@pytest.mark.parametrize(
    ("use_bias", "expected"), [(False, 757_322), (True, 758_226)]
)
def test_densenet_has_as_many_parameters_as_by_hand(use_bias, expected):
    net = initialized(densenet(use_bias=use_bias), images(1, 32))
    of_stem = 49 * 64 + 2 * 64 + 64 * use_bias
    by_hand = of_stem + of_blocks(64, 32, (4, 4, 4, 4), use_bias)
    assert sizes(net) == expected == by_hand


def test_the_biases_of_densenet_are_as_many_as_its_channels():
    num_channels = 64 + 16 * 32 + 96 + 112 + 120
    assert num_channels == 758_226 - 757_322


@pytest.mark.parametrize(
    ("size", "widths"), [(96, (24, 12, 6, 3)), (224, (56, 28, 14, 7))]
)
def test_channels_grow_and_halve_as_in_the_reference(size, widths):
    X = images(1, size)
    expected, before = [(64, widths[0], widths[0])], widths[0]
    for width, grown, halved in zip(
        widths, (192, 224, 240, 248), (64, 96, 112, 120), strict=True
    ):
        if width != before:
            expected.append((halved, width, width))
        expected.append((grown, width, width))
        before = width
    last = (248, widths[-1], widths[-1])
    found = shapes(initialized(densenet(), X), X)
    assert found == [*expected, last, last, (248, 1, 1), (10,)]
    channels = [64, 192, 96, 224, 112, 240, 120, 248]
    assert [shape[0] for shape in found[:8]] == channels


def test_densenet_has_a_fifteenth_of_the_parameters_of_resnet18():
    X = images(1, 32)
    dense, residual = (
        sizes(initialized(make(), X)) for make in (densenet, resnet18)
    )
    assert 14 < residual / dense < 15


@pytest.mark.parametrize(
    ("options", "channels", "expected"),
    [
        ({}, (16, 8, (3, 3, 3)), 20_846),
        (
            {"growth_rate": 4, "num_convs": (2, 1), "channels": 6},
            (6, 4, (2, 1)),
            None,
        ),
    ],
)
def test_the_small_one_has_as_many_parameters_as_by_hand(
    options, channels, expected
):
    net = initialized(small_densenet(**options), images(1, 16))
    by_hand = 9 * channels[0] + of_blocks(*channels)
    assert sizes(net) == by_hand
    assert expected in (None, by_hand)


@pytest.mark.parametrize("size", [4, 16, 28])
def test_the_small_one_takes_small_images(size):
    X = images(2, size)
    half, quarter = size // 2, size // 4
    assert shapes(initialized(small_densenet(), X), X)[:6] == [
        (16, size, size),
        (40, size, size),
        (20, half, half),
        (44, half, half),
        (22, quarter, quarter),
        (46, quarter, quarter),
    ]


@pytest.mark.parametrize(
    ("make", "size", "enough"), [(densenet, 28, 29), (small_densenet, 3, 4)]
)
def test_too_small_an_image_is_named(make, size, enough):
    net = make()
    net.initialize()
    with pytest.raises(ValueError, match=r"halves height and width.*larger"):
        net(images(1, size))
    assert net(images(1, enough)).shape == (1, 10)


def test_layers_are_counted():
    assert num_weight_layers(densenet()) == 1 + 16 + 3 + 1
    assert num_weight_layers(small_densenet()) == 1 + 9 + 2 + 1


@pytest.mark.parametrize("make", [densenet, small_densenet])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"growth_rate": 0}, "growth_rate is 1 or more, not 0"),
        ({"num_convs": (4, 0)}, "num_convs is 1 or more, not 0"),
        ({"num_convs": ()}, "a number for each dense block"),
        ({"num_classes": 0}, "num_classes is 1 or more, not 0"),
    ],
)
def test_sizes_are_whole_numbers_from_one(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_a_stem_has_channels():
    with pytest.raises(ValueError, match="channels is 1 or more"):
        small_densenet(channels=0)


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_the_small_one_compiles_as_written(ctx, assert_compiled_as_written):
    X = images(4, 12, ctx=ctx)
    net = initialized(small_densenet(), X)
    assert_compiled_as_written(net, X, tolerance=5e-3)


def test_densenet_compiles_as_written(assert_compiled_as_written):
    X = images(4, 32)
    net = initialized(densenet(), X)
    assert_compiled_as_written(net, X, tolerance=2e-2)
