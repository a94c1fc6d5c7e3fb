r"""Layer, group and instance normalization: batch norm along other dimensions.

All of them subtract a mean and divide by a standard deviation, and differ in
what they average. Of feature maps (m, c, h, w) it is

=============  ==============================  ==========================
norm           averaged dimensions             statistics
=============  ==============================  ==========================
batch          0, 2, 3                         a channel
layer          1, or 1, 2, 3 as one group      a position, or an example
group          2, 3 and a group's part of 1    an example and group
instance       2, 3                            an example and channel
=============  ==============================  ==========================

Batch norm alone averages over examples: the others compute the same in
training and in prediction, and for one example what they do for many. Each is
:func:`d2l_ext.layers.batch_norm` of a matrix whose rows are what is averaged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from d2l_ext.layers.norm import batch_norm
from d2l_ext.validate import whole_number

from mxnet import np
from numpy import dtype


def standardize(
    X: np.ndarray, axes: Sequence[int], *, epsilon: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Gives values mean 0 and variance 1 along some dimensions.

    .. math::

        \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Parameters
    ----------
    X : np.ndarray
        Of any shape.
    axes : sequence of int
        The dimensions over which mean and variance are taken: (0, 2, 3) of
        feature maps is batch norm, (2, 3) instance norm.
    epsilon : float
        Added to the variance.

    Returns
    -------
    X_hat : np.ndarray
        The output, of the shape of ``X``.
    mean, var : np.ndarray
        The statistics, of the shape of ``X`` without ``axes``.

    Raises
    ------
    ValueError
        If ``X`` has no such dimension, one is named twice, or there is a
        single value to average.
    """
    axes = _dimensions(X, axes)
    kept = [axis for axis in range(X.ndim) if axis not in axes]
    order = [*kept, *axes]
    there = X.transpose(order)  # what is kept comes first
    sizes = tuple(X.shape[axis] for axis in kept)
    # (..., averaged) -> (k, n): one row for each mean
    rows = there.reshape(math.prod(sizes), -1)
    like_X = {"dtype": X.dtype, "ctx": X.ctx}
    ones, zeros = np.ones(len(rows), **like_X), np.zeros(len(rows), **like_X)
    Y, mean, var = batch_norm(rows, ones, zeros, axis=0, epsilon=epsilon)
    back = [order.index(axis) for axis in range(X.ndim)]
    X_hat = Y.reshape(there.shape).transpose(back)
    return X_hat, mean.reshape(sizes), var.reshape(sizes)


def layer_norm(
    X: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
) -> np.ndarray:
    r"""Normalizes the features of each example, then scales and shifts them.

    As :func:`d2l_ext.layers.batch_norm`, with :math:`\mu` and
    :math:`\sigma^2` of one example's features in place of one feature's
    examples. Of a sequence (m, t, d) each step has its own.

    Parameters
    ----------
    X : np.ndarray
        The mini-batch, with ``d`` features along ``axis``: (m, d),
        (m, t, d), or (m, d, h, w) with ``axis=1``.
    gamma, beta : np.ndarray
        Scale and shift of each feature, of shape (d,).
    axis : int
        The dimension of the features, over which it averages.
    epsilon : float
        Added to the variance.

    Returns
    -------
    np.ndarray
        The output, of the shape of ``X``.

    Raises
    ------
    ValueError
        If shapes, types or contexts do not fit, an example has one feature,
        or ``axis`` is that of the examples.

    Source: Ba, Kiros and Hinton (2016), section 3.
    """
    axis = require_features(X, axis)
    require_fit("layer_norm", X, axis, gamma=gamma, beta=beta)
    X_hat, _, _ = standardize(X, [axis], epsilon=epsilon)
    return _scale_and_shift(X_hat, gamma, beta, axis)


def group_norm(
    X: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    num_groups: int,
    *,
    epsilon: float = 1e-5,
) -> np.ndarray:
    r"""Normalizes groups of channels of each example.

    With one group it is layer norm over all that an example has, with as many
    groups as channels it is instance norm.

    Parameters
    ----------
    X : np.ndarray
        The mini-batch (m, c, ...), channels first.
    gamma, beta : np.ndarray
        Scale and shift of each channel, of shape (c,).
    num_groups : int
        How many groups; it divides c. Neighboring channels form a group.
    epsilon : float
        Added to the variance.

    Returns
    -------
    np.ndarray
        The output, of the shape of ``X``.

    Raises
    ------
    ValueError
        If shapes, types or contexts do not fit, groups are not of equal size,
        or a group has a single value.

    Source: Wu and He (2018), section 3.
    """
    require_fit("group_norm", X, 1, gamma=gamma, beta=beta)
    require_groups(X, num_groups)
    # (m, c, ...) -> (m, groups, values of a group)
    groups = X.reshape(X.shape[0], num_groups, -1)
    X_hat, _, _ = standardize(groups, [2], epsilon=epsilon)
    return _scale_and_shift(X_hat.reshape(X.shape), gamma, beta, 1)


