"""Residual units: the sum, dense ones, and branches set to zero."""

from d2l_ext.diagnostics import gradient_check
from d2l_ext.layers.residual import DenseResidual, Residual, zero_residual
from d2l_ext.layers.residual_blocks import BasicBlock, PreActivationBlock

import mxnet as mx
import numpy as onp
import pytest
from measuring import initialized, maps
from mxnet import autograd, np
from mxnet.gluon import nn


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)])
def test_a_chain_of_widths_3_10_20_runs_with_projections(shape):
    net = nn.HybridSequential()
    net.add(DenseResidual(10, 3), DenseResidual(20, 10), DenseResidual(20))
    X = np.random.normal(size=shape)
    assert initialized(net, X)(X).shape == (*shape[:-1], 20)


def test_a_dense_unit_is_its_formula():
    X = np.random.normal(size=(4, 3))
    net = initialized(DenseResidual(5, 3, activation=nn.ELU), X)
    first, activation, second = net.branch
    total = second(activation(first(X))) + net.projection(X)
    total = total.asnumpy()
    expected = onp.where(total < 0, onp.expm1(total), total)
    onp.testing.assert_allclose(net(X).asnumpy(), expected, atol=1e-5)
    assert net.projection.bias is None


def test_gradients_pass_the_check():
    X = np.array(onp.random.default_rng(0).normal(size=(3, 4)))
    net = DenseResidual(5, 4, activation=nn.ELU)
    initialized(net, X.astype("float32")).cast("float64")
    assert gradient_check(lambda X: (net(X) ** 2).sum(), X.astype("float64"))


def test_with_a_zero_branch_a_dense_unit_is_its_activation():
    X = np.random.normal(size=(6, 5))
    net = initialized(DenseResidual(5), X)
    zero_residual(net)
    assert (net(X) == np.maximum(X, 0)).all()


def test_all_branches_of_a_network_are_set_to_zero():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, 3, padding=1), PreActivationBlock(8))
    net.add(PreActivationBlock(8), DenseResidual(6))
    X = maps()
    # Before the first input, too, when shapes are unknown.
    net.initialize()
    assert zero_residual(net) == 3
    first = net[0](X)
    assert (net[:3](X) == first).all()
    assert abs(first).max() > 0


def test_a_zero_branch_can_learn():
    X = maps()
    net = initialized(BasicBlock(8), X)
    zero_residual(net)
    with autograd.record():
        total = (net(X) * maps()).sum()
    total.backward()
    assert abs(net.branch[-1].gamma.grad()).max() > 0


def test_zero_branches_are_set_where_the_network_is():
    X = maps(ctx=mx.cpu(1))
    net = initialized(BasicBlock(8), X)
    zero_residual(net)
    assert net.branch[-1].gamma.list_ctx() == [mx.cpu(1)]
    assert net(X).ctx == mx.cpu(1)


def test_what_has_no_branch_to_set_to_zero_is_named():
    with pytest.raises(ValueError, match="Dense has no residual block"):
        zero_residual(nn.Dense(2))
    with pytest.raises(ValueError, match="not initialized"):
        zero_residual(BasicBlock(8))
    branch = nn.HybridSequential()
    branch.add(nn.Dense(2), nn.Activation("relu"))
    with pytest.raises(ValueError, match="ends in Activation"):
        zero_residual(Residual(branch))


def test_dense_units_that_cannot_be_added_are_refused():
    with pytest.raises(ValueError, match=r"3 units.*branch of 10"):
        DenseResidual(10, 3, projection=False)
    net = DenseResidual(10)
    net.initialize()
    with pytest.raises(ValueError, match=r"\(2, 10\).*\(2, 3\)"):
        net(np.ones((2, 3)))
