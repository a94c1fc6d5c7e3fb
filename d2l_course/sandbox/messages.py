"""What the worker may say: a message is one of these, or it is tampering.

Whoever wrote a message, all that comes out of it has a type, a range and a
length that the rest of the grader was made for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from d2l_check.outcome import Kind
from d2l_course.sandbox.inside.wire import (
    MOST_ERRORS,
    MOST_NAME,
    MOST_TEXT,
    Garbled,
    decode,
    loads,
)

#: Lines of a cell: there are fewer than characters in a notebook.
_MOST_LINES = 1 << 20

#: What is read from a field; raises Garbled if it is not what it must be.
Field = Callable[[Any], Any]
#: The fields of a message, by what it says as its kind.
Schema = Mapping[str, Mapping[str, Field]]


def read(schema: Schema, line: bytes) -> dict[str, Any]:
    """Returns the message in a line: its kind, and its fields as values.

    Raises
    ------
    Garbled
        If it is not one of the schema's.
    """
    message = loads(line)
    kind = message.pop("kind", None)
    fields = schema.get(kind) if isinstance(kind, str) else None
    if fields is None or message.keys() != fields.keys():
        raise Garbled("no message of these")
    values = {name: value(message[name]) for name, value in fields.items()}
    return {"kind": kind} | values


def after_call(num_args: int) -> Schema:
    """Returns what may be said of a call: the fields of an ``Outcome``."""
    raised: dict[str, Field] = {
        "error": _name,
        "message": _text,
        "line": _line,
    }
    return {
        Kind.VALUE.value: {"value": decode},
        Kind.NOT_IMPLEMENTED.value: raised,
        Kind.RAISED.value: raised,
        Kind.MODIFIED_INPUT.value: {
            "argument": partial(_whole, 0, num_args - 1)
        },
    }


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Garbled("no truth value")
    return value


def _whole(least: int, most: int, value: Any) -> int:
    # True and 1.0 are equal to 1, and are no whole numbers.
    if type(value) is not int or not least <= value <= most:
        raise Garbled(f"no whole number from {least} to {most}")
    return value


def _line(value: Any) -> int | None:
    return None if value is None else _whole(1, _MOST_LINES, value)


def _of_length(most: int, value: Any) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Garbled(f"no text of at most {most} characters")
    return value


_name = partial(_of_length, MOST_NAME)
_text = partial(_of_length, MOST_TEXT)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_ERRORS:
        raise Garbled(f"no list of at most {MOST_ERRORS}")
    return list(map(_text, value))


AFTER_START: Schema = {"confined": {}}
AFTER_CELLS: Schema = {"ran": {"defined": _truth, "errors": _texts}}
