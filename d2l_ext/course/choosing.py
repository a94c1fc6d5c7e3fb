"""Chooses a sandbox that works on this machine, and tries whether it holds."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from d2l_ext.course.arguments import RISK
from d2l_ext.course.channel import Forfeit
from d2l_ext.course.sandbox import (
    BUBBLEWRAP,
    DOCKER,
    NONE,
    PODMAN,
    Sandbox,
    SandboxError,
)
from d2l_ext.course.session import Session
from d2l_ext.exercises.calling import VALUE

_PROGRAMS = {BUBBLEWRAP: "bwrap", DOCKER: "docker", PODMAN: "podman"}
#: Tries what no submission must be able to do; returns what it could.
_ATTEMPTS = """
import os, socket, subprocess, sys

def attempts(files):
    could = []
    def attempt(what, function, *arguments):
        try:
            function(*arguments)
        except OSError:
            return
        could.append(what)
    def fork():
        if not os.fork():
            os._exit(0)
    for file in files:
        attempt("read " + file, open, file)
    def write(folder):
        os.mkdir(folder + "/d2l-ext-attempt")
        os.rmdir(folder + "/d2l-ext-attempt")
    for folder in ("/", "/usr", "/etc", sys.base_prefix):
        attempt("write to " + folder, write, folder)
    attempt("open a socket", socket.socket)
    attempt("start a process", subprocess.run, [sys.executable, "-V"])
    attempt("fork", fork)
    if set(os.environ) & {"USER", "LOGNAME", "SHELL", "SUDO_USER", "SSH_TTY"}:
        could.append("read the environment")
    return tuple(could)
"""


def choose_sandbox(
    wish: Sandbox, kinds: tuple[str, ...] = (BUBBLEWRAP, DOCKER, PODMAN)
) -> Sandbox:
    """Returns the first kind of sandbox that starts and holds here.

    Parameters
    ----------
    wish : Sandbox
        Its limits, hidden folders and image are kept.
    kinds : tuple of str
        What to try, in this order. ``NONE`` is not examined.

    Raises
    ------
    SandboxError
        If there is none; the message says why, one line for each.
    """
    reasons = []
    for kind in kinds:
        sandbox = replace(wish, kind=kind)
        reason = None if kind == NONE else why_not(sandbox)
        if reason is None:
            return sandbox
        reasons.append(f"  {kind}: {reason}")
    raise SandboxError(
        "no sandbox works here, and grading runs the students' code:\n"
        + "\n".join(reasons)
        + "\nInstall bubblewrap (Debian: apt-get install bubblewrap), Docker "
        f"or Podman. To grade without, where you trust all students: {RISK}"
    )


def why_not(sandbox: Sandbox) -> str | None:
    """Returns why a sandbox cannot be used, None if it can."""
    if not shutil.which(_PROGRAMS[sandbox.kind]):
        return "is not installed"
    try:
        could = _attempt(sandbox)
    except (SandboxError, Forfeit, LookupError) as error:
        return str(error)
    return f"does not hold: the code can {could}" if could else None


def _attempt(sandbox: Sandbox) -> str:
    """Returns what a worker could do, that it must not, in words."""
    files = tuple(
        os.fspath(path)
        for folder in (*sandbox.hidden, Path(__file__).parents[1])
        # A machine of a cluster has no course.
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file()
    )
    with Session(sandbox) as session:
        session.run([_ATTEMPTS], "attempts")
        outcome = session.call("attempts", (files,))
    if outcome.kind != VALUE:
        raise SandboxError(f"does not run Python: {outcome.message}")
    return ", ".join(outcome.value)
