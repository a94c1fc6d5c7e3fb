"""What all kinds of sandbox share."""

from __future__ import annotations

from d2l_course.sandbox.base import Limits, Sandbox

import pytest


def test_limits_are_what_the_kernel_counts_in():
    limits = Limits(seconds=7, memory=2).of_resources()
    assert limits["AS"] == 2 * 2**20
    assert limits["CPU"] >= 7
    assert limits["CORE"] == 0


def test_a_sandbox_is_of_a_kind():
    with pytest.raises(TypeError, match="abstract"):
        Sandbox()
