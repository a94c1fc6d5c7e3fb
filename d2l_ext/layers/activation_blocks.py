"""Activation functions as blocks, and maxout, which is a layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from d2l_ext.layers.activations import (
    elu,
    gelu,
    leaky_relu,
    prelu,
    selu,
    silu,
)
from d2l_ext.validate import whole_number

from mxnet import gluon, init, np
from mxnet.gluon import nn


class _Elementwise(gluon.HybridBlock):
    """A block that applies an activation function to each entry."""

    def __repr__(self) -> str:
        alpha = getattr(self, "_alpha", None)
        options = "" if alpha is None else f"alpha={alpha}"
        return f"{type(self).__name__}({options})"


class LeakyReLU(_Elementwise):
    r"""Leaky ReLU: :math:`x` for positive x, else :math:`\alpha x`.

    Parameters
    ----------
    alpha : float
        The slope for negative x, 0 or more.

    Inputs: ``x`` of any shape.
    Outputs: an array of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``alpha`` is negative or no number.

    Source: Maas, Hannun and Ng (2013), section 2.
    """

    def __init__(self, alpha: float = 0.01, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._alpha = _require_slope(alpha)

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return leaky_relu(x, self._alpha)


class PReLU(gluon.HybridBlock):
    r"""Parametric ReLU: a leaky ReLU that learns its slope.

    Parameters
    ----------
    alpha_initializer : mxnet.init.Initializer
        Sets the slopes at first; by default to 0.25.
    in_channels : int
        1 for one slope that all entries share, or the size of dimension 1 of
        the input, for a slope a channel.

    Inputs: ``x`` of shape (m, in_channels, ...), or any with one slope.
    Outputs: an array of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``in_channels`` is not a whole number from 1 or, when called, not
        the number of channels of the input.

    Source: He et al. (2015), section 2.1.
    """

    def __init__(
        self,
        alpha_initializer: init.Initializer | None = None,
        in_channels: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._in_channels = whole_number("in_channels", in_channels)
        if alpha_initializer is None:
            alpha_initializer = init.Constant(0.25)
        with self.name_scope():
            self.alpha = self.params.get(
                "alpha", shape=(in_channels,), init=alpha_initializer
            )

    def forward(self, x: Any) -> Any:
        # Symbols have no shape; then MXNet checks once they get their values.
        if isinstance(x, np.ndarray) and self._in_channels > 1:
            self._require_channels(x)
        return super().forward(x)

    def hybrid_forward(self, F: Any, x: Any, alpha: Any) -> Any:
        if self._in_channels == 1:
            return prelu(x, alpha)
        # Slopes are broadcast along the last dimension.
        channels_last = F.np.swapaxes(x, 1, -1)
        return F.np.swapaxes(prelu(channels_last, alpha), 1, -1)

    def _require_channels(self, x: np.ndarray) -> None:
        if x.ndim < 2 or x.shape[1] != self._in_channels:
            raise ValueError(
                f"PReLU has {self._in_channels} slopes, one for each channel "
                f"in dimension 1, and got an input of shape {x.shape}"
            )

    def __repr__(self) -> str:
        return f"PReLU(in_channels={self._in_channels})"


class ELU(_Elementwise):
    r"""Exponential linear unit: :math:`\alpha (e^x - 1)` for negative x.

    Parameters
    ----------
    alpha : float
        Minus the limit for very negative x, 0 or more.

    Inputs: ``x`` of any shape.
    Outputs: an array of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``alpha`` is negative or no number.

    Source: Clevert, Unterthiner and Hochreiter (2016), equation 15.
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._alpha = _require_slope(alpha)

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return elu(x, self._alpha)


class SELU(_Elementwise):
    r"""Scaled exponential linear unit, with the constants of its paper.

    The gradient of Gluon 1.9.1's own ``nn.SELU`` is wrong for negative x: it
    is :math:`\lambda \, (f(x) + \alpha)` there, with one factor of
    :math:`\lambda` too many, and changes its sign.

    Inputs: ``x`` of any shape.
    Outputs: an array of the shape of ``x``.

    Source: Klambauer et al. (2017), equation 2.
    """

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return selu(x)


