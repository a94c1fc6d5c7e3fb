"""Courses that were made before the packages were parted still grade."""

from __future__ import annotations

from importlib import import_module

import pytest


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (
            "d2l_ext.course.stubs",
            "d2l_course.nbgrader.stubs",
            "ClearSolutions",
        ),
        (
            "d2l_ext.course.sanitizing",
            "d2l_course.nbgrader.sanitize",
            "safe_markdown2html",
        ),
        ("d2l_ext.exercises.material", "d2l_check.source", "Wrong"),
    ],
)
def test_an_old_name_is_the_new_one(old, new, name):
    if "nbgrader" in new:
        pytest.importorskip("nbgrader")
    assert getattr(import_module(old), name) is getattr(
        import_module(new), name
    )
