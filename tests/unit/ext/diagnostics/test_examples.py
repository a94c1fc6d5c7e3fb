"""The loss of each example, in order and in prediction mode."""

from __future__ import annotations

from d2l_ext.diagnostics import example_losses

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    Softmax,
    assert_close,
    batches_of,
    initialized,
    same,
    weights_of,
)
from mxnet import gluon
from mxnet.gluon import nn


@pytest.mark.parametrize("batch_size", [1, 4, 13, 256])
def test_losses_are_those_of_each_example(batch_size):
    net = initialized()
    ((X, y),) = batches_of((13,))
    p = Softmax(net).forward(X.asnumpy().astype("float64"), y.asnumpy())[0]
    found = example_losses(net, X, y, batch_size=batch_size)
    assert found.shape == (13,)
    assert_close(found, -onp.log(p[onp.arange(13), y.asnumpy()]))


def test_the_network_predicts_and_stays_as_it_is():
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.5), nn.BatchNorm(), nn.Dense(NUM_CLASSES))
    initialized(net, ctx=mx.cpu(1))
    before = weights_of(net)
    ((X, y),) = batches_of((6,), ctx=mx.cpu(1))
    first = example_losses(net, X, y)
    assert (example_losses(net, X, y) == first).all()
    assert same(weights_of(net), before)


def test_another_loss_may_be_given():
    net = initialized()
    ((X, y),) = batches_of((6,))
    double = gluon.loss.SoftmaxCrossEntropyLoss(weight=2.0)
    assert_close(
        example_losses(net, X, y, loss=double), 2 * example_losses(net, X, y)
    )


def test_what_does_not_go_together_is_refused():
    net = initialized()
    ((X, y),) = batches_of((6,))
    with pytest.raises(ValueError, match="at least one, not 6 and 5"):
        example_losses(net, X, y[:5])
    with pytest.raises(ValueError, match="at least one, not 0 and 0"):
        example_losses(net, X[:0], y[:0])
    with pytest.raises(ValueError, match="batch_size is 1 or more, not 0"):
        example_losses(net, X, y, batch_size=0)
    with pytest.raises(ValueError, match="not initialized"):
        example_losses(nn.Dense(NUM_CLASSES), X, y)
