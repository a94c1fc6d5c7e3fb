"""Records a claim's measurement and shows its verdict.

A claim is a sentence that people repeat about a technique. ``claims.yml``
holds each one with the verdict that its measurement gave, at quick scale and
with seed 0. A chapter measures it again and calls :func:`claim`.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from d2l_ext.config import settings
from d2l_ext.device import context
from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    UNDECIDED,
    declarations,
)

MIME_TYPE = "application/vnd.d2l-ext.claim+json"

#: A mark and a color for each verdict; the color is never the only sign.
_LOOKS = {
    HOLDS: ("✓", "#009e73"),
    CONDITIONAL: ("◐", "#e69f00"),
    FAILS: ("✗", "#d55e00"),
    UNDECIDED: ("?", "#7f7f7f"),
}


class ClaimContradicted(AssertionError):
    """Says that a measurement contradicts the recorded verdict."""


@dataclass(frozen=True)
class Measurement:
    """One measurement of a claim, which shows itself as a box.

    Attributes
    ----------
    id, chapter, statement : str
        The claim, and the chapter that measures it.
    recorded, measured : str
        The verdict in ``claims.yml`` and the one that the numbers give.
    condition, measured_condition : str or None
        What ``holds only when`` is followed by.
    numbers : dict of str to (float, int, bool or str)
        What was measured.
    scale : str
    seed : int
        The settings that it was measured with.
    """

    id: str
    chapter: str
    statement: str
    recorded: str
    measured: str
    condition: str | None
    measured_condition: str | None
    numbers: dict[str, Any]
    scale: str
    seed: int

    @property
    def agrees(self) -> bool:
        """Whether the measurement agrees with the recorded verdict."""
        return self.recorded == UNDECIDED or (
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
        return _in_words(self.recorded, self.condition)

    def _remarks(self) -> list[str]:
        if self.agrees:
            return []
        measured = _in_words(self.measured, self.measured_condition)
        return [
            f"Here (scale {self.scale}, seed {self.seed}) we measure "
            f"otherwise: {measured}."
        ]

    def _to_html(self) -> str:
        mark, color = _LOOKS[self.recorded]
        kind = self.recorded if self.agrees else "contradicted"
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
            f"<strong>Verdict: {html.escape(self._verdict())}</strong></p>"
            f"{remarks}</div>"
        )


def claim(
    claim_id: str, holds: bool | Mapping[str, bool], **measurements: Any
) -> None:
    """Shows a claim's verdict, and what this measurement says of it.

    A measurement that contradicts the verdict stops nobody who reads, builds
    or tries something out: the box says so. Where the gate is on
    (``D2L_EXT_GATE``), as in the tests of the chapters, it fails.

    Parameters
    ----------
    claim_id : str
        The claim's id in ``claims.yml``.
    holds : bool or mapping of str to bool
        Whether the measurement supports the statement; or, for each condition
        that was tried, whether it does there. The measured verdict is then
        *holds* (all), *does not hold* (none) or *holds only when* followed by
        the conditions where it does.
    measurements
        What was measured, by name: numbers, truth values or short texts.

    Raises
    ------
    ClaimContradicted
        If the gate is on and the measured verdict is not the recorded one,
        in the surroundings that verdicts are recorded for: quick scale, seed
        0, and a CPU. *Undecided* is never contradicted.
    KeyError
        If ``claims.yml`` has no such claim.
    ValueError
        If there is no measurement, or one that is no number or text.
    """
    # Imported here: a script without a notebook needs no IPython to fail.
    from IPython.display import display

    measurement = measure(claim_id, holds, **measurements)
    display(measurement)
    if _gates() and not measurement.agrees:
        raise ClaimContradicted(
            f"the measurement contradicts the verdict in claims.yml\n"
            f"{measurement}"
        )


def _gates() -> bool:
    now = settings()
    return now.gate and now.recorded and context().device_type == "cpu"


def measure(
    claim_id: str, holds: bool | Mapping[str, bool], **measurements: Any
) -> Measurement:
    """Returns the measurement that :func:`claim` shows; see there."""
    declared = declarations()
    if claim_id not in declared:
        raise KeyError(
            f"claims.yml has no claim {claim_id!r}; it has: "
            + ", ".join(sorted(declared))
        )
    if not measurements:
        raise ValueError(f"the claim {claim_id!r} needs a measurement")
    declaration = declared[claim_id]
    measured, condition = _measured_verdict(holds)
    return Measurement(
        id=claim_id,
        chapter=declaration.chapter,
        statement=declaration.statement,
        recorded=declaration.verdict,
        measured=measured,
        condition=declaration.condition,
        measured_condition=condition,
        numbers={name: _plain(name, v) for name, v in measurements.items()},
        scale=settings().scale,
        seed=settings().seed,
    )


def _measured_verdict(
    holds: bool | Mapping[str, bool],
) -> tuple[str, str | None]:
    if not isinstance(holds, Mapping):
        return (HOLDS if bool(holds) else FAILS), None
    if not holds:
        raise ValueError("a claim needs at least one condition")
    true = [condition for condition, value in holds.items() if bool(value)]
    if len(true) == len(holds):
        return HOLDS, None
    if not true:
        return FAILS, None
    return CONDITIONAL, ", ".join(true)


def _plain(name: str, value: Any) -> float | int | bool | str | None:
    """Returns a value as JSON takes it."""
    try:
        # NumPy's and MXNet's scalars know what Python calls them.
        value = value.item() if hasattr(value, "item") else value
        if value is None or isinstance(value, (bool, int, str)):
            return value
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"the measurement {name}={value!r} is neither a number nor a text"
        ) from None
    return number if math.isfinite(number) else str(number)


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
