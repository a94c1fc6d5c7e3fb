"""Fair comparisons: same seed, same order of the data, one thing changed."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any

from d2l_ext.config import LONG, MAX_SEED, settings
from d2l_ext.engine.seeding import seed as set_seed
from d2l_ext.evidence.recording import is_recording
from d2l_ext.training import DivergenceWarning, evaluate, fit
from d2l_ext.training.checks import Batches
from d2l_ext.training.history import History

from mxnet import gluon, init


@dataclass(frozen=True)
class Trial:
    """A network and how it was trained.

    Attributes
    ----------
    net : gluon.Block
        The network after training.
    history : History
        The record of the training.
    test_acc : float
        The accuracy on the test set after the last step. A network that
        diverged is evaluated as it stands, and guesses.
    """

    net: gluon.Block
    history: History
    test_acc: float

    @property
    def train_loss(self) -> float:
        """The mean training loss of the last epoch, infinite if it diverged.

        The learning rate of each side of a comparison is chosen by it: the
        test set is there to compare them.
        """
        if self.history.diverged_at is not None:
            return math.inf
        return self.history.train_loss[-1]


def epochs(count: int) -> int:
    """Returns how many epochs to train for, where a chapter says ``count``.

    Ten times as many with the setting ``D2L_EXT_BUDGET=long``: whether a
    claim about training holds may depend on how long that is.
    """
    return count * (LONG if settings().budget == "long" else 1)


def trial(
    make_net: Callable[[], gluon.Block],
    train_iter: Batches,
    test_iter: Batches,
    *,
    seed: int | None = None,
    initializer: init.Initializer | None = None,
    curves: bool = True,
    finish: Callable[[gluon.Block, Batches], Any] | None = None,
    falling: bool = False,
    **fit_options: Any,
) -> Trial:
    """Seeds everything, builds a network, initializes and trains it.

    Parameters
    ----------
    make_net : callable
        Returns a new network.
    train_iter, test_iter : iterable of (X, y)
        The data; the network is initialized on their context.
    seed : int, optional
        By default the setting ``D2L_EXT_SEED``.
    initializer : mxnet.init.Initializer, optional
        By default Xavier's.
    curves : bool
        Whether the history has the test accuracy of each epoch. Without, the
        network is evaluated once, at the end, which takes less time.
    finish : callable, optional
        Called with the trained network and ``train_iter`` before the network
        is evaluated at the end, as
        :func:`d2l_ext.layers.population_statistics` may be.
    falling : bool
        Whether the learning rate falls along a straight line, from ``lr`` at
        the first step to 0 after the last one. Needs ``lr``, ``num_epochs``
        and batches that can be counted.
    fit_options
        Passed to :func:`d2l_ext.fit`. That a run diverged is in its history,
        and no warning.

    Returns
    -------
    Trial
        The network, the history and the final test accuracy.
    """
    if falling:
        fit_options |= _falling(train_iter, **fit_options)
    set_seed(seed)
    net = make_net()
    X, _ = next(iter(test_iter))
    net.initialize(initializer or init.Xavier(), ctx=X.ctx)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        watched = test_iter if curves else None
        history = fit(net, train_iter, watched, **fit_options)
    if finish is not None:
        finish(net, train_iter)
    elif curves and history.diverged_at is None:
        return Trial(net, history, history.test_acc[-1])
    return Trial(net, history, evaluate(net, test_iter)[1])


def _falling(
    train_iter: Batches, *, lr: float, num_epochs: int, **_: Any
) -> dict[str, Any]:
    """Returns the options of a learning rate that falls from ``lr`` to 0."""
    if not isinstance(train_iter, Sized):
        raise ValueError("a rate that falls needs batches that have a len()")
    num_steps = num_epochs * len(train_iter)
    return {
        "lr": None,
        "schedule": lambda step: lr * (1 - (step - 1) / num_steps),
    }


def seeds(count: int) -> list[int]:
    """Returns ``count`` seeds, others for each setting of ``D2L_EXT_SEED``.

    A run for the evidence has one seed only: other runs have the others.

    Raises
    ------
    ValueError
        If ``count`` is not from 1 to 1000.
    """
    if not 1 <= count <= 1000:
        raise ValueError(f"count lies in 1 to 1000, not {count}")
    first = settings().seed * 1000
    count = 1 if is_recording() else count
    return [(first + i) % (MAX_SEED + 1) for i in range(count)]
