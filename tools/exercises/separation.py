"""Whether the inputs of an exercise tell its wrong answers apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from d2l_check.cases import Cases, Raises
from d2l_check.compare import difference

import numpy as np


def confused(cases: Cases) -> Iterator[str]:
    """Yields which answers look the same on all the cases, in a sentence.

    A wrong answer must return something wrong at least once: one that only
    ever raises could be any broken function.
    """
    for name in cases.hints:
        pairs = ((case.expected, case.wrong[name]) for case in cases)
        if not any(_returns_another(*pair) for pair in pairs):
            yield f"the wrong answer {name!r} never returns a wrong result"
    for one, other in combinations(cases.hints, 2):
        pairs = ((case.wrong[one], case.wrong[other]) for case in cases)
        if not any(_differ(*pair) for pair in pairs):
            yield f"the wrong answers {one!r} and {other!r} look the same"


def _returns_another(expected: Any, wrong: Any) -> bool:
    return not isinstance(wrong, Raises) and _differ(expected, wrong)


def _differ(one: Any, other: Any) -> bool:
    if isinstance(one, Raises) and isinstance(other, Raises):
        return one != other
    if isinstance(one, Raises) or isinstance(other, Raises):
        return True
    return difference(one, _in_float32(other)) is not None


def _in_float32(value: Any) -> Any:
    """Returns what an answer that computes in float32 would return.

    Such results may be off by more, and wrong ones must still be seen.
    """
    if isinstance(value, tuple):
        return tuple(map(_in_float32, value))
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        with np.errstate(all="ignore"):
            return value.astype(np.float32)
    return value
