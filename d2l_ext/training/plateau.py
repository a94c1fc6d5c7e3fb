"""A learning rate that falls when the loss no longer does."""

from __future__ import annotations

import math

from d2l_ext.optimizers.schedules import Schedule
from d2l_ext.training.callbacks import Callback
from d2l_ext.training.history import History
from d2l_ext.validate import whole_number

from mxnet import gluon


class ReduceOnPlateau(Schedule, Callback):
    """A rate that drops when the loss has not fallen for some epochs.

    It is both, the schedule that gives the rate and the callback that sees
    the loss::

        plateau = ReduceOnPlateau(0.1)
        fit(net, train_iter, valid_iter, 30, schedule=plateau,
            callbacks=[plateau])

    Give :func:`d2l_ext.fit` validation data in the place of ``test_iter``;
    without any, the training loss counts. With Gluon's trainer it is the
    ``lr_scheduler``, and you call :meth:`watch` after each epoch. When its
    steps are counted from 1 again, it begins anew.

    Parameters
    ----------
    lr : float
        The rate to start from.
    factor : float
        What the rate is multiplied by, in (0, 1).
    patience : int
        How many epochs in a row may pass without a new lowest loss.
    min_delta : float
        How much lower than the lowest counts as lower, 0 or more.
    min_lr : float
        The rate does not fall below this one, from 0 to ``lr``.

    Attributes
    ----------
    current_lr : float
        The rate of the next step.

    Raises
    ------
    ValueError
        If an argument is outside its range; after an epoch, if it is among
        the callbacks and is not the schedule.

    Keras and PyTorch have it as ``ReduceLROnPlateau``.
    """

    def __init__(
        self,
        lr: float,
        factor: float = 0.1,
        patience: int = 3,
        min_delta: float = 0.0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(lr)
        if not 0 < factor < 1:
            raise ValueError(f"factor lies between 0 and 1, not {factor!r}")
        if not 0 <= min_delta < math.inf:
            raise ValueError(f"min_delta is 0 or more, not {min_delta!r}")
        if not 0 <= min_lr <= lr:
            raise ValueError(f"min_lr is 0 to {lr:g}, not {min_lr!r}")
        self.factor, self.min_delta, self.min_lr = factor, min_delta, min_lr
        self.patience = whole_number("patience", patience)
        self._step = 0.0
        self._reset()

    def _reset(self) -> None:
        self.current_lr = self.lr
        self._lowest, self._epochs_since = math.inf, 0

    def _rate(self, t: float) -> float:
        if t < self._step:  # the first step of another training
            self._reset()
        self._step = t
        return self.current_lr

    def watch(self, loss: float) -> None:
        """Notes the loss of an epoch and lowers the rate if it is time."""
        if loss < self._lowest - self.min_delta:
            self._lowest, self._epochs_since = loss, 0
            return
        self._epochs_since += 1
        if self._epochs_since >= self.patience:
            self.current_lr = max(self.current_lr * self.factor, self.min_lr)
            self._epochs_since = 0

    def on_epoch(self, epoch: int, net: gluon.Block, history: History) -> None:
        """Watches the test loss of an epoch, or else the training loss."""
        if not self._step:
            raise ValueError(
                "the rate that this callback lowers is nobody's: give fit "
                "the same object as its schedule, too"
            )
        self.watch((history.test_loss or history.train_loss)[-1])
