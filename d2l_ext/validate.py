"""Refuses numbers outside their range, in the user's words."""

from __future__ import annotations

import math
from typing import Any

import numpy as onp


def whole_number(name: str, value: Any, smallest: int = 1) -> int:
    """Returns ``value`` if it is a whole number from ``smallest``.

    Raises
    ------
    ValueError
        If it is not; the message calls it ``name``.
    """
    if isinstance(value, bool) or not isinstance(value, (int, onp.integer)):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    if value < smallest:
        raise ValueError(f"{name} is {smallest} or more, not {value}")
    return int(value)


def positive(name: str, value: float) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} is a number above 0, not {value!r}")
    return value
