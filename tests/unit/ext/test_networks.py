"""The networks: their sizes, their options, and compiled as written."""

from d2l_ext.layers import ACTIVATIONS, BatchNorm
from d2l_ext.layers.dropout import Dropout, VanillaDropout
from d2l_ext.networks import (
    NETWORKS,
    dropout_mlp,
    get_network,
    lenet,
    mlp,
)

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

# Without a norm: (weights + 1 for the bias) * units, layer by layer. The
# images of 28x28 are 24, 12, 8 and 4 wide on their way through LeNet.
LENET = 26 * 6 + 151 * 16 + 257 * 120 + 121 * 84 + 85 * 10
LENET_NORM = 6 + 16 + 120 + 84  # as many gammas, betas, means, variances


def small_mlp(**options):
    return mlp([5, 4], **options)


def layer_norm():
    return nn.LayerNorm()


CASES = [
    pytest.param(make, options, id=f"{make.__name__}-{i}")
    for make in (lenet, small_mlp)
    for i, options in enumerate(
        [
            {},
            {"norm": "batch"},
            {"norm": "batch", "norm_position": "after"},
            {"norm": "scratch"},
            {"norm": layer_norm, "activation": "tanh"},
            {"activation": "relu", "num_classes": 3},
        ]
    )
]


def images(m=4, size=28):
    return np.random.uniform(size=(m, 1, size, size))


def initialized(net, X, ctx=None):
    net.initialize(mx.init.Xavier(), ctx=ctx)
    net(X)
    return net


def sizes(net):
    """Returns how many numbers are learned, and how many are kept."""
    learned = {True: 0, False: 0}
    for parameter in net.collect_params().values():
        learned[parameter.grad_req != "null"] += int(onp.prod(parameter.shape))
    return learned[True], learned[False]


def kinds(net):
    return [type(layer).__name__ for layer in net]


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (None, (LENET, 0)),
        ("batch", (LENET + 2 * LENET_NORM, 2 * LENET_NORM)),
        ("scratch", (LENET + 2 * LENET_NORM, 2 * LENET_NORM)),
        (layer_norm, None),
    ],
)
def test_lenet_has_as_many_parameters_as_by_hand(norm, expected):
    assert LENET == 44_426
    net = initialized(lenet(norm=norm), images())
    if expected is None:  # layer norm is by the last dimension: 24, 8, 120, 84
        expected = LENET + 2 * (24 + 8 + 120 + 84), 0
    assert sizes(net) == expected


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


@pytest.mark.parametrize("size", [16, 17, 32])
def test_lenet_takes_images_from_16_pixels(size):
    assert initialized(lenet(), images(size=size))(images(2, size)).size == 20


def test_lenets_layers_stand_in_order():
    assert kinds(lenet(norm="batch")) == [
        *("Conv2D", "BatchNorm", "Activation", "MaxPool2D"),
        *("Conv2D", "BatchNorm", "Activation", "MaxPool2D"),
        *("Dense", "BatchNorm", "Activation"),
        *("Dense", "BatchNorm", "Activation"),
        "Dense",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Dense Activation Dense"),
        ({"norm": "batch"}, "Dense BatchNorm Activation Dense"),
        (
            {"norm": "batch", "norm_position": "after"},
            "Dense Activation BatchNorm Dense",
        ),
        ({"norm": layer_norm}, "Dense LayerNorm Activation Dense"),
        ({"norm_position": "after"}, "Dense Activation Dense"),
    ],
)
def test_the_norm_stands_where_it_is_asked_for(options, expected):
    assert kinds(mlp([3], **options)) == expected.split()


def test_a_norms_name_says_which_block_it_is():
    assert type(mlp([3], norm="batch")[1]) is nn.BatchNorm
    assert type(mlp([3], norm="scratch")[1]) is BatchNorm


@pytest.mark.parametrize(
    ("make", "activation"), [(lenet, "sigmoid"), (small_mlp, "relu")]
)
def test_each_network_has_its_own_activation(make, activation):
    for options, expected in (
        ({}, activation),
        ({"activation": "tanh"}, "tanh"),
    ):
        functions = {
            layer._act_type
            for layer in make(**options)
            if isinstance(layer, nn.Activation)
        }
        assert functions == {expected}


@pytest.mark.parametrize("make", [lenet, small_mlp])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"norm": "layer"}, "norm='layer' is not known.*batch, scratch"),
        ({"norm": 3}, "norm=3 is not known.*batch, scratch"),
        ({"norm_position": "in"}, "norm_position='in'.*before, after"),
        ({"activation": "rleu"}, "activation='rleu'.*relu, sigmoid, tanh"),
        ({"num_classes": 0}, "num_classes is a whole number from 1, not 0"),
        ({"num_classes": 2.0}, "num_classes.*not 2.0"),
        ({"num_classes": True}, "num_classes.*not True"),
    ],
)
def test_an_unknown_option_is_refused_with_those_that_are_known(
    make, options, message
):
    with pytest.raises(ValueError, match=message):
        make(**options)


@pytest.mark.parametrize("num_hiddens", [[3, 0], [2.5], [True], ["3"]])
def test_a_width_is_a_whole_number(num_hiddens):
    with pytest.raises(ValueError, match="num_hiddens is a whole number"):
        mlp(num_hiddens)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softrelu", "softsign"])
def test_every_activation_that_is_listed_computes(activation):
    for net in (mlp([3], activation=activation), lenet(activation=activation)):
        initialized(net, images())
        assert isinstance(net, gluon.HybridBlock)
        assert onp.isfinite(net(images()).asnumpy()).all()


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


# The network of dropout, and all by name.


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
        ({"num_classes": 0}, "num_classes is a whole number from 1"),
    ],
)
def test_options_of_the_network_of_dropout_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        dropout_mlp(**options)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_is_to_be_had_by_its_name(name):
    first = {"mlp": [[5]], "small_resnet": [8]}.get(name, [])
    net = get_network(name, *first, num_classes=3)
    X = images(2, size=32)
    assert initialized(net, X)(X).shape == (2, 3)


def test_an_unknown_name_lists_those_that_are_known():
    message = "'resnet19' is not known.*densenet, dropout_mlp.*resnet18"
    with pytest.raises(ValueError, match=message):
        get_network("resnet19")
