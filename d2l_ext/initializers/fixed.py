"""Weights of one standard deviation, whatever the layer."""

from __future__ import annotations

from typing import Any

from d2l_ext.validate import positive

import mxnet as mx
from mxnet import np


class _FixedNormal(mx.init.Initializer):
    """Draws every weight from one normal distribution, whatever its shape."""

    def __init__(self, sigma: float) -> None:
        super().__init__(sigma=sigma)
        self.sigma = positive("sigma", sigma)

    def _init_weight(self, name: str, weight: Any) -> None:
        values = np.random.normal(0, self.sigma, weight.shape, ctx=weight.ctx)
        weight[:] = values.astype(weight.dtype)


@mx.init.register
@mx.init.alias("small_normal")
class SmallNormal(_FixedNormal):
    """The normal distribution of standard deviation 0.01.

    In a deep network, signals shrink with it from layer to layer.

    Parameters
    ----------
    sigma : float
        The standard deviation, greater than 0.

    Raises
    ------
    ValueError
        If ``sigma`` is not greater than 0.

    Source: Krizhevsky, Sutskever and Hinton (2012), section 5.
    """

    def __init__(self, sigma: float = 0.01) -> None:
        super().__init__(sigma)


@mx.init.register
@mx.init.alias("unit_normal")
class UnitNormal(_FixedNormal):
    """The standard normal distribution, which saturates a tanh.

    Parameters
    ----------
    sigma : float
        The standard deviation, greater than 0.

    Raises
    ------
    ValueError
        If ``sigma`` is not greater than 0.

    Source: Glorot and Bengio (2010), for what goes wrong.
    """

    def __init__(self, sigma: float = 1.0) -> None:
        super().__init__(sigma)
