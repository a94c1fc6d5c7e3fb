"""What the tests of layers and networks share."""

import d2l_ext

import numpy as onp
import pytest
from mxnet import autograd, np


def _pass(net, X, weights):
    """Returns predictions, then outputs and gradients of training."""
    results = [net(X).asnumpy()]
    X = X.copy()
    X.attach_grad()
    d2l_ext.seed(1)
    with autograd.record():
        Y = net(X)
        total = (Y * weights).sum()
    total.backward()
    results += [Y.asnumpy(), X.grad.asnumpy()]
    results += [
        parameter.grad().asnumpy()
        for parameter in net.collect_params().values()
        if parameter.grad_req != "null"
    ]
    return results


@pytest.fixture
def assert_compiled_as_written():
    """Returns a function: does a compiled block compute what it says?

    ``check(net, X)`` compares outputs in both modes and all gradients of an
    initialized ``HybridBlock`` before and after ``hybridize()``.
    """

    def check(net, X, tolerance=1e-4):
        weights = np.random.normal(size=net(X).shape, ctx=X.ctx)
        running = {
            name: parameter.data().copy()
            for name, parameter in net.collect_params().items()
            if parameter.grad_req == "null"
        }
        eager = _pass(net, X, weights)
        for name, values in running.items():
            net.collect_params()[name].set_data(values)
        net.hybridize()
        compiled = _pass(net, X, weights)
        assert all(abs(values).max() > 0 for values in eager[:3])
        for result, expected in zip(compiled, eager, strict=True):
            onp.testing.assert_allclose(
                result,
                expected,
                rtol=tolerance,
                atol=tolerance * abs(expected).max() + 1e-7,
            )

    return check
