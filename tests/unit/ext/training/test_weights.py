"""Weights are kept and set apart from their network."""

from __future__ import annotations

from d2l_ext.networks import mlp
from d2l_ext.training.weights import copy_weights, set_weights, with_weights

import mxnet as mx
import pytest
from fitting import initialized, normalized, same, weights_of
from mxnet import np
from mxnet.gluon import nn


def test_copies_stay_when_the_network_changes():
    net = normalized()
    kept = copy_weights(net)
    assert {"0.weight", "1.running_mean"} <= set(kept)
    before = weights_of(net)
    net[0].weight.set_data(net[0].weight.data() + 1)
    assert (kept["0.weight"].asnumpy() == before["0.weight"]).all()
    set_weights(net, kept)
    assert same(weights_of(net), before)


def test_weights_go_to_a_network_that_is_built_alike():
    net, twin = normalized(), normalized()
    assert not same(weights_of(net), weights_of(twin))
    set_weights(twin, copy_weights(net))
    assert same(weights_of(net), weights_of(twin))


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize("hybridize", [False, True])
def test_other_weights_are_there_for_a_while(ctx, hybridize):
    net = initialized(nn.Dense(3), ctx=ctx)
    if hybridize:
        net.hybridize(static_alloc=True, static_shape=True)
    X = np.ones((2, 4), ctx=ctx)
    before = net(X)
    zeros = {name: 0 * w for name, w in copy_weights(net).items()}
    with with_weights(net, zeros):
        assert (net(X) == 0).all()
    assert (net(X) == before).all()
    with pytest.raises(KeyError), with_weights(net, zeros):
        raise KeyError
    assert (net(X) == before).all()


@pytest.mark.parametrize(
    ("num_hiddens", "message"),
    [
        ([5], r"0\.weight has shape \(5, 4\) and must have \(6, 4\)"),
        ([6, 6], r"2\.weight has shape \(6, 6\) and must have \(10, 6\)"),
    ],
    ids=["narrower", "deeper"],
)
def test_the_weights_of_another_network_are_refused(num_hiddens, message):
    net = initialized(mlp([6]))
    before = weights_of(net)
    with pytest.raises(ValueError, match=message):
        set_weights(net, copy_weights(initialized(mlp(num_hiddens))))
    assert same(weights_of(net), before)


def test_weights_that_are_missing_or_too_many_are_refused():
    net = initialized()
    weights = copy_weights(net)
    with pytest.raises(ValueError, match=r"more has shape \(1,\) and .* none"):
        set_weights(net, weights | {"more": np.ones(1)})
    del weights["bias"]
    with pytest.raises(ValueError, match="bias has shape none and must have"):
        set_weights(net, weights)
