"""Writes values as JSON, and reads them without trusting who wrote them.

Both sides of the sandbox use this module: it needs Python and NumPy only.
"""

from __future__ import annotations

import base64
import json
import math
import re
from typing import Any

import numpy as np

#: What a message may hold. An exercise's own results have a few hundred
#: numbers; of what is beyond these sizes it is only said what it is.
MOST_BYTES = 1 << 20
MOST_AXES = 6
MOST_PARTS = 1000
MOST_DEPTH = 4
#: Characters of the name of a type, and of what an exception says.
MOST_NAME = 40
MOST_TEXT = 300
#: Errors in the cells of a notebook.
MOST_ERRORS = 20
_MOST_DIGITS = 40
_MOST_SIZE = 1 << 31
#: What is in a message besides its value.
_AROUND = 1000
_NUMBERS = "biuf"
#: What there is in arrays, by the kinds of their types.
_ITEMS = dict.fromkeys("iuf", "numbers") | {
    "b": "truth values",
    "c": "complex numbers",
    "O": "objects",
    "S": "byte strings",
    "U": "texts",
    "V": "records",
    "M": "dates",
    "m": "durations",
}
#: Why a value as a whole is not sent, and what it is called instead.
_LARGE = {
    "depth": f"result nested more than {MOST_DEPTH} deep",
    "parts": f"result with a list of more than {MOST_PARTS}",
    "axes": f"result of more than {MOST_AXES} axes",
    "size": f"result of more than {MOST_BYTES >> 20} MB",
}


class Garbled(ValueError):
    """Says that what was read is not what :func:`encode` writes."""


