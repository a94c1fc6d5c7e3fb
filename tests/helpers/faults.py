"""What answers do wrongly at the corners of what a parameter may be.

Each fault is the right answer, but for one parameter that it takes for
something else where it is 0, negative, of an integer type or of size 1.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import numpy as np

from tools.exercises.corners import parse


def faults(
    answer: Callable[..., Any], may_be: dict[str, str]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yields the faults of an answer, each with its name."""
    for name, words in may_be.items():
        domain = parse(words)
        if domain.is_truth or domain.is_tuple:
            continue
        if domain.has(-1):
            yield f"{name} without its sign", _replacing(answer, name, np.abs)
        if domain.has(0):
            yield f"{name} never 0", _replacing(answer, name, _never_zero)
            yield f"{name} hardly 0", _replacing(answer, name, _hardly_zero)
        if domain.is_array and domain.integers and domain.floats:
            text = f"a result of the type of {name}"
            yield text, _of_its_type(answer, name)

    yield "a result without axes of length 1", _squeezed(answer)


def _squeezed(answer):
    @wraps(answer)
    def changed(*args):
        result = answer(*args)
        if isinstance(result, tuple):
            return tuple(map(np.squeeze, result))
        return np.squeeze(result)

    return changed


def _replacing(answer, name, change):
    signature = inspect.signature(answer)

    @wraps(answer)
    def changed(*args):
        given = signature.bind(*args).arguments
        value = change(given[name])
        # NumPy makes NumPy's numbers of Python's.
        given[name] = value.item() if np.ndim(value) == 0 else value
        return answer(**given)

    return changed


def _never_zero(value):
    one = np.ones_like(value)
    return np.where(np.equal(value, 0), one, value)


def _hardly_zero(value):
    return np.where(np.equal(value, 0), 1e-3, value)


def _of_its_type(answer, name):
    signature = inspect.signature(answer)

    @wraps(answer)
    def changed(*args):
        like = signature.bind(*args).arguments[name]
        result = answer(*args)
        if isinstance(result, tuple):
            return tuple(_like(part, like) for part in result)
        return _like(result, like)

    return changed


def _like(result, like):
    """Returns a result in an array that was made like another."""
    if not isinstance(result, np.ndarray):
        return result
    array = np.zeros_like(like, shape=result.shape)
    array[...] = result
    return array
