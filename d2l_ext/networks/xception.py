"""Xception, for small images."""

from __future__ import annotations

from collections.abc import Sequence

from d2l_ext.layers.residual import chain, relu
from d2l_ext.layers.separable import SeparableConv2D, XceptionBlock
from d2l_ext.networks.stems import small_stem
from d2l_ext.validate import whole_number

from mxnet.gluon import nn


def small_xception(
    num_classes: int = 10,
    *,
    channels: Sequence[int] = (16, 32, 64, 128),
    num_middle: int = 1,
) -> nn.HybridSequential:
    """An Xception for images of 8 to 32 pixels.

    A convolution of 3x3; two residual blocks, which halve height and width;
    ``num_middle`` blocks of three separable convolutions with the identity
    for a shortcut; a separable convolution with a norm and a ReLU; global
    average pooling and a dense layer.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    channels : sequence of int
        The widths of the stem, of both blocks and of the last convolution.
    num_middle : int
        How many blocks of three there are, from 0.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes).

    Raises
    ------
    ValueError
        If there are not four widths, or a number is not a whole one.

    Source: Chollet (2017), figure 5, in small.
    """
    whole_number("num_classes", num_classes)
    whole_number("num_middle", num_middle, smallest=0)
    if len(channels) != 4:
        raise ValueError(f"channels has four widths, not {len(channels)}")
    first, second, third, last = (
        whole_number("channels", width) for width in channels
    )
    return chain(
        small_stem(first),
        XceptionBlock(second, 2, in_channels=first),
        XceptionBlock(third, 2, in_channels=second),
        *(
            XceptionBlock(third, in_channels=third, num_convs=3)
            for _ in range(num_middle)
        ),
        chain(
            relu(),
            SeparableConv2D(last, in_channels=third, use_bias=False),
            nn.BatchNorm(),
            relu(),
        ),
        nn.GlobalAvgPool2D(),
        nn.Dense(num_classes),
    )
