"""What a notebook is worth, and a student's text in a form that is safe."""

from __future__ import annotations

from dataclasses import dataclass

from d2l_check.outcome import Kind


@dataclass(frozen=True)
class Result:
    """What a notebook is worth, and why.

    Attributes
    ----------
    notebook : str
        Its name.
    kind : Kind
    message : str
        What happened, for the student.
    right : bool
        Whether it gets its points. There is no other way to get them.
    name : str
        The misconception, if it is one.
    html, text : str
        The box that the student sees.
    errors : tuple of str
        What the notebook's cells raised.
    seconds : float
    earlier : int
        Which of the earlier attempts it is of; 0 if of the one that was
        submitted.
    """

    notebook: str
    kind: Kind
    message: str
    right: bool = False
    name: str = ""
    html: str = ""
    text: str = ""
    errors: tuple[str, ...] = ()
    seconds: float = 0.0
    earlier: int = 0


def printable(text: str) -> str:
    """Returns a student's text as any file takes it, without control codes."""
    # What no UTF-8 stands for, in a file's name say, gets a backslash.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