class Other:
    """Stands for a value that is known by what it is alone."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class _Large(Exception):
    """Says why a value is not sent: a key of ``_LARGE``."""


def encode(value: Any) -> Any:
    """Returns a value as JSON takes it, in less than ``MOST_BYTES``.

    NumPy's scalars and arrays without axes become Python's numbers, and
    subclasses of arrays, arrays. What is no array, number, text, None, or
    tuple or list of these is only named, and so is what is too large.
    """
    try:
        return _Writer().write(value, MOST_DEPTH)
    except _Large as error:
        return {"large": str(error)}


class _Writer:
    """Encodes one value, and knows how much more of it a message can hold."""

    def __init__(self) -> None:
        self._left = MOST_BYTES - _AROUND

    def write(self, value: Any, depth: int) -> Any:
        """Returns a part of the value, in which ``depth`` lists may be."""
        if isinstance(value, np.generic):
            value = np.asarray(value)
        if isinstance(value, np.ndarray):
            return self._array(np.array(value, subok=False), depth)
        if value is None or isinstance(value, (bool, str)):
            return self._counted(value)
        if isinstance(value, int) and value.bit_length() < 128:
            return self._counted(int(value))
        if isinstance(value, float):
            return self._counted(float(value))
        if isinstance(value, (tuple, list)):
            name = "tuple" if isinstance(value, tuple) else "list"
            return self._parts(name, value, depth)
        return self._counted({"other": type(value).__name__[:MOST_NAME]})

    def _counted(self, data: Any) -> Any:
        # With the comma and the space after it.
        self._take(len(json.dumps(data)) + 2)
        return data

    def _take(self, length: int) -> None:
        self._left -= length
        if self._left < 0:
            raise _Large("size")

    def _parts(self, name: str, parts: Any, depth: int) -> Any:
        if not depth:
            raise _Large("depth")
        if len(parts) > MOST_PARTS:
            raise _Large("parts")
        self._take(len('{"objects": []}, '))
        return {name: [self.write(part, depth - 1) for part in parts]}

    def _array(self, array: np.ndarray, depth: int) -> Any:
        kind, shape = array.dtype.kind, list(array.shape)
        if kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        if not shape:
            return self.write(array.item(), depth)
        if kind in "OU" and array.ndim == 1 and len(array) <= MOST_PARTS:
            # A tuple of results may come as one.
            return self._parts("objects", array.tolist(), depth)
        if array.ndim > MOST_AXES or max(shape) >= _MOST_SIZE:
            raise _Large("axes" if array.ndim > MOST_AXES else "size")
        if kind not in _NUMBERS or array.nbytes > MOST_BYTES // 2:
            known = kind if kind in _ITEMS else "V"
            return self._counted({"kind": known, "shape": shape})
        array = array.astype(array.dtype.newbyteorder("<"))
        data = base64.b64encode(array.tobytes()).decode()
        return self._counted(
            {"array": data, "dtype": array.dtype.str, "shape": shape}
        )


def loads(line: bytes) -> dict[str, Any]:
    """Returns the message in a line.

    Raises
    ------
    Garbled
        If it is no JSON object.
    """
    try:
        message = json.loads(line, parse_int=_parse_int)
    except (ValueError, RecursionError) as error:
        raise Garbled("not JSON") from error
    if not isinstance(message, dict):
        raise Garbled("not a message")
    return message


def _parse_int(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise Garbled("a number of too many digits")
    return int(digits)


def decode(data: Any) -> Any:
    """Returns the value that :func:`encode` wrote.

    Raises
    ------
    Garbled
        If it is anything else, larger or deeper than allowed.
    """
    try:
        return _decode(data, MOST_DEPTH)
    except Garbled:
        raise
    # What is well-formed may still be more than NumPy takes: a shape, say.
    except Exception as error:
        raise Garbled("not a value") from error


def _decode(data: Any, depth: int) -> Any:
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if not isinstance(data, dict):
        raise Garbled("not a value")
    match sorted(data):
        case ["tuple"]:
            return tuple(_decode_parts(data["tuple"], depth))
        case ["list"]:
            return _decode_parts(data["list"], depth)
        case ["objects"]:
            return _objects(_decode_parts(data["objects"], depth))
        case ["array", "dtype", "shape"]:
            return _decode_array(data)
        case ["kind", "shape"]:
            items, shape = _ITEMS[data["kind"]], _shape(data["shape"])
            return _other(f"array of {items} of shape {shape}")
        case ["large"]:
            return _other(_LARGE[data["large"]])
        case ["other"] if isinstance(data["other"], str):
            # It may be any text, which is shown: a type has such a name.
            name = data["other"][:MOST_NAME]
            return _other(name if re.fullmatch(r"[\w ]+", name) else "?")
    raise Garbled("not a value")


def _other(name: str) -> Other:
    return type(name, (Other,), {})()


def _decode_parts(parts: Any, depth: int) -> list[Any]:
    if not isinstance(parts, list) or len(parts) > MOST_PARTS or not depth:
        raise Garbled("not a value")
    return [_decode(part, depth - 1) for part in parts]


def _objects(parts: list[Any]) -> np.ndarray:
    array = np.full(len(parts), None, object)
    # One by one: NumPy would look into the parts.
    for number, part in enumerate(parts):
        array[number] = part
    return array


def _decode_array(data: dict[str, Any]) -> np.ndarray:
    if data["dtype"] not in _DTYPES or not isinstance(data["array"], str):
        raise Garbled("not an array")
    dtype, shape = np.dtype(data["dtype"]), _shape(data["shape"])
    try:
        numbers = base64.b64decode(data["array"], validate=True)
    except ValueError as error:
        raise Garbled("not an array") from error
    if len(numbers) != math.prod(shape) * dtype.itemsize:
        raise Garbled("an array of another size")
    array = np.frombuffer(numbers, dtype).reshape(shape)
    if (
        dtype.kind == "b"
        and np.max(np.frombuffer(numbers, np.uint8), initial=0) > 1
    ):
        raise Garbled("truth values that are neither true nor false")
    return array.astype(dtype.newbyteorder("="))


_DTYPES = ["|b1", "|i1", "|u1"] + [
    f"<{kind}{size}" for kind in "iuf" for size in (2, 4, 8)
]


def _shape(shape: Any) -> tuple[int, ...]:
    if (
        not isinstance(shape, list)
        or not 1 <= len(shape) <= MOST_AXES
        or not all(
            type(size) is int and 0 <= size < _MOST_SIZE for size in shape
        )
    ):
        raise Garbled("not a shape")
    return tuple(shape)
