"""Fully connected networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from d2l_ext.layers.dropout import check_rate
from d2l_ext.networks.norms import Norm, activated, sequential
from d2l_ext.validate import whole_number

from mxnet import gluon
from mxnet.gluon import nn


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
    whole_number("num_classes", num_classes)
    if not isinstance(num_hiddens, Sequence):
        raise ValueError(
            f"num_hiddens is a list of widths, such as [64], not {num_hiddens}"
        )
    blocks: list[gluon.Block] = []
    for width in num_hiddens:
        whole_number("num_hiddens", width)
        blocks += activated(nn.Dense(width), activation, norm, norm_position)
    return sequential([*blocks, nn.Dense(num_classes)])


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
    whole_number("num_classes", num_classes)
    return sequential(
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
