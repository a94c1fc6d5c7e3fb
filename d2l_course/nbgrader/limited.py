"""Calls a function in a process of its own, which ends when its time is up."""

from __future__ import annotations

import math
import resource
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

#: A process that has the function's module already makes the others, in some
#: milliseconds. It has no threads and nothing open of the caller's.
_CONTEXT = get_context("forkserver")
_MEMORY = 2 << 30
#: How many times as long a function may wait for a processor, or for nothing.
WAITS = 20.0
#: Characters of what an exception says.
_LONGEST = 200


class Stopped(Exception):
    """Says that the function did not return in time, and why not."""


def within(seconds: int, function: Callable[..., str], *args: Any) -> str:
    """Returns what a function of a module returns.

    Parameters
    ----------
    seconds : int
        Of a processor: what else the machine does costs nobody an answer.
    function : callable
    args
        Its arguments.

    Raises
    ------
    Stopped
        If it takes longer, raises, or needs more memory than there is.
    """
    too_long = Stopped(f"it takes more than {seconds} s")
    _CONTEXT.set_forkserver_preload([function.__module__])
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_answer, args=(sender, seconds, function, args), daemon=True
    )
    process.start()
    sender.close()
    try:
        if not receiver.poll(WAITS * seconds):
            raise too_long
        value, error = receiver.recv()
    except EOFError:
        process.join()
        if process.exitcode == -signal.SIGXCPU:
            raise too_long from None
        raise Stopped("it needs too much memory") from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if error:
        raise Stopped(error)
    return value


def _answer(
    sender: Connection,
    seconds: int,
    function: Callable[..., str],
    args: Sequence[Any],
) -> None:
    # What it took to import the function does not count. The signal of the
    # first limit ends the process, the second one whoever does not heed it.
    limit = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        sender.send((function(*args), ""))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        sender.send(("", said[:_LONGEST]))
