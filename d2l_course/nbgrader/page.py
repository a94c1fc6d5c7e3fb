"""Writes a student's page of feedback.

The page is written from text, tag by tag: what a student wrote goes through
`d2l_course.nbgrader.markdown`, the lexer or `html.escape`. Beside that, the
page tells the browser to run no script and to load nothing.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from d2l_course.nbgrader.markdown import to_html
from d2l_course.nbgrader.sanitize import safe_code, safe_html

from pygments.formatters import HtmlFormatter


@dataclass(frozen=True)
class Mark:
    """What the gradebook has about a cell.

    Attributes
    ----------
    score, most : float or None
        Points, and how many there are; None if there are none to get.
    comment : str
    """

    score: float | None = None
    most: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class Sheet:
    """What the gradebook has about a student's notebook.

    Attributes
    ----------
    title : str
    score, most : float
        Points, and how many there are.
    late : float
        Points that are taken off because the notebook came late.
    marks : mapping of str to Mark
        By the names of cells.
    """

    title: str
    score: float
    most: float
    late: float = 0.0
    marks: Mapping[str, Mark] = field(default_factory=dict)


_STYLE = f"""
:root {{ color-scheme: light; }}
body {{ margin: 1em auto; max-width: 50em; padding: 0 1em;
  font: 15px/1.45 system-ui, sans-serif; color: #222; background: #fff; }}
h1 {{ font-size: 1.4em; }}
section {{ margin: 1em 0; overflow: auto; overflow-wrap: break-word; }}
section.graded {{ border: 1px solid #2e6da4; border-radius: 4px;
  padding: 0 1em; }}
header {{ display: flex; flex-wrap: wrap; justify-content: space-between;
  margin: .6em 0; font-weight: bold; }}
pre, code {{ font: 13px/1.4 ui-monospace, monospace; }}
pre {{ margin: .4em 0; overflow-x: auto; }}
.highlight {{ background: #f7f7f7; padding: .2em .6em; }}
img {{ max-width: 100%; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .1em .8em .1em 0; text-align: left;
  vertical-align: baseline; }}
@media (max-width: 600px) {{
  body {{ padding: 0 6px; }}
  .d2l-check th, .d2l-check td {{ display: block; }}
}}
{HtmlFormatter().get_style_defs(".highlight")}
"""
_DIGEST = b64encode(sha256(_STYLE.encode()).digest()).decode()
#: Neither scripts nor requests. Pictures are in the page; the styles are this
#: one's, and those of the box of a verdict.
_POLICY = (
    f"default-src 'none'; img-src data:; style-src-elem 'sha256-{_DIGEST}'; "
    "style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def page(notebook: Path, sheet: Sheet, instead: str = "") -> str:
    """Returns the page of a graded notebook.

    Parameters
    ----------
    notebook : Path
        As `d2l_course.grading.autograded` writes it.
    sheet : Sheet
    instead : str
        What to say in place of what the student wrote.
    """
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    sections = [
        _section(cell, sheet)
        for cell in cells
        if not instead or _is_verdict(cell)
    ]
    return _framed(sheet, _sentence(instead) + "".join(sections))


def empty_page(sheet: Sheet, instead: str) -> str:
    """Returns the page of a notebook of which nothing can be shown."""
    return _framed(sheet, _sentence(instead))


def _framed(sheet: Sheet, inside: str) -> str:
    title = escape(sheet.title)
    late = (
        f"<p>{_number(sheet.late)} points are taken off because it came "
        "late.</p>"
        if sheet.late
        else ""
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        f'content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, '
        f'initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style></head>\n"
        f"<body><h1>{title}: {_points(sheet)}</h1>\n{late}<main>{inside}"
        "</main></body></html>\n"
    )


def _sentence(text: str) -> str:
    if not text:
        return ""
    return f'<section class="graded"><p>{escape(text)}</p></section>\n'


def _points(of: Sheet | Mark) -> str:
    return f"{_number(of.score or 0)} of {_number(of.most or 0)} points"


def _number(number: float) -> str:
    return f"{number:.4g}"


def _about(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    return cell["metadata"].get("nbgrader", {})


def _is_verdict(cell: Mapping[str, Any]) -> bool:
    return bool(_about(cell).get("grade") and not _about(cell).get("solution"))


def _section(cell: Mapping[str, Any], sheet: Sheet) -> str:
    about = _about(cell)
    mark = sheet.marks.get(about.get("grade_id", ""), Mark())
    if _is_verdict(cell):
        inside = "".join(_outputs(cell))
        return _graded("Your function, called", mark, inside)
    if about.get("solution") or about.get("task"):
        return _graded("Your answer", mark, _text(cell))
    return f"<section>{_text(cell)}</section>\n"


def _graded(what: str, mark: Mark, inside: str) -> str:
    points = "" if mark.most is None else f"<span>{_points(mark)}</span>"
    comment = (
        f"<p><strong>Comment</strong></p>{to_html(mark.comment)}"
        if mark.comment
        else ""
    )
    return (
        f'<section class="graded"><header><span>{what}</span>{points}'
        f"</header>{inside}{comment}</section>\n"
    )


def _text(cell: Mapping[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "code":
        return safe_code(source)
    return to_html(source, cell.get("attachments"))


def _outputs(cell: Mapping[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if "text/html" in data:
            yield safe_html("".join(data["text/html"]))
        elif "text/plain" in data:
            yield f"<pre>{escape(''.join(data['text/plain']))}</pre>"
