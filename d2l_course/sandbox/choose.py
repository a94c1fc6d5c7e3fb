"""Chooses a sandbox that works on this machine, and tries whether it holds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from d2l_check.outcome import Kind
from d2l_course.sandbox.base import Limits, Sandbox, SandboxError
from d2l_course.sandbox.bubblewrap import Bubblewrap
from d2l_course.sandbox.channel import Forfeit
from d2l_course.sandbox.container import Container, Docker, Podman
from d2l_course.sandbox.session import Session

#: The kinds that confine, in the order in which they are tried.
KINDS: dict[str, type[Sandbox]] = {
    kind.kind: kind for kind in (Bubblewrap, Docker, Podman)
}
#: The option of an instructor who wants none.
RISK = "--without-sandbox-i-accept-the-risk"
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
    for folder in ("/", "/tmp", "/usr", "/etc", sys.base_prefix):
        attempt("write to " + folder, write, folder)
    attempt("open a socket", socket.socket)
    attempt("start a process", subprocess.run, [sys.executable, "-V"])
    attempt("fork", fork)
    if set(os.environ) & {"USER", "LOGNAME", "SHELL", "SUDO_USER", "SSH_TTY"}:
        could.append("read the environment")
    return tuple(could)
"""


def make_sandbox(
    kind: str, limits: Limits, hidden: tuple[Path, ...], image: str
) -> Sandbox:
    """Returns a sandbox of one of ``KINDS``; containers have an image."""
    options = {"image": image} if issubclass(KINDS[kind], Container) else {}
    return KINDS[kind](limits=limits, hidden=hidden, **options)


def choose_sandbox(candidates: Sequence[Sandbox]) -> Sandbox:
    """Returns the first sandbox that starts and holds here.

    Parameters
    ----------
    candidates : sequence of Sandbox
        What to try, in this order. What confines nothing is not examined.

    Raises
    ------
    SandboxError
        If there is none; the message says why, one line for each.
    """
    reasons = []
    for sandbox in candidates:
        reason = why_not(sandbox)
        if reason is None:
            return sandbox
        reasons.append(f"  {sandbox.kind}: {reason}")
    raise SandboxError(
        "no sandbox works here, and grading runs the students' code:\n"
        + "\n".join(reasons)
        + "\nInstall bubblewrap (Debian: apt-get install bubblewrap), Docker "
        f"or Podman. To grade without, where you trust all students: {RISK}"
    )


def why_not(sandbox: Sandbox) -> str | None:
    """Returns why a sandbox cannot be used, None if it can."""
    if sandbox.program is None:
        return None
    if not shutil.which(sandbox.program):
        return "is not installed"
    try:
        could = attempt(sandbox)
    except (SandboxError, Forfeit, LookupError) as error:
        return str(error)
    return f"does not hold: the code can {could}" if could else None


def attempt(sandbox: Sandbox) -> str:
    """Returns what a worker could do, that it must not, in words."""
    files = tuple(
        os.fspath(path)
        for folder in (*sandbox.hidden, *_own_folders())
        # A machine of a cluster has no course.
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file()
    )
    with Session(sandbox) as session:
        session.run([_ATTEMPTS], "attempts")
        outcome = session.call("attempts", (files,))
    if outcome.kind != Kind.VALUE:
        raise SandboxError(f"does not run Python: {outcome.message}")
    return ", ".join(outcome.value)


def _own_folders() -> list[Path]:
    """Returns folders of the project, right answers' among them."""
    packages = Path(__file__).parents[2]
    return [packages / "d2l_course", packages / "d2l_check" / "_files"]
