"""One measurement of a claim, and the box that shows it."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    MACHINE,
    UNDECIDED,
)

MIME_TYPE = "application/vnd.d2l-ext.claim+json"

#: A mark and a color for each verdict, and for what is a machine's own; the
#: color is never the only sign.
_LOOKS = {
    HOLDS: ("✓", "#009e73"),
    CONDITIONAL: ("◐", "#e69f00"),
    FAILS: ("✗", "#d55e00"),
    UNDECIDED: ("?", "#7f7f7f"),
    MACHINE: ("≈", "#0072b2"),
}


@dataclass(frozen=True)
class Measurement:
    """One measurement of a claim, which shows itself as a box.

    Attributes
    ----------
    id, chapter, kind, statement : str
        The claim, and the chapter that measures it.
    recorded : str or None
        The verdict in ``claims.yml``; of the kind ``machine`` there is none.
    measured : str
        The verdict that the numbers give.
    condition, measured_condition : str or None
        What ``holds only when`` is followed by.
    numbers : dict of str to (float, int, bool or str)
        What was measured.
    scale : str
    seed : int
        The settings that it was measured with.
    context : str
        What it was computed on.
    machine : str or None
        Of the kind ``machine``: the one that measured it, in words.
    """

    id: str
    chapter: str
    kind: str
    statement: str
    recorded: str | None
    measured: str
    condition: str | None
    measured_condition: str | None
    numbers: dict[str, Any]
    scale: str
    seed: int
    context: str
    machine: str | None

    @property
    def agrees(self) -> bool:
        """Whether the measurement agrees with the recorded verdict."""
        return self.recorded in (None, UNDECIDED) or (
            self.recorded == self.measured
            and self.condition == self.measured_condition
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/plain": str(self),
            "text/html": self._to_html(),
            MIME_TYPE: asdict(self) | {"agrees": self.agrees},
        }

    def __str__(self) -> str:
        lines = [f"[{self._verdict()}] {self.id}: {self.statement}"]
        lines += [
            f"  {_words(k)}: {_show(v)}" for k, v in self.numbers.items()
        ]
        return "\n".join([*lines, *self._remarks()])

    def _verdict(self) -> str:
        if self.recorded is None:
            return _in_words(self.measured, self.measured_condition)
        return _in_words(self.recorded, self.condition)

    def _remarks(self) -> list[str]:
        if self.machine is not None:
            return [f"Measured on {self.machine}. Yours may differ."]
        if self.agrees:
            return []
        measured = _in_words(self.measured, self.measured_condition)
        return [
            f"Here (scale {self.scale}, seed {self.seed}, {self.context}) we "
            f"measure otherwise: {measured}."
        ]

    def _to_html(self) -> str:
        looks = self.recorded or MACHINE
        mark, color = _LOOKS[looks]
        kind = looks if self.agrees else "contradicted"
        name = "Verdict" if self.recorded else "On this machine"
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;font-weight:normal;'
            f'padding:0 1em 0 0">{html.escape(_words(name))}</th>'
            f'<td style="text-align:left;white-space:nowrap">'
            f"{html.escape(_show(value))}</td>"
            "</tr>"
            for name, value in self.numbers.items()
        )
        remarks = "".join(
            f'<p style="margin:.4em 0 0">{html.escape(remark)}</p>'
            for remark in self._remarks()
        )
        # Inline styles and half-transparent colors: the box looks the same on
        # the page, in Jupyter and on Colab, in light and in dark mode.
        return (
            f'<div class="d2l-claim" id="claim-{self.id}" role="note" '
            f'data-verdict="{kind.replace(" ", "-")}" style="border:1px solid '
            f"rgba(127,127,127,.4);border-left:.4em solid {color};"
            f"border-radius:4px;padding:.6em 1em;margin:1em 0;"
            f'background:rgba(127,127,127,.08);color:inherit">'
            f'<p style="margin:0"><strong>Claim.</strong> '
            f"{html.escape(self.statement)}</p>"
            f'<table style="margin:.4em 0;border:none;font-size:.95em">{rows}'
            f"</table>"
            f'<p style="margin:0"><span aria-hidden="true" '
            f'style="color:{color};font-weight:bold">{mark}</span> '
            f"<strong>{name}: {html.escape(self._verdict())}</strong></p>"
            f"{remarks}</div>"
        )


def _in_words(verdict: str, condition: str | None) -> str:
    return verdict if condition is None else f"{verdict} {condition}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "never"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)
