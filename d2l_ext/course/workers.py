"""Where submissions are graded: threads of this machine, or a Dask cluster.

A thread is enough for a submission: it waits for the sandbox, whose processes
do the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from d2l_ext.course.choosing import choose_sandbox, why_not
from d2l_ext.course.folder import CourseError
from d2l_ext.course.sandbox import NONE, Sandbox, SandboxError

#: What a cluster may have waiting, so that no worker is idle.
_AHEAD = 2
#: Seconds to wait for a scheduler.
_PATIENCE = 20.0


@contextmanager
def open_workers(
    wish: Sandbox, kinds: tuple[str, ...], jobs: int, dask: str
) -> Iterator[tuple[Executor, int, Sandbox]]:
    """Opens an executor.

    Parameters
    ----------
    wish : Sandbox
        Its limits and hidden folders are kept.
    kinds : tuple of str
        The kinds of sandbox to try.
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
        sandbox = choose_sandbox(wish, kinds)
        with ThreadPoolExecutor(jobs) as pool:
            yield pool, jobs, sandbox
        return
    with _connected(dask) as client:
        sandbox = _on_all(client, wish, kinds)
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


def _on_all(client: Any, wish: Sandbox, kinds: tuple[str, ...]) -> Sandbox:
    """Returns a sandbox that works on all machines of a cluster."""
    reasons = []
    for kind in kinds:
        sandbox = replace(wish, kind=kind)
        if kind == NONE:
            return sandbox
        found = client.run(why_not, sandbox)
        failed = {where: why for where, why in found.items() if why}
        if not failed:
            return sandbox
        reasons += [f"  {kind} on {w}: {why}" for w, why in failed.items()]
    raise SandboxError(
        "no sandbox works on the cluster:\n" + "\n".join(reasons)
    )
