"""The networks of the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from d2l_ext.densenets import densenet, small_densenet
from d2l_ext.layers import BatchNorm, make_activation
from d2l_ext.layers.dropout import check_rate
from d2l_ext.resnets import resnet18, small_resnet

from mxnet import gluon
from mxnet.gluon import nn

#: What ``norm=`` takes: a name, or a function that returns a new block.
Norm = str | Callable[[], gluon.Block] | None

NORMS: dict[str, Callable[[], gluon.Block]] = {
    "batch": nn.BatchNorm,
    "scratch": BatchNorm,
}
POSITIONS = ("before", "after")


def _norm_block(norm: Norm) -> gluon.Block | None:
    if norm is None:
        return None
    if callable(norm):
        return norm()
    if norm not in NORMS:
        raise ValueError(
            f"norm={norm!r} is not known; use None, a function that returns "
            "a block, or one of: " + ", ".join(NORMS)
        )
    return NORMS[norm]()


def _activated(
    layer: gluon.Block, activation: str, norm: Norm, position: str
) -> list[gluon.Block]:
    """Returns the layer, its activation and, before or after it, the norm."""
    if position not in POSITIONS:
        raise ValueError(
            f"norm_position={position!r} is not known; use one of: "
            + ", ".join(POSITIONS)
        )
    normalization, function = _norm_block(norm), make_activation(activation)
    if normalization is None:
        return [layer, function]
    if position == "before":
        return [layer, normalization, function]
    return [layer, function, normalization]


def _sequential(blocks: Sequence[gluon.Block]) -> gluon.Block:
    """Chains blocks, hybridizable if all of them are."""
    hybrid = all(isinstance(block, gluon.HybridBlock) for block in blocks)
    net = nn.HybridSequential() if hybrid else nn.Sequential()
    net.add(*blocks)
    return net


def _positive(**sizes: int) -> None:
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} is a whole number from 1, not {size!r}")


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
    _positive(num_classes=num_classes)

    def activated(layer: gluon.Block) -> list[gluon.Block]:
        return _activated(layer, activation, norm, norm_position)

    return _sequential(
        [
            *activated(nn.Conv2D(6, kernel_size=5)),
            nn.MaxPool2D(pool_size=2, strides=2),
            *activated(nn.Conv2D(16, kernel_size=5)),
            nn.MaxPool2D(pool_size=2, strides=2),
            *activated(nn.Dense(120)),
            *activated(nn.Dense(84)),
            nn.Dense(num_classes),
        ]
    )


def mlp(
    num_hiddens: Sequence[int],
    num_classes: int = 10,
    *,
    norm: Norm = None,
    norm_position: str = "before",
    activation: str = "relu",
) -> gluon.Block:
    """A fully connected network.

    Parameters
    ----------
    num_hiddens : sequence of int
        The width of each hidden layer.
    num_classes, norm, norm_position, activation
        As in :func:`lenet`.

    Returns
    -------
    gluon.Block
        The network, not initialized: (m, ...) to (m, num_classes).

    Raises
    ------
    ValueError
        If a width is not a whole number from 1 or an option is unknown.
    """
    _positive(num_classes=num_classes)
    if not isinstance(num_hiddens, Sequence):
        raise ValueError(
            f"num_hiddens is a list of widths, such as [64], not {num_hiddens}"
        )
    blocks: list[gluon.Block] = []
    for width in num_hiddens:
        _positive(num_hiddens=width)
        blocks += _activated(nn.Dense(width), activation, norm, norm_position)
    return _sequential([*blocks, nn.Dense(num_classes)])


def dropout_mlp(
    rate: float = 0.2,
    num_classes: int = 10,
    *,
    dropout: Callable[[float], gluon.Block] = nn.Dropout,
) -> gluon.Block:
    """The fully connected network on which the book measures dropout.

    Dropout of the input, dense layers of 300 and 100 units with ELU, dropout,
    and a dense layer of ``num_classes`` units.

    Parameters
    ----------
    rate : float
        The probability of dropping, in [0, 1); with 0 nothing is dropped.
    num_classes : int
        The number of outputs.
    dropout : callable
        Returns a new dropout block for a rate: Gluon's ``nn.Dropout``, or one
        of ``d2l_ext.layers``.

    Returns
    -------
    gluon.Block
        The network, not initialized: (m, ...) to (m, num_classes).

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1) or ``num_classes`` is not a whole number
        from 1.
    """
    check_rate(rate)
    _positive(num_classes=num_classes)
    return _sequential(
        [
            nn.Flatten(),
            dropout(rate),
            nn.Dense(300),
            nn.ELU(),
            nn.Dense(100),
            nn.ELU(),
            dropout(rate),
            nn.Dense(num_classes),
        ]
    )


NETWORKS: dict[str, Callable[..., gluon.Block]] = {
    "lenet": lenet,
    "mlp": mlp,
    "dropout_mlp": dropout_mlp,
    "resnet18": resnet18,
    "small_resnet": small_resnet,
    "densenet": densenet,
    "small_densenet": small_densenet,
}


def get_network(name: str, *args: Any, **options: Any) -> gluon.Block:
    """Returns a new network of the book, by its name.

    Parameters
    ----------
    name : str
        Such as ``'resnet18'``.
    args, options
        Passed to the function of that name, such as ``num_classes=2``.

    Returns
    -------
    gluon.Block
        The network, not initialized.

    Raises
    ------
    ValueError
        If there is no network of that name; the message lists all.
    """
    if name not in NETWORKS:
        raise ValueError(
            f"network {name!r} is not known; use one of: "
            + ", ".join(sorted(NETWORKS))
        )
    return NETWORKS[name](*args, **options)
