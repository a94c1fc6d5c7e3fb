"""Runs jobs side by side, the longest first, and says how far they are."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import (
    Awaitable,
    Callable,
    Coroutine,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """Something to do.

    Attributes
    ----------
    name : str
        What the person who waits calls it.
    run : callable
        Does it, and returns why it failed; ``None`` if it did not.
    expected : float
        How long it takes, in any unit that all jobs share.
    """

    name: str
    run: Callable[[], Awaitable[str | None]]
    expected: float = 0.0


def cores() -> int:
    """Returns how many jobs run side by side."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


#: CPU seconds of chapters, measured once on one machine: what counts is the
#: order. A wrong one costs a little time, and nothing else.
_MEASURED = {
    "activations": 131,
    "adaptive": 76,
    "batch-norm": 154,
    "batch-norm-in-practice": 144,
    "densenet": 72,
    "dropout": 99,
    "gradient-descent": 74,
    "initialization": 75,
    "installation": 10,
    "landscapes": 93,
    "momentum": 72,
    "resnet": 130,
}


def expected_seconds(chapter: Path) -> float:
    """Returns about how long a chapter takes that was never executed here.

    One that is new is taken for the longest: if it comes last and is long,
    one core waits for it and the others have nothing to do.
    """
    return _MEASURED.get(chapter.stem, math.inf)


def run_all(jobs: Sequence[Job], width: int) -> dict[str, str]:
    """Runs jobs, `width` at a time, and prints a line as each one ends.

    A job that fails stops no other. Ctrl-C ends those that run.

    Returns
    -------
    dict of str to str
        Why each job failed that did, by name.
    """
    failures: dict[str, str] = {}
    gate = asyncio.Semaphore(width)

    async def run_one(job: Job) -> tuple[Job, str | None, float]:
        async with gate:
            start = time.monotonic()
            error = await job.run()
            return job, error, time.monotonic() - start

    async def run_them() -> None:
        longest_first = sorted(jobs, key=lambda job: -job.expected)
        running = [asyncio.ensure_future(run_one(j)) for j in longest_first]
        for ended, each in enumerate(asyncio.as_completed(running), 1):
            job, error, seconds = await each
            mark = ""
            if error is not None:
                failures[job.name], mark = error, "  FAILED"
            line = f"[{ended} of {len(jobs)}] {job.name}  {seconds:.0f} s"
            print(line + mark, flush=True)

    wait_for(run_them())
    return failures


async def run_command(
    *command: str | Path,
    cwd: Path,
    environ: Mapping[str, str] | None = None,
) -> str | None:
    """Runs a command; returns what it printed if it fails, or ``None``."""
    process = await asyncio.create_subprocess_exec(
        *map(os.fspath, command),
        cwd=cwd,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
    return printed.decode(errors="replace") if process.returncode else None


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that leaves signals alone.

    The client of a notebook would answer Ctrl-C by ending its kernel, and the
    other kernels would go on.
    """

    def add_signal_handler(self, *_: Any) -> None:
        raise NotImplementedError


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end, an error or Ctrl-C; then nothing runs."""
    loop = _Loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            # What ended them has been said already.
            ended = asyncio.gather(*left, return_exceptions=True)
            loop.run_until_complete(ended)
        loop.close()
