"""Parameters and multiply-adds of layers, as by hand."""

from d2l_ext.diagnostics import layer_costs
from d2l_ext.layers import MultiInput

import pytest
from measuring import initialized, maps, sizes
from mxnet import np
from mxnet.gluon import nn


def chain(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def rows(net, *inputs):
    return [tuple(row) for row in layer_costs(net, *inputs).to_numpy()]


def test_each_layer_costs_its_weights_for_each_output():
    net = chain(
        nn.Conv2D(4, 3, padding=1),
        nn.BatchNorm(),
        nn.MaxPool2D(2, 2),
        nn.Conv2D(6, 3, groups=2, use_bias=False),
        nn.Dense(5),
    )
    X = maps(3, 2, 6)
    assert rows(initialized(net, X), X) == [
        ("Conv2D", (4, 6, 6), 4 * 2 * 9 + 4, 36 * 4 * 2 * 9),
        ("Conv2D", (6, 1, 1), 6 * 2 * 9, 6 * 2 * 9),
        ("Dense", (5,), 6 * 5 + 5, 6 * 5),
    ]
    assert sizes(net) == layer_costs(net, X)["parameters"].sum() + 2 * 4


def test_a_dense_layer_of_each_step_costs_as_often():
    X = np.ones((2, 7, 3))
    net = initialized(chain(nn.Dense(4, flatten=False)), X)
    assert rows(net, X) == [("Dense", (7, 4), 16, 7 * 12)]


def test_the_batch_and_compilation_change_nothing():
    net = chain(nn.Conv2D(4, 3), nn.Dense(5))
    expected = rows(initialized(net, maps(1)), maps(1))
    net.hybridize()
    assert rows(net, maps(9)) == expected


def test_a_shared_layer_has_its_parameters_once_and_its_work_twice():
    X = np.ones((2, 3))
    encoder = nn.Dense(4)
    net = MultiInput([encoder, encoder], nn.Dense(1))
    net.initialize()
    net(X, X)
    assert rows(net, X, X) == [
        ("Dense", (4,), 16, 12),
        ("Dense", (4,), 0, 12),
        ("Dense", (1,), 9, 8),
    ]


def test_parameters_that_two_layers_share_count_once():
    X = np.ones((2, 3))
    first = nn.Dense(3)
    net = initialized(chain(first, nn.Dense(3, params=first.params)), X)
    assert [row[2] for row in rows(net, X)] == [12, 0]


def test_what_cannot_be_counted_is_refused():
    net = chain(nn.Activation("relu"))
    with pytest.raises(ValueError, match="no convolution and no dense layer"):
        layer_costs(net, maps())
    with pytest.raises(ValueError, match="not initialized"):
        layer_costs(nn.Dense(2), maps())
