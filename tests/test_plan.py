"""The packages import one another as the map in CONTRIBUTING says."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = Path(find_spec("d2l_check").origin).parents[1]
OURS = ("d2l_check", "d2l_course", "d2l_ext")
#: The names that courses carry which are older than the packages.
ALIASES = ("d2l_ext.course.", "d2l_ext.exercises.")
#: What a package must not import, even inside a function.
NEVER = {
    "d2l_check": {"d2l_course", "d2l_ext", "mxnet", "d2l", "nbgrader"},
    "d2l_course": {"d2l_ext", "mxnet", "d2l"},
    "d2l_ext": {"d2l_course", "nbgrader"},
}


def modules():
    """Returns the path of each module by its dotted name."""
    found = {}
    for package in OURS:
        for path in sorted((PACKAGES / package).rglob("*.py")):
            parts = path.relative_to(PACKAGES).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            found[name] = path
    return found


MODULES = modules()


def imports(name, *, top_level=False):
    """Yields the dotted names that a module imports.

    With ``top_level`` those alone without which it cannot be imported.
    """
    path = MODULES[name]
    tree = ast.parse(path.read_text("utf-8"))
    nodes = _executed(tree) if top_level else ast.walk(tree)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: 1 - node.level or None]
                base = ".".join([*parts, base] if base else parts)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base


def _executed(tree):
    """Yields the nodes that run when a module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _executed(node)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_no_package_above_its_own(name):
    if name.startswith(ALIASES):
        return
    forbidden = NEVER[name.partition(".")[0]]
    found = {target.partition(".")[0] for target in imports(name)}
    assert found & forbidden == set()


def test_one_folder_knows_nbgrader():
    knows = {
        name
        for name in MODULES
        if any(target.split(".")[0] == "nbgrader" for target in imports(name))
    }
    assert knows
    assert {n for n in knows if not n.startswith("d2l_course.nbgrader.")} == (
        set()
    )


def test_no_file_is_in_a_circle_of_imports():
    graph = {
        name: {
            target
            for target in imports(name)
            if target in MODULES and target != name
        }
        for name in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_ground_floor_of_figures_knows_nothing_of_ours():
    drawing = [n for n in MODULES if n.startswith("d2l_ext.plotting.")]
    assert drawing
    for name in drawing:
        ours = {t for t in imports(name) if t.partition(".")[0] in OURS}
        assert {t for t in ours if not t.startswith("d2l_ext.plotting")} == (
            set()
        )


def test_what_is_mounted_into_the_sandbox_needs_nothing_beside_it():
    inside = [n for n in MODULES if n.startswith("d2l_course.sandbox.inside.")]
    assert inside
    for name in inside:
        ours = {t for t in imports(name) if t.partition(".")[0] in OURS}
        assert {
            t for t in ours if not t.startswith("d2l_course.sandbox.inside")
        } == set()
