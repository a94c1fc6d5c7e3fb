"""The student's copy of a source notebook, as nbgrader makes it."""

from __future__ import annotations

from pathlib import Path

from d2l_check.source import load_exercises, stub

import nbformat
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from tools.notebooks.cleaner import clean


def write_copies(sources: Path, folder: Path) -> None:
    """Writes the student's copies of all exercises below a folder.

    Raises
    ------
    ExerciseError
        If there is no exercise, or one is not complete.
    """
    for exercise in load_exercises(sources).values():
        target = folder / exercise.notebook.relative_to(sources)
        text = exercise.notebook.read_text(encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = student_copy(text, exercise.function)
        target.write_text(copy, encoding="utf-8")


def student_copy(text: str, function: str) -> str:
    """Returns a source notebook with the stub in place of the solution.

    Raises
    ------
    nbgrader.nbgraderformat.ValidationError
        If the metadata of a cell are not nbgrader's.
    RuntimeError
        If a solution does not end, or is in another cell.
    """
    node = nbformat.reads(text, as_version=4)
    MetadataValidatorV3().validate_nb(node)
    config = Config(
        {"ClearSolutions": {"code_stub": {"python": stub(function)}}}
    )
    cleared, _ = ClearSolutions(config=config).preprocess(node, {})
    return clean(nbformat.writes(cleared))
