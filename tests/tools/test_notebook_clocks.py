"""What reads a clock is followed to the claims, however it goes there."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

import d2l_ext

import nbformat
import pytest

from tools.notebooks.clocks import gates_read_no_clock, reads_clock
from tools.notebooks.flow import Flow
from tools.notebooks.reading import Course, Notebook

CAUGHT = {
    "directly": "claim('it', time.time() < 3, n=1)",
    "as a number": "claim('it', True, n=time.time())",
    "among the numbers": "claim('it', True, **{'n': time.time()})",
    "as a named argument": "claim('it', holds=time.time() < 3, n=1)",
    "by another name": """
        import time as t
        claim('it', t.time() < 3, n=1)
    """,
    "as a function by another name": """
        from time import perf_counter as now
        claim('it', now() < 3, n=1)
    """,
    "of another module": """
        import datetime
        claim('it', datetime.datetime.now().year < 3, n=1)
    """,
    "of a package": """
        import os
        claim('it', os.getloadavg()[0] < 3, n=1)
    """,
    "of a training": "claim('it', history.seconds[0] < 3, n=1)",
    "by the name of its attribute": """
        claim('it', getattr(history, 'seconds')[0] < 3, n=1)
    """,
    "by the name of its column": """
        claim('it', history.to_frame()['seconds'].max() < 3, n=1)
    """,
    "by the name of its module": """
        claim('it', __import__('time').time() < 3, n=1)
    """,
    "by a magic": """
        best = get_ipython().run_line_magic('timeit', '-o f()')
        claim('it', best.best < 3, n=1)
    """,
    "of the shell": """
        now = get_ipython().getoutput('date +%s')
        claim('it', int(now[0]) < 3, n=1)
    """,
    "through names": """
        start = time.time()
        passed = 3 - start
        claim('it', passed < 3, n=1)
    """,
    "through a pair": """
        count, start = 0, time.time()
        claim('it', start < 3, n=1)
    """,
    "through what a pair is made of": """
        count, start = measured = f(time.time())
        claim('it', count < 3, n=1)
    """,
    "through a starred name": """
        first, *others = time.time(), 1, 2
        claim('it', others[0] < 3, n=1)
    """,
    "through a sum": """
        total = 0
        total += time.time()
        claim('it', total < 3, n=1)
    """,
    "through an annotation": """
        start: float = time.time()
        claim('it', start < 3, n=1)
    """,
    "through a walrus": """
        print(start := time.time())
        claim('it', start < 3, n=1)
    """,
    "through a walrus in a loop": """
        while (passed := time.time()) < 3:
            pass
        claim('it', passed < 3, n=1)
    """,
    "through a choice": """
        best = 1 if time.time() < 3 else 2
        claim('it', best < 3, n=1)
    """,
    "through a list": """
        times = []
        times.append(time.time())
        claim('it', min(times) < 3, n=1)
    """,
    "through a dictionary": """
        found = {}
        found['time'] = time.time()
        claim('it', found['time'] < 3, n=1)
    """,
    "through an attribute": """
        run.passed = time.time()
        claim('it', run.passed < 3, n=1)
    """,
    "through a comprehension": """
        times = [step() - time.time() for _ in range(3)]
        claim('it', min(times) < 3, n=1)
    """,
    "through the names of a comprehension": """
        times = f(time.time())
        ratios = {name: best / 2 for name, best in times}
        claim('it', min(ratios) < 3, n=1)
    """,
    "through a condition of a comprehension": """
        fast = [name for name in names if time.time() < 3]
        claim('it', len(fast) < 3, n=1)
    """,
    "through a comprehension that keeps its names": """
        log = []
        print([log.append(best) for best in f(time.time())])
        claim('it', log[0] < 3, n=1)
    """,
    "through a loop": """
        times = f(time.time())
        for name, best in zip(names, times):
            last = best
        claim('it', last < 3, n=1)
    """,
    "through a function": """
        def passed():
            return time.time()
        claim('it', passed() < 3, n=1)
    """,
    "through a function within a function": """
        def timed(net):
            def step():
                start = time.time()
                return time.time() - start
            return step
        steps = [timed(net) for net in nets]
        claim('it', min(step() for step in steps) < 3, n=1)
    """,
    "through a generator": """
        def ticks():
            while True:
                yield time.time()
        claim('it', next(ticks()) < 3, n=1)
    """,
    "through a parameter": """
        def halved(value):
            return value / 2
        half = halved(time.time())
        claim('it', half < 3, n=1)
    """,
    "through a parameter that is kept": """
        log = []
        def note(name, value):
            log.append(value)
        note('a', time.time())
        claim('it', log[0] < 3, n=1)
    """,
    "through a named parameter that is kept": """
        log = []
        def note(name, value=0):
            log.append(value)
        note('a', value=time.time())
        claim('it', log[0] < 3, n=1)
    """,
    "through parameters that are not counted": """
        log = []
        def note(*values, **more):
            log.append(values)
        note(1, 2, time.time())
        claim('it', log[0] < 3, n=1)
    """,
    "through starred arguments": """
        log = []
        def note(name, value):
            log.append(value)
        note(*time.gmtime())
        claim('it', log[0] < 3, n=1)
    """,
    "through a default": """
        log = []
        def note(value=time.time()):
            log.append(value)
        note()
        claim('it', log[0] < 3, n=1)
    """,
    "through a function that is handed on": """
        log = []
        def note(value):
            log.append(value)
        list(map(note, f(time.time())))
        claim('it', log[0] < 3, n=1)
    """,
    "through a lambda": """
        passed = lambda: time.time()
        claim('it', passed() < 3, n=1)
    """,
    "through a lambda's parameter that is kept": """
        log = []
        note = lambda value: log.append(value)
        note(time.time())
        claim('it', log[0] < 3, n=1)
    """,
    "through an instance": """
        class Watch:
            def __init__(self):
                self.start = time.time()
        watch = Watch()
        claim('it', watch.start < 3, n=1)
    """,
    "through a list of an instance": """
        class Watch:
            def __init__(self):
                self.times = []
            def on_step(self, step, net):
                self.times.append(time.time())
        watch = Watch()
        fit(callbacks=[watch])
        claim('it', watch.times[0] < 3, n=1)
    """,
    "through a method": """
        class Watch:
            def read(self):
                return time.time()
        claim('it', Watch().read() < 3, n=1)
    """,
    "through a method's parameter": """
        class Watch:
            def note(self, value):
                self.value = value
        watch = Watch()
        others = [watch]
        watch.note(time.time())
        claim('it', others[0].value < 3, n=1)
    """,
    "through a method of an argument": """
        class Watch:
            def note(self, value):
                self.value = value
        def note(watch):
            watch.note(time.time())
        watches = [Watch()]
        note(watches[0])
        claim('it', watches[0].value < 3, n=1)
    """,
    "through a method that hands on what an instance has": """
        log = []
        class Watch:
            def __init__(self):
                self.start = time.time()
            def on_end(self):
                log.append(self.start)
        fit(callbacks=[Watch()])
        claim('it', log[0] < 3, n=1)
    """,
    "through an attribute of a class": """
        class Watch:
            start = time.time()
        claim('it', Watch.start < 3, n=1)
    """,
    "through a global name": """
        def start():
            global begun
            begun = time.time()
        start()
        claim('it', begun < 3, n=1)
    """,
    "through a context": """
        with stopwatch(time.time()) as watch:
            pass
        claim('it', watch.passed < 3, n=1)
    """,
    "through what is tried": """
        try:
            start = time.time()
        except ValueError:
            start = 0
        claim('it', start < 3, n=1)
    """,
    "through the sizes that there was time for": """
        sizes = [1]
        while time.time() < 3:
            sizes.append(2 * sizes[-1])
        claim('it', sizes[-1] < 3, n=1)
    """,
    "through a count that there was time for": """
        count = 0
        while True:
            if time.time() > 3:
                break
            count += 1
        claim('it', count < 3, n=1)
    """,
    "through a count that was left out": """
        count = 0
        for i in range(3):
            if time.time() > 3:
                continue
            count += 1
        claim('it', count < 3, n=1)
    """,
    "through an early return": """
        log = []
        def count():
            for i in range(3):
                log.append(i)
                if time.time() > 3:
                    return
        count()
        claim('it', len(log) < 3, n=1)
    """,
    "through a return before something is kept": """
        log = []
        def note():
            if time.time() > 3:
                return
            log.append(1)
        note()
        claim('it', len(log) < 3, n=1)
    """,
    "through which value is returned": """
        def best():
            if time.time() > 3:
                return 1
            return 2
        claim('it', best() < 3, n=1)
    """,
    "through whether something is assigned": """
        count = 0
        if time.time() > 3:
            count = 1
        claim('it', count < 3, n=1)
    """,
    "through whether a function is called": """
        log = []
        def note():
            log.append(1)
        if time.time() > 3:
            note()
        claim('it', len(log) < 3, n=1)
    """,
    "through a case": """
        count = 0
        match time.time() > 3:
            case True:
                count = 1
        claim('it', count < 3, n=1)
    """,
    "through whether it is claimed": """
        if time.time() < 3:
            claim('it', True, n=1)
    """,
    "before it is assigned": """
        def check():
            claim('it', start < 3, n=1)
        start = time.time()
        check()
    """,
}

HARMLESS = {
    "shown": """
        start = time.time()
        print(time.time() - start)
        claim('it', accuracy > 0.5, n=1)
    """,
    "drawn": """
        from d2l_ext import plotting
        times = [time.time()]
        plotting.plot_curves({'': times})
        claim('it', plotting.COLORS is not None, n=1)
    """,
    "waited for": """
        time.sleep(1)
        claim('it', accuracy > 0.5, n=1)
    """,
    "told in the id": "claim(time.ctime(), True, n=1)",
    "the other one of a pair": """
        count, start = 0, time.time()
        claim('it', count < 3, n=1)
    """,
    "a local name": """
        def timed():
            passed = time.time()
            print(passed)
        passed = 3
        claim('it', passed < 3, n=1)
    """,
    "a name in a comprehension": """
        step = 3
        print([step() for step in f(time.time())])
        claim('it', step < 3, n=1)
    """,
    "a parameter": """
        def twice(time):
            return 2 * time
        claim('it', twice(3) < 3, n=1)
    """,
    "an argument that is not kept": """
        log = []
        def note(name, value):
            log.append(name)
        note('a', time.time())
        claim('it', len(log) < 3, n=1)
    """,
    "an attribute of a class that a method's name is like": """
        class Watch:
            start = time.time()
            def read(self):
                return start
        start = 3
        claim('it', start < 3, n=1)
    """,
    "declared": """
        start: float
        claim('it', accuracy > 0.5, n=1)
    """,
    "a method's argument that is not kept": """
        class Watch:
            def note(self, name, value):
                self.name = name
        def note(watch):
            watch.note('a', time.time())
        watch = Watch()
        note(watch)
        claim('it', watch.name == 'a', n=1)
    """,
    "counted": """
        counts, seconds = {}, {}
        for m in [1, 64]:
            begin = time.time()
            counts[m] = steps_to_loss(m)
            seconds[m] = time.time() - begin
        claim('it', counts[64] < counts[1], n=counts[1])
    """,
}


def program(text):
    return ast.parse("import time\n" + textwrap.dedent(text)).body


def chain(text):
    """Returns how the claim in a program depends on a clock."""
    statements = program(text)
    (call,) = (
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "claim"
    )
    return Flow(statements, reads_clock).of_call(call, skip=1)


@pytest.mark.parametrize("text", CAUGHT.values(), ids=CAUGHT.keys())
def test_a_clock_is_caught(text):
    assert chain(text)


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_clock_that_does_not_get_there_is_harmless(text):
    assert chain(text) == ()


def test_the_way_is_told_from_the_claim_to_the_clock():
    text = """
        def passed():
            return time.perf_counter()
        times = [passed()]
        best = min(times)
        claim('it', best < 3, n=1)
    """
    assert chain(text) == ("best", "times", "passed", ".perf_counter")


# The rule

CLAIMS = """
it:
  chapter: one
  statement: It is faster.
  kind: {kind}
  metric: {{name: speed, unit: times, direction: higher}}
  {more}
