"""Fully connected networks, and what all of the classic ones share."""

from __future__ import annotations

from d2l_ext.layers.dropout import Dropout, VanillaDropout
from d2l_ext.networks import (
    dropout_mlp,
    lenet,
    mlp,
)

import numpy as onp
import pytest
from classic import CASES, images, initialized, kinds, sizes, small_mlp
from mxnet import autograd, gluon, np
from mxnet.gluon import nn


@pytest.mark.parametrize(
    ("num_hiddens", "norm", "learned"),
    [
        ([], None, 785 * 10),
        ([5], None, 785 * 5 + 6 * 10),
        ((5, 4), None, 785 * 5 + 6 * 4 + 5 * 10),
        ([5, 4], "batch", 785 * 5 + 6 * 4 + 5 * 10 + 2 * (5 + 4)),
    ],
)
def test_an_mlp_has_as_many_parameters_as_by_hand(num_hiddens, norm, learned):
    net = initialized(mlp(num_hiddens, norm=norm), images())
    kept = 2 * sum(num_hiddens) if norm else 0
    assert sizes(net) == (learned, kept)


@pytest.mark.parametrize(("make", "options"), CASES)
def test_an_image_gets_a_score_a_class(make, options):
    net = initialized(make(**options), images())
    assert net(images(m=3)).shape == (3, options.get("num_classes", 10))


@pytest.mark.parametrize("num_hiddens", [[3, 0], [2.5], [True], ["3"]])
def test_a_width_is_a_whole_number(num_hiddens):
    with pytest.raises(ValueError, match="num_hiddens is"):
        mlp(num_hiddens)


def scores_and_gradients(net, X, y):
    """Returns scores and gradients by input and parameters, in order."""
    X = X.copy()
    X.attach_grad()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    with autograd.record():
        scores = net(X)
        mean_loss = loss(scores, y).mean()
    mean_loss.backward()
    gradients = [
        parameter.grad().asnumpy()
        for parameter in net.collect_params().values()
        if parameter.grad_req != "null"
    ]
    return [scores.asnumpy(), X.grad.asnumpy(), *gradients]


@pytest.mark.parametrize(
    ("make", "options"),
    [case for case in CASES if case.values[1].get("norm") != "scratch"],
)
def test_a_compiled_network_computes_the_same(make, options):
    net = make(**options)
    X, y = images(), np.array([0, 1, 2, 0])
    initialized(net, X)
    # Predictions first: training moves the running statistics.
    eager, compiled = [net(X).asnumpy()], []
    net.hybridize()
    compiled.append(net(X).asnumpy())
    compiled += scores_and_gradients(net, X, y)
    net.hybridize(False)
    eager += scores_and_gradients(net, X, y)
    assert abs(eager[-1]).max() > 0
    for result, expected in zip(compiled, eager, strict=True):
        onp.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)


def sgd(net, batches, lr):
    """Returns the losses of a run of SGD."""
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": lr}, kvstore=None
    )
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    losses = []
    for X, y in batches:
        with autograd.record():
            mean_loss = loss(net(X), y).mean()
        mean_loss.backward()
        trainer.step(1)
        losses.append(mean_loss.item())
    return losses


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("make", [lenet, small_mlp])
def test_our_norm_and_gluons_learn_the_same(make, position, tmp_path):
    X = images(64)
    y = np.arange(64) % 4
    X[::4, :, :9] += 1  # something to be learned
    batches = [(X[i : i + 16], y[i : i + 16]) for i in (0, 16, 32, 48)] * 2
    ours, gluons = (
        initialized(make(norm=norm, norm_position=position), X)
        for norm in ("scratch", "batch")
    )
    weights = str(tmp_path / "weights")
    ours.save_parameters(weights)
    gluons.load_parameters(weights)
    losses = sgd(ours, batches, lr=0.2)
    onp.testing.assert_allclose(losses, sgd(gluons, batches, 0.2), rtol=1e-3)
    assert losses[-1] < 0.9 * losses[0]
    theirs = gluons._collect_params_with_prefix()
    for name, parameter in ours._collect_params_with_prefix().items():
        if "running_var" not in name:  # only ours is unbiased
            onp.testing.assert_allclose(
                parameter.data().asnumpy(),
                theirs[name].data().asnumpy(),
                rtol=1e-2,
                atol=1e-3,
                err_msg=name,
            )


def test_a_single_width_is_no_list_of_widths():
    with pytest.raises(ValueError, match=r"such as \[64\], not 64"):
        mlp(64)


def test_the_network_of_dropout_is_the_references():
    net = initialized(dropout_mlp(), images())
    assert kinds(net) == [
        *("Flatten", "Dropout", "Dense", "ELU", "Dense", "ELU"),
        *("Dropout", "Dense"),
    ]
    assert [net[1]._rate, net[6]._rate] == [0.2, 0.2]
    assert sizes(net) == (785 * 300 + 301 * 100 + 101 * 10, 0) == (266_610, 0)
    assert net(images(m=3)).shape == (3, 10)


@pytest.mark.parametrize("dropout", [nn.Dropout, Dropout, VanillaDropout])
def test_each_dropout_can_stand_in_it(dropout, assert_compiled_as_written):
    net = initialized(dropout_mlp(0.5, 3, dropout=dropout), images())
    assert type(net[1]) is type(net[6]) is dropout
    assert_compiled_as_written(net, images())


def test_without_a_rate_nothing_is_dropped():
    X = images()
    net = initialized(dropout_mlp(0), X)
    with autograd.train_mode():
        assert (net(X) == net(X)).all()
    net = initialized(dropout_mlp(0.5), X)
    with autograd.train_mode():
        assert (net(X) != net(X)).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 1}, "rate is the probability of dropping.*not 1;"),
        ({"rate": -0.2}, "rate is the probability of dropping"),
        ({"num_classes": 0}, "num_classes is 1 or more"),
    ],
)
def test_options_of_the_network_of_dropout_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        dropout_mlp(**options)
