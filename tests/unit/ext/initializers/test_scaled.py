"""Weights have the variance of their formula."""

from __future__ import annotations

import math

import d2l_ext
from d2l_ext.initializers import (
    Glorot,
    He,
    LeCun,
    Orthonormal,
    SmallNormal,
    make_initializer,
)

import mxnet as mx
import numpy as onp
import pytest
from weights import CONV, DENSE, EVERY_NAME, VARIANCES, drawn, small_net


@pytest.mark.parametrize(
    ("initializer", "shape", "variance"),
    VARIANCES,
    ids=lambda value: getattr(type(value), "__name__", None),
)
def test_weights_have_the_variance_of_the_formula(
    initializer, shape, variance
):
    weight = drawn(initializer, shape)
    std = math.sqrt(variance)
    # Five standard errors of the mean, and of a normal variance.
    assert abs(weight.mean()) < 5 * std / math.sqrt(weight.size)
    tolerance = 5 * math.sqrt(2 / weight.size)
    assert weight.var() == pytest.approx(variance, rel=tolerance)


@pytest.mark.parametrize(
    ("ours", "gluons"),
    [
        (Glorot("uniform"), mx.init.Xavier()),
        (Glorot(), mx.init.Xavier("gaussian", magnitude=1)),
        (LeCun("uniform"), mx.init.Xavier(factor_type="in")),
        (He(), mx.init.MSRAPrelu(factor_type="in", slope=0)),
        (He(slope=0.25), mx.init.MSRAPrelu(factor_type="in")),
        (SmallNormal(), mx.init.Normal(0.01)),
    ],
)
@pytest.mark.parametrize("shape", [DENSE, CONV])
def test_weights_are_distributed_as_gluons(ours, gluons, shape):
    ours, gluons = (onp.sort(drawn(i, shape).ravel()) for i in (ours, gluons))
    quantiles = onp.linspace(0.02, 0.98, 25)
    onp.testing.assert_allclose(
        onp.quantile(ours, quantiles),
        onp.quantile(gluons, quantiles),
        atol=0.04 * gluons.std(),
    )


def test_a_uniform_distribution_has_bounds():
    weight = drawn(Glorot("uniform"), DENSE)
    bound = math.sqrt(6 / 500)
    assert 0.99 * bound < abs(weight).max() <= bound * (1 + 1e-6)
    assert abs(drawn(Glorot(), DENSE)).max() > 1.5 * bound


@pytest.mark.parametrize(
    "shape",
    [(30, 50), (50, 30), (40, 40), (6, 2, 5, 5), (40, 2, 3, 3), (1, 1)],
)
def test_rows_or_columns_are_orthonormal(shape):
    weight = drawn(Orthonormal(), shape).reshape(shape[0], -1)
    if shape[0] > weight.shape[1]:
        weight = weight.T
    onp.testing.assert_allclose(
        weight @ weight.T, onp.eye(len(weight)), atol=1e-5
    )


def test_an_orthonormal_matrix_prefers_no_direction():
    corners = [drawn(Orthonormal(), (3, 3))[0, 0] for _ in range(400)]
    assert abs(onp.mean(corners)) < 5 * math.sqrt(1 / 3 / 400)
    diagonals = [drawn(Orthonormal(), (3, 3))[2, 2] for _ in range(400)]
    assert abs(onp.mean(diagonals)) < 5 * math.sqrt(1 / 3 / 400)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@EVERY_NAME
def test_weights_may_be_of_another_type(name, dtype):
    weight = drawn(make_initializer(name), (20, 30), dtype)
    assert weight.std() > 0
    assert weight.max() < 7


@EVERY_NAME
def test_a_seed_gives_the_same_weights_again(name):
    def weights(seed):
        d2l_ext.seed(seed)
        return drawn(make_initializer(name), (5, 4))

    first = weights(3)
    onp.testing.assert_array_equal(first, weights(3))
    assert (first != weights(4)).any()


@EVERY_NAME
def test_weights_are_drawn_for_every_context(name):
    contexts = [mx.cpu(0), mx.cpu(1)]
    net = small_net()
    net.initialize(init=name, ctx=contexts)
    weight = net[0].weight
    assert weight.list_ctx() == contexts
    assert weight.data(mx.cpu(1)).ctx == mx.cpu(1)
    onp.testing.assert_array_equal(
        *(weight.data(ctx).asnumpy() for ctx in contexts)
    )
    only = small_net()
    only.initialize(init=name, ctx=mx.cpu(1))
    assert only[2].weight.data().ctx == mx.cpu(1)
    assert only[2].weight.data().asnumpy().std() > 0
