"""Of several attempts, the newest is told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

from d2l_course.intake.attempts import Attempt, attempt_of
from d2l_course.intake.platforms import Named

import pytest


def test_a_date_counts_more_than_a_number_and_that_more_than_a_copy():
    ordered = [
        Attempt(),
        Attempt(copy=1),
        Attempt(number=9),
        Attempt(number=10),
        Attempt("20241105103000"),
        Attempt("20241105103000", 0, 1),
        Attempt("20241106000000"),
    ]
    for earlier, later in pairwise(ordered):
        assert earlier < later


@pytest.mark.parametrize(
    ("attempt", "text"),
    [
        (Attempt(), ""),
        (Attempt("20241105103000"), "2024-11-05 10:30"),
        (Attempt("", 2, 1), "no. 2 (1)"),
    ],
)
def test_it_is_shown_as_people_write_it(attempt, text):
    assert str(attempt) == text


def test_the_platforms_word_comes_before_the_names():
    path = PurePosixPath("2024-11-05 v2 x-1.ipynb")
    named = Named("jane", date="20241212000000", attempt=7)
    assert attempt_of(path, named, ["x"]) == Attempt("20241212000000", 7, 1)
    assert attempt_of(path, Named("jane")) == Attempt("20241105000000", 2)
