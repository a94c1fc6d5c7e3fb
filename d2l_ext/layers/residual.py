"""Residual blocks: a branch, and a shortcut around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from d2l_ext.minibatches import whole_number
from d2l_ext.observation import blocks

from mxnet import gluon, init, np
from mxnet.gluon import nn

#: Returns a new block; what ``norm=`` and ``activation=`` take here.
Maker = Callable[[], gluon.HybridBlock]


def relu() -> nn.Activation:
    """Returns a new ReLU."""
    return nn.Activation("relu")


class Residual(gluon.HybridBlock):
    r"""Adds a shortcut to a branch, :math:`f(x) = \phi(g(x) + s(x))`.

    With the identity for :math:`s` and no :math:`\phi`, the derivative
    :math:`f'(x) = g'(x) + 1` does not vanish where :math:`g'` does.

    Parameters
    ----------
    branch : nn.HybridSequential
        :math:`g`. Its last layer should have weights, which
        :func:`zero_residual` makes zero.
    projection : gluon.HybridBlock, optional
        :math:`s`; by default the identity.
    activation : gluon.HybridBlock, optional
        :math:`\phi`; by default the identity.

    Inputs: ``X`` of any shape that the branch takes. Outputs: of the shape
    that the branch gives.

    Raises
    ------
    ValueError
        When called, if the shapes of branch and shortcut differ.

    Source: He et al. (2016), equations 1 and 2.
    """

    def __init__(
        self,
        branch: nn.HybridSequential,
        projection: gluon.HybridBlock | None = None,
        activation: gluon.HybridBlock | None = None,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self.branch = branch
        self.projection = projection
        self.activation = activation

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        shortcut = X if self.projection is None else self.projection(X)
        Y = _add(F, self.branch(X), shortcut)
        return Y if self.activation is None else self.activation(Y)


def _add(F: Any, branch: Any, shortcut: Any) -> Any:
    if isinstance(branch, np.ndarray) and branch.shape != shortcut.shape:
        raise ValueError(
            f"the branch gives shape {branch.shape} and the shortcut "
            f"{shortcut.shape}, which cannot be added: construct the block "
            "with projection=True"
        )
    # Not `+`, which in a compiled graph, where no shape can be looked at,
    # would copy a shortcut of one channel to all of the branch's.
    total = F.elemwise_add(branch.as_nd_ndarray(), shortcut.as_nd_ndarray())
    return total.as_np_ndarray()


def basic_branch(
    channels: int,
    strides: int = 1,
    *,
    norm: Maker | None = nn.BatchNorm,
    use_bias: bool | None = None,
) -> nn.HybridSequential:
    """Two convolutions of 3x3, the branch of :class:`BasicBlock`.

    With a ReLU behind it, and no shortcut, it is the unit of a plain network.

    Parameters
    ----------
    channels, strides, norm, use_bias
        As in :class:`BasicBlock`.

    Returns
    -------
    nn.HybridSequential
        Convolution, norm, ReLU, convolution, norm: (m, c, h, w) to
        (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        If ``channels`` or ``strides`` is not a whole number from 1.
    """
    _check_sizes(channels=channels, strides=strides)
    return _chain(
        _conv(channels, 3, strides, norm, use_bias),
        *_norm(norm),
        relu(),
        _conv(channels, 3, 1, norm, use_bias),
        *_norm(norm),
    )


class BasicBlock(Residual):
    """The residual block of ResNet-18 and ResNet-34.

    Two convolutions of 3x3, each with a normalization; the shortcut is added
    before the last ReLU. In training and in prediction it differs by its
    normalization only.

    Parameters
    ----------
    channels : int
        The channels of the output.
    strides : int
        The stride of the first convolution, and of the projection.
    in_channels : int
        The channels of the input; by default as many as of the output.
    projection : bool, optional
        Whether the shortcut is a convolution of 1x1; by default where stride
        or channels change. It has no normalization, as in the book by Zhang
        et al.
    norm : callable or None
        Returns a new normalization; None for none.
    use_bias : bool, optional
        Whether convolutions have a bias; by default only without a norm,
        which would undo it.

    Inputs: ``X`` of shape (m, in_channels, h, w). Outputs: of shape
    (m, channels, ceil(h / strides), ceil(w / strides)).

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1, or without a
        projection where the shortcut needs one; when called, if it turns out
        to need one.

    Source: He et al. (2016), section 4.1; Zhang et al. (2023), section 8.6.
    """

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int = 0,
        projection: bool | None = None,
        norm: Maker | None = nn.BatchNorm,
        use_bias: bool | None = None,
    ) -> None:
        super().__init__(
            basic_branch(channels, strides, norm=norm, use_bias=use_bias),
            _projection(
                channels, strides, in_channels, projection, norm, use_bias
            ),
            relu(),
        )


class BottleneckBlock(Residual):
    """The residual block of ResNet-50 and deeper ones.

    Convolutions of 1x1, 3x3 and 1x1, the first two with a fourth of the
    channels; the stride is that of the one of 3x3.

    Parameters
    ----------
    channels : int
        The channels of the output, a multiple of 4.
    strides, in_channels, projection, norm, use_bias
        As in :class:`BasicBlock`.

    Inputs and outputs: as of :class:`BasicBlock`.

    Raises
    ------
    ValueError
        As :class:`BasicBlock`, or if 4 does not divide ``channels``.

    Source: He et al. (2016), figure 5.
    """

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int = 0,
        projection: bool | None = None,
        norm: Maker | None = nn.BatchNorm,
        use_bias: bool | None = None,
    ) -> None:
        _check_sizes(channels=channels, strides=strides)
        if channels % 4:
            raise ValueError(
                "channels of a bottleneck block is a multiple of 4, not "
                f"{channels}"
            )
        branch = _chain(
            _conv(channels // 4, 1, 1, norm, use_bias),
            *_norm(norm),
            relu(),
            _conv(channels // 4, 3, strides, norm, use_bias),
            *_norm(norm),
            relu(),
            _conv(channels, 1, 1, norm, use_bias),
            *_norm(norm),
        )
        shortcut = _projection(
            channels, strides, in_channels, projection, norm, use_bias
        )
        super().__init__(branch, shortcut, relu())


class PreActivationBlock(Residual):
    r"""Norm and ReLU before each convolution, and nothing after the sum.

    The shortcut is a clear path through all such blocks. A projection sees
    the input after the first norm and ReLU.

    Parameters
    ----------
    channels, strides, in_channels, projection, norm, use_bias
        As in :class:`BasicBlock`.

    Inputs and outputs: as of :class:`BasicBlock`.

    Raises
    ------
    ValueError
        As :class:`BasicBlock`.

    Source: He et al. (2016, identity mappings), figure 4 (e).
    """

    def __init__(
        self,
        channels: int,
        strides: int = 1,
        *,
        in_channels: int = 0,
        projection: bool | None = None,
        norm: Maker | None = nn.BatchNorm,
        use_bias: bool | None = None,
    ) -> None:
        _check_sizes(channels=channels, strides=strides)
        branch = _chain(
            _conv(channels, 3, strides, norm, use_bias),
            *_norm(norm),
            relu(),
            _conv(channels, 3, 1, norm, use_bias),
        )
        shortcut = _projection(
            channels, strides, in_channels, projection, norm, use_bias
        )
        super().__init__(branch, shortcut)
        self.preactivation = _chain(*_norm(norm), relu())

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        activated = self.preactivation(X)
        project = self.projection
        shortcut = X if project is None else project(activated)
        return _add(F, self.branch(activated), shortcut)


class DenseResidual(Residual):
    """A residual unit of fully connected layers.

    Two dense layers with an activation between them and one after the sum.
    Where the widths of input and output differ, the shortcut is a dense layer
    without bias: it has to change 3 numbers into 10 before they can be added
    to 10.

    Parameters
    ----------
    units : int
        The width of both layers.
    in_units : int
        The width of the input; by default ``units``.
    projection : bool, optional
        Whether the shortcut is a dense layer; by default where widths differ.
    activation : callable
        Returns a new activation.
    norm : callable, optional
        Returns a new normalization; by default none.

    Inputs: ``X`` of shape (..., in_units). Outputs: of shape (..., units).

    Raises
    ------
    ValueError
        At construction, if a width is not a whole number from 1, or without a
        projection where the shortcut needs one; when called, if it turns out
        to need one.
    """

    def __init__(
        self,
        units: int,
        in_units: int = 0,
        *,
        projection: bool | None = None,
        activation: Maker = relu,
        norm: Maker | None = None,
    ) -> None:
        _check_sizes(units=units)
        whole_number("in_units", in_units, smallest=0)
        widths_differ = in_units not in (0, units)
        if projection is False and widths_differ:
            raise ValueError(
                f"a shortcut of {in_units} units cannot be added to a branch "
                f"of {units} without a projection: leave out projection=False"
            )

        def dense(use_bias: bool) -> nn.Dense:
            return nn.Dense(units, flatten=False, use_bias=use_bias)

        branch = _chain(
            dense(norm is None),
            *_norm(norm),
            activation(),
            dense(norm is None),
            *_norm(norm),
        )
        needed = widths_differ if projection is None else projection
        super().__init__(
            branch, dense(False) if needed else None, activation()
        )


def zero_residual(net: gluon.Block) -> int:
    """Sets the last layer of each residual branch to zero.

    A block without a projection is then the identity, followed by its
    activation if it has one, and the network starts as a shallow one.

    Parameters
    ----------
    net : gluon.Block
        A residual block, or a network that has some, initialized.

    Returns
    -------
    int
        How many branches there are.

    Raises
    ------
    ValueError
        If there is none, one ends in a layer without weights, or the network
        is not initialized.

    Source: Goyal et al. (2017), section 5.1.
    """
    found = [block for block in blocks(net) if isinstance(block, Residual)]
    if not found:
        raise ValueError(f"{type(net).__name__} has no residual block")
    for block in found:
        last = block.branch[-1]
        weights = last.collect_params().values()
        if not weights:
            raise ValueError(
                f"a residual branch ends in {type(last).__name__}, which has "
                "no weights that could be zero"
            )
        for parameter in weights:
            if parameter.grad_req != "null":
                _set_to_zero(parameter)
    return len(found)


def _set_to_zero(parameter: gluon.Parameter) -> None:
    try:
        ctx = parameter.list_ctx()
    except RuntimeError:
        raise ValueError(
            f"the network is not initialized ({parameter.name}): initialize "
            "it first, and set branches to zero then"
        ) from None
    # Not set_data: the shape may be unknown until the first input.
    parameter.initialize(init.Zero(), ctx=ctx, force_reinit=True)


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        whole_number(name, size)


def _chain(*layers: gluon.HybridBlock) -> nn.HybridSequential:
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def _norm(norm: Maker | None) -> list[gluon.HybridBlock]:
    return [] if norm is None else [norm()]


def _conv(
    channels: int,
    kernel_size: int,
    strides: int,
    norm: Maker | None,
    use_bias: bool | None,
) -> nn.Conv2D:
    return nn.Conv2D(
        channels,
        kernel_size,
        strides,
        padding=kernel_size // 2,
        use_bias=norm is None if use_bias is None else use_bias,
    )


def _projection(
    channels: int,
    strides: int,
    in_channels: int,
    projection: bool | None,
    norm: Maker | None,
    use_bias: bool | None,
) -> nn.Conv2D | None:
    """Returns the convolution of a shortcut, or None for the identity."""
    whole_number("in_channels", in_channels, smallest=0)
    in_channels = in_channels or channels
    changes = strides > 1 or in_channels != channels
    if projection is False and changes:
        raise ValueError(
            f"a shortcut of shape (m, {in_channels}, h, w) cannot be added to "
            f"a branch of shape (m, {channels}, h/{strides}, w/{strides}) "
            "without a projection: leave out projection=False"
        )
    needed = changes if projection is None else projection
    return _conv(channels, 1, strides, norm, use_bias) if needed else None
