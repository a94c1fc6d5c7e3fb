"""The names of a Python program: where each belongs, and what binds it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: How a value came to depend on something: names, the nearest first.
Chain = tuple[str, ...]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(eq=False)
class Scope:
    """The names of the notebook, a function, a class or a comprehension.

    Attributes
    ----------
    node : ast.AST or None
        What the scope belongs to; ``None`` for the notebook.
    parent : Scope or None
    names : set of str
        What is local to it.
    function : Scope
        The innermost function around it, or the notebook.
    found : dict of str to Chain
        The names that depend on a source, and how.
    """

    node: ast.AST | None
    parent: Scope | None
    names: set[str]
    found: dict[str, Chain] = field(default_factory=dict)

    def home(self, name: str) -> Scope:
        """Returns the scope that a name used here belongs to."""
        scope = self
        while scope.parent is not None and (
            name not in scope.names
            # What a class binds is no name in its methods.
            or (isinstance(scope.node, ast.ClassDef) and scope is not self)
        ):
            scope = scope.parent
        return scope

    @property
    def function(self) -> Scope:
        scope = self
        while scope.parent is not None and isinstance(
            scope.node, COMPREHENSIONS
        ):
            scope = scope.parent
        return scope


def root(node: ast.AST) -> str:
    """Returns the name that ``a.b[c].d`` starts with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def pairs(
    target: ast.expr, value: ast.expr
) -> list[tuple[ast.expr, ast.expr]]:
    """Returns which of several targets gets which of several values."""
    both = (ast.Tuple, ast.List)
    if isinstance(target, both) and isinstance(value, both):
        starred = any(
            isinstance(e, ast.Starred) for e in (*target.elts, *value.elts)
        )
        if not starred and len(target.elts) == len(value.elts):
            return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def parameters(node: ast.AST) -> list[ast.arg]:
    """Returns all parameters of a function."""
    assert isinstance(node, FUNCTIONS)
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*named, *filter(None, (arguments.vararg, arguments.kwarg))]


def blocks(node: ast.AST) -> Iterator[ast.stmt]:
    """Yields the statements within a statement, one level down."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from child.body


def stored(node: ast.AST) -> set[str]:
    """Returns the names that an expression binds where it stands."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, COMPREHENSIONS):  # its names are its own
        return set()
    return {n for c in ast.iter_child_nodes(node) for n in stored(c)}


def bound(body: Iterable[ast.stmt]) -> set[str]:
    """Returns the names that a body binds, and no global ones."""
    found: set[str] = set()
    elsewhere: set[str] = set()
    for node in body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.add(getattr(node, "name", ""))
            continue
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            elsewhere |= set(node.names)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(a.asname or a.name).split(".")[0] for a in node.names}
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.expr, ast.withitem)):
                found |= stored(child)
        found |= bound(blocks(node))
    return found - elsewhere
