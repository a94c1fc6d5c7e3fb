"""Initializers are to be had by their names, in Gluon, too."""

from __future__ import annotations

from d2l_ext.initializers import (
    INITIALIZERS,
    He,
    LeCun,
    make_initializer,
)

import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn
from weights import EVERY_NAME, VARIANCES, small_net


@EVERY_NAME
def test_mxnet_takes_the_name(name):
    net = small_net()
    net.initialize(init=name)
    for parameter in net.collect_params().values():
        values = parameter.data().asnumpy()
        if parameter.name.endswith("weight"):
            assert values.std() > 0
        else:  # bias, scale and shift; running mean and variance
            constant = parameter.name.endswith(("gamma", "var"))
            assert (values == constant).all()


@EVERY_NAME
def test_a_layer_takes_the_name(name):
    net = nn.HybridSequential()
    net.add(nn.Dense(30, weight_initializer=name))
    net.initialize(mx.init.Zero())
    net.hybridize()  # then the initializer goes through its written form
    net(np.ones((2, 20)))
    assert net[0].weight.data().asnumpy().std() > 0


@pytest.mark.parametrize(
    "initializer", [case[0] for case in VARIANCES], ids=lambda i: i.dumps()
)
def test_an_initializer_survives_being_written_down(initializer):
    assert mx.initializer.create(initializer.dumps()) == initializer


def test_names_of_mxnets_own_stay_theirs():
    for name, own in (
        ("xavier", mx.init.Xavier),
        ("orthogonal", mx.init.Orthogonal),
        ("normal", mx.init.Normal),
        ("msraprelu", mx.init.MSRAPrelu),
    ):
        assert name not in INITIALIZERS
        assert type(mx.initializer.create(name)) is own


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("xavier", {}, "'xavier' is not known.*small_normal.*orthonormal"),
        ("he", {"sigma": 1}, "'he' does not take sigma.*distribution, slope"),
        ("he", {"slope": -1}, "slope is a number from 0, not -1"),
        ("glorot", {"distribution": "cauchy"}, "'cauchy'.*normal, uniform"),
        ("small_normal", {"sigma": 0}, "sigma is a number above 0, not 0"),
        ("orthonormal", {"gain": -1}, "gain is a number above 0, not -1"),
    ],
)
def test_what_is_not_known_is_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        make_initializer(name, **options)


def test_options_reach_the_initializer():
    assert make_initializer("he", slope=0.5) == He(slope=0.5)
    assert make_initializer("he") != He(slope=0.5)
    assert isinstance(make_initializer("glorot_in"), LeCun)
