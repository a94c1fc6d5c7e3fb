"""Dense blocks, which concatenate, and the transitions between them."""

from __future__ import annotations

from typing import Any

from d2l_ext.validate import whole_number

from mxnet import gluon, np
from mxnet.gluon import nn


class DenseBlock(gluon.HybridBlock):
    r"""Convolutions each of which sees the outputs of all before it.

    .. math::

        x_i = H_i([x_0, x_1, \ldots, x_{i - 1}]),

    with batch normalization, ReLU and a convolution of 3x3 for :math:`H_i`.
    The block returns all of them, the input :math:`x_0` first: it adds
    ``num_convs * growth_rate`` channels.

    Parameters
    ----------
    num_convs : int
        How many convolutions.
    growth_rate : int
        The channels that each of them adds.
    use_bias : bool
        Whether they have a bias. Each layer that sees the output normalizes
        it first, which undoes a bias.

    Inputs: ``X`` of shape (m, c, h, w). Outputs: of shape
    (m, c + num_convs * growth_rate, h, w).

    Raises
    ------
    ValueError
        If ``num_convs`` or ``growth_rate`` is not a whole number from 1.

    Source: Huang et al. (2017), equation 2.
    """

    def __init__(
        self,
        num_convs: int,
        growth_rate: int,
        use_bias: bool = False,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        whole_number("num_convs", num_convs)
        whole_number("growth_rate", growth_rate)
        self.convs = nn.HybridSequential()
        for _ in range(num_convs):
            self.convs.add(_norm_relu_conv(growth_rate, 3, use_bias))

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        for conv in self.convs:
            X = F.np.concatenate([X, conv(X)], axis=1)
        return X


class TransitionBlock(gluon.HybridBlock):
    """Shrinks what a dense block has grown, in channels and in size.

    Batch normalization, ReLU, a convolution of 1x1 and average pooling of
    2x2.

    Parameters
    ----------
    channels : int
        The channels of the output; DenseNet halves those of the input.
    use_bias : bool
        As in :class:`DenseBlock`.

    Inputs: ``X`` of shape (m, c, h, w), h and w from 2. Outputs: of shape
    (m, channels, h // 2, w // 2).

    Raises
    ------
    ValueError
        At construction, if ``channels`` is not a whole number from 1; when
        called, if the input is too small to be halved.

    Source: Huang et al. (2017), section 3.
    """

    def __init__(
        self,
        channels: int,
        use_bias: bool = False,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        whole_number("channels", channels)
        self.conv = _norm_relu_conv(channels, 1, use_bias)
        self.pool = nn.AvgPool2D(pool_size=2, strides=2)

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        # A compiled graph has no shapes to look at.
        if isinstance(X, np.ndarray) and min(X.shape[2:]) < 2:
            raise ValueError(
                "a transition halves height and width, and its input has "
                f"shape {X.shape}: use larger images or fewer transitions"
            )
        return self.pool(self.conv(X))


def _norm_relu_conv(
    channels: int, kernel_size: int, use_bias: bool
) -> nn.HybridSequential:
    net = nn.HybridSequential()
    net.add(
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(
            channels,
            kernel_size,
            padding=kernel_size // 2,
            use_bias=use_bias,
        ),
    )
    return net
