"""``check`` in a notebook: it shows a box and lets the run go on."""

from __future__ import annotations

from d2l_check import answers, check, checking
from d2l_check.answers import load
from d2l_check.checking import feedback

import pytest
from doubling import add, double, fresh_cases


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    """Puts the small exercise in place of the book's."""
    path = tmp_path / "answers.npz"
    cases = fresh_cases()
    answers.save(path, {cases.id: cases, "sums.add": cases})
    monkeypatch.setattr(
        checking, "stored_ids", lambda: answers.stored_ids(path)
    )
    monkeypatch.setattr(checking, "load", lambda id: answers.load(id, path))


def test_it_shows_one_box_and_returns_nothing(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    assert check("numbers.double", double) is None
    (box,) = displayed
    assert box.verdict.right
    assert box.cases.id == "numbers.double"


def test_the_book_s_exercises_are_there():
    assert "batch-norm.conv-axes" in answers.stored_ids()
    assert load("batch-norm.conv-axes").function == "conv_batch_norm"


def test_a_wrong_answer_is_shown_and_raises_nothing():
    assert feedback("numbers.double", add).verdict.name == "added"


def test_an_unknown_exercise_is_refused_with_those_that_are_near():
    with pytest.raises(ValueError, match=r"near ones are: numbers\.double$"):
        check("numbers.duble", double)


def test_an_exercise_that_nothing_is_near_to_is_refused_with_all():
    with pytest.raises(ValueError, match=r"there are: numbers\.double, sums"):
        check("xyz", double)


def test_what_cannot_be_called_is_refused_by_what_it_is():
    with pytest.raises(TypeError, match="itself, double, and not a number"):
        check("numbers.double", 2.0)
