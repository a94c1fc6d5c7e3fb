"""Measures tasks side by side, and tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    wait,
)
from typing import Any

from tools.evidence.book import Book, EvidenceError
from tools.evidence.kept import FAILED, OK, Run
from tools.evidence.pool import Pool
from tools.evidence.tasks import Estimate, Task

#: How often it is looked whether the scheduler is still there, in seconds.
GLANCE = 2.0


class Campaign:
    """Tasks, and what became of them.

    Parameters
    ----------
    book : Book
    tasks : sequence of Task
    pool : Pool
    estimate : Estimate
    keep : callable
        Called with the runs of a task, as soon as they are final.
    path : sequence of str
        Where the workers look for packages first.
    limit : float
        How long a task may take, in seconds.
    deadline : float
        When no more is started, by the monotonic clock.
    """

    def __init__(
        self,
        book: Book,
        tasks: Sequence[Task],
        pool: Pool,
        estimate: Estimate,
        keep: Callable[[Sequence[Run]], None],
        *,
        path: Sequence[str],
        limit: float,
        deadline: float,
    ) -> None:
        self._book = book
        self._pool = pool
        self._estimate = estimate
        self._keep = keep
        self._path = path
        self._limit = limit
        self._deadline = deadline
        self._waiting = sorted(tasks, key=estimate.of)
        self._running: dict[Future[dict[str, Any]], Task] = {}
        self._total = len(tasks)
        self._ended = 0

    @property
    def left(self) -> int:
        """How many tasks were not finished."""
        return len(self._waiting) + len(self._running)

    def run(self, between: Callable[[], None]) -> None:
        """Measures until nothing is left, or the deadline.

        Parameters
        ----------
        between : callable
            Called after each task.

        Raises
        ------
        EvidenceError
            If the scheduler is gone.
        """
        while self._waiting or self._running:
            self._start()
            if not self._running:
                break
            done, _ = wait(self._running, GLANCE, return_when=FIRST_COMPLETED)
            gone = self._pool.gone()
            if gone:
                raise EvidenceError(gone)
            for future in done:
                self._end(self._running.pop(future), future)
                between()

    def _start(self) -> None:
        in_time = time.monotonic() < self._deadline
        width = self._pool.width()
        while self._waiting and in_time and len(self._running) < width:
            task = self._waiting.pop()  # the longest
            job = task.job(self._book, self._path)
            self._running[self._pool.submit(job, self._limit)] = task

    def _end(self, task: Task, future: Future[dict[str, Any]]) -> None:
        runs = task.runs(_answer(future, self._pool))
        seconds = _seconds(future)
        fine = [run for run in runs if run.status == OK]
        failed = [run for run in runs if run.status != OK]
        # All are final, or those that failed are tried once more.
        final = runs if task.again else fine
        if final:
            self._keep(final)
        if failed and not task.again:
            self._waiting += [task.again_for(run.claim) for run in failed]
            self._total += len(failed)
        if not failed and not task.again:
            self._estimate.add(task, seconds)
        self._ended += 1
        self._tell(task, fine, failed, seconds)

    def _tell(
        self,
        task: Task,
        fine: Sequence[Run],
        failed: Sequence[Run],
        seconds: float,
    ) -> None:
        tasks = [*self._waiting, *self._running.values()]
        parts = [
            f"[{self._ended} of {self._total}] {task}: "
            f"{len(fine)} claims in {seconds:.0f} s",
            self._estimate.left(tasks, self._pool.width()),
        ]
        print("; ".join(filter(None, parts)), flush=True)
        again = "" if task.again else ", tried again"
        for run in failed:
            print(f"  {run.claim} {run.status}{again}: {run.error}")
        other = sorted(
            {
                module
                for run in fine
                for module, was in run.modules.items()
                if self._book.digest(module) != was
            }
        )
        if other:
            print(
                "  not counted: the worker has another version of "
                + ", ".join(other),
                flush=True,
            )


def _answer(future: Future[dict[str, Any]], pool: Pool) -> dict[str, Any]:
    try:
        return future.result()
    except CancelledError:
        reason = pool.gone() or "the measurement was cancelled"
        raise EvidenceError(reason) from None
    # What a cluster raises is of many kinds, a killed worker among them.
    except Exception as error:
        told = (str(error).strip().splitlines() or [""])[0]
        reason = f"{type(error).__name__}: {told}"
        return {"lines": [], "status": FAILED, "error": reason, "seconds": 0}


def _seconds(future: Future[dict[str, Any]]) -> float:
    if future.exception() is not None:
        return 0.0
    return float(future.result()["seconds"])
