"""Averages of weights: sums in float64, applied, evaluated, restored."""

from __future__ import annotations

import math

from d2l_ext.training import EMA, Callback, PolyakAverage, evaluate, fit
from d2l_ext.training.averaging import WeightAverage

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    assert_close,
    batches_of,
    initialized,
    normalized,
    same,
    weights_of,
)
from mxnet.gluon import nn


class Path(Callback):
    """Keeps the weights after each step, in float64."""

    def __init__(self):
        self.path = []

    def on_step(self, step, net):
        self.path.append(
            {n: w.astype("float64") for n, w in weights_of(net).items()}
        )


def trained(average, num_epochs=3, net=None, ctx=None, **options):
    net, path = normalized(ctx) if net is None else net, Path()
    fit(
        *(net, batches_of(ctx=ctx), None, num_epochs),
        lr=0.3,
        callbacks=[average, path],
        **options,
    )
    return net, path.path


def shares(average, n):
    """Returns what each of n weights counts for, by the definition."""
    if isinstance(average, PolyakAverage):
        return onp.full(n, 1 / n)
    powers = average.decay ** onp.arange(n - 1, -1, -1.0)
    return powers / powers.sum()


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
@pytest.mark.parametrize(
    ("average", "taken"),
    [
        (PolyakAverage(), range(9)),
        (PolyakAverage(start=4, every=2), (3, 5, 7)),
        (EMA(0.8), range(9)),
        (EMA(0.5, start=2), range(1, 9)),
    ],
)
def test_an_average_is_the_sum_by_its_definition(average, taken, ctx):
    _, path = trained(average, ctx=ctx)
    chosen = [path[index] for index in taken]
    assert average.num_averaged == len(chosen)
    for name, found in average.weights.items():
        assert found.ctx == ctx
        parts = shares(average, len(chosen))
        expected = sum(
            share * weights[name]
            for share, weights in zip(parts, chosen, strict=True)
        )
        assert_close(found.asnumpy(), expected)
    assert "1.running_mean" in average.weights


@pytest.mark.parametrize("hybridize", [False, True])
def test_an_average_does_not_change_training(hybridize):
    average = EMA(0.9, test_iter=batches_of((4,), seed=1))
    net = normalized()
    start = weights_of(net)
    results = []
    for callbacks in ([average], []):
        for name, parameter in net._collect_params_with_prefix().items():
            parameter.set_data(mx.np.array(start[name]))
        fit(
            *(net, batches_of(), None, 3),
            lr=0.3,
            callbacks=callbacks,
            hybridize=hybridize,
        )
        results.append(weights_of(net))
    assert same(*results)


def test_the_average_is_applied_evaluated_and_taken_back():
    average, data = PolyakAverage(), batches_of((9,), seed=5)
    net, _ = trained(average)
    before = weights_of(net)
    found = average.evaluate(net, data)
    assert same(weights_of(net), before)
    assert found != evaluate(net, data)
    average.apply(net)
    assert found == evaluate(net, data)
    average.apply(net)  # once more changes nothing
    for name, weight in average.weights.items():
        assert (weights_of(net)[name] == weight.asnumpy()).all()
    average.restore(net)
    assert same(weights_of(net), before)
    with pytest.raises(ValueError, match="nothing to restore"):
        average.restore(net)


def test_the_average_is_evaluated_after_each_epoch():
    data = batches_of((9,), seed=5)
    average = PolyakAverage(start=4, test_iter=data)
    net, _ = trained(average)
    assert len(average.test_loss) == len(average.test_acc) == 3
    assert math.isnan(average.test_loss[0])
    assert math.isnan(average.test_acc[0])
    last = average.test_loss[-1], average.test_acc[-1]
    assert last == average.evaluate(net, data)


def test_each_training_has_an_average_of_its_own():
    average = EMA(0.8, test_iter=batches_of((4,), seed=1))
    trained(average)
    net, path = trained(average, num_epochs=1)
    assert average.num_averaged == len(path) == 3
    assert len(average.test_acc) == 1
    parts = shares(average, 3)
    expected = sum(s * w["0.bias"] for s, w in zip(parts, path, strict=True))
    assert_close(average.weights["0.bias"].asnumpy(), expected)
    with pytest.raises(ValueError, match="nothing to restore"):
        average.restore(net)


def test_an_average_lies_nearer_to_the_minimum_at_a_constant_rate():
    average = PolyakAverage(start=31)
    net = initialized()
    data = batches_of((2,) * 30)
    whole = [tuple(map(onp.concatenate, zip(*data, strict=True)))]
    fit(net, data, None, 3, lr=0.5, callbacks=[average])
    assert average.evaluate(net, whole)[0] < evaluate(net, whole)[0]


def test_without_an_average_there_is_nothing_to_apply():
    average = EMA(start=100)
    with pytest.raises(ValueError, match=r"no weights .* \(it is 100\)"):
        average.apply(normalized())
    net, _ = trained(average)
    for use in (average.apply, lambda net: average.evaluate(net, [])):
        with pytest.raises(ValueError, match="no weights were averaged"):
            use(net)


def test_another_network_is_refused():
    average = PolyakAverage()
    trained(average)
    other = initialized(nn.Dense(3))
    before = weights_of(other)
    with pytest.raises(ValueError, match="of another network"):
        average.apply(other)
    assert same(weights_of(other), before)
    with pytest.raises(ValueError, match="nothing to restore"):
        average.restore(other)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EMA(1), r"decay lies in \[0, 1\), not 1"),
        (lambda: EMA(-0.1), r"decay lies in \[0, 1\), not -0.1"),
        (lambda: EMA(start=0), "start is 1 or more, not 0"),
        (lambda: PolyakAverage(every=0), "every is 1 or more, not 0"),
    ],
)
def test_an_option_outside_its_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_says_that_it_is_none():
    with pytest.raises(NotImplementedError):
        trained(WeightAverage())
