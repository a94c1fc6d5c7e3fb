"""Gluon's private names are where they were, and used in one place alone."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from d2l_ext.engine import internals
from d2l_ext.initializers import He

import pytest
from mxnet import gluon, init, np
from mxnet.gluon import nn


@pytest.fixture
def net():
    net = nn.HybridSequential()
    net.add(nn.Dense(3), nn.BatchNorm(axis=1), nn.Activation("relu"))
    net.initialize(init.Xavier())
    return net


def test_children_come_in_their_order(net):
    assert internals.children(net) == list(net)


def test_names_of_parameters_are_those_of_places(net):
    names = list(internals.named_parameters(net))
    assert names[:2] == ["0.weight", "0.bias"]
    assert {name.partition(".")[0] for name in names} == {"0", "1"}


def test_a_compiled_block_can_run_layer_by_layer(net):
    assert not internals.is_compiled(net)
    net.hybridize()
    assert internals.is_compiled(net)
    internals.set_compiled(net, False)
    assert not internals.is_compiled(net)


def test_layers_tell_their_options(net):
    _, norm, relu = net
    assert internals.normalized_axis(norm) == 1
    assert internals.activation_name(relu) == "relu"
    assert "slope" in internals.option_names(He())


def test_a_parameter_that_waits_for_its_shape_is_drawn(net):
    weight = net[0].weight
    weight.shape = (3, 2)
    internals.initialize_now(weight)
    assert weight.data().shape == (3, 2)
    # Another time changes nothing.
    before = weight.data().copy()
    internals.initialize_now(weight)
    assert (weight.data() == before).all()


def test_what_is_not_learned_is_not_a_trainers(net):
    net(np.ones((2, 4)))
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore=None)
    learned = {p.name for p in internals.learned_parameters(trainer)}
    assert net[0].weight.name in learned
    assert net[1].running_mean.name not in learned


def test_no_other_module_uses_a_private_name_of_gluons():
    folder = Path(find_spec("d2l_ext").origin).parent
    private = re.compile(
        r"\b(?!self\b|super\b)\w+(?:\(\))?\._(?:collect_params_with_prefix|"
        r"children|act_type|kwargs|active|params|deferred_init|"
        r"finish_deferred_init|reg_params|cached_graph)\b"
    )
    found = [
        f"{path.name}: {match[0]}"
        for path in folder.rglob("*.py")
        if path.name != "internals.py"
        for match in private.finditer(path.read_text("utf-8"))
    ]
    assert found == []
