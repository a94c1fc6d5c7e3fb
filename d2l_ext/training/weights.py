"""The weights of a network apart from the network: kept, set, set back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from d2l_ext.engine.internals import named_parameters

from mxnet import gluon, np

#: All parameters of a network, running statistics included, by where they
#: are: ``0.weight``, ``1.bias``.
Weights = Mapping[str, np.ndarray]


def copy_weights(net: gluon.Block) -> dict[str, np.ndarray]:
    """Returns copies of all parameters of an initialized network."""
    return {
        name: parameter.data().copy()
        for name, parameter in named_parameters(net).items()
    }


def set_weights(net: gluon.Block, weights: Weights) -> None:
    """Gives a network weights of its own or of one that is built alike.

    Raises
    ------
    ValueError
        If names or shapes are not those of the network; nothing is set then.
    """
    parameters = named_parameters(net)
    for name in dict.fromkeys([*parameters, *weights]):
        ours = parameters[name].shape if name in parameters else None
        given = weights[name].shape if name in weights else None
        if ours != given:
            raise ValueError(
                f"the weights are of another network: {name} has shape "
                f"{given or 'none'} and must have {ours or 'none'}"
            )
    for name, parameter in parameters.items():
        parameter.set_data(weights[name])


@contextlib.contextmanager
def with_weights(net: gluon.Block, weights: Weights) -> Iterator[None]:
    """Gives a network other weights for as long as it is entered."""
    own = copy_weights(net)
    set_weights(net, weights)
    try:
        yield
    finally:
        set_weights(net, own)
