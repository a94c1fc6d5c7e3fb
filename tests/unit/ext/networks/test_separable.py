"""The stack of separable convolutions and its plain twin."""

from d2l_ext.diagnostics import layer_costs
from d2l_ext.networks import separable_stack

import pytest
from measuring import initialized, shapes, sizes
from mxnet import np

CHANNELS = (32, 64, 64, 128, 64, 128)
HEAD = 129 * 32 + 33 * 10


def images(m=2, size=8, channels=1):
    return np.random.uniform(size=(m, channels, size, size))


def by_hand(separable, before):
    total = HEAD
    for channels in CHANNELS:
        total += channels
        total += (
            9 * before + before * channels
            if separable
            else 9 * before * channels
        )
        before = channels
    return total


@pytest.mark.parametrize(
    ("separable", "channels", "expected"),
    [(True, 1, 38_867), (False, 1, 281_706), (True, 3, None)],
)
def test_it_has_as_many_parameters_as_by_hand(separable, channels, expected):
    X = images(channels=channels)
    net = separable_stack(separable=separable, in_channels=channels)
    assert sizes(initialized(net, X)) == by_hand(separable, channels)
    assert expected in (None, by_hand(separable, channels))


@pytest.mark.parametrize("separable", [True, False])
@pytest.mark.parametrize("size", [4, 8, 28])
def test_height_and_width_are_halved_twice(separable, size):
    X = images(size=size)
    net = initialized(separable_stack(separable=separable), X)
    found = shapes(net, X)
    widths = [size] * 2 + [size // 2] * 2 + [size // 4] * 2
    expected = list(zip(CHANNELS, widths, widths, strict=True))
    convolutions = [found[i] for i in (0, 2, 5, 7, 10, 12)]
    assert convolutions == expected
    assert found[-4:] == [(128, 1, 1), (32,), (32,), (10,)]


def test_convolutions_need_the_part_of_the_work_that_the_ratio_says():
    X = images()
    ours, plain = (
        layer_costs(initialized(separable_stack(separable=s), X), X)
        for s in (True, False)
    )
    for i in range(6):
        both = ours[["parameters", "multiply_adds"]][2 * i : 2 * i + 2].sum()
        whole = plain[["parameters", "multiply_adds"]].iloc[i]
        ratio = 1 / CHANNELS[i] + 1 / 9
        expected = whole["multiply_adds"] * ratio
        assert both["multiply_adds"] == pytest.approx(expected)
        bias = CHANNELS[i]
        expected = (whole["parameters"] - bias) * ratio
        assert both["parameters"] - bias == pytest.approx(expected)


@pytest.mark.parametrize("separable", [True, False])
def test_it_compiles_as_written(separable, assert_compiled_as_written):
    net = initialized(separable_stack(separable=separable), images(8))
    assert_compiled_as_written(net, images(8), tolerance=1e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_classes": 0}, "num_classes is 1 or more, not 0"),
        ({"in_channels": 0}, "in_channels is 1 or more, not 0"),
    ],
)
def test_sizes_are_whole_numbers_from_one(options, message):
    with pytest.raises(ValueError, match=message):
        separable_stack(**options)
