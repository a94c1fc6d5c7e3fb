"""What a cell of a notebook needs of the cells before it.

A slice is made of whole cells, in the notebook's order. A cell belongs to it
if it binds a name that the slice needs, or changes what such a name holds. A
change is an assignment to a part of it, a method called on it as a statement,
being passed to a call that is a statement, and a function of the notebook
that does any of this; through another name for the same thing, too. What only
draws or prints changes nothing.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tools.notebooks.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    Scope,
    blocks,
    bound,
    parameters,
    root,
    stored,
)

#: The cell whose names are the same for the whole notebook: what it imports,
#: the context and the data. To be passed to a function changes none of them.
IMPORTS = "imports"
#: Mini-batches are read by many, and changed by nobody.
BATCHES = "_iter"
#: What is called for what it shows.
SHOWING = ("claim", "display", "print")
DRAWING_MODULE = "plotting"
DRAWING_METHOD = "plot"
#: What returns its arguments' own parts.
_VIEWS = ("dict", "enumerate", "iter", "list", "next", "reversed", "sorted")
_VIEWS += ("tuple", "zip")

Names = frozenset[str]


@dataclass
class _Effects:
    """What one cell does with the names of the notebook.

    Attributes
    ----------
    needs : set of str
        What it reads that it did not bind before.
    later : set of str
        What its functions read when they are called, maybe after the cell.
    binds : set of str
        What it may bind.
    settles : set of str
        What it binds whatever happens.
    changes : set of str
        The names that hold something that it changes.
    """

    needs: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    settles: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)


class Slices:
    """The cells of a notebook, and what each one needs.

    Parameters
    ----------
    cells : mapping of str to ast.Module
        The code cells by their ids, in order.
    """

    def __init__(self, cells: Mapping[str, ast.Module]) -> None:
        self._order = list(cells)
        self._fixed = set(dir(builtins))
        #: Names that stand for a number or a text.
        self._plain: set[str] = set()
        self._aliases: dict[str, Names] = {}
        #: What a function of the notebook changes when it is called, and
        #: whether that may be what it is given.
        self._touched: dict[str, tuple[Names, bool]] = {}
        self._effects: list[_Effects] = []
        for name, tree in cells.items():
            self._effects.append(self._read(tree))
            self._fixed |= _imported(tree)
            if name == IMPORTS:
                self._fixed |= self._effects[-1].binds

    def of(self, cell: str) -> list[str]:
        """Returns the ids of the cells that a cell needs, and its own."""
        last = self._order.index(cell)
        chosen = {last}
        while True:
            found = self._needed(last, chosen)
            if found <= chosen:
                return [self._order[i] for i in sorted(chosen)]
            chosen |= found

    def _needed(self, last: int, chosen: set[int]) -> set[int]:
        """Walks backwards once; ``chosen`` are cells that are needed."""
        found: set[int] = set()
        needs: set[str] = set()
        first_later = {
            name: index
            for index in sorted(chosen, reverse=True)
            for name in self._effects[index].later
        }
        for index in range(last, -1, -1):
            here = self._effects[index]
            called = {n for n, first in first_later.items() if index > first}
            wanted = needs | called
            if index in chosen or wanted & (here.binds | here.changes):
                found.add(index)
                needs = (needs - here.settles) | here.needs
        return found

    # One cell

    def _read(self, tree: ast.Module) -> _Effects:
        effects = _Effects(binds=bound(tree.body))
        self._run(tree.body, effects, effects.settles)
        return effects

    def _run(
        self, body: Iterable[ast.stmt], effects: _Effects, settled: set[str]
    ) -> None:
        """Reads statements; ``settled`` is what is bound where they run."""
        for node in body:
            self._statement(node, effects, settled)

    def _statement(
        self, node: ast.stmt, effects: _Effects, settled: set[str]
    ) -> None:
        defines = isinstance(node, (*FUNCTIONS, ast.ClassDef))
        inner = [] if defines else list(blocks(node))
        parts = _heads(node) if inner else [node]
        for part in parts:
            for name, later in _loads(part):
                if name not in settled:
                    effects.needs.add(name)
                if later:
                    effects.later.add(name)
        assigned, changed = _changed_by(parts, self._touched)
        changed -= self._fixed | self._plain | set(self._touched)
        changed = {n for n in changed if not n.endswith(BATCHES)}
        effects.changes |= self._with_aliases(assigned | changed)
        effects.changes -= self._fixed
        names = _bound_at_once(node)
        self._bind(node, names)
        if isinstance(node, (ast.With, ast.AsyncWith)) or not inner:
            settled |= names
            self._run(inner, effects, settled)
        else:
            # What may not run, or how often is not known, settles nothing.
            self._run(inner, effects, settled | names)

    def _bind(self, node: ast.stmt, names: set[str]) -> None:
        """Notes what the names stand for that a statement binds."""
        value = getattr(node, "value", None)
        function = value if isinstance(value, ast.Lambda) else node
        for name in names:
            self._aliases.pop(name, None)
            self._touched.pop(name, None)
            self._plain.discard(name)
            if isinstance(function, (*FUNCTIONS, ast.ClassDef)):
                self._touched[name] = _touches(function, self._touched)
            elif isinstance(node, ast.Assign) and _is_plain(node.value):
                self._plain.add(name)
        for target, value in _bindings(node):
            shared = frozenset(views(value) - self._fixed)
            for name in stored(target) if shared else ():
                known = self._aliases.get(name, frozenset())
                self._aliases[name] = (known | shared) - {name}

    def _with_aliases(self, changes: Iterable[str]) -> set[str]:
        """Returns all names that share something with those that change."""
        found: set[str] = set()
        for name in changes:
            own = _closure(name, self._aliases)
            found |= own
            found |= {
                other
                for other in self._aliases
                if own & _closure(other, self._aliases)
            }
        return found


def _closure(name: str, aliases: Mapping[str, Names]) -> set[str]:
    found, left = {name}, [name]
    while left:
        for other in aliases.get(left.pop(), ()):
            if other not in found:
                found.add(other)
                left.append(other)
    return found


def _heads(node: ast.stmt) -> list[ast.AST]:
    """Returns what a compound statement evaluates itself."""
    own = (ast.expr, ast.withitem, ast.pattern)
    heads: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, own):
            heads.append(child)
        elif isinstance(child, ast.match_case):
            heads += [child.pattern, *filter(None, [child.guard])]
        elif isinstance(child, ast.ExceptHandler):
            heads += filter(None, [child.type])
    return heads


def _imported(tree: ast.Module) -> set[str]:
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


def _bound_at_once(node: ast.stmt) -> set[str]:
    """Returns what a statement binds before its blocks run."""
    if isinstance(node, ast.AugAssign):
        return set()
    if not any(True for _ in blocks(node)):
        return bound([node])
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return {getattr(node, "name", "")}
    return {n for target, _ in _bindings(node) for n in stored(target)}


def _is_plain(value: ast.AST) -> bool:
    """Whether a value is a number, a text, or a tuple of such."""
    if isinstance(value, ast.Tuple):
        return all(map(_is_plain, value.elts))
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    return isinstance(value, (ast.Constant, ast.JoinedStr))


def _bindings(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yields what a statement binds, and to what."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        if node.value is not None:
            yield node.target, node.value
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.target, node.iter
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.optional_vars, item.context_expr


# Which names


def _loads(
    node: ast.AST, scope: Scope | None = None, later: bool = False
) -> Iterator[tuple[str, bool]]:
    """Yields the notebook's names under a node.

    Each with whether a function reads it, which may be called later.
    """
    scope = scope or Scope(None, None, set())
    if isinstance(node, ast.Name):
        home = scope.home(node.id)
        if home.parent is None and not isinstance(node.ctx, ast.Store):
            yield node.id, later
        return
    if isinstance(node, FUNCTIONS):
        body = node.body if isinstance(node.body, list) else [node.body]
        statements = [n for n in body if isinstance(n, ast.stmt)]
        names = {a.arg for a in parameters(node)} | bound(statements)
        outside = [
            *getattr(node, "decorator_list", ()),
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ]
        for each in outside:
            yield from _loads(each, scope, later)
        inner = Scope(node, scope, names)
        for each in body:
            yield from _loads(each, inner, True)
        return
    if isinstance(node, ast.ClassDef):
        for each in [*node.bases, *node.keywords, *node.decorator_list]:
            yield from _loads(each, scope, later)
        inner = Scope(node, scope, bound(node.body))
        for each in node.body:
            yield from _loads(each, inner, later)
        return
    if isinstance(node, COMPREHENSIONS):
        yield from _loads(node.generators[0].iter, scope, later)
        names = {n for g in node.generators for n in stored(g.target)}
        scope = Scope(node, scope, names)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield from _loads(ast.Name(node.target.id, ast.Load()), scope, later)
    for child in ast.iter_child_nodes(node):
        yield from _loads(child, scope, later)


def views(node: ast.AST) -> set[str]:
    """Returns the names whose parts an expression may give."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        return views(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return {name for each in node.elts for name in views(each)}
    if isinstance(node, ast.IfExp):
        return views(node.body) | views(node.orelse)
    if isinstance(node, ast.NamedExpr):
        return views(node.value)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            return views(node.func.value)
        if isinstance(node.func, ast.Name) and node.func.id in _VIEWS:
            return {name for each in node.args for name in views(each)}
    return set()


