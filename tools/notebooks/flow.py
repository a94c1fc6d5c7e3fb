"""Where values come from: which names of a notebook depend on a source.

The cells of a notebook are read as one program. A name depends on a source if
something is assigned to it, or put into it, that mentions the source or a
name that depends on it; if it is a function that returns such a thing, or is
given one; or if it depends on the source whether, or how often, any of this
happens. The order of the program and the values are not looked at, so a name
that is used for two things depends on a source if one of them does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from tools.notebooks.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    LOOPS,
    Chain,
    Scope,
    blocks,
    bound,
    pairs,
    parameters,
    root,
)

#: Says what an expression itself reads that is a source; None if nothing.
Source = Callable[[ast.AST], "str | None"]


class Flow:
    """The names of a program that depend on a source, and how.

    Parameters
    ----------
    statements : iterable of ast.stmt
        The program.
    source : callable
        Called with each node of an expression.
    """

    def __init__(self, statements: Iterable[ast.stmt], source: Source) -> None:
        self._statements = list(statements)
        self._source = source
        self._notebook = Scope(None, None, set())
        self._scopes: dict[ast.AST, Scope] = {}
        self._modules: set[str] = set()
        #: What defines a name: functions and classes, by their scope.
        self._defined: dict[tuple[Scope, str], ast.AST] = {}
        self._methods: dict[str, list[ast.AST]] = {}
        #: Functions and loops that run, or end, as a source has it.
        self._ruled: dict[ast.AST, Chain] = {}
        #: The calls of each scope, for :meth:`of_call`.
        self._calls: dict[ast.Call, tuple[Scope, Chain]] = {}
        size = -1
        while size != self._size():
            size = self._size()
            self._run(self._statements, self._notebook, ())

    def of_call(self, call: ast.Call, skip: int = 0) -> Chain:
        """Returns how a call depends on a source; empty if it does not.

        Its first ``skip`` arguments do not count.
        """
        scope, ruled = self._calls[call]
        values = [*call.args[skip:], *(k.value for k in call.keywords)]
        return ruled or self._first(values, scope)

    def _size(self) -> int:
        scopes = [self._notebook, *self._scopes.values()]
        return sum(len(s.found) for s in scopes) + len(self._ruled)

    # Statements

    def _run(
        self, statements: Iterable[ast.stmt], scope: Scope, ruled: Chain
    ) -> None:
        for statement in statements:
            self._statement(statement, scope, ruled)

    def _statement(self, node: ast.stmt, scope: Scope, ruled: Chain) -> None:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._imported(node, scope)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._define(node, node.name, scope)
            self._function(node, scope, ruled)
        elif isinstance(node, ast.ClassDef):
            self._define(node, node.name, scope)
            inner = self._scope(node, scope, bound(node.body))
            self._run(node.body, inner, ruled)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._assignment(node, scope, ruled)
        elif isinstance(node, ast.Return):
            self._returned(node.value, scope, ruled)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            chain = self._of(node.iter, scope, ruled)
            self._bind(node.target, chain or ruled, scope)
            self._loop(node, scope, chain or ruled)
        elif isinstance(node, (ast.If, ast.While)):
            chain = self._of(node.test, scope, ruled) or ruled
            if isinstance(node, ast.While):
                self._loop(node, scope, chain)
            else:
                self._run([*node.body, *node.orelse], scope, chain)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                chain = self._of(item.context_expr, scope, ruled)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, chain or ruled, scope)
            self._run(node.body, scope, ruled)
        else:
            self._rest(node, scope, ruled)

    def _rest(self, node: ast.stmt, scope: Scope, ruled: Chain) -> None:
        """Handles what binds no name of its own: try, match, expressions."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                ruled = self._of(child, scope, ruled) or ruled
        for child in blocks(node):
            self._statement(child, scope, ruled)

    def _imported(
        self, node: ast.Import | ast.ImportFrom, scope: Scope
    ) -> None:
        for alias in node.names:
            name = (alias.asname or alias.name).split(".")[0]
            self._modules.add(name)
            whole = getattr(node, "module", None) or alias.name
            read = self._source(ast.parse(f"import {whole}").body[0])
            if read:
                self._add(name, (read,), scope)

    def _assignment(
        self,
        node: ast.Assign | ast.AnnAssign | ast.AugAssign,
        scope: Scope,
        ruled: Chain,
    ) -> None:
        if node.value is None:
            return
        self._of(node.value, scope, ruled)
        targets = [node.target] if not isinstance(node, ast.Assign) else []
        targets += getattr(node, "targets", [])
        for target in targets:
            for left, right in pairs(target, node.value):
                chain = self._of_value(right, scope)
                self._bind(left, chain or ruled, scope)
            if isinstance(node.value, ast.Lambda) and root(target):
                self._define(node.value, root(target), scope)

    def _loop(
        self,
        node: ast.For | ast.AsyncFor | ast.While,
        scope: Scope,
        ruled: Chain,
    ) -> None:
        ruled = ruled or self._ruled.get(node, ())
        self._run([*node.body, *node.orelse], scope, ruled)
        for _, chain in self._jumps(node.body, scope, ruled):
            if chain:
                self._ruled.setdefault(node, chain)

    def _jumps(
        self, body: Iterable[ast.stmt], scope: Scope, ruled: Chain
    ) -> Iterator[tuple[ast.stmt, Chain]]:
        """Yields what leaves a body early, and what that depends on."""
        for node in body:
            if isinstance(node, (ast.Break, ast.Continue, ast.Return)):
                yield node, ruled
            chain = ruled
            if isinstance(node, (ast.If, ast.While)):
                chain = self._of(node.test, scope, ruled) or ruled
            if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                for inner in self._jumps(blocks(node), scope, chain):
                    is_own = not isinstance(node, LOOPS)
                    if is_own or isinstance(inner[0], ast.Return):
                        yield inner

    # Functions

    def _define(self, node: ast.AST, name: str, scope: Scope) -> None:
        self._defined[scope, name] = node
        if isinstance(scope.node, ast.ClassDef):
            same = self._methods.setdefault(name, [])
            same += [node] * (node not in same)

    def _function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        scope: Scope,
        ruled: Chain,
    ) -> Scope:
        names = {argument.arg for argument in parameters(node)}
        body = node.body if isinstance(node.body, list) else []
        inner = self._scope(node, scope, names | bound(body))
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        chain = self._first([d for d in defaults if d is not None], scope)
        for name in names if chain else ():
            self._add(name, chain, inner)
        self._run(body, inner, self._ruled.get(node, ruled))
        for jump, chain in self._jumps(body, inner, ruled):
            if chain and isinstance(jump, ast.Return):
                self._ruled.setdefault(node, chain)
        return inner

    def _returned(
        self, value: ast.expr | None, scope: Scope, ruled: Chain
    ) -> None:
        chain = self._of(value, scope, ruled) if value else ()
        function = scope.function
        if (chain or ruled) and function.node is not None:
            self._spread(function, chain or ruled)

    def _spread(self, function: Scope, chain: Chain) -> None:
        """The function depends on a source; so does its class."""
        outer = function.parent
        name = getattr(function.node, "name", "")
        if outer is None or not name:
            return
        self._add(name, chain, outer)
        if isinstance(outer.node, ast.ClassDef) and outer.parent is not None:
            self._class(outer, (name, *chain))

    def _class(self, scope: Scope, chain: Chain) -> None:
        """What is put into an instance may be read from every instance."""
        assert isinstance(scope.node, ast.ClassDef)
        assert scope.parent is not None
        self._add(scope.node.name, chain, scope.parent)
        for method in scope.node.body:
            inner = self._scopes.get(method)
            if inner is not None and isinstance(method, FUNCTIONS):
                for argument in parameters(method)[:1]:
                    self._add(argument.arg, chain, inner)

    def _call(self, node: ast.Call, scope: Scope, ruled: Chain) -> None:
        self._calls[node] = scope, ruled
        values = [*node.args, *(k.value for k in node.keywords)]
        chain = self._first(values, scope)
        for called in self._called(node.func, scope):
            if ruled:
                self._ruled.setdefault(called, ruled)
            if chain:
                self._pass(node, called, scope)
        for value in values if chain else ():  # such as map(record, times)
            for given in self._called(value, scope):
                for argument in parameters(given):
                    self._to(given, argument.arg, chain)
        is_method = isinstance(node.func, ast.Attribute)
        if is_method and root(node.func) not in self._modules:
            self._bind(node.func, chain or ruled, scope)

    def _pass(self, node: ast.Call, called: ast.AST, scope: Scope) -> None:
        """Passes what a call is given to the parameters of the function."""
        wanted = [argument.arg for argument in parameters(called)]
        if isinstance(node.func, ast.Attribute):
            del wanted[:1]  # self
        starred = any(isinstance(a, ast.Starred) for a in node.args)
        for position, value in enumerate(node.args):
            chain = self._of_value(value, scope)
            if chain and (starred or position >= len(wanted)):
                for name in wanted:
                    self._to(called, name, chain)
            elif chain:
                self._to(called, wanted[position], chain)
        for keyword in node.keywords:
            chain = self._of_value(keyword.value, scope)
            names = [keyword.arg] if keyword.arg in wanted else wanted
            for name in names if chain else ():
                self._to(called, name, chain)

    def _to(self, function: ast.AST, name: str, chain: Chain) -> None:
        scope = self._scopes.get(function)
        if scope is not None:
            self._add(name, chain, scope)

    def _called(self, node: ast.AST, scope: Scope) -> list[ast.AST]:
        """Returns the functions of the program that an expression may be."""
        if isinstance(node, ast.Attribute):
            return self._methods.get(node.attr, [])
        found: ast.AST | None = node
        if isinstance(node, ast.Name):
            found = self._defined.get((scope.home(node.id), node.id))
        return [found] if isinstance(found, FUNCTIONS) else []

    # Expressions

    def _of(self, node: ast.expr, scope: Scope, ruled: Chain) -> Chain:
        """Returns how an expression depends on a source, and follows it."""
        for child in self._within(node, scope):
            inner, at = child
            if isinstance(inner, ast.Call):
                self._call(inner, at, ruled)
            elif isinstance(inner, ast.NamedExpr):
                chain = self._of_value(inner.value, at) or ruled
                self._bind(inner.target, chain, at)
            elif isinstance(inner, (ast.Yield, ast.YieldFrom)):
                self._returned(inner.value, at, ruled)
        return self._of_value(node, scope)

    def _first(self, nodes: Iterable[ast.expr], scope: Scope) -> Chain:
        chains = (self._of_value(node, scope) for node in nodes)
        return next(filter(None, chains), ())

    def _of_value(self, node: ast.expr, scope: Scope) -> Chain:
        for inner, at in self._within(node, scope):
            read = self._source(inner)
            if read:
                return (read,)
            if isinstance(inner, ast.Name):
                chain = at.home(inner.id).found.get(inner.id)
                if chain:
                    return (inner.id, *(n for n in chain if n != inner.id))
        return ()

    def _within(
        self, node: ast.AST, scope: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        """Yields the nodes of an expression, each with its scope."""
        if isinstance(node, ast.Lambda):
            yield node, scope
            inner = self._function(node, scope, ())
            yield from self._within(node.body, inner)
            return
        if isinstance(node, COMPREHENSIONS):
            names = {
                name.id
                for generator in node.generators
                for name in ast.walk(generator.target)
                if isinstance(name, ast.Name)
            }
            scope = self._scope(node, scope, names)
            for generator in node.generators:
                chain = self._of_value(generator.iter, scope)
                self._bind(generator.target, chain, scope)
        yield node, scope
        for child in ast.iter_child_nodes(node):
            yield from self._within(child, scope)

    # Names

    def _scope(self, node: ast.AST, parent: Scope, names: set[str]) -> Scope:
        return self._scopes.setdefault(node, Scope(node, parent, names))

    def _bind(self, target: ast.AST, chain: Chain, scope: Scope) -> None:
        """Assigns to a target, or to a part of what it names."""
        if not chain:
            return
        if isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self._bind(element, chain, scope)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, chain, scope)
        elif name := root(target):
            home = scope.home(name)
            self._add(name, chain, home)
            outer = home.parent
            if isinstance(home.node, ast.ClassDef):
                self._class(home, (name, *chain))
            elif (
                outer is not None
                and isinstance(outer.node, ast.ClassDef)
                and isinstance(home.node, FUNCTIONS)
                and [a.arg for a in parameters(home.node)[:1]] == [name]
            ):
                self._class(outer, chain)

    def _add(self, name: str, chain: Chain, scope: Scope) -> None:
        scope.found.setdefault(name, chain)
