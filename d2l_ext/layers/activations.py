r"""Activation functions with their derivatives.

The functions take arrays of ``mxnet.np`` of any shape, and return one of the
same shape, type and context. They also take symbols, so that a block needs no
second version of its formula to be compiled. At a kink the derivative is the
one from the left, which is what Gluon's blocks give as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mxnet as mx
from mxnet import np

#: The constants of SELU, for which mean 0 and variance 1 are a fixed point.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _operators(x: Any) -> Any:
    """Returns where the operators for ``x``, array or symbol, live."""
    if isinstance(x, mx.sym.Symbol):
        return mx.sym
    if isinstance(x, np.ndarray):
        return mx
    raise TypeError(
        "an activation function takes an array of mxnet.np, not "
        f"{type(x).__module__}.{type(x).__name__}"
    )


def sigmoid(x: np.ndarray) -> np.ndarray:
    r""":math:`\sigma(x) = 1 / (1 + e^{-x})`, exact in both tails."""
    return _operators(x).npx.sigmoid(x)


def sigmoid_derivative(x: np.ndarray) -> np.ndarray:
    r""":math:`\sigma'(x) = \sigma(x) \, \sigma(-x) \le 1/4`."""
    return sigmoid(x) * sigmoid(-x)


def tanh(x: np.ndarray) -> np.ndarray:
    r""":math:`\tanh x = 2 \sigma(2x) - 1`, a sigmoid centered at zero."""
    return _operators(x).np.tanh(x)


def tanh_derivative(x: np.ndarray) -> np.ndarray:
    r""":math:`1 - \tanh^2 x = 4 \, \sigma'(2x) \le 1`."""
    # The second form: the first one cancels in the tails.
    return 4 * sigmoid_derivative(2 * x)


def relu(x: np.ndarray) -> np.ndarray:
    r""":math:`\max(x, 0)`."""
    return _operators(x).npx.relu(x)


def relu_derivative(x: np.ndarray) -> np.ndarray:
    """1 for positive x, else 0."""
    return (x > 0).astype(x.dtype)


def _negative_part(x: np.ndarray) -> np.ndarray:
    """min(x, 0), whose derivative at 0 is 1, where that of ReLU is 0."""
    return _operators(x).np.minimum(x, 0)


def leaky_relu(x: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    r""":math:`x` for positive x, else :math:`\alpha x`."""
    # A sum, and not `where`: forward and back that takes three times as long.
    return relu(x) + alpha * _negative_part(x)


def leaky_relu_derivative(x: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    r"""1 for positive x, else :math:`\alpha`."""
    return np.where(x > 0, np.ones_like(x), alpha * np.ones_like(x))


def prelu(x: np.ndarray, alpha: float | np.ndarray = 0.25) -> np.ndarray:
    r"""Leaky ReLU with a slope that is learned, :math:`\alpha`.

    An array ``alpha`` is broadcast to the shape of ``x``. The derivative by
    :math:`\alpha` is :math:`\min(x, 0)`.
    """
    return leaky_relu(x, alpha)


def prelu_derivative(
    x: np.ndarray, alpha: float | np.ndarray = 0.25
) -> np.ndarray:
    r"""1 for positive x, else :math:`\alpha`."""
    return leaky_relu_derivative(x, alpha)


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    r""":math:`x` for positive x, else :math:`\alpha (e^x - 1)`."""
    return relu(x) + alpha * _operators(x).np.expm1(_negative_part(x))


def elu_derivative(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    r"""1 for positive x, else :math:`\alpha e^x`."""
    tail = alpha * np.exp(np.minimum(x, 0))
    return np.where(x > 0, np.ones_like(x), tail)


def selu(x: np.ndarray) -> np.ndarray:
    r""":math:`\lambda \, \mathrm{ELU}(x; \alpha)`, with constants."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_derivative(x: np.ndarray) -> np.ndarray:
    r""":math:`\lambda` for positive x, else :math:`\lambda \alpha e^x`."""
    return SELU_SCALE * elu_derivative(x, SELU_ALPHA)


def _normal_cdf(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + _operators(x).npx.erf(x / math.sqrt(2)))


def gelu(x: np.ndarray) -> np.ndarray:
    r""":math:`x \, \Phi(x)` with the normal distribution function.

    This is the exact form, by the error function, and not the approximation
    by tanh.
    """
    return x * _normal_cdf(x)


def gelu_derivative(x: np.ndarray) -> np.ndarray:
    r""":math:`\Phi(x) + x \, \varphi(x)` with the normal density."""
    density = np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)
    return _normal_cdf(x) + x * density


def silu(x: np.ndarray) -> np.ndarray:
    r""":math:`x \, \sigma(x)`, also called Swish."""
    return x * sigmoid(x)


def silu_derivative(x: np.ndarray) -> np.ndarray:
    r""":math:`\sigma(x) \, (1 + x \, \sigma(-x))`."""
    return sigmoid(x) * (1 + x * sigmoid(-x))


@dataclass(frozen=True)
class Activation:
    """What a chapter needs to show an activation function.

    Attributes
    ----------
    name : str
        The name that :func:`d2l_ext.layers.make_activation` takes.
    function, derivative : callable
        From an array to one of the same shape.
    range : tuple of float
        The bounds of the function's values; some are reached, some are not.
    source : str
        The paper, in short.
    """

    name: str
    function: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray], np.ndarray]
    range: tuple[float, float]
    source: str


_INF = math.inf

#: The activation functions of the book that work entry by entry, by name.
ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation(
            *("sigmoid", sigmoid, sigmoid_derivative, (0.0, 1.0)),
            source="Rumelhart, Hinton and Williams (1986)",
        ),
        Activation(
            *("tanh", tanh, tanh_derivative, (-1.0, 1.0)),
            source="LeCun et al. (1998)",
        ),
        Activation(
            *("relu", relu, relu_derivative, (0.0, _INF)),
            source="Nair and Hinton (2010)",
        ),
        Activation(
            "leaky_relu",
            *(leaky_relu, leaky_relu_derivative, (-_INF, _INF)),
            source="Maas, Hannun and Ng (2013)",
        ),
        Activation(
            *("prelu", prelu, prelu_derivative, (-_INF, _INF)),
            source="He et al. (2015)",
        ),
        Activation(
            *("elu", elu, elu_derivative, (-1.0, _INF)),
            source="Clevert, Unterthiner and Hochreiter (2016)",
        ),
        Activation(
            *("selu", selu, selu_derivative),
            range=(-SELU_SCALE * SELU_ALPHA, _INF),
            source="Klambauer et al. (2017)",
        ),
        Activation(
            *("gelu", gelu, gelu_derivative),
            range=(-0.16997120747990369, _INF),  # at x = -0.75179
            source="Hendrycks and Gimpel (2016)",
        ),
        Activation(
            *("silu", silu, silu_derivative),
            range=(-0.27846454276107380, _INF),  # at x = -1.27846
            source="Elfwing, Uchibe and Doya (2018)",
        ),
    )
}
