"""A normalization stands where it is asked for."""

from __future__ import annotations

from d2l_ext.layers import ACTIVATIONS, BatchNorm
from d2l_ext.networks import (
    lenet,
    mlp,
)

import numpy as onp
import pytest
from classic import images, initialized, kinds, layer_norm, small_mlp
from mxnet import gluon
from mxnet.gluon import nn


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Dense Activation Dense"),
        ({"norm": "batch"}, "Dense BatchNorm Activation Dense"),
        (
            {"norm": "batch", "norm_position": "after"},
            "Dense Activation BatchNorm Dense",
        ),
        ({"norm": layer_norm}, "Dense LayerNorm Activation Dense"),
        ({"norm_position": "after"}, "Dense Activation Dense"),
    ],
)
def test_the_norm_stands_where_it_is_asked_for(options, expected):
    assert kinds(mlp([3], **options)) == expected.split()


def test_a_norms_name_says_which_block_it_is():
    assert type(mlp([3], norm="batch")[1]) is nn.BatchNorm
    assert type(mlp([3], norm="scratch")[1]) is BatchNorm


@pytest.mark.parametrize(
    ("make", "activation"), [(lenet, "sigmoid"), (small_mlp, "relu")]
)
def test_each_network_has_its_own_activation(make, activation):
    for options, expected in (
        ({}, activation),
        ({"activation": "tanh"}, "tanh"),
    ):
        functions = {
            layer._act_type
            for layer in make(**options)
            if isinstance(layer, nn.Activation)
        }
        assert functions == {expected}


@pytest.mark.parametrize("make", [lenet, small_mlp])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"norm": "layer"}, "norm='layer' is not known.*batch, scratch"),
        ({"norm": 3}, "norm=3 is not known.*batch, scratch"),
        ({"norm_position": "in"}, "norm_position='in'.*before, after"),
        ({"activation": "rleu"}, "activation='rleu'.*relu, sigmoid, tanh"),
        ({"num_classes": 0}, "num_classes is 1 or more, not 0"),
        ({"num_classes": 2.0}, "num_classes.*not 2.0"),
        ({"num_classes": True}, "num_classes.*not True"),
    ],
)
def test_an_unknown_option_is_refused_with_those_that_are_known(
    make, options, message
):
    with pytest.raises(ValueError, match=message):
        make(**options)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softrelu", "softsign"])
def test_every_activation_that_is_listed_computes(activation):
    for net in (mlp([3], activation=activation), lenet(activation=activation)):
        initialized(net, images())
        assert isinstance(net, gluon.HybridBlock)
        assert onp.isfinite(net(images()).asnumpy()).all()
