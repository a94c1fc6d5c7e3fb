"""Residual blocks of convolutions, as ResNets of all sizes have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from d2l_ext.layers.residual import (
    Maker,
    Residual,
    add,
    chain,
    normalization,
    relu,
)
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


def basic_branch(
    channels: int,
    strides: int = 1,
    *,
    norm: Maker | None = nn.BatchNorm,
    use_bias: bool | None = None,
) -> nn.HybridSequential:
    """Two convolutions of 3x3, the branch of :class:`BasicBlock`.

    With a ReLU behind it, and no shortcut, it is the unit of a plain network.

    Parameters
    ----------
    channels, strides, norm, use_bias
        As in :class:`BasicBlock`.

    Returns
    -------
    nn.HybridSequential
        Convolution, norm, ReLU, convolution, norm: (m, c, h, w) to
        (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        If ``channels`` or ``strides`` is not a whole number from 1.
    """
    whole_number("channels", channels)
    whole_number("strides", strides)
    layers = _Layers(norm, use_bias)
    return BasicBlock._make_branch(channels, strides, layers)


@dataclass(frozen=True)
class _Layers:
    """Makes the layers of a block, all with its norm and its biases."""

    norm: Maker | None
    use_bias: bool | None

    def conv(
        self, channels: int, kernel_size: int, strides: int = 1
    ) -> nn.Conv2D:
        use_bias = (
            self.norm is None if self.use_bias is None else self.use_bias
        )
        return nn.Conv2D(
            channels,
            kernel_size,
            strides,
            padding=kernel_size // 2,
            use_bias=use_bias,
        )

    def normalized(self, *sizes: int) -> list[gluon.HybridBlock]:
        return [self.conv(*sizes), *normalization(self.norm)]

    def preactivation(self) -> nn.HybridSequential:
        return chain(*normalization(self.norm), relu())


class _ConvolutionalBlock(Residual):
    """What the blocks have in common: their arguments and their shortcut."""

    #: Whether norm and ReLU stand first, instead of a ReLU behind the sum.
    _preactivates = False

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int = 0,
        projection: bool | None = None,
        norm: Maker | None = nn.BatchNorm,
        use_bias: bool | None = None,
    ) -> None:
        whole_number("channels", channels)
        whole_number("strides", strides)
        layers = _Layers(norm, use_bias)
        super().__init__(
            self._make_branch(channels, strides, layers),
            _projection(channels, strides, in_channels, projection, layers),
            None if self._preactivates else relu(),
        )
        self.preactivation: Any = (
            layers.preactivation() if self._preactivates else None
        )

    @staticmethod
    def _make_branch(
        channels: int, strides: int, layers: _Layers
    ) -> nn.HybridSequential:
        raise NotImplementedError


class BasicBlock(_ConvolutionalBlock):
    """The residual block of ResNet-18 and ResNet-34.

    Two convolutions of 3x3, each with a normalization; the shortcut is added
    before the last ReLU. In training and in prediction it differs by its
    normalization only.

    Parameters
    ----------
    channels : int
        The channels of the output.
    strides : int
        The stride of the first convolution, and of the projection.
    in_channels : int
        The channels of the input; by default as many as of the output.
    projection : bool, optional
        Whether the shortcut is a convolution of 1x1; by default where stride
        or channels change. It has no normalization, as in the book by Zhang
        et al.
    norm : callable or None
        Returns a new normalization; None for none.
    use_bias : bool, optional
        Whether convolutions have a bias; by default only without a norm,
        which would undo it.

    Inputs: ``X`` of shape (m, in_channels, h, w). Outputs: of shape
    (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1, or without a
        projection where the shortcut needs one; when called, if it turns out
        to need one.

    Source: He et al. (2016), section 4.1; Zhang et al. (2023), section 8.6.
    """

    @staticmethod
    def _make_branch(
        channels: int, strides: int, layers: _Layers
    ) -> nn.HybridSequential:
        return chain(
            *layers.normalized(channels, 3, strides),
            relu(),
            *layers.normalized(channels, 3),
        )


class BottleneckBlock(_ConvolutionalBlock):
    """The residual block of ResNet-50 and deeper ones.

    Convolutions of 1x1, 3x3 and 1x1, the first two with a fourth of the
    channels; the stride is that of the one of 3x3.

    Parameters
    ----------
    channels : int
        The channels of the output, a multiple of 4.
    strides, in_channels, projection, norm, use_bias
        As in :class:`BasicBlock`.

    Inputs and outputs: as of :class:`BasicBlock`.

    Raises
    ------
    ValueError
        As :class:`BasicBlock`, or if 4 does not divide ``channels``.

    Source: He et al. (2016), figure 5.
    """

    @staticmethod
    def _make_branch(
        channels: int, strides: int, layers: _Layers
    ) -> nn.HybridSequential:
        if channels % 4:
            raise ValueError(
                "channels of a bottleneck block is a multiple of 4, not "
                f"{channels}"
            )
        return chain(
            *layers.normalized(channels // 4, 1),
            relu(),
            *layers.normalized(channels // 4, 3, strides),
            relu(),
            *layers.normalized(channels, 1),
        )


class PreActivationBlock(_ConvolutionalBlock):
    r"""Norm and ReLU before each convolution, and nothing after the sum.

    The shortcut is a clear path through all such blocks. A projection sees
    the input after the first norm and ReLU.

    Parameters
    ----------
    channels, strides, in_channels, projection, norm, use_bias
        As in :class:`BasicBlock`.

    Inputs and outputs: as of :class:`BasicBlock`.

    Raises
    ------
    ValueError
        As :class:`BasicBlock`.

    Source: He et al. (2016, identity mappings), figure 4 (e).
    """

    _preactivates = True

    @staticmethod
    def _make_branch(
        channels: int, strides: int, layers: _Layers
    ) -> nn.HybridSequential:
        return chain(
            *layers.normalized(channels, 3, strides),
            relu(),
            layers.conv(channels, 3),
        )

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        activated = self.preactivation(X)
        project = self.projection
        shortcut = X if project is None else project(activated)
        return add(F, self.branch(activated), shortcut)


def _projection(
    channels: int,
    strides: int,
    in_channels: int,
    projection: bool | None,
    layers: _Layers,
) -> nn.Conv2D | None:
    """Returns the convolution of a shortcut, or None for the identity."""
    whole_number("in_channels", in_channels, smallest=0)
    in_channels = in_channels or channels
    changes = strides > 1 or in_channels != channels
    if projection is False and changes:
        raise ValueError(
            f"a shortcut of shape (m, {in_channels}, h, w) cannot be added to "
            f"a branch of shape (m, {channels}, h/{strides}, w/{strides}) "
            "without a projection: leave out projection=False"
        )
    needed = changes if projection is None else projection
    return layers.conv(channels, 1, strides) if needed else None
