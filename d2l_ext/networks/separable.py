"""A stack of separable convolutions, and its plain twin."""

from __future__ import annotations

from d2l_ext.layers.residual import chain, relu
from d2l_ext.layers.separable import SeparableConv2D
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn

#: The channels; max-pooling stands between each two pairs.
STACK = ((32, 64), (64, 128), (64, 128))


def separable_stack(
    num_classes: int = 10, *, separable: bool = True, in_channels: int = 1
) -> nn.HybridSequential:
    """Separable convolutions on top of each other, or their plain twin.

    Six of 3x3, each with a ReLU, with 32, 64, 64, 128, 64 and 128 channels;
    max-pooling of 2x2 behind the second and the fourth; global average
    pooling, a dense layer of 32 units with a ReLU and one of ``num_classes``.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    separable : bool
        Whether convolutions are separable; else all inputs of a window meet
        all filters.
    in_channels : int
        The channels of the images.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, in_channels, h, w) to
        (m, num_classes), h and w from 4.

    Raises
    ------
    ValueError
        If a number is not a whole one from 1.

    Source: Chollet (2017, Deep Learning with Python), section 7.3.1; padded,
    so that small images are large enough.
    """
    whole_number("num_classes", num_classes)
    before = whole_number("in_channels", in_channels)
    layers: list[gluon.HybridBlock] = []
    for i, pair in enumerate(STACK):
        if i > 0:
            layers.append(nn.MaxPool2D(2, 2))
        for channels in pair:
            layers += [_conv(channels, before, separable), relu()]
            before = channels
    return chain(
        *layers,
        nn.GlobalAvgPool2D(),
        nn.Dense(32),
        relu(),
        nn.Dense(num_classes),
    )


def _conv(
    channels: int, in_channels: int, separable: bool
) -> gluon.HybridBlock:
    if separable:
        return SeparableConv2D(channels, in_channels=in_channels)
    return nn.Conv2D(channels, 3, padding=1, in_channels=in_channels)
