"""How every figure of the book looks.

Importing this module makes the book's style Matplotlib's default.
"""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Iterable
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

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
    "PReLU": PALETTE[6],
    "SELU": PALETTE[7],
    "GELU": PALETTE[6],
    "SiLU": PALETTE[7],
    **_colored("N(0, 0.01²)", "N(0, 1)", "Xavier", "He", "LeCun"),
    "orthogonal": PALETTE[6],
    **_colored("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp"),
    "AdaDelta": PALETTE[5],
    "Adam": PALETTE[6],
    "AdamW": PALETTE[7],
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


def _start_inline_backend() -> None:
    """Has a notebook show its first figure below the cell that draws it.

    With Matplotlib before 3.9 the backend is loaded by the first figure, and
    shows figures from the next cell on.
    """
    if "inline" in os.environ.get("MPLBACKEND", ""):
        importlib.import_module("matplotlib_inline.backend_inline")


plt.rcParams.update(STYLE)
_start_inline_backend()


def color_of(label: str, index: int = 0) -> str:
    """Returns the color of a method, or the palette's next for others."""
    return COLORS.get(label, PALETTE[index % len(PALETTE)])


def colors_of(labels: Iterable[str]) -> dict[str, str]:
    """Returns the methods' colors, and for other labels those left over."""
    colors = {label: COLORS[label] for label in labels if label in COLORS}
    left = [color for color in PALETTE if color not in colors.values()]
    others = (label for label in labels if label not in COLORS)
    return colors | dict(zip(others, itertools.cycle(left or PALETTE)))


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
