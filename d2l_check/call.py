"""Calls a student's function and says what came of it."""

from __future__ import annotations

import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from d2l_check.outcome import Kind, Outcome
from d2l_check.values import plain, same

import numpy as np

#: How long one call may take. The right answers take milliseconds.
SECONDS = 5.0
#: The error that asks to stop is raised again if the function catches it.
_AGAIN = 0.5
_LONGEST_MESSAGE = 300


def call_here(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    seconds: float = SECONDS,
) -> Outcome:
    """Calls a function in this process, on copies of the arguments.

    Parameters
    ----------
    function : callable
        The student's. Its exceptions, ``SystemExit`` too, are an outcome;
        ``KeyboardInterrupt`` alone goes through, and warnings are silent.
    args : tuple
        Values of an exercise, which the function must not change.
    seconds : float
        The time limit. It needs ``SIGALRM`` and the main thread, and Python
        code: where one is missing, or in a single long operation of NumPy,
        the call goes on.

    Returns
    -------
    Outcome
    """
    given = plain(args)
    try:
        with time_limit(seconds), _silence():
            value = plain(function(*given))
    except _TimeIsUp:
        return Outcome(Kind.TOO_SLOW, seconds=seconds)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _raised(function, error)
    pairs = zip(given, plain(args), strict=True)
    for number, (after, before) in enumerate(pairs):
        if not same(after, before):
            return Outcome(Kind.MODIFIED_INPUT, argument=number)
    return Outcome(Kind.VALUE, value)


class _TimeIsUp(BaseException):
    """No ``Exception``: a student's ``except Exception`` must not stop it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupts what runs inside after so many seconds, where it can."""
    if not _can_interrupt():
        yield
        return
    running = True

    def stop(number: int, frame: FrameType | None) -> None:
        if running:
            raise _TimeIsUp

    start = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        running = False
        # Somebody else's alarm, a test's say, goes on where it was.
        rest = rest and max(rest - time.monotonic() + start, 1e-3)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


def _can_interrupt() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "SIGALRM")


@contextmanager
def _silence() -> Iterator[None]:
    # That 0/0 is NaN shows in the verdict.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _raised(function: Callable[..., Any], error: BaseException) -> Outcome:
    missing = isinstance(error, NotImplementedError)
    return Outcome(
        Kind.NOT_IMPLEMENTED if missing else Kind.RAISED,
        error=type(error).__name__,
        message=_text(error),
        line=_line(function, error),
    )


def _text(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        # An exception class of the student's own may fail to show itself.
        return ""
    if len(text) > _LONGEST_MESSAGE:
        return text[:_LONGEST_MESSAGE] + " …"
    return text


def _line(function: Callable[..., Any], error: BaseException) -> int | None:
    """Returns the last line of the function's own source in a traceback."""
    code = getattr(function, "__code__", None)
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    return lines[-1] if lines else None
