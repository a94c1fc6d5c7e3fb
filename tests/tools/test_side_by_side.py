"""Jobs that run side by side."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tools import side_by_side
from tools.side_by_side import (
    Job,
    expected_seconds,
    run_all,
    run_command,
    wait_for,
)

ROOT = Path(__file__).resolve().parents[2]


def recorder():
    """Returns a maker of jobs, and what they did."""
    events = []

    def job(name, expected=0.0, error=None, turns=1):
        async def run():
            events.append(f"{name} starts")
            for _ in range(turns):
                await asyncio.sleep(0)
            events.append(f"{name} ends")
            return error

        return Job(name, run, expected)

    return job, events


def test_the_longest_comes_first_and_no_more_run_than_there_are_cores():
    job, events = recorder()
    jobs = [job("short", 1), job("long", 3, turns=9), job("middle", 2)]
    assert run_all(jobs, 1) == {}
    assert [event for event in events if event.endswith("starts")] == [
        *("long starts", "middle starts", "short starts")
    ]
    assert events[:2] == ["long starts", "long ends"]
    events.clear()
    run_all(jobs, 2)
    assert events[:3] == ["long starts", "middle starts", "middle ends"]


def test_chapters_have_their_places_and_a_new_one_comes_first():
    chapters = {path.stem for path in ROOT.glob("chapters/*/*.ipynb")}
    assert set(side_by_side._MEASURED) <= chapters
    new = Path("chapters/training/a-new-one.ipynb")
    resnet = ROOT / "chapters/architectures/resnet.ipynb"
    assert expected_seconds(new) > expected_seconds(resnet) > 0


def test_each_end_is_a_line_and_a_failure_stops_no_other(capsys):
    job, events = recorder()
    failures = run_all([job("a", 2, error="why"), job("b", 1)], 1)
    assert failures == {"a": "why"}
    assert events[-1] == "b ends"
    first, second = capsys.readouterr().out.splitlines()
    assert first == "[1 of 2] a  0 s  FAILED"
    assert second == "[2 of 2] b  0 s"


def test_what_goes_wrong_in_a_job_is_raised_and_ends_the_others():
    ended = []

    async def broken():
        raise ZeroDivisionError

    async def waiting():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waiting")

    with pytest.raises(ZeroDivisionError):
        run_all([Job("w", waiting, 1), Job("b", broken)], 2)
    assert ended == ["waiting"]


def test_a_command_reports_when_it_fails(tmp_path):
    run = partial(run_command, sys.executable, "-c", cwd=tmp_path)
    assert wait_for(run("print(1)")) is None
    code = "import os; print(os.getcwd(), os.environ['A']); 1 / 0"
    environ = dict(os.environ, A="π", PYTHONUTF8="1")
    report = wait_for(run(code, environ=environ))
    assert f"{tmp_path} π" in report
    assert "ZeroDivisionError" in report


INTERRUPTED = """\
import asyncio, signal
from tools.side_by_side import Job, run_all

# A job of a shell without a terminal does not hear Ctrl-C; nor do its own.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def first():
    return None

async def never():
    try:
        print("waits", flush=True)
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        # As a notebook's client does, whose kernel is taken away.
        return "the kernel died"
    finally:
        print("cleaned up", flush=True)

run_all([Job("first", first, 2), Job("never", never, 1)], 1)
"""


def test_ctrl_c_ends_what_runs_and_says_nothing_more():
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        while process.stdout.readline() != "waits\n":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    finally:
        process.kill()
        process.communicate()
    assert "cleaned up" in output
    assert "FAILED" not in output
    assert "KeyboardInterrupt" in errors
