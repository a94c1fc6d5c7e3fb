"""Runs a student's notebook inside the sandbox, and calls its function.

It reads requests and writes answers, a line of JSON each, on the standard
input and output that it was started with. The student's code runs in the same
process and can change all that is here. So nothing that this process writes
is believed: it is taken for what the student's function returns, and is judged
outside, where the right answers and the points are.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np

from .confinement import confine
from .wire import decode, encode

Message = dict[str, Any]

_LONGEST_TEXT = 300
_MOST_ERRORS = 20
#: What a notebook understands and Python does not: %magic, !command, help?
_NOT_PYTHON = re.compile(r"^([ \t]*)(?:[%!?].*|\S.*\?[ \t]*)$", re.MULTILINE)


def main() -> None:
    """Answers requests until there are no more."""
    requests, answers = _take_channels()
    _stand_in_for_the_notebook()
    names: dict[str, Any] = {"__name__": "__main__", "display": print}
    for line in requests:
        answer = json.dumps(_answer(json.loads(line), names))
        answers.write(answer.encode() + b"\n")
        answers.flush()


def _take_channels() -> tuple[Any, Any]:
    """Moves the channels away from where a notebook reads and prints."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return requests, answers


def _stand_in_for_the_notebook() -> None:
    """Makes ``from d2l_check import check`` work; the checks come later."""
    for name in ("d2l_check", "d2l_ext"):
        package = sys.modules[name] = types.ModuleType(name)
        vars(package)["check"] = lambda *arguments, **options: None


def _answer(request: Message, names: dict[str, Any]) -> Message:
    if "limits" in request:
        confine(request["limits"], request["uid"])
        return {"confined": True}
    if "cells" in request:
        errors = run_cells(request["cells"], request["seconds"], names)
        defined = callable(names.get(request["function"]))
        return {"defined": defined, "errors": errors}
    return call(names[request["function"]], request["args"])


def run_cells(
    cells: Iterable[str], seconds: float, names: dict[str, Any]
) -> list[str]:
    """Runs cells one after the other, as a notebook would, errors or not.

    Parameters
    ----------
    cells : iterable of str
        Their sources.
    seconds : float
        The time limit of each.
    names : dict
        The namespace, in which the cells leave what they define.

    Returns
    -------
    list of str
        What was raised, and in which cell.
    """
    errors = []
    for number, source in enumerate(cells, start=1):
        try:
            with _time_limit(seconds):
                exec(_compile(source, f"<cell {number}>"), names)
        # SystemExit and KeyboardInterrupt, too, end no more than a cell.
        except BaseException as error:
            errors.append(
                f"cell {number}: {type(error).__name__}: {_text(error)}"
            )
    return errors[:_MOST_ERRORS]


def _compile(source: str, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(source, name, "exec")
        except SyntaxError:
            # As many lines as before, so that the numbers of lines hold.
            return compile(_NOT_PYTHON.sub(r"\1pass", source), name, "exec")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Ends a slow cell. One that resists is ended from outside."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"stopped after {seconds:g} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def call(function: Callable[..., Any], args: Any) -> Message:
    """Calls a function and returns what came of it.

    Parameters
    ----------
    function : callable
        The student's.
    args
        The arguments, encoded.

    Returns
    -------
    dict
        ``kind`` and what belongs to it, as in ``exercises.Outcome``.
    """
    given = decode(args)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = encode(function(*given))
        after = encode(given)
    except BaseException as error:
        return _raised(function, error)
    pairs = zip(after["tuple"], args["tuple"], strict=True)
    for number, pair in enumerate(pairs):
        # NaN is not equal to itself, but its text is.
        if len(set(map(json.dumps, pair))) > 1:
            return {"kind": "modified-input", "argument": number}
    return {"kind": "value", "value": value}


def _raised(function: Callable[..., Any], error: BaseException) -> Message:
    missing = isinstance(error, NotImplementedError)
    code = getattr(function, "__code__", None)
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    return {
        "kind": "not-implemented" if missing else "raised",
        "error": type(error).__name__,
        "message": _text(error),
        "line": lines[-1] if lines else None,
    }


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:_LONGEST_TEXT]
    except Exception:
        # An exception class of the student's own may fail to show itself.
        return ""
