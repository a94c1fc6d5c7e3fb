"""The worker runs cells as a notebook does, and calls what they define."""

from __future__ import annotations

import signal

from d2l_course.sandbox.inside.wire import decode, encode
from d2l_course.sandbox.inside.worker import call, run_cells

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _own_alarm():
    """Gives the alarm back to whoever had it."""
    before = signal.getsignal(signal.SIGALRM)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    yield
    signal.signal(signal.SIGALRM, before)
    signal.setitimer(signal.ITIMER_REAL, rest, interval)


def run(*cells, seconds=5.0):
    names = {}
    return run_cells(cells, seconds, names), names


def test_cells_share_their_names():
    errors, names = run("x = 1", "y = x + 1")
    assert errors == []
    assert names["y"] == 2


def test_an_error_ends_its_cell_and_no_more():
    errors, names = run("a = 1\n1 / 0\nb = 1", "exit", "raise SystemExit(3)")
    assert errors[0] == "cell 1: ZeroDivisionError: division by zero"
    assert errors[-1] == "cell 3: SystemExit: 3"
    assert "a" in names
    assert "b" not in names


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 5 % 3",
        "!pip install y\nx = 2",
        "%%time\nx = 2",
        "x = 2\nx?",
        "if True:\n    %pip install y\nx = 2",
        "x = (5\n% 3)",
    ],
)
def test_what_only_notebooks_understand_is_passed_over(source):
    errors, names = run(source)
    assert errors == []
    assert names["x"] == 2


def test_lines_keep_their_numbers():
    _, names = run("%time\n\ndef f():\n    1 / 0")
    answer = call(names["f"], encode(()))
    assert answer["line"] == 4


def test_a_slow_cell_is_interrupted():
    errors, names = run("while True: pass", "x = 1", seconds=0.1)
    assert errors == ["cell 1: TimeoutError: stopped after 0.1 seconds"]
    assert names["x"] == 1


def test_a_cells_alarm_ends_with_it():
    run("x = 1")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_not_too_many_errors_are_told():
    errors, _ = run(*["1 / 0"] * 100)
    assert len(errors) == 20


def test_a_call_gets_arrays_and_gives_arrays():
    answer = call(np.negative, encode((np.array([1.0, np.nan]),)))
    assert answer["kind"] == "value"
    np.testing.assert_array_equal(decode(answer["value"]), [-1, np.nan])


def test_a_changed_argument_is_noticed():
    answer = call(lambda a, X: X.sort(), encode((1, np.array([2.0, 1.0]))))
    assert answer == {"kind": "modified-input", "argument": 1}


def test_nan_is_not_taken_for_a_change():
    answer = call(lambda number: number, encode((float("nan"),)))
    assert answer["kind"] == "value"


def test_an_exception_that_cannot_show_itself_is_told():
    class Shy(Exception):
        def __str__(self):
            raise ValueError

    def shy():
        raise Shy

    answer = call(shy, encode(()))
    assert (answer["kind"], answer["error"]) == ("raised", "Shy")
    assert answer["message"] == ""
    assert isinstance(answer["line"], int)


def test_a_result_that_cannot_be_encoded_is_an_exception():
    endless = []
    endless.append(endless)
    answer = call(lambda: endless, encode(()))
    assert answer["error"] == "RecursionError"


def test_warnings_are_no_errors():
    answer = call(lambda X: X / 0, encode((np.array([1.0]),)))
    assert answer["kind"] == "value"
