"""A student's text is printable wherever it goes."""

from __future__ import annotations

from d2l_course.result import printable

import pytest


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("bell\a and \x1b[31mred", "bell\ufffd and \ufffd[31mred"),
        ("half \ud800 of a pair", "half \\ud800 of a pair"),
        ("Zoë 名", "Zoë 名"),
    ],
)
def test_control_codes_and_broken_text_are_shown(text, shown):
    assert printable(text) == shown
    printable(text).encode("utf-8")
