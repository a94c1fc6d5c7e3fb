"""Writes a graded notebook, as nbgrader's feedback and its pages read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from d2l_check.source import stub
from d2l_course.intake.notebooks import CODE, MARKDOWN, Cell, defines
from d2l_course.intake.pictures import MOST_PICTURES, Attachments

Raw = dict[str, Any]

#: Characters that are shown of a cell, and of a notebook. The time to color
#: code and to render text may grow with the square of their length, if a
#: student wants it to, and Formgrader shows nobody anything else meanwhile.
_LONGEST, _MOST = 10_000, 200_000
_NOT_SHOWN = "# … (the rest is not shown)"


def autograded(
    release: Path, cells: Sequence[Cell], function: str, html: str, text: str
) -> str:
    """Returns the JSON of a graded notebook.

    It has the student's text and code without outputs, and the verdict as the
    output of the graded cell. All that nbgrader goes by, such as a cell's name
    and points, is the released notebook's.

    Parameters
    ----------
    release : Path
        The student's copy, as it was handed out.
    cells : sequence of Cell
        What the student handed in; empty if it cannot be read.
    function : str
        The name of the function that was to be written.
    html, text : str
        The verdict.
    """
    notebook = json.loads(release.read_text("utf-8"))
    released = notebook["cells"]
    kept = [cell for cell in cells if cell.grade_id not in _graded(released)]
    result = _plain_cells(kept)
    named = {
        cell.grade_id: raw for cell, raw in zip(kept, result, strict=True)
    }
    result = result or [cell for cell in released if not _grade(cell)]
    for cell in filter(_solution, released):
        answer = _answer(cell, result, named, function)
        if answer is None:
            result.append(cell)
        else:
            answer["metadata"] = {"nbgrader": _nbgrader(cell)}
    for cell in filter(_grade, released):
        shown = {"output_type": "display_data", "metadata": {}}
        shown["data"] = {"text/html": html, "text/plain": text}
        result.append(cell | {"outputs": [shown]})
    for number, cell in enumerate(result, start=1):
        cell["id"] = f"cell-{number}"
    return json.dumps(notebook | {"cells": result}, indent=1)


def points(release: Path) -> float:
    """Returns what a right answer to a released notebook is worth."""
    cells = json.loads(release.read_text("utf-8"))["cells"]
    return sum(_nbgrader(cell)["points"] for cell in filter(_grade, cells))


def _source(cell: Raw) -> str:
    return "".join(cell["source"])


def _nbgrader(cell: Raw) -> Raw:
    return cell["metadata"].get("nbgrader", {})


def _grade(cell: Raw) -> bool:
    """Whether a cell is graded by calling the function."""
    about = _nbgrader(cell)
    return bool(about.get("grade") and not about.get("solution"))


def _solution(cell: Raw) -> bool:
    return bool(_nbgrader(cell).get("solution"))


def _graded(released: Sequence[Raw]) -> list[str]:
    return [_nbgrader(cell)["grade_id"] for cell in filter(_grade, released)]


def _plain_cells(cells: Sequence[Cell]) -> list[Raw]:
    """Returns cells as nbgrader reads them, as much of them as is shown."""
    text, pictures, result = _MOST, MOST_PICTURES, []
    for cell in cells:
        longest = min(_LONGEST, text)
        source = cell.source
        if len(source) > longest:
            source = f"{source[:longest]}\n{_NOT_SHOWN}"
        text = max(text - len(cell.source), 0)
        shown = {}
        for name, forms in cell.attachments.items():
            size = sum(map(len, forms.values()))
            if size <= pictures:
                pictures -= size
                shown[name] = forms
        result.append(_plain_cell(cell.kind, source, shown))
    return result


def _plain_cell(kind: str, source: str, attachments: Attachments) -> Raw:
    if kind == CODE:
        return {
            "cell_type": CODE,
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
    cell = {"cell_type": MARKDOWN, "metadata": {}, "source": source}
    return cell | ({"attachments": attachments} if attachments else {})


def _answer(
    cell: Raw, result: Sequence[Raw], named: dict[str, Raw], function: str
) -> Raw | None:
    """Returns what the student has in a released cell's place."""
    if not defines(_source(cell), function):
        return named.get(_nbgrader(cell)["grade_id"])
    defining = [
        one
        for one in result
        if one["cell_type"] == CODE and defines(_source(one), function)
    ]
    # The last definition counts, and not a stub that was left below it.
    written = [one for one in defining if stub(function) not in _source(one)]
    candidates = written or defining
    return candidates[-1] if candidates else None
