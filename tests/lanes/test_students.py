"""The students' notebooks, with the package and the NumPy of this lane.

``make lanes`` copies this next to the exercises' sources and to the notebooks
that students get, and runs it. All notebooks run in one IPython shell, each
with names of its own: what differs between the lanes is what is imported.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

from d2l_check.outcome import Kind
from d2l_check.source import (
    ANSWER,
    cell_sources,
    load_exercise,
    source_notebooks,
    stub,
)

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

WORK = Path(__file__).resolve().parents[2]
STUDENTS = WORK / "students"
SOURCES = source_notebooks(WORK / "exercises")
TRY_IT = "try-it"

if not STUDENTS.is_dir():
    pytest.skip("runs in a lane: make lanes", allow_module_level=True)

each_exercise = pytest.mark.parametrize("exercise_id", SOURCES)


@cache
def exercise_of(exercise_id):
    return load_exercise(SOURCES[exercise_id])


@cache
def handed_out(exercise_id):
    """Returns the cells that students get, by their ids."""
    path = SOURCES[exercise_id].relative_to(WORK / "exercises")
    return cell_sources(STUDENTS / path)


@cache
def shell():
    config = Config({"HistoryManager": {"enabled": False}})
    return InteractiveShell.instance(config=config)


class Notebook:
    """A student's notebook, with which cells are run."""

    def __init__(self, exercise_id):
        self.cells = dict(handed_out(exercise_id))
        self.function = exercise_of(exercise_id).function
        shell().reset(new_session=False)

    def run(self):
        """Runs all cells; returns the box that the one with the check shows.

        The statement is no code.
        """
        boxes = [self.run_cell(i) for i in self.cells if i != "statement"]
        (box,) = (box for shown in boxes for box in shown)
        return box

    def check(self, function):
        """Returns the box after the answer has become another function."""
        shell().user_ns[self.function] = function
        (box,) = self.run_cell(TRY_IT)
        return box

    def run_cell(self, cell_id):
        with capture_output() as captured:
            result = shell().run_cell(self.cells[cell_id])
        result.raise_error()
        return [Box(output.data["text/html"]) for output in captured.outputs]


class Box:
    """What a student reads."""

    def __init__(self, text):
        (self.verdict,) = re.findall(r'data-verdict="([^"]*)"', text)
        (self.name,) = re.findall(r'data-misconception="([^"]*)"', text)
        self.text = html.unescape(re.sub(r"<[^>]*>", "", text))


@each_exercise
def test_as_handed_out_it_says_what_to_write(exercise_id):
    notebook = Notebook(exercise_id)
    assert stub(notebook.function) in notebook.cells[ANSWER]
    box = notebook.run()
    assert box.verdict == Kind.NOT_IMPLEMENTED
    assert f"write {notebook.function} in the place of" in box.text


@each_exercise
def test_the_right_answer_is_right(exercise_id):
    notebook = Notebook(exercise_id)
    notebook.cells[ANSWER] = cell_sources(SOURCES[exercise_id])[ANSWER]
    assert notebook.run().verdict == Kind.RIGHT


@each_exercise
def test_a_wrong_answer_gets_its_own_message(exercise_id):
    notebook = Notebook(exercise_id)
    notebook.run()
    for name, wrong in exercise_of(exercise_id).wrong.items():
        box = notebook.check(wrong.function)
        assert (box.verdict, box.name) == (Kind.MISCONCEPTION, name)
        assert wrong.message.replace("`", "") in box.text
