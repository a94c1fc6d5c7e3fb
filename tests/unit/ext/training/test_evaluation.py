"""Evaluation is in prediction mode, and over all examples."""

from __future__ import annotations

from d2l_ext.networks import mlp
from d2l_ext.training import evaluate, fit

import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    SIZES,
    Softmax,
    assert_close,
    batches_of,
    in_numpy,
    initialized,
    same,
    weights_of,
)
from mxnet import gluon
from mxnet.gluon import nn


@pytest.mark.parametrize("make_loss", [None, gluon.loss.SoftmaxCELoss])
def test_evaluate_gives_the_mean_loss_and_the_accuracy(make_loss):
    net = initialized(scale=2)
    loss = None if make_loss is None else make_loss(weight=3)
    sums = sum(
        onp.array(Softmax(net).forward(*batch)[1:])
        for batch in in_numpy(batches_of())
    )
    expected = sums / sum(SIZES) * (1 if loss is None else 3, 1)
    assert_close(evaluate(net, batches_of(), loss), expected[:2])


def test_the_last_numbers_are_those_of_evaluate():
    net = initialized(mlp([6], norm="batch"))
    test = batches_of((8, 3), seed=2)
    history = fit(net, batches_of(), test, 2, lr=0.1)
    expected = history.test_loss[-1], history.test_acc[-1]
    assert_close(evaluate(net, test), expected)


def test_evaluate_is_in_prediction_mode_and_changes_nothing():
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(), nn.Dropout(0.9), nn.Dense(NUM_CLASSES))
    initialized(net)
    before = weights_of(net)
    first = evaluate(net, batches_of())
    assert evaluate(net, batches_of()) == first
    assert same(weights_of(net), before)
    assert not net._active
