"""The inputs of an exercise, with what right and wrong answers return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from d2l_check.call import call_here
from d2l_check.compare import difference
from d2l_check.outcome import Kind, Outcome
from d2l_check.source import Exercise, ExerciseError, Hint
from d2l_check.values import count, is_value, plain

import numpy as np


@dataclass(frozen=True)
class Raises:
    """Stands for the result of a wrong answer that raises on an input."""

    error: str


@dataclass(frozen=True)
class Case:
    """One input of an exercise.

    Attributes
    ----------
    args : tuple
        The arguments.
    expected
        What the right answer returns.
    wrong : mapping of str to a value or Raises
        What each known wrong answer returns, by its name.
    """

    args: tuple[Any, ...]
    expected: Any
    wrong: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cases(Sequence[Case]):
    """All inputs of one exercise, the smallest first.

    Attributes
    ----------
    id, function : str
        The exercise, and the name of the function that it asks for.
    chapter : str
        The title of its chapter.
    parameters : tuple of str
        The names of the function's parameters.
    hints : mapping of str to Hint
        What to say about each wrong answer, by its name.
    cases : tuple of Case
    """

    id: str
    function: str
    chapter: str
    parameters: tuple[str, ...]
    hints: Mapping[str, Hint]
    cases: tuple[Case, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.cases[index]

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)


def make_cases(exercise: Exercise, rng: np.random.Generator) -> Cases:
    """Draws inputs and answers them, rightly and in each wrong way.

    Raises
    ------
    ExerciseError
        If an argument or a result is no value of an exercise, or if the right
        answer raises, modifies its input or takes too long.
    """
    return Cases(
        id=exercise.id,
        function=exercise.function,
        chapter=exercise.chapter,
        parameters=exercise.parameters,
        hints={name: wrong.hint for name, wrong in exercise.wrong.items()},
        cases=tuple(
            _answered(exercise, args) for args in _inputs(exercise, rng)
        ),
    )


def _inputs(exercise: Exercise, rng: np.random.Generator) -> list[Any]:
    try:
        return list(map(plain, exercise.cases(rng)))
    except Exception as error:
        raise ExerciseError(f"{exercise.id}: cases: {error!r}") from error


def _answered(exercise: Exercise, args: Any) -> Case:
    if not isinstance(args, tuple) or not is_value(args):
        raise ExerciseError(
            f"{exercise.id}: cases yield tuples of arrays, numbers, truth "
            f"values, texts or tuples of these, not {args!r}"
        )
    expected = _result(exercise.id, "reference", exercise.reference, args)
    if isinstance(expected, Raises):
        raise ExerciseError(
            f"{exercise.id}: the reference raises {expected.error}"
        )
    wrong = {
        name: _result(exercise.id, f"wrong answer {name}", one.function, args)
        for name, one in exercise.wrong.items()
    }
    return Case(args, expected, wrong)


def _result(exercise_id: str, who: str, function: Any, args: Any) -> Any:
    outcome = call_here(function, args)
    if outcome.kind == Kind.RAISED:
        return Raises(outcome.error)
    if outcome.kind != Kind.VALUE:
        raise ExerciseError(f"{exercise_id}: the {who}: {outcome.kind}")
    if not is_value(outcome.value):
        raise ExerciseError(
            f"{exercise_id}: the {who} returns {outcome.value!r}, and not "
            "arrays, numbers, truth values, texts or tuples of these"
        )
    return outcome.value


def matches(outcome: Outcome, wrong: Any) -> bool:
    """Whether an outcome is that of a wrong answer on the same input."""
    if isinstance(wrong, Raises):
        return outcome.kind == Kind.RAISED and outcome.error == wrong.error
    return (
        outcome.kind == Kind.VALUE and difference(wrong, outcome.value) is None
    )


def size(cases: Cases) -> int:
    """Returns how many numbers all the arguments hold together."""
    return sum(count(case.args) for case in cases)
