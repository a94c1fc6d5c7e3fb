"""The claims of the book as they stand: declared, and measured by cells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from d2l_ext.evidence.declarations import MACHINE, read

from IPython.core.inputtransformer2 import TransformerManager

from tools.evidence.process import digest, digest_of
from tools.evidence.slices import Slices
from tools.notebooks.reading import Course, claim_id, claims_in, parse

SHORT, LONG = "short", "long"
#: What of a declaration a measurement depends on.
DECLARED = ("kind", "metric", "margin", "arms", "budgets")
#: Cells with this tag run on Colab alone.
COLAB = "colab"


_digest = cache(digest)


class EvidenceError(Exception):
    """Why the evidence cannot be measured or read, in a sentence."""


@dataclass(frozen=True)
class Claim:
    """A claim and what measures it.

    Attributes
    ----------
    id, chapter, kind : str
    direction : str
        Of its metric.
    margin : float or None
    arms, budgets : tuple of str
        A claim without arms has one, which is empty.
    declared : str
        The digest of what was declared before the measurement.
    cells : dict of str to str
        The digests of the cells that measure it, by their ids, in order.
    """

    id: str
    chapter: str
    kind: str
    direction: str
    margin: float | None
    arms: tuple[str, ...]
    budgets: tuple[str, ...]
    declared: str
    cells: Mapping[str, str]

    def code(self, modules: Mapping[str, str]) -> str:
        """Returns a digest of all that its measurement depends on.

        Parameters
        ----------
        modules : mapping of str to str
            The digests of the modules that ran, and of the data they read.
        """
        parts = [
            self.id,
            self.declared,
            list(self.cells.values()),
            sorted(modules.items()),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


class Book:
    """The claims and the chapters of a checkout, read once.

    Parameters
    ----------
    root : pathlib.Path
        The checkout.

    Raises
    ------
    EvidenceError
        If ``claims.yml`` cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._course = Course(root)
        self._digests: dict[str, str | None] = {}
        #: The Python of the cells, by chapter and id.
        self.sources: dict[str, dict[str, str]] = {}
        #: Claims that no cell of their chapter measures.
        self.unmeasured: list[str] = []

    @cached_property
    def declared(self) -> dict[str, dict[str, Any]]:
        """The records of ``claims.yml`` that have evidence, by their ids."""
        try:
            records = read(self._course.claims.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EvidenceError(str(error)) from error
        return {k: v for k, v in records.items() if v["kind"] != MACHINE}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """The claims that have evidence and are measured, by their ids."""
        measured: dict[str, tuple[str, dict[str, str]]] = {}
        chapters = {record["chapter"] for record in self.declared.values()}
        for path in self._course.paths:
            if path.stem in chapters:
                for name, cells in self._measured(path).items():
                    measured[name] = path.stem, cells
        found = {}
        for name, record in self.declared.items():
            chapter, cells = measured.get(name, ("", {}))
            if chapter != record["chapter"]:
                self.unmeasured.append(name)
                continue
            kept = {key: record.get(key) for key in DECLARED}
            text = json.dumps([name, kept], sort_keys=True)
            found[name] = Claim(
                id=name,
                chapter=chapter,
                kind=record["kind"],
                direction=record["metric"]["direction"],
                margin=record.get("margin"),
                arms=tuple(record.get("arms") or [""]),
                budgets=tuple(record.get("budgets") or [SHORT]),
                declared=hashlib.sha256(text.encode()).hexdigest()[:16],
                cells=cells,
            )
        return found

    def _measured(self, path: Path) -> dict[str, dict[str, str]]:
        """Returns the cells that each claim in a chapter needs."""
        sources = self.sources[path.stem] = dict(_code(path))
        trees = {
            cell: tree
            for cell, source in sources.items()
            if (tree := parse(source)) is not None
        }
        slices = Slices(trees)
        found = {}
        for cell, tree in trees.items():
            for name in map(claim_id, claims_in(tree)):
                if name in self.declared:
                    found[str(name)] = {
                        each: _digest(sources[each])
                        for each in slices.of(cell)
                    }
        return found

    def digest(self, module: str) -> str | None:
        """Returns the digest of a module or data file; None without it."""
        if module not in self._digests:
            path = self.root / module
            try:
                self._digests[module] = digest_of(path)
            except (OSError, SyntaxError):
                self._digests[module] = None
        return self._digests[module]

    def are_current(self, modules: Mapping[str, str]) -> bool:
        """Whether modules are still what they were."""
        return all(self.digest(name) == was for name, was in modules.items())

    def chosen(
        self, claims: Iterable[str], chapters: Iterable[str]
    ) -> list[Claim]:
        """Returns the claims of these ids and chapters; all if none is named.

        Raises
        ------
        EvidenceError
            If there is no such claim or chapter.
        """
        known = {claim.chapter for claim in self.claims.values()}
        names = [Path(chapter).stem for chapter in chapters]
        for name in claims:
            if name not in self.claims:
                raise EvidenceError(f"there is no claim {name!r} to measure")
        for name in names:
            if name not in known:
                raise EvidenceError(
                    f"no chapter {name!r} measures claims; these do: "
                    + ", ".join(sorted(known))
                )
        named = set(claims)
        return [
            claim
            for claim in self.claims.values()
            if (not named and not names)
            or claim.id in named
            or claim.chapter in names
        ]


def _code(path: Path) -> Iterator[tuple[str, str]]:
    """Yields the ids of a chapter's code cells and their Python.

    The check of the notebooks has found that the file is one: to validate it
    here again would take longer than all else.
    """
    transform = TransformerManager().transform_cell
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            tags = cell["metadata"].get("tags", ())
            if cell["cell_type"] == "code" and COLAB not in tags:
                yield cell["id"], transform("".join(cell["source"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise EvidenceError(f"{path}: is no notebook ({reason})") from error
