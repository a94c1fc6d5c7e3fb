"""A claim's slice: the cells that it needs, and no others."""

from __future__ import annotations

import ast
import textwrap

import pytest

from tools.evidence.slices import Slices


def slice_of(*cells, last=None):
    """Returns which of the cells, 0, 1, …, the last one needs."""
    trees = {
        str(i): ast.parse(textwrap.dedent(cell))
        for i, cell in enumerate(cells)
    }
    name = str(len(cells) - 1 if last is None else last)
    return [int(i) for i in Slices(trees).of(name)]


def test_a_cell_that_binds_a_needed_name_is_needed():
    assert slice_of("a = 1", "b = 2", "print(a)") == [0, 2]


def test_what_a_needed_cell_needs_is_needed():
    assert slice_of("a = 1", "b = a", "c = 1", "b") == [0, 1, 3]


def test_the_last_binding_counts():
    assert slice_of("a = 1", "a = 2", "a") == [1, 2]


def test_a_binding_that_may_not_happen_leaves_the_one_before():
    assert slice_of("a = 1", "if x:\n    a = 2", "a") == [0, 1, 2]
    assert slice_of("a = 1", "for a in x: pass", "a") == [0, 1, 2]
    assert slice_of("a = 1", "a += 1", "a") == [0, 1, 2]


def test_a_with_statement_runs_its_body():
    assert slice_of("a = 1", "with x as y:\n    a = y", "a") == [1, 2]


def test_the_cells_after_it_do_not_matter():
    assert slice_of("a = 1", "a", "a = 2", last=1) == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        "a.append(2)",
        "a[0] = 2",
        "a.b = 2",
        "del a[0]",
        "a.b.c += 2",
        "a[0].b[1] = 2",
        "a.b().c()",
        "a.b, c = 1, 2",
        "fill(a)",
        "net.fit(a, 3)",
        "fill(key=a)",
        "for i in x:\n    a.append(i)",
        "if x:\n    pass\nelse:\n    a.append(1)",
        "try:\n    a.append(1)\nexcept E:\n    pass",
        "with x:\n    a.append(1)",
        "b = a\nb.append(1)",
        "b, c = a[0], 1\nb.append(1)",
        "for b in a:\n    b.append(1)",
        "for b, c in zip(a, x):\n    b.append(c)",
        "for b in a.values():\n    b.append(1)",
        "def f():\n    a.append(1)\nf()",
        "def f():\n    a.append(1)\nb = f()",
        "def f():\n    a.append(1)\ndef g():\n    return f()\nb = g()",
        "def f(c):\n    c.append(1)\nb = f(a)",
        "def f(c):\n    for d in c:\n        d.x = 1\nb = f(a)",
        "f = lambda: a.append(1)\nb = f()",
        "class F:\n    def g(self):\n        a.append(1)\nfit(F())",
        "b = [a.append(i) for i in x]\nfill(a)",
    ],
)
def test_a_cell_that_changes_what_a_name_holds_is_needed(change):
    assert slice_of("a = make()", "c = 0", change, "a") == [0, 2, 3]


@pytest.mark.parametrize(
    "cell",
    [
        "b = a",
        "b = f(a)",
        "b = [*a]",
        "print(a)",
        "display(a)",
        'claim("it", a)',
        "plotting.plot_curves(a)",
        "plotting.interactive(fig, a)",
        "fig, ax = plotting.subplots()\nax.plot(a)",
        "a.plot()",
        "def f():\n    a.append(1)",
        "a == 2",
        "for i in a:\n    b = i",
        "for a_ in x:\n    fill(a_)",
        "def f(a):\n    a.append(1)\nf(b)",
        "fill([a for a in x])",
        "fill(lambda a: a)",
    ],
)
def test_a_cell_that_only_reads_or_draws_is_not_needed(cell):
    assert slice_of("a = make()", cell, "a") == [0, 2]


def test_a_change_through_a_view_of_an_earlier_cell():
    cells = "a = make()", "b = a.part", "b.append(1)", "a"
    assert slice_of(*cells) == [0, 1, 2, 3]
    assert slice_of("a = make()", "b = a.part", "a.clear()", "b") == [
        *range(4)
    ]


def test_a_name_that_is_bound_anew_is_no_view_any_more():
    cells = "a = make()", "b = a.part", "b = other()", "b.append(1)", "a"
    assert slice_of(*cells) == [0, 4]


def test_numbers_texts_functions_and_batches_are_not_changed_by_a_call():
    cells = [
        "lr, name = 0.1, 'x'\ndef f():\n    return 1",
        "train_iter = load()",
        "fit(f, train_iter, lr, name)",
        "lr, name, f, train_iter",
    ]
    assert slice_of(*cells) == [0, 1, 3]


def test_what_the_imports_bind_is_not_changed_by_a_call():
    trees = {
        name: ast.parse(source)
        for name, source in {
            "imports": "import mx\nctx, data = mx.cpu(), mx.load()",
            "other": "fit(data, ctx=ctx)\nmx.np.zeros(3, ctx=ctx)",
            "claim-it": "claim('it', data, ctx, mx)",
        }.items()
    }
    assert Slices(trees).of("claim-it") == ["imports", "claim-it"]


def test_local_names_are_no_names_of_the_notebook():
    cells = [
        "net = 1",
        "def f(x):\n    net = x\n    return net",
        "[net for net in f(3)]",
    ]
    assert slice_of(*cells) == [1, 2]


def test_a_loops_own_names_are_bound_in_it():
    cells = "name = 1", "for name in 'ab':\n    b = name\n    c = b", "c"
    assert slice_of(*cells) == [1, 2]


def test_a_function_sees_what_is_bound_after_it():
    cells = "def f():\n    return g()", "def g(): return 1", "x = 1", "f()"
    assert slice_of(*cells) == [0, 1, 3]


def test_a_functions_default_is_read_at_once():
    assert slice_of("a = 1", "def f(x=a): pass", "a = 2", "f()") == [0, 1, 3]


def test_a_class_needs_its_bases_and_what_its_methods_read():
    cells = [
        "class A: pass",
        "b = 1",
        "class B(A):\n    def f(self):\n        return b",
        "c = 1",
        "B()",
    ]
    assert slice_of(*cells) == [0, 1, 2, 4]


def test_a_global_statement_changes_the_name():
    cells = "a = 1", "def f():\n    global a\n    a = 2", "f()", "a"
    assert slice_of(*cells)[-2:] == [2, 3]


def test_the_order_is_the_notebooks():
    assert slice_of("b = 1", "a = b", "b = 2", "a, b") == [0, 1, 2, 3]
