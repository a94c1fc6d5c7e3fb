"""What small networks have in common: where they begin."""

from __future__ import annotations

from d2l_ext.layers.residual import chain, relu

from mxnet.gluon import nn


def small_stem(channels: int) -> nn.HybridSequential:
    """A convolution of 3x3, batch normalization and ReLU.

    Parameters
    ----------
    channels : int
        The channels of the output.

    Returns
    -------
    nn.HybridSequential
        From (m, c, h, w) to (m, channels, h, w).
    """
    conv = nn.Conv2D(channels, 3, padding=1, use_bias=False)
    return chain(conv, nn.BatchNorm(), relu())
