"""Densely connected networks."""

from __future__ import annotations

from collections.abc import Sequence

from d2l_ext.layers.dense import DenseBlock, TransitionBlock
from d2l_ext.networks.resnet import stem
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


def densenet(
    num_classes: int = 10,
    *,
    growth_rate: int = 32,
    num_convs: Sequence[int] = (4, 4, 4, 4),
    use_bias: bool = False,
) -> nn.HybridSequential:
    """DenseNet, of the size of ResNet-18.

    Its children are the stem with 64 channels, four dense blocks with a
    transition between each two, which halves the channels (64, 192, 96, 224,
    112, 240, 120, 248), batch normalization, ReLU, global average pooling and
    a dense layer.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    growth_rate : int
        The channels that each convolution adds.
    num_convs : sequence of int
        How many convolutions each dense block has.
    use_bias : bool
        Whether convolutions have a bias, which batch normalization undoes.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes), h and
        w from 29 with four dense blocks.

    Raises
    ------
    ValueError
        If a number is not a whole one from 1, or there is no dense block.

    Source: Huang et al. (2017); Zhang et al. (2023), section 8.7.
    """
    return _densenet(
        stem(64, use_bias), 64, num_classes, growth_rate, num_convs, use_bias
    )


def small_densenet(
    num_classes: int = 10,
    *,
    growth_rate: int = 8,
    num_convs: Sequence[int] = (3, 3, 3),
    channels: int = 16,
) -> nn.HybridSequential:
    """A DenseNet for images of 16 to 32 pixels.

    As :func:`densenet`, with a single convolution of 3x3 for a stem.

    Parameters
    ----------
    num_classes, growth_rate, num_convs
        As in :func:`densenet`.
    channels : int
        The channels of the first convolution.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes), h and
        w from 4 with three dense blocks.

    Raises
    ------
    ValueError
        As :func:`densenet`.

    Source: Huang et al. (2017), section 3 (networks for CIFAR-10).
    """
    first = nn.Conv2D(
        whole_number("channels", channels), 3, padding=1, use_bias=False
    )
    return _densenet(
        first, channels, num_classes, growth_rate, num_convs, use_bias=False
    )


def _densenet(
    first: gluon.HybridBlock,
    channels: int,
    num_classes: int,
    growth_rate: int,
    num_convs: Sequence[int],
    use_bias: bool,
) -> nn.HybridSequential:
    whole_number("num_classes", num_classes)
    if not num_convs:
        raise ValueError("num_convs needs a number for each dense block")
    net = nn.HybridSequential()
    net.add(first)
    for i, count in enumerate(num_convs):
        if i > 0:
            channels //= 2
            net.add(TransitionBlock(channels, use_bias))
        net.add(DenseBlock(count, growth_rate, use_bias))
        channels += count * growth_rate
    net.add(
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.GlobalAvgPool2D(),
        nn.Dense(num_classes),
    )
    return net
