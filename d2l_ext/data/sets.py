"""The data sets by their names, and the one of the scale that is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from d2l_ext.config import settings
from d2l_ext.data.digits import load_digits
from d2l_ext.data.fashion import load_fashion_mnist
from d2l_ext.data.minibatches import MiniBatches

#: What loads each data set; a further one is a module beside this and a line.
SETS: dict[str, Callable[..., tuple[MiniBatches, MiniBatches]]] = {
    "digits": load_digits,
    "fashion-mnist": load_fashion_mnist,
}


def load_images(
    *, quick: Mapping[str, Any], full: Mapping[str, Any]
) -> tuple[MiniBatches, MiniBatches]:
    """Returns the data set of the scale that is set.

    Parameters
    ----------
    quick : mapping
        Arguments of :func:`load_digits`, for the scale ``quick``.
    full : mapping
        Arguments of :func:`load_fashion_mnist`, for the scale ``full``.

    Returns
    -------
    train_iter, test_iter : MiniBatches
        As from these functions.
    """
    if settings().full:
        return SETS["fashion-mnist"](**full)
    return SETS["digits"](**quick)
