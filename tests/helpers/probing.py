"""Numbers to try an entry-wise function on, and its gradient there."""

import numpy as onp
from mxnet import autograd, np


def numbers(dtype="float64", shape=(4, 3, 5), seed=0):
    """Normal numbers of standard deviation 3, none of them at a kink."""
    x = 3 * onp.random.default_rng(seed).normal(size=shape)
    return np.array(x + 0.01 * onp.sign(x), dtype=dtype)


def gradient(f, x):
    x.attach_grad()
    with autograd.record():
        total = f(x).sum()
    total.backward()
    return x.grad


def assert_close(result, expected, tolerance=1e-6):
    onp.testing.assert_allclose(
        result.asnumpy(),
        getattr(expected, "asnumpy", lambda: expected)(),
        rtol=tolerance,
        atol=tolerance,
    )
