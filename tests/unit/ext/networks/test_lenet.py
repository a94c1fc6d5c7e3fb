"""LeNet is the one of the reference."""

from __future__ import annotations

from d2l_ext.networks import (
    lenet,
)

import pytest
from classic import images, initialized, kinds, layer_norm, sizes

# Without a norm: (weights + 1 for the bias) * units, layer by layer. The
# images of 28x28 are 24, 12, 8 and 4 wide on their way through LeNet.
LENET = 26 * 6 + 151 * 16 + 257 * 120 + 121 * 84 + 85 * 10


LENET_NORM = 6 + 16 + 120 + 84  # as many gammas, betas, means, variances


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (None, (LENET, 0)),
        ("batch", (LENET + 2 * LENET_NORM, 2 * LENET_NORM)),
        ("scratch", (LENET + 2 * LENET_NORM, 2 * LENET_NORM)),
        (layer_norm, None),
    ],
)
def test_lenet_has_as_many_parameters_as_by_hand(norm, expected):
    assert LENET == 44_426
    net = initialized(lenet(norm=norm), images())
    if expected is None:  # layer norm is by the last dimension: 24, 8, 120, 84
        expected = LENET + 2 * (24 + 8 + 120 + 84), 0
    assert sizes(net) == expected


@pytest.mark.parametrize("size", [16, 17, 32])
def test_lenet_takes_images_from_16_pixels(size):
    assert initialized(lenet(), images(size=size))(images(2, size)).size == 20


def test_lenets_layers_stand_in_order():
    assert kinds(lenet(norm="batch")) == [
        *("Conv2D", "BatchNorm", "Activation", "MaxPool2D"),
        *("Conv2D", "BatchNorm", "Activation", "MaxPool2D"),
        *("Dense", "BatchNorm", "Activation"),
        *("Dense", "BatchNorm", "Activation"),
        "Dense",
    ]
