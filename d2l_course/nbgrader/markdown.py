"""Writes Markdown that anybody may have written as HTML that does nothing.

mistune reads the Markdown, and each part that it finds is written here with a
tag of our own. Text is escaped, a tag that stands in the text is text, and
there is no attribute but the address of a link to a site and a picture that
came with the cell. So nothing has to be filtered out afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from d2l_course.intake.pictures import picture
from d2l_course.nbgrader.formulas import mathml

import mistune

Token = dict[str, Any]

_PLUGINS = ("table", "strikethrough", "url", "math")
#: An address within the page's own site could do things there, and an address
#: of any other kind could be a script.
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s\\]+", re.IGNORECASE)
_ATTACHMENT = "attachment:"
#: What has a tag around its parts, and nothing else.
_AROUND = {
    "paragraph": "p",
    "block_quote": "blockquote",
    "list_item": "li",
    "task_list_item": "li",
    "emphasis": "em",
    "strong": "strong",
    "strikethrough": "del",
    "table": "table",
    "table_body": "tbody",
    "table_row": "tr",
}
_EMPTY = {
    "blank_line": "",
    "linebreak": "<br>",
    "softbreak": "\n",
    "thematic_break": "<hr>",
}


def to_html(
    source: str, attachments: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """Returns Markdown as HTML.

    Parameters
    ----------
    source : str
    attachments : mapping
        The cell's pictures in base64, by their names and types, as a notebook
        has them.
    """
    try:
        tokens = _parser()(source)
        return _Writer(attachments or {}).all(tokens)
    except RecursionError:
        # Nested as nobody writes it.
        return f"<pre>{escape(source)}</pre>"


@cache
def _parser() -> Any:
    return mistune.create_markdown(renderer=None, plugins=list(_PLUGINS))


class _Writer:
    def __init__(self, attachments: Mapping[str, Mapping[str, str]]) -> None:
        self._attachments = attachments

    def all(self, tokens: Sequence[Token]) -> str:
        return "".join(map(self._one, tokens))

    def _one(self, token: Token) -> str:
        kind = token["type"]
        if kind in _EMPTY:
            return _EMPTY[kind]
        if kind in _AROUND:
            return self._around(_AROUND[kind], token)
        write = getattr(self, f"_{kind}", None)
        # What a later version may find is text.
        return write(token) if write else self._other(token)

    def _around(self, tag: str, token: Token) -> str:
        return f"<{tag}>{self.all(token['children'])}</{tag}>"

    def _other(self, token: Token) -> str:
        return self.all(token.get("children", ())) or escape(
            token.get("raw", "")
        )

    def _text(self, token: Token) -> str:
        return escape(unescape(token["raw"]))

    def _block_html(self, token: Token) -> str:
        return f"<p>{escape(token['raw'])}</p>"

    def _heading(self, token: Token) -> str:
        return self._around(f"h{int(token['attrs']['level'])}", token)

    def _list(self, token: Token) -> str:
        if not token["attrs"]["ordered"]:
            return self._around("ul", token)
        start = int(token["attrs"].get("start", 1))
        return f'<ol start="{start}">{self.all(token["children"])}</ol>'

    def _table_head(self, token: Token) -> str:
        return f"<thead><tr>{self.all(token['children'])}</tr></thead>"

    def _table_cell(self, token: Token) -> str:
        return self._around("th" if token["attrs"]["head"] else "td", token)

    def _block_code(self, token: Token) -> str:
        return f"<pre><code>{escape(token['raw'])}</code></pre>"

    def _codespan(self, token: Token) -> str:
        return f"<code>{escape(token['raw'])}</code>"

    def _inline_math(self, token: Token) -> str:
        return mathml(token["raw"])

    def _block_math(self, token: Token) -> str:
        return mathml(token["raw"], block=True)

    def _link(self, token: Token) -> str:
        address, text = token["attrs"]["url"], self.all(token["children"])
        if not _ADDRESS.fullmatch(address):
            return text
        return (
            f'<a href="{escape(address)}" target="_blank" '
            f'rel="noopener noreferrer">{text}</a>'
        )

    def _image(self, token: Token) -> str:
        # A picture elsewhere would tell its owner who reads the page.
        text = escape(_plain(token["children"]))
        name = token["attrs"]["url"].removeprefix(_ATTACHMENT)
        data = self._attachments.get(name) or self._attachments.get(
            unquote(name), {}
        )
        for kind, base64 in data.items():
            address = picture(kind, base64)
            if address:
                return f'<img alt="{text}" src="{address}">'
        return f"<em>[picture: {text}]</em>"


def _plain(tokens: Sequence[Token]) -> str:
    """Returns the text of tokens."""
    return "".join(
        _plain(token["children"])
        if "children" in token
        else unescape(token.get("raw", ""))
        for token in tokens
    )
