"""One assignment of two code exercises, graded in two ways.

Both graders get the same notebooks. For nbgrader the hidden tests are in the
source, as its manual has it; for ours they are where they always are. The
notebooks do not call ``check``, for which nbgrader would import MXNet.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT = "benchmark"
IDS = ("batch-norm.conv-axes", "batch-norm.prediction")
#: How many students in four are right, wrong, or have written nothing.
KINDS = ("right", "right", "wrong", "stub")

TESTS = """\
### BEGIN HIDDEN TESTS
from numpy import array
for args, expected in {cases}:
    np.testing.assert_allclose({function}(*args), expected, rtol=1e-6)
### END HIDDEN TESTS"""


def submissions_a_second(grader: str, number: int) -> float:
    """Grades a new course and returns the rate.

    Parameters
    ----------
    grader : str
        ``"ours"`` or ``"nbgrader"``.
    number : int
        Of submissions, each of two notebooks.
    """
    with _course() as folder:
        _submit(folder, number)
        commands = {
            "ours": ["d2l_course", "grade"],
            "nbgrader": ["nbgrader", "autograde", ASSIGNMENT],
        }
        start = time.perf_counter()
        _run(folder, *commands[grader])
        seconds = time.perf_counter() - start
        points = _points(folder)
    right = sum(KINDS[n % len(KINDS)] == "right" for n in range(number))
    expected = sorted([0.0] * 2 * (number - right) + [2.0] * 2 * right)
    if points != expected:
        raise RuntimeError(f"{grader} gives {points}, and not {expected}")
    return number / seconds


def _points(folder: Path) -> list[float]:
    """Returns what the notebooks get, in ascending order."""
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        scores = gradebook.execute("SELECT auto_score FROM grade").fetchall()
    return sorted(score for (score,) in scores)


@contextmanager
def _course() -> Iterator[Path]:
    """Makes a released course with hidden tests for both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "course"
        _run(
            Path(name),
            *("d2l_course", "new", "course", *IDS),
            *("--assignment", ASSIGNMENT),
            *("--exercises", os.fspath(ROOT / "exercises")),
        )
        for source in folder.glob(f"source/{ASSIGNMENT}/*.ipynb"):
            _add_hidden_tests(source)
        _run(folder, "d2l_course", "release")
        yield folder


def _run(folder: Path, *module: str) -> None:
    path = os.pathsep.join(
        [os.path.dirname(sys.executable), os.environ["PATH"]]
    )
    subprocess.run(
        [sys.executable, "-m", *module],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.fspath(ROOT), "PATH": path},
        check=True,
        capture_output=True,
    )


def _add_hidden_tests(source: Path) -> None:
    from d2l_check.cases import make_cases
    from d2l_check.source import load_exercise

    chapter = source.parents[2] / "exercises" / "batch-norm"
    exercise = load_exercise(chapter / source.name)
    cases = make_cases(exercise, np.random.default_rng(1))
    with np.printoptions(floatmode="unique", threshold=sys.maxsize):
        pairs = repr([(case.args, case.expected) for case in cases])
    notebook = json.loads(source.read_text("utf-8"))
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    cells["imports"]["source"] = "import numpy as np"
    tests = TESTS.format(cases=pairs, function=exercise.function)
    cells["graded"]["source"] = tests
    notebook["cells"].remove(cells["try-it"])
    source.write_text(json.dumps(notebook), "utf-8")


def _submit(folder: Path, number: int) -> None:
    for source in folder.glob(f"source/{ASSIGNMENT}/*.ipynb"):
        release = folder / "release" / ASSIGNMENT / source.name
        for student in range(number):
            kind = KINDS[student % len(KINDS)]
            target = folder / "submitted" / f"student-{student:03}"
            target = target / ASSIGNMENT / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(_answered(source, release, kind))
            target.write_text(text, "utf-8")


def _answered(source: Path, release: Path, kind: str) -> Any:
    """Returns a student's copy: with the solution, or a slip in it."""
    notebook = json.loads(release.read_text("utf-8"))
    if kind == "stub":
        return notebook
    solved = {
        c["id"]: c for c in json.loads(source.read_text("utf-8"))["cells"]
    }
    answer = "".join(solved["answer"]["source"])
    if kind == "wrong":
        answer = answer.replace("var + epsilon", "var")
    for cell in notebook["cells"]:
        if cell["id"] == "answer":
            cell["source"] = re.sub(
                r" *### (BEGIN|END) SOLUTION\n?", "", answer
            )
    return notebook
