"""In-memory mini-batches on one context."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from d2l_ext.engine.device import context, why_no_gpu
from d2l_ext.engine.seeding import SeededGenerator
from d2l_ext.validate import whole_number

import mxnet as mx
import numpy as np

MAX_LABEL = 2**31 - 1


class MiniBatches:
    """Mini-batches of arrays that are in memory, on one context.

    Iterating gives pairs ``(X, y)`` of ``mxnet.np`` arrays, float32 and
    int32. The last pair is smaller if ``batch_size`` does not divide the
    number of examples. Each pass draws a new order, and :func:`d2l_ext.seed`
    starts the sequence of orders anew.

    Parameters
    ----------
    X : numpy.ndarray or mxnet.np.ndarray
        Examples of shape (n, ...), with at least one axis after the first.
    y : numpy.ndarray or mxnet.np.ndarray
        Labels of shape (n,): whole numbers from 0.
    batch_size : int
        How many examples a batch has.
    shuffle : bool
        Whether each pass has its own random order, or the order of ``X``.
    ctx : mxnet.Context or str, optional
        Where the batches are; by default :func:`d2l_ext.context`'s choice.
        Arrays that are there already, in these types, are not copied.
    transform : callable, optional
        What is done to each batch of ``X`` as it is drawn, on ``ctx``.

    Attributes
    ----------
    X, y : mxnet.np.ndarray
        All examples, before ``transform``, and all labels.
    batch_size, num_examples : int
        Sizes of a batch and of the whole.
    ctx : mxnet.Context
        Where the batches are.

    Raises
    ------
    ValueError
        If an array has a wrong type, shape or length, if a label is not a
        whole number from 0, or if ``batch_size`` or ``ctx`` is none.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        batch_size: int,
        shuffle: bool = True,
        ctx: mx.Context | str | None = None,
        *,
        transform: Callable[[Any], Any] | None = None,
    ) -> None:
        self.batch_size = whole_number("batch_size", batch_size)
        _check_arrays(X, y)
        self.ctx = _context(ctx)
        self.X = _on(self.ctx, X, "float32")
        self.y = _on(self.ctx, y, "int32")
        self.num_examples = len(X)
        self._shuffle = shuffle
        self._transform = transform
        self._generator = SeededGenerator()

    def __len__(self) -> int:
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self._shuffle:
            order = self._generator().permutation(self.num_examples)
        else:
            order = np.arange(self.num_examples)
        # One copy of the order to the device a pass, one take a batch: twice
        # as fast as gathering in NumPy or shuffling all of X first. A slice
        # of X would be a view, through which a reader could spoil the data.
        order = mx.np.array(order, dtype="int32", ctx=self.ctx)
        for start in range(0, self.num_examples, self.batch_size):
            batch = order[start : start + self.batch_size]
            X = mx.np.take(self.X, batch, axis=0, mode="clip")
            y = mx.np.take(self.y, batch, axis=0, mode="clip")
            yield (self._transform(X) if self._transform else X), y

    def split(self, every: int = 5) -> tuple[MiniBatches, MiniBatches]:
        """Returns the examples in two parts, for training and validation.

        Parameters
        ----------
        every : int
            Each so-manieth example, in the order of ``X``, is held out for
            validation.

        Returns
        -------
        train_iter, valid_iter : MiniBatches
            Of the same batch size, context and ``transform``; what is held
            out is not shuffled.

        Raises
        ------
        ValueError
            If ``every`` is not a whole number from 2 to the number of
            examples.
        """
        whole_number("every", every, 2, self.num_examples)
        is_held_out = np.arange(self.num_examples) % every == every - 1
        return (
            self._part(~is_held_out, self._shuffle),
            self._part(is_held_out, False),
        )

    def _part(self, chosen: np.ndarray, shuffle: bool) -> MiniBatches:
        index = mx.np.array(np.flatnonzero(chosen), ctx=self.ctx)  # (k,)
        return MiniBatches(
            mx.np.take(self.X, index, axis=0),  # (n, ...) -> (k, ...)
            mx.np.take(self.y, index, axis=0),  # (n,) -> (k,)
            self.batch_size,
            shuffle,
            self.ctx,
            transform=self._transform,
        )


def _context(ctx: mx.Context | str | None) -> mx.Context:
    if ctx is None or isinstance(ctx, str):
        return context(ctx)
    if not isinstance(ctx, mx.Context):
        raise ValueError(
            f"{ctx!r} is not a context; use mx.cpu(), mx.gpu() or a name such "
            "as 'cpu(1)'"
        )
    reason = why_no_gpu(ctx.device_id) if ctx.device_type == "gpu" else None
    if reason:
        raise ValueError(f"{ctx} cannot be used: {reason}")
    return ctx


def _on(ctx: mx.Context, array: Any, dtype: str) -> Any:
    if isinstance(array, np.ndarray):
        return mx.np.array(array, dtype=dtype, ctx=ctx)
    return array.astype(dtype, copy=False).as_in_ctx(ctx)


def _check_arrays(X: Any, y: Any) -> None:
    for name, array in (("X", X), ("y", y)):
        if not isinstance(array, (np.ndarray, mx.np.ndarray)):
            raise ValueError(
                f"{name} is a NumPy or an mxnet.np array, not "
                f"{type(array).__name__}"
            )
        if np.dtype(array.dtype).kind not in "biuf":
            raise ValueError(f"{name} holds numbers, not {array.dtype}")
    if X.ndim < 2 or y.ndim != 1:
        raise ValueError(
            f"X has shape (n, ...) and y has shape (n,), not {X.shape} and "
            f"{y.shape}"
        )
    if len(X) != len(y) or len(X) == 0:
        raise ValueError(
            f"X and y have as many entries, at least one, not {len(X)} and "
            f"{len(y)}"
        )
    _check_labels(y if isinstance(y, np.ndarray) else y.asnumpy())


def _check_labels(labels: np.ndarray) -> None:
    is_label = (labels >= 0) & (labels <= MAX_LABEL)
    is_label &= labels == np.floor(labels)
    if not is_label.all():
        first = int(np.argmin(is_label))
        raise ValueError(
            f"y[{first}] is {labels[first]}; labels are whole numbers from 0 "
            f"to {MAX_LABEL}"
        )
