"""A sandbox is tried before it is trusted."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from d2l_course.sandbox import choose
from d2l_course.sandbox.base import Limits, SandboxError
from d2l_course.sandbox.bubblewrap import Bubblewrap
from d2l_course.sandbox.choose import (
    KINDS,
    RISK,
    attempt,
    choose_sandbox,
    make_sandbox,
    why_not,
)
from d2l_course.sandbox.container import Docker
from d2l_course.sandbox.unconfined import Unconfined

import pytest

needs_bubblewrap = pytest.mark.skipif(
    not shutil.which("bwrap"), reason="bubblewrap is not installed"
)


@needs_bubblewrap
def test_bubblewrap_holds(tmp_path):
    (tmp_path / "secret").write_text("x")
    sandbox = Bubblewrap(hidden=(tmp_path,))
    assert why_not(sandbox) is None
    assert choose_sandbox([sandbox]) is sandbox


def test_a_leaking_sandbox_is_found_out(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("x")
    monkeypatch.setattr(Unconfined, "program", "sh")
    reason = why_not(Unconfined(hidden=(tmp_path,)))
    assert reason.startswith("does not hold")
    assert f"read {tmp_path / 'secret'}" in reason
    for what in ("start a process", "fork", "open a socket"):
        # These the worker gives up by itself, sandbox or not.
        assert what not in reason


def test_a_machine_without_the_course_is_tried_too(tmp_path):
    could = attempt(Unconfined(hidden=(tmp_path / "elsewhere",)))
    assert "elsewhere" not in could
    # Without a sandbox, this package can be read.
    packages = Path(choose.__file__).parents[2]
    for name in ("d2l_course/cli.py", "d2l_check/_files/answers.npz"):
        assert f"read {packages / name}" in could


def test_the_attempt_leaves_nothing():
    attempt(Unconfined())
    for folder in ("/", "/usr", "/etc", sys.base_prefix):
        assert "d2l-ext-attempt" not in os.listdir(folder)


def test_without_any_sandbox_grading_is_refused_with_reasons(monkeypatch):
    monkeypatch.setattr(choose.shutil, "which", lambda _: None)
    with pytest.raises(SandboxError) as raised:
        choose_sandbox([kind() for kind in KINDS.values()])
    for part in ("bubblewrap: is not installed", "docker", "podman", RISK):
        assert part in str(raised.value)


def test_a_sandbox_that_does_not_start_says_why(tmp_path, monkeypatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'no daemon runs' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert why_not(Docker()) == "does not start: no daemon runs"


def test_who_accepts_the_risk_gets_no_sandbox():
    none = Unconfined()
    assert choose_sandbox([none]) is none


@pytest.mark.parametrize("kind", KINDS)
def test_a_sandbox_is_made_by_its_kind(kind, tmp_path):
    limits = Limits(memory=7)
    sandbox = make_sandbox(kind, limits, (tmp_path,), "tiny")
    assert sandbox.kind == kind
    assert (sandbox.limits, sandbox.hidden) == (limits, (tmp_path,))
    assert getattr(sandbox, "image", "tiny") == "tiny"
