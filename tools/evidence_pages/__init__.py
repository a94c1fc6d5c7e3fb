"""Sphinx extension: the evidence of the book on its pages.

The directive ``evidence`` takes one of these words:

- ``scoreboard``: how many claims have which verdict
- ``surprises``: the claims that will surprise a practitioner
- ``chapters``: the verdicts of each chapter
- ``table``: all claims with their evidence
- ``downloads``: links to the table of all runs, which is copied to the site

They are written when all pages have been read, so that they can name the
chapters by their titles and link to the bibliography.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from d2l_ext.evidence.declarations import Declaration, declarations
from d2l_ext.evidence.published import published

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .entries import Entry, Link
from .summary import chapters, scoreboard, surprises
from .table import table

ROOT = Path(__file__).resolve().parents[2]
#: What a reader can download, and where it is in the checkout.
FILES = ("runs.csv", "verdicts.json", "README.md")
FOLDER = "evidence"
#: The page with the table.
PAGE = "chapters/reference/evidence"


class evidence(nodes.General, nodes.Element):
    """Stands for what is written when all pages have been read."""


class EvidenceDirective(SphinxDirective):
    """The directive; its argument is what to show."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Returns a node that holds its place."""
        shown = self.arguments[0]
        if shown not in _WRITERS:
            known = ", ".join(_WRITERS)
            raise self.error(f"there is no evidence {shown!r}; use: {known}")
        return [evidence("", shown=shown)]


def _downloads(entries: Sequence[Entry], page: str) -> str:
    up = "../" * PurePosixPath(PAGE).parent.as_posix().count("/") + "../"
    items = {
        "runs.csv": "one row for each seed, as CSV",
        "verdicts.json": "what the rule makes of them, as JSON",
        "README.md": "what each column means",
    }
    found = [name for name in FILES if (ROOT / FOLDER / name).is_file()]
    if not found:
        return "<p>There is nothing to download yet.</p>"
    rows = "".join(
        f'<li><a href="{up}{FOLDER}/{name}" download>{name}</a>: '
        f"{items[name]}</li>"
        for name in found
    )
    return f"<ul>{rows}</ul>"


_WRITERS: dict[str, Callable[[Sequence[Entry], str], str]] = {
    "scoreboard": scoreboard,
    "surprises": surprises,
    "chapters": chapters,
    "table": table,
    "downloads": _downloads,
}


def write(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Answers Sphinx's event for a page whose references are resolved."""
    places = list(doctree.findall(evidence))
    if not places:
        return
    found = published()
    entries = [
        Entry(
            claim_id,
            declaration,
            found.get(claim_id),
            _chapter(app, docname, claim_id, declaration),
            _source(app, docname, declaration),
        )
        for claim_id, declaration in declarations().items()
    ]
    page = _address(app, docname, PAGE) or ""
    for place in places:
        text = _WRITERS[place["shown"]](entries, page)
        place.replace_self(nodes.raw("", text, format="html"))


def _chapter(
    app: Sphinx, docname: str, claim_id: str, declaration: Declaration
) -> Link:
    """Returns a link to the cell that measures a claim."""
    for name in sorted(app.env.found_docs):
        if PurePosixPath(name).name == declaration.chapter:
            title = app.env.titles[name].astext()
            address = _address(app, docname, name)
            return Link(title, f"{address}#claim-{claim_id}")
    return Link(declaration.chapter)


def _source(
    app: Sphinx, docname: str, declaration: Declaration
) -> Link | None:
    """Returns a link to who says it, in the bibliography."""
    if declaration.source is None:
        return None
    citations: Any = app.env.get_domain("cite")
    for citation in citations.citations:
        if citation.key == declaration.source:
            address = _address(app, docname, citation.bibliography_key.docname)
            return Link(
                _author_and_year(citation.entry),
                f"{address}#{citation.citation_id}",
            )
    return Link(declaration.source)


def _author_and_year(entry: Any) -> str:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(map(str, person.last_names)) for person in people]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    who = " and ".join(names).replace("{", "").replace("}", "")
    return f"{who}, {entry.fields.get('year', 'undated')}".lstrip(", ")


def _address(app: Sphinx, docname: str, target: str) -> str | None:
    if target not in app.env.found_docs:
        return None
    return app.builder.get_relative_uri(docname, target)


def copy_files(app: Sphinx, exception: Exception | None) -> None:
    """Puts what can be downloaded where the site has it."""
    if exception is not None:
        return
    for name in FILES:
        file = ROOT / FOLDER / name
        if file.is_file():
            target = Path(app.outdir) / FOLDER / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_node(evidence)
    app.add_directive("evidence", EvidenceDirective)
    app.connect("doctree-resolved", write)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
