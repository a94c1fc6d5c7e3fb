"""Penalties in the loss and a bound on the norm: formulas in NumPy."""

from __future__ import annotations

import d2l_ext
from d2l_ext.training import MaxNorm, PenalizedLoss, evaluate, fit

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    Softmax,
    assert_close,
    batches_of,
    in_numpy,
    initialized,
    normalized,
    same,
    weights_of,
)
from mxnet import gluon, np
from mxnet.gluon import nn


class Eager(nn.Sequential):
    """A network that is not hybridizable."""


# Penalties.


@pytest.mark.parametrize("hybridize", [False, True])
@pytest.mark.parametrize("kind", [None, Eager])
@pytest.mark.parametrize(("l1", "l2"), [(0, 0.4), (0.2, 0), (0.2, 0.4)])
def test_a_penalty_is_a_term_of_the_loss(l1, l2, kind, hybridize):
    layer = nn.Dense(NUM_CLASSES)
    net = layer
    if kind is not None:
        net = kind()
        net.add(layer)
    initialized(net)
    model, losses = Softmax(layer), []
    history = fit(
        *(net, batches_of(), batches_of((4,), seed=1), 2),
        lr=0.3,
        loss=PenalizedLoss(net, l1, l2),
        hybridize=hybridize,
    )
    for X, y in in_numpy(batches_of()) * 2:
        W = model.W.copy()
        loss, _ = model.step(X, y, 0.3)
        model.W -= 0.3 * (l1 * onp.sign(W) + l2 * W)
        losses.append(loss / len(y) + penalty(W, l1, l2))
    assert_close(history.step_loss, losses)
    assert_close(layer.weight.data().asnumpy(), model.W)
    assert_close(layer.bias.data().asnumpy(), model.b)
    alone = evaluate(net, batches_of((4,), seed=1))[0]
    assert_close(history.test_loss[-1], alone + penalty(model.W, l1, l2))


def penalty(W, l1, l2):
    return l1 * abs(W).sum() + l2 / 2 * (W**2).sum()


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_weights_alone_are_penalized(ctx):
    net = normalized(ctx)
    loss = PenalizedLoss(net, l1=0.5, loss=gluon.loss.L2Loss())
    y = np.ones((2, NUM_CLASSES), ctx=ctx)
    found = loss(y, y)
    assert found.shape == (2,)
    assert found.ctx == ctx
    weights = weights_of(net)
    total = sum(abs(weights[f"{i}.weight"]).sum() for i in (0, 2))
    assert_close(found.asnumpy(), onp.full(2, 0.5 * total))


def test_what_is_not_learned_and_what_is_shared_counts_once_or_not():
    net = normalized()
    net[0].weight.grad_req = "null"
    y = np.ones((1, NUM_CLASSES))
    only = PenalizedLoss(net, l1=1.0, loss=gluon.loss.L2Loss())(y, y)
    assert_close(only.item(), abs(weights_of(net)["2.weight"]).sum())
    tied = nn.HybridSequential()
    first = nn.Dense(4, in_units=4)
    tied.add(first, nn.Dense(4, in_units=4, params=first.params))
    initialized(tied)
    found = PenalizedLoss(tied, l1=1.0, loss=gluon.loss.L2Loss())(y, y)
    assert_close(found.item(), abs(first.weight.data().asnumpy()).sum())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PenalizedLoss(normalized(), l1=-1), "l1 is a number from 0"),
        (lambda: PenalizedLoss(normalized(), l2=onp.inf), "l2 is a number"),
        (lambda: PenalizedLoss(nn.Flatten()), "Flatten has no weights"),
        (lambda: MaxNorm(0), "bound is a number above 0, not 0"),
        (lambda: MaxNorm(-1), "bound is a number above 0, not -1"),
    ],
)
def test_a_penalty_outside_its_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# The largest norm.


def norms(weight):
    return onp.sqrt((weight**2).reshape(len(weight), -1).sum(axis=1))


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_norms_are_bounded_after_each_step(ctx):
    net = normalized(ctx)
    free = weights_of(net)
    d2l_ext.seed(0)
    fit(net, batches_of(ctx=ctx), None, 2, lr=0.5, callbacks=[MaxNorm(0.6)])
    bound = weights_of(net)
    for name in ("0.weight", "2.weight"):
        assert norms(free[name]).max() > 0.7
        assert norms(bound[name]).max() <= 0.6 + 1e-6
    assert abs(bound["1.gamma"]).max() > 0.6


def test_a_unit_is_scaled_and_its_direction_stays():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, 2, in_channels=2))
    net.initialize()
    weight = onp.random.default_rng(0).normal(size=(3, 2, 2, 2))
    weight[0] *= 0.1
    weight[1] = 0
    net[0].weight.set_data(np.array(weight))
    MaxNorm(1.0).on_step(1, net)
    found = net[0].weight.data().asnumpy()
    assert_close(found[:2], weight[:2])
    assert_close(found[2], weight[2] / norms(weight)[2])


def test_a_bound_that_no_norm_reaches_changes_nothing():
    results = []
    for callbacks in ([MaxNorm(1e6)], []):
        d2l_ext.seed(0)
        net = normalized()
        fit(net, batches_of(), None, 2, lr=0.3, callbacks=callbacks)
        results.append(weights_of(net))
    assert same(*results)
