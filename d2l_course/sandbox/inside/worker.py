"""Runs a student's notebook inside the sandbox, and calls its function.

It reads requests and writes answers, a line of JSON each, on the standard
input and output that it was started with. The student's code runs in the same
process and can change all that is here. So nothing that this process writes
is believed: it is taken for what the student's function returns, and is judged
outside, where the right answers and the points are.
"""

from __future__ import annotations

import ast
import copy
import inspect
import json
import os
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
from .wire import MOST_ERRORS, MOST_NAME, MOST_TEXT, decode, encode

Message = dict[str, Any]

#: Libraries that no answer is judged with. They take longer to import than a
#: cell may run, more memory than there is, or a folder to write to.
_NOT_HERE = frozenset(
    {"mxnet", "d2l", "torch", "torchvision", "tensorflow", "keras", "jax"}
    | {"matplotlib", "seaborn", "plotly"}
)
#: Magics of a cell that run it where its names stay.
_RUN_CELL = ("capture", "debug", "prun", "time")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


def main() -> None:
    """Answers requests until there are no more."""
    requests, answers = _take_channels()
    _stand_in_for_the_notebook()
    names: dict[str, Any] = {
        "__name__": "__main__",
        "display": print,
        "exit": sys.exit,
        "quit": sys.exit,
    }
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
        return {"kind": "confined"}
    if "cells" in request:
        function = request["function"]
        errors = run_cells(
            request["cells"], request["seconds"], names, function
        )
        defined = callable(names.get(function))
        return {"kind": "ran", "defined": defined, "errors": errors}
    return call(names[request["function"]], request["args"])


def run_cells(
    cells: Iterable[str],
    seconds: float,
    names: dict[str, Any],
    function: str = "",
) -> list[str]:
    """Runs cells one after the other, errors or not.

    Parameters
    ----------
    cells : iterable of str
        Their sources, as Python.
    seconds : float
        The time limit of each.
    names : dict
        The namespace, in which the cells leave what they define.
    function : str
        The name of the answer.

    Returns
    -------
    list of str
        What was raised, and in which cell.
    """
    notebook = _Notebook(seconds, names, function)
    names["get_ipython"] = lambda: notebook
    for source in cells:
        notebook.run(source)
    return notebook.errors[:MOST_ERRORS]


class TimeIsUp(BaseException):
    """No ``Exception``: a student's ``except Exception`` must not stop it."""


