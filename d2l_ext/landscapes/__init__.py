"""Functions of two variables to watch optimizers on.

A landscape has its exact gradient and, where there is one, its minimum;
:func:`race` lets rules of :mod:`d2l_ext.optimizers` run from one start.
"""

from d2l_ext.landscapes.functions import (
    BEALE,
    ILL_CONDITIONED,
    LANDSCAPES,
    LONG_VALLEY,
    SADDLE,
    Landscape,
    quadratic,
)
from d2l_ext.landscapes.pictures import (
    interactive_race,
    interactive_rates,
    plot_paths,
)
from d2l_ext.landscapes.race import descend, race

__all__ = [
    "BEALE",
    "ILL_CONDITIONED",
    "LANDSCAPES",
    "LONG_VALLEY",
    "SADDLE",
    "Landscape",
    "descend",
    "interactive_race",
    "interactive_rates",
    "plot_paths",
    "quadratic",
    "race",
]
