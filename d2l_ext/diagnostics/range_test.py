"""The learning-rate range test: one short training at rates that grow."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from d2l_ext.training.checks import Batches, check_data
from d2l_ext.training.objective import make_objective
from d2l_ext.training.step import Step, create_optimizer
from d2l_ext.training.weights import copy_weights, set_weights
from d2l_ext.validate import positive, whole_number

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, np

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

#: On how many examples, at least, it is seen whether a network is trained.
NUM_EXAMPLES = 500


@dataclass
class RangeTest:
    """What :func:`lr_range_test` found.

    Attributes
    ----------
    lr : list of float
        The learning rate of each step.
    loss : list of float
        The mean loss of its mini-batch, before the step.
    smoothing : float
        How much of the past is in the smoothed loss.
    diverged_at : float or None
        The rate at which the test stopped, as the loss was too large; None
        if it went to the end.
    """

    lr: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    smoothing: float = 0.9
    diverged_at: float | None = None

    @property
    def smoothed(self) -> list[float]:
        """The exponential moving average of the loss, corrected for bias."""
        average, found = 0.0, []
        for t, loss in enumerate(self.loss, start=1):
            average += (1 - self.smoothing) * (loss - average)
            found.append(average / (1 - self.smoothing**t))
        return found

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss is lowest."""
        return self.lr[int(onp.argmin(self.smoothed))]

    @property
    def suggestion(self) -> float:
        """A tenth of the rate of the lowest loss, which is nearly too large.

        Raises
        ------
        ValueError
            If the loss is lowest at the first rate: it fell at none.
        """
        if self.lowest == self.lr[0]:
            raise ValueError(
                f"the loss fell at no rate from {self.lr[0]:g} to "
                f"{self.lr[-1]:g}: start from a smaller one"
            )
        return self.lowest / 10

    def to_frame(self) -> pd.DataFrame:
        """Returns ``lr``, ``loss`` and ``smoothed``, one row a step."""
        import pandas as pd

        index = pd.RangeIndex(1, len(self.lr) + 1, name="step")
        columns = {"lr": self.lr, "loss": self.loss, "smoothed": self.smoothed}
        return pd.DataFrame(columns, index=index)

    def plot(
        self, ax: matplotlib.axes.Axes | None = None, **options: Any
    ) -> matplotlib.axes.Axes:
        """Draws the loss against the rate; options of ``plot_curves``."""
        # Imported here: who tests without a figure needs no Matplotlib.
        from d2l_ext.plotting import plot_curves

        curves = {
            "loss": (self.lr, self.loss),
            "smoothed": (self.lr, self.smoothed),
        }
        settings = {"xlabel": "learning rate", "ylabel": "loss"}
        return plot_curves(
            curves, ax=ax, **settings | {"xscale": "log"} | options
        )


