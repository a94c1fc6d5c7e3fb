"""GoogLeNet, for small images."""

from __future__ import annotations

from dataclasses import dataclass

from d2l_ext.layers.inception import InceptionBlock
from d2l_ext.layers.residual import chain
from d2l_ext.networks.stems import small_stem
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


@dataclass(frozen=True)
class _Paths:
    """The channels of an Inception block, and what it costs."""

    c1: int
    c2: tuple[int, int]
    c3: tuple[int, int]
    c4: int

    @property
    def channels(self) -> int:
        return self.c1 + self.c2[1] + self.c3[1] + self.c4

    def multiply_adds(self, in_channels: int) -> int:
        """Returns how many there are a position."""
        first = self.c1 + self.c2[0] + self.c3[0] + self.c4
        return (
            in_channels * first
            + 9 * self.c2[0] * self.c2[1]
            + 25 * self.c3[0] * self.c3[1]
        )


#: The channels of the first convolution.
STEM = 16
#: Two stages of two blocks; between them height and width are halved.
STAGES = (
    (_Paths(8, (8, 16), (4, 8), 8), _Paths(16, (16, 24), (4, 12), 12)),
    (_Paths(16, (16, 32), (8, 16), 16), _Paths(24, (24, 48), (8, 24), 24)),
)


def small_googlenet(
    num_classes: int = 10, *, inception: bool = True
) -> nn.HybridSequential:
    """A GoogLeNet for images of 8 to 32 pixels, or its single-size twin.

    A convolution of 3x3 with 16 channels and two stages, each of max-pooling
    and two Inception blocks with batch normalization, which give 40, 64, 80
    and 120 channels; global average pooling and a dense layer. In its twin a
    convolution of 3x3 stands for each block, as wide as makes their
    multiply-adds equal, up to rounding.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    inception : bool
        Whether it has Inception blocks; else convolutions of a single size.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes), h and
        w from 4. Its children are the stem, a pooling and two blocks twice,
        the global pooling and the dense layer.

    Raises
    ------
    ValueError
        If ``num_classes`` is not a whole number from 1.

    Source: Szegedy et al. (2015), table 1, in small; with the batch
    normalization of Ioffe and Szegedy (2015).
    """
    whole_number("num_classes", num_classes)
    net = chain(small_stem(STEM))
    before = twin_before = STEM
    for stage in STAGES:
        net.add(nn.MaxPool2D(3, 2, padding=1))
        for paths in stage:
            width = round(paths.multiply_adds(before) / (9 * twin_before))
            if inception:
                net.add(_block(paths))
            else:
                net.add(small_stem(width))
            before, twin_before = paths.channels, width
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net


def _block(paths: _Paths) -> gluon.HybridBlock:
    return InceptionBlock(
        paths.c1, paths.c2, paths.c3, paths.c4, norm=nn.BatchNorm
    )
