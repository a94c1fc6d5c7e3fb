r"""Averages of the weights over the steps of training.

At a constant rate the weights do not come to rest: they go around a minimum
at a distance that the rate and the noise of the gradient set. Their average
over steps lies nearer to it, as if the rate had decayed.
"""

from __future__ import annotations

import math

from d2l_ext.training.callbacks import Callback
from d2l_ext.training.checks import Batches
from d2l_ext.training.evaluation import evaluate
from d2l_ext.training.history import History
from d2l_ext.training.weights import (
    Weights,
    copy_weights,
    set_weights,
    with_weights,
)
from d2l_ext.validate import whole_number

from mxnet import gluon, np


class WeightAverage(Callback):
    r"""A running average of the weights, beside those that are trained.

    .. math::

        \bar w_n = \bar w_{n - 1} + a_n (w_n - \bar w_{n - 1}), \qquad a_1 = 1

    Training is not changed. Running statistics are averaged like weights;
    those that belong to the averaged weights exactly are what
    :func:`d2l_ext.layers.population_statistics` computes after
    :meth:`apply`. Each call of :func:`d2l_ext.fit` begins a new average.

    Parameters
    ----------
    start : int
        The first step, from 1, whose weights are averaged.
    every : int
        Averages each ``every``-th step from there.
    test_iter : iterable of (X, y), optional
        Data on which the average is evaluated after each epoch.

    Attributes
    ----------
    num_averaged : int
        How many steps were averaged: :math:`n`.
    test_loss, test_acc : list of float
        With ``test_iter`` one number an epoch, not a number where there was
        nothing to average yet.

    Raises
    ------
    ValueError
        If ``start`` or ``every`` is not a whole number from 1; by
        :meth:`apply`, :meth:`restore` and :meth:`evaluate` if there is no
        average, nothing to restore, or the network is another one.
    """

    def __init__(
        self,
        *,
        start: int = 1,
        every: int = 1,
        test_iter: Batches | None = None,
    ) -> None:
        self.start = whole_number("start", start)
        self.every = whole_number("every", every)
        self._test_iter = test_iter
        self._reset()

    def _reset(self) -> None:
        self.num_averaged = 0
        self.test_loss: list[float] = []
        self.test_acc: list[float] = []
        self._average: dict[str, np.ndarray] = {}
        self._trained: Weights | None = None

    def _share(self, n: int) -> float:
        """Returns what the n-th weights count for: :math:`a_n`."""
        raise NotImplementedError

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Takes the weights after this step into the average."""
        if step == 1:
            self._reset()
        if step < self.start or (step - self.start) % self.every:
            return
        self.num_averaged += 1
        if self.num_averaged == 1:
            self._average = copy_weights(net)
            return
        share = self._share(self.num_averaged)
        for name, weight in copy_weights(net).items():
            average = self._average[name]
            average += share * (weight - average)

    def on_epoch(self, epoch: int, net: gluon.Block, history: History) -> None:
        """Evaluates the average, if there are data for it."""
        if self._test_iter is None:
            return
        loss, accuracy = math.nan, math.nan
        if self.num_averaged:
            loss, accuracy = self.evaluate(net, self._test_iter)
        self.test_loss.append(loss)
        self.test_acc.append(accuracy)

    @property
    def weights(self) -> Weights:
        """The averages of all parameters, by where they are."""
        if not self.num_averaged:
            raise ValueError(
                "no weights were averaged: give callbacks=[…] to fit, and a "
                f"start within its steps (it is {self.start})"
            )
        return self._average

    def apply(self, net: gluon.Block) -> None:
        """Gives the network the averaged weights; keeps the trained ones."""
        weights = self.weights
        trained = copy_weights(net)
        set_weights(net, weights)
        if self._trained is None:
            self._trained = trained

    def restore(self, net: gluon.Block) -> None:
        """Gives the network the trained weights back."""
        if self._trained is None:
            raise ValueError("nothing to restore: call apply first")
        set_weights(net, self._trained)
        self._trained = None

    def evaluate(
        self,
        net: gluon.Block,
        data_iter: Batches,
        loss: gluon.loss.Loss | None = None,
    ) -> tuple[float, float]:
        """Returns loss and accuracy with the averaged weights.

        See :func:`d2l_ext.evaluate`; the network keeps its own weights.
        """
        with with_weights(net, self.weights):
            return evaluate(net, data_iter, loss)


class PolyakAverage(WeightAverage):
    r"""The mean of the weights of all steps from ``start`` on.

    .. math::

        \bar w_n = \frac{1}{n} \sum_{k = 1}^{n} w_k, \qquad
        a_n = \frac{1}{n}

    With a ``start`` late in training and ``every`` of an epoch it is
    stochastic weight averaging (Izmailov et al., 2018).

    The parameters are those of :class:`WeightAverage`.

    Source: Polyak and Juditsky (1992), equation 4; Ruppert (1988).
    """

    def _share(self, n: int) -> float:
        return 1 / n


class EMA(WeightAverage):
    r"""The exponential moving average of the weights.

    .. math::

        \bar w_n = \frac{1 - d}{1 - d^n} \sum_{k = 1}^{n} d^{n - k} w_k,
        \qquad a_n = \frac{1 - d}{1 - d^n}

    It reaches back over about :math:`1 / (1 - d)` steps. The factor
    :math:`1 / (1 - d^n)` is Adam's bias correction: without it the first
    weights would count for as much as the whole past.

    Parameters
    ----------
    decay : float
        :math:`d`, in [0, 1).
    options
        Those of :class:`WeightAverage`.

    Raises
    ------
    ValueError
        If ``decay`` is outside its range, or an option is.

    Source: Kingma and Ba (2015), section 7.2.
    """

    def __init__(
        self,
        decay: float = 0.99,
        *,
        start: int = 1,
        every: int = 1,
        test_iter: Batches | None = None,
    ) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"decay lies in [0, 1), not {decay!r}")
        super().__init__(start=start, every=every, test_iter=test_iter)
        self.decay = decay

    def _share(self, n: int) -> float:
        return (1 - self.decay) / (1 - self.decay**n)
