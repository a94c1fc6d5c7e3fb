"""Statistics of the layers of a network while it computes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from d2l_ext.engine.hooks import blocks, probed, watched
from d2l_ext.engine.internals import activation_name, children
from d2l_ext.training.checks import check_initialized

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
    layers = children(net)
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
    return (
        isinstance(block, nn.Activation) and activation_name(block) == "relu"
    )