# What changes


def _changed_by(
    nodes: Sequence[ast.AST], touched: Mapping[str, tuple[Names, bool]]
) -> tuple[set[str], set[str]]:
    """Returns the names whose values statements change, as far as they say.

    First those that they, or a function of the notebook, assign to or change
    by name, and then those that are given to a call.

    Parameters
    ----------
    nodes : sequence of ast.AST
        Statements without blocks, and the heads of those with blocks.
        Functions that they define change nothing until they are called.
    touched : mapping of str to (names, bool)
        What each function of the notebook changes: which names, and whether
        it may be what it is given.
    """
    assigned: set[str] = set()
    changed: set[str] = set()
    for node in nodes:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        assigned |= _parts_assigned(node)
        if isinstance(node, ast.Expr):
            changed |= _by_call(node.value)
        for call in ast.walk(node):
            if isinstance(call, ast.Call):
                names, arguments = _called(call, touched)
                assigned |= names
                if arguments:
                    changed |= _passed(call)
    return assigned, changed


def _parts_assigned(node: ast.AST) -> set[str]:
    """Returns the names of which a statement assigns or deletes a part."""
    if not isinstance(
        node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
    ):
        return set()
    single = [node.target] if hasattr(node, "target") else []
    targets = getattr(node, "targets", single)
    found = {
        root(part)
        for target in targets
        for part in ast.walk(target)
        if isinstance(part, (ast.Attribute, ast.Subscript))
        and not isinstance(part.ctx, ast.Load)
    }
    if isinstance(node, ast.AugAssign):
        # What `+=` does to a list, all its names see.
        found |= {root(node.target)}
    return found - {""}