def instance_norm(
    X: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    *,
    epsilon: float = 1e-5,
) -> np.ndarray:
    """Normalizes each channel of each example.

    Parameters
    ----------
    X : np.ndarray
        The mini-batch (m, c, ...), channels first, two or more positions.
    gamma, beta : np.ndarray
        Scale and shift of each channel, of shape (c,).
    epsilon : float
        Added to the variance.

    Returns
    -------
    np.ndarray
        The output, of the shape of ``X``.

    Raises
    ------
    ValueError
        If shapes, types or contexts do not fit, or a channel has one value.

    Source: Ulyanov, Vedaldi and Lempitsky (2016), equation 4.
    """
    require_fit("instance_norm", X, 1, gamma=gamma, beta=beta)
    return group_norm(X, gamma, beta, X.shape[1], epsilon=epsilon)


def require_features(X: np.ndarray, axis: int) -> int:
    """Returns the dimension to average, unless it is that of the examples."""
    (axis,) = _dimensions(X, [axis])
    if axis == 0:
        raise ValueError(
            f"layer norm got axis={axis} of an input of shape {X.shape}, and "
            "dimension 0 holds the examples, over which only batch norm "
            "averages"
        )
    return axis


def require_fit(
    name: str, X: np.ndarray, axis: int, **parameters: np.ndarray
) -> None:
    """Raises ``ValueError`` unless there is one parameter for each feature."""
    if X.ndim < 2:
        raise ValueError(
            f"{name} needs an input of two or more dimensions, the first of "
            f"them the examples, not one of shape {X.shape}"
        )
    for each, values in parameters.items():
        if values.shape != (X.shape[axis],):
            raise ValueError(
                f"{name} got an input of shape {X.shape} with "
                f"{X.shape[axis]} features along axis {axis}, and a {each} "
                f"of shape {values.shape}"
            )
        if (values.dtype, values.ctx) != (X.dtype, X.ctx):
            raise ValueError(
                f"{name} got an input in {dtype(X.dtype).name} on {X.ctx}, "
                f"and a {each} in {dtype(values.dtype).name} on {values.ctx}"
            )


def require_groups(X: np.ndarray, num_groups: int) -> None:
    """Raises ``ValueError`` unless the channels form that many groups."""
    num_channels = X.shape[1]
    if num_channels % whole_number("num_groups", num_groups):
        raise ValueError(
            f"num_groups={num_groups} does not divide the {num_channels} "
            f"channels of an input of shape {X.shape}"
        )
    _require_two_values(X, X.size // (len(X) * num_groups))


def _require_two_values(X: np.ndarray, count: int) -> None:
    """Raises ``ValueError`` if a single value is averaged."""
    if count < 2:
        raise ValueError(
            "a mean is taken of two or more values, and of an input of shape "
            f"{X.shape} each would be of {count}: nothing but beta would be "
            "left"
        )


def _dimensions(X: np.ndarray, axes: Sequence[int]) -> tuple[int, ...]:
    """Returns the dimensions of X, counted from 0, without repetition."""
    for axis in axes:
        if not -X.ndim <= axis < X.ndim:
            raise ValueError(
                f"an input of shape {X.shape} has no dimension {axis}"
            )
    found = tuple(axis % X.ndim for axis in axes)
    if len(set(found)) < len(found):
        raise ValueError(f"axes={tuple(axes)} names a dimension twice")
    _require_two_values(X, math.prod(X.shape[axis] for axis in found))
    return found


def _scale_and_shift(
    X_hat: np.ndarray, gamma: np.ndarray, beta: np.ndarray, axis: int
) -> np.ndarray:
    # (d,) -> (1, d, 1, ...), with d where X_hat has it
    wide = tuple(-1 if i == axis else 1 for i in range(X_hat.ndim))
    return X_hat * gamma.reshape(wide) + beta.reshape(wide)
