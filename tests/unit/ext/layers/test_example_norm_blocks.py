"""Blocks of layer, group and instance norm, against formula and Gluon."""

from functools import partial

from d2l_ext.layers import BasicBlock, GroupNorm, InstanceNorm, LayerNorm
from d2l_ext.networks import lenet, mlp

import mxnet as mx
import numpy as onp
import pytest
from measuring import maps, sizes
from mxnet import autograd, gluon, np
from mxnet.gluon import nn
from norm_formulas import Formula, assert_all_close, differentiated

SHAPE = (3, 6, 4, 5)
#: Each block with the formula that it computes.
CASES = {
    "layer": (LayerNorm, Formula(SHAPE, -1, (3,))),
    "layer of channels": (partial(LayerNorm, 1), Formula(SHAPE, 1, (1,))),
    "group": (partial(GroupNorm, 3), Formula(SHAPE, 1, num_groups=3)),
    "one group": (partial(GroupNorm, 1), Formula(SHAPE, 1, num_groups=1)),
    "instance": (InstanceNorm, Formula(SHAPE, 1, (2, 3))),
}
ALL = pytest.mark.parametrize(
    ("make", "formula"), CASES.values(), ids=list(CASES)
)


def initialized(block, formula, ctx=None):
    """Returns the block with the formula's gamma and beta."""
    block.initialize(ctx=ctx)
    block(np.array(formula.X, dtype="float32", ctx=ctx))
    for name in ("gamma", "beta"):
        values = np.array(getattr(formula, name), dtype="float32", ctx=ctx)
        getattr(block, name).set_data(values)
    return block


def of_block(block, formula):
    """Returns the output and the gradients by X, gamma and beta."""
    X = np.array(formula.X, dtype="float32")
    results = differentiated(block, formula.dY, X)
    return [*results, *(p.grad().asnumpy() for p in (block.gamma, block.beta))]


@ALL
@pytest.mark.parametrize("compiled", [False, True])
def test_a_block_is_its_formula_forward_and_backward(make, formula, compiled):
    block = initialized(make(), formula)
    block.hybridize(compiled)
    expected = [formula.Y, *formula.gradients()]
    assert_all_close(of_block(block, formula), expected, 1e-4)


@pytest.mark.parametrize("axis", [-1, 1])
def test_layer_norm_is_gluons(axis):
    formula = Formula(SHAPE, axis, (axis % 4,))
    ours, gluons = (
        of_block(initialized(block(axis=axis), formula), formula)
        for block in (LayerNorm, nn.LayerNorm)
    )
    assert_all_close(ours, gluons, 1e-4)


def test_group_and_instance_norm_are_mxnets_operators():
    formula = Formula(SHAPE, 1, (2, 3))
    X, gamma, beta = (
        np.array(values, dtype="float32").as_nd_ndarray()
        for values in (formula.X, formula.gamma, formula.beta)
    )
    expected = mx.nd.InstanceNorm(X, gamma, beta, eps=1e-5).asnumpy()
    ours = initialized(InstanceNorm(), formula)(X.as_np_ndarray())
    assert_all_close([ours], [expected], 1e-5)
    ones, zeros = mx.nd.ones(2), mx.nd.zeros(2)
    expected = mx.nd.GroupNorm(X, ones, zeros, num_groups=2).asnumpy()
    block = GroupNorm(2)
    block.initialize()
    assert_all_close([block(X.as_np_ndarray())], [expected], 1e-5)


@pytest.mark.parametrize("block", [nn.GroupNorm(2), nn.InstanceNorm()])
def test_gluons_own_blocks_take_no_arrays_of_mxnet_np(block):
    block.initialize()
    with pytest.raises((TypeError, ValueError), match="legacy operator"):
        block(maps())


def test_gluons_group_norm_scales_groups_where_the_paper_scales_channels():
    assert nn.GroupNorm(2).gamma.shape == (2,)
    block = GroupNorm(2)
    block.initialize()
    block(maps(channels=8))
    assert block.gamma.shape == block.beta.shape == (8,)


@ALL
def test_training_and_prediction_are_the_same(make, formula):
    X = np.array(formula.X, dtype="float32")
    block = initialized(make(), formula)
    predicted = block(X)
    with autograd.record():
        trained = block(X)
    assert (predicted == trained).all()
    assert len(block.collect_params().keys()) == 2


@ALL
@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_a_compiled_block_computes_the_same(
    make, formula, ctx, assert_compiled_as_written
):
    X = np.array(formula.X, dtype="float32", ctx=ctx)
    block = initialized(make(), formula, ctx)
    assert block(X).ctx == ctx
    assert_compiled_as_written(block, X)