class GELU(_Elementwise):
    r"""Gaussian error linear unit, :math:`x \, \Phi(x)`, by erf.

    Inputs: ``x`` of any shape.
    Outputs: an array of the shape of ``x``.

    Source: Hendrycks and Gimpel (2016), section 2.
    """

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return gelu(x)


class SiLU(_Elementwise):
    r"""Sigmoid linear unit or Swish, :math:`x \, \sigma(x)`.

    Inputs: ``x`` of any shape.
    Outputs: an array of the shape of ``x``.

    Source: Elfwing, Uchibe and Doya (2018), equation 8; Ramachandran, Zoph and
    Le (2017).
    """

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return silu(x)


class Maxout(gluon.HybridBlock):
    r"""A dense layer whose units are each the maximum of linear pieces.

    .. math::

        y_j = \max_k \; (w_{jk}^\top x + b_{jk})

    Its activation is part of it, so that no other one follows it.

    Parameters
    ----------
    num_units : int
        The number of outputs.
    num_pieces : int
        How many linear pieces a unit has. It has as many times the parameters
        of a dense layer.
    in_units : int
        The number of inputs; 0 takes it from the first input.
    weight_initializer : mxnet.init.Initializer or str, optional
        By default that of the network. It sees one weight of shape
        (num_units * num_pieces, in_units), so that fan-in is right.

    Inputs: ``x`` of shape (m, ...), flattened to (m, in_units).
    Outputs: an array of shape (m, num_units).

    Raises
    ------
    ValueError
        If a size is not a whole number from 1 (``in_units``: from 0).

    Source: Goodfellow et al. (2013), section 3.
    """

    def __init__(
        self,
        num_units: int,
        num_pieces: int = 2,
        in_units: int = 0,
        weight_initializer: init.Initializer | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._shape = (
            whole_number("num_units", num_units),
            whole_number("num_pieces", num_pieces),
        )
        with self.name_scope():
            self.pieces = nn.Dense(
                num_units * num_pieces,
                in_units=whole_number("in_units", in_units, 0),
                weight_initializer=weight_initializer,
            )

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        pieces = F.np.reshape(self.pieces(x), (-1, *self._shape))
        return F.np.max(pieces, axis=-1)

    def __repr__(self) -> str:
        num_units, num_pieces = self._shape
        return f"Maxout({num_units}, num_pieces={num_pieces})"


#: One fused operator each, so that these are left to Gluon.
_FUSED = ("relu", "sigmoid", "tanh", "softrelu", "softsign")
_BLOCKS: dict[str, Callable[[], gluon.HybridBlock]] = {
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "elu": ELU,
    "selu": SELU,
    "gelu": GELU,
    "silu": SiLU,
}


def make_activation(name: str) -> gluon.HybridBlock:
    """Returns a new block for an activation function, by its name.

    Parameters
    ----------
    name : str
        A name in :data:`d2l_ext.layers.activations.ACTIVATIONS`,
        ``'softrelu'`` or ``'softsign'``.

    Returns
    -------
    gluon.HybridBlock
        Gluon's ``nn.Activation`` where it has the function, else the block
        of this module with its default options.

    Raises
    ------
    ValueError
        If the name is not known; the message lists those that are.
    """
    if name in _FUSED:
        return nn.Activation(name)
    if name in _BLOCKS:
        return _BLOCKS[name]()
    raise ValueError(
        f"activation={name!r} is not known; use one of: "
        + ", ".join((*_FUSED, *_BLOCKS))
    )


def _require_slope(alpha: float) -> float:
    if not 0 <= alpha < math.inf:
        raise ValueError(f"alpha is a number from 0, not {alpha!r}")
    return alpha
