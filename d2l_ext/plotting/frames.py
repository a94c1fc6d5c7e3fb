"""Figures that answer the reader without a kernel."""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from d2l_ext.plotting.style import STYLE

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Control:
    """A slider under an interactive figure.

    Attributes
    ----------
    name : str
        The argument that the figure's functions get it by.
    label : str
        What stands beside the slider.
    values : sequence of float or str
        What it runs through.
    start : int
        The index of the value that it starts with.
    play : bool
        Whether buttons play through the values.
    """

    name: str
    label: str
    values: Sequence[float | str]
    start: int = 0
    play: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < len(self.values):
            raise ValueError(
                f"the control {self.name!r} starts at {self.start} of "
                f"{len(self.values)} values"
            )


@dataclass(frozen=True)
class InteractiveFigure:
    """A figure that a page's script brings to life without a kernel.

    Without the script (in a notebook, on Colab, in print) it is the static
    picture, with the same message.
    """

    static: bytes
    alt: str
    caption: str
    data: dict[str, Any] = field(repr=False)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        image = base64.b64encode(self.static).decode("ascii")
        data = json.dumps(self.data, separators=(",", ":"), allow_nan=False)
        # "</script" would end the script element early, "<!--" too late.
        data = data.replace("<", "\\u003c")
        alt, caption = html.escape(self.alt), html.escape(self.caption)
        return {
            "text/html": (
                f'<div class="d2l-figure" data-kind="frames" role="group" '
                f'aria-label="{alt}">'
                f'<img src="data:image/png;base64,{image}" alt="{alt}"/>'
                f'<script type="application/json">{data}</script></div>'
                f'<p class="d2l-caption">{caption}</p>'
            ),
            "text/plain": f"<figure: {self.alt}>",
        }


@dataclass(frozen=True)
class Prefix:
    """The first points of a trace, of which each frame shows more or fewer.

    Attributes
    ----------
    trace : dict
        The whole trace, with lists of x and of y; it is stored once.
    num_points : int
        How many of its points to show.
    """

    trace: dict[str, Any]
    num_points: int

    def __post_init__(self) -> None:
        if not 0 <= self.num_points <= len(self.trace["x"]):
            raise ValueError(
                f"a prefix has 0 to {len(self.trace['x'])} points, not "
                f"{self.num_points}"
            )


class _Shared:
    """The traces that several frames show, each stored once."""

    def __init__(self) -> None:
        self.traces: list[dict[str, Any]] = []
        self._indices: dict[int, int] = {}

    def reference(self, trace: dict[str, Any] | Prefix) -> dict[str, Any]:
        """Returns what stands in a frame for a trace or a prefix."""
        if isinstance(trace, Prefix):
            return self.all_of(trace.trace) | {"points": trace.num_points}
        return trace

    def all_of(self, trace: dict[str, Any]) -> dict[str, Any]:
        """Stores a trace, if it is not there, and returns a reference."""
        # Kept in `traces`, no trace loses its identity to another.
        if id(trace) not in self._indices:
            self._indices[id(trace)] = len(self.traces)
            self.traces.append(trace)
        return {"shared": self._indices[id(trace)]}


def interactive(
    figure: Figure,
    controls: Sequence[Control],
    traces: Callable[..., Sequence[dict[str, Any] | Prefix]],
    *,
    alt: str,
    caption: str,
    layout: Mapping[str, Any] | None = None,
    title: Callable[..., str] | None = None,
    background: Sequence[dict[str, Any]] = (),
    choose: bool = False,
) -> InteractiveFigure:
    """Returns a figure that the reader can play with.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The static picture with the same message; it is closed.
    controls : sequence of Control
        The sliders; every combination of their values is drawn beforehand.
    traces : callable
        Gets a value for each control by name and returns Plotly traces, or
        prefixes of some.
    alt, caption : str
        What the figure shows, for who cannot see it and for who does.
    layout : mapping, optional
        Plotly's layout, the same for all frames.
    title : callable, optional
        Gets the same values and returns what the frame shows in words.
    background : sequence of dict
        Traces that are in every frame, under the others.
    choose : bool
        Whether the reader chooses which traces to see, by their names.

    Raises
    ------
    ValueError
        If there is no control, or ``alt`` or ``caption`` is empty.
    """
    if not controls:
        raise ValueError("an interactive figure needs a control")
    if not alt.strip() or not caption.strip():
        raise ValueError("an interactive figure needs alt and caption")
    shared = _Shared()
    frames, titles = {}, {}
    for indices in itertools.product(
        *(range(len(c.values)) for c in controls)
    ):
        key = ",".join(map(str, indices))
        values = {
            c.name: c.values[i] for c, i in zip(controls, indices, strict=True)
        }
        frames[key] = [
            *(shared.all_of(trace) for trace in background),
            *(shared.reference(trace) for trace in traces(**values)),
        ]
        if title is not None:
            titles[key] = title(**values)
    data = {
        "layout": dict(layout or {}),
        "config": {"displayModeBar": False, "responsive": True},
        "controls": [vars(control) for control in controls],
        "shared": shared.traces,
        "choose": choose,
        "frames": frames,
        "titles": titles,
    }
    return InteractiveFigure(_to_png(figure), alt, caption, _jsonable(data))


def _to_png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=STYLE["figure.dpi"])
    plt.close(figure)
    return buffer.getvalue()


def _jsonable(value: Any) -> Any:
    """Returns a value in JSON's types, numbers to four digits.

    JSON has no NaN and no infinity; Plotly leaves a gap where it reads null.
    """
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return [_jsonable(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value
