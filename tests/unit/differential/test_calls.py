"""What works on NumPy 1.23.5 works on this NumPy, and gives the same."""

from __future__ import annotations

import json
from typing import Any

import d2l_ext  # noqa: F401 - makes MXNet importable

import pytest
from numpy_calls import GOLDEN, ROWS, result

RECORDED = json.loads(GOLDEN.read_text(encoding="utf-8"))

#: Processors and libraries differ in the last digits of float32.
RELATIVE, ABSOLUTE = 1e-4, 1e-5


def close(found: Any) -> Any:
    """Returns a value that equals what is close to it, number by number."""
    if isinstance(found, dict):
        return {name: close(value) for name, value in found.items()}
    if isinstance(found, list):
        return [close(value) for value in found]
    if isinstance(found, float):
        return pytest.approx(found, rel=RELATIVE, abs=ABSOLUTE, nan_ok=True)
    return found


def test_the_golden_file_has_each_call():
    expressions = [expression for expression, _ in ROWS]
    assert list(RECORDED) == expressions
    assert len(expressions) >= 150


# MXNet warns of its own old names, and asks SciPy for one.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("expression", "is_numpy"), ROWS)
def test_a_call_gives_what_it_gave_on_numpy_1(expression, is_numpy):
    assert result(expression, is_numpy) == close(RECORDED[expression])
