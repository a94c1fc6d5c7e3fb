"""Reads what students hand in, whatever it is.

A notebook's JSON is read as it comes, with nothing but its cells' sources:
Colab, old versions and students' own tools leave out, add and rename much.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from d2l_course.intake.pictures import Attachments, attached, taken_out

#: A notebook with pictures in its outputs has some megabytes.
MOST_BYTES = 32 << 20
#: What students write has some kilobytes.
MOST_CODE = 1 << 20
_MOST_CELLS = 1000

CODE = "code"
MARKDOWN = "markdown"


class Unreadable(ValueError):
    """Says what is wrong with a file, to its student."""


@dataclass(frozen=True)
class Cell:
    """A cell without all but what the student wrote and pasted.

    Attributes
    ----------
    kind : str
        ``CODE`` or ``MARKDOWN``.
    source : str
    grade_id : str
        The name that nbgrader gave it, if it is still there.
    attachments : mapping
        The pictures of a cell of Markdown in base64, by names and types.
    """

    kind: str
    source: str
    grade_id: str = ""
    attachments: Attachments = field(default_factory=dict)


def read_file(path: Path) -> bytes:
    """Returns what is in a submitted file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    Unreadable
        If it is a link, which may lead to what others wrote, or too large.
    """
    try:
        # Without waiting, should it be a pipe.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        # An opener's descriptor is closed even if it is a folder's.
        with open(path, "rb", opener=lambda p, _: os.open(p, flags)) as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(f"is no file: {error.strerror}") from error
    return data


def read_cells(data: bytes) -> list[Cell]:
    """Returns the cells of a notebook of any version.

    Raises
    ------
    Unreadable
        If it is no notebook, or larger than any that a student writes.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES >> 20} MB")
    try:
        notebook = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not a notebook: {_reason(error)}") from error
    cells = [cell for cell in map(_cell, _raw_cells(notebook)) if cell]
    if sum(len(cell.source) for cell in cells) > MOST_CODE:
        raise Unreadable(f"has more than {MOST_CODE >> 20} MB of text")
    return cells


def decoded(data: bytes) -> str:
    """Returns the text of a JSON or CSV file, however it is encoded.

    Editors on Windows write UTF-16 and their own form of Latin-1, in which
    any bytes are text.
    """
    for encoding in (json.detect_encoding(data), "cp1252"):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else "nested too deep"


def _raw_cells(notebook: Any) -> list[Any]:
    if isinstance(notebook, dict):
        # Before version 4, cells were in worksheets.
        sheets = notebook.get("worksheets")
        first = sheets[0] if isinstance(sheets, list) and sheets else {}
        for holder in (notebook, first):
            cells = holder.get("cells") if isinstance(holder, dict) else None
            if isinstance(cells, list) and len(cells) <= _MOST_CELLS:
                return cells
    raise Unreadable("is not a notebook: it has no list of cells")


def _cell(raw: Any) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    # "input" is version 3's name.
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return None
    # A lone half of a surrogate pair can be read, but not written.
    source = source.encode("utf-8", "replace").decode("utf-8")
    if raw.get("cell_type") == CODE:
        return Cell(CODE, source, _grade_id(raw))
    source, pasted = taken_out(source)
    attachments = attached(raw.get("attachments")) | pasted
    return Cell(MARKDOWN, source, _grade_id(raw), attachments)


def _grade_id(raw: dict[str, Any]) -> str:
    for name in ("metadata", "nbgrader", "grade_id"):
        raw = raw.get(name, "") if isinstance(raw, dict) else ""
    return raw if isinstance(raw, str) else ""


def code_of(cells: Sequence[Cell]) -> list[str]:
    """Returns the sources of the code cells."""
    return [cell.source for cell in cells if cell.kind == CODE]


def defines(source: str, function: str) -> bool:
    """Whether a source looks as if it defined a function."""
    # Without "\n" in it: on many empty lines that takes a time that grows
    # with the square of their number.
    gap = r"[^\S\n]"
    return bool(
        re.search(
            rf"^{gap}*(?:def{gap}+{function}\b|{function}{gap}*=)",
            source,
            re.MULTILINE,
        )
    )