def _by_call(value: ast.expr) -> set[str]:
    """Returns what a call that is a statement may change."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call) or _only_shows(value):
        return set()
    found = _passed(value)
    if isinstance(value.func, ast.Attribute):
        found |= views(value.func.value)
    return found


def _only_shows(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in SHOWING
    if not isinstance(call.func, ast.Attribute):
        return False
    first = next(iter(sorted(views(call.func))), "")
    return first == DRAWING_MODULE or call.func.attr == DRAWING_METHOD


def _passed(call: ast.Call) -> set[str]:
    """Returns the names in what a call is given."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return {name for value in values for name, _ in _loads(value)}


def _called(
    call: ast.Call, touched: Mapping[str, tuple[Names, bool]]
) -> tuple[set[str], bool]:
    """Returns what the functions in a call change when they are called."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = {name for each in (call.func, *values) for name, _ in _loads(each)}
    found: set[str] = set()
    arguments = False
    for name in names & set(touched):
        changed, given = touched[name]
        found |= changed
        arguments |= given
    return found, arguments


def _touches(
    node: ast.AST, touched: Mapping[str, tuple[Names, bool]]
) -> tuple[Names, bool]:
    """Returns which names a function or class changes when it is called.

    And whether it may change what it is given.
    """
    found: set[str] = set()
    given = False
    for each in ast.walk(node):
        if isinstance(each, FUNCTIONS):
            names, own = _touches_of(each, touched)
            found |= names
            given |= own
    return frozenset(found), given


def _touches_of(
    function: ast.AST, touched: Mapping[str, tuple[Names, bool]]
) -> tuple[set[str], bool]:
    assert isinstance(function, FUNCTIONS)
    if isinstance(function, ast.Lambda):
        body: list[ast.stmt] = [ast.Expr(function.body)]
    else:
        body = function.body
    given = {argument.arg for argument in parameters(function)}
    statements = list(_all_statements(body))
    aliases: dict[str, Names] = {}
    parts: list[ast.AST] = []
    declared: set[str] = set()
    for statement in statements:
        inner = any(True for _ in blocks(statement))
        parts += _heads(statement) if inner else [statement]
        if isinstance(statement, (ast.Global, ast.Nonlocal)):
            declared |= set(statement.names)
        for target, value in _bindings(statement):
            for name in stored(target):
                shared = aliases.get(name, frozenset()) | views(value)
                aliases[name] = frozenset(shared - {name})
    assigned, changed = _changed_by(parts, touched)
    whole = {
        name
        for each in assigned | changed | declared
        for name in _closure(each, aliases)
    }
    return whole - given - bound(body), bool(whole & given)


def _all_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield from _all_statements(blocks(node))
