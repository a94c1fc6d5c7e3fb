"""The initializers by their names."""

from __future__ import annotations

from typing import Any

from d2l_ext.engine.internals import option_names
from d2l_ext.initializers.fixed import SmallNormal, UnitNormal
from d2l_ext.initializers.scaled import Glorot, He, LeCun, Orthonormal

import mxnet as mx

#: The initializers of the book, by the names that MXNet knows them by.
INITIALIZERS: dict[str, type[mx.init.Initializer]] = {
    "small_normal": SmallNormal,
    "unit_normal": UnitNormal,
    "glorot": Glorot,
    "glorot_in": LeCun,
    "lecun": LeCun,
    "he": He,
    "orthonormal": Orthonormal,
}


def make_initializer(name: str, **options: Any) -> mx.init.Initializer:
    """Returns an initializer of the book, by its name.

    Parameters
    ----------
    name : str
        A name in :data:`INITIALIZERS`.
    options
        Those of its class, such as ``distribution='uniform'``.

    Raises
    ------
    ValueError
        If the name or an option is not known, or an option is outside its
        range; the message lists what is known.
    """
    if name not in INITIALIZERS:
        raise ValueError(
            f"initializer {name!r} is not known; use one of: "
            + ", ".join(INITIALIZERS)
        )
    known = option_names(INITIALIZERS[name]())
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise ValueError(
            f"initializer {name!r} does not take {', '.join(unknown)}; its "
            "options are: " + ", ".join(known)
        )
    return INITIALIZERS[name](**options)
