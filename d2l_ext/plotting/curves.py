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
        What to draw; values alone are drawn against 1, 2, 3, …. Values of
        shape (seeds, n) are drawn as their mean, in a band from the smallest
        to the largest.
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
        x, y, rows = _x_and_y(label, curve)
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
        if rows is not None:
            ax.fill_between(
                x,
                rows.min(axis=0),  # (seeds, n) -> (n,)
                rows.max(axis=0),  # (seeds, n) -> (n,)
                color=colors[label],
                alpha=0.2,
                linewidth=0,
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


def _x_and_y(
    label: str, curve: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Returns x and y, and the rows of a curve that has several."""
    if isinstance(curve, tuple):
        x, y = (np.asarray(values, dtype=float) for values in curve)
    else:
        y = np.asarray(curve, dtype=float)
        x = np.arange(1.0, y.shape[-1] + 1)
    rows = y if y.ndim == 2 else None
    if rows is not None:
        y = rows.mean(axis=0)  # (seeds, n) -> (n,)
    if len(x) != len(y):
        raise ValueError(
            f"the curve {label!r} has {len(x)} values of x and {len(y)} of y"
        )
    return x, y, rows


def plot_dots(
    values: Mapping[str, Any],
    *,
    xlabel: str,
    ax: Axes | None = None,
    title: str | None = None,
    **settings: Any,
) -> Axes:
    """Draws numbers by name, a dot for each seed and a line at their mean.

    Parameters
    ----------
    values : mapping of str to sequence of float
        The numbers of each row, in the order from top to bottom.
    xlabel : str
        What they are, with the unit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as high as the rows need.
    title : str, optional
        The title of the axes.
    settings
        Passed to ``Axes.set``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If there is no row, or one without a number.
    """
    rows = {
        label: np.atleast_1d(np.asarray(numbers, dtype=float))
        for label, numbers in values.items()
    }
    if not rows or not all(map(np.size, rows.values())):
        raise ValueError("plot_dots needs rows with at least one number each")
    if ax is None:
        _, ax = subplots(height=0.8 + 0.4 * len(rows))
    colors = colors_of(rows)
    for height, (label, numbers) in enumerate(rows.items()):
        level = np.full(len(numbers), height)
        ax.plot(numbers, level, "o", alpha=0.6, color=colors[label])
        mean = numbers.mean()
        ax.plot([mean, mean], [height - 0.3, height + 0.3], color="#7f7f7f")
    ax.set(xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5), **settings)
    ax.set_yticks(range(len(rows)), list(rows))
    if title is not None:
        ax.set_title(title)
    return ax
