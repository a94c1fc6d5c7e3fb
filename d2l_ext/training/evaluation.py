"""Loss and accuracy of a network in prediction mode."""

from __future__ import annotations

import d2l_ext.optimizers  # noqa: F401 - registers them by name
from d2l_ext.training.checks import (
    Batches,
    check_data,
)
from d2l_ext.training.objective import make_objective

from mxnet import gluon, np


def evaluate(
    net: gluon.Block, data_iter: Batches, loss: gluon.loss.Loss | None = None
) -> tuple[float, float]:
    """Returns the mean loss and the accuracy of a network in prediction mode.

    Parameters
    ----------
    net : gluon.Block
        An initialized network, from (m, ...) to scores (m, num_classes).
    data_iter : iterable of (X, y)
        Mini-batches on the context of the network.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.

    Raises
    ------
    ValueError
        If the network is not initialized, lies on another context than the
        data, or there are no data.
    """
    check_data(net, data_iter)
    return evaluate_objective(
        make_objective(net, loss, hybridize=False), data_iter
    )


def evaluate_objective(
    objective: gluon.Block, data_iter: Batches
) -> tuple[float, float]:
    sums, num_examples = [], 0
    for X, y in data_iter:
        sums.append(np.stack(objective(X, y)))
        num_examples += len(X)
    total_loss, num_correct = np.stack(sums).sum(axis=0).tolist()
    return total_loss / num_examples, num_correct / num_examples
