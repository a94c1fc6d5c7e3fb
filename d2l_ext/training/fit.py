"""The one training loop of the book."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import d2l_ext.optimizers  # noqa: F401 - registers them by name
from d2l_ext.training.callbacks import Callback
from d2l_ext.training.checks import (
    Batches,
    Schedule,
    check_data,
    check_options,
)
from d2l_ext.training.evaluation import evaluate_objective
from d2l_ext.training.history import DivergenceWarning, History
from d2l_ext.training.objective import make_objective
from d2l_ext.training.progress import progress_bar
from d2l_ext.training.step import Step, create_optimizer
from d2l_ext.training.stopping import BestEpoch, EarlyStopping

import mxnet as mx
from mxnet import gluon, np
from tqdm import tqdm


def fit(
    net: gluon.Block,
    train_iter: Batches,
    test_iter: Batches | None = None,
    num_epochs: int = 10,
    optimizer: str | mx.optimizer.Optimizer = "sgd",
    *,
    lr: float | None = None,
    optimizer_params: dict[str, Any] | None = None,
    loss: gluon.loss.Loss | None = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    early_stopping: EarlyStopping | None = None,
    callbacks: Sequence[Callback] = (),
    hybridize: bool = True,
    progress: bool | None = None,
) -> History:
    """Trains a classifier and evaluates it after each epoch.

    Parameters
    ----------
    net : gluon.Block
        An initialized network, from (m, ...) to scores (m, num_classes).
    train_iter, test_iter : iterable of (X, y)
        Mini-batches on the context of the network, y whole numbers (m,). The
        context of the first batch is the one that everything runs on.
    num_epochs : int
        How many passes over ``train_iter``.
    optimizer : str or mxnet.optimizer.Optimizer
        A name that MXNet knows, or an optimizer, of which a copy is used.
    lr : float, optional
        The learning rate; by default the optimizer's own.
    optimizer_params : dict, optional
        Further options of a named optimizer, such as ``momentum``.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.
    schedule : callable, optional
        Maps the number of the step (from 1) to its learning rate, as MXNet's
        ``lr_scheduler`` objects do.
    clip_norm, clip_value : float, optional
        A bound on the norm of the whole gradient of the mean loss, and on
        each of its entries.
    early_stopping : EarlyStopping, optional
        When to stop before the last epoch; needs ``test_iter``.
    callbacks : sequence of Callback
        Called after each step and each epoch.
    hybridize : bool
        Whether to compile the network, where it is a ``HybridBlock``.
    progress : bool, optional
        Whether to show a progress bar; by default unless ``CI`` is set.

    Returns
    -------
    History
        The record. If the loss becomes infinite or not a number, training
        stops with a :class:`DivergenceWarning` and ``diverged_at`` is set.

    Raises
    ------
    ValueError
        If an argument is outside its range, the network is not initialized
        or lies on another context than the data, labels are no class of the
        network's, or ``train_iter`` or ``test_iter`` is empty.
    """
    check_options(num_epochs, lr, schedule, clip_norm, clip_value)
    if early_stopping is not None and test_iter is None:
        raise ValueError("early_stopping needs data to watch: give test_iter")
    check_data(net, train_iter)
    if test_iter is not None:
        check_data(net, test_iter)
    trainer = gluon.Trainer(
        net.collect_params(),
        create_optimizer(optimizer, lr, optimizer_params),
        # One device: a key-value store would only copy each gradient.
        kvstore=None,
    )
    objective = make_objective(net, loss, hybridize)
    step = Step(objective, trainer, schedule, clip_norm, clip_value)
    history = History()
    best = (
        None
        if early_stopping is None
        else BestEpoch(early_stopping, net, history)
    )
    run = _Run(net, step, tuple(callbacks), history, best)
    length = len(train_iter) if isinstance(train_iter, Sized) else None
    total = num_epochs * length if length else None
    with progress_bar(total, "batch", progress) as bar:
        for epoch in range(1, num_epochs + 1):
            run.epoch(epoch, train_iter, test_iter, bar)
            if history.stopped_by is not None:
                break
    if best is not None:
        best.restore()
    if history.diverged_at is not None:
        warnings.warn(
            f"Training stopped: {history.stopped_by} (learning rate "
            f"{trainer.learning_rate:g}). Try a learning rate ten times "
            "smaller, clip_norm=1, another initialization, or batch "
            "normalization.",
            DivergenceWarning,
            stacklevel=2,
        )
    return history


@dataclass
class _Epoch:
    """The sums of one pass over the training data."""

    num_examples: int = 0
    total_loss: float = 0.0
    num_correct: list[np.ndarray] = field(default_factory=list)

    @property
    def mean_loss(self) -> float:
        return self.total_loss / self.num_examples

    @property
    def accuracy(self) -> float:
        return float(np.stack(self.num_correct).sum()) / self.num_examples


@dataclass
class _Run:
    """The state of one training run from epoch to epoch."""

    net: gluon.Block
    step: Step
    callbacks: tuple[Callback, ...]
    history: History
    best: BestEpoch | None

    def epoch(
        self,
        epoch: int,
        train_iter: Batches,
        test_iter: Batches | None,
        bar: tqdm,
    ) -> None:
        """Trains for one epoch, evaluates, and notes both."""
        history, start = self.history, time.perf_counter()
        sums = self._train(train_iter, bar)
        if history.diverged_at is not None:
            return
        history.train_loss.append(sums.mean_loss)
        history.train_acc.append(sums.accuracy)
        if test_iter is not None:
            test_loss, test_acc = evaluate_objective(
                self.step.objective, test_iter
            )
            history.test_loss.append(test_loss)
            history.test_acc.append(test_acc)
        history.lr.append(float(self.step.trainer.learning_rate))
        history.seconds.append(time.perf_counter() - start)
        bar.set_postfix_str(f"loss {history.train_loss[-1]:.3f}")
        for callback in self.callbacks:
            callback.on_epoch(epoch, self.net, history)
        if self.best is not None:
            self.best.watch(epoch)

    def _train(self, train_iter: Batches, bar: tqdm) -> _Epoch:
        """Runs through the data once, or until the loss is no number."""
        sums = _Epoch()
        pending: tuple[int, np.ndarray, int] | None = None
        for X, y in train_iter:
            total_loss, num_correct = self.step(X, y)
            sums.num_correct.append(num_correct)
            for callback in self.callbacks:
                callback.on_step(self.step.count, self.net)
            # The loss of the step before is read while this one computes: the
            # only wait for the device in a step, and a short one.
            if pending is not None and not self._note(sums, *pending):
                return sums
            pending = self.step.count, total_loss, len(X)
            bar.update()
        if pending is not None:
            self._note(sums, *pending)
        return sums

    def _note(
        self, sums: _Epoch, step: int, total_loss: np.ndarray, size: int
    ) -> bool:
        """Notes the loss of a step and returns whether it is a number."""
        total = float(total_loss)
        sums.total_loss += total
        sums.num_examples += size
        self.history.step_loss.append(total / size)
        if not math.isfinite(total):
            self.history.diverged_at = step
            self.history.stopped_by = f"the loss became {total} at step {step}"
        return math.isfinite(total)
