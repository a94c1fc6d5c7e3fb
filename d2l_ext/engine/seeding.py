"""One seed for Python, NumPy and MXNet."""

from __future__ import annotations

import random
from dataclasses import dataclass

from d2l_ext.config import MAX_SEED, settings
from d2l_ext.validate import whole_number

import mxnet as mx
import numpy as np


@dataclass
class _Seeding:
    """What :func:`seed` did last; loaders draw their order from it."""

    value: int = 0
    count: int = 0


_last = _Seeding()


def seed(value: int | None = None) -> int:
    """Seeds Python, NumPy, MXNet on every context, and the mini-batches.

    Call it before building a network and training it: the same seed gives the
    same initial weights, order of examples and dropout masks.

    Parameters
    ----------
    value : int, optional
        From 0 to 2**31 - 1; by default the setting ``D2L_EXT_SEED``.

    Returns
    -------
    int
        The seed.

    Raises
    ------
    ValueError
        If ``value`` is not a whole number in that range.
    """
    if value is None:
        value = settings().seed
    value = whole_number("seed", value, 0, MAX_SEED)
    random.seed(value)
    np.random.seed(value)  # noqa: NPY002 - MXNet's initializers draw from it
    mx.random.seed(value)
    _last.value, _last.count = value, _last.count + 1
    return value


class SeededGenerator:
    """A NumPy generator that starts anew whenever :func:`seed` is called.

    Each owner has its own, so that what one draws does not change what
    another one gets.
    """

    def __init__(self) -> None:
        self._count = -1
        self._generator = np.random.default_rng(0)

    def __call__(self) -> np.random.Generator:
        """Returns the generator, seeded by the last :func:`seed`."""
        if _last.count == 0:
            seed()
        if self._count != _last.count:
            self._count = _last.count
            self._generator = np.random.default_rng(_last.value)
        return self._generator
