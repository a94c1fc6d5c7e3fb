"""Evidence as small pictures: an interval against the margin, and the seeds.

They are SVG inside a page, and look the same in a claim's box in a notebook
and in the table of all claims. Lines take the color of the text, so that they
are seen in light and in dark mode; a verdict's color is never the only sign.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    EFFECT,
    EQUAL,
    FAILS,
    HOLDS,
    MACHINE,
    SHARE,
    UNDECIDED,
    Declaration,
)
from d2l_ext.evidence.published import Arm, Published

#: Of a claim that is declared and has no evidence yet.
UNMEASURED = "not measured yet"
#: A mark and a color for each verdict, and for what has none.
LOOKS = {
    HOLDS: ("✓", "#009e73"),
    CONDITIONAL: ("◐", "#e69f00"),
    FAILS: ("✗", "#d55e00"),
    UNDECIDED: ("?", "#7f7f7f"),
    MACHINE: ("≈", "#0072b2"),
    UNMEASURED: ("…", "#7f7f7f"),
}

WIDTH, HEIGHT = 240, 24
#: Free of marks, left and right.
_PAD = 8
#: Of a dot that stands for a seed, and how high a stack of dots may be.
_RADIUS = 4
_STACK = 64


@dataclass(frozen=True)
class Axis:
    """What a claim's bars have in common, so that they can be compared.

    Attributes
    ----------
    low, high : float
        Its ends.
    shaded : tuple of two floats
        What does not matter, or is too little.
    needed : tuple of float
        What an interval must be beyond (of *equal*: between).
    zero : bool
        Whether zero is marked.
    """

    low: float
    high: float
    shaded: tuple[float, float]
    needed: tuple[float, ...]
    zero: bool

    def at(self, value: float) -> float:
        """Returns where a value is drawn; from one beyond the ends, there."""
        part = (value - self.low) / (self.high - self.low)
        return _PAD + min(max(part, 0.0), 1.0) * (WIDTH - 2 * _PAD)


def axis_of(
    evidence: Published,
    declaration: Declaration,
    now: Mapping[str, Sequence[float]] | None = None,
    *,
    each_seed: bool = False,
) -> Axis | None:
    """Returns the axis for a claim's bars; ``None`` if it has none.

    Parameters
    ----------
    evidence : Published
    declaration : Declaration
        Of the same claim.
    now : mapping of str to sequence of float, optional
        What a run measured, by arm; it is on the axis too.
    each_seed : bool
        Whether the axis is as long as the values of the single seeds need.
    """
    margin = declaration.margin
    if margin is None:
        return None
    if evidence.kind == SHARE:
        return Axis(0.0, 1.0, (0.0, margin), (margin,), zero=False)
    if evidence.kind != EFFECT:
        return None
    shown = [-margin, margin]
    for arm in evidence.arms:
        shown += [b for b in (arm.low, arm.high) if b is not None]
        shown += arm.values.values() if each_seed else []
    for values in (now or {}).values():
        mean = sum(values) / len(values) if len(values) else math.nan
        shown += [mean] if math.isfinite(mean) else []
    room = 0.04 * (max(shown) - min(shown))
    equal = declaration.metric.direction == EQUAL
    return Axis(
        min(shown) - room,
        max(shown) + room,
        (-margin, margin),
        (-margin, margin) if equal else (margin,),
        zero=True,
    )


def interval(
    arm: Arm, axis: Axis, *, label: str, now: float | None = None
) -> str:
    """Draws the mean and its interval against the margin.

    Parameters
    ----------
    arm : Arm
    axis : Axis
        That of its claim.
    label : str
        The same in words, for who cannot see it.
    now : float, optional
        What a run measured; it is drawn as a diamond.
    """
    middle = HEIGHT / 2
    parts = [_ground(axis, HEIGHT)]
    if arm.low is not None and arm.high is not None and arm.mean is not None:
        color = LOOKS[arm.verdict][1]
        low, high = axis.at(arm.low), axis.at(arm.high)
        ends = "".join(
            f"M{x:.1f} {middle - 5:g}v10" for x in dict.fromkeys((low, high))
        )
        parts.append(
            f'<path d="M{low:.1f} {middle:g}H{high:.1f}{ends}" fill="none" '
            f'stroke="{color}" stroke-width="3"/>'
            f'<circle cx="{axis.at(arm.mean):.1f}" cy="{middle:g}" r="5" '
            f'fill="{color}"/>'
        )
    if now is not None and math.isfinite(now):
        parts.append(
            f'<path d="M{axis.at(now):.1f} {middle - 7:g}l6 7l-6 7l-6-7z" '
            f'fill="none" stroke="currentColor" stroke-width="2"/>'
        )
    return _svg("".join(parts), HEIGHT, label)


def seeds(arm: Arm, axis: Axis, *, label: str) -> str:
    """Draws a dot for each seed of an effect, stacked where they are close.

    Parameters
    ----------
    arm, axis, label
        As for :func:`interval`.
    """
    columns: dict[int, list[int]] = {}
    for value in sorted(arm.values.values()):
        # Columns are a dot wide: what falls into one is stacked.
        levels = columns.setdefault(int(axis.at(value) // (2 * _RADIUS)), [])
        levels.append(len(levels))
    most = max(map(len, columns.values()), default=1)
    # A high stack is squeezed.
    rise = min(2 * _RADIUS, _STACK / most)
    height = rise * (most - 1) + 4 * _RADIUS
    dots = "".join(
        _dot(
            (column + 0.5) * 2 * _RADIUS,
            height - 2 * _RADIUS - rise * level,
            arm,
        )
        for column, levels in columns.items()
        for level in levels
    )
    return _svg(_ground(axis, height) + dots, height, label)


def outcomes(arm: Arm, *, label: str) -> str:
    """Draws a dot for each seed of a share, hollow where it did not happen.

    Parameters
    ----------
    arm, label
        As for :func:`interval`.
    """
    in_row = int(WIDTH / (3 * _RADIUS))
    values = sorted(arm.values.values(), reverse=True)
    dots = "".join(
        _dot(
            (i % in_row + 0.5) * 3 * _RADIUS,
            (i // in_row + 0.5) * 3 * _RADIUS,
            arm,
            filled=value > 0,
        )
        for i, value in enumerate(values)
    )
    rows = math.ceil(len(values) / in_row) or 1
    return _svg(dots, rows * 3 * _RADIUS, label)


def _dot(x: float, y: float, arm: Arm, *, filled: bool = True) -> str:
    color = LOOKS[arm.verdict][1]
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS - 0.75}" '
        f'fill="{color}" fill-opacity="{0.8 if filled else 0}" '
        f'stroke="{color}" stroke-width="1.5"/>'
    )


def stacked(
    counts: Mapping[str, int], *, most: int | None = None, labels: bool = True
) -> str:
    """Draws how often each verdict was given, as parts of one bar.

    It says nothing that does not stand beside it in numbers, so that it is
    hidden from who cannot see it.

    Parameters
    ----------
    counts : mapping of str to int
        By the names of :data:`LOOKS`, in the order to draw.
    most : int, optional
        How many fill the whole width; by default all.
    labels : bool
        Whether the parts that have room carry their numbers.
    """
    most = most or sum(counts.values()) or 1
    x, parts = 0.0, []
    for name, count in counts.items():
        if not count:
            continue
        mark, color = LOOKS[name]
        width = count / most * WIDTH
        parts.append(
            f'<rect x="{x:.1f}" y="1" width="{max(width - 2, 1):.1f}" '
            f'height="{HEIGHT - 2}" fill="{color}" stroke="currentColor" '
            f'stroke-opacity=".5"/>'
        )
        if labels and width >= 26:
            parts.append(
                f'<text x="{x + width / 2 - 1:.1f}" y="17" fill="#000" '
                f'font-size="13" text-anchor="middle">{mark} {count}</text>'
            )
        x += width
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" aria-hidden="true" style="{_STYLE}">'
        f"{''.join(parts)}</svg>"
    )


#: A notebook's page leaves the style of an element, and strips others.
_STYLE = "max-width:100%;height:auto;vertical-align:middle"


def _svg(inner: str, height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-label="{html.escape(label)}" '
        f'style="{_STYLE}">{inner}</svg>'
    )


def _ground(axis: Axis, height: float) -> str:
    """The shaded part, zero, and what must be reached."""
    left, right = map(axis.at, axis.shaded)
    lines = _lines(axis, [0.0] if axis.zero else [], height, "")
    needed = _lines(axis, axis.needed, height, ' stroke-dasharray="3 2"')
    return (
        f'<rect x="{left:.1f}" y="0" width="{right - left:.1f}" '
        f'height="{height:g}" fill="currentColor" fill-opacity=".13"/>'
        f"{lines}{needed}"
    )


def _lines(
    axis: Axis, values: Iterable[float], height: float, more: str
) -> str:
    path = "".join(f"M{axis.at(v):.1f} 0V{height:g}" for v in values)
    if not path:
        return ""
    return (
        f'<path d="{path}" stroke="currentColor" stroke-opacity=".7"{more}/>'
    )
