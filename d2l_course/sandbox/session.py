"""Talks to a worker in a sandbox, and takes nothing that it says on trust."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from d2l_check.outcome import Kind, Outcome
from d2l_course.sandbox.base import Sandbox, SandboxError
from d2l_course.sandbox.channel import Channel, Forfeit
from d2l_course.sandbox.inside.wire import Garbled, decode, encode

#: How long the sandbox and Python may take to start on a busy machine.
_START_SECONDS = 120.0
_LONGEST_TEXT = 300
_MOST_ERRORS = 20
_KINDS = (
    *(Kind.VALUE, Kind.NOT_IMPLEMENTED, Kind.RAISED),
    Kind.MODIFIED_INPUT,
)


class Session:
    """A worker in a sandbox, from its start to its certain end.

    It is used in a ``with`` statement, which raises ``SandboxError`` if the
    sandbox does not start, and at its end kills whatever runs inside.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.limits = sandbox.limits
        self._sandbox = sandbox
        self._name = f"d2l-{secrets.token_hex(8)}"
        self._end = float("inf")

    def __enter__(self) -> Session:
        try:
            self._process = subprocess.Popen(
                self._sandbox.command(self._name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"does not start: {error}") from error
        self._channel = Channel(self._process)
        try:
            self._confine()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kill()

    def _confine(self) -> None:
        request = {
            "limits": self.limits.of_resources(),
            "uid": self._sandbox.uid(),
        }
        try:
            deadline = time.monotonic() + _START_SECONDS
            answer = self._channel.ask(request, deadline)
        except Forfeit as error:
            self._process.kill()
            assert self._process.stderr is not None
            said = self._process.stderr.read(2000).decode(errors="replace")
            reason = _first_or_error(said) or str(error)
            raise SandboxError(f"does not start: {reason}") from error
        if answer != {"confined": True}:
            raise SandboxError("does not confine the worker")

    def _kill(self) -> None:
        """Ends the tree: with its first process, bubblewrap's are gone."""
        self._process.kill()
        end = self._sandbox.end_command(self._name)
        if end:
            subprocess.run(end, capture_output=True, check=False)
        # Closes the pipes, too.
        with self._process:
            pass

    def run(self, cells: Sequence[str], function: str) -> list[str]:
        """Runs a notebook's cells and returns what they raised.

        Raises
        ------
        Forfeit
            If they end the worker, take too long or disturb the talk.
        LookupError
            If they define no such function.
        """
        self._end = time.monotonic() + self.limits.seconds
        request = {
            "cells": list(cells),
            "function": function,
            "seconds": self.limits.cell_seconds,
        }
        answer = self._channel.ask(request, self._end)
        errors = answer.get("errors")
        if answer.keys() != {"defined", "errors"} or not _are_texts(errors):
            raise Forfeit(Kind.TAMPERED)
        assert errors is not None
        if answer["defined"] is not True:
            said = f" It raises: {errors[0]}" if errors else ""
            raise LookupError(f"Your notebook defines no {function}.{said}")
        return errors

    def call(self, function: str, args: tuple[Any, ...]) -> Outcome:
        """Calls the notebook's function and returns what came of it.

        Raises
        ------
        Forfeit
            If it ends the worker or disturbs the talk.
        """
        request = {"function": function, "args": encode(args)}
        seconds = self.limits.call_seconds
        try:
            deadline = min(time.monotonic() + seconds, self._end)
            answer = self._channel.ask(request, deadline)
            return _outcome(answer, len(args))
        except Garbled as error:
            raise Forfeit(Kind.TAMPERED) from error
        except Forfeit as error:
            if error.kind != Kind.TOO_SLOW:
                raise
            return Outcome(Kind.TOO_SLOW, seconds=seconds)


def _first_or_error(said: str) -> str:
    """Returns the line that matters of what a program says when it fails."""
    lines = said.strip().splitlines() or [""]
    return lines[-1 if lines[0].startswith("Traceback") else 0]


def _are_texts(errors: Any) -> bool:
    return (
        isinstance(errors, list)
        and len(errors) <= _MOST_ERRORS
        and all(isinstance(text, str) for text in errors)
    )


def _outcome(answer: dict[str, Any], num_args: int) -> Outcome:
    """Returns what an answer says came of a call, or raises Garbled."""
    kind = answer.get("kind")
    if kind == Kind.VALUE and answer.keys() == {"kind", "value"}:
        return Outcome(kind, decode(answer["value"]))
    if kind == Kind.MODIFIED_INPUT and answer.get("argument") in list(
        range(num_args)
    ):
        return Outcome(kind, argument=answer["argument"])
    if kind in (Kind.RAISED, Kind.NOT_IMPLEMENTED):
        error, message = answer.get("error"), answer.get("message")
        line = answer.get("line")
        if isinstance(error, str) and isinstance(message, str):
            return Outcome(
                kind,
                error=error[:_LONGEST_TEXT],
                message=message[:_LONGEST_TEXT],
                line=line if isinstance(line, int) else None,
            )
    raise Garbled("no outcome of a call")
