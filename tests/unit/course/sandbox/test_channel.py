"""The channel believes nobody and waits for nobody."""

from __future__ import annotations

import subprocess
import sys
import time

from d2l_check.outcome import Kind
from d2l_course.sandbox.channel import Channel, Forfeit
from d2l_course.sandbox.inside.wire import MOST_BYTES

import pytest

#: Takes a message with any of these fields.
SCHEMA = {
    kind: dict.fromkeys(fields, lambda value: value)
    for kind, fields in {"bare": (), "n": ("n",), "text": ("text",)}.items()
}
BARE = {"kind": "bare"}
ECHO = "for line in sys.stdin: print(line, end='', flush=True)"


def ask(code, *requests, seconds=10.0):
    """Returns the answers of a process that runs some code."""
    command = [sys.executable, "-c", f"import sys, time\n{code}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        try:
            channel = Channel(process)
            answers = []
            for request in requests:
                answers.append(
                    channel.ask(request, SCHEMA, time.monotonic() + seconds)
                )
            return answers
        finally:
            process.kill()


def forfeit(*arguments, **options):
    with pytest.raises(Forfeit) as raised:
        ask(*arguments, **options)
    return raised.value.kind


def test_answers_come_in_the_order_of_the_requests():
    requests = [{"kind": "n", "n": n} for n in range(3)]
    assert ask(ECHO, *requests) == requests


def test_a_request_may_be_longer_than_a_pipe():
    long = {"kind": "text", "text": "x" * 500_000}
    assert ask(ECHO, long) == [long]


def test_silence_is_too_slow():
    start = time.monotonic()
    assert forfeit("time.sleep(60)", {}, seconds=0.2) == Kind.TOO_SLOW
    assert time.monotonic() - start < 5


def test_who_does_not_listen_is_too_slow():
    long = {"kind": "text", "text": "x" * 500_000}
    assert forfeit("time.sleep(60)", long, seconds=0.2) == Kind.TOO_SLOW


def test_an_end_is_an_end():
    assert forfeit("sys.stdin.readline()", {}) == Kind.ENDED
    assert forfeit("", {}, {"text": "x" * 500_000}) == Kind.ENDED


@pytest.mark.parametrize(
    "answer",
    ["no JSON", "[1]", "7", '{"a": 1', "[" * 100_000, "{}", '{"kind": "x"}'],
)
def test_what_is_no_message_is_tampering(answer):
    code = f"sys.stdin.readline(); print({answer!r}, flush=True)"
    assert forfeit(f"{code}; time.sleep(60)", {}) == Kind.TAMPERED


def test_an_answer_too_many_is_tampering():
    code = "sys.stdin.readline(); print('{0}\\n{0}', flush=True)\n"
    code = code.format('{"kind": "bare"}') + ECHO
    assert forfeit(code, BARE, BARE) == Kind.TAMPERED


def test_an_endless_answer_is_not_kept():
    code = f"sys.stdout.write('x' * {2 * MOST_BYTES}); time.sleep(60)"
    assert forfeit(code, {}) == Kind.TAMPERED


def test_each_forfeit_says_what_happened():
    for kind in (Kind.ENDED, Kind.TAMPERED, Kind.TOO_SLOW):
        assert str(Forfeit(kind)).startswith("Your notebook")
    assert str(Forfeit("missing", "because")) == "because"
