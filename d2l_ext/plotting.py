"""Every figure of the book: static ones, and ones that answer the reader.

Importing this module makes the book's style Matplotlib's default.
"""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from d2l_ext.history import History

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

#: Okabe and Ito's palette, which the color-blind can tell apart.
PALETTE = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7"),
    *("#e69f00", "#56b4e9", "#7f7f7f", "#000000"),
)

def _colored(*methods: str) -> dict[str, str]:
    """Returns a color for each of the methods that one figure compares."""
    return dict(zip(methods, itertools.cycle(PALETTE)))


#: One color for one method through the whole book.
COLORS = {
    **_colored("no normalization", "batch normalization"),
    "standardized inputs": PALETTE[2],
    "after the activation": PALETTE[3],
    "before the activation": PALETTE[1],
    "whole data": PALETTE[2],
    "moving average": PALETTE[1],
    **_colored("plain", "residual", "dense"),
    **_colored("sigmoid", "tanh", "ReLU", "Leaky ReLU", "ELU", "Maxout"),
    **{"PReLU": PALETTE[6], "SELU": PALETTE[7]},
    **{"GELU": PALETTE[6], "SiLU": PALETTE[7]},
    **_colored("N(0, 0.01²)", "N(0, 1)", "Xavier", "He", "LeCun"),
    "orthogonal": PALETTE[6],
    **_colored("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp"),
    **{"AdaDelta": PALETTE[5], "Adam": PALETTE[6], "AdamW": PALETTE[7]},
    **_colored("no dropout", "rate 0.2", "rate 0.5"),
}

STYLE: dict[Any, Any] = {
    "figure.figsize": (5.6, 3.2),
    "figure.dpi": 120,
    "figure.constrained_layout.use": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.3,
    "font.size": 9,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
}


plt.rcParams.update(STYLE)


def color_of(label: str, index: int = 0) -> str:
    """Returns the color of a method, or the palette's next for others."""
    return COLORS.get(label, PALETTE[index % len(PALETTE)])


def subplots(
    num_axes: int = 1, *, width: float = 0, height: float = 3.2, **options: Any
) -> tuple[Figure, Any]:
    """Returns a figure in the book's style with ``num_axes`` side by side.

    Parameters
    ----------
    num_axes : int
        How many axes; the second value is one, or an array of them.
    width, height : float
        In inches; by default 5.6 wide for one, 7.6 for more.
    options
        Passed to ``matplotlib.pyplot.subplots``.
    """
    if num_axes < 1:
        raise ValueError(f"num_axes is 1 or more, not {num_axes}")
    width = width or (5.6 if num_axes == 1 else 7.6)
    return plt.subplots(1, num_axes, figsize=(width, height), **options)


def plot_curves(
    curves: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
    title: str | None = None,
    **settings: Any,
) -> Axes:
    """Draws curves by name, each method in its own color and line style.

    Parameters
    ----------
    curves : mapping of str to values or (x, y)
        What to draw; values alone are drawn against 1, 2, 3, ….
    xlabel, ylabel : str
        The axes' labels, with units.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    title : str, optional
        The title of the axes.
    settings
        Passed to ``Axes.set``: ``xscale="log"``, ``ylim=(0, 1)``, ….

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If there is no curve, or an x and a y differ in length.
    """
    if not curves:
        raise ValueError("plot_curves needs at least one curve")
    if ax is None:
        _, ax = subplots()
    styles = itertools.cycle(["-", "--", "-.", ":"])
    ticks: set[float] = set()
    colors = _colors(curves)
    for label, curve in curves.items():
        x, y = _x_and_y(label, curve)
        ticks.update(x.tolist())
        marker = "o" if len(x) <= 12 else ""
        ax.plot(
            x,
            y,
            next(styles),
            marker=marker,
            markersize=4,
            color=colors[label],
            label=label,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, **settings)
    _set_x_ticks(ax, sorted(ticks))
    if title is not None:
        ax.set_title(title)
    if len(curves) > 1:
        ax.legend()
    return ax


def _colors(labels: Iterable[str]) -> dict[str, str]:
    """Returns the methods' colors, and for other labels those left over."""
    colors = {label: COLORS[label] for label in labels if label in COLORS}
    left = [color for color in PALETTE if color not in colors.values()]
    others = (label for label in labels if label not in COLORS)
    return colors | dict(zip(others, itertools.cycle(left or PALETTE)))


def _set_x_ticks(ax: Axes, ticks: list[float]) -> None:
    """Names what was measured: whole numbers, or the few values tried."""
    if ax.get_xscale() == "log" and len(ticks) <= 8:
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.xaxis.set_minor_locator(NullLocator())
    elif ax.get_xscale() == "linear" and all(
        tick.is_integer() for tick in ticks
    ):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _x_and_y(label: str, curve: Any) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(curve, tuple):
        x, y = (np.asarray(values, dtype=float) for values in curve)
    else:
        y = np.asarray(curve, dtype=float)
        x = np.arange(1.0, len(y) + 1)
    if len(x) != len(y):
        raise ValueError(
            f"the curve {label!r} has {len(x)} values of x and {len(y)} of y"
        )
    return x, y


def plot_history(
    history: History, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draws the loss and the accuracies of a training run by epoch.

    A run that diverged in its first epoch has no epoch to draw: its losses
    are drawn by step then.
    """
    if not history.num_epochs:
        return plot_curves(
            {"training loss": history.step_loss},
            xlabel="step",
            ylabel="loss",
            ax=ax,
            title=title or history.stopped_by,
        )
    curves = {
        "training loss": history.train_loss,
        "training accuracy": history.train_acc,
        "test accuracy": history.test_acc,
    }
    return plot_curves(
        {label: values for label, values in curves.items() if values},
        xlabel="epoch",
        ylabel="loss, accuracy",
        ax=ax,
        title=title,
    )


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


def interactive(
    figure: Figure,
    controls: Sequence[Control],
    traces: Callable[..., list[dict[str, Any]]],
    *,
    alt: str,
    caption: str,
    layout: Mapping[str, Any] | None = None,
    title: Callable[..., str] | None = None,
) -> InteractiveFigure:
    """Returns a figure that the reader can play with.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The static picture with the same message; it is closed.
    controls : sequence of Control
        The sliders; every combination of their values is drawn beforehand.
    traces : callable
        Gets a value for each control by name and returns Plotly traces.
    alt, caption : str
        What the figure shows, for who cannot see it and for who does.
    layout : mapping, optional
        Plotly's layout, the same for all frames.
    title : callable, optional
        Gets the same values and returns what the frame shows in words.

    Raises
    ------
    ValueError
        If there is no control, or ``alt`` or ``caption`` is empty.
    """
    if not controls:
        raise ValueError("an interactive figure needs a control")
    if not alt.strip() or not caption.strip():
        raise ValueError("an interactive figure needs alt and caption")
    frames, titles = {}, {}
    for indices in itertools.product(
        *(range(len(c.values)) for c in controls)
    ):
        key = ",".join(map(str, indices))
        values = {
            c.name: c.values[i] for c, i in zip(controls, indices, strict=True)
        }
        frames[key] = [_jsonable(trace) for trace in traces(**values)]
        if title is not None:
            titles[key] = title(**values)
    data = {
        "layout": dict(layout or {}),
        "config": {"displayModeBar": False, "responsive": True},
        "controls": [vars(control) for control in controls],
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
