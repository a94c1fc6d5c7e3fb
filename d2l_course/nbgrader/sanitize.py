"""What Formgrader writes a submission with, so that none of it can act.

A course's nbgrader_config.py names these in place of nbconvert's filters. They
must do without one another: whatever comes after them, or before them in a
course that has the settings of an earlier version, changes nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from d2l_course.nbgrader.markdown import to_html

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

#: What the box of a verdict is made of; see `d2l_check.box`.
_TAGS = {
    *("code", "div", "p", "pre", "span", "strong"),
    *("table", "tbody", "td", "th", "tr"),
}
_ATTRIBUTES = ("aria-hidden", "data-verdict", "role", "scope")
_BOX = "d2l-check"
_STYLES = (
    *("background", "border", "border-left", "border-radius", "color"),
    *("font-size", "font-weight", "margin", "overflow-x", "padding"),
    *("text-align", "vertical-align", "white-space"),
)
#: MathJax leaves alone what is in an element of these classes, and what is in
#: <pre>: a formula can be a link to a script.
_NO_MATHJAX = "tex2jax_ignore mathjax_ignore"


@pass_context
def safe_markdown2html(context: Any, source: str) -> str:
    """Returns a cell's Markdown as HTML; see `d2l_course.nbgrader.markdown`.

    Parameters
    ----------
    context : jinja2.runtime.Context
        Has the cell, with its pictures.
    source : str
    """
    cell = context.get("cell") or {}
    text = to_html(source, cell.get("attachments"))
    # What is wider or higher than the cell does not lie over other things.
    return f'<div class="{_NO_MATHJAX}" style="overflow:auto">{text}</div>'


def safe_code(source: str, *_: Any, **__: Any) -> str:
    """Returns code as HTML, colored as Python whatever it says that it is.

    The lexer that notebooks have by default takes a time that grows with the
    cube of the number of blanks.
    """
    return highlight(source, PythonLexer(), HtmlFormatter())


def safe_html(text: str) -> str:
    """Returns the box of a verdict without what no such box has."""
    return f'<div class="{_NO_MATHJAX}">{_cleaner().clean(text)}</div>'


def unchanged(text: str) -> str:
    """Returns what it gets.

    It stands for `strip_files_prefix`, which would change addresses after all
    other filters.
    """
    return text


@cache
def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=_TAGS,
        attributes=_is_of_box,
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
    )


def _is_of_box(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return (tag, value) == ("div", _BOX)
    return name == "style" or name in _ATTRIBUTES
