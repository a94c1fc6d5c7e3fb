"""Refuses numbers outside their range, in the user's words."""

from __future__ import annotations

import math
from typing import Any

import numpy as onp


def whole_number(
    name: str, value: Any, smallest: int = 1, largest: int | None = None
) -> int:
    """Returns ``value``, Python's or NumPy's, as a whole number of Python's.

    Raises
    ------
    ValueError
        If it is none from ``smallest`` to ``largest``; the message calls it
        ``name``.
    """
    if isinstance(value, bool) or not isinstance(value, (int, onp.integer)):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    if largest is not None and not smallest <= value <= largest:
        raise ValueError(f"{name} is {smallest} to {largest}, not {value}")
    if value < smallest:
        raise ValueError(f"{name} is {smallest} or more, not {value}")
    return int(value)


def positive(name: str, value: float) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} is a number above 0, not {value!r}")
    return value
