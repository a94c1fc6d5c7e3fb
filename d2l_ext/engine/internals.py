"""Every private name of Gluon 1.9.1 that the package uses, in one place.

Its C library is :mod:`d2l_ext.engine.threads`' alone.
"""

from __future__ import annotations

import mxnet as mx
from mxnet import gluon


def children(block: gluon.Block) -> list[gluon.Block]:
    """Returns the blocks directly inside a block, in their order."""
    return list(block._children.values())


def named_parameters(net: gluon.Block) -> dict[str, gluon.Parameter]:
    """Returns all parameters by where they are: ``0.weight``, ``1.bias``.

    Unlike those of ``collect_params()``, these names are the same for every
    network that is built in the same way.
    """
    return net._collect_params_with_prefix()


def is_compiled(block: gluon.Block) -> bool:
    """Whether a block is hybridized."""
    return getattr(block, "_active", False)


def set_compiled(block: gluon.HybridBlock, compiled: bool) -> None:
    """Lets a hybridized block run its graph, or layer by layer."""
    block._active = compiled


def activation_name(block: gluon.nn.Activation) -> str:
    """Returns which function a block applies: ``relu``."""
    return block._act_type


def normalized_axis(block: gluon.Block) -> int:
    """Returns the axis of the features of a batch normalization."""
    return block._kwargs["axis"]


def option_names(initializer: mx.init.Initializer) -> list[str]:
    """Returns the names of the options that an initializer takes."""
    return list(initializer._kwargs)


def initialize_now(parameter: gluon.Parameter) -> None:
    """Draws a parameter that waited for its shape, which it has now."""
    if parameter._deferred_init:
        parameter._finish_deferred_init()


def learned_parameters(trainer: gluon.Trainer) -> list[gluon.Parameter]:
    """Returns the parameters that a trainer changes."""
    return [p for p in trainer._params if p.grad_req != "null"]
