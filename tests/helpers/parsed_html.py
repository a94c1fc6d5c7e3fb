"""Pieces of HTML, read with the standard library."""

from __future__ import annotations

from html.parser import HTMLParser


class Parsed(HTMLParser):
    """Counts elements, and holds that each one ends."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def with_(self, tag, name=None):
        return [
            a for t, a in self.tags if t == tag and (not name or name in a)
        ]
