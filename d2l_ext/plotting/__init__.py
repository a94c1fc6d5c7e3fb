"""Every figure of the book: static ones, and ones that answer the reader.

Importing this package makes the book's style Matplotlib's default.
"""

from d2l_ext.plotting.arrays import plot_entries
from d2l_ext.plotting.curves import plot_curves, plot_dots
from d2l_ext.plotting.frames import (
    Control,
    InteractiveFigure,
    Prefix,
    interactive,
)
from d2l_ext.plotting.style import (
    COLORS,
    PALETTE,
    STYLE,
    color_of,
    colors_of,
    subplots,
)

__all__ = [
    "COLORS",
    "PALETTE",
    "STYLE",
    "Control",
    "InteractiveFigure",
    "Prefix",
    "color_of",
    "colors_of",
    "interactive",
    "plot_curves",
    "plot_dots",
    "plot_entries",
    "subplots",
]
