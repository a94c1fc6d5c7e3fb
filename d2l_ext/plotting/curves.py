"""Curves by name: losses, accuracies, whatever was measured."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from d2l_ext.plotting.style import colors_of, subplots

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator


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
    colors = colors_of(curves)
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


def _set_x_ticks(ax: Axes, ticks: list[float]) -> None:
    """Names what was measured: whole numbers, or the few values tried."""
    if ax.get_xscale() == "log" and len(ticks) <= 8:
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.xaxis.set_minor_locator(NullLocator())
    elif ax.get_xscale() == "linear" and all(
        tick.is_integer() for tick in ticks
    ):
        steps = [1, 2, 5, 10]  # 0, 20, 40 and not 0, 8, 16
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=steps))


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
