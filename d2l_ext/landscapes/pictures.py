"""Paths of optimizers over a landscape, and the race between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from d2l_ext.landscapes.functions import Landscape
from d2l_ext.plotting.frames import (
    Control,
    InteractiveFigure,
    Prefix,
    interactive,
)
from d2l_ext.plotting.style import colors_of, subplots

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Above the minimum by less than this part of the range, contours end.
_FLOOR = 1e-4
_CONTOURS = 16
_GRAY = "#8a8a8a"


def plot_paths(
    landscape: Landscape,
    paths: Mapping[str, np.ndarray],
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws paths over the contours of a landscape.

    Parameters
    ----------
    landscape : Landscape
        Where; the contours are closer together toward its minimum.
    paths : mapping of str to array of shape (num_points, 2)
        The points by the name of the optimizer, as ``landscapes.race`` and
        ``landscapes.descend`` return them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    title : str, optional
        The title of the axes; by default the name of the landscape.

    Raises
    ------
    ValueError
        If there is no path, or one is not of shape (num_points, 2).
    """
    _check_paths(paths)
    if ax is None:
        _, ax = subplots(height=3.6)
    X, Y, height = _heights(landscape, 121)
    options: dict[str, Any] = {"colors": _GRAY, "linestyles": "-"}
    ax.contour(
        *(X, Y, height), _CONTOURS, linewidths=0.6, alpha=0.6, **options
    )
    colors = colors_of(paths)
    for name, path in paths.items():
        ax.plot(*path.T, color=colors[name], label=name, linewidth=1.3)
        ax.plot(*path[-1], "o", color=colors[name], markersize=5)
    if landscape.minimum is not None:
        ax.plot(*landscape.minimum, "*", color="black", markersize=10)
    ax.set(xlabel="x", ylabel="y", xlim=landscape.xlim, ylim=landscape.ylim)
    ax.set_title(landscape.name if title is None else title)
    ax.legend(fontsize="small")
    return ax


def interactive_race(
    landscape: Landscape,
    paths: Mapping[str, np.ndarray],
    *,
    every: int = 1,
    title: Callable[..., str] | None = None,
    alt: str,
    caption: str,
) -> InteractiveFigure:
    """Returns a race that the reader plays, steps through and chooses in.

    Parameters
    ----------
    landscape : Landscape
        Where.
    paths : mapping of str to array of shape (num_steps + 1, 2)
        As ``landscapes.race`` returns them.
    every : int
        How many steps lie between two frames; the paths keep all points.
    title : callable, optional
        Gets the ``step`` of a frame and returns what the line above says.
    alt, caption : str
        As for ``interactive``.

    Raises
    ------
    ValueError
        If there is no path, they differ in length, ``every`` is not from 1 to
        the number of steps, or ``alt`` or ``caption`` is empty.
    """
    num_steps = _num_steps(paths)
    figure, ax = subplots(height=3.6)
    plot_paths(landscape, paths, ax=ax)
    return interactive(
        figure,
        [_steps(num_steps, every)],
        _race_traces(paths),
        layout=_layout(landscape),
        title=title,
        background=_background(landscape),
        choose=True,
        alt=alt,
        caption=caption,
    )


def interactive_rates(
    figure: Figure,
    landscape: Landscape,
    races: Mapping[float, Mapping[str, np.ndarray]],
    *,
    start: int = 0,
    every: int = 1,
    title: Callable[..., str] | None = None,
    alt: str,
    caption: str,
) -> InteractiveFigure:
    """Returns a race at several learning rates, which the reader chooses.

    It is over when the reader comes to it, and can be played again.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The static picture with the same message; it is closed.
    landscape : Landscape
        Where.
    races : mapping of float to paths
        By the learning rate, what ``landscapes.race`` returns; all for the
        same number of steps.
    start : int
        The index of the learning rate that the figure starts with.
    every, title, alt, caption
        As for :func:`interactive_race`; ``title`` gets ``lr`` as well.

    Raises
    ------
    ValueError
        As :func:`interactive_race`.
    """
    num_steps = _num_steps(
        {
            f"{name} at {lr:g}": p
            for lr in races
            for name, p in races[lr].items()
        }
    )
    traces = {lr: _race_traces(paths) for lr, paths in races.items()}
    return interactive(
        figure,
        [
            Control("lr", "rate", list(races), start=start),
            _steps(num_steps, every, ended=True),
        ],
        lambda lr, step: traces[lr](step),
        layout=_layout(landscape),
        title=title,
        background=_background(landscape),
        choose=True,
        alt=alt,
        caption=caption,
    )


