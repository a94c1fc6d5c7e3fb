"""A sandbox of namespaces, made by bubblewrap.

It gives the worker a file system of its own with the Python installation in
it, and nothing that can be written; no network, no other processes, no
environment.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from d2l_course.sandbox.base import ENVIRONMENT, HOST, Sandbox
from d2l_course.sandbox.cgroup import entering, leaving, parent
from d2l_course.sandbox.mounts import (
    DEVICES,
    INSIDE,
    masked,
    mounts,
    parents,
    python,
)

_SHARE_NOTHING = ["--unshare-all"]
#: Root needs no user namespace; the worker becomes another user.
_AS_ROOT = [
    *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
    *("--unshare-cgroup-try", "--cap-drop", "ALL"),
    *("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
]


@dataclass(frozen=True)
class Bubblewrap(Sandbox):
    """The worker in namespaces of its own."""

    kind: ClassVar[str] = "bubblewrap"
    program: ClassVar[str | None] = "bwrap"

    def command(self, name: str) -> list[str]:
        """Returns the command that starts the worker."""
        shown = mounts()
        options = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
        options += _SHARE_NOTHING if self.uid() is None else _AS_ROOT
        options += ["--hostname", HOST]
        for variable, value in ENVIRONMENT.items():
            options += ["--setenv", variable, value]
        # First, for Python may be below /tmp.
        options += ["--perms", "0755", "--tmpfs", "/tmp"]
        # Bubblewrap would make them for root alone.
        for folder in parents([*shown.values(), *DEVICES]):
            options += ["--perms", "0755", "--dir", folder]
        for outside, inside in shown.items():
            options += ["--ro-bind", outside, inside]
        for device in DEVICES:
            options += ["--dev-bind", device, device]
        covered = masked(shown, self.hidden)
        for folder in covered:
            options += ["--tmpfs", folder]
        # No file, folder or link is made: the kernel's memory for these is
        # counted nowhere.
        for folder in (*covered, "/tmp", "/"):
            options += ["--remount-ro", folder]
        options += ["--chdir", "/tmp", "--"]
        options += python(INSIDE)
        group = _group(name)
        if group is None:
            return options
        return entering(group, self.limits.memory_of_all(), options)

    def end_command(self, name: str) -> list[str]:
        """Returns the command that removes the group of the worker."""
        group = _group(name)
        return [] if group is None else leaving(group)

    def uid(self) -> int | None:
        """Returns the user that the worker becomes: nobody else is it.

        The kernel does not count the processes of root, so a grader that is
        root starts the worker as root, which drops all rights itself.
        """
        if os.geteuid() != 0:
            return None
        return 1_000_000_000 + secrets.randbelow(1_000_000_000)


def _group(name: str) -> Path | None:
    above = parent()
    return above and above / name
