"""The rules about claims: declared once, used once, where they say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from d2l_ext.evidence.declarations import problems, read

from tools.notebooks.reading import (
    Cell,
    Course,
    Finding,
    Notebook,
    claim_id,
    claims_in,
)
from tools.notebooks.rules import is_word_id


def claims_are_consistent(
    course: Course, notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    """claims.yml is valid, and each claim is measured in its chapter."""
    try:
        records = read(course.claims.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = " ".join(str(error).split())
        yield Finding(course.claims, "", message.removeprefix("claims.yml: "))
        return
    for name in records:
        if not (isinstance(name, str) and is_word_id(name)):
            message = "the id is not lower-case words joined by hyphens"
            yield Finding(course.claims, str(name), message)
    chapters = {notebook.name for notebook in notebooks}
    for name, message in problems(
        records, chapters=chapters, citations=course.citations
    ):
        yield Finding(course.claims, name, message)
    yield from _uses(course, records, notebooks)


def _uses(
    course: Course, records: Mapping[Any, Any], notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    used: set[str] = set()
    for notebook in notebooks:
        for cell, call in claim_calls(notebook):
            name = claim_id(call)
            if name is None:
                yield notebook.find(cell, "claim() takes an id in quotes")
            elif name not in records:
                yield notebook.find(
                    cell, f"claim {name!r} is not declared in claims.yml"
                )
            elif name in used:
                yield notebook.find(
                    cell, f"claim {name!r} is used more than once"
                )
            elif (chapter := _chapter(records[name])) != notebook.name:
                yield notebook.find(
                    cell, f"claim {name!r} belongs to chapter {chapter!r}"
                )
            used |= {name} - {None}
    for name in records:
        if name not in used:
            yield Finding(
                course.claims, str(name), "no notebook uses the claim"
            )


def _chapter(record: Any) -> Any:
    return record.get("chapter") if isinstance(record, dict) else None


def claim_calls(notebook: Notebook) -> Iterator[tuple[Cell, ast.Call]]:
    """Yields each call of ``claim`` and the cell that it is in."""
    for cell in notebook.code:
        for call in claims_in(cell.tree) if cell.tree else ():
            yield cell, call
