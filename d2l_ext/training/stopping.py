"""When to stop before the last epoch, and the weights to go back to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from d2l_ext.training.history import History
from d2l_ext.validate import whole_number

from mxnet import gluon, np


@dataclass(frozen=True)
class EarlyStopping:
    """Stops when the loss on the second data set no longer falls.

    Give :func:`fit` validation data in the place of ``test_iter``: test data
    that decide when to stop no longer measure anything.

    Parameters
    ----------
    patience : int
        How many epochs in a row may pass without a new lowest loss.
    min_delta : float
        How much lower than the lowest counts as lower.
    restore_best : bool
        Whether the network gets back the weights of its best epoch.
    """

    patience: int = 3
    min_delta: float = 0.0
    restore_best: bool = True

    def __post_init__(self) -> None:
        whole_number("patience", self.patience)


class BestEpoch:
    """Watches the losses of a run, epoch after epoch.

    Parameters
    ----------
    stopping : EarlyStopping
        When to stop.
    net : gluon.Block
        Whose weights are kept.
    history : History
        Where the losses are, and where the best epoch and the reason for
        stopping are noted.
    """

    def __init__(
        self, stopping: EarlyStopping, net: gluon.Block, history: History
    ) -> None:
        self._stopping, self._net, self._history = stopping, net, history
        self._loss = math.inf
        self._weights: dict[str, np.ndarray] | None = None

    def watch(self, epoch: int) -> None:
        """Keeps the best weights and says when to stop; ``epoch`` from 1."""
        stopping, history = self._stopping, self._history
        loss = history.test_loss[-1]
        if loss < self._loss - stopping.min_delta:
            self._loss, history.best_epoch = loss, epoch
            if stopping.restore_best:
                self._weights = {
                    name: parameter.data().copy()
                    for name, parameter in self._net.collect_params().items()
                }
        elif epoch - (history.best_epoch or 0) >= stopping.patience:
            history.stopped_by = (
                f"no lower loss for {stopping.patience} epochs"
            )

    def restore(self) -> None:
        """Gives the network the weights of its best epoch, if kept."""
        if self._weights is None:
            return
        for name, parameter in self._net.collect_params().items():
            parameter.set_data(self._weights[name])
