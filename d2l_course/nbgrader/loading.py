"""Loads what a command needs of nbgrader, in a third of the time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from typing import Any

#: Builds a grammar when it is loaded, of addresses that nobody checks here;
#: jsonschema does without it.
_SLOW = "rfc3987_syntax"


def load_api() -> Any:
    """Returns ``nbgrader.api``, without nbgrader's server extensions.

    The package itself loads all of them, with a Jupyter server and nbconvert,
    although a gradebook needs none. Where it is not loaded yet, its modules
    are therefore found in an empty one.
    """
    if "nbgrader" not in sys.modules:
        spec = find_spec("nbgrader")
        if spec is not None:
            sys.modules["nbgrader"] = module_from_spec(spec)
    with _without(_SLOW):
        from nbgrader import api  # type: ignore[import-untyped]
    return api


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Lets a module, if it is not loaded yet, look as if there were none."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
