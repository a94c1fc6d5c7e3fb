"""What distinguishes a result from the right one, in the student's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from d2l_ext.exercises.values import is_close

import numpy as np

WRONG_TYPE = "wrong-type"
WRONG_SHAPE = "wrong-shape"
NOT_FINITE = "not-finite"
WRONG = "wrong"


@dataclass(frozen=True)
class Difference:
    """How a result differs from the right one.

    Attributes
    ----------
    kind : str
        ``WRONG_TYPE``, ``WRONG_SHAPE``, ``NOT_FINITE`` or ``WRONG``.
    message : str
        What is returned and what should be, after "returns". It has shapes
        and counts, and no value of the right result.
    """

    kind: str
    message: str


def difference(expected: Any, got: Any) -> Difference | None:
    """Returns how ``got`` differs from ``expected``, None if it does not.

    Parameters
    ----------
    expected : array, number, truth value, text or tuple of these
        The right result.
    got
        What the student's function returned: anything. A list stands for a
        tuple, and numbers of any type for numbers.
    """
    if isinstance(expected, tuple):
        return _of_tuples(expected, got)
    if _kind(expected) != _kind(got):
        missing = ": is the `return` missing?" if got is None else "."
        return Difference(WRONG_TYPE, _instead(expected, got) + missing)
    if isinstance(expected, str):
        return None if expected == got else Difference(WRONG, _OTHER_TEXT)
    if np.shape(expected) != np.shape(got):
        return Difference(WRONG_SHAPE, _instead(expected, got) + ".")
    return _of_numbers(np.asarray(expected), np.asarray(got))


_OTHER_TEXT = "another text than the right one."
_KINDS = dict.fromkeys("iuf", "number") | {"b": "truth value"}


def describe(value: Any) -> str:
    """Returns what a value is: ``an array of numbers of shape (2, 3)``."""
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {_kind(value)}s of shape {value.shape}"
    return f"a {_kind(value)}"


def _instead(expected: Any, got: Any) -> str:
    return f"{describe(got)} instead of {describe(expected)}"


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        dtype = np.asarray(value).dtype
        return _KINDS.get(dtype.kind, f"{dtype.name} value")
    return type(value).__name__


def _of_tuples(expected: tuple, got: Any) -> Difference | None:
    if not isinstance(got, (tuple, list)) or len(got) != len(expected):
        return Difference(WRONG_TYPE, _instead(expected, got) + ".")
    pairs = zip(expected, got, strict=True)
    for number, pair in enumerate(pairs, start=1):
        found = difference(*pair)
        if found:
            where = f"as result {number} of {len(expected)} "
            return Difference(found.kind, where + found.message)
    return None


def _of_numbers(expected: np.ndarray, got: np.ndarray) -> Difference | None:
    broken = np.isfinite(expected) & ~np.isfinite(got)
    if broken.any():
        return Difference(
            NOT_FINITE,
            f"NaN or infinity{_of(broken)} where the right result is finite: "
            "is there a division by 0, or the root or logarithm of a number "
            "that is not positive?",
        )
    wrong = ~is_close(expected, got)
    if not wrong.any():
        return None
    return Difference(WRONG, f"a wrong value{_of(wrong)}.")


def _of(where: np.ndarray) -> str:
    """Returns `` in 2 of 8 places``, or nothing for a single value."""
    if not where.ndim:
        return ""
    return f" in {np.count_nonzero(where)} of {where.size} places"
