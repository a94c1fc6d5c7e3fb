"""Arrays as grids of squares: which entries go together."""

from __future__ import annotations

from collections.abc import Mapping

from d2l_ext.plotting.style import PALETTE, subplots

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

#: Between two columns, in units of an entry: of numbers, of feature maps.
GAPS = 0.1, 0.6


def plot_entries(masks: Mapping[str, np.ndarray]) -> np.ndarray:
    """Draws arrays entry by entry, those that go together in color.

    An example is a row, a feature or a channel a column; a channel of an
    image is a small grid of its positions.

    Parameters
    ----------
    masks : mapping of str to array of bool
        Whether an entry is colored, by the title of the array: of shape
        (examples, features) or (examples, channels, height, width).

    Returns
    -------
    array of matplotlib.axes.Axes
        One for each array, side by side.

    Raises
    ------
    ValueError
        If there is no array, or one has neither two nor four axes.
    """
    if not masks:
        raise ValueError("plot_entries needs at least one array")
    for title, mask in masks.items():
        if np.ndim(mask) not in (2, 4):
            raise ValueError(
                f"{title!r} has {np.ndim(mask)} axes; an array of examples "
                "has two, one of images four"
            )
    _, axes = subplots(len(masks), width=7.6, height=2.6)
    axes = np.atleast_1d(axes)
    for ax, (title, mask) in zip(axes, masks.items(), strict=True):
        _draw(ax, title, np.asarray(mask, dtype=bool))
    return axes


def _draw(ax: Axes, title: str, mask: np.ndarray) -> None:
    columns = "features" if mask.ndim == 2 else "channels"
    if mask.ndim == 2:
        mask = mask[:, :, None, None]  # (m, d) -> (m, d, 1, 1)
    rows, cols, height, width = mask.shape
    gap = GAPS[height * width > 1]
    squares, colors = [], []
    for example, channel, i, j in np.ndindex(mask.shape):
        x = channel * (width + gap) + j
        y = example * (height + gap) + i
        squares.append(Rectangle((x, y), 1, 1))
        colored = mask[example, channel, i, j]
        colors.append(PALETTE[0] if colored else "#e3e3e3")
    ax.add_collection(
        PatchCollection(squares, facecolor=colors, edgecolor="white")
    )
    ax.set(
        title=title,
        xlabel=f"{cols} {columns}",
        ylabel=f"{rows} examples",
        xlim=(0, cols * (width + gap) - gap),
        ylim=(rows * (height + gap) - gap, 0),
        xticks=[],
        yticks=[],
        aspect="equal",
    )
    ax.spines[:].set_visible(False)
