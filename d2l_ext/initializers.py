r"""How weights are drawn before training.

Importing this module registers each initializer with MXNet, so that
``net.initialize(init='he')`` takes its name. Weights are drawn with mean zero;
biases and shifts start at zero and scales at one, as with MXNet's own.

With :math:`n_{in}` and :math:`n_{out}` (fan-in and fan-out) we count the
inputs of one output and the outputs of one input:

=================  ==========================================  =============
name               variance of a weight                        meant for
=================  ==========================================  =============
``small_normal``   :math:`0.01^2`                              comparison
``unit_normal``    :math:`1`                                   comparison
``glorot``         :math:`2 / (n_{in} + n_{out})`              tanh, sigmoid
``glorot_in``      :math:`1 / n_{in}`, which is LeCun's        tanh, SELU
``lecun``          :math:`1 / n_{in}`                          tanh, SELU
``he``             :math:`2 / n_{in}`                          ReLU
``orthonormal``    :math:`1 / \max(n_{in}, n_{out})`           deep, linear
=================  ==========================================  =============
"""

from __future__ import annotations

import math
from typing import Any

import mxnet as mx
import numpy as onp
from mxnet import np

Shape = tuple[int, ...]
DISTRIBUTIONS = ("normal", "uniform")


def fans(shape: Shape) -> tuple[int, int]:
    """Returns fan-in and fan-out of a weight.

    Parameters
    ----------
    shape : tuple of int
        (units, in_units) of a dense layer, or (channels, in_channels, kh, kw)
        of a convolution, with any number of kernel dimensions.

    Returns
    -------
    fan_in, fan_out : int
        For a convolution in_channels * kh * kw and channels * kh * kw. A
        strided convolution has fewer outputs for each input; as everywhere in
        the field that is not counted.

    Raises
    ------
    ValueError
        If the weight has fewer than two dimensions.
    """
    if len(shape) < 2:
        raise ValueError(
            "fan-in and fan-out need a weight of two or more dimensions "
            f"(units, in_units, ...), not one of shape {shape}"
        )
    kernel_size = math.prod(shape[2:])
    return shape[1] * kernel_size, shape[0] * kernel_size


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


class _FixedNormal(mx.init.Initializer):
    """Draws every weight from one normal distribution, whatever its shape."""

    def __init__(self, sigma: float) -> None:
        super().__init__(sigma=sigma)
        self.sigma = _positive("sigma", sigma)

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
        self.gain = _positive("gain", gain)

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


#: The initializers of the book, by the names that MXNet knows them by.
INITIALIZERS: dict[str, type[mx.init.Initializer]] = {
    "small_normal": SmallNormal,
    "unit_normal": UnitNormal,
    "glorot": Glorot,
    "glorot_in": LeCun,
    "lecun": LeCun,
    "he": He,
    "orthonormal": Orthonormal,
}


def make_initializer(name: str, **options: Any) -> mx.init.Initializer:
    """Returns an initializer of the book, by its name.

    Parameters
    ----------
    name : str
        A name in :data:`INITIALIZERS`.
    options
        Those of its class, such as ``distribution='uniform'``.

    Raises
    ------
    ValueError
        If the name or an option is not known, or an option is outside its
        range; the message lists what is known.
    """
    if name not in INITIALIZERS:
        raise ValueError(
            f"initializer {name!r} is not known; use one of: "
            + ", ".join(INITIALIZERS)
        )
    known = INITIALIZERS[name]()._kwargs
    unknown = sorted(options.keys() - known.keys())
    if unknown:
        raise ValueError(
            f"initializer {name!r} does not take {', '.join(unknown)}; its "
            "options are: " + ", ".join(known)
        )
    return INITIALIZERS[name](**options)


def _positive(name: str, value: float) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} is a number above 0, not {value!r}")
    return value
