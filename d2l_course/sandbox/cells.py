"""What Jupyter understands and Python does not, written as Python.

It is done outside the sandbox, to a text of which nothing runs, by IPython
itself: ``%time f()`` becomes a call of ``get_ipython()``, and the worker has
something of this name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

#: How many characters are read for a notebook. IPython reads a cell anew for
#: each magic in it; what students write has some thousand characters and a
#: few magics, and what has more is left as it is.
_MOST_READ = 500_000
#: Where a line may be a magic: it begins or ends so, or is assigned one.
_MAYBE_MAGIC = re.compile(r"^[^\S\n]*[%!?]|\?[^\S\n]*$|=[^\S\n]*[%!]", re.M)


def as_python(cells: Sequence[str]) -> list[str]:
    """Returns the sources of code cells as Python."""
    return list(_as_python(cells))


def _as_python(cells: Sequence[str]) -> Iterator[str]:
    # Imported here: it takes a while, and not all commands grade.
    from IPython.core.inputtransformer2 import TransformerManager

    left = _MOST_READ
    for cell in cells:
        left -= len(cell) * (1 + len(_MAYBE_MAGIC.findall(cell)))
        if left < 0:
            yield cell
            continue
        try:
            yield TransformerManager().transform_cell(cell)
        # A text may be anything. What Python cannot read, the worker reports.
        except Exception:
            yield cell
