"""Batch normalization, from scratch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from d2l_ext.engine.hooks import blocks, watched
from d2l_ext.engine.internals import initialize_now, normalized_axis
from d2l_ext.training.checks import check_initialized

from mxnet import autograd, gluon, np
from mxnet.gluon import nn
from numpy import dtype

Statistics = tuple[np.ndarray, np.ndarray]


def batch_norm(
    X: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray | None = None,
    var: np.ndarray | None = None,
    *,
    axis: int = 1,
    epsilon: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Normalizes each feature of a mini-batch, then scales and shifts it.

    .. math::

        \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad
        y = \gamma \hat{x} + \beta

    A feature is an index of dimension ``axis``: a column of a matrix, a
    channel of a stack of feature maps. All other dimensions are averaged.

    Parameters
    ----------
    X : np.ndarray
        The mini-batch, of two or more dimensions, ``d`` features along
        ``axis``: (m, d), (m, d, p, q), or (m, p, q, d) with ``axis=3``.
    gamma, beta : np.ndarray
        Scale and shift, of shape (d,).
    mean, var : np.ndarray, optional
        The statistics to normalize with, of shape (d,), as in prediction. By
        default those of the mini-batch, as in training.
    axis : int
        The dimension of the features.
    epsilon : float
        Added to the variance; keeps a constant feature finite.

    Returns
    -------
    Y : np.ndarray
        The output, of the shape of ``X``.
    mean, var : np.ndarray
        The statistics used, of shape (d,). A mini-batch's variance divides
        by the number of values, not by one less.

    Raises
    ------
    ValueError
        If shapes, types or contexts do not fit, or the statistics of a
        single value a feature are asked for.

    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    rows, back = _features_as_rows(X, axis)
    if (mean is None) != (var is None):
        raise ValueError("batch_norm needs both mean and var, or neither")
    _require_fit(X, axis, gamma=gamma, beta=beta, mean=mean, var=var)
    if mean is None or var is None:
        _require_two_values(X, axis)
        mean = _row_means(rows)
        centered = rows - mean[:, None]
        var = _row_means(np.square(centered))
    else:
        centered = rows - mean[:, None]
    scale = gamma / np.sqrt(var + epsilon)
    return back(centered * scale[:, None] + beta[:, None]), mean, var


def _features_as_rows(
    X: np.ndarray, axis: int
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Returns X as a matrix (d, m), one row a feature, and the way back.

    Whatever the dimension of the features, the mathematics is then that of
    rows; in MXNet it is also three times as fast as averages over several
    dimensions.
    """
    axis = _feature_axis(X, axis)
    features_first = np.moveaxis(X, axis, 0)
    shape = features_first.shape

    def back(rows: np.ndarray) -> np.ndarray:
        return np.moveaxis(rows.reshape(shape), 0, axis)

    return features_first.reshape(shape[0], -1), back


def _row_means(rows: np.ndarray) -> np.ndarray:
    # Divided at the end: weights of 1/m are rounded, and of a constant feature
    # would leave a variance other than 0, which epsilon then enlarges.
    ones = np.ones((rows.shape[1],), dtype=rows.dtype, ctx=rows.ctx)
    return np.dot(rows, ones) / rows.shape[1]


def _feature_axis(X: np.ndarray, axis: int) -> int:
    if X.ndim < 2:
        raise ValueError(
            "batch_norm needs an input of two or more dimensions, the first "
            f"of them the examples, not one of shape {X.shape}"
        )
    if not -X.ndim <= axis < X.ndim:
        raise ValueError(
            f"batch_norm got axis={axis}, which an input of shape {X.shape} "
            "does not have"
        )
    return axis % X.ndim


def _require_fit(
    X: np.ndarray, axis: int, **parameters: np.ndarray | None
) -> None:
    num_features = X.shape[_feature_axis(X, axis)]
    for name, values in parameters.items():
        if values is None:
            continue
        if values.shape != (num_features,):
            raise ValueError(
                f"batch_norm got an input of shape {X.shape} with "
                f"{num_features} features along axis {axis}, and a {name} of "
                f"shape {values.shape}"
            )
        if (values.dtype, values.ctx) != (X.dtype, X.ctx):
            raise ValueError(
                f"batch_norm got an input in {dtype(X.dtype).name} on "
                f"{X.ctx}, and a {name} in {dtype(values.dtype).name} on "
                f"{values.ctx}"
            )


def _require_two_values(X: np.ndarray, axis: int) -> None:
    if X.size // X.shape[_feature_axis(X, axis)] < 2:
        raise ValueError(
            "batch_norm in training mode needs at least two values of each "
            f"feature to have a variance, and an input of shape {X.shape} "
            f"has only one: use a larger batch, or "
            "prediction mode"
        )