def _num_steps(paths: Mapping[str, np.ndarray]) -> int:
    """Returns the number of steps that all paths have."""
    _check_paths(paths)
    lengths = {len(path) for path in paths.values()}
    if len(lengths) > 1:
        raise ValueError(f"the paths have {sorted(lengths)} points")
    return lengths.pop() - 1


def _steps(num_steps: int, every: int, *, ended: bool = False) -> Control:
    if not 1 <= every <= num_steps:
        raise ValueError(f"every lies in 1 to {num_steps}, not {every}")
    steps = [*range(0, num_steps, every), num_steps]
    start = len(steps) - 1 if ended else 0
    return Control("step", "step", steps, start=start, play=True)


def _race_traces(
    paths: Mapping[str, np.ndarray],
) -> Callable[[int], list[dict[str, Any] | Prefix]]:
    """Returns the function that draws the paths as far as a step."""
    colors = colors_of(paths)
    lines = {
        name: _line(name, path, colors[name]) for name, path in paths.items()
    }

    def traces(step: int) -> list[dict[str, Any] | Prefix]:
        shown: list[dict[str, Any] | Prefix] = []
        for name, path in paths.items():
            shown.append(Prefix(lines[name], step + 1))
            shown.append(_point(name, path[step], colors[name]))
        return shown

    return traces


def _check_paths(paths: Mapping[str, np.ndarray]) -> None:
    if not paths:
        raise ValueError("there is no path to draw")
    for name, path in paths.items():
        if path.ndim != 2 or path.shape[1] != 2 or not len(path):
            raise ValueError(
                f"the path {name!r} is of shape (num_points, 2), not "
                f"{path.shape}"
            )


def _heights(
    landscape: Landscape, num_points: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns a grid, and heights whose equal steps make good contours.

    Toward a minimum they are those of the logarithm: a valley of Beale's
    function is a thousandth as high as its walls.
    """
    X, Y, f = landscape.grid(num_points)
    if landscape.minimum is None:
        return X, Y, f
    above = f - float(landscape.f(*landscape.minimum))
    return X, Y, np.log10(above + _FLOOR * np.ptp(f))


def _background(landscape: Landscape) -> list[dict[str, Any]]:
    """Returns the contours, and the minimum where there is one."""
    X, Y, height = _heights(landscape, 61)
    traces: list[dict[str, Any]] = [
        {
            "type": "contour",
            "x": X[0],
            "y": Y[:, 0],
            "z": np.round(height, 3),
            "ncontours": _CONTOURS,
            "contours": {"coloring": "lines"},
            "colorscale": [[0, _GRAY], [1, _GRAY]],
            "line": {"width": 0.7},
            "showscale": False,
            "hoverinfo": "skip",
        }
    ]
    if landscape.minimum is not None:
        x, y = landscape.minimum
        marker = {"symbol": "star", "size": 13, "color": "#000000"}
        traces.append({"x": [x], "y": [y], "mode": "markers"})
        traces[-1] |= {"marker": marker, "hoverinfo": "skip"}
    return traces


def _line(name: str, path: np.ndarray, color: str) -> dict[str, Any]:
    return {
        "x": path[:, 0],
        "y": path[:, 1],
        "name": name,
        "mode": "lines",
        "line": {"color": color, "width": 2},
    }


def _point(name: str, point: np.ndarray, color: str) -> dict[str, Any]:
    return {
        "x": point[:1],
        "y": point[1:],
        "name": name,
        "mode": "markers",
        "marker": {"color": color, "size": 10},
    }


def _layout(landscape: Landscape) -> dict[str, Any]:
    return {
        "height": 440,
        "xaxis": {"title": {"text": "x"}, "range": landscape.xlim},
        "yaxis": {"title": {"text": "y"}, "range": landscape.ylim},
    }
