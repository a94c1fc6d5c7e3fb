"""The talk with a process that may say anything, or nothing, or too much."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from typing import Any

from d2l_check.outcome import Kind
from d2l_course.sandbox.inside.wire import MOST_BYTES, Garbled
from d2l_course.sandbox.messages import Schema, read

_MESSAGES = {
    Kind.TOO_SLOW: "Your notebook as a whole, its cells and the calls of your "
    "function, takes longer than a notebook may: are there cells that train, "
    "or wait?",
    Kind.ENDED: "Your notebook ended its own process: by itself, or by using "
    "more memory than there is.",
    Kind.TAMPERED: "Your notebook wrote on the channel on which the grader "
    "talks to it.",
}


class Forfeit(Exception):
    """Says why a submission is asked no more.

    Attributes
    ----------
    kind : Kind
        ``TOO_SLOW``, ``ENDED``, ``TAMPERED``, or what the caller says.
    """

    def __init__(self, kind: Kind, message: str = "") -> None:
        super().__init__(message or _MESSAGES[kind])
        self.kind = kind


class Channel:
    """Requests and answers, a line of JSON each, one at a time.

    Parameters
    ----------
    process : Popen
        A process whose standard input and output are pipes.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in = process.stdin.fileno()
        self._out = process.stdout.fileno()
        self._read = b""
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def ask(
        self, request: dict[str, Any], schema: Schema, deadline: float
    ) -> dict[str, Any]:
        """Returns the answer to a request.

        Parameters
        ----------
        request : dict
        schema : Schema
            What the answer may be.
        deadline : float
            A time of ``time.monotonic``.

        Raises
        ------
        Forfeit
            If the process does not answer in time, has ended, said something
            without being asked, or answers with anything else.
        """
        if self._read:
            raise Forfeit(Kind.TAMPERED)
        try:
            self._send(json.dumps(request).encode() + b"\n", deadline)
            return read(schema, self._receive(deadline))
        except Garbled as error:
            raise Forfeit(Kind.TAMPERED) from error
        except BrokenPipeError:
            raise Forfeit(Kind.ENDED) from None

    def _send(self, line: bytes, deadline: float) -> None:
        while line:
            _wait(self._in, select.POLLOUT, deadline)
            line = line[os.write(self._in, line) :]

    def _receive(self, deadline: float) -> bytes:
        while b"\n" not in self._read:
            _wait(self._out, select.POLLIN, deadline)
            read = os.read(self._out, 1 << 16)
            if not read:
                raise Forfeit(Kind.ENDED)
            self._read += read
            if len(self._read) > MOST_BYTES:
                raise Forfeit(Kind.TAMPERED)
        line, _, self._read = self._read.partition(b"\n")
        return line


def _wait(descriptor: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
        raise Forfeit(Kind.TOO_SLOW)
