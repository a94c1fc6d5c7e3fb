"""A step is what its formula says, whatever clips or schedules it."""

from __future__ import annotations

import d2l_ext
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    SIZES,
    NoLoss,
    Softmax,
    assert_close,
    batches_of,
    in_numpy,
    initialized,
    normalized,
    same,
    weights_of,
)


@pytest.mark.parametrize(
    "clipping",
    [
        {},
        {"clip_norm": 0.2},
        {"clip_norm": 1e6},
        {"clip_value": 0.05},
        {"clip_value": 0.05, "clip_norm": 0.1},
        {"clip_value": onp.float64(0.05), "clip_norm": onp.float32(0.1)},
    ],
    ids=repr,
)
@pytest.mark.parametrize("scheduled", [False, True])
@pytest.mark.parametrize("hybridize", [False, True])
def test_everything_fit_does_is_sgd_in_numpy(clipping, scheduled, hybridize):
    train, test, num_epochs = batches_of(), batches_of((4, 3), seed=1), 3
    asked_for = []

    def schedule(step):
        asked_for.append(step)
        return 0.5 / step

    net = initialized()
    model = Softmax(net)
    rate = {"schedule": schedule} if scheduled else {"lr": 0.5}
    history = fit(
        net, train, test, num_epochs, **rate, **clipping, hybridize=hybridize
    )

    steps, losses, n = 0, [], sum(SIZES)
    for epoch in range(num_epochs):
        sums = onp.zeros(2)
        for X, y in in_numpy(train):
            steps += 1
            lr = 0.5 / steps if scheduled else 0.5
            loss, right = model.step(X, y, lr, **clipping)
            losses.append(loss / len(y))
            sums += loss, right
        test_sums = sum(
            onp.array(model.forward(*b)[1:]) for b in in_numpy(test)
        )
        assert_close(history.train_loss[epoch], sums[0] / n)
        assert_close(history.train_acc[epoch], sums[1] / n)
        assert_close(history.test_loss[epoch], test_sums[0] / 7)
        assert_close(history.test_acc[epoch], test_sums[1] / 7)
        assert_close(history.lr[epoch], lr)
    assert_close(history.step_loss, losses)
    assert_close(net.weight.data().asnumpy(), model.W)
    assert_close(net.bias.data().asnumpy(), model.b)
    assert asked_for == [1, 2, 3, 4, 5, 6, 7, 8, 9] * scheduled
    assert history.num_epochs == len(history.seconds) == num_epochs
    assert history.diverged_at is history.stopped_by is None


def test_clipping_changes_what_is_learned_at_these_bounds():
    results = []
    for clipping in ({}, {"clip_norm": 0.2}, {"clip_value": 0.05}):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), num_epochs=1, lr=0.5, **clipping)
        results.append(weights_of(net))
    assert not same(results[0], results[1])
    assert not same(results[0], results[2])


def test_clipping_a_gradient_of_zero_leaves_it_zero():
    net = initialized()
    before = weights_of(net)
    history = fit(
        net, batches_of(), num_epochs=2, lr=1.0, loss=NoLoss(), clip_norm=0.1
    )
    assert same(weights_of(net), before)
    assert history.step_loss == [0] * 6


def test_parameters_that_are_not_learned_stay_and_are_not_clipped():
    net = normalized()
    net[0].weight.grad_req = "null"
    before = weights_of(net)
    fit(net, batches_of(), num_epochs=1, lr=0.1, clip_norm=1, clip_value=1)
    after = weights_of(net)
    assert (after["0.weight"] == before["0.weight"]).all()
    assert (after["2.weight"] != before["2.weight"]).any()


def test_a_named_optimizer_gets_its_options():
    def trained(optimizer, **options):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), None, 2, optimizer, **options)
        return weights_of(net)

    momentum = {"optimizer_params": {"momentum": 0.9}, "lr": 0.2}
    plain = trained("sgd", lr=0.2)
    named = trained("sgd", **momentum)
    assert not same(plain, named)
    given = mx.optimizer.SGD(momentum=0.9, learning_rate=0.2)
    assert same(trained(given), named)
    assert same(trained(mx.optimizer.SGD(momentum=0.9), lr=0.2), named)
    assert same(trained("SGD", **momentum), named)
    assert not same(trained("adam", lr=0.2), plain)


@pytest.mark.parametrize(
    "make",
    [
        lambda: mx.optimizer.SGD(learning_rate=0.3, momentum=0.9),
        lambda: mx.optimizer.Adam(learning_rate=0.3),
    ],
    ids=["sgd", "adam"],
)
def test_an_optimizer_can_be_used_again(make):
    optimizer = make()
    results = []
    for rule in (optimizer, optimizer, make()):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), None, 2, rule)
        results.append(weights_of(net))
    assert same(results[1], results[0])
    assert same(results[2], results[0])
    assert optimizer.rescale_grad == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "sdg"}, "'sdg' is not known.*adam,.*sgd"),
        ({"optimizer": None}, "None is not known"),
        (
            {"optimizer_params": {"momentom": 0.9}},
            r"'sgd' does not take \['momentom'\]",
        ),
        (
            {
                "optimizer": mx.optimizer.SGD(),
                "optimizer_params": {"momentum": 0.9},
            },
            "optimizer_params are for an optimizer given by name",
        ),
    ],
)
def test_an_unknown_optimizer_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(initialized(), batches_of(), **arguments)
