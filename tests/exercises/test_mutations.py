"""The small changes that every answer is tried with."""

from __future__ import annotations

import ast

import mutations
import pytest
from mutations import mutants


def changed(line):
    """Returns what becomes of the second line of a function."""
    source = f"def f(X, n):\n    {line}\n    return X"
    return {ast.parse(one.source) and one.change for one in mutants(source)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("X = X - n", {"X = X + n", "X = n - X", "pass"}),
        ("X = X + n", {"X = X - n", "pass"}),
        ("X = X @ n", {"X = X * n", "X = n @ X", "pass"}),
        ("X = X & n", {"X = X | n", "pass"}),
        ("X = X << n", {"X = X >> n", "X = n << X", "pass"}),
        ("X += n", {"X -= n", "pass"}),
        ("X[0] = n", {"X[1] = n", "X[-1] = n", "pass"}),
        ("X = -X", {"X = X", "pass"}),
        ("X = X.mean(keepdims=True)", {
            *("X = X.sum(keepdims=True)", "X = X.mean()", "pass"),
            "X = X.mean(keepdims=False)",
        }),
        ("X = X.mean((n, X))", {
            *("X = X.sum((n, X))", "X = X.mean((X,))", "X = X.mean((n,))"),
            "pass",
        }),
        ("X = X.reshape(n)", {"X = X", "pass"}),
        ("X = X.T", {"X = X", "pass"}),
        ("X = g(X, n)", {"X = g(n, X)", "pass"}),
        ("X = X if n else 0.5", {
            *("X = X if not n else 0.5", "X = X if n else 1.5", "pass"),
            "X = X if n else -0.5",
        }),
        ("n = X <= n", {"n = X < n", "pass"}),
        ("n = X and n", {"n = X or n", "pass"}),
        ("n = n in X", {"n = n not in X", "pass"}),
        ("g(X)", {"pass"}),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_made_once(line, expected):
    assert changed(line) == {f"{line} -> {new}" for new in expected}


def test_every_operator_is_changed():
    for operators in (
        ast.operator.__subclasses__(),
        ast.cmpop.__subclasses__(),
    ):
        assert {*operators} <= {*mutations.OPERATORS, *mutations.COMPARISONS}


def test_a_condition_is_negated_and_its_block_dropped():
    found = changed("if n > X: g(X)")
    assert "if n > X: -> if not n > X:" in found
    assert "if n > X:; g(X) -> pass" in found
    assert "if n > X: -> if n >= X:" in found


def test_a_loop_is_dropped_or_negated():
    assert "for x in X:; g(x) -> pass" in changed("for x in X: g(x)")
    assert "while n: -> while not n:" in changed("while n: g(n)")


def test_docstrings_and_texts_stay():
    assert changed('"""Return X."""') == set()
    assert changed("g('text')") == {"g('text') -> pass"}


def test_every_change_is_another_program():
    source = "def f(X):\n    Y = (X - 1) * (X - 1)\n    return Y / 2"
    sources = [mutant.source for mutant in mutants(source)]
    assert len(sources) == len(set(sources)) >= 10
    assert ast.unparse(ast.parse(source)) not in sources
