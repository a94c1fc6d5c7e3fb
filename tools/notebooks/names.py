"""The rule about names: one definition, in a chapter or in the package."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.notebooks.reading import Cell, Course, Finding, Notebook

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_are_defined_once(
    course: Course, notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    """No function or class is defined twice, unless to teach.

    A cell tagged ``teaching-definition`` may define a name of the package;
    a cell tagged ``compares-definition`` of the same notebook then mentions
    the name, and compares the two.
    """
    package = _public_names(course.package)
    places = defaultdict(set)
    for notebook in notebooks:
        for _, name in _definitions(notebook):
            places[name].add(notebook.path)
    for notebook in notebooks:
        compared = _compared(notebook)
        for cell, name in _definitions(notebook):
            others = sorted(places[name] - {notebook.path})
            message = _wrong_with(
                name, cell, others, package.get(name), name in compared
            )
            if message:
                yield notebook.find(cell, message)


def _wrong_with(
    name: str,
    cell: Cell,
    others: Sequence[Path],
    home: str | None,
    is_compared: bool,
) -> str:
    if "teaching-definition" in cell.tags:
        if home is None:
            return (
                f"{name} is tagged 'teaching-definition', but d2l_ext has "
                "no such name to compare it with"
            )
        if not is_compared:
            return (
                f"{name} is not compared with that of {home}; tag the cell "
                "that does so 'compares-definition'"
            )
        return ""
    if home is not None:
        return (
            f"{name} is defined in {home}, too; use that one, or tag the "
            "cell 'teaching-definition'"
        )
    if others:
        paths = ", ".join(str(path) for path in others)
        return f"{name} is defined in {paths}, too; move it to d2l_ext"
    return ""


def _definitions(notebook: Notebook) -> Iterator[tuple[Cell, str]]:
    for cell in notebook.code:
        for node in cell.tree.body if cell.tree else ():
            if isinstance(node, _DEFINITIONS):
                yield cell, node.name


def _compared(notebook: Notebook) -> set[str]:
    """Returns the names that cells tagged ``compares-definition`` mention."""
    names = set()
    for cell in notebook.code:
        if "compares-definition" in cell.tags and cell.tree:
            for node in ast.walk(cell.tree):
                if isinstance(node, ast.Name):
                    names.add(node.id)
                elif isinstance(node, ast.Attribute):
                    names.add(node.attr)
    return names


def _public_names(package: Path) -> dict[str, str]:
    """Returns the module that defines each public name of the package."""
    names = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, _DEFINITIONS) and node.name[0] != "_":
                names[node.name] = ".".join(parts).removesuffix(".__init__")
    return names
