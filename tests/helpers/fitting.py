"""What the tests of training train."""

from __future__ import annotations

import math

import d2l_ext
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
from mxnet import gluon, np
from mxnet.gluon import nn

NUM_INPUTS, NUM_CLASSES = 4, 3
SIZES = (5, 5, 3)  # the last mini-batch is smaller


def batches_of(sizes=SIZES, seed=0, ctx=None):
    """Returns a list of mini-batches whose classes can be told apart."""
    rng = onp.random.default_rng(seed)
    batches = []
    for m in sizes:
        y = rng.integers(NUM_CLASSES, size=m)
        X = rng.normal(size=(m, NUM_INPUTS))
        X[onp.arange(m), y] += 1
        batches.append(
            (
                np.array(X, dtype="float32", ctx=ctx),
                np.array(y, dtype="int32", ctx=ctx),
            )
        )
    return batches


def initialized(net=None, ctx=None, scale=0.5):
    """Returns the network, by default a linear one, with random weights."""
    net = nn.Dense(NUM_CLASSES) if net is None else net
    net.initialize(mx.init.Normal(scale), ctx=ctx)
    net(np.ones((1, NUM_INPUTS), ctx=ctx))
    return net


def normalized(ctx=None, num_hiddens=5, num_classes=NUM_CLASSES):
    """Returns two dense layers with batch normalization in between."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens), nn.BatchNorm(), nn.Dense(num_classes))
    return initialized(net, ctx=ctx)


def weights_of(net):
    return {
        name: parameter.data().asnumpy()
        for name, parameter in net._collect_params_with_prefix().items()
    }


def same(first, second):
    return all((first[name] == second[name]).all() for name in first)


class Softmax:
    """A linear classifier in float64 NumPy, with the weights of a network."""

    def __init__(self, net):
        self.W = net.weight.data().asnumpy().astype("float64")
        self.b = net.bias.data().asnumpy().astype("float64")

    def forward(self, X, y):
        """Returns probabilities, the summed loss and how many are right."""
        scores = X @ self.W.T + self.b
        p = onp.exp(scores - scores.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        loss = -onp.log(p[onp.arange(len(y)), y]).sum()
        return p, loss, (scores.argmax(1) == y).sum()

    def step(self, X, y, lr, clip_norm=None, clip_value=None):
        """Makes a step of SGD; returns summed loss and how many were right."""
        p, loss, right = self.forward(X, y)
        p[onp.arange(len(y)), y] -= 1
        gradients = [p.T @ X / len(y), p.sum(0) / len(y)]
        if clip_value is not None:
            gradients = [g.clip(-clip_value, clip_value) for g in gradients]
        if clip_norm is not None:
            norm = onp.sqrt(sum((g**2).sum() for g in gradients))
            gradients = [g * min(1, clip_norm / norm) for g in gradients]
        self.W -= lr * gradients[0]
        self.b -= lr * gradients[1]
        return loss, right


def in_numpy(batches):
    return [(X.asnumpy().astype("float64"), y.asnumpy()) for X, y in batches]


def assert_close(result, expected, tolerance=1e-5):
    onp.testing.assert_allclose(
        result, expected, rtol=tolerance, atol=tolerance
    )


class NoLoss(gluon.loss.Loss):
    """A loss that is always 0, and so is its gradient."""

    def __init__(self):
        super().__init__(weight=None, batch_axis=0)

    def hybrid_forward(self, F, y_hat, y):
        return (0 * y_hat).sum(axis=1)


def jump_at(jump):
    """A schedule with an absurd learning rate at one step."""
    return lambda step: 1e38 if step == jump else 0.1


def noisy_run(early_stopping=None):
    """A run whose test loss falls and rises again and again."""
    d2l_ext.seed(0)
    net = initialized()
    train, test = batches_of(), batches_of((9,), seed=5)
    history = fit(net, train, test, 30, lr=3.0, early_stopping=early_stopping)
    return net, history, test


def stops_at(losses, patience, min_delta):
    """Returns the epoch of the end, and the best one, by the rule."""
    best_epoch, best = None, math.inf
    for epoch, loss in enumerate(losses, start=1):
        if loss < best - min_delta:
            best_epoch, best = epoch, loss
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return None, best_epoch