def lr_range_test(
    net: gluon.Block,
    train_iter: Batches,
    optimizer: str | mx.optimizer.Optimizer = "sgd",
    *,
    start: float = 1e-5,
    end: float = 10.0,
    num_steps: int = 100,
    optimizer_params: dict[str, Any] | None = None,
    loss: gluon.loss.Loss | None = None,
    stop_factor: float = 3.0,
    smoothing: float = 0.9,
    allow_trained: bool = False,
) -> RangeTest:
    r"""Trains for a while at rates that grow, and returns the losses.

    The rate of step :math:`t` of :math:`T` is

    .. math::

        \eta_t = \eta_1 \left(\frac{\eta_T}{\eta_1}\right)^{(t-1)/(T-1)}.

    At rates that are too small the loss stands, then it falls, and at rates
    that are too large it rises. Afterwards the network has the weights and
    running statistics that it had before.

    Parameters
    ----------
    net : gluon.Block
        An initialized network, from (m, ...) to scores (m, num_classes),
        that is not trained yet.
    train_iter : iterable of (X, y)
        Mini-batches on the context of the network, gone through again and
        again if there are fewer than ``num_steps``.
    optimizer : str or mxnet.optimizer.Optimizer
        As for :func:`d2l_ext.fit`; the rate that suits one does not suit
        another.
    start, end : float
        The first and the last rate, :math:`\eta_1 < \eta_T`.
    num_steps : int
        :math:`T`, at least 2.
    optimizer_params : dict, optional
        Further options of a named optimizer, such as ``momentum``.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.
    stop_factor : float
        Stops when the smoothed loss is this many times the first one, above
        1, or is no number.
    smoothing : float
        How much of the smoothed loss is kept each step, in [0, 1).
    allow_trained : bool
        Whether a trained network may be tested: of the rate to train on with
        its curve tells something, of the rate to start with nothing.

    Returns
    -------
    RangeTest
        Rates and losses, with a suggestion and a picture.

    Raises
    ------
    ValueError
        If an argument is outside its range, the network and the data do not
        go together, the first loss is no number, or the network is trained:
        its cross-entropy is lower than without any knowledge of the examples
        it can be, the entropy of their labels.

    Source: Smith (2017), section 3.3.
    """
    _check(start, end, stop_factor, smoothing)
    num_steps = whole_number("num_steps", num_steps, 2)
    check_data(net, train_iter)
    if not allow_trained:
        _require_untrained(net, train_iter)
    trainer = gluon.Trainer(
        net.collect_params(),
        create_optimizer(optimizer, None, optimizer_params),
        kvstore=None,
    )
    step = Step(
        make_objective(net, loss, hybridize=True),
        trainer,
        lambda t: start * (end / start) ** ((t - 1) / (num_steps - 1)),
        clip_norm=None,
        clip_value=None,
    )
    again_and_again = itertools.chain.from_iterable(
        itertools.repeat(train_iter)
    )
    kept = copy_weights(net)
    try:
        return _run(
            step,
            itertools.islice(again_and_again, num_steps),
            stop_factor,
            smoothing,
        )
    finally:
        set_weights(net, kept)


def _check(
    start: float, end: float, stop_factor: float, smoothing: float
) -> None:
    positive("start", start)
    if not start < end < math.inf:
        raise ValueError(f"end is greater than start={start:g}, not {end!r}")
    if not stop_factor > 1:
        raise ValueError(f"stop_factor is above 1, not {stop_factor!r}")
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing lies in [0, 1), not {smoothing!r}")


def _run(
    step: Step,
    batches: itertools.islice[tuple[np.ndarray, np.ndarray]],
    stop_factor: float,
    smoothing: float,
) -> RangeTest:
    found = RangeTest(smoothing=smoothing)
    for X, y in batches:
        total_loss, _ = step(X, y)
        loss, lr = float(total_loss) / len(X), step.trainer.learning_rate
        if not math.isfinite(loss):
            if not found.loss:
                raise ValueError(f"before the first step the loss is {loss}")
            found.diverged_at = lr
            break
        found.lr.append(lr)
        found.loss.append(loss)
        if found.smoothed[-1] > stop_factor * found.loss[0]:
            found.diverged_at = lr
            break
    return found


def _require_untrained(net: gluon.Block, train_iter: Batches) -> None:
    """Raises ``ValueError`` if the network knows something of the labels."""
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    losses, labels = [], []
    for X, y in train_iter:
        with autograd.predict_mode():
            losses.append(cross_entropy(net(X), y).asnumpy())
        labels.append(y.asnumpy())
        if sum(map(len, labels)) >= NUM_EXAMPLES:
            break
    loss = onp.concatenate(losses).astype("float64")  # (m,)
    counts = onp.unique(onp.concatenate(labels), return_counts=True)[1]
    p = counts / counts.sum()
    entropy = -(p * onp.log(p)).sum()
    # Below by more than chance: three standard errors of the mean.
    if loss.mean() + 3 * loss.std() / math.sqrt(len(loss)) < entropy:
        raise ValueError(
            f"the network is trained already: its loss is {loss.mean():.2f}, "
            f"and without looking at the examples it could be {entropy:.2f} "
            "at best. Initialize it anew with net.initialize(init.Xavier(), "
            "force_reinit=True), or give allow_trained=True to find the rate "
            "to train on with"
        )
