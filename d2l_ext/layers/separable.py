r"""Depthwise and separable convolutions, and the blocks made of them.

A convolution of :math:`k \times k` from :math:`c` to :math:`c'` channels needs
:math:`c \, c' k^2` multiply-adds a position. Separable it needs
:math:`c \, k^2` for space and :math:`c \, c'` for channels, which is

.. math::

    \frac{c \, k^2 + c \, c'}{c \, c' k^2} = \frac{1}{c'} + \frac{1}{k^2}

of that, in multiply-adds as in weights (Howard et al. 2017, section 3.1).
:func:`d2l_ext.diagnostics.layer_costs` counts both in a network.

A depthwise weight has shape (c, 1, k, k), whose fan-in is :math:`k^2`. Schemes
that look at fan-out, such as Glorot's, take it for :math:`c \, k^2`, and draw
weights that are far too small: ``He`` and ``LeCun`` look at fan-in only.
"""

from __future__ import annotations

from typing import Any

from d2l_ext.layers.residual import (
    Maker,
    Residual,
    chain,
    normalization,
    relu,
)
from d2l_ext.validate import whole_number

from mxnet import gluon, np
from mxnet.gluon import nn


class DepthwiseConv2D(nn.Conv2D):
    """A convolution in which each channel has filters of its own.

    No output sees two channels of the input. It is ``nn.Conv2D`` with as many
    groups as channels; :class:`SeparableConv2D` mixes the channels afterwards.

    Parameters
    ----------
    in_channels : int
        The channels of the input, c. A compiled graph cannot look them up.
    kernel_size : int
        Height and width of a filter.
    strides : int
        Every how many positions there is an output.
    padding : int, optional
        Zeros around the input; by default ``kernel_size // 2``, which keeps
        height and width if ``kernel_size`` is odd.
    multiplier : int
        The filters of each channel.
    use_bias : bool
        Whether an output channel has a bias.

    Inputs: ``X`` of shape (m, c, h, w). Outputs: of shape
    (m, c * multiplier, h', w'), h' = (h + 2 * padding - kernel_size) //
    strides + 1. The first ``multiplier`` channels are those of channel 0.

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1 (``padding``:
        from 0); when called, if the input has other than c channels.

    Source: Howard et al. (2017), equation 3.
    """

    def __init__(
        self,
        in_channels: int,
        kernel_size: int = 3,
        strides: int = 1,
        *,
        padding: int | None = None,
        multiplier: int = 1,
        use_bias: bool = True,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        whole_number("in_channels", in_channels)
        whole_number("multiplier", multiplier)
        super().__init__(
            in_channels * multiplier,
            whole_number("kernel_size", kernel_size),
            whole_number("strides", strides),
            padding=_padding(kernel_size, padding),
            groups=in_channels,
            in_channels=in_channels,
            use_bias=use_bias,
            prefix=prefix,
            params=params,
        )

    def forward(self, X: Any) -> Any:
        # Symbols have no shape; MXNet checks once they get their values.
        if isinstance(X, np.ndarray):
            _require_channels(self, X, self._in_channels)
        return super().forward(X)


class SeparableConv2D(gluon.HybridBlock):
    """A depthwise convolution, then one of 1x1 that mixes the channels.

    Nothing stands between the two, and the bias is that of the second one: it
    is a convolution whose filters are products.

    Inputs: ``X`` of shape (m, c, h, w). Outputs: of shape (m, c', h', w'),
    height and width as of :class:`DepthwiseConv2D`.

    Parameters
    ----------
    channels : int
        The channels of the output, c'.
    kernel_size, strides, padding
        Those of the depthwise convolution, as in :class:`DepthwiseConv2D`.
    in_channels : int
        The channels of the input, c.
    use_bias : bool
        Whether an output channel has a bias.

    Raises
    ------
    ValueError
        As :class:`DepthwiseConv2D`, or if ``channels`` is not a whole number
        from 1.

    Source: Chollet (2017), section 1.2, without an activation in between, as
    in section 4.7.
    """

    def __init__(
        self,
        channels: int,
        kernel_size: int = 3,
        strides: int = 1,
        *,
        in_channels: int,
        padding: int | None = None,
        use_bias: bool = True,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self.depthwise = DepthwiseConv2D(
            in_channels,
            kernel_size,
            strides,
            padding=padding,
            use_bias=False,
        )
        self.pointwise = nn.Conv2D(
            whole_number("channels", channels),
            1,
            in_channels=in_channels,
            use_bias=use_bias,
        )

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        return self.pointwise(self.depthwise(X))


class MobileNetBlock(gluon.HybridBlock):
    """The block of MobileNet: depthwise 3x3, norm, ReLU, 1x1, norm, ReLU.

    Parameters
    ----------
    channels : int
        The channels of the output.
    strides : int
        The stride of the depthwise convolution.
    in_channels : int
        The channels of the input.
    norm : callable or None
        Returns a new normalization; None for none, and biases instead.

    Inputs: ``X`` of shape (m, in_channels, h, w). Outputs: of shape
    (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1; when called,
        if the input has other channels.

    Source: Howard et al. (2017), figure 3.
    """

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int,
        norm: Maker | None = nn.BatchNorm,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        whole_number("channels", channels)
        use_bias = norm is None
        self.layers = chain(
            DepthwiseConv2D(in_channels, 3, strides, use_bias=use_bias),
            *normalization(norm),
            relu(),
            nn.Conv2D(channels, 1, in_channels=in_channels, use_bias=use_bias),
            *normalization(norm),
            relu(),
        )

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        return self.layers(X)


class XceptionBlock(Residual):
    """The residual block of Xception: separable convolutions and a shortcut.

    Each convolution has a ReLU before it and a normalization behind it; with
    a stride, max-pooling of 3x3 ends the branch. Where shape or channels
    change, the shortcut is a convolution of 1x1, without a normalization as
    in :class:`d2l_ext.layers.BasicBlock`.

    Parameters
    ----------
    channels : int
        The channels of the output.
    strides : int
        The stride of the pooling, and of the projection.
    in_channels : int
        The channels of the input.
    num_convs : int
        How many separable convolutions: 2 where Xception shrinks maps, 3
        where it does not.
    norm : callable or None
        Returns a new normalization; None for none, and biases instead.

    Inputs: ``X`` of shape (m, in_channels, h, w). Outputs: of shape
    (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1; when called,
        if the input has other channels.

    Source: Chollet (2017), figure 5.
    """

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int,
        num_convs: int = 2,
        norm: Maker | None = nn.BatchNorm,
    ) -> None:
        whole_number("channels", channels)
        whole_number("strides", strides)
        whole_number("num_convs", num_convs)
        use_bias = norm is None
        layers: list[gluon.HybridBlock] = []
        for width in [in_channels] + [channels] * (num_convs - 1):
            layers += [
                relu(),
                SeparableConv2D(
                    channels, in_channels=width, use_bias=use_bias
                ),
                *normalization(norm),
            ]
        if strides > 1:
            layers.append(nn.MaxPool2D(3, strides, padding=1))
        projection = None
        if strides > 1 or channels != in_channels:
            projection = nn.Conv2D(channels, 1, strides, use_bias=use_bias)
        super().__init__(chain(*layers), projection)
        self._in_channels = in_channels

    def forward(self, X: Any) -> Any:
        if isinstance(X, np.ndarray):
            _require_channels(self, X, self._in_channels)
        return super().forward(X)


def _padding(kernel_size: int, padding: int | None) -> int:
    if padding is None:
        return kernel_size // 2
    return whole_number("padding", padding, smallest=0)


def _require_channels(
    block: gluon.Block, X: np.ndarray, in_channels: int
) -> None:
    if X.ndim != 4 or X.shape[1] != in_channels:
        raise ValueError(
            f"{type(block).__name__} has filters for each of {in_channels} "
            f"channels, (m, {in_channels}, h, w), and got an input of shape "
            f"{X.shape}"
        )
