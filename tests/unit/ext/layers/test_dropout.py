"""Dropout: the formula, its moments, Gluon's block, and both conventions."""

import d2l_ext
from d2l_ext.diagnostics import gradient_check
from d2l_ext.layers.dropout import (
    Dropout,
    SpatialDropout,
    VanillaDropout,
    check_rate,
    dropout_mask,
    inverted_dropout,
)

import mxnet as mx
import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mxnet import autograd, np
from mxnet.gluon import nn

RATES = [0.0, 0.2, 0.5, 0.9]
CONTEXTS = [mx.cpu(0), mx.cpu(1)]
BLOCKS = [Dropout, VanillaDropout, SpatialDropout]
MANY = 40_000


def trained(block, X):
    """Returns the output in training and its derivative by X."""
    X = X.copy()
    X.attach_grad()
    with autograd.record():
        Y = block(X)
    Y.backward()
    return Y.asnumpy(), X.grad.asnumpy()


def within(mean, expected, variance, count):
    """Returns whether a mean of ``count`` values is within five sigmas."""
    return abs(mean - expected) <= 5 * onp.sqrt(variance / count) + 1e-5


# The function.


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple),
    rate=st.floats(0, 0.95),
    seed=st.integers(0, 2**31 - 1),
)
@settings(deadline=None, max_examples=40)
def test_dropout_is_the_formula_forward_and_backward(shape, rate, seed):
    rng = onp.random.default_rng(seed)
    x, m = rng.normal(size=shape), rng.integers(2, size=shape)
    X, mask = np.array(x, dtype="float64"), np.array(m, dtype="float64")
    result, gradient = trained(lambda X: inverted_dropout(X, rate, mask), X)
    onp.testing.assert_allclose(result, x * m / (1 - rate), rtol=1e-12)
    onp.testing.assert_allclose(gradient, m / (1 - rate), rtol=1e-12)


def test_the_gradient_under_a_fixed_mask_passes_the_check():
    X = np.array(onp.random.default_rng(0).normal(size=(4, 5)))
    mask = dropout_mask(X.shape, 0.5)
    assert gradient_check(
        lambda X: (inverted_dropout(X, 0.5, mask) ** 2).sum(), X
    )


@pytest.mark.parametrize("rate", RATES)
def test_a_mask_drops_as_often_as_its_rate_says(rate):
    mask = dropout_mask((MANY,), rate)
    assert set(mask.asnumpy()) <= {0.0, 1.0}
    assert within(mask.mean().item(), 1 - rate, rate * (1 - rate), MANY)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    "drop",
    [
        lambda X, rate: inverted_dropout(X, rate),
        lambda X, rate: trained(Dropout(rate), X)[0],
        lambda X, rate: trained(nn.Dropout(rate), X)[0],
        lambda X, rate: trained(VanillaDropout(rate), X)[0] / (1 - rate),
    ],
    ids=["function", "inverted", "gluon", "vanilla-rescaled"],
)
def test_expectation_and_variance_are_as_derived(drop, rate):
    x = 3.0
    Y = onp.asarray(drop(np.full((MANY,), x), rate), dtype="float64")
    variance = rate / (1 - rate) * x**2
    # The fourth moment of a two-point distribution bounds the variance's own.
    fourth = ((Y - x) ** 4).mean()
    assert within(Y.mean(), x, variance, MANY)
    assert within(((Y - x) ** 2).mean(), variance, fourth, MANY)


def test_units_are_dropped_independently():
    mask = dropout_mask((200, 200), 0.5).asnumpy()
    # One row or column that repeats another would be a shared mask.
    for rows in (mask, mask.T):
        correlations = onp.corrcoef(rows) - onp.eye(200)
        assert abs(correlations).max() < 0.45


@pytest.mark.parametrize(
    ("axes", "expected"),
    [((), (2, 3, 4, 5)), ((2, 3), (2, 3, 1, 1)), ((-1,), (2, 3, 4, 1))],
)
def test_dimensions_that_share_have_one_entry_in_the_mask(axes, expected):
    assert dropout_mask((2, 3, 4, 5), 0.5, axes).shape == expected
    Y = inverted_dropout(np.ones((2, 3, 4, 5)), 0.5, axes=axes).asnumpy()
    for axis in axes:
        assert (Y.take([0], axis) == Y).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("ctx", CONTEXTS, ids=str)
def test_mask_and_output_have_the_type_and_context_of_the_input(dtype, ctx):
    Y = inverted_dropout(np.ones((3, 2), dtype=dtype, ctx=ctx), 0.5)
    assert (Y.dtype, Y.ctx) == (dtype, ctx)
    mask = dropout_mask((2,), 0.5, dtype=dtype, ctx=ctx)
    assert (mask.dtype, mask.ctx) == (dtype, ctx)


def test_a_mask_is_drawn_where_the_input_is(monkeypatch):
    # Products of arrays on two CPU contexts would not show it.
    masks = []

    def spy(*args, **options):
        masks.append(dropout_mask(*args, **options))
        return masks[-1]

    monkeypatch.setattr("d2l_ext.layers.dropout.dropout_mask", spy)
    inverted_dropout(np.ones(3, dtype="float64", ctx=mx.cpu(1)), 0.5)
    assert [(mask.ctx, mask.dtype) for mask in masks] == [
        (mx.cpu(1), "float64")
    ]