class _Notebook:
    """Runs cells so that the definitions in them come about, if they can.

    Here, much is missing that there was where a cell was written: libraries,
    files, the network. So a statement that fails is passed over, and a library
    that cannot be imported is missed where it is used. What a student has
    raised on purpose ends the cell, as in a notebook.

    It is what ``get_ipython()`` returns, too.
    """

    def __init__(
        self, seconds: float, names: dict[str, Any], function: str
    ) -> None:
        self.errors: list[str] = []
        self._seconds = seconds
        self._names = names
        self._function = function
        self._number = 0

    def __getattr__(self, name: str) -> Any:
        # What else get_ipython() can do concerns a screen.
        return lambda *arguments, **options: None

    def run(self, source: str) -> None:
        """Runs the next cell."""
        self._number += 1
        self._is_late = False
        try:
            with _time_limit(self._seconds):
                self._run(source)
        # The time may be up between two statements.
        except BaseException as error:
            self._tell(error)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Runs a cell with a magic above it, on the lines where it was."""
        if name in _RUN_CELL:
            self._run(f"\n{cell}")

    def run_line_magic(self, name: str, line: str, *_: Any) -> None:
        """Runs what stands in a line behind %time."""
        if name == "time":
            self._run(line)

    def getoutput(self, *_: Any) -> list[str]:
        """Returns what a command of the system's says: nothing."""
        return []

    def _run(self, source: str) -> None:
        try:
            statements = self._parse(source)
        except Exception as error:
            self._tell(error)
            return
        for statement in statements:
            if self._is_left_out(statement):
                continue
            try:
                self._execute(statement)
            except NotImported:
                # Why it is missing is told where it was to be imported.
                continue
            except BaseException as error:
                self._tell(error)
                if isinstance(error, TimeIsUp):
                    self._is_late = True
                elif _is_meant_as_end(statement, error):
                    return

    def _parse(self, source: str) -> list[ast.stmt]:
        """Returns the statements of a cell that Python understands."""
        tree = self._compile(source, ast.PyCF_ONLY_AST)
        self._compile(tree)
        return [
            part for statement in tree.body for part in _one_by_one(statement)
        ]

    def _compile(self, code: Any, flags: int = 0) -> Any:
        flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(code, f"<cell {self._number}>", "exec", flags)

    def _is_left_out(self, statement: ast.stmt) -> bool:
        """Whether a statement does not matter, or matters too late."""
        if not isinstance(statement, _DEFINITIONS):
            return self._is_late
        written = callable(self._names.get(self._function))
        is_answer = statement.name == self._function
        return is_answer and written and _is_stub(statement)

    def _execute(self, statement: ast.stmt) -> None:
        code = self._compile(ast.Module([statement], []))
        if isinstance(statement, _IMPORTS):
            self._import(statement, code)
            return
        result = eval(code, self._names)
        if code.co_flags & inspect.CO_COROUTINE:
            # Imported here: few notebooks need it.
            import asyncio

            asyncio.run(result)

    def _import(
        self, statement: ast.Import | ast.ImportFrom, code: Any
    ) -> None:
        """Imports one name, or has something missing stand for it."""
        (alias,) = statement.names
        path = getattr(statement, "module", None) or alias.name
        library = path.partition(".")[0]
        try:
            if library in _NOT_HERE:
                raise ImportError(f"there is no {library} for graded answers")
            exec(code, self._names)
        except BaseException as error:
            name = alias.asname or alias.name.partition(".")[0]
            self._names[name] = Missing(f"{_name(error)}: {_text(error)}")
            raise

    def _tell(self, error: BaseException) -> None:
        said = f"cell {self._number}: {_name(error)}: {_text(error)}"
        self.errors.append(said[:MOST_TEXT])


class NotImported(ImportError):
    """Says that something is used which could not be imported, and why."""


class Missing:
    """Stands for what could not be imported: whoever uses it is told why."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __getattr__(self, name: str) -> Any:
        raise NotImported(self._why)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Raises NotImported."""
        raise NotImported(self._why)


def _one_by_one(statement: ast.stmt) -> list[ast.stmt]:
    """Returns an import of several things as several imports."""
    if not isinstance(statement, _IMPORTS):
        return [statement]
    parts = [copy.copy(statement) for _ in statement.names]
    for part, alias in zip(parts, statement.names, strict=True):
        part.names = [alias]
    return list(parts)


def _is_meant_as_end(statement: ast.stmt, error: BaseException) -> bool:
    on_purpose = isinstance(statement, (ast.Raise, ast.Assert))
    return on_purpose or not isinstance(error, Exception)


def _is_stub(definition: ast.AST) -> bool:
    """Whether a function only says that it is not written."""
    body = list(getattr(definition, "body", ()))
    if isinstance(body[0], ast.Expr) and isinstance(
        body[0].value, ast.Constant
    ):
        del body[0]
    return len(body) == 1 and (
        ast.unparse(body[0]).startswith("raise NotImplementedError")
    )


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stops a slow cell, again and again. From outside, all are ended."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp(f"after {seconds:g} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
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
        after = [encode(arg) for arg in given]
    except BaseException as error:
        return _raised(function, error)
    pairs = zip(after, args["tuple"], strict=True)
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
        "error": _name(error),
        "message": _text(error),
        "line": lines[-1] if lines else None,
    }


def _name(error: BaseException) -> str:
    return type(error).__name__[:MOST_NAME]


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:MOST_TEXT]
    except Exception:
        # An exception class of the student's own may fail to show itself.
        return ""
