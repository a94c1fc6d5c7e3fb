"""Mini-batches from easy to hard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.validate import whole_number

import mxnet as mx
import numpy as np


class CurriculumBatches(MiniBatches):
    r"""Mini-batches that begin with the easy examples and end with all.

    Of :math:`n` examples, pass :math:`t` takes the easiest

    .. math::

        n_t = n \min\left(1, a + (1 - a) \frac{t - 1}{T}\right),

    shuffled. A pass has as many mini-batches as one over all examples, so
    that a training with a curriculum has as many steps as one without: the
    easy examples come up again and again. :func:`d2l_ext.seed` begins the
    curriculum anew; a pass that is left before its end does not count. Of
    :meth:`split`, the part for training has the curriculum.

    Parameters
    ----------
    X, y : numpy.ndarray or mxnet.np.ndarray
        As of :class:`d2l_ext.MiniBatches`.
    batch_size : int
        How many examples a batch has.
    difficulty : array of float
        A score of each example (n,), such as its loss by
        :func:`d2l_ext.diagnostics.example_losses`; the lowest is the easiest.
        With the opposite sign the hard ones come first.
    start : float
        :math:`a`, the part of the examples in the first pass, in (0, 1].
    num_passes : int
        :math:`T`, after how many passes all examples are there.
    ctx, transform
        As of :class:`d2l_ext.MiniBatches`.

    Attributes
    ----------
    difficulty : numpy.ndarray
        The scores, in float64.

    Raises
    ------
    ValueError
        If the scores are not one finite number an example, ``start`` or
        ``num_passes`` is outside its range, or an argument is none that
        :class:`d2l_ext.MiniBatches` takes.

    Source: Bengio et al. (2009), section 3; Hacohen and Weinshall (2019),
    algorithm 1.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        batch_size: int,
        difficulty: Any,
        *,
        start: float = 0.2,
        num_passes: int = 10,
        ctx: mx.Context | str | None = None,
        transform: Any = None,
    ) -> None:
        super().__init__(X, y, batch_size, True, ctx, transform=transform)
        scores = np.asarray(difficulty, dtype="float64")
        if scores.shape != (self.num_examples,):
            raise ValueError(
                f"difficulty is one number an example, shape "
                f"({self.num_examples},), not {scores.shape}"
            )
        if not np.isfinite(scores).all():
            raise ValueError("difficulty is finite numbers; one is not")
        if not 0 < start <= 1:
            raise ValueError(f"start lies above 0 and up to 1, not {start!r}")
        self.start = start
        self.num_passes = whole_number("num_passes", num_passes)
        self.difficulty = scores
        self._passes = 0
        self._seeded: np.random.Generator | None = None

    def pass_size(self, number: int) -> int:
        """Returns how many examples are in a pass, counted from 1."""
        over = (whole_number("number", number) - 1) / self.num_passes
        part = min(1.0, self.start + (1 - self.start) * over)
        return max(1, round(part * self.num_examples))

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        index = mx.np.array(self._draw(), dtype="int32", ctx=self.ctx)  # (n,)
        yield from MiniBatches(
            mx.np.take(self.X, index, axis=0),  # (n, ...) -> (n, ...)
            mx.np.take(self.y, index, axis=0),
            self.batch_size,
            False,
            self.ctx,
            transform=self._transform,
        )
        self._passes += 1

    def _draw(self) -> np.ndarray:
        """Returns n indices: the easy ones in one random order after another.

        As many orders as it takes, so that no example of a pass comes up more
        than once oftener than another.
        """
        generator = self._generator()
        if generator is not self._seeded:
            self._seeded, self._passes = generator, 0
        size = self.pass_size(self._passes + 1)
        easiest = np.argsort(self.difficulty, kind="stable")[:size]
        orders = [
            generator.permutation(easiest)
            for _ in range(-(-self.num_examples // size))
        ]
        return np.concatenate(orders)[: self.num_examples]

    def _part(self, chosen: np.ndarray, shuffle: bool) -> MiniBatches:
        part = super()._part(chosen, shuffle)
        if not shuffle:
            return part
        return CurriculumBatches(
            part.X,
            part.y,
            self.batch_size,
            self.difficulty[chosen],
            start=self.start,
            num_passes=self.num_passes,
            ctx=self.ctx,
            transform=self._transform,
        )
