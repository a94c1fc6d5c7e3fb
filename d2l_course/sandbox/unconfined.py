"""No sandbox: for an instructor who trusts all students, in so many words."""

from __future__ import annotations

from typing import ClassVar

from d2l_course.sandbox.base import Sandbox
from d2l_course.sandbox.mounts import WORKER, python


class Unconfined(Sandbox):
    """The worker as a process like any other; its limits still hold."""

    kind: ClassVar[str] = "none"
    program: ClassVar[str | None] = None

    def command(self, name: str) -> list[str]:
        """Returns the command that starts the worker."""
        return python(WORKER)