@ALL
@pytest.mark.parametrize("compiled", [False, True])
def test_float64_stays_float64(make, formula, compiled):
    if compiled and make is InstanceNorm:
        return  # MXNet's operation takes float32 only
    block = make()
    block.cast("float64")
    block.initialize()
    block.hybridize(compiled)
    Y = block(np.array(formula.X, dtype="float64"))
    assert Y.dtype == onp.float64
    assert_all_close([Y], [formula.X_hat], 1e-6)


@ALL
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("compiled", [True, False])
def test_without_center_or_scale_beta_and_gamma_stay(
    make, formula, center, scale, compiled
):
    X = np.array(formula.X, dtype="float32")
    block = make(center=center, scale=scale)
    block.initialize()
    block.hybridize(compiled)
    block(X)
    trainer = gluon.Trainer(block.collect_params(), "sgd")
    X.attach_grad()
    with autograd.record():
        total = (block(X) * np.array(formula.dY, dtype="float32")).sum()
    total.backward()
    trainer.step(1)
    assert (block.gamma.data() == 1).all() == (not scale)
    assert (block.beta.data() == 0).all() == (not center)


@ALL
def test_the_number_of_features_is_taken_from_the_first_input(make, formula):
    X = np.array(formula.X, dtype="float32")
    num_features = len(formula.gamma)
    wrong = X[:, :3, :, :3]
    for in_channels in (0, num_features):
        for compiled in (False, True):
            block = make(in_channels=in_channels)
            block.initialize()
            block.hybridize(compiled)
            assert block(X).shape == X.shape
            assert f"in_channels={num_features}" in repr(block)
            message = f"each of {num_features} features.*with 3 along"
            with pytest.raises(ValueError, match=message):
                block(wrong)


def test_a_block_says_what_it_is():
    assert repr(GroupNorm(2, in_channels=4)) == (
        "GroupNorm(num_groups=2, eps=1e-05, in_channels=4)"
    )
    assert repr(LayerNorm()) == "LayerNorm(axis=-1, eps=1e-05, in_channels=0)"


# In networks.


@pytest.mark.parametrize(
    "norm", [LayerNorm, partial(GroupNorm, 2), InstanceNorm]
)
def test_a_residual_block_has_it_for_a_norm(norm, assert_compiled_as_written):
    net = BasicBlock(8, norm=norm)
    net.initialize(mx.init.Xavier())
    X = maps()
    net(X)
    assert_compiled_as_written(net, X, tolerance=1e-3)


def test_networks_take_it_by_norm(assert_compiled_as_written):
    X = np.random.uniform(size=(2, 1, 28, 28))
    for net, expected in (
        (mlp([5], norm=LayerNorm), 785 * 5 + 2 * 5 + 60),
        (lenet(norm=partial(GroupNorm, 2)), None),
    ):
        net.initialize(mx.init.Xavier())
        net(X)
        assert expected in (None, sizes(net))
        assert_compiled_as_written(net, X, tolerance=1e-3)


def test_a_network_compiled_at_once_takes_the_channels_where_it_can():
    X = maps(channels=6)
    for norm in (LayerNorm(), InstanceNorm(), GroupNorm(2, in_channels=6)):
        net = nn.HybridSequential()
        net.add(nn.Conv2D(6, 1), norm)
        net.initialize()
        net.hybridize()
        assert net(X).shape == X.shape
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 1), GroupNorm(2))
    net.initialize()
    net.hybridize()
    with pytest.raises(ValueError, match="give in_channels, or call the net"):
        net(X)


# What is refused.


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LayerNorm(0), "axis=0 is that of the examples"),
        (lambda: LayerNorm(epsilon=0), "epsilon is a number above 0, not 0"),
        (lambda: InstanceNorm(-1e-5), "epsilon is a number above 0"),
        (lambda: LayerNorm(in_channels=-1), "in_channels is 0 or more"),
        (lambda: GroupNorm(0), "num_groups is 1 or more, not 0"),
        (lambda: GroupNorm(2.0), "num_groups is a whole number"),
        (
            lambda: GroupNorm(3, in_channels=4),
            "3 does not divide in_channels=4",
        ),
    ],
)
def test_options_outside_their_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("block", "shape", "message"),
    [
        (LayerNorm(), (2, 1), "nothing but beta"),
        (LayerNorm(-2), (2, 3), "only batch norm"),
        (LayerNorm(2), (2, 3), r"axis 2, which.*\(2, 3\) does not have"),
        (GroupNorm(3), (2, 4, 5), "3 does not divide the 4 channels"),
        (GroupNorm(4), (2, 4), "nothing but beta"),
        (InstanceNorm(), (2, 4, 1), "nothing but beta"),
        (InstanceNorm(), (4,), "axis 1, which"),
    ],
)
def test_an_input_that_does_not_fit_is_named(block, shape, message, compiled):
    block.initialize(force_reinit=True)
    block.hybridize(compiled)
    with pytest.raises(ValueError, match=message):
        block(np.ones(shape))
