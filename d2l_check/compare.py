"""What distinguishes a result from the right one, in the student's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from d2l_check.outcome import Kind
from d2l_check.values import is_close

import numpy as np


@dataclass(frozen=True)
class Difference:
    """How a result differs from the right one.

    Attributes
    ----------
    kind : Kind
        ``WRONG_TYPE``, ``WRONG_SHAPE``, ``NOT_FINITE`` or ``WRONG``.
    message : str
        What is returned and what should be, after "returns". It has shapes
        and counts, and no value of the right result.
    """

    kind: Kind
    message: str


def difference(expected: Any, got: Any) -> Difference | None:
    """Returns how ``got`` differs from ``expected``, None if it does not.

    Parameters
    ----------
    expected : array, number, truth value, text or tuple of these
        The right result.
    got
        What the student's function returned: anything. A list, or an array
        along its first axis, stands for a tuple, and numbers of any type for
        numbers.
    """
    if isinstance(expected, tuple):
        return _of_tuples(expected, got)
    if _kind(expected) != _kind(got):
        advice = _advice(expected, got)
        return Difference(Kind.WRONG_TYPE, _instead(expected, got) + advice)
    if isinstance(expected, str):
        return None if expected == got else Difference(Kind.WRONG, _OTHER_TEXT)
    if np.shape(expected) != np.shape(got):
        return Difference(Kind.WRONG_SHAPE, _instead(expected, got) + ".")
    return _of_numbers(np.asarray(expected), np.asarray(got))


_OTHER_TEXT = "another text than the right one."
_KINDS = dict.fromkeys("iuf", "number") | {"b": "truth value"}
#: By their names, which are all that the sandbox lets through.
_MXNET = dict.fromkeys(("ndarray", "NDArray"), "MXNet array")
_NAMES = {*_KINDS.values(), "text"}


def describe(value: Any) -> str:
    """Returns what a value is: ``an array of numbers of shape (2, 3)``."""
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {_kind(value)}s of shape {value.shape}"
    kind = _kind(value)
    vowel = kind[0] in "AEIOUaeiou" or kind in _MXNET.values()
    return f"{'an' if vowel else 'a'} {kind}"


def _instead(expected: Any, got: Any) -> str:
    return f"{describe(got)} instead of {describe(expected)}"


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        dtype = np.asarray(value).dtype
        return _KINDS.get(dtype.kind, f"{dtype.name} value")
    name = type(value).__name__
    # A student's own class may have any name.
    name = f"{name} object" if name in _NAMES else name
    return _MXNET.get(name, name)


def _advice(expected: Any, got: Any) -> str:
    """Returns how to make a result one of the right type, if we know."""
    if got is None:
        return ": is the `return` missing?"
    if isinstance(expected, np.ndarray) and isinstance(got, (tuple, list)):
        return ": put `np.array(…)` around it."
    if _kind(got) in _MXNET.values():
        return ": compute with NumPy's own functions, `import numpy as np`."
    return "."


def _of_tuples(expected: tuple, got: Any) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim:
        got = tuple(got) if len(got) == len(expected) else got
    if not isinstance(got, (tuple, list)) or len(got) != len(expected):
        return Difference(Kind.WRONG_TYPE, _instead(expected, got) + ".")
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
            Kind.NOT_FINITE,
            f"NaN or infinity{_of(broken)} where the right result is finite: "
            "is there a division by 0, or the root or logarithm of a number "
            "that is not positive?",
        )
    wrong = ~is_close(expected, got)
    if not wrong.any():
        return None
    return Difference(
        Kind.WRONG, f"a wrong value{_of(wrong)}{_how(expected, got)}"
    )


def _how(expected: np.ndarray, got: np.ndarray) -> str:
    """Returns what wrong numbers have in common with the right ones."""
    numbers = expected.dtype.kind != "b" and np.isfinite(expected).all()
    if not numbers or len(np.unique(expected)) < 2:
        # All that follows could be so by accident.
        return "."
    with np.errstate(all="ignore"):
        if is_close(expected, -got).all():
            return ": all have the opposite sign."
        if is_close(np.sort(expected, None), np.sort(got, None)).all():
            return ": the right numbers are all there, in another order."
        if is_close(expected, got / _factor(expected, got)).all():
            return ": all are the right ones times the same factor."
        if np.abs(got - expected).max() > _NEARLY * np.abs(expected).max():
            return "."
    if got.dtype.kind == "f" and got.dtype.itemsize < expected.dtype.itemsize:
        return f": your numbers are {got.dtype}, which rounds. Use float64."
    return ", and none is far off: look at the last digits."


#: Near enough for a mistake that hides behind the first digits.
_NEARLY = 2e-3


def _factor(expected: np.ndarray, got: np.ndarray) -> float:
    largest = np.unravel_index(np.argmax(abs(expected)), expected.shape)
    return got[largest] / expected[largest]


def _of(where: np.ndarray) -> str:
    """Returns `` in 2 of 8 places``, or nothing for a single value."""
    if not where.ndim:
        return ""
    return f" in {np.count_nonzero(where)} of {where.size} places"
