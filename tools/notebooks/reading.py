"""Notebooks as the rules see them: cells, their tags, and their Python."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

#: What the format allows as the id of a cell.
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class Finding:
    """One thing to mend, and where."""

    path: Path
    place: str
    message: str

    def __str__(self) -> str:
        place = f"{self.place}:" if self.place else ""
        path = self.path
        if path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
        return f"{path}:{place} {self.message}"


class NotANotebook(ValueError):
    """A file that cannot be read as a notebook."""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    node: Any

    @property
    def id(self) -> str:
        return self.node.get("id", "")

    @property
    def is_code(self) -> bool:
        return self.node.cell_type == "code"

    @property
    def is_markdown(self) -> bool:
        return self.node.cell_type == "markdown"

    @property
    def source(self) -> str:
        return self.node.source

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(self.node.metadata.get("tags", ()))

    @property
    def tree(self) -> ast.Module | None:
        """The cell's Python without magics; None if it is not Python."""
        return parse(self.source)


@dataclass(frozen=True)
class Notebook:
    """A notebook and the text of its file."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Reads a notebook's file.

        Raises
        ------
        NotANotebook
            If there is no such file or its text is not a notebook.
        """
        try:
            notebook = cls(path, path.read_text(encoding="utf-8"))
            load(notebook.text)
        except OSError as error:
            raise NotANotebook(error.strerror or str(error)) from error
        except UnicodeDecodeError as error:
            raise NotANotebook(f"is not UTF-8 ({error.reason})") from error
        return notebook

    @property
    def name(self) -> str:
        """The name of the chapter."""
        return self.path.stem

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(node) for node in load(self.text).cells]

    @property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_code]

    def find(self, cell: Cell, message: str) -> Finding:
        """Returns a finding about one of the cells."""
        return Finding(self.path, cell.id, message)


@dataclass(frozen=True)
class Course:
    """Where the chapters, the claims and the package are."""

    root: Path

    @property
    def paths(self) -> list[Path]:
        return sorted(
            path
            for path in (self.root / "chapters").rglob("*.ipynb")
            if ".ipynb_checkpoints" not in path.parts
        )

    @property
    def claims(self) -> Path:
        return self.root / "evidence" / "claims.yml"

    @property
    def citations(self) -> list[str]:
        """The keys of the sources that pages may cite."""
        text = (self.root / "references.bib").read_text(encoding="utf-8")
        return re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE)

    @property
    def package(self) -> Path:
        return self.root / "d2l_ext"


def load(text: str) -> Any:
    """Returns the notebook in ``text``, in the format 4.5 and validated.

    Raises
    ------
    NotANotebook
        If the text is not a notebook.
    """
    # Imported here: what validates takes seconds to load.
    import nbformat

    try:
        # Unlike nbformat.reads, these neither mend nor log what is wrong.
        node = nbformat.convert(nbformat.reader.reads(text), 4)
        if node.nbformat_minor < 5:
            node = nbformat.v4.upgrade(node)
            _take_ids_of_colab(node)
        for error in nbformat.validator.iter_validate(node):
            raise error
    except nbformat.ValidationError as error:
        message = str(error.message).splitlines()[0]
        raise NotANotebook(f"is not a valid notebook ({message})") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise NotANotebook(f"is not a notebook ({error})") from error
    return node


def _take_ids_of_colab(node: Any) -> None:
    """Gives cells the ids that Colab, in its older format, keeps elsewhere."""
    for cell in node.cells:
        kept = cell.get("metadata", {}).get("id")
        if isinstance(kept, str) and CELL_ID.fullmatch(kept):
            cell.id = kept


@cache
def parse(source: str) -> ast.Module | None:
    """Returns the syntax tree of a code cell, None if it is not Python."""
    try:
        with warnings.catch_warnings():
            # An invalid escape is ruff's to report.
            warnings.simplefilter("ignore")
            return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return None


def calls(node: ast.AST, *, executed: bool = False) -> Iterator[ast.Call]:
    """Yields the calls under ``node`` in the order of the source.

    With ``executed``, not those in the bodies of functions, which run only
    when the function is called.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        body = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        if not (executed and isinstance(child, body)):
            yield from calls(child, executed=executed)


def dotted(node: ast.AST) -> str:
    """Returns ``a.b.c`` of the function of a call; ``.c`` after a call."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def claims_in(tree: ast.AST) -> Iterator[ast.Call]:
    """Yields each call of ``claim`` in a cell."""
    for call in calls(tree):
        if dotted(call.func).split(".")[-1] == "claim":
            yield call


def claim_id(call: ast.Call) -> str | None:
    """Returns the id in a call of ``claim``; None if it is not in quotes."""
    name = call.args[0] if call.args else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        return name.value
    return None
