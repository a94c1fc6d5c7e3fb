"""Every exercise: its right answer, its stub, its wrong answers, mutants."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from d2l_check.answers import ANSWERS_FILE
from d2l_check.call import call_here
from d2l_check.cases import make_cases
from d2l_check.judge import judge
from d2l_check.outcome import Kind
from d2l_check.source import (
    ANSWER,
    cell_sources,
    load_exercise,
    source_notebooks,
)

import numpy as np
import pytest
from mutations import mutants

from tools.exercises.answers import out_of_date, recorded_cases
from tools.exercises.student import student_copy
from tools.notebooks.reading import load as load_notebook

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = source_notebooks(ROOT / "exercises")
SEEDS = range(1000, 1005)

#: A right answer takes milliseconds; a mutant that loops has so many seconds.
SECONDS = 1.0
FEWEST_MUTANTS = 10

each_exercise = pytest.mark.parametrize("exercise_id", NOTEBOOKS)


@cache
def exercise_of(exercise_id):
    return load_exercise(NOTEBOOKS[exercise_id])


@cache
def cases(exercise_id, seed=None):
    """Returns the cases that students have, or fresh ones."""
    exercise = exercise_of(exercise_id)
    if seed is None:
        return recorded_cases(exercise)
    return make_cases(exercise, np.random.default_rng(seed))


def all_cases(exercise_id):
    return [cases(exercise_id, seed) for seed in (None, *SEEDS)]


def verdict(function, on):
    return judge(on, partial(call_here, function, seconds=SECONDS))


@cache
def answer(exercise_id):
    """Returns the source of the right answer without its docstring's cell."""
    return cell_sources(exercise_of(exercise_id).notebook)[ANSWER]


def defined(source, exercise_id):
    """Returns the function that a source of the answer's cell defines."""
    names = {"np": np}
    exec(compile(source, "an answer", "exec"), names)
    return names[exercise_of(exercise_id).function]


@cache
def changed_answers(exercise_id):
    return list(mutants(answer(exercise_id)))


@each_exercise
def test_the_right_answer_is_right_on_all_inputs(exercise_id):
    function = exercise_of(exercise_id).reference
    for on in all_cases(exercise_id):
        assert verdict(function, on).right


@each_exercise
def test_the_stub_is_not_written_yet_and_says_what_to_write(exercise_id):
    exercise = exercise_of(exercise_id)
    text = exercise.notebook.read_text(encoding="utf-8")
    copy = load_notebook(student_copy(text, exercise.function))
    (source,) = (c.source for c in copy.cells if c.id == ANSWER)
    for on in all_cases(exercise_id):
        found = verdict(defined(source, exercise_id), on)
        assert found.kind == Kind.NOT_IMPLEMENTED
        assert f"write {exercise.function}" in found.message


@each_exercise
def test_a_wrong_answer_shows_its_own_misconception(exercise_id):
    wrong = exercise_of(exercise_id).wrong
    for on in all_cases(exercise_id):
        found = {
            name: verdict(one.function, on) for name, one in wrong.items()
        }
        assert {name: (v.kind, v.name) for name, v in found.items()} == {
            name: (Kind.MISCONCEPTION, name) for name in wrong
        }
        for name, one in wrong.items():
            assert found[name].message == one.message
            assert found[name].see == one.see


@each_exercise
def test_no_small_change_of_the_answer_is_right(exercise_id):
    equivalent = exercise_of(exercise_id).equivalent_mutants
    taken_for_right, listed_though_wrong = set(), set()
    for mutant in changed_answers(exercise_id):
        function = defined(mutant.source, exercise_id)
        for on in all_cases(exercise_id)[:2]:
            right = verdict(function, on).right
            if right and mutant.change not in equivalent:
                taken_for_right.add(mutant.change)
            if not right and mutant.change in equivalent:
                listed_though_wrong.add(mutant.change)
    assert taken_for_right == set()
    assert listed_though_wrong == set()


@each_exercise
def test_a_change_listed_as_equivalent_is_made(exercise_id):
    changes = {mutant.change for mutant in changed_answers(exercise_id)}
    assert exercise_of(exercise_id).equivalent_mutants.keys() <= changes


@each_exercise
def test_a_change_that_is_equivalent_has_a_reason(exercise_id):
    for reason in exercise_of(exercise_id).equivalent_mutants.values():
        assert len(reason.split()) >= 3


def test_there_are_enough_changes():
    counts = [len(changed_answers(exercise_id)) for exercise_id in NOTEBOOKS]
    assert sum(counts) / len(counts) >= FEWEST_MUTANTS


def test_students_have_these_cases():
    recorded = {exercise_id: cases(exercise_id) for exercise_id in NOTEBOOKS}
    assert list(out_of_date(recorded, ANSWERS_FILE)) == []
