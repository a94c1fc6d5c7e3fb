"""Several inputs and outputs: what is shared, added up, refused."""

from d2l_ext.engine.internals import named_parameters
from d2l_ext.layers import MultiInput, MultiOutput, WeightedLoss
from d2l_ext.layers.graphs import MERGES

import numpy as onp
import pytest
from measuring import sizes
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn


def vectors(m=4, d=3):
    return np.random.normal(size=(m, d))


def initialized(net, *inputs):
    net.initialize(init.Xavier())
    net(*inputs)
    return net


def close(results, expected):
    for result, wanted in zip(results, expected, strict=True):
        onp.testing.assert_allclose(
            result.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-5
        )


def gradients(net):
    return [p.grad().copy() for p in net.collect_params().values()]


# Several inputs.


def test_vectors_are_put_behind_each_other_for_the_head():
    a, b = vectors(), vectors(d=5)
    first, second, head = nn.Dense(2), nn.Dense(4), nn.Dense(1)
    net = initialized(MultiInput([first, second], head), a, b)
    assert head.weight.shape == (1, 6)
    expected = head(np.concatenate([first(a), second(b)], axis=1))
    close([net(a, b)], [expected])


def test_the_difference_is_that_of_two_vectors():
    a, b = vectors(), vectors()
    encoder, head = nn.Dense(2), nn.Dense(1)
    net = initialized(MultiInput([encoder, encoder], head, "difference"), a, b)
    close([net(a, b)], [head(np.abs(encoder(a) - encoder(b)))])
    assert (net(a, b) == net(b, a)).all()


@pytest.mark.parametrize("merge", MERGES)
def test_an_encoder_that_is_listed_twice_is_shared(merge):
    a, b = vectors(), vectors()
    encoder = nn.Dense(2)
    shared = initialized(
        MultiInput([encoder, encoder], nn.Dense(1), merge), a, b
    )
    apart = initialized(
        MultiInput([nn.Dense(2), nn.Dense(2)], nn.Dense(1), merge), a, b
    )
    assert sizes(apart) - sizes(shared) == 3 * 2 + 2
    names = set(named_parameters(shared))
    assert names == {
        f"{block}.{name}"
        for block in ("encoder0", "head")
        for name in ("weight", "bias")
    }


def test_a_network_is_a_layer():
    a, b = vectors(), vectors()
    camera = nn.HybridSequential()
    camera.add(nn.Dense(5, activation="relu"), nn.Dense(2))
    both = MultiInput([camera, camera], nn.Dense(3))
    net = MultiOutput(both.encoders[0], {"one": nn.Dense(2)})
    both.initialize()
    net.heads["one"].initialize()
    assert both(a, b).shape == (4, 3)
    assert [y.shape for y in net(b)] == [(4, 2)]
    assert camera[0].weight is both.encoders[1][0].weight


@pytest.mark.parametrize("merge", MERGES)
def test_several_inputs_compile_as_written(merge):
    a, b = vectors(), vectors()
    encoder = nn.Dense(2, activation="tanh")
    net = initialized(MultiInput([encoder, encoder], nn.Dense(1), merge), a, b)
    results = []
    for compiled in (False, True):
        net.hybridize(compiled)
        with autograd.record():
            total = net(a, b).sum()
        total.backward()
        results.append([net(a, b), *gradients(net)])
    close(*results)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((), "has 2 inputs, and got 0"),
        ((vectors(),), "has 2 inputs, and got 1"),
        ((vectors(),) * 3, "has 2 inputs, and got 3"),
        ((vectors(4), vectors(5)), r"one row an example.*\(4, 3\), \(5, 3\)"),
    ],
)
def test_other_inputs_are_refused(inputs, message, compiled):
    net = MultiInput([nn.Dense(2), nn.Dense(2)], nn.Dense(1))
    initialized(net, vectors(), vectors())
    net.hybridize(compiled)
    with pytest.raises(ValueError, match=message):
        net(*inputs)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MultiInput([], nn.Dense(1)), "a block for each input"),
        (
            lambda: MultiInput([nn.Dense(1)], nn.Dense(1), "sum"),
            "merge='sum' is not known.*concatenate, difference",
        ),
        (
            lambda: MultiInput([nn.Dense(1)] * 3, nn.Dense(1), "difference"),
            "two inputs, not of 3",
        ),
    ],
)
def test_what_cannot_be_merged_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("encoders", "merge", "message"),
    [
        (
            (nn.Dense(2, flatten=False), nn.Dense(2)),
            "concatenate",
            r"a vector an example.*\(4, 5, 2\), \(4, 2\)",
        ),
        ((nn.Dense(2), nn.Dense(1)), "difference", r"\(4, 2\) and \(4, 1\)"),
    ],
)
def test_encoders_that_do_not_fit_are_named(encoders, merge, message):
    net = MultiInput(encoders, nn.Dense(1), merge)
    net.initialize()
    with pytest.raises(ValueError, match=message):
        net(np.ones((4, 5, 3)), np.ones((4, 3)))


