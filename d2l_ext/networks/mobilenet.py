"""MobileNet, for small images."""

from __future__ import annotations

from d2l_ext.layers.residual import chain
from d2l_ext.layers.separable import MobileNetBlock
from d2l_ext.networks.stems import small_stem
from d2l_ext.validate import positive, whole_number

from mxnet.gluon import nn

#: The channels of the first convolution.
STEM = 16
#: (channels, stride) of each block.
BLOCKS = ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1))


def small_mobilenet(
    num_classes: int = 10, *, width_multiplier: float = 1.0
) -> nn.HybridSequential:
    """A MobileNet for images of 8 to 32 pixels.

    A convolution of 3x3 with 16 channels and five blocks with 32, 64, 64, 128
    and 128, of which the second and the fourth halve height and width; global
    average pooling and a dense layer.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    width_multiplier : float
        What all channels are multiplied by, and rounded.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes).

    Raises
    ------
    ValueError
        If ``num_classes`` is not a whole number from 1, ``width_multiplier``
        not above 0, or so small that no channel is left.

    Source: Howard et al. (2017), table 1, in small; section 3.3 for the width
    multiplier.
    """
    whole_number("num_classes", num_classes)
    positive("width_multiplier", width_multiplier)
    widths = [
        round(width_multiplier * channels)
        for channels in (STEM, *(channels for channels, _ in BLOCKS))
    ]
    if widths[0] < 1:
        raise ValueError(
            f"width_multiplier={width_multiplier} leaves no channel of {STEM}"
        )
    net = chain(small_stem(widths[0]))
    for before, width, (_, strides) in zip(
        widths[:-1], widths[1:], BLOCKS, strict=True
    ):
        net.add(MobileNetBlock(width, strides, in_channels=before))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net
