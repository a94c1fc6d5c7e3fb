"""What answers take and return: arrays, numbers, truth values and texts."""

from __future__ import annotations

from typing import Any

import numpy as np

#: How far a right result may be off: other sums in another order. Whole
#: numbers and truth values come without rounding.
RTOL = 1e-6
ATOL = 1e-9
#: In float32, which has half of the digits and which most layers compute in.
TOLERANCE_32 = 1e-5


def plain(value: Any) -> Any:
    """Returns a copy of ``value`` that nobody else can change.

    NumPy's scalars and arrays without axes become Python's numbers. What is no
    value of an exercise is returned as it is: see :func:`is_value`.
    """
    if isinstance(value, np.ndarray):
        # A subclass, such as np.matrix, would compute in its own way.
        array = np.array(value, subok=False)
        return array.item() if array.ndim == 0 else array
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (tuple, list)):
        # Named tuples, too, become tuples.
        return (tuple if isinstance(value, tuple) else list)(map(plain, value))
    return value


def is_value(value: Any) -> bool:
    """Whether ``value`` is what an exercise may take or return.

    That is an array of truth values or real numbers, a truth value, a real
    number, a text, or a tuple of these.
    """
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf"
    if isinstance(value, tuple):
        return all(map(is_value, value))
    return isinstance(value, (bool, int, float, str))


def count(value: Any) -> int:
    """Returns how many numbers there are in a value."""
    if isinstance(value, tuple):
        return sum(map(count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last bit, in type and shape."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    return type(one) is type(other) and repr(one) == repr(other)


def is_close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Returns where two arrays of the same shape agree, but for rounding.

    ``one`` is the right one, and ``other`` a student's, of any type.
    """
    if one.dtype.kind in "biu":
        return np.isclose(other, one, rtol=0, atol=RTOL)
    if other.dtype == np.float32:
        tolerance = TOLERANCE_32
        return np.isclose(other, one, tolerance, tolerance, equal_nan=True)
    return np.isclose(other, one, rtol=RTOL, atol=ATOL, equal_nan=True)
