"""Norms of single examples, written out in float64 NumPy."""

from __future__ import annotations

import numpy as onp
from mxnet import autograd, np


class Formula:
    """Both passes of a norm that averages parts of an example.

    Parameters
    ----------
    shape : tuple of int
        The shape of random inputs.
    features : int
        The dimension of the features, which gamma and beta are for.
    averaged : tuple of int
        The dimensions that are averaged.
    num_groups : int
        In place of ``averaged``: how many groups of channels, with all
        positions, are averaged.
    """

    def __init__(self, shape, features, averaged=(), num_groups=0, seed=0):
        rng = onp.random.default_rng(seed)
        self.X = 1 + 2 * rng.normal(size=shape)
        self.dY = rng.normal(size=shape)
        self.gamma, self.beta = rng.normal(size=(2, shape[features]))
        self.averaged = (2,) if num_groups else averaged
        self.inner = (shape[0], num_groups, -1) if num_groups else self.X.shape
        self.wide = [1] * len(shape)
        self.wide[features] = -1
        self.others = tuple(
            i for i in range(len(shape)) if i != features % len(shape)
        )
        X = self.X.reshape(self.inner)
        self.sigma = onp.sqrt(self.mean(onp.square(X - self.mean(X))) + 1e-5)
        self.X_hat = ((X - self.mean(X)) / self.sigma).reshape(shape)
        self.Y = self.X_hat * self.gamma.reshape(
            self.wide
        ) + self.beta.reshape(self.wide)

    def mean(self, values):
        return values.mean(self.averaged, keepdims=True)

    def gradients(self):
        """Returns the derivatives of sum(Y * dY) by X, gamma and beta."""
        dY, X_hat = self.dY, self.X_hat
        dX_hat = (dY * self.gamma.reshape(self.wide)).reshape(self.inner)
        inner = X_hat.reshape(self.inner)
        dX = dX_hat - self.mean(dX_hat) - inner * self.mean(dX_hat * inner)
        return (
            (dX / self.sigma).reshape(self.X.shape),
            (dY * X_hat).sum(self.others),
            dY.sum(self.others),
        )


def differentiated(f, dY, *variables):
    """Returns f's output, then the derivatives of sum(output * dY)."""
    for x in variables:
        x.attach_grad()
    with autograd.record():
        Y = f(*variables)
        total = (Y * np.array(dY, dtype=Y.dtype)).sum()
    total.backward()
    return [Y.asnumpy(), *(x.grad.asnumpy() for x in variables)]


def in_numpy(values):
    return values.asnumpy() if isinstance(values, np.ndarray) else values


def assert_all_close(results, expected, tolerance):
    for result, wanted in zip(results, expected, strict=True):
        onp.testing.assert_allclose(
            in_numpy(result), in_numpy(wanted), rtol=tolerance, atol=tolerance
        )
