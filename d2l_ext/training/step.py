"""One update of the weights, and the optimizer that makes it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import d2l_ext.optimizers  # noqa: F401 - registers them by name
from d2l_ext.engine.internals import learned_parameters
from d2l_ext.training.checks import (
    Schedule,
)

import mxnet as mx
from mxnet import autograd, gluon, np


@dataclass
class Step:
    """One update of the weights."""

    objective: gluon.Block
    trainer: gluon.Trainer
    schedule: Schedule | None
    clip_norm: float | None
    clip_value: float | None
    count: int = 0

    def __call__(
        self, X: np.ndarray, y: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        self.count += 1
        if self.schedule is not None:
            self.trainer.set_learning_rate(float(self.schedule(self.count)))
        with autograd.record():
            total_loss, num_correct = self.objective(X, y)
        total_loss.backward()
        self._clip(len(X))
        self.trainer.step(len(X))
        return total_loss, num_correct

    def _clip(self, batch_size: int) -> None:
        """Clips the gradients, which are sums over the batch here."""
        if self.clip_norm is None and self.clip_value is None:
            return
        gradients = [p.grad() for p in learned_parameters(self.trainer)]
        if self.clip_value is not None:
            bound = self.clip_value * batch_size
            for gradient in gradients:
                gradient[:] = np.clip(gradient, -bound, bound)
        if self.clip_norm is not None:
            norm = np.sqrt(sum((g**2).sum() for g in gradients))
            # No read of the norm: the device goes on while Python does.
            # A NumPy scalar of the caller's would divide in NumPy.
            bound = float(self.clip_norm) * batch_size
            factor = np.minimum(1.0, bound / norm)
            for gradient in gradients:
                gradient *= factor


def create_optimizer(
    optimizer: str | mx.optimizer.Optimizer,
    lr: float | None,
    optimizer_params: dict[str, Any] | None,
) -> mx.optimizer.Optimizer:
    params = dict(optimizer_params or {})
    if isinstance(optimizer, mx.optimizer.Optimizer):
        if params:
            raise ValueError(
                "optimizer_params are for an optimizer given by name; this "
                "one has its own"
            )
        # A trainer leaves its batch size and counts of steps in an optimizer;
        # a second run would divide by the batch size twice.
        optimizer = copy.deepcopy(optimizer)
        if lr is not None:
            optimizer.set_learning_rate(lr)
        return optimizer
    known = mx.optimizer.Optimizer.opt_registry
    if str(optimizer).lower() not in known:
        raise ValueError(
            f"optimizer {optimizer!r} is not known; use an "
            "mxnet.optimizer.Optimizer or one of: " + ", ".join(sorted(known))
        )
    if lr is not None:
        if "learning_rate" in params:
            raise ValueError("give lr or optimizer_params, not both")
        params["learning_rate"] = lr
    try:
        return mx.optimizer.create(optimizer, **params)
    except TypeError as error:
        raise ValueError(
            f"optimizer {optimizer!r} does not take {sorted(params)}: {error}"
        ) from error