"""
KINDS = {
    "exact": "",
    "effect": "margin: 1",
    "share": "margin: 0.8",
    "machine": "",
}


@pytest.fixture
def findings(tmp_path):
    """Returns a function: what the rule says of a chapter's cells."""

    def check(kind, *sources):
        (tmp_path / "evidence").mkdir()
        claims = CLAIMS.format(kind=kind, more=KINDS.get(kind, ""))
        (tmp_path / "evidence" / "claims.yml").write_text(claims)
        cells = [
            nbformat.v4.new_code_cell(source, id=f"cell-{i}")
            for i, source in enumerate(sources)
        ]
        notebook = nbformat.v4.new_notebook(cells=cells)
        chapter = Notebook(Path("one.ipynb"), json.dumps(notebook))
        return list(gates_read_no_clock(Course(tmp_path), [chapter]))

    return check


CELLS = ("import time", "start = time.time()", "claim('it', start > 3, n=1)")


@pytest.mark.parametrize("kind", ["exact", "effect", "share", "unknown"])
def test_a_claim_that_gates_may_not_read_a_clock(findings, kind):
    (found,) = findings(kind, *CELLS)
    assert found.place == "cell-2"
    assert found.message == (
        f"claim 'it' of the kind {kind!r} reads a clock: start, from time; "
        "count something instead, or make it one of the kind 'machine'"
    )


def test_a_claim_of_a_machine_may(findings):
    assert findings("machine", *CELLS) == []


def test_a_cell_that_is_no_python_is_another_rules(findings):
    assert (
        findings("exact", *CELLS[:2], "what?! no", "claim('it', True)") == []
    )


def test_magics_are_read(findings):
    cells = ("best = %timeit -o f()", "claim('it', best.best < 1, n=1)")
    (found,) = findings("exact", *cells)
    assert "from 'timeit'" in found.message


def test_the_package_keeps_no_time_but_what_is_known():
    """A new place that reads a clock has to be told to the rule."""
    package = Path(d2l_ext.__file__).parent
    reading = {}
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        read = {reads_clock(node) for node in ast.walk(tree)} - {None}
        read -= {"importlib", None}
        if read:
            reading[path.relative_to(package).as_posix()] = read
    # History.seconds, which ATTRIBUTES has, and how fit() makes it.
    assert reading.pop("training/history.py") == {".seconds"}
    assert reading.pop("training/fit.py") == {
        "time",
        ".perf_counter",
        ".seconds",
    }
    assert reading == {}
