"""Freezing, slower layers, copied weights and features: what learns, what."""

from __future__ import annotations

import d2l_ext
from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.networks import mlp
from d2l_ext.optimizers import make_optimizer
from d2l_ext.training import (
    extract_features,
    fit,
    freeze,
    set_discriminative_lr,
    set_lr_mult,
    transfer_weights,
    unfreeze,
)

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    NUM_INPUTS,
    assert_close,
    batches_of,
    initialized,
    normalized,
    same,
    weights_of,
)
from mxnet import np
from mxnet.gluon import nn

FIRST = ["0.weight", "0.bias"]
SCALES = ["1.gamma", "1.beta"]
RUNNING = ["1.running_mean", "1.running_var"]
LAST = ["2.weight", "2.bias"]


def changed(net, optimizer="sgd", hybridize=True, **options):
    """Returns the size of the change of each parameter in one step."""
    before = weights_of(net)
    options = {"lr": 0.1} | options
    first = batches_of()[:1]
    fit(net, first, None, 1, optimizer, hybridize=hybridize, **options)
    after = weights_of(net)
    return {name: abs(after[name] - before[name]).max() for name in before}


def which(sizes):
    return {name for name, size in sizes.items() if size > 0}


# Freezing.


@pytest.mark.parametrize("hybridize", [False, True])
@pytest.mark.parametrize("compiled_before", [False, True])
def test_what_is_frozen_does_not_learn(hybridize, compiled_before):
    net = normalized()
    if compiled_before:
        net.hybridize()
        fit(net, batches_of(), None, 1, lr=0.1)
    assert freeze(net, "0.*") == FIRST
    assert which(changed(net, hybridize=hybridize)) == {
        *(*SCALES, *RUNNING, *LAST)
    }
    assert unfreeze(net, ["0.*"]) == FIRST
    assert which(changed(net, hybridize=hybridize)) == {
        *(*FIRST, *SCALES, *RUNNING, *LAST)
    }


def test_patterns_choose_by_name_and_running_statistics_never_learn():
    net = normalized()
    assert freeze(net) == [*FIRST, *SCALES, *LAST]
    assert freeze(net) == []
    assert unfreeze(net, ["2.*", "1.b*"]) == [*LAST, "1.beta"]
    assert which(changed(net)) == {*LAST, "1.beta", *RUNNING}
    assert freeze(net, "*.bias") == ["2.bias"]
    assert which(changed(net)) == {"2.weight", "1.beta", *RUNNING}
    assert unfreeze(net) == [*FIRST, "1.gamma", "2.bias"]


def test_a_dense_bias_without_its_weight_is_refused():
    net = normalized()
    with pytest.raises(
        ValueError, match=r"2\.bias would learn nothing without 2\.weight"
    ):
        freeze(net, "2.weight")
    assert freeze(net) == [*FIRST, *SCALES, *LAST], "something was set"
    with pytest.raises(ValueError, match=r"set_lr_mult\(net, {'0\.weight': 0"):
        unfreeze(net, "*.bias")
    assert unfreeze(net) == [*FIRST, *SCALES, *LAST]
    set_lr_mult(net, {"2.weight": 0})
    assert which(changed(net)) >= {"2.bias", *FIRST}
    assert "2.weight" not in which(changed(net))
    images = nn.HybridSequential()
    images.add(nn.Conv2D(2, 3))
    assert freeze(images, "0.weight") == ["0.weight"]


def test_mxnet_gives_a_dense_bias_no_gradient_without_its_weight():
    # The reason for refusing it; where it is mended, freeze may allow it.
    net = initialized()
    net.weight.grad_req = "null"
    assert which(changed(net)) == set()


def test_a_network_may_be_frozen_before_it_is_initialized():
    net = mlp([5])
    assert freeze(net, "0.*") == FIRST
    initialized(net)
    assert not which(changed(net)) & set(FIRST)


