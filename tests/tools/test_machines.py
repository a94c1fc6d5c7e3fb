"""The claims under other machines' conditions: what is run, kept and said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from tools.contradictions import MIME_TYPE
from tools.machines import __main__ as command
from tools.machines import conditions
from tools.machines.conditions import CONDITIONS, Condition
from tools.machines.report import compare, report, troubles
from tools.machines.run import Run, execute, place, read, write

CLAIMS = """
{name}:
  chapter: {chapter}
  statement: It is so.
  kind: exact
  metric: {{name: it, unit: its, direction: equal}}
"""
#: Stands for a claim's box; the real ones are d2l_ext's.
BOX = """
from IPython.display import publish_display_data

record = dict(id="it-holds", chapter="one", kind="exact", remarks=[])
record |= dict(numbers={"n": 1}, values={"": [1.0]}, agrees=True)
publish_display_data({TYPE: record, "text/plain": ""})
"""
HERE = Condition("here", {"OMP_NUM_THREADS": "1"})


def code(source, id, text=None):
    tags = ["keep_output", "nbval-check-output"] if text else []
    outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
    return nbformat.v4.new_code_cell(
        source, id=id, metadata={"tags": tags}, outputs=outputs
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout with one chapter; returns a function that writes it."""
    for folder in ("chapters/part", "evidence", "d2l_ext", "data"):
        (tmp_path / folder).mkdir(parents=True)
    claims = CLAIMS.format(name="it-holds", chapter="one")
    (tmp_path / "evidence" / "claims.yml").write_text(claims)
    (tmp_path / "d2l_ext" / "norm.py").write_text("one = 1\n")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "CONDITIONS", (HERE,))

    def write(*cells, name="one"):
        path = tmp_path / "chapters" / "part" / f"{name}.ipynb"
        kernel = {"name": "python3", "display_name": "Python 3"}
        notebook = nbformat.v4.new_notebook(
            cells=list(cells), metadata={"kernelspec": kernel}
        )
        nbformat.write(notebook, path)
        return path

    return write


def box(**changes):
    """Returns the record of a claim's box."""
    record = {
        "id": "it-holds",
        "chapter": "one",
        "kind": "exact",
        "remarks": [],
        "values": {"": [1.0]},
        "numbers": {"n": 1.0},
        "agrees": True,
    }
    return record | changes


def run(condition="here", *claims, **more):
    return Run("one", condition, 1.0, list(claims), **more)


# The conditions


def test_the_conditions_are_those_that_readers_have():
    by_name = {condition.name: condition for condition in CONDITIONS}
    assert list(by_name) == [
        *("one-thread", "two-threads", "SSE41", "AVX2", "busy")
    ]
    for isa in ("SSE41", "AVX2"):
        assert by_name[isa].environ["DNNL_MAX_CPU_ISA"] == isa
    threads = [c.environ["OMP_NUM_THREADS"] for c in CONDITIONS]
    assert threads == ["1", "2", "1", "1", "1"]
    assert [c.busy for c in CONDITIONS] == [False] * 4 + [True]


def test_numpy_is_held_back_as_well(monkeypatch):
    found = ["AVX2", "FMA3", "AVX512F"]
    extensions = {"SIMD Extensions": {"baseline": ["SSE3"], "found": found}}
    monkeypatch.setattr(conditions.np, "show_config", lambda mode: extensions)
    name = "NPY_DISABLE_CPU_FEATURES"
    assert conditions.held_to("SSE41")[name] == "AVX2 FMA3 AVX512F"
    assert conditions.held_to("AVX2", {"AVX2", "FMA3"})[name] == "AVX512F"


