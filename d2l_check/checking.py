"""Checks a student's function in the notebook."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import Any

from d2l_check.answers import load, stored_ids
from d2l_check.box import Feedback
from d2l_check.call import call_here
from d2l_check.compare import describe
from d2l_check.judge import judge


def check(exercise_id: str, function: Callable[..., Any]) -> None:
    """Shows in a box whether an answer is right, or what it gets wrong.

    The function is called on a few recorded inputs. What it returns is
    compared with the right results, and with those of wrong answers that many
    give: where it agrees with one of these, the box says what the
    misunderstanding is. Otherwise it shows the smallest input on which the
    answer fails. Nothing is sent anywhere.

    Parameters
    ----------
    exercise_id : str
        The exercise: ``"batch-norm.conv-axes"``.
    function : callable
        The answer itself, not what it returns.

    Raises
    ------
    ValueError
        If there is no such exercise; the message names some that are near.
    TypeError
        If ``function`` cannot be called.
    """
    # Imported here: a grader without a notebook needs no IPython.
    from IPython.display import display

    display(feedback(exercise_id, function))


def feedback(exercise_id: str, function: Callable[..., Any]) -> Feedback:
    """Returns the box that :func:`check` shows; see there."""
    known = stored_ids()
    if exercise_id not in known:
        raise ValueError(_unknown(exercise_id, known))
    cases = load(exercise_id)
    if not callable(function):
        raise TypeError(
            f"give the function itself, {cases.function}, and not "
            f"{describe(function)}"
        )
    return Feedback(cases, judge(cases, partial(call_here, function)))


def _unknown(exercise_id: str, known: list[str]) -> str:
    near = difflib.get_close_matches(exercise_id, known, n=5)
    listed = ", ".join(near or known)
    which = "near ones are" if near else "there are"
    return f"there is no exercise {exercise_id!r}; {which}: {listed}"
