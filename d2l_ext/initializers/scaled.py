r"""Weights whose variance follows from the size of the layer."""

from __future__ import annotations

import math
from typing import Any

from d2l_ext.initializers.fans import Shape, fans
from d2l_ext.validate import positive

import mxnet as mx
import numpy as onp
from mxnet import np

DISTRIBUTIONS = ("normal", "uniform")


class _VarianceScaling(mx.init.Initializer):
    """Draws independent weights, whose variance a subclass gives.

    Parameters
    ----------
    distribution : {'normal', 'uniform'}
        What they are drawn from; the variance is the same.

    Raises
    ------
    ValueError
        If ``distribution`` is another one.
    """

    def __init__(self, distribution: str = "normal") -> None:
        super().__init__(distribution=distribution)
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"distribution={distribution!r} is not known; use one of: "
                + ", ".join(DISTRIBUTIONS)
            )
        self.distribution = distribution

    def variance(self, shape: Shape) -> float:
        """Returns the variance of the entries of a weight of that shape."""
        raise NotImplementedError

    def _init_weight(self, name: str, weight: Any) -> None:
        std = math.sqrt(self.variance(weight.shape))
        if self.distribution == "normal":
            values = np.random.normal(0, std, weight.shape, ctx=weight.ctx)
        else:
            bound = math.sqrt(3) * std
            values = np.random.uniform(
                -bound, bound, weight.shape, ctx=weight.ctx
            )
        weight[:] = values.astype(weight.dtype)


@mx.init.register
class Glorot(_VarianceScaling):
    r"""Variance :math:`2 / (n_{in} + n_{out})`, also called Xavier.

    A compromise between :math:`1 / n_{in}`, which keeps the variance of a
    linear layer's outputs, and :math:`1 / n_{out}`, which keeps that of its
    gradients. MXNet's ``Xavier()`` has the same variance, and is uniform.

    Parameters
    ----------
    distribution : {'normal', 'uniform'}
        What weights are drawn from.

    Raises
    ------
    ValueError
        If ``distribution`` is another one or, when weights are drawn, if one
        has fewer than two dimensions.

    Source: Glorot and Bengio (2010), equations 12 and 16.
    """

    def variance(self, shape: Shape) -> float:
        """Returns the variance of the entries of a weight of that shape."""
        return 2 / sum(fans(shape))


@mx.init.register
@mx.init.alias("glorot_in")
class LeCun(_VarianceScaling):
    r"""Variance :math:`1 / n_{in}`.

    It keeps the variance of a linear layer's outputs. It is also the variant
    of Glorot's that looks at fan-in only, and MXNet knows it by either name:
    ``'lecun'`` and ``'glorot_in'``.

    Parameters
    ----------
    distribution : {'normal', 'uniform'}
        What weights are drawn from.

    Raises
    ------
    ValueError
        If ``distribution`` is another one or, when weights are drawn, if one
        has fewer than two dimensions.

    Source: LeCun et al. (1998), section 4.6.
    """

    def variance(self, shape: Shape) -> float:
        """Returns the variance of the entries of a weight of that shape."""
        fan_in, _ = fans(shape)
        return 1 / fan_in


@mx.init.register
class He(_VarianceScaling):
    r"""Variance :math:`2 / n_{in}`, for layers that a ReLU follows.

    The ReLU halves the mean square, and the 2 makes up for it. MXNet's
    ``MSRAPrelu(factor_type='in', slope=0)`` has the same variance; with its
    default options it does not.

    Parameters
    ----------
    distribution : {'normal', 'uniform'}
        What weights are drawn from.
    slope : float
        That of a leaky ReLU for negative inputs, :math:`a`: the variance is
        :math:`2 / ((1 + a^2) n_{in})`.

    Raises
    ------
    ValueError
        If an option is outside its range or, when weights are drawn, if one
        has fewer than two dimensions.

    Source: He et al. (2015), equations 10 and 15.
    """

    def __init__(
        self, distribution: str = "normal", slope: float = 0.0
    ) -> None:
        super().__init__(distribution)
        if not 0 <= slope < math.inf:
            raise ValueError(f"slope is a number from 0, not {slope!r}")
        self._kwargs["slope"] = self.slope = slope

    def variance(self, shape: Shape) -> float:
        """Returns the variance of the entries of a weight of that shape."""
        fan_in, _ = fans(shape)
        return 2 / ((1 + self.slope**2) * fan_in)


@mx.init.register
class Orthonormal(mx.init.Initializer):
    r"""A random matrix whose rows or columns are orthonormal.

    Its dimensions are the first one of the weight, and all others together.
    Whichever are fewer, rows or columns, are of length ``gain`` and at right
    angles, so that a square layer without activation keeps lengths both
    forward and backward. No direction is preferred. MXNet's own
    ``'orthogonal'`` multiplies by 1.414 by default.

    Parameters
    ----------
    gain : float
        The length, greater than 0: 1 for linear layers and tanh, sqrt(2) for
        ReLU.

    Raises
    ------
    ValueError
        If ``gain`` is not greater than 0 or, when weights are drawn, if one
        has fewer than two dimensions.

    Source: Saxe, McClelland and Ganguli (2014), section 3.
    """

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__(gain=gain)
        self.gain = positive("gain", gain)

    def _init_weight(self, name: str, weight: Any) -> None:
        fans(weight.shape)  # refuses a vector
        num_rows = weight.shape[0]
        num_columns = math.prod(weight.shape[1:])
        tall = max(num_rows, num_columns), min(num_rows, num_columns)
        normal = np.random.normal(0, 1, tall, ctx=weight.ctx)
        Q, R = onp.linalg.qr(normal.asnumpy().astype("float64"))
        # Signs are the algorithm's choice; this way all Q are equally likely.
        Q = Q * onp.sign(onp.diag(R))
        if num_rows < num_columns:
            Q = Q.T
        values = self.gain * Q.reshape(weight.shape)
        weight[:] = values.astype(weight.dtype)