@pytest.mark.parametrize("ctx", CONTEXTS, ids=str)
@pytest.mark.parametrize(
    "drop",
    [
        lambda X: inverted_dropout(X, 0.5).asnumpy(),
        *(
            lambda X, block=block: trained(block(0.5), X)[0]
            for block in BLOCKS
        ),
    ],
)
def test_the_same_seed_draws_the_same_mask(drop, ctx):
    X = np.ones((6, 30, 2, 2), ctx=ctx)
    results = []
    for seed in (4, 4, 5):
        d2l_ext.seed(seed)
        results.append([drop(X), drop(X)])
    first, again, other = results
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[0] != other[0]).any()
    assert (first[0] != first[1]).any()


# The blocks.


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("block", BLOCKS)
def test_the_gradient_is_the_mask(block, rate):
    scale = 1 if block is VanillaDropout else 1 / (1 - rate)
    X = np.random.uniform(1, 2, size=(4, 6, 3, 3))
    Y, gradient = trained(block(rate), X)
    onp.testing.assert_allclose(Y, X.asnumpy() * gradient, rtol=1e-5)
    kept = onp.isclose(gradient, scale, rtol=1e-5)
    assert (kept | (gradient == 0)).all()
    assert kept.any()
    assert (gradient == 0).any() == (rate > 0)


@pytest.mark.parametrize("block", [Dropout, SpatialDropout])
def test_inverted_dropout_is_the_identity_in_prediction(block):
    X = np.random.normal(size=(3, 2, 4, 4))
    layer = block(0.7)
    assert (layer(X) == X).all()
    assert (trained(layer, X)[0] != X.asnumpy()).any()


@pytest.mark.parametrize("rate", RATES)
def test_vanilla_dropout_scales_by_the_keep_probability_in_prediction(rate):
    X = np.random.normal(size=(3, 4))
    expected = X.asnumpy() * (1 - rate)
    onp.testing.assert_allclose(
        VanillaDropout(rate)(X).asnumpy(), expected, rtol=1e-6
    )


def test_vanilla_is_inverted_times_the_keep_probability():
    X = np.random.normal(size=(8, 9))
    outputs = []
    for block in (VanillaDropout, Dropout):
        d2l_ext.seed(2)
        outputs.append(trained(block(0.2), X)[0])
    onp.testing.assert_allclose(outputs[0], 0.8 * outputs[1], rtol=1e-5)


def test_spatial_dropout_drops_whole_channels():
    Y, _ = trained(SpatialDropout(0.5), np.ones((20, 30, 4, 5)))
    assert (Y[:, :, :1, :1] == Y).all()
    assert 0.4 < (Y[:, :, 0, 0] == 0).mean() < 0.6
    single, _ = trained(Dropout(0.5), np.ones((20, 30, 4, 5)))
    assert (single != single[:, :, :1, :1]).any()


@pytest.mark.parametrize("rate", [0.2, 0.5])
@pytest.mark.parametrize("axes", [(), (1,)])
def test_our_block_and_gluons_drop_alike(rate, axes):
    outputs = []
    for block in (Dropout, nn.Dropout):
        Y, _ = trained(block(rate, axes), np.ones((500, 40)))
        outputs.append(Y)
    values = [sorted({round(float(y), 4) for y in Y.flat}) for Y in outputs]
    assert values[0] == values[1] == [0.0, round(1 / (1 - rate), 4)]
    count = 500 if axes else 500 * 40
    for Y in outputs:
        assert within(Y.mean(), 1, rate / (1 - rate), count)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("ctx", CONTEXTS, ids=str)
def test_a_compiled_block_computes_the_same(
    block, ctx, assert_compiled_as_written
):
    X = np.random.normal(size=(3, 4, 5, 5), ctx=ctx)
    assert_compiled_as_written(block(0.5), X)


def test_a_compiled_block_knows_when_it_trains():
    layer = Dropout(0.5)
    layer.hybridize()
    X = np.ones((50, 4))
    for _ in range(2):
        assert (layer(X) == X).all()
        assert (trained(layer, X)[0] == 0).any()


# What is refused.


@pytest.mark.parametrize(
    "rate", [1, 1.0, -0.1, 1.5, float("nan"), "0.5", True]
)
@pytest.mark.parametrize(
    "make",
    [
        check_rate,
        *BLOCKS,
        lambda rate: inverted_dropout(np.ones(2), rate),
        lambda rate: inverted_dropout(np.ones(2), rate, np.ones(2)),
        lambda rate: dropout_mask((2,), rate),
    ],
)
def test_a_rate_is_the_probability_of_dropping(make, rate):
    message = r"rate is the probability of dropping.*0\.8 is rate 0\.2"
    with pytest.raises(ValueError, match=message):
        make(rate)


@pytest.mark.parametrize("shape", [(2,), (3, 2), (2, 3, 1), (1, 2, 3)])
def test_a_mask_that_does_not_fit_is_named(shape):
    with pytest.raises(ValueError, match=r"mask of shape .* input .*\(2, 3\)"):
        inverted_dropout(np.ones((2, 3)), 0.5, np.ones(shape))


def test_an_axis_that_the_input_does_not_have_is_named():
    with pytest.raises(ValueError, match=r"\(2, 3\) has no dimension 2"):
        inverted_dropout(np.ones((2, 3)), 0.5, axes=(2,))


def test_spatial_dropout_needs_feature_maps():
    layer = SpatialDropout(0.5)
    with pytest.raises(ValueError, match=r"feature maps .* \(2, 3\)"):
        layer(np.ones((2, 3)))


def test_a_block_says_its_rate():
    assert repr(VanillaDropout(0.2)) == "VanillaDropout(rate=0.2, axes=())"
