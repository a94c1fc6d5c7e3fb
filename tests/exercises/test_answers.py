"""Right and wrong answers that somebody gave, and what they are worth.

The answers to ``batch-norm.conv-axes`` are in ``answers/batch-norm``, in
``conv_axes.py``: functions called ``right_…`` and ``wrong_…``. A wrong one is
here because it was once taken for right, or could be. Faults are made from the
right answer, at the corners of what its parameters may be. Whatever the secret
of a course is, an answer is worth the same.
"""

from __future__ import annotations

import json
import runpy
from functools import cache, partial
from pathlib import Path

from d2l_check.call import call_here
from d2l_check.cases import make_cases
from d2l_check.judge import judge
from d2l_check.source import load_exercise, source_notebooks
from d2l_course.course import RECORD, Course

import pytest
from faults import faults

from tools.exercises.answers import recorded_cases

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = source_notebooks(ROOT / "exercises")
SECRETS = [f"{number:032x}" for number in range(1, 25)]


def answers_to(exercise_id):
    """Returns the file with answers to an exercise."""
    chapter, _, name = exercise_id.partition(".")
    folder = Path(__file__).with_name("answers") / chapter
    return folder / f"{name.replace('-', '_')}.py"


#: Faults that change nothing, and why.
NO_FAULTS = {
    "activations.prelu-slopes: X never 0": "an input that is 0 or positive "
    "adds nothing to the gradient of the slope",
    "activations.prelu-slopes: X hardly 0": "as above",
    "adaptive.steps-until: a result without axes of length 1": "a number",
    "densenet.channels: a result without axes of length 1": "two at least",
    "densenet.readers: W without its sign": "the mean is of magnitudes",
    "dropout.spatial: uniform hardly 0": "compared with the rate only",
    "initialization.he-scale: slope hardly 0": "squared, it is rounding",
    "landscapes.arrival: a result without axes of length 1": "a number",
    "landscapes.arrival: a result of the type of path": "an integer",
    "landscapes.arrival: a result of the type of minimum": "an integer",
    "landscapes.filter-normalize: weight without its sign": "a norm has none",
    "momentum.best-pair: a result without axes of length 1": "always two",
    "resnet.chain: a result of the type of slopes": "products of integers",
}

KEPT = [name for name in NOTEBOOKS if answers_to(name).exists()]
each_exercise = pytest.mark.parametrize("exercise_id", KEPT)


@cache
def exercise_of(exercise_id):
    return load_exercise(NOTEBOOKS[exercise_id])


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """Returns a course for each secret."""
    found = []
    for secret in SECRETS:
        folder = tmp_path_factory.mktemp("course")
        record = json.dumps({"assignments": {}, "secret": secret})
        (folder / RECORD).write_text(record, encoding="utf-8")
        found.append(Course(folder))
    return found


@pytest.fixture(scope="module")
def judged(courses):
    """Returns a function that returns the verdicts on an answer.

    One is on the inputs that students have, and one on those of each course.
    """

    @cache
    def all_cases(exercise_id):
        exercise = exercise_of(exercise_id)
        hidden = [course.hidden_inputs(exercise) for course in courses]
        return [
            recorded_cases(exercise),
            *(make_cases(exercise, rng) for rng in hidden),
        ]

    def verdicts(exercise_id, answer):
        call = partial(call_here, answer)
        return [judge(cases, call) for cases in all_cases(exercise_id)]

    return verdicts


def answers(exercise_id, prefix):
    found = runpy.run_path(str(answers_to(exercise_id)))
    return {n: f for n, f in found.items() if n.startswith(prefix)}


@each_exercise
def test_a_right_answer_is_right_whatever_the_secret(exercise_id, judged):
    right = answers(exercise_id, "right_")
    right["the solution"] = exercise_of(exercise_id).reference
    for name, answer in right.items():
        for verdict in judged(exercise_id, answer):
            assert verdict.right, (name, verdict)


@each_exercise
def test_a_wrong_answer_is_wrong_whatever_the_secret(exercise_id, judged):
    wrong = answers(exercise_id, "wrong_")
    taken_for_right = {
        name
        for name, answer in wrong.items()
        for verdict in judged(exercise_id, answer)
        if verdict.right
    }
    assert wrong
    assert taken_for_right == set()


@pytest.mark.parametrize("exercise_id", NOTEBOOKS)
def test_a_misconception_is_named_whatever_the_secret(exercise_id, judged):
    for name, wrong in exercise_of(exercise_id).wrong.items():
        found = judged(exercise_id, wrong.function)
        assert {verdict.name for verdict in found} == {name}


@pytest.mark.parametrize("exercise_id", NOTEBOOKS)
def test_a_fault_at_a_corner_is_found_whatever_the_secret(exercise_id, judged):
    exercise = exercise_of(exercise_id)
    for name, answer in faults(exercise.reference, exercise.may_be):
        right = {verdict.right for verdict in judged(exercise_id, answer)}
        equivalent = f"{exercise_id}: {name}" in NO_FAULTS
        assert right == {equivalent}, name
