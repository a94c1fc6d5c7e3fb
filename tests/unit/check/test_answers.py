"""The file of cases: what goes in comes out, and nothing is executed."""

from __future__ import annotations

from dataclasses import replace

from d2l_check.answers import load, save, stored_ids
from d2l_check.cases import Case, Raises
from d2l_check.values import same

import numpy as np
import pytest
from doubling import fresh_cases

VALUES = (
    *(1, -2.5, True, False, "text", float("inf"), (), (1, (2.0, "b"))),
    *(np.ones((2, 3)), np.zeros((0, 3)), np.array([True, False])),
    *(np.arange(3), np.array([1.5], dtype=np.float32), np.array([np.nan])),
    np.arange(6.0).reshape(2, 3).T,
    (np.ones(2), (np.zeros(1), 3)),
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "answers.npz"


def test_cases_come_out_as_they_went_in(file):
    cases = fresh_cases()
    save(file, {cases.id: cases})
    found = load(cases.id, file)
    assert replace(found, cases=()) == replace(cases, cases=())
    for one, other in zip(found, cases, strict=True):
        assert same(one.args, other.args)
        assert same(one.expected, other.expected)
        assert one.wrong.keys() == other.wrong.keys()
        for name, value in one.wrong.items():
            assert isinstance(value, Raises) or same(value, other.wrong[name])
    assert found[1].wrong["one-number"] == Raises("ValueError")


@pytest.mark.parametrize("value", VALUES)
def test_every_kind_of_value_can_be_stored(file, value):
    cases = replace(fresh_cases(), cases=(Case((value, 1), value),))
    save(file, {cases.id: cases})
    (case,) = load(cases.id, file)
    assert same(case.args, (value, 1))
    assert same(case.expected, value)


def test_arrays_from_the_file_can_be_written_to(file):
    cases = fresh_cases()
    save(file, {cases.id: cases})
    load(cases.id, file)[0].args[0][:] = 0


def test_several_exercises_are_kept_apart(file):
    one, other = fresh_cases(1), replace(fresh_cases(2), id="numbers.other")
    save(file, {one.id: one, other.id: other})
    assert stored_ids(file) == ["numbers.double", "numbers.other"]
    assert same(load(one.id, file)[2].args, one[2].args)
    assert same(load(other.id, file)[2].args, other[2].args)


def test_an_exercise_that_is_not_there_is_a_key_error(file):
    save(file, {})
    with pytest.raises(KeyError, match="numbers"):
        load("numbers.double", file)


def test_the_same_cases_give_the_same_file(tmp_path):
    names = [tmp_path / "one.npz", tmp_path / "two.npz"]
    cases = fresh_cases()
    for name in names:
        save(
            name,
            {"b": cases, "a": cases}
            if name is names[0]
            else {"a": cases, "b": cases},
        )
    assert names[0].read_bytes() == names[1].read_bytes()


def test_the_file_holds_bytes_and_no_pickled_objects(file):
    save(file, {"numbers.double": fresh_cases()})
    with np.load(file, allow_pickle=False) as arrays:
        assert {array.dtype for array in arrays.values()} == {np.dtype("u1")}
