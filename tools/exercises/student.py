"""The student's copy of a source notebook, as nbgrader makes it."""

from __future__ import annotations

from d2l_ext.exercises.material import stub

import nbformat
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from tools.notebooks.cleaner import clean


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
