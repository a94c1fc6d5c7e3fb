"""What the tests of LeNet and fully connected networks share."""

from __future__ import annotations

from d2l_ext.networks import (
    lenet,
    mlp,
)

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn


def small_mlp(**options):
    return mlp([5, 4], **options)


def layer_norm():
    return nn.LayerNorm()


CASES = [
    pytest.param(make, options, id=f"{make.__name__}-{i}")
    for make in (lenet, small_mlp)
    for i, options in enumerate(
        [
            {},
            {"norm": "batch"},
            {"norm": "batch", "norm_position": "after"},
            {"norm": "scratch"},
            {"norm": layer_norm, "activation": "tanh"},
            {"activation": "relu", "num_classes": 3},
        ]
    )
]


def images(m=4, size=28):
    return np.random.uniform(size=(m, 1, size, size))


def initialized(net, X, ctx=None):
    net.initialize(mx.init.Xavier(), ctx=ctx)
    net(X)
    return net


def sizes(net):
    """Returns how many numbers are learned, and how many are kept."""
    learned = {True: 0, False: 0}
    for parameter in net.collect_params().values():
        learned[parameter.grad_req != "null"] += int(onp.prod(parameter.shape))
    return learned[True], learned[False]


def kinds(net):
    return [type(layer).__name__ for layer in net]
