"""The worker runs cells as a notebook does, and calls what they define."""

from __future__ import annotations

import json
import signal

from d2l_course.sandbox.cells import as_python
from d2l_course.sandbox.inside.wire import decode, encode
from d2l_course.sandbox.inside.worker import call, run_cells
from d2l_course.sandbox.messages import after_call, read

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


def run(*cells, seconds=5.0, function=""):
    names = {}
    return run_cells(as_python(cells), seconds, names, function), names


def test_cells_share_their_names():
    errors, names = run("x = 1", "y = x + 1")
    assert errors == []
    assert names["y"] == 2


def test_a_statement_that_fails_is_passed_over():
    errors, names = run("a = 1\n1 / 0\nb = 1", "c = b")
    assert errors == ["cell 1: ZeroDivisionError: division by zero"]
    assert (names["a"], names["c"]) == (1, 1)


@pytest.mark.parametrize(
    "end",
    ["raise ValueError", "assert False", "import sys\nsys.exit()", "%time 1/"],
)
def test_what_is_below_an_end_on_purpose_does_not_run(end):
    errors, names = run(
        f"def f(): return 1\n{end}\ndef f(): return 2", "x = 1"
    )
    assert len(errors) == 1
    assert names["f"]() == (2 if "%" in end else 1)
    assert names["x"] == 1


def test_a_cell_that_python_cannot_read_does_not_run():
    errors, names = run("x = 1\nthis is no Python", "return 1")
    assert [error.split(":")[1] for error in errors] == [" SyntaxError"] * 2
    assert "x" not in names


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 5 % 3",
        "!pip install y\nx = 2",
        "%%time\nx = 2",
        "%%time\n# is it fast?\nx = 2",
        "%time x = 2",
        "x = 2\nx?",
        "x = 2\nthis is no Python?",
        "if True:\n    %pip install y\nx = 2",
        "x = (5\n% 3)",
        "%matplotlib inline\nx = (5\n% 3)",
        "%matplotlib inline\n# what is x?\nx = 2",
        "!ls\ns = '''\n%time\nis it?\n'''\nx = len(s) - 12",
        "files = !ls\nx = 2 + len(files)",
        "t = %timeit -o 1 + 1\nx = 2",
        "%%capture out\nx = 2",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 2",
        "get_ipython().system('ls')\nx = 2",
        ">>> x = 2",
        "    x = 2",
        "import asyncio\nawait asyncio.sleep(0)\nx = 2",
        "async def two():\n    return 2\nx = await two()",
    ],
)
def test_what_notebooks_understand_is_understood(source):
    errors, names = run(source)
    assert errors == []
    assert names["x"] == 2


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile f.py"])
def test_what_other_programs_understand_does_not_run(magic):
    errors, names = run(f"{magic}\nx = 2")
    assert (errors, "x" in names) == ([], False)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import mxnet as mx", "mx"),
        ("import torch", "torch"),
        ("import matplotlib.pyplot as plt", "plt"),
        ("from d2l import mxnet as d2l", "d2l"),
        ("import math, nothing_like_this, re", "nothing_like_this"),
        ("from d2l_check import nothing", "nothing"),
        ("import nothing.like.this", "nothing"),
    ],
)
def test_a_library_that_is_missing_is_missed_where_it_is_used(cell, name):
    use = f"def f(x):\n    return {name}.exp(x)"
    errors, names = run(
        f"{cell}\nctx = {name}.cpu()\ndef g(x):\n    return x\n{use}"
    )
    (error,) = errors
    assert error.split(":")[1] in (" ImportError", " ModuleNotFoundError")
    assert call(names["g"], encode((2,)))["value"] == 2
    answer = call(names["f"], encode((2,)))
    assert (answer["error"], answer["line"]) == ("NotImported", 6)
    assert error.endswith(answer["message"])


def test_what_a_notebook_tries_to_import_is_for_it_to_decide():
    errors, names = run(
        "try:\n    import nothing_like_this as np\n"
        "except ImportError:\n    import math as np"
    )
    assert errors == []
    assert names["np"].pi > 3


STUB = (
    'def f(x):\n    """Twice x."""\n    raise NotImplementedError("write f")'
)


def test_a_stub_below_the_answer_is_left_over():
    answer = "def f(x):\n    return 2 * x"
    _, names = run(answer, STUB, f"x = 1\n{STUB}", function="f")
    assert names["f"](1) == 2
    _, names = run(STUB, answer, function="f")
    assert names["f"](1) == 2
    _, names = run(answer, STUB, function="g")
    with pytest.raises(NotImplementedError):
        names["f"](1)


def test_a_stub_alone_is_a_stub():
    errors, names = run(STUB, function="f")
    assert errors == []
    assert call(names["f"], encode((1,)))["kind"] == "not-implemented"


def test_lines_keep_their_numbers():
    _, names = run("%time\n\ndef f():\n    1 / 0")
    answer = call(names["f"], encode(()))
    assert answer["line"] == 4


def test_a_slow_cell_is_interrupted_and_its_definitions_are_made():
    errors, names = run(
        "while True: pass\nx = 1\ndef f(): return 3", "y = 1", seconds=0.1
    )
    assert errors == ["cell 1: TimeIsUp: after 0.1 seconds"]
    assert names["f"]() == 3
    assert ("x" in names, names["y"]) == (False, 1)


def test_a_definition_that_takes_for_ever_is_interrupted_too():
    errors, names = run(
        "while True: pass\nclass A:\n    while True: pass\ndef f(): return 3",
        seconds=0.1,
    )
    assert len(errors) == 2
    assert names["f"]() == 3


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


def test_a_result_that_cannot_be_looked_into_is_an_exception():
    class Odd(list):
        def __len__(self):
            raise KeyError("x")

    answer = call(lambda: Odd(), encode(()))
    assert answer["error"] == "KeyError"


@pytest.mark.parametrize(
    "raised", [ValueError("x" * 1000), type("E" * 1000, (Exception,), {})()]
)
def test_what_is_said_fits_what_may_be_said(raised):
    def fail():
        raise raised

    answer = call(fail, encode(()))
    read(after_call(0), json.dumps(answer).encode())
    (error,) = run_cells(["raise given"], 5.0, {"given": raised})
    assert error.startswith("cell 1: ")
    assert len(error) <= 300


def test_warnings_are_no_errors():
    answer = call(lambda X: X / 0, encode((np.array([1.0]),)))
    assert answer["kind"] == "value"
