"""Statistics of layers are those of their outputs."""

from __future__ import annotations

from d2l_ext.diagnostics import (
    dead_units,
    layer_statistics,
)
from d2l_ext.networks import lenet, mlp, small_resnet

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn


def nested_net():
    inner = nn.HybridSequential()
    inner.add(nn.Dense(6), nn.BatchNorm(), nn.Activation("relu"))
    net = nn.HybridSequential()
    net.add(inner, nn.Dense(5), nn.Activation("sigmoid"), nn.Dense(10))
    return net


NETWORKS = {
    "lenet": lenet,
    "lenet-batch": lambda: lenet(norm="batch", activation="relu"),
    "lenet-scratch": lambda: lenet(norm="scratch"),
    "mlp": lambda: mlp([6, 5]),
    "nested": nested_net,
}


@pytest.fixture(params=[False, True], ids=["eager", "compiled"])
def hybridized(request):
    return request.param


@pytest.fixture(params=NETWORKS)
def net(request, hybridized):
    net = NETWORKS[request.param]()
    net.initialize(mx.init.Xavier())
    if hybridized and isinstance(net, gluon.HybridBlock):
        net.hybridize()
    net(batch()[0])
    return net


def batch(m=6):
    rng = onp.random.default_rng(0)
    X = np.array(rng.normal(size=(m, 1, 28, 28)), dtype="float32")
    return X, np.arange(m, dtype="int32")


def activations(net, X, training):
    outputs = []
    with autograd.train_mode() if training else autograd.predict_mode():
        for layer in net:
            X = layer(X)
            outputs.append(X)
    return outputs


@pytest.mark.parametrize("training", [True, False])
def test_means_stds_and_zeros_are_those_of_the_outputs(net, training):
    X, _ = batch()
    expected = [
        output.asnumpy().astype("float64")
        for output in activations(net, X, training)
    ]
    frame = layer_statistics(net, X, training=training)
    assert list(frame.columns) == ["layer", "shape", "mean", "std", "zeros"]
    assert list(frame.layer) == [type(layer).__name__ for layer in net]
    assert list(frame["shape"]) == [output.shape for output in expected]
    for name, statistic in (
        ("mean", onp.mean),
        ("std", onp.std),
        ("zeros", lambda output: (output == 0).mean()),
    ):
        values = [statistic(output) for output in expected]
        onp.testing.assert_allclose(
            frame[name], values, rtol=1e-4, atol=1e-6, err_msg=name
        )


def gradient_by_splitting(net, i, X, y, loss):
    """Returns the derivative by layer i's output, the rest cut off there."""
    with autograd.train_mode():
        for layer in net[: i + 1]:
            X = layer(X)
    X = X.copy()
    X.attach_grad()
    with autograd.record():
        y_hat = X
        for layer in net[i + 1 :]:
            y_hat = layer(y_hat)
        mean_loss = loss(y_hat, y).mean()
    mean_loss.backward()
    return X.grad.asnumpy()


@pytest.mark.parametrize("weight", [None, 5])
def test_grad_std_is_that_of_a_network_split_there(net, weight):
    X, y = batch()
    loss = gluon.loss.SoftmaxCrossEntropyLoss(weight=weight)
    options = {} if weight is None else {"loss": loss}
    frame = layer_statistics(net, X, y, **options)
    expected = [
        gradient_by_splitting(net, i, X, y, loss).std()
        for i in range(len(net))
    ]
    onp.testing.assert_allclose(frame.grad_std, expected, rtol=1e-3)
    assert frame.grad_std.min() > 0


def test_a_network_is_left_as_it_was(net, hybridized):
    X, y = batch()
    before = {
        name: parameter.data().asnumpy()
        for name, parameter in net.collect_params().items()
        if "running" not in name
    }
    scores = net(X)
    layer_statistics(net, X, y, training=True)
    layer_statistics(net, X, training=False)
    if isinstance(net, gluon.HybridBlock):
        assert net._active == hybridized
    for name, values in before.items():
        after = net.collect_params()[name].data().asnumpy()
        assert (after == values).all()
    assert net(X).shape == scores.shape


def test_zeros_are_counted_after_relu():
    net = nn.HybridSequential()
    net.add(nn.Activation("relu"), nn.Dense(2, use_bias=False))
    net.initialize(mx.init.One())
    frame = layer_statistics(net, np.array([[1.0, -1], [-1, -3]]))
    assert list(frame.zeros) == [0.75, 0.5]
    assert list(frame["mean"]) == [0.25, 0.5]


def test_dropout_drops_in_training_only():
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.5), nn.Dense(2))
    net.initialize()
    X = np.ones((50, 20))
    assert 0.4 < layer_statistics(net, X).zeros[0] < 0.6
    assert layer_statistics(net, X, training=False).zeros[0] == 0


