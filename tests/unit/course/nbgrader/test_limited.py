"""A function that takes too long, or too much, is stopped."""

from __future__ import annotations

import os
import time

from d2l_course.nbgrader import limited
from d2l_course.nbgrader.limited import Stopped, within

import pytest

# What is called is found by its name, in a process of its own.


def test_a_function_is_called_in_another_process():
    assert within(60, os.path.join, "a", "b") == "a/b"
    assert within(60, os.getenv, "PATH") == os.environ["PATH"]


def test_one_that_does_not_return_is_stopped():
    with pytest.raises(Stopped, match="more than 1 s"):
        within(1, max, range(10**18))


def test_one_that_only_waits_is_stopped_later(monkeypatch):
    monkeypatch.setattr(limited, "WAITS", 0.5)
    with pytest.raises(Stopped, match="more than 1 s"):
        within(1, time.sleep, 600)


def test_a_busy_machine_costs_no_answer():
    # It waits for longer than it may compute.
    assert within(1, time.sleep, 3) is None


def test_one_that_raises_says_what():
    with pytest.raises(Stopped, match="FileNotFoundError"):
        within(60, os.listdir, "/there/is/no/such/folder")


def test_one_that_dies_is_no_harm():
    with pytest.raises(Stopped):
        within(60, os._exit, 3)


def test_what_it_says_is_short():
    with pytest.raises(Stopped) as caught:
        within(60, os.listdir, "x" * 10_000)
    assert len(str(caught.value)) <= 200
