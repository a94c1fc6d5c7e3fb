"""The range test: its rates, its end, and what it leaves behind."""

from __future__ import annotations

import math

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.diagnostics import RangeTest, lr_range_test
from d2l_ext.networks import mlp
from d2l_ext.training import fit

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
from mxnet import gluon
from mxnet.gluon import nn


def test_losses_are_those_of_sgd_at_rates_that_grow():
    net = initialized()
    model, losses = Softmax(net), []
    found = lr_range_test(
        net, batches_of(), start=0.01, end=1.0, num_steps=7, stop_factor=100
    )
    assert_close(found.lr, [0.01 * 10 ** (i / 3) for i in range(7)])
    batches = in_numpy(batches_of())
    for (X, y), lr in zip((batches * 3)[:7], found.lr, strict=True):
        losses.append(model.step(X, y, lr)[0] / len(y))
    assert_close(found.loss, losses)
    assert found.diverged_at is None


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_the_network_has_its_weights_back(ctx):
    net = normalized(ctx)
    before = weights_of(net)
    lr_range_test(net, batches_of(ctx=ctx), num_steps=20)
    assert same(weights_of(net), before)
    assert {"1.running_mean", "1.running_var"} <= set(before)
    lr_range_test(net, batches_of(ctx=ctx), num_steps=20)  # still untrained


def test_the_test_stops_when_the_loss_is_too_large():
    net = initialized(mlp([8]))
    found = lr_range_test(net, batches_of((20, 20)), end=1e4, num_steps=60)
    assert found.diverged_at is not None
    assert len(found.lr) == len(found.loss) < 60
    assert found.smoothed[-1] > 3 * found.loss[0] or (
        found.diverged_at > found.lr[-1]
    )
    assert all(loss <= 3 * found.loss[0] for loss in found.smoothed[:-1])


def test_a_loss_that_is_no_number_ends_the_test():
    net = initialized(mlp([8]))
    found = lr_range_test(
        *(net, batches_of((20, 20))),
        end=1e30,
        num_steps=40,
        stop_factor=math.inf,
    )
    assert onp.isfinite(found.loss).all()
    assert found.diverged_at > found.lr[-1]


def test_the_smoothed_loss_is_an_average_with_weights_that_fall():
    found = RangeTest([1, 2, 3], [5.0, 3.0, 4.0], smoothing=0.5)
    expected = [5, (3 + 5 / 2) / 1.5, (4 + 3 / 2 + 5 / 4) / 1.75]
    assert found.smoothed == pytest.approx(expected)
    assert RangeTest([1, 2], [5.0, 3.0], smoothing=0).smoothed == [5, 3]


def test_a_tenth_of_the_rate_of_the_lowest_loss_is_suggested():
    found = RangeTest([1e-3, 1e-2, 0.1, 1.0], [5.0, 4.0, 2.0, 9.0], 0.0)
    assert found.lowest == 0.1
    assert found.suggestion == pytest.approx(0.01)
    rising = RangeTest([1e-3, 1e-2], [4.0, 5.0], 0.0)
    with pytest.raises(ValueError, match=r"at no rate from 0\.001 to 0\.01"):
        _ = rising.suggestion


def test_the_suggestion_trains():
    data = MiniBatches(
        onp.concatenate([X.asnumpy() for X, _ in batches_of((400,))]),
        onp.concatenate([y.asnumpy() for _, y in batches_of((400,))]),
        32,
    )
    net = initialized(mlp([16]))
    found = lr_range_test(net, data)
    history = fit(net, data, None, 3, lr=found.suggestion)
    assert history.train_loss[-1] < 0.8 * history.step_loss[0]


def test_the_optimizer_and_its_options_count():
    def losses(*arguments, **options):
        net = initialized()
        for name, value in start.items():
            getattr(net, name).set_data(mx.np.array(value))
        return lr_range_test(
            net, batches_of(), *arguments, num_steps=9, start=0.01, **options
        ).loss

    start = weights_of(initialized())
    plain = losses()
    assert losses("adam") != plain
    assert losses(optimizer_params={"momentum": 0.9}) != plain
    assert losses(mx.optimizer.SGD()) == plain
    assert losses(loss=gluon.loss.SoftmaxCrossEntropyLoss(weight=2.0)) != plain


def test_the_numbers_are_a_table_and_a_picture():
    found = lr_range_test(initialized(), batches_of(), num_steps=5)
    frame = found.to_frame()
    assert list(frame.columns) == ["lr", "loss", "smoothed"]
    assert list(frame.index) == [1, 2, 3, 4, 5]
    ax = found.plot(title="Range test")
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "learning rate"
    assert ax.get_title() == "Range test"
    onp.testing.assert_array_equal(ax.lines[0].get_ydata(), found.loss)


# A network that is trained.


def test_a_trained_network_is_refused_unless_asked_for():
    net, data = normalized(), batches_of((40, 40))
    fit(net, data, None, 30, lr=0.3)
    with pytest.raises(
        ValueError, match=r"trained already: its loss is 0\.\d+, .* 1\.\d+ at"
    ):
        lr_range_test(net, data)
    found = lr_range_test(net, data, allow_trained=True, num_steps=5)
    assert found.loss[0] < 1  # ln(3) is 1.1
    net.initialize(mx.init.Xavier(), force_reinit=True)
    lr_range_test(net, data, num_steps=5)


@pytest.mark.parametrize("scale", [1e-3, 0.1, 1.0, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_random_weights_of_any_scale_are_untrained(scale, seed):
    mx.random.seed(seed)
    net = initialized(mlp([16, 16]), scale=scale)
    lr_range_test(net, batches_of((30,), seed), num_steps=2)


def test_one_class_alone_is_no_sign_of_training():
    (X, y), *_ = batches_of((20,))
    lr_range_test(initialized(), [(X, 0 * y)], num_steps=2)


# What is refused.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 0}, "start is a number above 0, not 0"),
        ({"start": 2, "end": 1}, "end is greater than start=2, not 1"),
        ({"end": math.inf}, "end is greater than start"),
        ({"num_steps": 1}, "num_steps is 2 or more, not 1"),
        ({"num_steps": -5}, "num_steps is 2 or more, not -5"),
        ({"stop_factor": 1}, "stop_factor is above 1, not 1"),
        ({"smoothing": 1}, r"smoothing lies in \[0, 1\), not 1"),
        ({"optimizer": "sdg"}, "'sdg' is not known"),
    ],
)
def test_an_option_outside_its_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        lr_range_test(initialized(), batches_of(), **options)


def test_data_and_network_must_go_together():
    with pytest.raises(ValueError, match="not initialized"):
        lr_range_test(nn.Dense(NUM_CLASSES), batches_of())
    with pytest.raises(ValueError, match="the data are empty"):
        lr_range_test(initialized(), [])
    with pytest.raises(ValueError, match="generator"):
        lr_range_test(initialized(), (batch for batch in batches_of()))


def test_weights_that_are_no_numbers_are_named():
    net = initialized()
    net.weight.set_data(net.weight.data() * math.nan)
    with pytest.raises(ValueError, match=r"before the first step .* is nan"):
        lr_range_test(net, batches_of())
