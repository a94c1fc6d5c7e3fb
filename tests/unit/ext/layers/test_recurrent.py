"""Sequences as vectors: the LSTM's formula, and what is refused."""

from d2l_ext.layers import MultiInput, SequenceEncoder

import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn


def tokens(m=3, t=4, num_tokens=5, ctx=None):
    X = onp.random.default_rng(0).integers(num_tokens, size=(m, t))
    return np.array(X, dtype="int32", ctx=ctx)


def initialized(net, *inputs):
    net.initialize(init.Normal(0.5), ctx=inputs[0].ctx)
    net(*inputs)
    return net


def sigmoid(x):
    return 1 / (1 + onp.exp(-x))


def last_state(net, X):
    """The recurrence, step by step, in float64."""
    values = {
        name.rpartition("l0_")[2]: p.data().asnumpy().astype("float64")
        for name, p in net.lstm.collect_params().items()
    }
    vectors = net.embedding(X).asnumpy().astype("float64")
    h = c = onp.zeros((len(X), vectors.shape[2] + 1))
    for step in range(X.shape[1]):
        gates = vectors[:, step] @ values["i2h_weight"].T
        gates = gates + values["i2h_bias"] + values["h2h_bias"]
        gates = gates + h @ values["h2h_weight"].T
        i, f, g, o = onp.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * onp.tanh(g)
        h = sigmoid(o) * onp.tanh(c)
    return h


@pytest.mark.parametrize("t", [1, 2, 7])
def test_it_is_the_last_state_of_the_recurrence(t):
    X = tokens(t=t)
    net = initialized(SequenceEncoder(5, 3, 4), X)
    assert net(X).shape == (3, 4)
    onp.testing.assert_allclose(
        net(X).asnumpy(), last_state(net, X), atol=1e-5
    )


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_a_compiled_one_computes_the_same(ctx):
    X = tokens(ctx=ctx)
    net = initialized(SequenceEncoder(5, 3, 4), X)
    expected = net(X).asnumpy()
    net.hybridize()
    assert net(X).ctx == ctx
    onp.testing.assert_allclose(net(X).asnumpy(), expected, atol=1e-6)


def test_one_encoder_reads_both_sentences_of_a_pair():
    X, y = tokens(), tokens(t=6)
    encoder = SequenceEncoder(5, 3, 4)
    net = initialized(MultiInput([encoder, encoder], nn.Dense(2)), X, y)
    expected = net(X, y).asnumpy()
    net.hybridize()
    onp.testing.assert_allclose(net(X, y).asnumpy(), expected, atol=1e-6)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (onp.zeros((2, 0)), r"one step or more.*\(2, 0\)"),
        (onp.zeros(3), r"shape \(m, t\).*\(3,\)"),
        (onp.array([[0, 5]]), "tokens are 0 to 4.*from 0 to 5"),
        (onp.array([[-1, 2]]), "from -1 to 2"),
    ],
)
def test_what_is_no_sequence_of_tokens_is_refused(X, message, compiled):
    net = initialized(SequenceEncoder(5, 3, 4), tokens())
    net.hybridize(compiled)
    with pytest.raises(ValueError, match=message):
        net(np.array(X, dtype="int32"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3, 4), "num_tokens is 1 or more"),
        ((5, 0, 4), "embed_size is 1 or more"),
        ((5, 3, 0), "num_hiddens is 1 or more"),
        ((5, 3, 1.5), "num_hiddens is a whole number"),
    ],
)
def test_sizes_are_whole_numbers_from_one(arguments, message):
    with pytest.raises(ValueError, match=message):
        SequenceEncoder(*arguments)
