"""The rule about clocks: what reads one decides nothing.

How long something takes differs from machine to machine, and on one machine
from run to run. So no claim that gates may depend on it, in its verdict or in
its numbers; a claim of the kind ``machine`` may.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from d2l_ext.evidence.declarations import MACHINE, read

from tools.notebooks.claims import claim_calls
from tools.notebooks.flow import Flow
from tools.notebooks.reading import (
    Course,
    Finding,
    Notebook,
    claim_id,
    dotted,
)

#: Modules that are there to tell the time, or how long something took.
MODULES = {
    *("time", "timeit", "datetime", "resource", "psutil"),
    *("cProfile", "profile", "pstats"),
}
#: Attributes that do. ``seconds`` is :class:`d2l_ext.History`'s.
ATTRIBUTES = {
    *("perf_counter", "perf_counter_ns", "process_time", "process_time_ns"),
    *("monotonic", "monotonic_ns", "thread_time", "thread_time_ns"),
    *("clock_gettime", "clock_gettime_ns", "time_ns", "getloadavg"),
    *("datetime64", "Timestamp", "getrusage", "profiler", "seconds"),
}
#: Magics of IPython that do.
MAGICS = {"time", "timeit", "prun"}
_SHELL = {"getoutput", "run_line_magic", "run_cell_magic"}
_BY_NAME = {"getattr", "__import__", "import_module"}


def gates_read_no_clock(
    course: Course, notebooks: Sequence[Notebook]
) -> Iterator[Finding]:
    """Nothing that reads a clock reaches a claim that gates."""
    try:
        records = read(course.claims.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # found by another rule
    for notebook in notebooks:
        called = list(claim_calls(notebook))
        trees = [cell.tree for cell in notebook.code if cell.tree]
        flow = Flow([s for tree in trees for s in tree.body], reads_clock)
        for cell, call in called:
            record = records.get(claim_id(call))
            kind = record.get("kind") if isinstance(record, dict) else None
            chain = flow.of_call(call, skip=1)
            if chain and kind != MACHINE:
                yield notebook.find(
                    cell,
                    f"claim {claim_id(call)!r} of the kind {kind!r} reads a "
                    f"clock: {', from '.join(chain)}; count something "
                    f"instead, or make it one of the kind {MACHINE!r}",
                )


def reads_clock(node: ast.AST) -> str | None:
    """Returns which clock a node of a program reads itself, if any."""
    if isinstance(node, ast.Import):
        names = {alias.name.split(".")[0] for alias in node.names}
        return next(iter(sorted(names & MODULES)), None)
    if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        return f".{node.attr}"
    if isinstance(node, ast.Subscript):
        return _constant(node.slice, ATTRIBUTES)
    if isinstance(node, ast.Call):
        name = dotted(node.func).split(".")[-1]
        if name in _BY_NAME:
            found = (_constant(a, ATTRIBUTES | MODULES) for a in node.args)
            return next(filter(None, found), None)
        if name in _SHELL and node.args:
            known = None if name == "getoutput" else MAGICS
            return _constant(node.args[0], known)
    return None


def _constant(node: ast.AST, names: set[str] | None) -> str | None:
    """Returns the text that a node is, if it is one of the names."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str) and (names is None or value in names):
        return repr(value)
    return None
