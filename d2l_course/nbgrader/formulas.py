"""Writes formulas as MathML, which browsers show without any script."""

from __future__ import annotations

import re
from html import escape, unescape
from xml.etree.ElementTree import Element

#: No formula of a student's is as long; the parser calls itself.
_LONGEST = 1000

#: What is written. All else becomes a group: no other tag of MathML gets
#: through, and so no link, no embedded HTML and no comment.
_TAGS = re.compile(
    "math|mfrac|mi|mn|mo|mover|mphantom|mroot|mrow|mspace|msqrt|mstyle|msub|"
    "msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover"
)
_ATTRIBUTES = re.compile(
    "accent|columnalign|display|displaystyle|fence|form|linethickness|"
    "mathvariant|maxsize|minsize|scriptlevel|stretchy|width"
)
_VALUE = re.compile(r"[a-z -]{1,40}|\d{1,2}(\.\d{1,3})?(em|ex|px)?")


def mathml(tex: str, block: bool = False) -> str:
    """Returns a formula as MathML, or as it is written if it is none.

    Parameters
    ----------
    tex : str
        In TeX, without dollars. Anybody may have written it.
    block : bool
        Whether it has lines of its own.
    """
    # Only where there is a formula.
    from latex2mathml.converter import convert_to_element

    display = "block" if block else "inline"
    try:
        if len(tex) <= _LONGEST:
            return _written(convert_to_element(tex, display=display))
    # It raises whatever it stumbles over.
    except Exception:
        pass
    mark = "$$" if block else "$"
    return f"<code>{escape(mark + tex + mark)}</code>"


def _written(element: Element) -> str:
    tag = element.tag if _TAGS.fullmatch(element.tag) else "mrow"
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if _ATTRIBUTES.fullmatch(name) and _VALUE.fullmatch(value)
    )
    # The converter writes symbols as entities.
    text = escape(unescape(element.text or ""))
    inside = text + "".join(map(_written, element))
    return f"<{tag}{attributes}>{inside}</{tag}>"
