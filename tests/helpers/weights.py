"""What the tests of initializers draw."""

from __future__ import annotations

from d2l_ext.initializers import (
    INITIALIZERS,
    Glorot,
    He,
    LeCun,
    Orthonormal,
    SmallNormal,
    UnitNormal,
)

import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn

DENSE, CONV = (300, 200), (64, 32, 5, 5)


#: (initializer, shape, variance by hand)
VARIANCES = [
    (SmallNormal(), DENSE, 0.01**2),
    (SmallNormal(0.03), CONV, 0.03**2),
    (UnitNormal(), DENSE, 1),
    (UnitNormal(), CONV, 1),
    (Glorot(), DENSE, 2 / 500),
    (Glorot(), CONV, 2 / (96 * 25)),
    (LeCun(), DENSE, 1 / 200),
    (LeCun(), CONV, 1 / (32 * 25)),
    (He(), DENSE, 2 / 200),
    (He(), CONV, 2 / (32 * 25)),
    (He(slope=0.5), DENSE, 2 / 1.25 / 200),
    (Glorot("uniform"), DENSE, 2 / 500),
    (LeCun("uniform"), CONV, 1 / (32 * 25)),
    (He("uniform"), DENSE, 2 / 200),
    (Orthonormal(), DENSE, 1 / 300),
    (Orthonormal(2), CONV, 4 / (32 * 25)),
]


EVERY_NAME = pytest.mark.parametrize("name", INITIALIZERS)


def drawn(initializer, shape, dtype="float32"):
    weight = np.full(shape, 7.0, dtype=dtype)
    initializer(mx.init.InitDesc("dense0_weight"), weight)
    return weight.asnumpy().astype("float64")


def small_net():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(6, 3, in_channels=2),
        nn.BatchNorm(in_channels=6),
        nn.Dense(5, in_units=6),
    )
    return net
