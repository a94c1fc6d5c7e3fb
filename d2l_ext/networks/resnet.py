"""Residual networks, and the plain ones that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from d2l_ext.engine.hooks import blocks
from d2l_ext.layers.residual import Residual, relu
from d2l_ext.layers.residual_blocks import BasicBlock, basic_branch
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn

#: (blocks, channels, stride of the first block) of each stage.
RESNET18 = ((2, 64, 1), (2, 128, 2), (2, 256, 2), (2, 512, 2))


def stem(channels: int = 64, use_bias: bool = False) -> nn.HybridSequential:
    """The first layers of ResNet-18 and DenseNet.

    Parameters
    ----------
    channels : int
        The channels of the output.
    use_bias : bool
        Whether the convolution has a bias, which its norm undoes.

    Returns
    -------
    nn.HybridSequential
        A convolution of 7x7 with stride 2, batch normalization, ReLU and
        max-pooling of 3x3 with stride 2: (m, c, h, w) to (m, channels,
        h / 4, w / 4), rounded up.
    """
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(channels, 7, strides=2, padding=3, use_bias=use_bias),
        nn.BatchNorm(),
        relu(),
        nn.MaxPool2D(pool_size=3, strides=2, padding=1),
    )
    return net


def _stage(
    num_blocks: int,
    channels: int,
    strides: int,
    in_channels: int,
    *,
    residual: bool = True,
    use_bias: bool = False,
) -> nn.HybridSequential:
    """Returns blocks of one width; the first has the stride."""
    net = nn.HybridSequential()
    steps = [strides] + [1] * (num_blocks - 1)
    before = [in_channels] + [channels] * (num_blocks - 1)
    for step, width in zip(steps, before, strict=True):
        if residual:
            net.add(
                BasicBlock(
                    channels, step, in_channels=width, use_bias=use_bias
                )
            )
        else:
            net.add(basic_branch(channels, step, use_bias=use_bias), relu())
    return net


def resnet18(
    num_classes: int = 10, *, use_bias: bool = False
) -> nn.HybridSequential:
    """ResNet-18.

    Its children are the stem, four stages of two basic blocks with 64, 128,
    256 and 512 channels, global average pooling and a dense layer.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    use_bias : bool
        Whether convolutions have a bias, as in the book by Zhang et al.:
        4,800 parameters that batch normalization undoes.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes).

    Raises
    ------
    ValueError
        If ``num_classes`` is not a whole number from 1.

    Source: He et al. (2016), table 1; Zhang et al. (2023), section 8.6.
    """
    whole_number("num_classes", num_classes)
    net = nn.HybridSequential()
    net.add(stem(use_bias=use_bias))
    in_channels = 64
    for num_blocks, channels, strides in RESNET18:
        net.add(
            _stage(
                num_blocks, channels, strides, in_channels, use_bias=use_bias
            )
        )
        in_channels = channels
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net


def small_resnet(
    depth: int,
    residual: bool = True,
    channels: Sequence[int] = (8, 16, 32),
    num_classes: int = 10,
) -> nn.HybridSequential:
    """A residual network for small images, or its plain twin.

    A convolution of 3x3, three stages of (depth - 2) / 6 basic blocks each,
    of which the second and the third halve height and width, global average
    pooling and a dense layer. With 16, 32 and 64 channels it is the ResNet-20
    (ResNet-56, ...) for CIFAR-10; the plain twin is the same without
    shortcuts.

    Parameters
    ----------
    depth : int
        The layers with weights, projections not counted: 6n + 2.
    residual : bool
        Whether there are shortcuts.
    channels : sequence of int
        The width of each of the three stages.
    num_classes : int
        The number of outputs.

    Returns
    -------
    nn.HybridSequential
        The network, not initialized: (m, c, h, w) to (m, num_classes).

    Raises
    ------
    ValueError
        If ``depth`` is not 6n + 2, there are not three widths, or a number is
        not a whole one from 1.

    Source: He et al. (2016), section 4.2; projections instead of their
    padded shortcuts.
    """
    whole_number("num_classes", num_classes)
    whole_number("depth", depth)
    num_blocks, rest = divmod(depth - 2, 6)
    if num_blocks < 1 or rest:
        raise ValueError(
            f"depth is 6n + 2 (8, 14, 20, 26, 32, 44, 56, 110, ...), not "
            f"{depth}"
        )
    if len(channels) != 3:
        raise ValueError(f"channels has three widths, not {len(channels)}")
    in_channels = channels[0]
    net = nn.HybridSequential()
    first = nn.HybridSequential()
    first.add(
        nn.Conv2D(
            whole_number("channels", in_channels),
            3,
            padding=1,
            use_bias=False,
        ),
        nn.BatchNorm(),
        relu(),
    )
    net.add(first)
    for i, width in enumerate(channels):
        strides = 1 if i == 0 else 2
        net.add(
            _stage(num_blocks, width, strides, in_channels, residual=residual)
        )
        in_channels = width
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net


def num_weight_layers(net: gluon.Block) -> int:
    """Returns how deep a network is, as papers count.

    Convolutions and dense layers count, except those of shortcuts.
    """
    found = blocks(net)
    projections = {
        block.projection for block in found if isinstance(block, Residual)
    }
    return sum(
        isinstance(block, (nn.Conv2D, nn.Dense)) and block not in projections
        for block in found
    )
