"""Sphinx extension: resolves the public names of the package.

``d2l_ext.seed`` lives in ``d2l_ext.engine.seeding``, where its documentation
is; docstrings may refer to it by either name.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from docutils.nodes import Element, reference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def home(target: str) -> str | None:
    """Returns the name under which `target` is defined, if it is ours."""
    package, *names = target.split(".")
    if package not in ("d2l_ext", "d2l_check") or not names:
        return None
    thing: Any = import_module(package)
    try:
        for name in names:
            thing = getattr(thing, name)
        return f"{thing.__module__}.{thing.__qualname__}"
    except AttributeError:
        return None


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> reference | None:
    """Answers Sphinx's event for a reference that it cannot resolve."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py":
        return None
    name = home(target)
    if name is None or name == target:
        return None
    return env.get_domain("py").resolve_xref(
        env, node["refdoc"], app.builder, node["reftype"], name, node, content
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