def test_a_frozen_batch_norm_keeps_statistics_while_a_gradient_passes():
    net = normalized()
    freeze(net, "1.*")
    assert which(changed(net)) == {*FIRST, *RUNNING, *LAST}
    freeze(net, "0.*")
    assert which(changed(net)) == {*LAST}


@pytest.mark.parametrize(
    "use",
    [
        lambda net, pattern: freeze(net, pattern),
        lambda net, pattern: unfreeze(net, ["*.bias", pattern]),
        lambda net, pattern: set_lr_mult(net, {pattern: 0.1}),
        lambda net, pattern: transfer_weights(net, net, pattern),
    ],
    ids=["freeze", "unfreeze", "rates", "transfer"],
)
def test_a_pattern_without_a_parameter_is_refused(use):
    net = normalized()
    with pytest.raises(
        ValueError, match=r"no parameter is called 'conv\*'; .* 0\.weight, 0"
    ):
        use(net, "conv*")
    with pytest.raises(ValueError, match="'dense0_weight'; there are: "):
        use(net, "dense0_weight")


def test_many_names_are_not_all_listed():
    with pytest.raises(ValueError, match=r"10\.bias, …$"):
        freeze(mlp([3] * 9), "x")
    with pytest.raises(ValueError, match=r"there are: none$"):
        freeze(nn.Flatten())


# Learning rates.


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "adam", make_optimizer("sgd")],
    ids=["sgd", "adam", "scratch"],
)
def test_a_rate_is_multiplied_where_the_pattern_says(optimizer):
    plain = changed(normalized(), optimizer)
    d2l_ext.seed(0)  # the same weights again
    net = normalized()
    rates = set_lr_mult(net, {"*": 0.5, "*.bias": 0.0, "2.bias": 0.1})
    assert rates["0.weight"] == rates["1.gamma"] == 0.5
    assert (rates["0.bias"], rates["2.bias"]) == (0.0, 0.1)
    found = changed(net, optimizer)
    learned = [*FIRST, *SCALES, *LAST]
    expected = [plain[name] * rates[name] for name in learned]
    assert_close([found[name] for name in learned], expected)
    assert expected[0] > 1e-3
    assert set_lr_mult(net, {"*": 1})["0.bias"] == 1.0


def test_each_layer_learns_more_slowly_than_the_next():
    net = nn.HybridSequential()
    net.add(normalized(), nn.Activation("relu"), nn.Dense(4), nn.Dense(2))
    rates = set_discriminative_lr(net, factor=2)
    assert {rates[name] for name in rates if name[0] == "0"} == {0.25}
    assert (rates["2.weight"], rates["2.bias"]) == (0.5, 0.5)
    assert (rates["3.weight"], rates["3.bias"]) == (1.0, 1.0)
    assert set_discriminative_lr(net)["0.0.weight"] == pytest.approx(2.6**-2)
    assert set(set_discriminative_lr(net, 1).values()) == {1.0}


