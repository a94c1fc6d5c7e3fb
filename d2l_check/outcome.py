"""What can come of an answer, in one list: by calling, judging or grading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(str, Enum):
    """What came of calling, judging or grading an answer.

    Each is the text that it is stored as.
    """

    # Of one call.
    VALUE = "value"
    NOT_IMPLEMENTED = "not-implemented"
    RAISED = "raised"
    MODIFIED_INPUT = "modified-input"
    TOO_SLOW = "too-slow"
    # Of what it returned.
    WRONG_TYPE = "wrong-type"
    WRONG_SHAPE = "wrong-shape"
    NOT_FINITE = "not-finite"
    WRONG = "wrong"
    # Of all calls.
    RIGHT = "right"
    MISCONCEPTION = "misconception"
    # Of a notebook that was not called, or no more.
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_DEFINED = "not-defined"
    ENDED = "ended"
    TAMPERED = "tampered"

    # Versions of Python differ in how they write a member into a text.
    def __str__(self) -> str:
        return self.value

    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)


#: Every kind of verdict on an answer that was called.
VERDICTS = (
    *(Kind.RIGHT, Kind.MISCONCEPTION, Kind.NOT_IMPLEMENTED, Kind.RAISED),
    *(Kind.MODIFIED_INPUT, Kind.TOO_SLOW, Kind.WRONG_TYPE),
    *(Kind.WRONG_SHAPE, Kind.NOT_FINITE, Kind.WRONG),
)


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes
    ----------
    kind : Kind
        ``VALUE``, ``NOT_IMPLEMENTED``, ``RAISED``, ``MODIFIED_INPUT`` or
        ``TOO_SLOW``.
    value
        What the function returned, if the kind is ``VALUE``.
    error, message : str
        The name of the exception's type and its text.
    line : int or None
        The line of the function's own source in which it was raised.
    argument : int or None
        Which argument was modified, from 0.
    seconds : float or None
        The time limit that was exceeded.
    """

    kind: Kind
    value: Any = None
    error: str = ""
    message: str = ""
    line: int | None = None
    argument: int | None = None
    seconds: float | None = None
