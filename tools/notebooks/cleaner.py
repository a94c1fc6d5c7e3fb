"""The form in which notebooks are committed: nbstripout, and what it lacks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nbstripout import strip_output

from tools.notebooks import COLAB_CELL
from tools.notebooks.reading import NotANotebook, load

KERNELSPEC = {
    "display_name": "Python 3",
    "language": "python",
    "name": "python3",
}
CELL_METADATA = ("tags", "mystnb", "nbgrader")


def clean(text: str) -> str:
    """Returns the committed form of the notebook in ``text``.

    That is format 4.5, no outputs except the text of cells tagged
    ``keep_output``, no execution counts, no metadata except the kernelspec
    and :data:`CELL_METADATA`, the Colab cell of :data:`COLAB_CELL`, and one
    layout of the JSON. Cleaning twice is the same as cleaning once.
    """
    node = load(text)
    strip_output(node, keep_output=False, keep_count=False, keep_id=True)
    for cell in node.cells:
        _clean_cell(cell)
    for cell in node.cells:
        # Lists of lines, as the format has it: a diff then shows the line.
        cell["source"] = cell["source"].splitlines(keepends=True)
        for output in cell.get("outputs", ()):
            _split_lines(output)
    notebook = {
        "cells": node.cells,
        "metadata": {"kernelspec": KERNELSPEC},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    layout = {"indent": 1, "ensure_ascii": False, "sort_keys": True}
    return json.dumps(notebook, **layout) + "\n"


def clean_file(path: Path) -> bool:
    """Cleans a notebook in place and returns whether it changed.

    Raises
    ------
    SystemExit
        If the file is not a notebook; it is left as it is.
    """
    try:
        before = path.read_text(encoding="utf-8")
        after = clean(before)
    except (NotANotebook, OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path}: {error}") from error
    if after == before:
        return False
    # The author's work is never half written.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(after, encoding="utf-8")
    partial.replace(path)
    return True


def _clean_cell(cell: Any) -> None:
    metadata = cell["metadata"]
    kept = {key: metadata[key] for key in CELL_METADATA if key in metadata}
    if not kept.get("tags", True):
        del kept["tags"]
    cell["metadata"] = kept
    if cell["cell_type"] != "code":
        return
    cell["outputs"] = _clean_outputs(cell["outputs"])
    if cell.get("id") == "colab-install":
        cell["source"] = COLAB_CELL


def _clean_outputs(outputs: list[Any]) -> list[dict[str, Any]]:
    """Keeps plain text; a stream that came in pieces becomes one piece."""
    kept: list[dict[str, Any]] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream" and output["name"] == "stdout":
            if kept and kept[-1]["output_type"] == "stream":
                kept[-1]["text"] += output["text"]
                continue
            kept.append(
                {"output_type": kind, "name": "stdout", "text": output["text"]}
            )
        elif "text/plain" in output.get("data", {}):
            data = {"text/plain": output["data"]["text/plain"]}
            plain = {"output_type": kind, "data": data, "metadata": {}}
            if kind == "execute_result":
                plain["execution_count"] = None
            kept.append(plain)
    return kept


def _split_lines(output: dict[str, Any]) -> None:
    holder, key = output.get("data", output), "text"
    if "data" in output:
        key = "text/plain"
    holder[key] = holder[key].splitlines(keepends=True)
