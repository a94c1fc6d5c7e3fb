"""Finds the boxes of claims that say "here we measure otherwise".

A measurement that contradicts a recorded verdict stops no build. So that it
is seen all the same, what executed the chapters lists such boxes at its end.
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
    """A claim that was measured otherwise than its verdict says.

    Attributes
    ----------
    chapter, claim : str
        Where it was measured, and its id.
    recorded, measured : str
        The two verdicts, in words.
    """

    chapter: str
    claim: str
    recorded: str
    measured: str

    def __str__(self) -> str:
        return (
            f"{self.chapter}: {self.claim}: the verdict is "
            f"{self.recorded!r}, and here we measure {self.measured!r}"
        )


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
            record["chapter"],
            record["id"],
            _in_words(record["recorded"], record["condition"]),
            _in_words(record["measured"], record["measured_condition"]),
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


def _in_words(verdict: str, condition: str | None) -> str:
    return verdict if condition is None else f"{verdict} {condition}"
