"""Several models that predict together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from d2l_ext.training.callbacks import Callback
from d2l_ext.training.checks import Batches, check_initialized
from d2l_ext.training.weights import Weights, copy_weights, with_weights
from d2l_ext.validate import whole_number

import numpy as onp
from mxnet import autograd, gluon, np, npx

#: Nothing is as unlikely as that, in a logarithm.
SMALLEST = 1e-12


def predict_proba(model: Any, X: np.ndarray) -> onp.ndarray:
    """Returns the probability of each class for each example.

    Parameters
    ----------
    model : gluon.Block or object with ``predict_proba``
        A network from (m, ...) to scores (m, num_classes), to which softmax
        is applied in prediction mode; a :class:`Snapshot` or an
        :class:`Ensemble`; or a classifier of scikit-learn, which is given a
        NumPy array (m, d).
    X : np.ndarray
        Examples (m, ...) on the context of the networks.

    Returns
    -------
    numpy.ndarray
        Probabilities in float64, (m, num_classes).

    Raises
    ------
    ValueError
        If ``model`` is none, or is not initialized where ``X`` is, if ``X``
        is no array of MXNet, or if the classes that a classifier learned are
        not 0, 1, 2, …, so that its columns are not those of a network.
    """
    if not isinstance(X, np.ndarray):
        raise ValueError(f"X is an array of mxnet.np, not {type(X).__name__}")
    if isinstance(model, gluon.Block):
        check_initialized(model, X)
        with autograd.predict_mode():
            scores = model(X)
        return npx.softmax(scores, axis=-1).asnumpy().astype("float64")
    if isinstance(model, (Snapshot, Ensemble)):
        return model.predict_proba(X)
    if not hasattr(model, "predict_proba"):
        raise ValueError(
            "a model is a network, or has predict_proba as scikit-learn's "
            f"classifiers have; this one is {model!r}"
        )
    classes = getattr(model, "classes_", None)
    if classes is not None and list(classes) != list(range(len(classes))):
        raise ValueError(
            f"{type(model).__name__} learned the classes {list(classes)}, and "
            "a network's are 0, 1, 2, …: train it on labels from 0 on, with "
            "an example of each"
        )
    # (m, ...) -> (m, d)
    found = model.predict_proba(X.asnumpy().reshape(len(X), -1))
    return onp.asarray(found, dtype="float64")


class Ensemble:
    r"""The weighted average of the probabilities that models give.

    .. math::

        p(k \mid x) = \sum_i w_i\, p_i(k \mid x), \qquad \sum_i w_i = 1

    Parameters
    ----------
    models : sequence
        What :func:`predict_proba` takes, at least one.
    weights : sequence of float, optional
        :math:`w_i`, one a model, from 0, with the sum 1; by default all
        alike. :meth:`fit_weights` learns them.

    Attributes
    ----------
    weights : numpy.ndarray
        :math:`w`, (num_models,).

    Raises
    ------
    ValueError
        If there is no model, or weights are not one a model, from 0, with
        the sum 1; by the methods if the models do not tell apart the same
        classes, or labels are none of them.

    Source: Dietterich (2000), section 2.
    """

    def __init__(
        self, models: Sequence[Any], weights: Sequence[float] | None = None
    ) -> None:
        self.models = list(models)
        if not self.models:
            raise ValueError("an ensemble needs at least one model")
        if weights is None:
            weights = [1 / len(self.models)] * len(self.models)
        self.weights = self._checked(weights)

    def _checked(self, weights: Sequence[float]) -> onp.ndarray:
        found = onp.asarray(weights, dtype="float64")
        if found.shape != (len(self.models),):
            raise ValueError(
                f"an ensemble of {len(self.models)} models has as many "
                f"weights, not {found.size}"
            )
        if not (found >= 0).all() or not abs(found.sum() - 1) < 1e-6:
            raise ValueError(
                f"weights are numbers from 0 with the sum 1, and {weights} "
                f"have the sum {found.sum():g}"
            )
        return found

    def _each(self, X: np.ndarray) -> onp.ndarray:
        """Returns the probabilities of all: (num_models, m, num_classes)."""
        found = [predict_proba(model, X) for model in self.models]
        if len({p.shape for p in found}) > 1:
            each = ", ".join(
                f"{p.shape[-1]} ({type(model).__name__})"
                for model, p in zip(self.models, found, strict=True)
            )
            raise ValueError(
                "the models of an ensemble tell apart the same classes; "
                f"these have different numbers of them: {each}"
            )
        return onp.stack(found)

    def predict_proba(self, X: np.ndarray) -> onp.ndarray:
        """Returns the averaged probabilities, (m, num_classes)."""
        # (k,) and (k, m, c) -> (m, c)
        return onp.tensordot(self.weights, self._each(X), axes=1)

    def predict(self, X: np.ndarray) -> onp.ndarray:
        """Returns the most probable class of each example, (m,)."""
        return self.predict_proba(X).argmax(axis=-1)

    def evaluate(self, data_iter: Batches) -> tuple[float, float]:
        """Returns the mean cross-entropy and the accuracy."""
        probabilities, y = self._predicted(data_iter)
        mixed = onp.tensordot(self.weights, probabilities, axes=1)
        likely = mixed[onp.arange(len(y)), y]  # (m,)
        loss = -onp.log(onp.maximum(likely, SMALLEST)).mean()
        return float(loss), float((mixed.argmax(axis=-1) == y).mean())

    def fit_weights(
        self, valid_iter: Batches, num_steps: int = 1000
    ) -> Ensemble:
        r"""Learns the weights on validation data, and returns the ensemble.

        They minimize the mean cross-entropy of the ensemble, by steps of
        expectation maximization, which keep them from 0 with the sum 1:

        .. math::

            w_i \leftarrow \frac{1}{m} \sum_{j = 1}^{m}
            \frac{w_i\, p_i(y_j \mid x_j)}
            {\sum_l w_l\, p_l(y_j \mid x_j)}

        The problem is convex: what they start from does not matter.

        Parameters
        ----------
        valid_iter : iterable of (X, y)
            Data that no model was trained on, nor the ensemble is tested on.
        num_steps : int
            How many steps.
        """
        whole_number("num_steps", num_steps)
        probabilities, y = self._predicted(valid_iter)
        likely = probabilities[:, onp.arange(len(y)), y]  # (k, m)
        likely = onp.maximum(likely, SMALLEST)
        w = onp.full(len(self.models), 1 / len(self.models))
        for _ in range(num_steps):
            w = w * (likely / (w @ likely)).mean(axis=1)
        self.weights = w / w.sum()
        return self

    def _predicted(
        self, data_iter: Batches
    ) -> tuple[onp.ndarray, onp.ndarray]:
        """Returns probabilities (k, n, c) and labels (n,)."""
        found = [(self._each(X), y.asnumpy()) for X, y in data_iter]
        if not found:
            raise ValueError("the data are empty: no mini-batch")
        probabilities = onp.concatenate([p for p, _ in found], axis=1)
        y = onp.concatenate([labels for _, labels in found]).astype(int)
        num_classes = probabilities.shape[-1]
        if y.min() < 0 or y.max() >= num_classes:
            raise ValueError(
                f"labels run from {y.min()} to {y.max()}, but the models have "
                f"{num_classes} classes (0 to {num_classes - 1})"
            )
        return probabilities, y


def disagreement(models: Sequence[Any], X: np.ndarray) -> onp.ndarray:
    """Returns how often models differ, pair by pair.

    Models that never differ gain nothing from each other.

    Parameters
    ----------
    models : sequence
        What :func:`predict_proba` takes.
    X : np.ndarray
        Examples (m, ...).

    Returns
    -------
    numpy.ndarray
        The fraction of the examples for which two models predict different
        classes, (num_models, num_models), with zeros in the diagonal.

    Raises
    ------
    ValueError
        As :class:`Ensemble` does.

    Source: Kuncheva and Whitaker (2003), section 2.1.3.
    """
    predicted = Ensemble(models)._each(X).argmax(axis=-1)  # (k, m)
    # (k, 1, m) against (1, k, m) -> (k, k)
    return (predicted[:, None] != predicted[None]).mean(axis=-1)


class Snapshot:
    """A network as it was at some step: a model of an ensemble.

    Parameters
    ----------
    net : gluon.Block
        The network; it keeps its own weights.
    weights : mapping of str to np.ndarray
        From :func:`d2l_ext.training.copy_weights`.
    """

    def __init__(self, net: gluon.Block, weights: Weights) -> None:
        self.net, self.weights = net, weights

    def predict_proba(self, X: np.ndarray) -> onp.ndarray:
        """Returns the probabilities with these weights, (m, num_classes)."""
        with with_weights(self.net, self.weights):
            return predict_proba(self.net, X)


class Snapshots(Callback):
    """Keeps the weights after some steps: an ensemble from one training.

    With a rate that restarts, each cycle ends in a minimum of its own::

        schedule = CosineRestarts(0.3, num_steps=200)
        snapshots = Snapshots(schedule.ends(5))
        fit(net, train_iter, schedule=schedule, callbacks=[snapshots])
        Ensemble(snapshots.models(net)).evaluate(test_iter)

    Each call of :func:`d2l_ext.fit` begins anew.

    Parameters
    ----------
    steps : sequence of int
        The numbers of the steps, from 1.

    Raises
    ------
    ValueError
        If there is no step, or one is not a whole number from 1.

    Source: Huang et al. (2017), "Snapshot ensembles", section 3.
    """

    def __init__(self, steps: Sequence[int]) -> None:
        self.steps = {whole_number("a step", step) for step in steps}
        if not self.steps:
            raise ValueError("snapshots are taken after at least one step")
        self._kept: list[Weights] = []

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Keeps the weights, if it is time."""
        if step == 1:
            self._kept = []
        if step in self.steps:
            self._kept.append(copy_weights(net))

    def models(self, net: gluon.Block) -> list[Snapshot]:
        """Returns the snapshots, in order, as models of the network.

        Raises
        ------
        ValueError
            If none was taken.
        """
        if not self._kept:
            raise ValueError(
                "no snapshot was taken: give callbacks=[…] to fit, and steps "
                f"that it reaches (the first is {min(self.steps)})"
            )
        return [Snapshot(net, weights) for weights in self._kept]
