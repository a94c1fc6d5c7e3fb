"""A session runs a notebook, and takes its word for nothing."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace

from d2l_check.outcome import Kind
from d2l_course.sandbox.base import Limits, SandboxError
from d2l_course.sandbox.bubblewrap import Bubblewrap
from d2l_course.sandbox.channel import Forfeit
from d2l_course.sandbox.session import Session

import numpy as np
import pytest
from small_course import UNBOXED

QUICK = replace(UNBOXED, limits=Limits(3, 0.5, 0.5, 1024))


def outcome(source, *args, sandbox=UNBOXED):
    with Session(sandbox) as session:
        session.run(["import numpy as np", source], "f")
        return session.call("f", args)


def test_arrays_go_in_and_come_out():
    X = np.arange(6.0).reshape(2, 3)
    found = outcome(
        "def f(X, n, s):\n    return X * n, (s, [None])", X, 2, "é"
    )
    assert found.kind == "value"
    value, rest = found.value
    np.testing.assert_array_equal(value, X * 2)
    assert rest == ("é", [None])


def test_an_exception_is_told_with_its_line():
    found = outcome("def f():\n    x = 1\n    raise KeyError('a  b')")
    assert (found.kind, found.error, found.line) == ("raised", "KeyError", 3)
    assert found.message == "'a b'"


def test_a_stub_is_known_as_such():
    found = outcome("def f():\n    raise NotImplementedError('write f')")
    assert (found.kind, found.message) == ("not-implemented", "write f")


def test_a_changed_argument_is_told():
    found = outcome("def f(a, X):\n    X[0] = np.nan", 1, np.full(2, np.nan))
    assert found.kind == "value"
    found = outcome("def f(a, X):\n    X += 1", 1, np.zeros(2))
    assert (found.kind, found.argument) == ("modified-input", 1)


def test_a_call_that_does_not_return_is_ended():
    start = time.monotonic()
    found = outcome("def f():\n    while True: pass", sandbox=QUICK)
    assert (found.kind, found.seconds) == ("too-slow", 0.5)
    assert time.monotonic() - start < 10


def forfeit(*cells, call=False):
    try:
        with Session(QUICK) as session:
            session.run(cells, "f")
            if call:
                session.call("f", ())
    except Forfeit as error:
        return error.kind
    return None


def test_a_slow_cell_is_interrupted_and_the_next_one_run():
    with Session(QUICK) as session:
        (error,) = session.run(["while True: pass", "f = abs"], "f")
    assert error == "cell 1: TimeIsUp: after 0.5 seconds"


def test_time_that_cells_use_up_is_not_the_functions():
    sleeps = "import time\ntime.sleep({})"
    limits = Limits(seconds=2, cell_seconds=5, call_seconds=60)
    with Session(replace(UNBOXED, limits=limits)) as session:
        session.run([sleeps.format(1), "f = time.sleep"], "f")
        with pytest.raises(Forfeit, match="as a whole") as raised:
            session.call("f", (60,))
    assert raised.value.kind == Kind.TOO_SLOW


def test_a_cell_that_resists_ends_the_notebook():
    resists = """
import time
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""
    assert forfeit(resists) == Kind.TOO_SLOW


def test_magics_are_understood():
    with Session(UNBOXED) as session:
        cell = "%%time\n# how long?\ndef f():\n    return 2"
        assert session.run([cell, "files = !ls"], "f") == []
        assert session.call("f", ()).value == 2


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "modified-input", "argument": 1.0},
        {"kind": "value", "value": {"kind": "T", "shape": [3]}},
        {"kind": "raised", "error": "E", "message": "x" * 301, "line": 1},
    ],
)
def test_what_the_schema_does_not_know_is_tampering(forged):
    cell = "import sys\nsys.modules['inside.worker'].call = lambda *_: {0!r}"
    with Session(UNBOXED) as session:
        session.run([cell.format(forged), "f = abs"], "f")
        with pytest.raises(Forfeit) as raised:
            session.call("f", (1, 2))
    assert raised.value.kind == Kind.TAMPERED


def test_an_end_in_a_cell_or_in_a_call_is_an_end():
    leave = "import os\ndef f(): os._exit(0)"
    assert forfeit(leave, "f()") == Kind.ENDED
    assert forfeit(leave, call=True) == Kind.ENDED


def test_speaking_without_being_asked_is_tampering():
    speak = (
        "import os\ndef f():\n    for n in range(3, 20):\n"
        "        try: os.write(n, b'{}\\n')\n        except OSError: pass"
    )
    assert forfeit(speak, "f()") == Kind.TAMPERED
    assert forfeit(speak, call=True) == Kind.TAMPERED


def test_a_function_that_is_missing_is_named_with_the_first_error():
    with (
        Session(UNBOXED) as session,
        pytest.raises(LookupError, match=r"defines no f\. It raises: cell 1"),
    ):
        session.run(["1 / 0"], "f")


def test_a_program_that_is_missing_is_no_students_fault(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with (
        pytest.raises(SandboxError, match="does not start"),
        Session(Bubblewrap()),
    ):
        pass


def test_the_reason_why_it_does_not_start_is_told(tmp_path, monkeypatch):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: no permission' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with (
        pytest.raises(SandboxError, match="does not start: bwrap: no permis"),
        Session(Bubblewrap()),
    ):
        pass


@pytest.mark.skipif(not shutil.which("bwrap"), reason="needs bubblewrap")
def test_bubblewrap_is_gone_with_the_session():
    with Session(Bubblewrap()) as session:
        session.run(["f = abs"], "f")
        process = session._process
        assert process.poll() is None
    assert process.returncode is not None
