"""What cannot be trained on is refused in the user's words, before it is."""

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.networks import lenet
from d2l_ext.training import evaluate, fit

import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn


def batches(labels=(0, 1, 2), shape=(4,), ctx=None):
    y = np.array(labels, dtype="int32", ctx=ctx)
    return [(np.ones((len(labels), *shape), ctx=ctx), y)]


@pytest.fixture
def net():
    net = nn.Dense(3)
    net.initialize()
    return net


def assert_refused(net, data, message):
    """``data`` is refused wherever it is given."""
    with pytest.raises(ValueError, match=message):
        fit(net, data)
    with pytest.raises(ValueError, match=message):
        fit(net, batches(), data)
    with pytest.raises(ValueError, match=message):
        evaluate(net, data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_epochs": 0}, "num_epochs is 1 or more, not 0"),
        ({"num_epochs": 2.0}, "num_epochs is a whole number, not 2.0"),
        ({"num_epochs": True}, "num_epochs is a whole number, not True"),
        ({"lr": 0}, "lr is a number above 0, not 0"),
        ({"lr": -0.1}, "lr is a number above 0, not -0.1"),
        ({"lr": float("inf")}, "lr is a number above 0, not inf"),
        ({"lr": float("nan")}, "lr is a number above 0, not nan"),
        ({"clip_norm": 0}, "clip_norm is a number above 0, not 0"),
        ({"clip_value": -1}, "clip_value is a number above 0, not -1"),
        (
            {"lr": 0.1, "schedule": lambda step: 0.1},
            "lr or schedule, not both",
        ),
    ],
)
def test_an_option_outside_its_range_is_refused(net, options, message):
    with pytest.raises(ValueError, match=message):
        fit(net, batches(), **options)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ((0, 3), r"labels run from 0 to 3, but the network has 3 classes"),
        ((-1, 2), r"labels run from -1 to 2.*\(0 to 2\)"),
    ],
)
def test_labels_that_are_no_class_are_refused(net, labels, message):
    assert_refused(net, batches(labels), message)


def test_all_labels_of_mini_batches_are_looked_at(net):
    y = onp.zeros(100, dtype=int)
    y[-1] = 7
    data = MiniBatches(onp.ones((100, 4)), y, 2, shuffle=False)
    assert_refused(net, data, "labels run from 0 to 7")


def generator():
    yield from batches()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "the data are empty: no mini-batch"),
        (3, r"data are mini-batches \(X, y\)"),
        ([3], r"data are mini-batches \(X, y\)"),
        ([(np.ones((2, 4)), np.zeros(3))], "2 examples, 3 labels"),
        ([(np.ones((0, 4)), np.zeros(0))], "0 examples, 0 labels"),
        (
            [(np.ones((2, 4)), np.zeros((2, 1)))],
            r"shape \(m,\).*these have \(2, 1\); use y.reshape\(-1\)",
        ),
        ([(np.ones((2, 4)), np.zeros((2, 3)))], r"these have \(2, 3\)$"),
        (
            [(onp.ones((2, 4)), onp.zeros(2))],
            "arrays of mxnet.np, not numpy.ndarray: see d2l_ext.MiniBatches",
        ),
        (
            [(mx.nd.ones((2, 4)).as_nd_ndarray(), np.zeros(2))],
            "not mxnet.ndarray.ndarray.NDArray",
        ),
    ],
)
def test_what_is_no_mini_batch_is_refused(net, data, message):
    assert_refused(net, data, message)


def test_a_generator_is_refused(net):
    message = "a generator can be run through once.*d2l_ext.MiniBatches"
    with pytest.raises(ValueError, match=message):
        fit(net, generator())
    with pytest.raises(ValueError, match=message):
        fit(net, batches(), generator())


def test_a_network_without_weights_is_refused():
    message = r"not initialized \(.*weight\).*net.initialize\("
    assert_refused(nn.Dense(3), batches(), message)


def test_a_network_elsewhere_than_the_data_is_refused(net):
    message = r"data are on cpu\(1\) and the network is on cpu\(0\).*ctx=cpu"
    assert_refused(net, batches(ctx=mx.cpu(1)), message)


def test_a_loader_with_workers_is_refused_with_what_works(net):
    X, y = batches()[0]
    shared = mx.Context("cpu_shared", 0)
    data = [(X.as_in_ctx(shared), y.as_in_ctx(shared))]
    message = "give the DataLoader num_workers=0, or use d2l_ext.MiniBatches"
    assert_refused(net, data, message)


def test_the_loader_that_is_advised_works(net):
    data = gluon.data.ArrayDataset(
        onp.ones((4, 4), "float32"), onp.zeros(4, "int32")
    )
    loader = gluon.data.DataLoader(data, batch_size=2, num_workers=0)
    assert len(fit(net, loader, num_epochs=1, lr=0.1).step_loss) == 2


def test_a_network_that_gives_no_scores_is_refused():
    net = nn.Conv2D(3, kernel_size=1)
    net.initialize()
    message = r"\(m, num_classes\), and gives \(1, 3, 5, 5\) for one example"
    with pytest.raises(ValueError, match=message):
        fit(net, batches(shape=(2, 5, 5)))


@pytest.mark.parametrize("shape", [(5,), (3, 2)])
def test_an_input_that_the_network_does_not_take_is_named(net, shape):
    net(np.ones((1, 4)))
    message = rf"does not take an input of shape \(1, {shape[0]}.*float32"
    assert_refused(net, batches(shape=shape), message)


def test_a_type_that_the_network_does_not_take_is_named(net):
    net(np.ones((1, 4)))
    X = np.ones((3, 4), dtype="int32")
    assert_refused(net, [(X, np.zeros(3))], r"\(1, 4\) and type int32")


def test_images_that_are_too_small_are_refused():
    net = lenet()
    net.initialize()
    with pytest.raises(ValueError, match="kernel size exceed input"):
        fit(net, batches(shape=(1, 8, 8)))
