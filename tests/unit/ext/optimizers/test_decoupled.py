"""Decoupled penalties: AdamW's steps, the formula, and exact zeros."""

from __future__ import annotations

import d2l_ext
from d2l_ext.optimizers import (
    CosineDecay,
    DecoupledOptimizer,
    make_optimizer,
    make_rule,
)
from d2l_ext.training import fit

import numpy as onp
import pytest
from fitting import batches_of, initialized, same, weights_of
from formulas import OPTIONS, run_mxnet, start_and_gradients

RULES = ("sgd", "momentum", "adam")


def by_formula(name, w, gradients, lrs, l1, l2):
    """The rule's step at a new rate each time, and what shrinks besides."""
    rule = make_rule(name, **OPTIONS[name])
    state = rule.init(w)
    for t, (g, lr) in enumerate(zip(gradients, lrs, strict=True), start=1):
        stepped, state = rule.update(w, g, state, t, lr=lr)
        u = stepped - lr * l2 * w
        w = onp.where(abs(u) > lr * l1, u - onp.sign(u) * lr * l1, 0)
        yield w


def shrinking(name, l1=0.0, l2=0.0, **options):
    rule = make_rule(name, **OPTIONS[name])
    return DecoupledOptimizer(rule, l1=l1, l2=l2, **options)


@pytest.mark.parametrize(("l1", "l2"), [(0, 0), (0, 0.3), (0.3, 0), (1, 0.5)])
@pytest.mark.parametrize("name", RULES)
def test_steps_are_the_formulas(name, l1, l2):
    w, gradients = start_and_gradients()
    lrs = [OPTIONS[name]["lr"]] * len(gradients)
    onp.testing.assert_allclose(
        run_mxnet(shrinking(name, l1, l2), w, gradients),
        list(by_formula(name, w, gradients, lrs, l1, l2)),
        rtol=1e-4,
        atol=1e-5,
    )


def test_the_rate_of_the_step_counts():
    w, gradients = start_and_gradients()
    schedule = CosineDecay(0.3, 12)
    lrs = [schedule(t) for t in range(1, len(gradients) + 1)]
    optimizer = shrinking("sgd", 0.4, 0.3, lr_scheduler=schedule)
    onp.testing.assert_allclose(
        run_mxnet(optimizer, w, gradients),
        list(by_formula("sgd", w, gradients, lrs, 0.4, 0.3)),
        rtol=1e-4,
        atol=1e-5,
    )


def trained(optimizer, num_epochs=2, **wd_mults):
    """Returns the weights of a linear network after training."""
    d2l_ext.seed(0)
    net = initialized()
    for name, wd_mult in wd_mults.items():
        getattr(net, name).wd_mult = wd_mult
    fit(net, batches_of(), None, num_epochs, optimizer)
    return weights_of(net)


def test_decoupled_l2_under_adam_is_adamw():
    ours = trained(shrinking("adam", l2=0.2))
    options = OPTIONS["adam"] | {"wd": 0.2}
    adamw = trained(make_optimizer("adamw", **options), bias=0.0)
    coupled = trained(make_optimizer("adam", **options), bias=0.0)
    for name, weight in adamw.items():
        onp.testing.assert_allclose(ours[name], weight, rtol=1e-4, atol=1e-6)
    assert abs(coupled["weight"] - ours["weight"]).max() > 0.01


def test_l1_ends_at_exact_zeros_and_l2_does_not():
    sparse = trained(shrinking("sgd", l1=0.3), num_epochs=20)["weight"]
    small = trained(shrinking("sgd", l2=0.3), num_epochs=20)["weight"]
    assert (sparse == 0).mean() > 0.3
    assert (small != 0).all()


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_biases_do_not_shrink_and_neither_do_exempt_weights(penalty):
    plain = trained(shrinking("sgd"))
    optimizer = shrinking("sgd", **{penalty: 0.5})
    assert same(trained(optimizer, weight=0.0), plain)
    assert not same(trained(optimizer), plain)


def test_a_bias_takes_the_step_of_the_rule():
    w, gradients = start_and_gradients(shape=(4,))
    plain = run_mxnet(make_optimizer("sgd", lr=0.3), w, gradients)
    shrunk = run_mxnet(shrinking("sgd", l1=0.5, l2=0.5), w, gradients)
    onp.testing.assert_array_equal(plain, shrunk)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: shrinking("sgd", l1=-1), "l1 is a number from 0, not -1"),
        (lambda: shrinking("sgd", l2=onp.nan), "l2 is a number from 0, not"),
        (
            lambda: DecoupledOptimizer(make_rule("adamw"), l2=0.1),
            r"decays by itself, with wd=0\.01: give it wd=0",
        ),
    ],
)
def test_a_penalty_outside_its_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
