"""Reads an exercise: a source notebook, and the material of its checker.

``conv-axes.ipynb`` has the statement and the right answer, and beside it
``conv_axes.py`` has the inputs and the wrong answers that students give.
"""

from __future__ import annotations

import inspect
import json
import linecache
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

#: The cells of a source notebook that the right answer is executed from.
IMPORTS = "imports"
ANSWER = "answer"
#: Only students call it. From `d2l_ext`, it would bring the whole engine, for
#: which a grader would wait, and which it does not need.
_CHECK = re.compile(r"^from d2l_(?:ext|check) import check$", re.MULTILINE)
_UNUSED = "check = None"

#: What the module beside a notebook must have.
_MATERIAL = {
    "CHAPTER": str,
    "FUNCTION": str,
    "POINTS": int,
    "WRONG": dict,
    "cases": FunctionType,
}

Function = Callable[..., Any]


class ExerciseError(ValueError):
    """Says what is wrong with an exercise; for its author."""


@dataclass(frozen=True)
class Hint:
    """What a student reads about a misconception.

    Attributes
    ----------
    message : str
        What the answer does, and what is right, in a sentence or two.
    see : str
        The heading of the chapter that explains it.
    """

    message: str
    see: str


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that students give.

    Attributes
    ----------
    function : callable
        The wrong answer. It may raise on some inputs, but not on all.
    message, see : str
        As in :class:`Hint`.
    """

    function: Function
    message: str
    see: str

    @property
    def hint(self) -> Hint:
        """What the student reads."""
        return Hint(self.message, self.see)


@dataclass(frozen=True)
class Exercise:
    """One code exercise.

    Attributes
    ----------
    id : str
        ``"batch-norm.conv-axes"``: the folder and the notebook.
    notebook : Path
        The source notebook.
    chapter : str
        The chapter's title.
    function : str
        The name of the function that the student writes.
    points : int
    reference : callable
        The right answer.
    cases : callable
        Takes a random generator and yields tuples of arguments.
    wrong : mapping of str to Wrong
    may_be : mapping of str to str
        What each parameter may be, in words of ``tools.exercises.corners``.
    equivalent_mutants : mapping of str to str
        Changes of the right answer that do not change what it does, and why.
    """

    id: str
    notebook: Path
    chapter: str
    function: str
    points: int
    reference: Function
    cases: Callable[[np.random.Generator], Iterable[tuple[Any, ...]]]
    wrong: Mapping[str, Wrong]
    may_be: Mapping[str, str]
    equivalent_mutants: Mapping[str, str]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the function's parameters."""
        return tuple(inspect.signature(self.reference).parameters)


def stub(function: str) -> str:
    """Returns the line that stands in a student's copy for the solution."""
    return f'raise NotImplementedError("write {function}")'


def load_exercises(folder: Path) -> dict[str, Exercise]:
    """Returns all exercises below a folder by their ids, in their order.

    Raises
    ------
    ExerciseError
        If there is none, or one is not complete; the message names the file.
    """
    notebooks = source_notebooks(folder)
    if not notebooks:
        raise ExerciseError(f"{folder}: no exercises <chapter>/<name>.ipynb")
    return {name: load_exercise(path) for name, path in notebooks.items()}


def source_notebooks(folder: Path) -> dict[str, Path]:
    """Returns the notebooks of the exercises below a folder by their ids."""
    paths = sorted(Path(folder).glob("*/*.ipynb"))
    return {_id(path): path for path in paths if path.name[0] != "."}


def _id(notebook: Path) -> str:
    return f"{notebook.parent.name}.{notebook.stem}"


def load_exercise(notebook: Path) -> Exercise:
    """Returns the exercise of a source notebook.

    Raises
    ------
    ExerciseError
        If the notebook or the module beside it is not complete.
    """
    material = _material(notebook)
    function = material["FUNCTION"]
    return Exercise(
        id=_id(notebook),
        notebook=notebook,
        chapter=material["CHAPTER"],
        function=function,
        points=material["POINTS"],
        reference=_reference(notebook, function),
        cases=material["cases"],
        wrong=material["WRONG"],
        # An exercise that a course copied long ago has none.
        may_be=material.get("MAY_BE", {}),
        equivalent_mutants=material.get("EQUIVALENT_MUTANTS", {}),
    )


def cell_sources(notebook: Path) -> dict[str, str]:
    """Returns the sources of a notebook's cells by their ids."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return {cell["id"]: "".join(cell["source"]) for cell in cells}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExerciseError(f"{notebook}: not a notebook: {error}") from error


def _material(notebook: Path) -> dict[str, Any]:
    path = notebook.with_name(f"{notebook.stem.replace('-', '_')}.py")
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExerciseError(f"{path}: {error.strerror}") from error
    names: dict[str, Any] = {}
    _execute(source, str(path), names)
    for name, kind in _MATERIAL.items():
        if not isinstance(names.get(name), kind):
            raise ExerciseError(
                f"{path}: needs {name}, of type {kind.__name__}"
            )
    return names


def _reference(notebook: Path, function: str) -> Function:
    sources = cell_sources(notebook)
    names: dict[str, Any] = {}
    for cell in (IMPORTS, ANSWER):
        if cell not in sources:
            raise ExerciseError(f"{notebook}: there is no cell {cell!r}")
        source = _CHECK.sub(_UNUSED, sources[cell])
        _execute(source, f"{notebook}:{cell}", names)
    if not callable(names.get(function)):
        raise ExerciseError(
            f"{notebook}:{ANSWER}: defines no function {function}"
        )
    return names[function]


def _execute(source: str, name: str, names: dict[str, Any]) -> None:
    # Known to linecache, so that a traceback shows the line.
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    try:
        exec(compile(source, name, "exec", dont_inherit=True), names)
    except Exception as error:
        raise ExerciseError(f"{name}: {error!r}") from error
