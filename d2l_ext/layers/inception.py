"""The Inception block, which sees its input through windows of four sizes."""

from __future__ import annotations

from typing import Any

from d2l_ext.layers.residual import Maker, chain, normalization, relu
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


class InceptionBlock(gluon.HybridBlock):
    """Four paths beside each other, whose channels are concatenated.

    A convolution of 1x1; one of 1x1 and one of 3x3; one of 1x1 and one of 5x5;
    max-pooling of 3x3 and a convolution of 1x1. The first ones of the two in
    the middle reduce the channels, so that the larger ones cost less. Each
    convolution is followed by a ReLU.

    Parameters
    ----------
    c1 : int
        The channels of the path of 1x1.
    c2, c3 : (int, int)
        The channels of both convolutions of the paths of 3x3 and of 5x5.
    c4 : int
        The channels of the path with the pooling.
    norm : callable or None
        Returns a new normalization, before each ReLU and in place of the
        biases, as in Ioffe and Szegedy (2015); None for none, as first
        published.

    Inputs: ``X`` of shape (m, c, h, w). Outputs: of shape
    (m, c1 + c2[1] + c3[1] + c4, h, w).

    Raises
    ------
    ValueError
        If a number of channels is not a whole one from 1, or there are not
        two of them for the second or third path.

    Source: Szegedy et al. (2015), figure 2 (b).
    """

    def __init__(
        self,
        c1: int,
        c2: tuple[int, int],
        c3: tuple[int, int],
        c4: int,
        *,
        norm: Maker | None = None,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        c2, c3 = _pair("c2", c2), _pair("c3", c3)
        whole_number("c1", c1)
        whole_number("c4", c4)

        def conv(channels: int, kernel_size: int) -> list[gluon.HybridBlock]:
            layer = nn.Conv2D(
                channels,
                kernel_size,
                padding=kernel_size // 2,
                use_bias=norm is None,
            )
            return [layer, *normalization(norm), relu()]

        self.path1 = chain(*conv(c1, 1))
        self.path2 = chain(*conv(c2[0], 1), *conv(c2[1], 3))
        self.path3 = chain(*conv(c3[0], 1), *conv(c3[1], 5))
        self.path4 = chain(nn.MaxPool2D(3, 1, padding=1), *conv(c4, 1))

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        paths = (self.path1, self.path2, self.path3, self.path4)
        # (m, ., h, w) each -> (m, c1 + c2[1] + c3[1] + c4, h, w)
        return F.np.concatenate([path(X) for path in paths], axis=1)


def _pair(name: str, channels: tuple[int, int]) -> tuple[int, int]:
    if not isinstance(channels, (tuple, list)) or len(channels) != 2:
        raise ValueError(
            f"{name} is two numbers, the channels of a convolution of 1x1 and "
            f"of the larger one behind it, not {channels!r}"
        )
    first, second = channels
    return whole_number(name, first), whole_number(name, second)
