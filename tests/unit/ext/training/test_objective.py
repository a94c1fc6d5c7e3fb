"""Network, loss and accuracy in one block: sums that NumPy gives too."""

from d2l_ext.networks import mlp
from d2l_ext.training.objective import make_objective

import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

X = np.array([[1.0, 0], [0, 2], [3, 1]])
Y = np.array([0, 0, 0], dtype="int32")
LABELS = {"int32": Y, "float32": Y.astype("float32")}


class Scores(gluon.HybridBlock):
    """Its scores are its inputs."""

    def hybrid_forward(self, F, x):
        return x * 1


class PlainScores(gluon.Block):
    def forward(self, x):
        return x * 1


@pytest.mark.parametrize("make", [Scores, PlainScores])
@pytest.mark.parametrize("hybridize", [True, False])
@pytest.mark.parametrize("dtype", LABELS)
def test_losses_and_right_predictions_are_summed(make, hybridize, dtype):
    objective = make_objective(make(), None, hybridize)
    total_loss, num_correct = objective(X, LABELS[dtype])
    scores = X.asnumpy().astype("float64")
    expected = (onp.log(onp.exp(scores).sum(1)) - scores[:, 0]).sum()
    onp.testing.assert_allclose(total_loss.item(), expected, rtol=1e-5)
    assert num_correct.item() == 2
    assert total_loss.shape == num_correct.shape == ()


def test_a_loss_of_ones_own_is_used():
    class Distance(gluon.loss.Loss):
        def hybrid_forward(self, F, y_hat, y):
            return F.np.abs(y_hat).sum(axis=1)

    loss = Distance(weight=None, batch_axis=0)
    total_loss, num_correct = make_objective(Scores(), loss, True)(X, Y)
    assert total_loss.item() == 7
    assert num_correct.item() == 2


@pytest.mark.parametrize("hybridize", [True, False])
def test_only_what_is_asked_for_is_compiled(hybridize):
    net = mlp([3])
    net.initialize()
    objective = make_objective(net, None, hybridize)
    assert objective._active == net._active == hybridize


def test_a_plain_block_is_not_compiled():
    net = nn.Sequential()
    net.add(nn.Dense(3))
    make_objective(net, None, hybridize=True)
    assert not net[0]._active


def test_only_the_loss_is_differentiated():
    net = nn.Dense(2, use_bias=False)
    net.initialize()
    gradients = []
    for hybridize in (False, True):
        objective = make_objective(net, None, hybridize)
        with autograd.record():
            total_loss, _ = objective(X, Y)
        total_loss.backward()
        gradients.append(net.weight.grad().asnumpy().copy())
    scores = X.asnumpy() @ net.weight.data().asnumpy().T
    p = onp.exp(scores) / onp.exp(scores).sum(1, keepdims=True)
    expected = (p - [1, 0]).T @ X.asnumpy()
    for gradient in gradients:
        onp.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6)
