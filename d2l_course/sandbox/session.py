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
from d2l_course.sandbox.cells import as_python
from d2l_course.sandbox.channel import Channel, Forfeit
from d2l_course.sandbox.inside.wire import encode
from d2l_course.sandbox.messages import AFTER_CELLS, AFTER_START, after_call

#: How long the sandbox and Python may take to start on a busy machine.
_START_SECONDS = 120.0


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
            self._channel.ask(request, AFTER_START, deadline)
        except Forfeit as error:
            self._process.kill()
            assert self._process.stderr is not None
            said = self._process.stderr.read(2000).decode(errors="replace")
            reason = _first_or_error(said) or str(error)
            raise SandboxError(f"does not start: {reason}") from error

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
        request = {
            "cells": as_python(cells),
            "function": function,
            "seconds": self.limits.cell_seconds,
        }
        self._end = time.monotonic() + self.limits.seconds
        answer = self._channel.ask(request, AFTER_CELLS, self._end)
        errors = answer["errors"]
        if not answer["defined"]:
            said = f" It raises: {errors[0]}" if errors else ""
            raise LookupError(f"Your notebook defines no {function}.{said}")
        return errors

    def call(self, function: str, args: tuple[Any, ...]) -> Outcome:
        """Calls the notebook's function and returns what came of it.

        Raises
        ------
        Forfeit
            If it ends the worker or disturbs the talk, or if the time of the
            notebook as a whole is up.
        """
        request = {"function": function, "args": encode(args)}
        seconds = self.limits.call_seconds
        deadline = time.monotonic() + seconds
        schema = after_call(len(args))
        try:
            end = min(deadline, self._end)
            answer = self._channel.ask(request, schema, end)
        except Forfeit as error:
            # How long its cells took is not for the function to answer for.
            if error.kind != Kind.TOO_SLOW or end < deadline:
                raise
            return Outcome(Kind.TOO_SLOW, seconds=seconds)
        return Outcome(Kind(answer.pop("kind")), **answer)


def _first_or_error(said: str) -> str:
    """Returns the line that matters of what a program says when it fails."""
    lines = said.strip().splitlines() or [""]
    return lines[-1 if lines[0].startswith("Traceback") else 0]
