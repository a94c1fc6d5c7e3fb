"""How well a network does on each example."""

from __future__ import annotations

from d2l_ext.training.checks import check_initialized
from d2l_ext.validate import whole_number

import numpy as onp
from mxnet import autograd, gluon, np


def example_losses(
    net: gluon.Block,
    X: np.ndarray,
    y: np.ndarray,
    *,
    loss: gluon.loss.Loss | None = None,
    batch_size: int = 256,
) -> onp.ndarray:
    """Returns the loss of each example, in prediction mode.

    It is a score of how difficult an example is, for a network that has
    learned from others, or from these.

    Parameters
    ----------
    net : gluon.Block
        An initialized network, from (m, ...) to scores (m, num_classes).
    X, y : np.ndarray
        Examples (n, ...) and labels (n,), on the context of the network.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.
    batch_size : int
        How many examples are computed at once.

    Returns
    -------
    numpy.ndarray
        The losses (n,), in float64.

    Raises
    ------
    ValueError
        If there are not as many labels as examples, at least one, or the
        network is not initialized where they are.
    """
    whole_number("batch_size", batch_size)
    if len(X) != len(y) or not len(X):
        raise ValueError(
            f"X and y have as many entries, at least one, not {len(X)} and "
            f"{len(y)}"
        )
    check_initialized(net, X)
    loss = loss or gluon.loss.SoftmaxCrossEntropyLoss()
    found = []
    for first in range(0, len(X), batch_size):
        part = slice(first, first + batch_size)
        with autograd.predict_mode():
            found.append(loss(net(X[part]), y[part]).asnumpy())
    return onp.concatenate(found).astype("float64")
