"""Exercises are read from a notebook and the module beside it."""

from __future__ import annotations

import json
import traceback

from d2l_check.source import (
    ExerciseError,
    cell_sources,
    load_exercise,
    load_exercises,
    source_notebooks,
    stub,
)

import pytest

ANSWER = 'def double(X):\n    """Return X doubled."""\n    return X * 2\n'
MATERIAL = """
from d2l_check.source import Wrong

CHAPTER = "Numbers"
FUNCTION = "double"
POINTS = 3
WRONG = {"half": Wrong(lambda X: X / 2, "You halved it.", see="Powers")}
MAY_BE = {"X": "a number"}
EQUIVALENT_MUTANTS = {"a -> b": "for a reason"}


def cases(rng):
    yield (rng.normal(),)
"""


class Folder:
    """A folder of exercises."""

    def __init__(self, root):
        self.root = root

    def write(self, answer=ANSWER, material=MATERIAL, name="double-it", **ids):
        sources = {"imports": "import numpy as np", "answer": answer} | ids
        cells = [
            {"id": id, "source": source.splitlines(keepends=True)}
            for id, source in sources.items()
            if source is not None
        ]
        path = self.root / "numbers" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"cells": cells}))
        if material is not None:
            module = path.with_name(f"{name.replace('-', '_')}.py")
            module.write_text(material)
        return path


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_an_exercise_has_what_both_files_say(folder):
    path = folder.write()
    exercise = load_exercise(path)
    assert (exercise.id, exercise.notebook) == ("numbers.double-it", path)
    assert (exercise.chapter, exercise.points) == ("Numbers", 3)
    assert exercise.reference(3) == 6
    assert exercise.parameters == ("X",)
    assert exercise.wrong["half"].hint.message == "You halved it."
    assert exercise.may_be == {"X": "a number"}
    assert exercise.equivalent_mutants == {"a -> b": "for a reason"}


def test_the_answer_has_what_the_notebook_imports(folder):
    path = folder.write("def double(X): return np.add(X, X)")
    assert load_exercise(path).reference(2) == 4


@pytest.mark.parametrize("package", ["d2l_ext", "d2l_check"])
def test_the_check_is_not_imported_nor_the_engine_with_it(folder, package):
    imports = f"from {package} import check\n\nimport math"
    answer = "def double(X): return math.prod((2, X), start=check is None)"
    assert (
        load_exercise(folder.write(answer, imports=imports)).reference(2) == 4
    )


def test_exercises_are_found_by_their_ids_in_order(folder):
    folder.write(name="b")
    folder.write(name="a-b")
    folder.write(name=".hidden")
    assert list(load_exercises(folder.root)) == ["numbers.a-b", "numbers.b"]
    assert list(source_notebooks(folder.root)) == ["numbers.a-b", "numbers.b"]


def test_a_folder_without_exercises_is_an_error(tmp_path):
    with pytest.raises(ExerciseError, match="no exercises"):
        load_exercises(tmp_path)


def test_nothing_is_left_beside_the_exercise(folder):
    path = folder.write()
    load_exercise(path)
    assert len(list(path.parent.iterdir())) == 2


def test_an_error_in_the_answer_shows_its_line(folder):
    path = folder.write("def double(X):\n    return X.nothing")
    with pytest.raises(AttributeError) as caught:
        load_exercise(path).reference(2)
    assert "return X.nothing" in "".join(
        traceback.format_exception(
            caught.type, caught.value, caught.value.__traceback__
        )
    )


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"answer": None}, "no cell 'answer'"),
        ({"imports": None}, "no cell 'imports'"),
        ({"answer": "x = 1"}, "answer: defines no function double"),
        ({"answer": "def double(:"}, "answer: SyntaxError"),
        ({"imports": "import nothing_at_all"}, "imports: ModuleNotFound"),
        ({"material": None}, r"double_it\.py: No such file"),
        ({"material": "1 / 0"}, r"double_it\.py: ZeroDivisionError"),
        (
            {"material": MATERIAL.replace("POINTS = 3", "POINTS = 'three'")},
            "needs POINTS, of type int",
        ),
        (
            {"material": MATERIAL.replace("def cases", "def inputs")},
            "needs cases, of type function",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_file(folder, broken, message):
    path = folder.write(**broken)
    with pytest.raises(ExerciseError, match=message):
        load_exercise(path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cells": [{}]}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, text):
    path = tmp_path / "one.ipynb"
    path.write_text(text)
    with pytest.raises(ExerciseError, match=r"one\.ipynb: not a notebook"):
        cell_sources(path)


def test_the_stub_says_which_function_to_write():
    assert stub("double") == 'raise NotImplementedError("write double")'
