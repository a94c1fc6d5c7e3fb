"""Schedules: MXNet's own numbers, formulas, and use by fit and a trainer."""

from __future__ import annotations

import math
import pickle

import d2l_ext
from d2l_ext.optimizers import (
    Constant,
    CosineDecay,
    CosineRestarts,
    OneCycle,
    Schedule,
    StepDecay,
    WarmUp,
    make_optimizer,
    schedules,
)
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
import pytest
from fitting import SIZES, batches_of, initialized, same, weights_of
from hypothesis import given
from hypothesis import strategies as st
from mxnet import autograd, gluon

NUM_STEPS = 24
EVERY = [
    Constant(0.3),
    StepDecay(0.3, 5),
    StepDecay(0.3, [4, 11], factor=0.5),
    CosineDecay(0.3, NUM_STEPS),
    CosineRestarts(0.3, 4, growth=2),
    OneCycle(0.3, NUM_STEPS),
    WarmUp(CosineDecay(0.3, 20), 4),
]
EVERY_SCHEDULE = pytest.mark.parametrize("schedule", EVERY, ids=repr)


def rates(schedule, num_steps=NUM_STEPS + 6):
    return [schedule(t) for t in range(1, num_steps + 1)]


# The numbers.


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            StepDecay(0.3, 5, factor=0.5),
            mx.lr_scheduler.FactorScheduler(5, 0.5, base_lr=0.3),
        ),
        (
            StepDecay(0.3, [4, 11, 12], factor=0.5),
            mx.lr_scheduler.MultiFactorScheduler([4, 11, 12], 0.5, 0.3),
        ),
        (
            CosineDecay(0.3, NUM_STEPS, final_lr=0.01),
            mx.lr_scheduler.CosineScheduler(NUM_STEPS, 0.3, 0.01),
        ),
        (
            WarmUp(CosineDecay(0.3, NUM_STEPS - 7), 7, start_lr=0.02),
            mx.lr_scheduler.CosineScheduler(
                NUM_STEPS, 0.3, warmup_steps=7, warmup_begin_lr=0.02
            ),
        ),
    ],
    ids=["factor", "multi-factor", "cosine", "warm-up and cosine"],
)
def test_rates_are_those_of_mxnets_own(ours, theirs):
    onp.testing.assert_allclose(rates(ours), rates(theirs), rtol=1e-12)


def test_a_constant_rate_is_constant():
    assert rates(Constant(0.3)) == [0.3] * 30


def test_a_rate_rises_and_falls_once_in_one_cycle():
    found = rates(OneCycle(0.5, 20, pct_start=0.25, div_factor=10))
    up = [0.05 + 0.45 * (1 - math.cos(math.pi * t / 5)) / 2 for t in range(6)]
    onp.testing.assert_allclose(found[:5], up[1:])
    assert max(found) == found[4] == 0.5
    assert (onp.diff(found[4:20]) < 0).all()
    assert found[12 - 1] == pytest.approx(
        0.05 / 1e4 + (0.5 - 0.05 / 1e4) * (1 + math.cos(math.pi * 7 / 15)) / 2
    )
    assert found[19:] == pytest.approx([0.05 / 1e4] * 11)


def test_restarts_are_cosines_one_after_the_other():
    found = rates(CosineRestarts(0.3, 4, final_lr=0.1), 12)
    assert found == rates(CosineDecay(0.3, 4, final_lr=0.1), 4) * 3
    found = rates(CosineRestarts(0.3, 4, growth=2), 28)
    parts = [rates(CosineDecay(0.3, n), n) for n in (4, 8, 16)]
    assert found == [rate for part in parts for rate in part]


def test_cycles_end_at_the_lowest_rate():
    assert CosineRestarts(0.3, 4, growth=2).ends(3) == [4, 12, 28]
    assert CosineRestarts(0.3, 5).ends(3) == [5, 10, 15]
    schedule = CosineRestarts(0.3, 4, growth=3, final_lr=0.01)
    for end in schedule.ends(3):
        assert schedule(end) == pytest.approx(0.01)
        assert schedule(end + 1) > 0.2