# Several outputs.


def test_each_head_sees_what_the_encoder_gives():
    X = vectors()
    encoder = nn.Dense(5, activation="relu")
    heads = {"class": nn.Dense(10), "parity": nn.Dense(1)}
    net = initialized(MultiOutput(encoder, heads), X)
    outputs = net(X)
    assert [y.shape for y in outputs] == [(4, 10), (4, 1)]
    close(outputs, [head(encoder(X)) for head in heads.values()])
    assert {"encoder.weight", "head.class.weight"} < set(named_parameters(net))
    eager = [y.copy() for y in outputs]
    net.hybridize()
    close(net(X), eager)


@pytest.mark.parametrize("heads", [{}, [nn.Dense(1)]])
def test_heads_have_names(heads):
    with pytest.raises(ValueError, match="heads are blocks by what they"):
        MultiOutput(nn.Dense(1), heads)


# Their loss.

CLASS, NUMBER = gluon.loss.SoftmaxCrossEntropyLoss(), gluon.loss.L2Loss()


def answers():
    outputs = [vectors(d=3), vectors(d=1)]
    return outputs, [np.array([0, 2, 1, 1]), np.arange(4.0)]


@pytest.mark.parametrize("weights", [None, (0.25, 10), (1, 0)])
def test_the_loss_is_the_weighted_sum(weights):
    outputs, labels = answers()
    loss = WeightedLoss([CLASS, NUMBER], weights)
    w, v = weights or (1, 1)
    expected = w * CLASS(outputs[0], labels[0])
    expected = expected + v * NUMBER(outputs[1], labels[1])
    found = loss(outputs, labels)
    assert found.shape == (4,)
    close([found], [expected])
    loss.hybridize()
    close([loss(outputs, labels)], [expected])


def test_a_weight_multiplies_the_gradient():
    results = []
    outputs, labels = answers()
    for weights in ((1, 1), (1, 10)):
        for y_hat in outputs:
            y_hat.attach_grad()
        with autograd.record():
            total = WeightedLoss([CLASS, NUMBER], weights)(outputs, labels)
        total.backward()
        results.append([y_hat.grad.copy() for y_hat in outputs])
    close(results[1], [results[0][0], 10 * results[0][1]])


@pytest.mark.parametrize(
    ("losses", "weights", "message"),
    [
        ([], None, "one for each output"),
        ([CLASS, NUMBER], (1,), "2 losses and 1 weights"),
        ([CLASS], (1, 2), "1 losses and 2 weights"),
        ([CLASS, NUMBER], (1, -1), "a number from 0, not -1"),
        ([CLASS, NUMBER], (1, float("nan")), "a number from 0, not nan"),
    ],
)
def test_weights_that_do_not_match_are_refused(losses, weights, message):
    with pytest.raises(ValueError, match=message):
        WeightedLoss(losses, weights)


@pytest.mark.parametrize("compiled", [False, True])
def test_there_is_a_loss_for_each_output(compiled):
    outputs, labels = answers()
    loss = WeightedLoss([CLASS, NUMBER])
    loss.hybridize(compiled)
    with pytest.raises(ValueError, match="2 losses, and 1 outputs"):
        loss(outputs[:1], labels)
    with pytest.raises(ValueError, match="2 losses, and 3 labels"):
        loss(outputs, [*labels, labels[0]])
