"""LeNet."""

from __future__ import annotations

from d2l_ext.networks.norms import Norm, activated, sequential
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


def lenet(
    num_classes: int = 10,
    *,
    norm: Norm = None,
    norm_position: str = "before",
    activation: str = "sigmoid",
) -> gluon.Block:
    """LeNet, with a normalization next to each hidden activation.

    Two convolutions of 5x5 with 6 and 16 channels, each followed by
    max-pooling of 2x2, and dense layers of 120, 84 and ``num_classes`` units.

    Parameters
    ----------
    num_classes : int
        The number of outputs.
    norm : None, 'batch', 'scratch' or callable
        No normalization, Gluon's ``nn.BatchNorm``, the book's
        :class:`d2l_ext.layers.BatchNorm`, or a function that returns a block.
    norm_position : {'before', 'after'}
        Where the normalization stands to the activation.
    activation : str
        A name that :func:`d2l_ext.layers.make_activation` takes.

    Returns
    -------
    gluon.Block
        The network, not initialized: (m, 1, h, w) to (m, num_classes), for h
        and w from 16.

    Raises
    ------
    ValueError
        If an option is unknown; the message lists those that are known.

    Source: LeCun et al. (1998); with batch normalization Zhang et al. (2023),
    section 8.5.
    """
    whole_number("num_classes", num_classes)

    def with_activation(layer: gluon.Block) -> list[gluon.Block]:
        return activated(layer, activation, norm, norm_position)

    return sequential(
        [
            *with_activation(nn.Conv2D(6, kernel_size=5)),
            nn.MaxPool2D(pool_size=2, strides=2),
            *with_activation(nn.Conv2D(16, kernel_size=5)),
            nn.MaxPool2D(pool_size=2, strides=2),
            *with_activation(nn.Dense(120)),
            *with_activation(nn.Dense(84)),
            nn.Dense(num_classes),
        ]
    )
