"""What sets Adam and AdamW apart, and MXNet's operator for AdamW."""

import math

from d2l_ext.optimizers import Adam, AdamW

import mxnet as mx
import numpy as onp
import pytest
from formulas import run, start_and_gradients
from mxnet import np


def classic(values):
    return np.array(values, dtype="float32").as_nd_ndarray()


def test_adamw_is_mxnets_operator():
    w, gradients = start_and_gradients()
    ours = AdamW(lr=0.1, beta1=0.8, beta2=0.9, epsilon=0.1, wd=0.3)
    weight, mean, var = (classic(x) for x in (w, 0 * w, 0 * w))
    for t, (g, expected) in enumerate(
        zip(gradients, run(ours, w, gradients), strict=True), start=1
    ):
        mx.nd.contrib.adamw_update(
            *(weight, classic(g), mean, var),
            rescale_grad=classic([1.0]),
            lr=math.sqrt(1 - 0.9**t) / (1 - 0.8**t),
            eta=0.1,
            beta1=0.8,
            beta2=0.9,
            epsilon=0.1,
            wd=0.3,
            out=weight,
        )
        onp.testing.assert_allclose(
            weight.asnumpy(), expected, rtol=1e-5, atol=1e-6
        )


def test_only_adamw_decays_a_weight_without_gradient_at_its_own_rate():
    w = onp.array([4.0])
    steps = {}
    for rule in (Adam(lr=0.1, wd=0.5), AdamW(lr=0.1, wd=0.5)):
        after, _ = rule.update(w, 0 * w, rule.init(w), 1)
        steps[type(rule)] = (w - after).item()
    assert steps[AdamW] == pytest.approx(0.1 * 0.5 * 4)
    assert steps[Adam] == pytest.approx(0.1)  # the size of any first step


def test_a_first_step_of_adam_is_the_learning_rate():
    g = onp.array([-1e-3, 50.0])
    for corrected, size in ((True, 0.1), (False, 0.1 * 0.1 / 0.001**0.5)):
        rule = Adam(lr=0.1, bias_correction=corrected, epsilon=1e-12)
        w, _ = rule.update(0 * g, g, rule.init(g), 1)
        onp.testing.assert_allclose(w, -size * onp.sign(g), rtol=1e-5)
