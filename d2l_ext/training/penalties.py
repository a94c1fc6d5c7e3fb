"""What keeps weights small: penalties in the loss, and a largest norm."""

from __future__ import annotations

import math
from typing import Any

from d2l_ext.engine.internals import named_parameters
from d2l_ext.training.callbacks import Callback
from d2l_ext.validate import positive

from mxnet import gluon, np


def _weights(net: gluon.Block) -> list[gluon.Parameter]:
    """Returns what is learned and is no bias, scale or shift."""
    return [
        parameter
        for parameter in dict.fromkeys(named_parameters(net).values())
        if parameter.grad_req != "null" and len(parameter.shape or ()) > 1
    ]


class PenalizedLoss(gluon.loss.Loss):
    r"""A loss with penalties on the weights of a network.

    .. math::

        L + \lambda_1 \sum_j |w_j| + \frac{\lambda_2}{2} \sum_j w_j^2

    Called with scores (m, num_classes) and labels (m,), or with what ``loss``
    takes, it gives the penalized loss of each example (m,). It is the one
    that :func:`d2l_ext.fit` records, of the test set as well;
    :func:`d2l_ext.evaluate` gives the loss alone.

    Parameters
    ----------
    net : gluon.Block
        Whose weights are penalized: those with two axes or more that are
        learned, and no biases, scales and shifts.
    l1, l2 : float
        :math:`\lambda_1` and :math:`\lambda_2`, from 0.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.

    Raises
    ------
    ValueError
        If ``l1`` or ``l2`` is not a number from 0, or ``net`` has no weights.

    With L1 a weight comes near zero and goes on crossing it, as the
    derivative of the penalty jumps there;
    :class:`d2l_ext.optimizers.DecoupledOptimizer` ends at zero. L2 is what
    ``wd`` is in an optimizer, apart from biases.
    """

    def __init__(
        self,
        net: gluon.Block,
        l1: float = 0.0,
        l2: float = 0.0,
        loss: gluon.loss.Loss | None = None,
    ) -> None:
        super().__init__(weight=None, batch_axis=0)
        for name, value in (("l1", l1), ("l2", l2)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is a number from 0, not {value!r}")
        weights = _weights(net)
        if not weights:
            raise ValueError(f"{type(net).__name__} has no weights to bound")
        self.l1, self.l2 = l1, l2
        self.loss = loss or gluon.loss.SoftmaxCrossEntropyLoss()
        for number, weight in enumerate(weights):
            # A parameter that is an attribute is an input of hybrid_forward.
            setattr(self, f"weight{number}", weight)

    def hybrid_forward(
        self, F: Any, y_hat: Any, y: Any, **weights: Any
    ) -> Any:
        loss = self.loss(y_hat, y)
        for w in weights.values():
            if self.l1:
                loss = loss + self.l1 * F.np.abs(w).sum()  # (m,) + ()
            if self.l2:
                loss = loss + self.l2 / 2 * F.np.square(w).sum()
        return loss


class MaxNorm(Callback):
    r"""Bounds the norm of the weights that lead to each unit.

    After each step, with :math:`w_i` for the weights of unit or channel
    :math:`i`, all axes of a weight but its first,

    .. math::

        w_i \leftarrow w_i \min\left(1, \frac{c}{\lVert w_i \rVert}\right).

    Biases, scales and shifts stay as they are.

    Parameters
    ----------
    bound : float
        :math:`c`, greater than 0; 3 or 4 are usual beside dropout.

    Raises
    ------
    ValueError
        If ``bound`` is not a number above 0.

    Source: Srebro, Rennie and Jaakkola (2005); Srivastava et al. (2014),
    section 5.1.
    """

    def __init__(self, bound: float) -> None:
        self.bound = positive("bound", bound)

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Scales down the weights that are longer than the bound."""
        for parameter in _weights(net):
            w = parameter.data()
            axes = tuple(range(1, w.ndim))
            # (n, ...) -> (n, 1, ...); a norm of 0 is within any bound.
            norm = np.sqrt(np.square(w).sum(axis=axes, keepdims=True))
            w *= self.bound / np.maximum(norm, self.bound)
