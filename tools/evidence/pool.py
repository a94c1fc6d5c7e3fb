"""Where the measurements run: a Dask cluster, on this machine by default."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.evidence import process, worker
from tools.evidence.book import EvidenceError

#: Seconds to wait for a scheduler.
PATIENCE = 10.0


class Pool:
    """Runs measurements.

    Parameters
    ----------
    executor : Executor
    width : callable
        Returns how many run at a time.
    gone : callable
        Returns why no more can run, in a sentence; empty if they can.
    """

    def __init__(
        self,
        executor: Executor,
        width: Callable[[], int],
        gone: Callable[[], str] = str,
    ) -> None:
        self._executor = executor
        self.width = width
        self.gone = gone
        self._program = Path(process.__file__).read_text(encoding="utf-8")

    def submit(
        self, job: dict[str, Any], limit: float
    ) -> Future[dict[str, Any]]:
        """Starts a measurement; see :func:`tools.evidence.worker.measure`."""
        return self._executor.submit(worker.measure, self._program, job, limit)


@contextmanager
def open_pool(scheduler: str, workers: int) -> Iterator[Pool]:
    """Opens a pool.

    Parameters
    ----------
    scheduler : str
        The address of a Dask scheduler; empty for a cluster of this machine.
    workers : int
        How many processes that has, with a thread each.

    Raises
    ------
    EvidenceError
        If Dask is not installed, or there is no scheduler at the address.
    """
    try:
        import cloudpickle
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise EvidenceError(
            "Dask is not installed: pip install distributed"
        ) from None
    # The workers need no checkout.
    cloudpickle.register_pickle_by_value(worker)
    quiet = logging.CRITICAL
    logging.getLogger("distributed").setLevel(quiet)
    # A task that kills its worker is tried again here, and counted.
    once = {"distributed.scheduler.allowed-failures": 0}
    with dask.config.set(once):
        if scheduler:
            with _connected(Client, scheduler) as client:
                yield _pool(client, scheduler)
            return
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                dashboard_address=None,
                silence_logs=quiet,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield _pool(client, cluster.scheduler_address)


@contextmanager
def _connected(connect: Any, address: str) -> Iterator[Any]:
    try:
        client = connect(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        reason = (str(error).splitlines() or [""])[0]
        raise EvidenceError(
            f"no Dask scheduler at {address}: {reason}"
        ) from None
    with client:
        if not client.nthreads():
            raise EvidenceError(
                f"the Dask cluster at {address} has no workers"
            )
        yield client


def _pool(client: Any, address: str) -> Pool:
    def width() -> int:
        if client.status != "running":
            return 1
        return max(1, sum(client.nthreads().values()))

    def gone() -> str:
        if client.status == "running":
            return ""
        return f"the Dask scheduler at {address} is gone"

    return Pool(client.get_executor(pure=False), width, gone)
