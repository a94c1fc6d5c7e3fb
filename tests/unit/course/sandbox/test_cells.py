"""Jupyter's text becomes Python, whatever it is, in a time that is bounded."""

from __future__ import annotations

import time

from d2l_course.sandbox import cells
from d2l_course.sandbox.cells import as_python

import pytest


def test_each_cell_becomes_python():
    found = as_python(["x = 1", "%time f()", "!ls"])
    assert found[0] == "x = 1\n"
    for source in found:
        compile(source, "cell", "exec")


def test_a_line_keeps_its_number():
    (found,) = as_python(["%time\n\n!ls\ndef f():\n    pass"])
    assert found.splitlines()[3] == "def f():"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\0",
        "\ud800",
        "(" * 5000,
        "x = '",
        "%%",
        "%%time",
        "!",
        "?",
        "def f(:",
    ],
)
def test_any_text_is_taken(source):
    assert isinstance(as_python([source])[0], str)


@pytest.mark.parametrize(
    "texts",
    [
        ["\n" * 1_000_000],
        ["%a\n" * 300] * 1000,
        ["x = 1\n" * 8000 + "%a\n" * 500],
    ],
)
def test_what_is_read_is_bounded(texts, monkeypatch):
    read = []

    class Manager:
        def transform_cell(self, cell):
            read.append(len(cell) * (1 + cell.count("%")))
            return cell

    monkeypatch.setattr(
        "IPython.core.inputtransformer2.TransformerManager", Manager
    )
    assert as_python(texts) == texts
    assert sum(read) <= cells._MOST_READ


def test_a_long_text_takes_seconds_and_not_minutes():
    start = time.process_time()
    as_python(["\n" * 1_000_000, "%a\n" * 100, "\n" * 200_000])
    assert time.process_time() - start < 60
