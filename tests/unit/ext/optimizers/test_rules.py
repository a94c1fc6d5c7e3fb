"""Rules as pure functions: float64 formulas, and arrays of MXNet."""

from d2l_ext.optimizers import (
    OPTIMIZERS,
    Momentum,
    Nesterov,
    make_rule,
    nesterov_look_ahead,
)

import mxnet as mx
import numpy as onp
import pytest
from formulas import OPTIONS, by_formula, run, start_and_gradients
from mxnet import np

EVERY_NAME = pytest.mark.parametrize("name", OPTIMIZERS)


@EVERY_NAME
def test_a_rule_is_its_formula(name):
    w, gradients = start_and_gradients()
    rule = make_rule(name, **OPTIONS[name])
    path = run(rule, w, gradients)
    assert all(type(w) is onp.ndarray for w in path)
    expected = by_formula(name, w, gradients, OPTIONS[name])
    onp.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@EVERY_NAME
def test_a_rule_takes_arrays_of_mxnet(name, dtype):
    w, gradients = start_and_gradients()
    rule = make_rule(name, **OPTIONS[name])
    path = run(
        rule,
        np.array(w, dtype=dtype, ctx=mx.cpu(1)),
        [np.array(g, dtype=dtype, ctx=mx.cpu(1)) for g in gradients],
    )
    assert {type(w) for w in path} == {np.ndarray}
    assert {(w.ctx, w.dtype) for w in path} == {(mx.cpu(1), onp.dtype(dtype))}
    onp.testing.assert_allclose(
        [w.asnumpy() for w in path],
        run(rule, w, gradients),
        rtol=1e-4 if dtype == "float32" else 1e-12,
        atol=1e-5 if dtype == "float32" else 1e-12,
    )


@EVERY_NAME
def test_a_rule_changes_neither_weight_nor_state(name):
    (w, gradients), rule = start_and_gradients(), make_rule(name)
    _, state = rule.update(w, gradients[0], rule.init(w), 1)
    before = [array.copy() for array in (w, gradients[1], *state)]
    once = rule.update(w, gradients[1], state, 2)
    again = rule.update(w, gradients[1], state, 2)
    for array, copy in zip((w, gradients[1], *state), before, strict=True):
        onp.testing.assert_array_equal(array, copy)
    onp.testing.assert_array_equal(once[0], again[0])
    assert len(once[1]) == rule.num_states


def test_both_forms_of_nesterovs_momentum_are_one():
    def gradient(w):
        return onp.array([1.0, 20.0]) * w + onp.sin(w)

    rule = Nesterov(lr=0.03, momentum=0.8)
    w = u = onp.array([-3.0, 2.0])
    state, v = rule.init(w), 0 * u
    for t in range(1, 31):
        w, state = rule.update(w, gradient(w), state, t)
        u, v = nesterov_look_ahead(gradient, u, v, lr=0.03, momentum=0.8)
        onp.testing.assert_allclose(w, u - 0.8 * v, rtol=1e-12, atol=1e-14)
        onp.testing.assert_allclose(state[0], v, rtol=1e-12, atol=1e-14)
    assert abs(w).max() < 0.5


@pytest.mark.parametrize("momentum", [Momentum, Nesterov])
def test_momentum_of_zero_is_gradient_descent(momentum):
    w, gradients = start_and_gradients()
    onp.testing.assert_allclose(
        run(momentum(lr=0.2, momentum=0), w, gradients),
        run(make_rule("sgd", lr=0.2), w, gradients),
    )


def test_a_constant_gradient_builds_up_momentum():
    rule, w = Momentum(lr=0.1, momentum=0.9), onp.zeros(1)
    path = onp.array(run(rule, w, onp.ones((200, 1)))).ravel()
    assert path[-2] - path[-1] == pytest.approx(0.1 / (1 - 0.9))
