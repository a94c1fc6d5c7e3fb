"""The networks of the book by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from d2l_ext.networks.densenet import densenet, small_densenet
from d2l_ext.networks.googlenet import small_googlenet
from d2l_ext.networks.lenet import lenet
from d2l_ext.networks.mlp import dropout_mlp, mlp
from d2l_ext.networks.mobilenet import small_mobilenet
from d2l_ext.networks.resnet import resnet18, small_resnet
from d2l_ext.networks.separable import separable_stack
from d2l_ext.networks.xception import small_xception

from mxnet import gluon

NETWORKS: dict[str, Callable[..., gluon.Block]] = {
    "lenet": lenet,
    "mlp": mlp,
    "dropout_mlp": dropout_mlp,
    "resnet18": resnet18,
    "small_resnet": small_resnet,
    "densenet": densenet,
    "small_densenet": small_densenet,
    "small_googlenet": small_googlenet,
    "separable_stack": separable_stack,
    "small_mobilenet": small_mobilenet,
    "small_xception": small_xception,
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