class BatchNorm(nn.Block):
    r"""Batch normalization with running statistics, readable line by line.

    In training (``autograd.record()``) it normalizes with the mini-batch's
    mean and variance and updates the running statistics,

    .. math::

        r \leftarrow \alpha r + (1 - \alpha) s,

    with the batch's mean and its unbiased variance
    :math:`\frac{m}{m-1}\sigma^2` for :math:`s`. In prediction it normalizes
    with the running statistics. Gluon's own ``nn.BatchNorm`` has the same
    signature and differs in two points: it averages the biased variance, and
    it updates during the backward pass.

    Parameters
    ----------
    axis : int
        The dimension of the features (1: channels first; -1: last).
    momentum : float
        :math:`\alpha`, in [0, 1).
    epsilon : float
        Added to the variance, greater than 0.
    center, scale : bool
        Whether to learn :math:`\beta`, :math:`\gamma`; if not they stay 0, 1.
    in_channels : int
        The number of features; 0 takes it from the first input.

    Inputs: ``X`` of shape (m, ...) with d features along ``axis``.
    Outputs: an array of the shape of ``X``.

    Raises
    ------
    ValueError
        At construction for parameters outside their range; when called, for
        an input that does not fit, or one value a feature in training.

    Source: Ioffe and Szegedy (2015), algorithms 1 and 2.
    """

    def __init__(
        self,
        axis: int = 1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        in_channels: int = 0,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum lies in [0, 1), not {momentum}")
        if not epsilon > 0:
            raise ValueError(f"epsilon is greater than 0, not {epsilon}")
        if in_channels < 0:
            raise ValueError(f"in_channels is 0 or more, not {in_channels}")
        # Under the names that Gluon's own block keeps them.
        self._kwargs: dict[str, Any] = {
            "axis": axis,
            "eps": epsilon,
            "momentum": momentum,
        }
        for name, init, learned in (
            ("gamma", "ones", scale),
            ("beta", "zeros", center),
            ("running_mean", "zeros", False),
            ("running_var", "ones", False),
        ):
            parameter = self.params.get(
                name,
                grad_req="write" if learned else "null",
                shape=(in_channels,),
                init=init,
                allow_deferred_init=True,
                differentiable=learned,
            )
            setattr(self, name, parameter)

    def forward(self, X: np.ndarray) -> np.ndarray:
        self._finish_initialization(X)
        gamma, beta = self.gamma.data(X.ctx), self.beta.data(X.ctx)
        options = {
            "axis": self._kwargs["axis"],
            "epsilon": self._kwargs["eps"],
        }
        if autograd.is_training():
            Y, mean, var = batch_norm(X, gamma, beta, **options)
            self._update_running(mean, var, m=X.size // mean.size)
            return Y
        running = self.running_mean.data(X.ctx), self.running_var.data(X.ctx)
        return batch_norm(X, gamma, beta, *running, **options)[0]

    def _update_running(
        self, mean: np.ndarray, var: np.ndarray, m: int
    ) -> None:
        new = mean.detach(), var.detach() * (m / (m - 1))
        with autograd.pause():
            for parameter, value in zip(
                (self.running_mean, self.running_var), new, strict=True
            ):
                running = parameter.data(mean.ctx)
                running *= self._kwargs["momentum"]
                running += (1 - self._kwargs["momentum"]) * value

    def _finish_initialization(self, X: np.ndarray) -> None:
        num_features = X.shape[_feature_axis(X, self._kwargs["axis"])]
        for parameter in self.params.values():
            # A plain Block does not infer the shapes of its parameters.
            if parameter.shape[0] <= 0:
                parameter.shape = (num_features,)
            initialize_now(parameter)

    def __repr__(self) -> str:
        options = ", ".join(f"{k}={v}" for k, v in self._kwargs.items())
        return f"BatchNorm({options}, in_channels={self.gamma.shape[0]})"


def population_statistics(
    net: gluon.Block, data_iter: Iterable[tuple[np.ndarray, np.ndarray]]
) -> dict[str, Statistics]:
    r"""Sets the running statistics of ``net`` to averages over whole data.

    Every mini-batch runs through the network in training mode, without a
    gradient. Each batch normalization layer, ours or Gluon's, then gets the
    average of the batches' means and of their unbiased variances,

    .. math::

        \mathrm{E}[x] = \mathrm{E}_B[\mu_B], \qquad
        \mathrm{Var}[x] = \tfrac{m}{m - 1} \mathrm{E}_B[\sigma_B^2],

    in which a smaller last batch counts by its size.

    Parameters
    ----------
    net : gluon.Block
        A network with batch normalization, initialized.
    data_iter : iterable of (X, y)
        The training data.

    Returns
    -------
    dict of str to (mean, var)
        The statistics by the name of the layer, each of shape (d,).

    Raises
    ------
    ValueError
        If ``net`` has no batch normalization or ``data_iter`` no batch, or
        the network is not initialized on the context of the data.

    Source: Ioffe and Szegedy (2015), algorithm 2, lines 8 to 12.
    """
    layers = [
        block
        for block in blocks(net)
        if isinstance(block, (BatchNorm, nn.BatchNorm))
    ]
    if not layers:
        raise ValueError("the network has no batch normalization layer")
    sums: dict[str, tuple[int, np.ndarray, np.ndarray]] = {}

    def add_up(layer: gluon.Block, inputs: tuple[np.ndarray]) -> None:
        (X,) = inputs
        mean, var = _unbiased_statistics(X, normalized_axis(layer))
        count, sum_mean, sum_var = sums.get(layer.name, (0, 0, 0))
        sums[layer.name] = (
            count + len(X),
            sum_mean + len(X) * mean,
            sum_var + len(X) * var,
        )

    with watched(net, layers, before=add_up), autograd.train_mode():
        for X, _ in data_iter:
            check_initialized(net, X)
            net(X)
    if not sums:
        raise ValueError("population statistics need at least one mini-batch")
    statistics = {
        name: (mean / count, var / count)
        for name, (count, mean, var) in sums.items()
    }
    for layer in layers:
        mean, var = statistics[layer.name]
        layer.running_mean.set_data(mean)
        layer.running_var.set_data(var)
    return statistics


def _unbiased_statistics(X: np.ndarray, axis: int) -> Statistics:
    _require_two_values(X, axis)
    rows, _ = _features_as_rows(X, axis)
    m = rows.shape[1]
    mean = _row_means(rows)
    var = _row_means(np.square(rows - mean[:, None]))
    return mean, var * (m / (m - 1))
