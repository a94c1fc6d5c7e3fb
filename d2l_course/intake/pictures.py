"""Pictures that students paste into cells: which ones are shown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

#: What a picture of each type begins with. All are grids of dots: an SVG may
#: hold scripts, and what is none of these is nothing that a page can show.
_BEGINS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
#: Characters of base64: of a picture, and of all that are shown of a notebook.
_LONGEST, MOST_PICTURES = 6 << 20, 12 << 20

#: A picture in the text itself, as Colab pastes it.
_INLINE = re.compile(
    r"!\[(?P<text>[^\[\]\n]{0,200})\]"
    r"\(data:(?P<kind>image/[a-z]{3,4});base64,(?P<data>[A-Za-z0-9+/=]+)\)"
)

Attachments = dict[str, dict[str, str]]


def picture(kind: str, data: str) -> str:
    """Returns the address of a picture in a page; empty if it is none.

    Parameters
    ----------
    kind : str
        Its type, such as "image/png".
    data : str
        The picture in base64.
    """
    begins = _BEGINS.get(kind)
    if not begins or len(data) > _LONGEST:
        return ""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not begins.match(raw):
        return ""
    return f"data:{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def attached(raw: Any) -> Attachments:
    """Returns what of a cell's attachments are pictures."""
    if not isinstance(raw, Mapping):
        return {}
    return {
        name: {kind: address.partition(",")[2]}
        for name, bundle in raw.items()
        for kind, address in _first(bundle)
    }


def _first(bundle: Any) -> Iterator[tuple[str, str]]:
    """Yields the first picture of the forms in which one is attached."""
    for kind, data in bundle.items() if isinstance(bundle, Mapping) else ():
        address = picture(kind, _joined(data))
        if address:
            yield kind, address
            return


def _joined(data: Any) -> str:
    # nbformat lets any text be a list of lines.
    if isinstance(data, list):
        return "".join(part for part in data if isinstance(part, str))
    return data if isinstance(data, str) else ""


def taken_out(source: str) -> tuple[str, Attachments]:
    """Returns Markdown with the pictures in its text as attachments."""
    found: Attachments = {}

    def replaced(match: re.Match[str]) -> str:
        if not picture(match["kind"], match["data"]):
            return match[0]
        name = f"pasted-{len(found) + 1}"
        found[name] = {match["kind"]: match["data"]}
        return f"![{match['text']}](attachment:{name})"

    return _INLINE.sub(replaced, source), found
