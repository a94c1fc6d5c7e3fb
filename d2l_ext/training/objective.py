"""Network, loss and accuracy as one block: one call a step."""

from __future__ import annotations

from typing import Any

import mxnet as mx
from mxnet import gluon, np


def _sums(
    F: Any, net: gluon.Block, loss: gluon.loss.Loss, X: Any, y: Any
) -> tuple[Any, Any]:
    """Returns the loss and the number of right predictions, summed up."""
    y_hat = net(X)
    predicted = F.np.argmax(y_hat, axis=-1)
    correct = predicted.astype("int32") == y.astype("int32")
    return loss(y_hat, y).sum(), correct.astype("float32").sum()


class _HybridObjective(gluon.HybridBlock):
    """Network, loss and accuracy as one graph: one call a step."""

    def __init__(self, net: gluon.Block, loss: gluon.loss.Loss) -> None:
        super().__init__()
        self.net, self.loss = net, loss

    def hybrid_forward(self, F: Any, X: Any, y: Any) -> tuple[Any, Any]:
        return _sums(F, self.net, self.loss, X, y)


class _Objective(gluon.Block):
    """The same, step by step, for a network that is not hybridizable."""

    def __init__(self, net: gluon.Block, loss: gluon.loss.Loss) -> None:
        super().__init__()
        self.net, self.loss = net, loss

    def forward(self, X: np.ndarray, y: np.ndarray) -> tuple[Any, Any]:
        return _sums(mx.nd, self.net, self.loss, X, y)


def make_objective(
    net: gluon.Block, loss: gluon.loss.Loss | None, hybridize: bool
) -> gluon.Block:
    """Returns the block that maps (X, y) to summed loss and right ones.

    Parameters
    ----------
    net : gluon.Block
        From (m, ...) to scores (m, num_classes).
    loss : gluon.loss.Loss or None
        A loss an example; ``None`` for softmax cross-entropy.
    hybridize : bool
        Whether to compile it, where ``net`` is a ``HybridBlock``.

    Returns
    -------
    gluon.Block
        From (m, ...) and (m,) to two scalars.
    """
    loss = gluon.loss.SoftmaxCrossEntropyLoss() if loss is None else loss
    if not isinstance(net, gluon.HybridBlock):
        return _Objective(net, loss)
    block = _HybridObjective(net, loss)
    if hybridize:
        block.hybridize(static_alloc=True, static_shape=True)
    return block
