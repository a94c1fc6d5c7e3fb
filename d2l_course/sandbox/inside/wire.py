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

#: What a student's function may return. An exercise's own results have a few
#: hundred numbers; beyond these sizes it is only said what a value is.
MOST_BYTES = 1 << 20
MOST_AXES = 6
MOST_PARTS = 1000
_MOST_DEPTH = 4
_MOST_DIGITS = 40
_NUMBERS = "biuf"
_OTHERS = "cOSUVMm"


class Garbled(ValueError):
    """Says that what was read is not what :func:`encode` writes."""


class Other:
    """Stands for a value that is known by the name of its type alone."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def encode(value: Any) -> Any:
    """Returns a value as JSON takes it.

    NumPy's scalars and arrays without axes become Python's numbers, and
    subclasses of arrays, arrays. What is no array, number, text, None, or
    tuple or list of these is only named.
    """
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if isinstance(value, np.ndarray):
        return _encode_array(np.array(value, subok=False))
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int) and value.bit_length() < 128:
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (tuple, list)) and len(value) <= MOST_PARTS:
        name = "tuple" if isinstance(value, tuple) else "list"
        return {name: [encode(part) for part in value]}
    return {"other": type(value).__name__}


def _encode_array(array: np.ndarray) -> Any:
    kind, shape = array.dtype.kind, list(array.shape)
    if kind in _NUMBERS and not shape:
        return encode(array.item())
    if array.ndim > MOST_AXES or array.nbytes > MOST_BYTES // 2:
        return {"other": "array of this size"}
    if kind not in _NUMBERS:
        return {"kind": kind, "shape": shape}
    if array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    array = array.astype(array.dtype.newbyteorder("<"))
    data = base64.b64encode(array.tobytes()).decode()
    return {"array": data, "dtype": array.dtype.str, "shape": shape}


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
        return _decode(data, _MOST_DEPTH)
    except Garbled:
        raise
    # What is well-formed may still be more than NumPy takes: a shape, say.
    except Exception as error:
        raise Garbled("not a value") from error


def _decode(data: Any, depth: int) -> Any:
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if not isinstance(data, dict) or not depth:
        raise Garbled("not a value")
    keys = set(data)
    if keys == {"tuple"} or keys == {"list"}:
        return _decode_parts(data, depth)
    if keys == {"array", "dtype", "shape"}:
        return _decode_array(data)
    if keys == {"kind", "shape"} and data["kind"] in list(_OTHERS):
        nothing = np.empty((), np.dtype(_FORMS.get(data["kind"], "O")))
        return np.broadcast_to(nothing, _shape(data["shape"]))
    if keys == {"other"} and isinstance(data["other"], str):
        name = data["other"][:40]
        return type(
            name if re.fullmatch(r"[\w ]+", name) else "?", (Other,), {}
        )()
    raise Garbled("not a value")


#: An item of each kind of array that is no number.
_FORMS = {"c": "c16", "S": "S1", "U": "U1", "V": "V1", "M": "M8[s]"} | {
    "m": "m8[s]"
}


def _decode_parts(data: dict[str, Any], depth: int) -> Any:
    ((name, parts),) = data.items()
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise Garbled("not a value")
    decoded = [_decode(part, depth - 1) for part in parts]
    return tuple(decoded) if name == "tuple" else decoded


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
        or not all(type(size) is int and 0 <= size < 1 << 31 for size in shape)
    ):
        raise Garbled("not a shape")
    return tuple(shape)
