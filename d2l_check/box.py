"""Shows a verdict as a box, in a notebook, in feedback and as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from d2l_check.cases import Cases
from d2l_check.judge import Verdict
from d2l_check.outcome import Kind

import numpy as np

_BLUE, _GREEN, _ORANGE, _RED = "#0072b2", "#009e73", "#e69f00", "#d55e00"

#: A mark, a color and words for each kind; the color is never the only sign.
_LOOKS = {
    Kind.RIGHT: ("✓", _GREEN, "Right"),
    Kind.MISCONCEPTION: ("◐", _ORANGE, "Not yet, and we see why"),
    Kind.NOT_IMPLEMENTED: ("…", _BLUE, "Not written yet"),
    Kind.RAISED: ("✗", _RED, "An exception"),
    Kind.MODIFIED_INPUT: ("✗", _RED, "The input was changed"),
    Kind.TOO_SLOW: ("✗", _RED, "Stopped"),
    Kind.WRONG_TYPE: ("✗", _RED, "Wrong type"),
    Kind.WRONG_SHAPE: ("✗", _RED, "Wrong shape"),
    Kind.NOT_FINITE: ("✗", _RED, "Not a number"),
    Kind.WRONG: ("✗", _RED, "Not right yet"),
}
#: The example says nothing more about these.
_WITHOUT_EXAMPLE = (Kind.RIGHT, Kind.NOT_IMPLEMENTED)
#: In these two the numbers differ, and it must be seen where.
_OF_NUMBERS = (Kind.MISCONCEPTION, Kind.WRONG)
_DIGITS, _MORE_DIGITS = 4, 10
#: Characters of a value that are shown: a student may return anything.
_LONGEST = 2000
_PRINT: dict[str, Any] = {
    "linewidth": 60,
    "threshold": 60,
    "edgeitems": 2,
}


@dataclass(frozen=True)
class Feedback:
    """A verdict that shows itself as a box.

    Attributes
    ----------
    cases : Cases
        The exercise that was judged.
    verdict : Verdict
    """

    cases: Cases
    verdict: Verdict

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.to_html()}

    def __str__(self) -> str:
        _, _, words = _LOOKS[self.verdict.kind]
        lines = [f"[{words}] {self.cases.id}: {self.verdict.message}"]
        lines += [f"  {self.pointer}"] * bool(self.pointer)
        for name, value in self._rows():
            lines += _indented(name, value)
        return "\n".join(lines)

    @property
    def pointer(self) -> str:
        """Where the chapter explains the misconception, if it is one."""
        if not self.verdict.see:
            return ""
        # A heading may hold a formula, which is typeset in few of the places.
        heading = self.verdict.see.replace("$", "")
        return f"See “{heading}” in the chapter {self.cases.chapter}."

    def to_html(self) -> str:
        """Returns the box in HTML."""
        mark, color, words = _LOOKS[self.verdict.kind]
        paragraphs = "".join(
            f'<p style="margin:.4em 0 0">{_with_code(text)}</p>'
            for text in (self.verdict.message, self.pointer)
            if text
        )
        # Inline styles and half-transparent colors: the box looks the same on
        # Jupyter, on Colab and in feedback, in light and in dark mode.
        return (
            f'<div class="d2l-check" role="status" '
            f'data-verdict="{self.verdict.kind}" '
            f'data-misconception="{html.escape(self.verdict.name)}" '
            f'style="border:1px solid rgba(127,127,127,.4);border-left:.4em '
            f"solid {color};border-radius:4px;padding:.6em 1em;margin:1em 0;"
            f'background:rgba(127,127,127,.08);color:inherit">'
            f'<p style="margin:0"><span aria-hidden="true" '
            f'style="color:{color};font-weight:bold">{mark}</span> '
            f"<strong>{words}</strong> "
            f"<code>{html.escape(self.cases.function)}</code></p>"
            f"{paragraphs}{self._table()}</div>"
        )

    def _table(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;vertical-align:top;'
            f'white-space:nowrap;font-weight:normal;padding:0 1em 0 0">'
            f"{html.escape(name)}</th>"
            f'<td style="text-align:left"><pre style="margin:0;background:'
            f'none;color:inherit;white-space:pre;overflow-x:auto">'
            f"{html.escape(value)}</pre></td></tr>"
            for name, value in self._rows()
        )
        if not rows:
            return ""
        return (
            '<div style="overflow-x:auto"><table style="margin:.4em 0 0;'
            f'border:none;font-size:.95em;color:inherit">{rows}</table></div>'
        )

    def _rows(self) -> Iterator[tuple[str, str]]:
        example = self.verdict.example
        if example is None or self.verdict.kind in _WITHOUT_EXAMPLE:
            return
        parameters = self.cases.parameters
        for name, value in zip(parameters, example.args, strict=True):
            yield f"for {name}", show(value)
        if example.returned:
            right, yours = show(example.expected), show(example.got)
            if right == yours and self.verdict.kind in _OF_NUMBERS:
                right = show(example.expected, _MORE_DIGITS)
                yours = show(example.got, _MORE_DIGITS)
            yield "right result", right
            yield "your result", yours


def show(value: Any, digits: int = _DIGITS) -> str:
    """Returns a value in a few short lines, or the beginning of it."""
    text = _show(value, digits)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _show(value: Any, digits: int) -> str:
    if isinstance(value, (tuple, list)):
        return _show_parts(value, digits)
    if isinstance(value, np.ndarray):
        suppress = not _has_tiny(value)
        with np.printoptions(**_PRINT, precision=digits, suppress=suppress):
            text = np.array2string(value, separator=", ")
        # Without the empty lines between matrices.
        return re.sub(r"\n\s*\n", "\n", text)
    if isinstance(value, float):
        return f"{value:.{digits + 2}g}"
    text = repr(value)
    return text if len(text) <= _PRINT["linewidth"] else text[:60] + "…"


def _show_parts(value: tuple | list, digits: int) -> str:
    """Returns a tuple or list in one line, or in a line for each part."""
    before, after = "()" if isinstance(value, tuple) else "[]"
    parts = [show(part, digits) for part in value]
    line = ", ".join(parts)
    if "\n" not in line and len(line) < _PRINT["linewidth"]:
        return f"{before}{line}{after}"
    indented = (part.replace("\n", "\n ") for part in parts)
    return before + ",\n ".join(indented) + after


def _with_code(text: str) -> str:
    """Returns a text in HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _has_tiny(array: np.ndarray) -> bool:
    """Whether a number, with all in decimals, would look like zero."""
    if array.dtype.kind != "f":
        # A student may return an array of anything.
        return False
    tiny = (array != 0) & (abs(array) < 10.0**-_DIGITS)
    return bool(tiny.any())


def _indented(name: str, value: str) -> list[str]:
    if "\n" not in value:
        return [f"  {name}: {value}"]
    return [f"  {name}:", *(f"    {line}" for line in value.splitlines())]
