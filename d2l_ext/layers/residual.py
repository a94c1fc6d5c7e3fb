"""Residual units: a branch, and a shortcut around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from d2l_ext.engine.hooks import blocks
from d2l_ext.validate import whole_number

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
        Y = add(F, self.branch(X), shortcut)
        return Y if self.activation is None else self.activation(Y)


def add(F: Any, branch: Any, shortcut: Any) -> Any:
    """Returns the sum, of equal shapes only."""
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
        whole_number("units", units)
        whole_number("in_units", in_units, smallest=0)
        widths_differ = in_units not in (0, units)
        if projection is False and widths_differ:
            raise ValueError(
                f"a shortcut of {in_units} units cannot be added to a branch "
                f"of {units} without a projection: leave out projection=False"
            )

        def dense(use_bias: bool) -> nn.Dense:
            return nn.Dense(units, flatten=False, use_bias=use_bias)

        branch = chain(
            dense(norm is None),
            *normalization(norm),
            activation(),
            dense(norm is None),
            *normalization(norm),
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


def chain(*layers: gluon.HybridBlock) -> nn.HybridSequential:
    """Returns the layers one after the other."""
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def normalization(norm: Maker | None) -> list[gluon.HybridBlock]:
    """Returns the norm that ``norm`` makes, or no layer."""
    return [] if norm is None else [norm()]
