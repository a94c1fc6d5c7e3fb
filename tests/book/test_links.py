"""Links inside the built site."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from visiting import documents


class _Page(HTMLParser):
    """Collects what a page refers to, and what can be referred to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        """Called by the parser for each element."""
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.add(value)
            elif name in {"id", "name"} and value:
                self.anchors.add(value)


@cache
def parsed(path: Path) -> _Page:
    """Returns a page, read once."""
    return _Page(path)


def leads_somewhere(site: Path, target: Path, fragment: str) -> bool:
    """Returns whether the site has this file, and this anchor in it."""
    if not target.is_file() or not target.is_relative_to(site.resolve()):
        return False
    if not fragment or target.suffix != ".html":
        return True
    return unquote(fragment) in parsed(target).anchors


def broken(site: Path, page: Path) -> list[str]:
    """Returns the internal links of a page that lead nowhere."""
    wrong = []
    for link in sorted(parsed(page).links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)) if parts.path else page
        if not leads_somewhere(site, target.resolve(), parts.fragment):
            wrong.append(link)
    return wrong


def test_internal_links_resolve(site: Path, document: str) -> None:
    assert broken(site, site / f"{document}.html") == []


def test_a_dead_link_and_a_dead_anchor_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<p id="a"><a href="#a"><a href="#b"><img src="c.png">')
    assert broken(tmp_path, page) == ["#b", "c.png"]


def test_contents_link_to_every_page(site: Path) -> None:
    links = parsed(site / "index.html").links
    chapters = documents()[1:]
    assert [c for c in chapters if f"{c}.html" not in links] == []
