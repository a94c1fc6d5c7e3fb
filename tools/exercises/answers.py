"""The cases that the package carries: made, and compared with the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from d2l_check.answers import load, stored_ids
from d2l_check.cases import Case, Cases, Raises, make_cases
from d2l_check.compare import difference
from d2l_check.source import Exercise

import numpy as np

BUILD = "run: python -m tools.exercises build"


def recorded_cases(exercise: Exercise) -> Cases:
    """Returns the cases of an exercise that students have.

    Each exercise has a seed of its own, so that a new one leaves the others'
    cases as they are.
    """
    seed = zlib.crc32(exercise.id.encode())
    return make_cases(exercise, np.random.default_rng(seed))


def out_of_date(made: Mapping[str, Cases], file: Path) -> Iterator[str]:
    """Yields what the file has otherwise than what was made now.

    Numbers are compared as answers are: other processors round differently.
    """
    stored = set(stored_ids(file)) if file.exists() else set()
    for name in sorted(stored - made.keys()):
        yield f"{file.name} has {name}, which there is not; {BUILD}"
    for name, cases in made.items():
        if name not in stored:
            yield f"{file.name} has no {name}; {BUILD}"
        elif not _agree(cases, load(name, file)):
            yield f"{file.name} has another {name}; {BUILD}"


def _agree(one: Cases, other: Cases) -> bool:
    return (
        one.function == other.function
        and one.chapter == other.chapter
        and one.parameters == other.parameters
        and list(one.hints.items()) == list(other.hints.items())
        and len(one) == len(other)
        and all(map(_agree_case, one, other))
    )


def _agree_case(one: Case, other: Case) -> bool:
    values = [(one.args, other.args), (one.expected, other.expected)]
    for name, value in one.wrong.items():
        if isinstance(value, Raises) or isinstance(other.wrong[name], Raises):
            if value != other.wrong[name]:
                return False
        else:
            values.append((value, other.wrong[name]))
    return all(difference(a, b) is None for a, b in values)