@pytest.mark.parametrize("multiplier", [-1, onp.nan, onp.inf])
def test_a_multiplier_below_zero_is_refused(multiplier):
    net = normalized()
    with pytest.raises(ValueError, match=r"of '2\.bias' is a number from"):
        set_lr_mult(net, {"0.*": 0.5, "2.bias": multiplier})
    assert set(set_lr_mult(net, {}).values()) == {1.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: set_discriminative_lr(mlp([3]), 0), "factor is a number"),
        (lambda: set_discriminative_lr(mlp([3]), -2), "factor is a number"),
        (lambda: set_discriminative_lr(nn.Dense(3)), "Dense has no layers"),
    ],
)
def test_layers_and_a_factor_are_needed(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Weights of another network.


def test_weights_and_running_statistics_are_copied():
    source, target = normalized(), normalized()
    changed(source)
    before = weights_of(target)
    copied = transfer_weights(source, target, ["0.*", "1.*"])
    assert set(copied) == {*FIRST, *SCALES, *RUNNING}
    found, given = weights_of(target), weights_of(source)
    assert all((found[name] == given[name]).all() for name in copied)
    assert all((found[name] == before[name]).all() for name in LAST)
    transfer_weights(source, target)
    assert same(weights_of(target), given)
    source[0].weight.set_data(0 * source[0].weight.data())
    assert same(weights_of(target), given)


def test_weights_go_to_another_context_and_to_shapes_not_known_yet():
    source = normalized()
    target = nn.HybridSequential()
    target.add(nn.Dense(5), nn.BatchNorm(), nn.Dense(7))
    target.initialize(ctx=mx.cpu(1))
    transfer_weights(source, target, ["0.*", "1.*"])
    X = np.ones((2, NUM_INPUTS), ctx=mx.cpu(1))
    assert target(X).shape == (2, 7)
    expected = source[0](np.ones((2, NUM_INPUTS)))
    assert_close(target[0](X).asnumpy(), expected.asnumpy())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: normalized(num_classes=7),
            r"2\.weight has shape \(3, 5\) in the source and \(7, 5\)",
        ),
        (
            lambda: normalized(num_hiddens=6),
            r"0\.weight has shape \(5, 4\) in the source and \(6, 4\)",
        ),
        (lambda: initialized(), r"the target has no 0\.weight; choose"),
    ],
    ids=["other classes", "other width", "other layers"],
)
def test_networks_that_do_not_fit_are_refused_and_nothing_is_copied(
    make, message
):
    target = make()
    before = weights_of(target)
    source = normalized()
    changed(source)
    with pytest.raises(ValueError, match=f"do not fit: .*{message}"):
        transfer_weights(source, target)
    assert same(weights_of(target), before)


def test_networks_without_weights_are_refused():
    for source, target, name in (
        (mlp([5]), initialized(mlp([5])), "source"),
        (initialized(mlp([5])), mlp([5]), "target"),
    ):
        with pytest.raises(ValueError, match=f"the {name} is not initialized"):
            transfer_weights(source, target)
    waiting = mlp([5])
    waiting.initialize()
    with pytest.raises(ValueError, match="let the source compute once"):
        transfer_weights(waiting, mlp([5]))


# Features.


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_features_are_what_the_network_predicts_with(ctx):
    body = normalized(ctx)
    changed_body = weights_of(body)
    data = batches_of(ctx=ctx)
    found = extract_features(body, data, shuffle=False)
    assert isinstance(found, MiniBatches)
    assert (found.ctx, found.batch_size) == (ctx, 5)
    assert_close(
        found.X.asnumpy(),
        onp.concatenate([body(X).asnumpy() for X, _ in data]),
    )
    labels = onp.concatenate([y.asnumpy() for _, y in data])
    assert (found.y.asnumpy() == labels).all()
    assert same(weights_of(body), changed_body)
    assert extract_features(body, data, batch_size=4).batch_size == 4


def test_a_head_on_features_is_the_whole_network_with_its_body_frozen():
    body, head = initialized(mlp([6])), nn.Dense(NUM_CLASSES)
    head.initialize()
    head(np.ones((1, 10)))
    net = nn.HybridSequential()
    net.add(body, head)
    start = weights_of(head)
    freeze(body)
    fit(net, batches_of(), None, 2, lr=0.1)
    whole = weights_of(head)
    for name, value in start.items():
        getattr(head, name).set_data(np.array(value))
    features = extract_features(body, batches_of(), shuffle=False)
    one_by_one = [
        (features.X[i:j], features.y[i:j])
        for i, j in ((0, 5), (5, 10), (10, 13))
    ]
    fit(head, one_by_one, None, 2, lr=0.1)
    for name, weight in weights_of(head).items():
        assert_close(weight, whole[name])


def test_features_need_data_and_a_network():
    with pytest.raises(ValueError, match="the data are empty"):
        extract_features(normalized(), [])
    with pytest.raises(ValueError, match="not initialized"):
        extract_features(mlp([5]), batches_of())