def test_what_numpy_is_told_to_leave_out_is_left_out():
    """NumPy warns of a name that it does not know."""
    code = "import numpy as n; e = n.show_config(mode='dicts')"
    code += "['SIMD Extensions']; print(e.get('found', []))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | conditions.held_to("SSE41"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_nothing_of_the_caller_changes_a_condition():
    outer = {
        "HOME": "/home/me",
        "D2L_EXT_SEED": "7",
        "D2L_EXT_GATE": "on",
        "OMP_NUM_THREADS": "4",
        "DNNL_MAX_CPU_ISA": "AVX2",
        "MXNET_ENGINE_TYPE": "NaiveEngine",
        "NPY_DISABLE_CPU_FEATURES": "AVX2",
    }
    assert conditions.surroundings(HERE, outer) == {
        "HOME": "/home/me",
        "D2L_EXT_CTX": "cpu",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
    }


def test_busy_processes_are_busy_and_end():
    with conditions.busy_processes(2) as processes:
        assert len(processes) == 2
        assert all(process.poll() is None for process in processes)
    assert all(process.returncode is not None for process in processes)


def test_busy_processes_end_with_the_one_that_started_them():
    code = (
        "from tools.machines.conditions import busy_processes\n"
        "import os\n"
        "with busy_processes(1) as (busy,):\n"
        "    print(busy.pid, flush=True)\n"
        "    os._exit(0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pid = int(done.stdout)
    for _ in range(600):
        # Gone, or dead and not yet waited for by whoever inherits it.
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or ") Z " in status.read_text():
            break
        time.sleep(0.1)
    else:
        os.kill(pid, signal.SIGKILL)
        pytest.fail("it went on")


# A run


def test_a_run_gives_the_claims_and_sees_its_condition(project):
    show = "import os\nprint(os.environ['OMP_NUM_THREADS'])"
    path = project(
        code(show, "threads", "1\n"),
        code(f"TYPE = {MIME_TYPE!r}\n{BOX}", "claim-it"),
    )
    found = execute(path, HERE, limit=120)
    assert (found.error, found.changed) == (None, [])
    assert (found.chapter, found.condition) == ("one", "here")
    assert [c["id"] for c in found.claims] == ["it-holds"]


def test_a_kept_output_that_is_another_is_told(project):
    path = project(code("print(1 + 1)", "sum", "3\n"))
    assert execute(path, HERE, limit=120).changed == ["sum"]


def test_a_cell_that_fails_is_told(project):
    path = project(code("1 / 0", "divide"))
    found = execute(path, HERE, limit=120)
    assert found.error == "ZeroDivisionError: division by zero"


def test_a_chapter_that_takes_too_long_is_ended(project):
    path = project(code("import time; time.sleep(600)", "sleep"))
    found = execute(path, HERE, limit=8)
    assert found.error == "did not end within 8 seconds"


def test_an_interrupted_run_ends_at_once_and_is_not_kept(
    project, monkeypatch, tmp_path
):
    """By hand or by a signal, and not as if the chapter had failed."""
    project(
        code(
            "import os, signal, time\n"
            "os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)",
            "kill",
        )
    )
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(KeyboardInterrupt):
            command.main([])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not (tmp_path / "_build").exists()


# What is kept


def test_a_run_is_kept_and_read_again(tmp_path):
    path = tmp_path / "_build" / "machines" / "one.json"
    assert read(path) is None
    write(path, run("here", box(), changed=["sum"]))
    assert read(path) == run("here", box(), changed=["sum"])
    assert [p.name for p in path.parent.iterdir()] == ["one.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"chapter": "one"}'])
def test_a_damaged_file_counts_as_none(tmp_path, text):
    path = tmp_path / "one.json"
    path.write_text(text)
    assert read(path) is None


def test_a_run_is_kept_by_all_that_it_depends_on(project, tmp_path):
    path = project(code("1", "one"))
    places = {place(tmp_path, path, HERE)}
    project(code("2", "one"))
    places.add(place(tmp_path, path, HERE))
    (tmp_path / "d2l_ext" / "norm.py").write_text("one = 2\n")
    places.add(place(tmp_path, path, HERE))
    (tmp_path / "data" / "digits.npz").write_bytes(b"1")
    places.add(place(tmp_path, path, HERE))
    claims = tmp_path / "evidence" / "claims.yml"
    claims.write_text(claims.read_text().replace("It is so", "It is not"))
    places.add(place(tmp_path, path, HERE))
    places.add(place(tmp_path, path, Condition("here", {})))
    assert len(places) == 6
    # Another chapter's claim is none of its business.
    more = CLAIMS.format(name="other", chapter="two")
    claims.write_text(claims.read_text() + more)
    assert place(tmp_path, path, HERE) in places


# All of them


@pytest.fixture
def executed(monkeypatch):
    """Returns which chapters are run under what, instead of running them."""
    done = []

    def execute(chapter, condition, limit):
        done.append((chapter.stem, condition.name))
        return run(condition.name, box())

    monkeypatch.setattr(command, "execute", execute)
    return done


def test_only_chapters_with_claims_are_run(project, executed, capsys):
    project(code("1", "one"))
    project(code("1", "one"), name="installation")
    assert command.main([]) == 0
    assert executed == [("one", "here")]
    assert "No gate depends" in capsys.readouterr().out


def test_what_was_run_is_not_run_again(project, executed):
    project(code("1", "one"))
    assert command.main([]) == command.main([]) == 0
    assert executed == [("one", "here")]


def test_what_there_was_no_time_for_is_left_and_said(
    project, executed, capsys
):
    project(code("1", "one"))
    assert command.main(["--minutes", "0"]) == 1
    assert executed == []
    assert "1 runs are left" in capsys.readouterr().out


def test_a_run_with_an_error_is_tried_again(project, monkeypatch, capsys):
    project(code("1", "one"))
    tries = []

    def execute(chapter, condition, limit):
        tries.append(chapter)
        return run("here", error=None if len(tries) > 1 else "Error: no")

    monkeypatch.setattr(command, "execute", execute)
    assert command.main([]) == 1
    assert "one, here: Error: no" in capsys.readouterr().out
    assert command.main([]) == 0


# The report


def test_a_claim_is_compared_over_its_conditions():
    runs = [
        run("one", box(numbers={"n": 1.0, "word": "a"})),
        run("two", box(numbers={"n": 1.1, "word": "a"})),
        run("three", box(remarks=["Outside."])),
    ]
    (compared,) = compare(runs)
    assert compared.outside == {"one": "", "two": "", "three": "Outside."}
    assert compared.largest == float("inf")  # the word is missing in three
    (compared,) = compare(runs[:2])
    assert compared.number == "n"
    assert compared.largest == pytest.approx(0.1 / 1.1)


def test_what_a_claim_is_judged_by_is_compared_as_well():
    values = [{"a": [1.0, 2.0]}, {"a": [1.0, 2.5]}]
    runs = [run(str(i), box(values=v)) for i, v in enumerate(values)]
    (compared,) = compare(runs)
    assert compared.number == "a 1"
    assert compared.largest == pytest.approx(0.2)


def test_a_run_outside_the_evidence_is_a_trouble_and_shown():
    runs = [run("one", box()), run("two", box(remarks=["Outside."]))]
    assert troubles(runs) == ["it-holds, two: Outside."]
    (line, *_) = [
        line
        for line in report(runs).splitlines()
        if line.startswith("it-holds")
    ]
    assert line.split() == ["it-holds", "exact", "equal", "two"]


def test_what_a_machine_decides_is_no_trouble():
    changes = {"kind": "machine", "remarks": ["Outside."]}
    assert troubles([run("one", box(**changes))]) == []


def test_errors_and_other_outputs_are_troubles():
    runs = [run("here", error="Error: no"), run("there", changed=["sum"])]
    assert troubles(runs) == [
        "one, here: Error: no",
        "one, there: the output of 'sum' is another",
    ]


def test_the_report_has_a_line_for_each_claim():
    runs = [run("one", box()), run("two", box())]
    lines = report(runs).splitlines()
    (line,) = [line for line in lines if line.startswith("it-holds")]
    assert line.split() == ["it-holds", "exact", "equal", "none", "of", "2"]
