"""What happens during training besides training."""

from __future__ import annotations

from dataclasses import dataclass

from d2l_ext.history import History

from mxnet import gluon


class Callback:
    """What happens besides training; override what you need."""

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Called after each update of the weights; ``step`` from 1."""

    def on_epoch(self, epoch: int, net: gluon.Block, history: History) -> None:
        """Called after each epoch and its evaluation; ``epoch`` from 1."""


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
        if self.patience < 1:
            raise ValueError(f"patience is 1 or more, not {self.patience}")
