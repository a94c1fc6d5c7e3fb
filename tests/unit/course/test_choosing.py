"""A sandbox is tried before it is trusted."""

from __future__ import annotations

import os
import shutil
import sys

from d2l_ext.course import choosing
from d2l_ext.course.arguments import RISK
from d2l_ext.course.choosing import choose_sandbox, why_not
from d2l_ext.course.sandbox import (
    BUBBLEWRAP,
    DOCKER,
    NONE,
    Sandbox,
    SandboxError,
)

import pytest

needs_bubblewrap = pytest.mark.skipif(
    not shutil.which("bwrap"), reason="bubblewrap is not installed"
)


@needs_bubblewrap
def test_bubblewrap_holds(tmp_path):
    (tmp_path / "secret").write_text("x")
    sandbox = Sandbox(hidden=(tmp_path,))
    assert why_not(sandbox) is None
    assert choose_sandbox(sandbox).kind == BUBBLEWRAP


def test_a_leaking_sandbox_is_found_out(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("x")
    monkeypatch.setitem(choosing._PROGRAMS, NONE, "sh")
    reason = why_not(Sandbox(NONE, hidden=(tmp_path,)))
    assert reason.startswith("does not hold")
    assert f"read {tmp_path / 'secret'}" in reason
    for what in ("start a process", "fork", "open a socket"):
        # These the worker gives up by itself, sandbox or not.
        assert what not in reason


def test_a_machine_without_the_course_is_tried_too(monkeypatch, tmp_path):
    monkeypatch.setitem(choosing._PROGRAMS, NONE, "sh")
    reason = why_not(Sandbox(NONE, hidden=(tmp_path / "elsewhere",)))
    assert "elsewhere" not in reason
    # Without a sandbox, this package can be read.
    assert f"read {choosing.__file__.removesuffix('course/choosing.py')}" in (
        reason
    )


def test_the_attempt_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setitem(choosing._PROGRAMS, NONE, "sh")
    why_not(Sandbox(NONE))
    for folder in ("/", "/usr", "/etc", sys.base_prefix):
        assert "d2l-ext-attempt" not in os.listdir(folder)


def test_without_any_sandbox_grading_is_refused_with_reasons(monkeypatch):
    monkeypatch.setattr(choosing.shutil, "which", lambda _: None)
    with pytest.raises(SandboxError) as raised:
        choose_sandbox(Sandbox())
    for part in ("bubblewrap: is not installed", "docker", "podman", RISK):
        assert part in str(raised.value)


def test_a_sandbox_that_does_not_start_says_why(tmp_path, monkeypatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'no daemon runs' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert why_not(Sandbox(DOCKER)) == "does not start: no daemon runs"


def test_who_accepts_the_risk_gets_no_sandbox():
    assert choose_sandbox(Sandbox(), (NONE,)).kind == NONE
