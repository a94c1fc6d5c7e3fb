"""Small changes of a function's source, one at a time."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_COMMUTE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_PAIRS = (
    *(("mean", "sum"), ("var", "std"), ("max", "min"), ("zeros", "ones")),
    *(("maximum", "minimum"), ("argmax", "argmin"), ("any", "all")),
    *(("zeros_like", "ones_like"), ("floor", "ceil"), ("cumsum", "cumprod")),
)
_NAMES = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_NAMES |= {"sqrt": "abs", "square": "abs", "exp": "square", "log": "square"}
#: Dropping a call of one of these leaves what it was called on.
_METHODS = ("reshape", "transpose", "astype", "copy")


@dataclass(frozen=True)
class Mutant:
    """A changed source.

    Attributes
    ----------
    change : str
        The changed lines, ``before -> after``.
    source : str
    """

    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yields each small change of a source once."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    seen = {before}
    for index, node in enumerate(ast.walk(tree)):
        for number in range(len(_alternatives(node))):
            after = ast.unparse(_replaced(tree, index, number))
            if after not in seen:
                seen.add(after)
                yield Mutant(_change(before, after), after)


def _replaced(tree: ast.Module, index: int, number: int) -> ast.Module:
    mutated = copy.deepcopy(tree)
    target = list(ast.walk(mutated))[index]
    new = _alternatives(target)[number]

    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return new if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Replace().visit(mutated))


def _change(before: str, after: str) -> str:
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    old, new = (
        "; ".join(line[2:].strip() for line in lines if line[0] == sign)
        for sign in "-+"
    )
    return f"{old} -> {new}"


def _alternatives(node: ast.AST) -> list[ast.AST]:
    """Returns what may stand in place of a node."""
    rule = _RULES.get(type(node))
    return list(rule(node)) if rule else []


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _operation(node):
    yield _with(node, op=OPERATORS[type(node.op)]())
    if not isinstance(node.op, _COMMUTE):
        yield _with(node, left=node.right, right=node.left)


def _comparison(node):
    for number, operator in enumerate(node.ops):
        ops = list(node.ops)
        ops[number] = COMPARISONS[type(operator)]()
        yield _with(node, ops=ops)


def _either(node):
    yield _with(
        node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()
    )


def _constant(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)


def _call(node):
    for number in range(len(node.keywords)):
        keywords = [*node.keywords[:number], *node.keywords[number + 1 :]]
        yield _with(node, keywords=keywords)
    if len(node.args) > 1:
        first, second, *rest = node.args
        yield _with(node, args=[second, first, *rest])
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        yield node.func.value


def _attribute(node):
    if node.attr in _NAMES:
        yield _with(node, attr=_NAMES[node.attr])
    if node.attr == "T":
        yield node.value


def _tuple(node):
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for number in range(len(node.elts)):
            elts = [*node.elts[:number], *node.elts[number + 1 :]]
            yield _with(node, elts=elts)


def _signed(node):
    yield node.operand


def _condition(node):
    yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _statement(node):
    if not isinstance(getattr(node, "value", None), ast.Constant):
        yield ast.Pass()


def _block(node):
    yield ast.Pass()


def _conditional(node):
    yield from _condition(node)
    yield ast.Pass()


def _increment(node):
    yield _with(node, op=OPERATORS[type(node.op)]())
    yield ast.Pass()


_RULES = {
    ast.BinOp: _operation,
    ast.Compare: _comparison,
    ast.BoolOp: _either,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.Tuple: _tuple,
    ast.UnaryOp: _signed,
    ast.IfExp: _condition,
    ast.If: _conditional,
    ast.While: _condition,
    ast.For: _block,
    ast.Assign: _statement,
    ast.Expr: _statement,
    ast.AugAssign: _increment,
}