def test_a_warm_up_is_a_line_and_then_the_schedule_from_its_start():
    decay = StepDecay(0.3, 5)
    found = rates(WarmUp(decay, 3), 12)
    assert found[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert found[3:] == rates(decay, 9)
    assert WarmUp(OneCycle(0.5, 9), 2)(2) == OneCycle(0.5, 9)(0)


@EVERY_SCHEDULE
@given(t=st.floats(0, 100), order=st.permutations(list(range(NUM_STEPS + 6))))
def test_a_schedule_is_a_function_of_the_step_alone(schedule, t, order):
    assert 0 <= schedule(t) <= schedule.lr
    assert type(schedule(t)) is float
    expected = rates(schedule)
    assert [schedule(i + 1) for i in order] == [expected[i] for i in order]


@EVERY_SCHEDULE
def test_a_schedule_can_be_shown_and_kept(schedule):
    assert pickle.loads(pickle.dumps(schedule))(7) == schedule(7)
    assert eval(repr(schedule))(7) == schedule(7)


# Their use.


@EVERY_SCHEDULE
def test_fit_takes_the_rate_of_each_step(schedule):
    history = fit(initialized(), batches_of(), None, 4, schedule=schedule)
    ends = [len(SIZES) * epoch for epoch in range(1, 5)]
    assert history.lr == pytest.approx([schedule(end) for end in ends])


@pytest.mark.parametrize(
    "make",
    [
        lambda schedule: mx.optimizer.SGD(momentum=0.9, lr_scheduler=schedule),
        lambda schedule: mx.optimizer.Adam(0.3, lr_scheduler=schedule),
        lambda schedule: make_optimizer("momentum", lr_scheduler=schedule),
    ],
    ids=["sgd", "adam", "scratch"],
)
@EVERY_SCHEDULE
def test_gluons_trainer_takes_the_same_steps_as_fit(schedule, make):
    net, twin = initialized(), initialized()
    for name, parameter in twin._collect_params_with_prefix().items():
        parameter.set_data(net._collect_params_with_prefix()[name].data())
    optimizer = make(schedule)
    trainer = gluon.Trainer(twin.collect_params(), optimizer, kvstore=None)
    assert trainer.learning_rate == schedule(0)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for _ in range(3):
        for X, y in batches_of():
            with autograd.record():
                total = loss(twin(X), y).sum()
            total.backward()
            trainer.step(len(X))
    assert trainer.learning_rate == pytest.approx(schedule(9))
    fit(net, batches_of(), None, 3, make(None), schedule=schedule)
    for name, weight in weights_of(net).items():
        onp.testing.assert_allclose(
            weights_of(twin)[name], weight, rtol=1e-5, atol=1e-6
        )


def test_an_optimizer_with_a_rate_of_its_own_is_refused():
    schedule = CosineDecay(0.3, 10)
    with pytest.raises(
        ValueError, match=r"lr=0\.3 and the optimizer from 0\.001: give"
    ):
        mx.optimizer.Adam(lr_scheduler=schedule)
    assert schedule.base_lr == schedule.lr == 0.3


def test_a_rate_that_differs_trains_otherwise():
    results = []
    for schedule in EVERY:
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), None, 4, schedule=schedule)
        results.append(weights_of(net))
    assert not any(same(results[0], other) for other in results[1:])


# What is refused.


@pytest.mark.parametrize(
    "make",
    [
        lambda n: StepDecay(0.1, n),
        lambda n: StepDecay(0.1, [2, n]),
        lambda n: CosineDecay(0.1, n),
        lambda n: CosineRestarts(0.1, n),
        lambda n: OneCycle(0.1, n),
        lambda n: WarmUp(Constant(0.1), n),
    ],
)
@pytest.mark.parametrize("length", [0, -1, -7, 2.5, "3", True])
def test_a_length_below_one_or_in_parts_is_refused(make, length):
    with pytest.raises(
        ValueError, match=r"step\w* is (a whole number|[12] or more), not"
    ):
        make(length)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StepDecay(0.1), "StepDecay needs step: .*num_epochs"),
        (lambda: CosineDecay(0.1), "CosineDecay needs num_steps: .*num_ep"),
        (lambda: CosineRestarts(0.1), "CosineRestarts needs num_steps"),
        (lambda: OneCycle(0.1), "OneCycle needs num_steps"),
        (lambda: WarmUp(Constant(0.1)), "WarmUp needs num_steps"),
    ],
)
def test_a_missing_length_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda lr: Constant(lr),
        lambda lr: StepDecay(lr, 3),
        lambda lr: CosineDecay(lr, 3),
        lambda lr: OneCycle(lr, 3),
    ],
)
@pytest.mark.parametrize("lr", [0, -0.1, math.nan, math.inf])
def test_a_rate_that_is_none_is_refused(make, lr):
    with pytest.raises(ValueError, match="lr is a number above 0, not"):
        make(lr)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StepDecay(0.1, []), "several in ascending order, not "),
        (lambda: StepDecay(0.1, [5, 5]), "ascending order, not .5, 5."),
        (lambda: StepDecay(0.1, [6, 5]), "ascending order, not .6, 5."),
        (lambda: StepDecay(0.1, 5, 0), "factor lies above 0 and up to 1"),
        (lambda: StepDecay(0.1, 5, 2), "factor .* not 2"),
        (lambda: CosineDecay(0.1, 5, 0.2), "final_lr is 0 to 0.1, not 0.2"),
        (lambda: CosineDecay(0.1, 5, -1), "final_lr is 0 to 0.1, not -1"),
        (lambda: CosineRestarts(0.1, 5, growth=0), "growth is 1 or more"),
        (lambda: CosineRestarts(0.1, 5).ends(0), "num_cycles is 1 or more"),
        (lambda: OneCycle(0.1, 1), "num_steps is 2 or more, not 1"),
        (lambda: OneCycle(0.1, 9, 0), "pct_start lies between 0 and 1"),
        (lambda: OneCycle(0.1, 9, 1), "pct_start lies between 0 and 1"),
        (lambda: OneCycle(0.1, 9, div_factor=0.5), "div_factor is 1 or more"),
        (
            lambda: OneCycle(0.1, 9, final_div_factor=math.inf),
            "final_div_factor is 1 or more",
        ),
        (lambda: WarmUp(0.1, 5), r"such as Constant\(0.1\), not to 0.1"),
        (
            lambda: WarmUp(Constant(0.1), 5, start_lr=0.3),
            "start_lr is 0 to 0.1, not 0.3",
        ),
    ],
)
def test_an_option_outside_its_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@EVERY_SCHEDULE
@pytest.mark.parametrize("step", [-1, math.nan])
def test_a_step_before_the_first_is_refused(schedule, step):
    with pytest.raises(ValueError, match="counted from 1, not"):
        schedule(step)


def test_every_schedule_is_one_of_mxnets():
    assert all(isinstance(each, mx.lr_scheduler.LRScheduler) for each in EVERY)
    classes = [x for x in vars(schedules).values() if isinstance(x, type)]
    known = {each for each in classes if issubclass(each, Schedule)}
    assert {type(each) for each in EVERY} == known - {Schedule}
