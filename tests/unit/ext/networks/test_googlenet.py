"""The small GoogLeNet and its twin: parameters, shapes, work, as by hand."""

from d2l_ext.diagnostics import layer_costs
from d2l_ext.networks import small_googlenet

import pytest
from measuring import initialized, shapes, sizes
from mxnet import np

#: The channels in, and those of each path.
BLOCKS = (
    (16, 8, (8, 16), (4, 8), 8),
    (40, 16, (16, 24), (4, 12), 12),
    (64, 16, (16, 32), (8, 16), 16),
    (80, 24, (24, 48), (8, 24), 24),
)


def images(m=2, size=8):
    return np.random.uniform(size=(m, 1, size, size))


def weights(c, c1, c2, c3, c4):
    first = c1 + c2[0] + c3[0] + c4
    return c * first + 9 * c2[0] * c2[1] + 25 * c3[0] * c3[1]


def filters(_, c1, c2, c3, c4):
    return c1 + sum(c2) + sum(c3) + c4


def test_it_has_as_many_parameters_as_by_hand():
    by_hand = 9 * 16 + 2 * 16 + 121 * 10
    by_hand += sum(weights(*b) + 2 * filters(*b) for b in BLOCKS)
    assert sizes(initialized(small_googlenet(), images())) == by_hand
    three = small_googlenet(num_classes=3)
    assert sizes(initialized(three, images())) == by_hand - 121 * 7


@pytest.mark.parametrize("size", [4, 8, 28])
def test_each_stage_halves_height_and_width(size):
    X = images(size=size)
    half = (size + 1) // 2
    quarter = (half + 1) // 2
    assert shapes(initialized(small_googlenet(), X), X) == [
        (16, size, size),
        (16, half, half),
        (40, half, half),
        (64, half, half),
        (64, quarter, quarter),
        (80, quarter, quarter),
        (120, quarter, quarter),
        (120, 1, 1),
        (10,),
    ]


def test_each_block_of_the_twin_costs_as_much():
    X = images(size=16)
    ours = layer_costs(initialized(small_googlenet(), X), X)
    twin = layer_costs(initialized(small_googlenet(inception=False), X), X)
    assert len(twin) == 1 + 4 + 1
    positions = (64, 64, 16, 16)
    for block, size, work in zip(
        BLOCKS, positions, twin["multiply_adds"][1:5], strict=True
    ):
        assert work == pytest.approx(size * weights(*block), rel=0.03)
    assert twin["multiply_adds"].sum() == pytest.approx(
        ours["multiply_adds"].sum(), rel=0.02
    )


@pytest.mark.parametrize("inception", [True, False])
def test_it_compiles_as_written(inception, assert_compiled_as_written):
    net = initialized(small_googlenet(inception=inception), images(8))
    assert_compiled_as_written(net, images(8), tolerance=1e-2)


def test_classes_are_counted():
    with pytest.raises(ValueError, match="num_classes is 1 or more, not 0"):
        small_googlenet(0)
