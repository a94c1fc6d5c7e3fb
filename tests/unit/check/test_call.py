"""One call of a student's function: every way in which it can go."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import warnings

from d2l_check.call import call_here
from d2l_check.outcome import Kind, Outcome

import numpy as np
import pytest

X = np.ones((2, 2))


def raising(error):
    def function(X):
        raise error

    return function


def loop(X):
    while True:
        time.sleep(0.001)


def loop_in_spite_of_exceptions(X):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


def test_what_it_returns_is_the_value():
    outcome = call_here(lambda X, n: X + n, (X, 1))
    assert outcome.kind == Kind.VALUE
    assert outcome.value.tolist() == [[2, 2], [2, 2]]


def test_the_value_does_not_change_with_what_the_function_keeps():
    kept = np.zeros(2)
    outcome = call_here(lambda: kept, ())
    kept += 1
    assert outcome.value.tolist() == [0, 0]


def test_the_argument_is_a_copy():
    def change(X):
        X += 1

    call_here(change, (X,))
    assert X.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("given", [(1, X), (1, (2, X))])
def test_a_changed_argument_is_found_wherever_it_is(given):
    def change(number, array):
        array = array[1] if isinstance(array, tuple) else array
        array[0, 0] = 7
        return array

    assert call_here(change, given) == Outcome(Kind.MODIFIED_INPUT, argument=1)


def test_an_argument_that_is_changed_and_restored_is_not_held_against_it():
    def change(X):
        X += 1
        X -= 1
        return X

    assert call_here(change, (X,)).kind == Kind.VALUE


def test_an_answer_that_is_not_written_says_what_to_write():
    outcome = call_here(raising(NotImplementedError("write it")), (X,))
    assert (outcome.kind, outcome.message) == (
        Kind.NOT_IMPLEMENTED,
        "write it",
    )


def test_an_exception_has_a_name_a_text_and_a_line():
    outcome = call_here(raising(ValueError("no\n  good")), (X,))
    assert (outcome.kind, outcome.error) == (Kind.RAISED, "ValueError")
    assert outcome.message == "no good"
    assert outcome.line == raising.__code__.co_firstlineno + 2


def test_the_line_is_the_function_s_own_and_not_numpy_s():
    def function(X):
        return np.concatenate(X, 5)

    assert (
        call_here(function, (X,)).line == function.__code__.co_firstlineno + 1
    )


def test_the_line_is_the_innermost_one_of_the_same_cell():
    def helper(X):
        return X.nothing

    def function(X):
        return helper(X)

    line = helper.__code__.co_firstlineno + 1
    assert call_here(function, (X,)).line == line


def test_a_function_of_numpy_s_own_has_no_line():
    assert call_here(np.add, (X,)).line is None


@pytest.mark.parametrize("error", [SystemExit(2), GeneratorExit()])
def test_an_answer_that_ends_the_program_does_not(error):
    assert call_here(raising(error), (X,)).kind == Kind.RAISED


def test_the_user_s_interruption_goes_through():
    with pytest.raises(KeyboardInterrupt):
        call_here(raising(KeyboardInterrupt()), (X,))


def test_a_long_text_is_cut():
    outcome = call_here(raising(ValueError("a" * 10_000)), (X,))
    assert len(outcome.message) < 400


def test_an_exception_that_cannot_be_shown_is_one_without_a_text():
    class BadError(Exception):
        def __str__(self):
            raise RuntimeError

    outcome = call_here(raising(BadError()), (X,))
    assert (outcome.error, outcome.message) == ("BadError", "")


def test_endless_recursion_is_an_exception():
    def recurse(X):
        return recurse(X)

    assert call_here(recurse, (X,)).error == "RecursionError"


def test_warnings_are_silent():
    def warn(X):
        warnings.warn("a student's own", stacklevel=1)
        return X / 0

    assert call_here(warn, (X,)).kind == Kind.VALUE


@pytest.mark.parametrize("function", [loop, loop_in_spite_of_exceptions])
def test_an_endless_loop_is_stopped(function):
    start = time.monotonic()
    outcome = call_here(function, (X,), seconds=0.05)
    assert outcome == Outcome(Kind.TOO_SLOW, seconds=0.05)
    assert time.monotonic() - start < 5


def test_a_loop_that_catches_everything_once_is_stopped_the_next_time():
    def function(X):
        try:
            loop(X)
        except BaseException:
            loop(X)

    assert call_here(function, (X,), seconds=0.05).kind == Kind.TOO_SLOW


def test_the_alarm_of_somebody_else_goes_on():
    rang = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    rest, interval = signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        call_here(loop, (X,), seconds=0.05)
        assert not rang
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.25
        time.sleep(0.5)
        assert rang
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


def test_nothing_rings_after_a_call():
    signal_before = signal.getsignal(signal.SIGALRM)
    call_here(lambda X: X, (X,), seconds=0.05)
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is signal_before


def test_a_thread_calls_without_a_time_limit():
    outcomes = []
    thread = threading.Thread(
        target=lambda: outcomes.append(
            call_here(lambda: time.sleep(0.1), (), seconds=0.01)
        )
    )
    thread.start()
    thread.join()
    assert outcomes == [Outcome(Kind.VALUE, None)]


def test_a_system_without_alarms_calls_without_a_time_limit(monkeypatch):
    monkeypatch.delattr(signal, "SIGALRM")
    outcome = call_here(lambda: time.sleep(0.1), (), seconds=0.01)
    assert outcome.kind == Kind.VALUE
