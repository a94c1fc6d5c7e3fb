"""Keeps the cases of all exercises in one file, without pickle.

The file is NumPy's npz. Each exercise has two arrays of bytes in it: a layout
in JSON, and the numbers of its arrays one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from d2l_check.cases import Case, Cases, Raises
from d2l_check.source import Hint

import numpy as np

#: The cases that ``check`` uses, inside the package.
ANSWERS_FILE = Path(__file__).with_name("_files") / "answers.npz"

_LAYOUT = ".layout"
_NUMBERS = ".numbers"


def save(path: Path, exercises: Mapping[str, Cases]) -> None:
    """Writes the cases of exercises; the same cases give the same file."""
    arrays: dict[str, Any] = {}
    for name, cases in sorted(exercises.items()):
        numbers = bytearray()
        layout = json.dumps(_packed(cases, numbers), separators=(",", ":"))
        arrays[name + _LAYOUT] = np.frombuffer(layout.encode(), np.uint8)
        arrays[name + _NUMBERS] = np.frombuffer(bytes(numbers), np.uint8)
    np.savez_compressed(path, **arrays)


def stored_ids(path: Path = ANSWERS_FILE) -> list[str]:
    """Returns the ids of the exercises in a file."""
    with np.load(path) as arrays:
        return [
            name.removesuffix(_LAYOUT)
            for name in arrays.files
            if name.endswith(_LAYOUT)
        ]


def load(exercise_id: str, path: Path = ANSWERS_FILE) -> Cases:
    """Returns the cases of an exercise.

    Raises
    ------
    KeyError
        If the file has no such exercise.
    """
    with np.load(path) as arrays:
        layout = json.loads(arrays[exercise_id + _LAYOUT].tobytes())
        numbers = arrays[exercise_id + _NUMBERS].tobytes()
    return Cases(
        id=exercise_id,
        function=layout["function"],
        chapter=layout["chapter"],
        parameters=tuple(layout["parameters"]),
        hints={name: Hint(**hint) for name, hint in layout["hints"].items()},
        cases=tuple(_unpacked_case(case, numbers) for case in layout["cases"]),
    )


def _packed(cases: Cases, numbers: bytearray) -> dict[str, Any]:
    return {
        "function": cases.function,
        "chapter": cases.chapter,
        "parameters": cases.parameters,
        "hints": {name: asdict(hint) for name, hint in cases.hints.items()},
        "cases": [
            {
                "args": _pack(case.args, numbers),
                "expected": _pack(case.expected, numbers),
                "wrong": {
                    name: _pack(value, numbers)
                    for name, value in case.wrong.items()
                },
            }
            for case in cases
        ],
    }


def _unpacked_case(layout: dict[str, Any], numbers: bytes) -> Case:
    return Case(
        args=_unpack(layout["args"], numbers),
        expected=_unpack(layout["expected"], numbers),
        wrong={
            name: _unpack(value, numbers)
            for name, value in layout["wrong"].items()
        },
    )


def _pack(value: Any, numbers: bytearray) -> Any:
    """Returns a value as JSON takes it; an array goes to ``numbers``."""
    if isinstance(value, tuple):
        return [_pack(part, numbers) for part in value]
    if isinstance(value, Raises):
        return {"raises": value.error}
    if not isinstance(value, np.ndarray):
        return value
    start = len(numbers)
    numbers += value.tobytes()
    return {"dtype": value.dtype.str, "shape": value.shape, "start": start}


def _unpack(value: Any, numbers: bytes) -> Any:
    if isinstance(value, list):
        return tuple(_unpack(part, numbers) for part in value)
    if not isinstance(value, dict):
        return value
    if "raises" in value:
        return Raises(value["raises"])
    size = int(np.prod(value["shape"]))
    dtype, start = np.dtype(value["dtype"]), value["start"]
    array = np.frombuffer(numbers, dtype, size, start)
    return array.reshape(value["shape"]).astype(dtype.newbyteorder("="))
