"""Fair comparisons: a trial depends on its seed and on nothing else."""

import math
import warnings

import d2l_ext
from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.evidence.recording import recording
from d2l_ext.evidence.trial import epochs, seeds, trial
from d2l_ext.networks import mlp

import mxnet as mx
import numpy as onp
import pytest
from mxnet.gluon import nn


def data(ctx=None):
    rng = onp.random.default_rng(0)
    y = rng.integers(3, size=40)
    X = rng.normal(size=(40, 4))
    X[onp.arange(40), y] += 2
    return (
        MiniBatches(X[:30], y[:30], 8, ctx=ctx),
        MiniBatches(X[30:], y[30:], 10, shuffle=False, ctx=ctx),
    )


def make_net():
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation="relu"), nn.Dropout(0.3), nn.Dense(3))
    return net


def outcome(**options):
    options = {"num_epochs": 2, "lr": 0.1} | options
    run = trial(make_net, *data(), **options)
    return run.history.step_loss, run.test_acc, run.net[0].weight.data()


def test_a_trial_is_reproducible_whatever_was_drawn_before():
    first = outcome(seed=5)
    mx.np.random.normal(size=3)
    d2l_ext.seed(77)
    second = outcome(seed=5)
    assert first[:2] == second[:2]
    assert (first[2] == second[2]).all()
    assert outcome(seed=6)[0] != first[0]


def test_the_default_seed_is_the_setting(with_settings):
    by_argument = outcome(seed=9)[0]
    assert outcome()[0] == outcome(seed=0)[0] != by_argument
    with_settings(seed=9)
    assert outcome()[0] == by_argument


def test_a_rate_falls_along_a_line_to_zero_after_the_last_step():
    train_iter, _ = data()
    rates = [0.1 * (1 - i / 8) for i in range(8)]  # 2 epochs of 4 batches
    by_hand = outcome(lr=None, schedule=lambda step: rates[step - 1])
    falls = outcome(falling=True)
    assert len(train_iter) == 4
    assert falls[0] == pytest.approx(by_hand[0])
    assert falls[0] != outcome()[0]


def test_a_rate_that_falls_needs_batches_that_can_be_counted():
    train_iter, test_iter = data()
    with pytest.raises(ValueError, match="len"):
        trial(
            make_net,
            iter(train_iter),
            test_iter,
            num_epochs=1,
            lr=0.1,
            falling=True,
        )


def test_a_trial_keeps_network_history_and_accuracy():
    train_iter, test_iter = data()
    run = trial(make_net, train_iter, test_iter, num_epochs=20, lr=0.3)
    assert run.history.num_epochs == 20
    assert run.test_acc == run.history.test_acc[-1] > 0.5
    assert run.train_loss == run.history.train_loss[-1] < 1
    assert d2l_ext.evaluate(run.net, test_iter)[1] == run.test_acc


def test_the_initializer_is_xaviers_unless_given():
    assert abs(outcome()[2]).max() > 0.1
    options = {"lr": 1e-9, "initializer": mx.init.Constant(0.25)}
    onp.testing.assert_allclose(outcome(**options)[2].asnumpy(), 0.25)


def test_a_trial_is_on_the_context_of_its_data():
    run = trial(make_net, *data(ctx=mx.cpu(1)), num_epochs=1, lr=0.1)
    for parameter in run.net.collect_params().values():
        assert parameter.list_ctx() == [mx.cpu(1)]


def test_a_trial_that_diverges_is_evaluated_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = trial(lambda: mlp([8, 8]), *data(), num_epochs=5, lr=1e10)
    assert run.history.diverged_at is not None
    assert run.train_loss == math.inf
    _, test_iter = data()
    # A network without numbers names the first class for every example.
    assert run.test_acc == (test_iter.y == 0).mean()


def test_seeds_are_distinct_and_others_for_each_setting(with_settings):
    every = []
    for value in (0, 1, 2, 2**31 - 1):
        with_settings(seed=value)
        every += seeds(1000)
        assert seeds(3) == seeds(1000)[:3]
    assert len(set(every)) == len(every)
    assert all(0 <= seed <= 2**31 - 1 for seed in every)


def test_seeds_are_taken_by_seed():
    assert [d2l_ext.seed(value) for value in seeds(3)] == [0, 1, 2]


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_count_outside_its_range_is_refused(count):
    with pytest.raises(ValueError, match=f"1 to 1000, not {count}"):
        seeds(count)


def test_without_curves_the_same_network_is_evaluated_at_the_end():
    run = trial(make_net, *data(), num_epochs=2, lr=0.1, curves=False)
    losses, accuracy, _ = outcome()
    assert run.history.step_loss == losses
    assert run.history.test_acc == []
    assert run.test_acc == accuracy


def test_what_finishes_a_network_counts_in_its_accuracy():
    def forget(net, train_iter):
        for parameter in net.collect_params().values():
            parameter.set_data(mx.np.zeros_like(parameter.data()))

    _, test_iter = data()
    share = (test_iter.y == 0).mean()
    run = trial(make_net, *data(), num_epochs=1, lr=0.1, finish=forget)
    assert run.test_acc == pytest.approx(float(share))


@pytest.mark.parametrize(("budget", "times"), [("short", 1), ("long", 10)])
def test_a_long_budget_is_ten_times_the_epochs(with_settings, budget, times):
    with_settings(budget=budget)
    assert epochs(3) == 3 * times


def test_a_run_for_the_evidence_has_one_seed(with_settings):
    with_settings(seed=4)
    first, *_ = seeds(3)
    with recording():
        assert seeds(3) == [first]
    assert len(seeds(3)) == 3
