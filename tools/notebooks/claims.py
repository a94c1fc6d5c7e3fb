"""The rules about claims: declared once, used once, where they say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from tools.notebooks.reading import (
    Cell,
    Course,
    Finding,
    Notebook,
    calls,
    dotted,
)
from tools.notebooks.rules import is_word_id

HOLDS_ONLY_WHEN = "holds only when"
VERDICTS = ("holds", HOLDS_ONLY_WHEN, "does not hold", "undecided")
REQUIRED = ("chapter", "statement", "verdict")
OPTIONAL = ("condition", "source")


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice; YAML's own takes the last one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(
                f"{', '.join(twice)} is declared twice, the last time above "
                f"line {node.end_mark.line + 1}"
            )
        return super().construct_mapping(node, deep)


def claims_are_consistent(
    course: Course, notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    """claims.yml is valid, and each claim is measured in its chapter."""
    try:
        text = course.claims.read_text(encoding="utf-8")
        claims = yaml.load(text, _Loader)
    except (OSError, yaml.YAMLError) as error:
        message = " ".join(str(error).split())
        yield Finding(course.claims, "", f"cannot be read: {message}")
        return
    if not isinstance(claims, dict):
        yield Finding(course.claims, "", "is not a mapping of ids to claims")
        return
    chapters = {notebook.name for notebook in notebooks}
    for name, claim in claims.items():
        for message in _wrong_with(name, claim, chapters):
            yield Finding(course.claims, str(name), message)
    yield from _uses(course, claims, notebooks)


def _wrong_with(name: Any, claim: Any, chapters: set[str]) -> Iterator[str]:
    if not (isinstance(name, str) and is_word_id(name)):
        yield "the id is not lower-case words joined by hyphens"
    if not isinstance(claim, dict):
        yield f"is not a mapping with the keys {', '.join(REQUIRED)}"
        return
    for key in claim:
        if key not in REQUIRED + OPTIONAL:
            known = ", ".join(REQUIRED + OPTIONAL)
            yield f"unknown key {key!r}; the keys are {known}"
    for key in REQUIRED:
        if key not in claim:
            yield f"the key {key!r} is missing"
    for key, value in claim.items():
        if not (isinstance(value, str) and value.strip()):
            yield f"the value of {key!r} is not text"
    verdict, chapter = claim.get("verdict"), claim.get("chapter")
    if "verdict" in claim and verdict not in VERDICTS:
        yield f"unknown verdict {verdict!r}; use {', '.join(VERDICTS)}"
    if (verdict == HOLDS_ONLY_WHEN) != ("condition" in claim):
        yield f"'condition' and the verdict {HOLDS_ONLY_WHEN!r} go together"
    if isinstance(chapter, str) and chapter not in chapters:
        yield f"there is no chapter {chapter!r}"


def _uses(
    course: Course, claims: dict[Any, Any], notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    used: set[str] = set()
    for notebook in notebooks:
        for cell, name in _claims_of(notebook):
            if name is None:
                yield notebook.find(cell, "claim() takes an id in quotes")
            elif name not in claims:
                yield notebook.find(
                    cell, f"claim {name!r} is not declared in claims.yml"
                )
            elif name in used:
                yield notebook.find(
                    cell, f"claim {name!r} is used more than once"
                )
            elif (chapter := _chapter(claims[name])) != notebook.name:
                yield notebook.find(
                    cell, f"claim {name!r} belongs to chapter {chapter!r}"
                )
            used |= {name} - {None}
    for name in claims:
        if name not in used:
            yield Finding(
                course.claims, str(name), "no notebook uses the claim"
            )


def _chapter(claim: Any) -> Any:
    return claim.get("chapter") if isinstance(claim, dict) else None


def _claims_of(notebook: Notebook) -> Iterator[tuple[Cell, str | None]]:
    """Yields the cell and the id of each call of ``claim``."""
    for cell in notebook.code:
        for call in calls(cell.tree) if cell.tree else ():
            if dotted(call.func).split(".")[-1] != "claim":
                continue
            name = call.args[0] if call.args else None
            is_text = isinstance(name, ast.Constant) and isinstance(
                name.value, str
            )
            yield cell, name.value if is_text else None
