"""The landscapes that all tests of them run over."""

from __future__ import annotations

from d2l_ext.landscapes import (
    LANDSCAPES,
    quadratic,
)

import pytest

ALL = [
    *LANDSCAPES.values(),
    quadratic(7, angle=0.5),
    quadratic(1),
]


EVERY_LANDSCAPE = pytest.mark.parametrize(
    "landscape", ALL, ids=[*LANDSCAPES, "rotated", "round"]
)
