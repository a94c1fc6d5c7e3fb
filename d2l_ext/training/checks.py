"""Refuses, in the user's words, what MXNet would refuse in C++ or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from d2l_ext.validate import positive, whole_number

from mxnet import MXNetError, autograd, gluon, np
from numpy import dtype

Schedule = Callable[[int], float]
Batches = Iterable[tuple[np.ndarray, np.ndarray]]


def check_options(
    num_epochs: int,
    lr: float | None,
    schedule: Schedule | None,
    clip_norm: float | None,
    clip_value: float | None,
) -> None:
    """Raises ``ValueError`` for an option of ``fit`` outside its range."""
    whole_number("num_epochs", num_epochs)
    if lr is not None and schedule is not None:
        raise ValueError("give lr or schedule, not both")
    for name, value in (
        ("lr", lr),
        ("clip_norm", clip_norm),
        ("clip_value", clip_value),
    ):
        if value is not None:
            positive(name, value)


def check_data(net: gluon.Block, data_iter: Batches) -> None:
    """Raises ``ValueError`` unless ``net`` can learn from ``data_iter``."""
    X, y = _first_batch(data_iter)
    check_initialized(net, X)
    with autograd.predict_mode():
        y_hat = _scores(net, X[:1])
    if y_hat.ndim != 2:
        raise ValueError(
            "the network must give scores of shape (m, num_classes), and "
            f"gives {y_hat.shape} for one example"
        )
    # In-memory mini-batches hold all labels; of others we see one batch.
    labels = getattr(data_iter, "y", y)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= y_hat.shape[1]:
        raise ValueError(
            f"labels run from {low} to {high}, but the network has "
            f"{y_hat.shape[1]} classes (0 to {y_hat.shape[1] - 1})"
        )


def _scores(net: gluon.Block, X: np.ndarray) -> np.ndarray:
    try:
        return net(X)
    except MXNetError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ValueError(
            f"the network does not take an input of shape {X.shape} and type "
            f"{dtype(X.dtype).name}: {reason}"
        ) from error


def _first_batch(data_iter: Batches) -> tuple[np.ndarray, np.ndarray]:
    try:
        iterator = iter(data_iter)
        if iterator is data_iter:
            raise ValueError(
                "a generator can be run through once, and each epoch needs "
                "the data anew: use d2l_ext.MiniBatches or a list"
            )
        X, y = next(iterator)
    except StopIteration:
        raise ValueError("the data are empty: no mini-batch") from None
    except TypeError as error:
        raise ValueError(f"data are mini-batches (X, y): {error}") from error
    if not (isinstance(X, np.ndarray) and isinstance(y, np.ndarray)):
        raise ValueError(
            "mini-batches hold arrays of mxnet.np, not "
            f"{type(X).__module__}.{type(X).__name__}: see d2l_ext.MiniBatches"
        )
    if len(X) != len(y) or not len(X):
        raise ValueError(
            f"a mini-batch has {len(X)} examples, {len(y)} labels"
        )
    if y.ndim != 1:
        raise ValueError(
            "labels have shape (m,), one whole number an example, and these "
            f"have {y.shape}"
            + ("; use y.reshape(-1)" if y.size == len(y) else "")
        )
    return X, y


def check_initialized(net: gluon.Block, X: np.ndarray) -> None:
    """Raises ``ValueError`` unless ``net`` has weights where ``X`` is."""
    for parameter in net.collect_params().values():
        try:
            contexts = parameter.list_ctx()
        except RuntimeError:
            raise ValueError(
                f"the network is not initialized ({parameter.name}): call "
                f"net.initialize(init.Xavier(), ctx=d2l_ext.context()) first"
            ) from None
        if X.ctx.device_type == "cpu_shared":
            raise ValueError(
                f"the data are on {X.ctx}, where a DataLoader's workers leave "
                "them and no network can be: give the DataLoader "
                "num_workers=0, or use d2l_ext.MiniBatches"
            )
        if X.ctx not in contexts:
            raise ValueError(
                f"the data are on {X.ctx} and the network is on "
                f"{contexts[0]}: initialize it with ctx={X.ctx}, or load the "
                f"data with ctx={contexts[0]}"
            )
