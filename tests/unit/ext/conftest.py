"""What the tests of the package share: one seed, settings of their own.

``d2l_ext`` is imported first, so that a test module may import MXNet wherever
the alphabet puts it.
"""

import sys

import d2l_ext  # isort: skip

from d2l_ext.config import settings
from d2l_ext.engine.device import why_no_gpu

import numpy as onp
import pytest
from mxnet import autograd, np

VARIABLES = (
    *("D2L_EXT_CTX", "D2L_EXT_SEED", "D2L_EXT_SCALE", "D2L_EXT_DATA"),
    "D2L_EXT_BUDGET",
    "D2L_EXT_GATE",
)


def _forget_settings():
    settings.cache_clear()
    why_no_gpu.cache_clear()


@pytest.fixture(autouse=True)
def _isolated(monkeypatch):
    """Starts each test with the default settings and seed 0."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    _forget_settings()
    d2l_ext.seed(0)
    yield
    _forget_settings()
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def with_settings(monkeypatch):
    """Returns a function that changes settings until the test ends.

    ``with_settings(scale="full", seed=3)`` sets ``D2L_EXT_SCALE`` and
    ``D2L_EXT_SEED`` and has ``settings()`` read them again.
    """

    def change(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"D2L_EXT_{name.upper()}", str(value))
        _forget_settings()

    return change


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
