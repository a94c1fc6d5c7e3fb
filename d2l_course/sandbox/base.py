"""What all kinds of sandbox have in common: their limits and what they run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

_MEGABYTE = 1 << 20
#: What the worker finds as its environment.
ENVIRONMENT = {
    "HOME": "/tmp",
    "PATH": "/usr/bin",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    # A processor for each submission, and no memory set aside for threads.
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
#: What the machine is called inside.
HOST = "sandbox"


class SandboxError(RuntimeError):
    """Says why there is no sandbox, or that it did not start or hold."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    seconds, cell_seconds, call_seconds : float
        Of the whole notebook, of each of its cells and of each call.
    memory : int
        In megabytes.
    """

    seconds: float = 60.0
    cell_seconds: float = 20.0
    call_seconds: float = 5.0
    memory: int = 1024

    def memory_of_all(self) -> int:
        """Returns what the worker, and all around it, may have, in bytes."""
        return (self.memory + 128) * _MEGABYTE

    def of_resources(self) -> dict[str, int]:
        """Returns the limits that the kernel keeps, as RLIMIT names them."""
        return {
            "AS": self.memory * _MEGABYTE,
            "CPU": int(self.seconds) + 2,
            "FSIZE": 16 * _MEGABYTE,
            "NOFILE": 64,
            "NPROC": 32,
            "CORE": 0,
        }


@dataclass(frozen=True)
class Sandbox(ABC):
    """A way to start the worker, where a student's code can do no harm.

    Attributes
    ----------
    kind : str
        What it is called.
    program : str or None
        The program that makes it; None if nothing is made.
    limits : Limits
    hidden : tuple of Path
        Folders that must not be seen, even if they are among what is shown.
    """

    kind: ClassVar[str]
    program: ClassVar[str | None]

    limits: Limits = field(default_factory=Limits)
    hidden: tuple[Path, ...] = ()

    @abstractmethod
    def command(self, name: str) -> list[str]:
        """Returns the command that starts the worker.

        ``name`` is that of the container, if there is one.
        """

    def end_command(self, name: str) -> list[str]:
        """Returns the command that ends what outlives its first process."""
        return []

    def uid(self) -> int | None:
        """Returns the user that the worker becomes, None for the same."""
        return None
