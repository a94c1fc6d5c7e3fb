"""The rules about figures: who cannot see one must be able to read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt

from tools.notebooks.reading import Cell, Finding, Notebook, calls, dotted

#: Functions that prepare or end a figure and draw none.
NOT_DRAWING = frozenset(
    {
        "plt.close",
        "plt.rcParams.update",
        "plt.style.use",
        "plotting.color_of",
        "plotting.colors_of",
    }
)
_INTERACTIVE = frozenset({"plotting.interactive", "plotting.interactive_race"})
_EMPTY_ALT = re.compile(r"""alt\s*=\s*(""|''|[\s>])""")


def figures_are_described(notebook: Notebook) -> Iterator[Finding]:
    """A cell that draws has alt text, a caption and a name.

    A static figure has them in ``mystnb`` in the cell's metadata. MyST-NB
    gives neither to HTML, so an interactive one takes them as arguments.
    """
    for cell in notebook.code:
        yield from _static(notebook, cell)
        yield from _interactive(notebook, cell)


def _static(notebook: Notebook, cell: Cell) -> Iterator[Finding]:
    if not _draws(cell):
        return
    for section, key in (
        ("image", "alt"),
        ("figure", "caption"),
        ("figure", "name"),
    ):
        if not _has_text(cell.node.metadata, "mystnb", section, key):
            yield notebook.find(
                cell, f"draws a figure without mystnb.{section}.{key}"
            )


def _has_text(metadata: Any, *keys: str) -> bool:
    for key in keys:
        if not isinstance(metadata, dict):
            return False
        metadata = metadata.get(key)
    return isinstance(metadata, str) and bool(metadata.strip())


def _draws(cell: Cell) -> bool:
    if "figure" in cell.tags:
        return True
    if cell.tree is None:
        return False
    names = {dotted(call.func) for call in calls(cell.tree, executed=True)}
    # The static picture of an interactive figure is shown in its place.
    return not names & _INTERACTIVE and any(map(_is_drawing, names))


def _is_drawing(name: str) -> bool:
    module, _, function = name.rpartition(".")
    if name in NOT_DRAWING or function[:1].isupper():
        return False
    return function == "plot" or module in ("plt", "plotting")


def _interactive(notebook: Notebook, cell: Cell) -> Iterator[Finding]:
    if cell.tree is None:
        return
    for call in calls(cell.tree):
        function = dotted(call.func)
        if function not in _INTERACTIVE:
            continue
        given = {keyword.arg for keyword in call.keywords}
        for name in ("alt", "caption"):
            if name not in given:
                yield notebook.find(cell, f"calls {function} without {name}=")


def images_have_alt_text(notebook: Notebook) -> Iterator[Finding]:
    """An image in a text cell has alt text, however it is written."""
    for cell in notebook.cells:
        if not cell.is_markdown:
            continue
        for image in _images_without_alt(cell.source):
            yield notebook.find(cell, f"the image {image} has no alt text")


def _images_without_alt(markdown: str) -> Iterator[str]:
    for token in MarkdownIt().parse(markdown):
        if token.type == "html_block":
            yield from _html_without_alt(token.content)
        elif token.type == "fence" and token.info.startswith("{"):
            yield from _directive_without_alt(token.info, token.content)
        for child in token.children or ():
            if child.type == "image" and not child.content.strip():
                yield str(child.attrs["src"])
            elif child.type == "html_inline":
                yield from _html_without_alt(child.content)


def _directive_without_alt(info: str, content: str) -> Iterator[str]:
    name, _, argument = info.partition("}")
    if name not in ("{image", "{figure"):
        # An admonition, say, which may hold an image of its own.
        yield from _images_without_alt(content)
    elif not re.search(r"^(:alt:|alt:)\s*\S", content, flags=re.MULTILINE):
        yield argument.strip()


def _html_without_alt(html: str) -> Iterator[str]:
    for tag in re.findall(r"<img\b[^>]*>", html):
        if "alt" not in tag or _EMPTY_ALT.search(tag):
            yield tag
