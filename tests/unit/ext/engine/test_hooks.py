"""Watching layers: each call is seen, and nothing of it stays behind."""

from d2l_ext.engine.hooks import blocks, eager, probed, watched
from d2l_ext.networks import mlp

import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

X = np.array([[1.0, -2], [3, 4]])


@pytest.fixture(params=[True, False], ids=["compiled", "eager"])
def net(request):
    net = mlp([3, 4], num_classes=2)
    net.initialize()
    if request.param:
        net.hybridize()
    net(X)
    return net


def activity(net):
    return [block._active for block in blocks(net)]


def hooks(net):
    return [
        len(block._forward_hooks) + len(block._forward_pre_hooks)
        for block in blocks(net)
    ]


def test_blocks_are_all_of_them_children_first():
    inner = nn.HybridSequential()
    inner.add(nn.Dense(2), nn.Activation("relu"))
    net = nn.HybridSequential()
    net.add(inner, nn.Dense(1))
    assert blocks(net) == [inner[0], inner[1], inner, net[1], net]


@pytest.mark.parametrize("fails", [False, True])
def test_eager_runs_layer_by_layer_for_as_long_as_it_is_entered(net, fails):
    before, scores = activity(net), net(X)
    try:
        with eager(net):
            assert activity(net) == [False] * len(before)
            assert abs(net(X) - scores).max() < 1e-6
            if fails:
                raise KeyError
    except KeyError:
        pass
    assert activity(net) == before


def test_eager_leaves_a_partly_compiled_network_so(net):
    net[0].hybridize()
    before = activity(net)
    with eager(net):
        pass
    assert activity(net) == before


@pytest.mark.parametrize("fails", [False, True])
def test_hooks_see_each_call_of_a_watched_layer(net, fails):
    before, calls = activity(net), []
    layers = [net[0], net[2]]
    try:
        with watched(
            net,
            layers,
            before=lambda layer, inputs: calls.append((layer, inputs)),
            after=lambda *call: calls.append(call),
        ):
            net(X)
            if fails:
                raise KeyError
    except KeyError:
        pass
    assert [call[0] for call in calls] == [net[0], net[0], net[2], net[2]]
    first, second = calls[1:4:2]
    assert (first[1][0] == X).all()
    assert abs(first[2] - net[0](X)).max() < 1e-6
    assert abs(second[2] - net[2](net[1](first[2]))).max() < 1e-6
    assert hooks(net) == [0] * 6
    assert activity(net) == before
    num_calls = len(calls)
    net(X)
    assert len(calls) == num_calls


def test_either_hook_may_be_left_out(net):
    calls = []
    with watched(net, [net[0]], before=lambda *call: calls.append(call)):
        net(X)
    with watched(net, [net[0]], after=lambda *call: calls.append(call)):
        net(X)
    assert [len(call) for call in calls] == [2, 3]


def test_a_probe_has_the_gradient_of_its_layers_output(net):
    layers = list(net)
    scores = net(X)
    with probed(net, layers) as calls, autograd.record():
        output = net(X)
        total = (output**2).sum()
    total.backward()
    assert [layer for layer, _, _ in calls] == layers
    assert abs(output - scores).max() < 1e-6
    *_, (_, last, probe) = calls
    assert abs(last - scores).max() < 1e-6
    assert abs(probe.grad - 2 * scores).max() < 1e-5
    # One layer further down the chain rule goes through the last weights.
    expected = np.dot(2 * scores, net[4].weight.data())
    assert abs(calls[3][2].grad - expected).max() < 1e-5


def test_no_probe_stays_in_the_network(net):
    before = activity(net)
    with probed(net, list(net)) as calls:
        net(X)
    assert len(calls) == 5
    net(X)
    assert len(calls) == 5
    assert activity(net) == before
    assert all("forward" not in vars(layer) for layer in net)


def test_a_layer_that_stands_in_two_places_has_two_calls():
    shared = nn.Dense(2)
    net = nn.Sequential()
    net.add(shared, nn.Activation("relu"), shared)
    net.initialize()
    with probed(net, list(net)) as calls:
        net(X)
    assert [layer for layer, _, _ in calls] == [shared, net[1], shared]
    assert "forward" not in vars(shared)
