"""Where submissions are graded: threads of this machine, or a Dask cluster.

A thread is enough for a submission: it waits for the sandbox, whose processes
do the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from d2l_course.course import CourseError
from d2l_course.sandbox.base import Sandbox, SandboxError
from d2l_course.sandbox.choose import choose_sandbox, why_not

#: What a cluster may have waiting, so that no worker is idle.
_AHEAD = 2
#: Seconds to wait for a scheduler.
_PATIENCE = 20.0


@contextmanager
def open_workers(
    candidates: Sequence[Sandbox], jobs: int, dask: str
) -> Iterator[tuple[Executor, int, Sandbox]]:
    """Opens an executor.

    Parameters
    ----------
    candidates : sequence of Sandbox
        What to try, in this order.
    jobs : int
        How many submissions are graded at a time, on this machine.
    dask : str
        The address of a Dask scheduler; empty for this machine.

    Yields
    ------
    tuple
        The executor, how many submissions to give it at a time, and the
        sandbox.

    Raises
    ------
    SandboxError
        If no sandbox works, here or on a machine of the cluster.
    CourseError
        If Dask is not installed, or there is no scheduler at the address.
    """
    if not dask:
        sandbox = choose_sandbox(candidates)
        with ThreadPoolExecutor(jobs) as pool:
            yield pool, jobs, sandbox
        return
    with _connected(dask) as client:
        sandbox = _on_all(client, candidates)
        width = _AHEAD * sum(client.nthreads().values())
        with client.get_executor(pure=False) as pool:
            yield pool, width, sandbox


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise CourseError(
            "Dask is not installed: pip install distributed"
        ) from None
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise CourseError(f"no Dask scheduler at {address}: {error}") from None
    with client:
        if not client.nthreads():
            raise CourseError(f"the Dask cluster at {address} has no workers")
        yield client


def _on_all(client: Any, candidates: Sequence[Sandbox]) -> Sandbox:
    """Returns a sandbox that works on all machines of a cluster."""
    reasons = []
    for sandbox in candidates:
        found = client.run(why_not, sandbox)
        failed = {where: why for where, why in found.items() if why}
        if not failed:
            return sandbox
        reasons += [
            f"  {sandbox.kind} on {w}: {why}" for w, why in failed.items()
        ]
    raise SandboxError(
        "no sandbox works on the cluster:\n" + "\n".join(reasons)
    )