class Reversed(nn.HybridBlock):
    """Calls its layers in another order than it has them in."""

    def __init__(self):
        super().__init__()
        self.second, self.first = nn.Dense(2), nn.Flatten()

    def hybrid_forward(self, F, x):
        return self.second(self.first(x))


def test_rows_are_in_the_order_of_calls():
    net = Reversed()
    net.initialize()
    frame = layer_statistics(net, np.ones((3, 2, 2)))
    assert list(frame.layer) == ["Flatten", "Dense"]
    assert list(frame["shape"]) == [(3, 4), (3, 2)]


class Twice(Reversed):
    def hybrid_forward(self, F, x):
        return self.second(self.second(x))


class Never(Reversed):
    def hybrid_forward(self, F, x):
        return self.second(x)


@pytest.mark.parametrize("make", [Twice, Never])
def test_layers_that_are_not_called_once_are_refused(make):
    net = make()
    net.initialize()
    message = f"{make.__name__} does not call each of its 2 layers once"
    with pytest.raises(ValueError, match=message):
        layer_statistics(net, np.ones((2, 2)))
    net(np.ones((2, 2)))


def test_what_cannot_be_looked_into_is_named():
    X, y = batch()
    dense = nn.Dense(2)
    dense.initialize()
    with pytest.raises(ValueError, match="Dense has no layers to look into"):
        layer_statistics(dense, X)
    net = mlp([3])
    with pytest.raises(ValueError, match="not initialized"):
        layer_statistics(net, X)
    net.initialize()
    with pytest.raises(ValueError, match=r"data are on cpu\(1\)"):
        layer_statistics(net, X.as_in_ctx(mx.cpu(1)))
    with pytest.raises(ValueError, match="gradients are those of training"):
        layer_statistics(net, X, y, training=False)


def test_statistics_are_computed_on_the_context_of_the_input():
    X, y = (array.as_in_ctx(mx.cpu(1)) for array in batch())
    net = mlp([3], norm="scratch")
    net.initialize(ctx=mx.cpu(1))
    contexts = set()
    for layer in net:
        layer.register_forward_hook(lambda *a: contexts.add(a[2].ctx))
    assert (layer_statistics(net, X, y).grad_std > 0).all()
    assert contexts == {mx.cpu(1)}


def relu_net(*blocks):
    net = nn.HybridSequential()
    net.add(*blocks)
    net.initialize()
    return net


@pytest.mark.parametrize("hybridize", [False, True])
def test_a_unit_is_dead_if_it_is_zero_on_all_examples(hybridize):
    net = relu_net(nn.Activation("relu"))
    if hybridize:
        net.hybridize()
    X = np.array([[1.0, -1, -1, 0], [-1, -1, 2, -1]])
    frame = dead_units(net, X)
    assert list(frame.columns) == ["layer", "units", "dead"]
    assert frame.units.tolist() == [4]
    assert frame.dead.tolist() == [0.5]
    assert frame.layer.tolist() == [net[0].name]


def test_a_channel_is_dead_if_it_is_zero_at_all_positions():
    X = -np.ones((2, 4, 3, 3))
    X[1, 0, 2, 1] = 1
    frame = dead_units(relu_net(nn.Activation("relu")), X)
    assert frame.units.tolist() == [4]
    assert frame.dead.tolist() == [0.75]


def test_a_bias_far_below_zero_kills_units():
    net = mlp([8, 6])
    net.initialize(mx.init.Xavier())
    X, _ = batch(50)
    before = dead_units(net, X)
    assert before.units.tolist() == [8, 6]
    assert before.dead.max() < 0.4
    bias = net[2].bias
    bias.set_data(np.array([-1e3] * 3 + [0] * 3))
    assert dead_units(net, X).dead[0] == before.dead[0]
    assert dead_units(net, X).dead[1] >= 0.5


def test_relus_are_found_at_any_depth_and_others_are_left_out():
    net = small_resnet(8)
    net.initialize(mx.init.Xavier())
    frame = dead_units(net, batch()[0])
    assert frame.units.tolist() == [8, 8, 8, 16, 16, 32, 32]
    mixed = relu_net(nn.Dense(2), nn.Activation("tanh"), nn.Activation("relu"))
    assert len(dead_units(mixed, np.ones((2, 3)))) == 1


def test_dead_units_are_counted_in_prediction_mode_where_the_data_are():
    X = np.ones((4, 3), ctx=mx.cpu(1))
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.9), nn.Activation("relu"))
    net.initialize(ctx=mx.cpu(1))
    assert dead_units(net, X).dead.tolist() == [0.0]


def test_a_network_without_relu_has_no_dead_units_to_count():
    net = mlp([3], activation="tanh")
    with pytest.raises(ValueError, match="has no ReLU"):
        dead_units(net, batch()[0])
    with pytest.raises(ValueError, match="not initialized"):
        dead_units(mlp([3]), batch()[0])
