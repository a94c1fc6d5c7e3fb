"""Finds the boxes of claims whose run lies outside the evidence.

Such a measurement stops no build. So that it is seen all the same, what
executed the chapters lists such boxes at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

#: The machine-readable form of a claim's box: d2l_ext.evidence.measurement's.
MIME_TYPE = "application/vnd.d2l-ext.claim+json"


@dataclass(frozen=True)
class Contradiction:
    """A claim whose measurement lies outside the evidence.

    Attributes
    ----------
    chapter, claim : str
        Where it was measured, and its id.
    remarks : tuple of str
        What its box says of it.
    """

    chapter: str
    claim: str
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.chapter}: {self.claim}: {' '.join(self.remarks)}"


def contradicted(
    notebooks: Iterable[Path | Mapping[str, Any]],
) -> list[Contradiction]:
    """Returns the contradicted claims of executed notebooks, in their order.

    Parameters
    ----------
    notebooks : iterable of pathlib.Path or notebook
        Executed notebooks: files, or what ``nbformat`` reads. Their names do
        not matter, a claim knows its chapter.

    Raises
    ------
    OSError
        If a file cannot be read.
    nbformat.reader.NotJSONError
        If a file is no notebook.
    """
    return [
        Contradiction(
            record["chapter"], record["id"], tuple(record["remarks"])
        )
        for record in records(notebooks)
        if not record["agrees"]
    ]


def records(
    notebooks: Iterable[Path | Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Yields the machine-readable form of each claim's box."""
    for notebook in notebooks:
        if isinstance(notebook, Path):
            notebook = nbformat.read(notebook, as_version=4)
        for cell in notebook["cells"]:
            for output in cell.get("outputs", ()):
                record = output.get("data", {}).get(MIME_TYPE)
                if record is not None:
                    yield record
