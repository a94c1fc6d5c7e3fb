"""Judges an answer by what came of calling it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from d2l_check.cases import Cases, matches
from d2l_check.compare import difference
from d2l_check.outcome import Kind, Outcome

#: After these outcomes the function is not called again.
_HOPELESS = (Kind.NOT_IMPLEMENTED, Kind.TOO_SLOW)


@dataclass(frozen=True)
class Example:
    """An input on which an answer fails.

    Attributes
    ----------
    args : tuple
        The arguments.
    expected
        The right result.
    got
        What the answer returned, if ``returned``; or else None.
    returned : bool
    """

    args: tuple[Any, ...]
    expected: Any
    got: Any = None
    returned: bool = True


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth, and why.

    Attributes
    ----------
    kind : Kind
        One of ``outcome.VERDICTS``.
    message : str
        What to tell the student. It holds no input and no right result; the
        text of an exception is the student's own.
    name : str
        The name of the misconception, if it is one.
    see : str
        The heading of the chapter that explains it, if it is one.
    example : Example or None
        The smallest input on which the answer fails.
    """

    kind: Kind
    message: str
    name: str = ""
    see: str = ""
    example: Example | None = None

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.kind == Kind.RIGHT


def judge(cases: Cases, call: Callable[[tuple[Any, ...]], Outcome]) -> Verdict:
    """Returns the verdict on an answer.

    Parameters
    ----------
    cases : Cases
        The inputs and what right and wrong answers return.
    call : callable
        Takes the arguments of a case and returns what came of the call. It is
        called once for each case, in their order, but no more after an answer
        is found not to be written or to be too slow.

    Notes
    -----
    An answer shows a misconception if it does what the wrong answer does on
    every input: returns the same, or raises the same type of exception.
    """
    outcomes = list(_outcomes(cases, call))
    failed = list(_without_result(cases, outcomes))
    wrong = list(_wrong(cases, outcomes))
    if not failed and not wrong:
        message = f"Your function is right on all {len(cases)} inputs."
        return Verdict(Kind.RIGHT, message)
    name = _misconception(cases, outcomes)
    if name is None:
        return [*failed, *wrong][0]
    hint = cases.hints[name]
    example = [*wrong, *failed][0].example
    return Verdict(Kind.MISCONCEPTION, hint.message, name, hint.see, example)


def _outcomes(
    cases: Cases, call: Callable[[tuple[Any, ...]], Outcome]
) -> Iterator[Outcome]:
    for case in cases:
        outcome = call(case.args)
        yield outcome
        if outcome.kind in _HOPELESS:
            return


def _misconception(cases: Cases, outcomes: Sequence[Outcome]) -> str | None:
    if len(outcomes) < len(cases):
        return None
    for name in cases.hints:
        pairs = zip(outcomes, cases, strict=True)
        if all(matches(outcome, case.wrong[name]) for outcome, case in pairs):
            return name
    return None


def _without_result(
    cases: Cases, outcomes: Sequence[Outcome]
) -> Iterator[Verdict]:
    # There are fewer outcomes where calling went on no more.
    for case, outcome in zip(cases, outcomes, strict=False):
        if outcome.kind != Kind.VALUE:
            example = Example(case.args, case.expected, returned=False)
            message = _complaint(outcome, cases)
            yield Verdict(outcome.kind, message, example=example)


def _wrong(cases: Cases, outcomes: Sequence[Outcome]) -> Iterator[Verdict]:
    for case, outcome in zip(cases, outcomes, strict=False):
        if outcome.kind != Kind.VALUE:
            continue
        found = difference(case.expected, outcome.value)
        if found:
            example = Example(case.args, case.expected, outcome.value)
            message = f"Your function returns {found.message}"
            yield Verdict(found.kind, message, example=example)


def _complaint(outcome: Outcome, cases: Cases) -> str:
    if outcome.kind == Kind.NOT_IMPLEMENTED:
        return (
            f"Your function is not written yet: write {cases.function} in the "
            "place of its line `raise NotImplementedError(…)`."
        )
    if outcome.kind == Kind.TOO_SLOW:
        return (
            f"Your function has not returned after {outcome.seconds:g} "
            "seconds: is there a loop that never ends?"
        )
    if outcome.kind == Kind.MODIFIED_INPUT:
        name = cases.parameters[outcome.argument or 0]
        return (
            f"Your function changes its argument {name}, which the caller may "
            f"still need: compute a new array (`{name} = {name} - 1`) instead "
            f"of changing this one (`{name} -= 1`)."
        )
    where = "" if outcome.line is None else f" in line {outcome.line}"
    text = f": {outcome.message}" if outcome.message else "."
    return f"Your function raises {outcome.error}{where}{text}" + _remark(
        outcome, cases
    )


#: What MXNet says when it is given NumPy's arrays, or mixed with them.
_OF_MXNET = re.compile(r"mxnet|NDArray|numpy\.ndarray'> not supported")


def _remark(outcome: Outcome, cases: Cases) -> str:
    """Returns how to go on after an exception, if we know."""
    if outcome.error == "TypeError" and outcome.line is None:
        # Raised where it was called, and not by a line of its own.
        return f" — it is called with {', '.join(cases.parameters)}."
    if _OF_MXNET.search(outcome.message):
        return (
            " — MXNet's functions do not take NumPy's arrays: use NumPy's "
            "own, `import numpy as np`."
        )
    return ""
