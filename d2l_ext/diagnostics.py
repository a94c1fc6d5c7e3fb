"""What happens inside a network: statistics of its layers, its gradients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from d2l_ext.checks import check_initialized
from d2l_ext.engine.hooks import blocks, probed, watched

import numpy as onp
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

if TYPE_CHECKING:
    import pandas as pd


def layer_statistics(
    net: gluon.Block,
    X: np.ndarray,
    y: np.ndarray | None = None,
    *,
    loss: gluon.loss.Loss | None = None,
    training: bool = True,
) -> pd.DataFrame:
    """Returns statistics of each layer's output, and of its gradient.

    Parameters
    ----------
    net : gluon.Block
        An initialized network whose children are its layers. Running
        statistics of batch normalization change as in a step of training.
    X : np.ndarray
        A mini-batch (m, ...).
    y : np.ndarray, optional
        Its labels (m,); without them there are no gradients.
    loss : gluon.loss.Loss, optional
        A loss an example; by default softmax cross-entropy.
    training : bool
        Whether layers behave as in training. Gradients need it: those of
        MXNet's max-pooling are wrong in prediction mode.

    Returns
    -------
    pandas.DataFrame
        A row a layer, in the order of their calls, with ``layer`` (its
        class), ``shape`` (of its output, with m), ``mean`` and ``std``,
        ``zeros`` (the fraction of exact zeros) and, with labels,
        ``grad_std``: the standard deviation of the derivative of the mean
        loss with respect to its output.

    Raises
    ------
    ValueError
        If ``net`` has no layers, does not call each of them once, or is not
        initialized on the context of ``X``; if labels are given with
        ``training=False``.
    """
    # Imported here: pandas costs a third of a second, for this table only.
    import pandas as pd

    if y is not None and not training:
        raise ValueError(
            "gradients are those of training: give y, or training=False"
        )
    layers = list(net._children.values())
    if not layers:
        raise ValueError(f"{type(net).__name__} has no layers to look into")
    check_initialized(net, X)
    with probed(net, layers) as calls, autograd.record(train_mode=training):
        y_hat = net(X)
        if y is not None:
            loss = loss or gluon.loss.SoftmaxCrossEntropyLoss()
            mean_loss = loss(y_hat, y).mean()
    called = [layer for layer, _, _ in calls]
    if Counter(called) != Counter(layers):
        raise ValueError(
            f"{type(net).__name__} does not call each of its {len(layers)} "
            "layers once: look into the part that does"
        )
    outputs = [output for _, output, _ in calls]
    frame = pd.DataFrame(
        {
            "layer": [type(layer).__name__ for layer in called],
            "shape": [output.shape for output in outputs],
            "mean": [float(output.mean()) for output in outputs],
            "std": [float(output.std()) for output in outputs],
            "zeros": [float((output == 0).mean()) for output in outputs],
        }
    )
    if y is not None:
        mean_loss.backward()
        frame["grad_std"] = [float(probe.grad.std()) for *_, probe in calls]
    return frame


def dead_units(net: gluon.Block, X: np.ndarray) -> pd.DataFrame:
    """Returns which fraction of each ReLU's units is zero on all examples.

    A unit is one of a dense layer, or a channel of feature maps, which is
    dead if it is zero at all positions. No gradient passes a dead unit.

    Parameters
    ----------
    net : gluon.Block
        An initialized network with ReLUs, at any depth inside it.
    X : np.ndarray
        The examples (m, ...), better many than few: a unit that fires on none
        of a few may fire on others.

    Returns
    -------
    pandas.DataFrame
        A row a ReLU, in the order of their calls, with ``layer`` (its name),
        ``units`` (how many it has) and ``dead`` (the fraction).

    Raises
    ------
    ValueError
        If ``net`` has no ReLU, or is not initialized on the context of ``X``.
    """
    import pandas as pd

    relus = [block for block in blocks(net) if _is_relu(block)]
    if not relus:
        raise ValueError(f"{type(net).__name__} has no ReLU")
    check_initialized(net, X)
    rows: list[dict[str, object]] = []

    def count(layer: gluon.Block, _: object, output: np.ndarray) -> None:
        others = tuple(axis for axis in range(output.ndim) if axis != 1)
        dead = (output == 0).min(axis=others)
        rows.append(
            {
                "layer": layer.name,
                "units": dead.size,
                "dead": float(dead.mean()),
            }
        )

    with watched(net, relus, after=count), autograd.predict_mode():
        net(X)
    return pd.DataFrame(rows)


def _is_relu(block: gluon.Block) -> bool:
    return isinstance(block, nn.Activation) and block._act_type == "relu"


@dataclass(frozen=True)
class GradientCheck:
    """What :func:`gradient_check` found.

    Attributes
    ----------
    relative_error : float
        The largest over the directions of ``|a - n| / max(|a|, |n|)``, with a
        the derivative by autograd and n the one by central differences.
    tolerance : float
        What it is held against.
    directions : list of (float, float)
        Both derivatives, direction by direction.
    """

    relative_error: float
    tolerance: float
    directions: list[tuple[float, float]]

    @property
    def passed(self) -> bool:
        """Whether the relative error is within the tolerance."""
        return self.relative_error <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed


def gradient_check(
    f: Callable[..., np.ndarray],
    *inputs: np.ndarray,
    num_directions: int = 5,
    h: float | None = None,
    tolerance: float | None = None,
) -> GradientCheck:
    r"""Compares autograd's derivatives with central differences.

    Of each input a few random directions :math:`d` of unit length are
    checked, not every coordinate: the derivative along one is

    .. math::

        \frac{f(x + h d) - f(x - h d)}{2 h} = d \cdot \nabla f(x) + O(h^2).

    Parameters
    ----------
    f : callable
        From arrays to one number, with the same result at each call (fix the
        mask of dropout). It runs in training mode.
    inputs : np.ndarray
        Where to check, float32 or float64, of any shape. Their gradients are
        overwritten.
    num_directions : int
        How many directions to check for each input.
    h : float, optional
        The step; by default the cube root of the machine's precision in the
        inputs' type, near which the error is smallest.
    tolerance : float, optional
        How large a relative error passes; by default 1e-6 in float64 and 2e-2
        in float32, where rounding leaves no more.

    Returns
    -------
    GradientCheck
        True in a condition if the check passed.

    Raises
    ------
    ValueError
        If there is no input, an input is not floating-point, or ``f`` does
        not give one finite number.
    """
    if not inputs:
        raise ValueError("gradient_check needs an input to differentiate by")
    for x in inputs:
        if onp.dtype(x.dtype).kind != "f":
            raise ValueError(
                f"gradients need floating-point inputs, not {x.dtype}"
            )
    precision = max(float(onp.finfo(x.dtype).eps) for x in inputs)
    h = precision ** (1 / 3) if h is None else h
    if tolerance is None:
        tolerance = 1e-6 if precision < 1e-10 else 2e-2
    for x in inputs:
        x.attach_grad()
    with autograd.record():
        value = f(*inputs)
    _require_number(value)
    value.backward()
    gradients = [x.grad.asnumpy() for x in inputs]
    rng = onp.random.default_rng(0)
    pairs: list[tuple[float, float]] = []
    for i, gradient in enumerate(gradients):
        for _ in range(num_directions):
            d = rng.normal(size=gradient.shape)
            d /= onp.linalg.norm(d)
            numeric = _central_difference(f, inputs, i, d, h)
            pairs.append((float((gradient * d).sum()), numeric))
    error = max(_relative_error(*pair) for pair in pairs)
    return GradientCheck(error, tolerance, pairs)


def _require_number(value: np.ndarray) -> None:
    if not isinstance(value, np.ndarray) or value.size != 1:
        shape = getattr(value, "shape", type(value).__name__)
        raise ValueError(f"f must give one number, and gives {shape}")
    if not onp.isfinite(value.item()):
        raise ValueError(f"f must give a finite number, and gives {value}")


def _central_difference(
    f: Callable[..., np.ndarray],
    inputs: Sequence[np.ndarray],
    i: int,
    d: onp.ndarray,
    h: float,
) -> float:
    def at(step: float) -> float:
        x = inputs[i]
        moved = np.array(x.asnumpy() + step * d, dtype=x.dtype, ctx=x.ctx)
        with autograd.train_mode():
            return f(*inputs[:i], moved, *inputs[i + 1 :]).item()

    return (at(h) - at(-h)) / (2 * h)


def _relative_error(a: float, n: float) -> float:
    return abs(a - n) / max(abs(a), abs(n), 1e-8)
