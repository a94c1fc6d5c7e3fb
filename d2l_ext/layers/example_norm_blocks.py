"""Layer, group and instance normalization as blocks."""

from __future__ import annotations

from typing import Any

from d2l_ext.engine.internals import initialize_now, is_compiled
from d2l_ext.layers.example_norm import (
    group_norm,
    instance_norm,
    layer_norm,
    require_features,
    require_groups,
)
from d2l_ext.validate import positive, whole_number

from mxnet import gluon, np


class _ExampleNorm(gluon.HybridBlock):
    """A norm without running statistics: parameters, and when to compile.

    Arrays go through the functions of :mod:`d2l_ext.layers.example_norm`, line
    by line; a compiled graph has MXNet's own operation in their place.
    """

    def __init__(
        self,
        axis: int,
        epsilon: float,
        center: bool,
        scale: bool,
        in_channels: int,
        prefix: str | None,
        params: gluon.ParameterDict | None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._axis = axis
        self._epsilon = positive("epsilon", epsilon)
        whole_number("in_channels", in_channels, smallest=0)
        for name, init, learned in (
            ("gamma", "ones", scale),
            ("beta", "zeros", center),
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

    def forward(self, X: Any) -> Any:
        # Symbols have no shape to look at.
        if isinstance(X, np.ndarray):
            self._finish_initialization(X)
            if not is_compiled(self):
                gamma, beta = self.gamma.data(X.ctx), self.beta.data(X.ctx)
                return self._normalize(X, gamma, beta)
        return super().forward(X)

    def _normalize(
        self, X: np.ndarray, gamma: np.ndarray, beta: np.ndarray
    ) -> np.ndarray:
        raise NotImplementedError

    def _finish_initialization(self, X: np.ndarray) -> None:
        name = type(self).__name__
        if not -X.ndim <= self._axis < X.ndim:
            raise ValueError(
                f"{name} normalizes along axis {self._axis}, which an input "
                f"of shape {X.shape} does not have"
            )
        num_features = X.shape[self._axis]
        for parameter in self.params.values():
            if parameter.shape[0] <= 0:
                parameter.shape = (num_features,)
            initialize_now(parameter)
        if self.gamma.shape != (num_features,):
            raise ValueError(
                f"{name} has a scale for each of {self.gamma.shape[0]} "
                f"features, and got an input of shape {X.shape} with "
                f"{num_features} along axis {self._axis}"
            )

    def _options(self) -> dict[str, Any]:
        return {}

    def __repr__(self) -> str:
        options = self._options() | {
            "eps": self._epsilon,
            "in_channels": max(self.gamma.shape[0], 0),
        }
        named = ", ".join(f"{name}={value}" for name, value in options.items())
        return f"{type(self).__name__}({named})"


class LayerNorm(_ExampleNorm):
    r"""Layer normalization: each example by its own mean and variance.

    It has no running statistics, and training and prediction are the same.
    See :func:`d2l_ext.layers.layer_norm`. It has the signature of Gluon's own
    ``nn.LayerNorm``.

    Parameters
    ----------
    axis : int
        The dimension of the features, over which it averages; not 0, that of
        the examples.
    epsilon : float
        Added to the variance, greater than 0.
    center, scale : bool
        Whether to learn :math:`\beta`, :math:`\gamma`; if not they stay 0, 1.
    in_channels : int
        The number of features; 0 takes it from the first input.

    Inputs: ``X`` of shape (m, ..., d), or with d features along ``axis``.
    Outputs: an array of the shape of ``X``.

    Raises
    ------
    ValueError
        At construction for options outside their range; when called, for an
        input that does not fit or has a single feature.

    Source: Ba, Kiros and Hinton (2016), section 3.
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        in_channels: int = 0,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        if axis == 0:
            raise ValueError(
                "axis=0 is that of the examples, over which only batch norm "
                "averages; layer norm's is that of the features"
            )
        super().__init__(
            axis, epsilon, center, scale, in_channels, prefix, params
        )

    def _finish_initialization(self, X: np.ndarray) -> None:
        super()._finish_initialization(X)
        require_features(X, self._axis)

    def _normalize(
        self, X: np.ndarray, gamma: np.ndarray, beta: np.ndarray
    ) -> np.ndarray:
        return layer_norm(
            X, gamma, beta, axis=self._axis, epsilon=self._epsilon
        )

    def hybrid_forward(self, F: Any, X: Any, gamma: Any, beta: Any) -> Any:
        return F.npx.layer_norm(
            X, gamma, beta, axis=self._axis, eps=self._epsilon
        )

    def _options(self) -> dict[str, Any]:
        return {"axis": self._axis}


class GroupNorm(_ExampleNorm):
    r"""Group normalization: an example's channels, some at a time.

    See :func:`d2l_ext.layers.group_norm`. Gluon 1.9.1's own ``nn.GroupNorm``
    does not take arrays of ``mxnet.np``, and has one :math:`\gamma` and
    :math:`\beta` a group, where the paper has one a channel.

    Parameters
    ----------
    num_groups : int
        How many groups; it divides the channels.
    epsilon : float
        Added to the variance, greater than 0.
    center, scale : bool
        Whether to learn :math:`\beta`, :math:`\gamma`; if not they stay 0, 1.
    in_channels : int
        The number of channels; 0 takes it from the first input, which a
        network that is compiled before it has seen one cannot.

    Inputs: ``X`` of shape (m, c, ...). Outputs: an array of the shape of
    ``X``.

    Raises
    ------
    ValueError
        At construction for options outside their range; when called, for an
        input that does not fit, or whose groups have a single value.

    Source: Wu and He (2018), section 3.
    """

    def __init__(
        self,
        num_groups: int,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        in_channels: int = 0,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(
            1, epsilon, center, scale, in_channels, prefix, params
        )
        self._num_groups = whole_number("num_groups", num_groups)
        if in_channels % num_groups:
            raise ValueError(
                f"num_groups={num_groups} does not divide "
                f"in_channels={in_channels}"
            )

    def _finish_initialization(self, X: np.ndarray) -> None:
        super()._finish_initialization(X)
        require_groups(X, self._num_groups)

    def _normalize(
        self, X: np.ndarray, gamma: np.ndarray, beta: np.ndarray
    ) -> np.ndarray:
        return group_norm(
            X, gamma, beta, self._num_groups, epsilon=self._epsilon
        )

    def hybrid_forward(self, F: Any, X: Any, gamma: Any, beta: Any) -> Any:
        (num_channels,) = self.gamma.shape
        if num_channels <= 0:
            raise ValueError(
                "GroupNorm in a compiled network has to know its channels: "
                "give in_channels, or call the network once before "
                "hybridize()"
            )
        # (m, c, ...) -> (m, c, positions)
        maps = F.npx.reshape(X, (-2, num_channels, -1))
        size, dtype = (self._num_groups,), self.gamma.dtype
        ones, zeros = F.np.ones(size, dtype), F.np.zeros(size, dtype)
        X_hat = F.GroupNorm(
            *(each.as_nd_ndarray() for each in (maps, ones, zeros)),
            num_groups=self._num_groups,
            eps=self._epsilon,
        ).as_np_ndarray()
        wide = (num_channels, 1)
        Y = X_hat * F.np.reshape(gamma, wide) + F.np.reshape(beta, wide)
        return F.npx.reshape_like(Y, X)

    def _options(self) -> dict[str, Any]:
        return {"num_groups": self._num_groups}


class InstanceNorm(_ExampleNorm):
    r"""Instance normalization: each channel of each example by itself.

    See :func:`d2l_ext.layers.instance_norm`. Gluon 1.9.1's own
    ``nn.InstanceNorm`` does not take arrays of ``mxnet.np``, and learns no
    :math:`\gamma` by default. MXNet's operation, in a compiled network, takes
    float32 only.

    Parameters
    ----------
    epsilon, center, scale, in_channels
        As in :class:`LayerNorm`.

    Inputs: ``X`` of shape (m, c, ...), two or more positions. Outputs: an
    array of the shape of ``X``.

    Raises
    ------
    ValueError
        At construction for options outside their range; when called, for an
        input that does not fit, or with a single position.

    Source: Ulyanov, Vedaldi and Lempitsky (2016), equation 4.
    """

    def __init__(
        self,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        in_channels: int = 0,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(
            1, epsilon, center, scale, in_channels, prefix, params
        )

    def _finish_initialization(self, X: np.ndarray) -> None:
        super()._finish_initialization(X)
        require_groups(X, X.shape[1])

    def _normalize(
        self, X: np.ndarray, gamma: np.ndarray, beta: np.ndarray
    ) -> np.ndarray:
        return instance_norm(X, gamma, beta, epsilon=self._epsilon)

    def hybrid_forward(self, F: Any, X: Any, gamma: Any, beta: Any) -> Any:
        Y = F.InstanceNorm(
            *(each.as_nd_ndarray() for each in (X, gamma, beta)),
            eps=self._epsilon,
        )
        return Y.as_np_ndarray()
