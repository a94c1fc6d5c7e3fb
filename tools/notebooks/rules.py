"""The rules that look at one notebook at a time.

A rule takes a :class:`~tools.notebooks.reading.Notebook` and yields findings;
:data:`tools.notebooks.check.NOTEBOOK_RULES` lists them all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tools.notebooks import COLAB_CELL
from tools.notebooks.cleaner import clean
from tools.notebooks.reading import Finding, Notebook

MAX_LINES = 25
MAX_WIDTH = 79

#: Every tag that means something here, and to whom.
TAGS = {
    "colab": "the cell that installs the book on Colab",
    "keep_output": "nbstripout keeps the output",
    "nbval-check-output": "nbval compares the output",
    "nbval-raises-exception": "nbval expects an exception",
    "raises-exception": "the book expects an exception",
    "hide-input": "the book folds the code",
    "hide-output": "the book folds the output",
    "hide-cell": "the book folds the cell",
    "remove-input": "the book leaves out the code",
    "remove-output": "the book leaves out the output",
    "remove-cell": "the book leaves out the cell",
    "figure": "draws a figure, though no call in it looks like it",
    "teaching-definition": "defines a name that the package has, too",
    "compares-definition": "compares a teaching definition with it",
}

_WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RANDOM = re.compile(r"[0-9a-f]{8}")


def is_word_id(text: str) -> bool:
    """Whether ``text`` is words joined by hyphens, and not a random id."""
    return bool(_WORDS.fullmatch(text)) and not _RANDOM.fullmatch(text)


def is_clean(notebook: Notebook) -> Iterator[Finding]:
    """The file is as the cleaner would write it."""
    if clean(notebook.text) != notebook.text:
        yield Finding(
            notebook.path,
            "",
            "not clean; run: python -m tools.notebooks clean",
        )


def ids_are_words(notebook: Notebook) -> Iterator[Finding]:
    """Ids are words joined by hyphens, and each is used once."""
    uses = Counter(cell.id for cell in notebook.cells)
    for cell in notebook.cells:
        if not is_word_id(cell.id):
            yield notebook.find(
                cell,
                "the id is not lower-case words joined by hyphens, like "
                "'bn-conv-axes'",
            )
        if uses[cell.id] > 1:
            yield notebook.find(cell, f"{uses[cell.id]} cells have this id")


def code_is_python(notebook: Notebook) -> Iterator[Finding]:
    """What is left of a code cell without its magics is Python."""
    for cell in notebook.code:
        if cell.tree is None:
            yield notebook.find(cell, "the code is not Python")


def code_is_short(notebook: Notebook) -> Iterator[Finding]:
    """Cells and lines of code fit on a screen."""
    for cell in notebook.code:
        lines = cell.source.splitlines()
        if len(lines) > MAX_LINES:
            yield notebook.find(
                cell, f"{len(lines)} lines of code; at most {MAX_LINES}"
            )
        for number, line in enumerate(lines, start=1):
            if len(line) > MAX_WIDTH:
                yield notebook.find(
                    cell,
                    f"line {number} has {len(line)} characters; "
                    f"at most {MAX_WIDTH}",
                )


def tags_are_known(notebook: Notebook) -> Iterator[Finding]:
    """Tags are in :data:`TAGS`: a misspelled one would do nothing."""
    for cell in notebook.cells:
        for tag in sorted(cell.tags - TAGS.keys()):
            yield notebook.find(
                cell,
                f"unknown tag {tag!r}; the tags are {', '.join(TAGS)}",
            )


def kept_outputs_are_compared(notebook: Notebook) -> Iterator[Finding]:
    """An output is kept if and only if nbval compares it, and it is there."""
    for cell in notebook.code:
        kept = "keep_output" in cell.tags
        if kept != ("nbval-check-output" in cell.tags):
            yield notebook.find(
                cell, "'keep_output' and 'nbval-check-output' go together"
            )
        elif kept and not cell.node.outputs:
            yield notebook.find(
                cell, "tagged 'keep_output', but has no output; run the cell"
            )


def first_cells_are_fixed(notebook: Notebook) -> Iterator[Finding]:
    """The first code cell installs on Colab, the second one imports."""
    code = notebook.code[:2]
    ids = [cell.id for cell in code]
    if ids != ["colab-install", "imports"]:
        yield Finding(
            notebook.path,
            ids[0] if ids else "",
            "the first two code cells must be 'colab-install' and 'imports', "
            f"not {ids}",
        )
    elif code[0].source != COLAB_CELL:
        yield notebook.find(code[0], "is not the Colab cell; run clean")
