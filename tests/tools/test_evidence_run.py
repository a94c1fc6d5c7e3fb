"""Claims are measured once for each seed, and what is finished is kept."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from measured_book import CLAIMS, EFFECT, read_json, write_book

from tools.evidence import command, kept, pool
from tools.evidence.book import EvidenceError
from tools.evidence.pool import Pool
from tools.evidence.tasks import FIRST_SEED

pytest.importorskip("scipy", "1.15")

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path)


@pytest.fixture
def threads(monkeypatch):
    """Measures in processes that threads of this one start."""

    @contextmanager
    def opened(scheduler, workers):
        with ThreadPoolExecutor(2) as executor:
            yield Pool(executor, lambda: 2)

    monkeypatch.setattr(command, "open_pool", opened)


def evidence(root, *words):
    """Runs the command; Ctrl-C and SIGTERM stay the tests' own."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        return command.main(words, root)
    finally:
        signal.signal(signal.SIGTERM, before)


def rows(root):
    with (root / "evidence" / "runs.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def verdicts(root):
    return read_json(root / "evidence" / "verdicts.json")["claims"]


@pytest.mark.usefixtures("threads")
def test_a_book_is_measured_judged_and_checked(book, capsys):
    assert evidence(book, "run", "--seeds", "6") == 0
    printed = capsys.readouterr().out
    assert "13 measurements are missing, in 6 tasks" in printed
    assert "[6 of 6] one, seed" in printed
    found = rows(book)
    assert [r["claim"] for r in found] == [
        *(["gain"] * 6 + ["often"] * 6 + ["sum"])
    ]
    assert [int(r["seed"]) for r in found[:6]] == [
        FIRST_SEED + i for i in range(6)
    ]
    assert {r["status"] for r in found} == {"ok"}
    assert found[0]["machine"] == "a machine"
    assert (found[0]["engine"], found[0]["d2l_ext"]) == ("mxnet", "1.2")
    assert len({r["value"] for r in found[:6]}) == 6
    assert [r["value"] for r in found[6:]] == [
        *("1.0", "1.0", "0.0", "1.0", "1.0", "1.0", "1.0")
    ]
    assert "mean" in json.loads(found[0]["numbers"])
    judged = verdicts(book)
    assert judged["sum"]["verdict"] == "holds"
    # Six pairs are too few.
    assert judged["gain"]["verdict"] == "undecided"
    assert judged["gain"]["arms"][0]["count"] == 6
    assert evidence(book, "check") == 1
    assert "gain: 6 runs of 12" in capsys.readouterr().out
    assert evidence(book, "show") == 0
    assert "sum                      exact   holds" in capsys.readouterr().out


@pytest.mark.usefixtures("threads")
def test_what_is_finished_is_not_measured_again(book, capsys):
    assert evidence(book, "run", "--seeds", "2") == 0
    before = rows(book)
    assert evidence(book, "run", "--seeds", "3", "--claims", "gain") == 0
    assert "1 measurements are missing" in capsys.readouterr().out
    assert rows(book)[:2] == before[:2]
    # A fresh clone has the table alone.
    for path in (book / "_build" / "evidence" / "finished").iterdir():
        path.unlink()
    assert evidence(book, "run", "--seeds", "3", "--claims", "gain") == 0
    assert "0 measurements are missing" in capsys.readouterr().out
    assert len(rows(book)) == 3 + 2 + 1


@pytest.mark.usefixtures("threads")
def test_a_value_does_not_depend_on_what_else_is_measured(book):
    assert evidence(book, "run", "--seeds", "1") == 0
    together = rows(book)[0]["value"]
    for path in (book / "_build" / "evidence" / "finished").iterdir():
        path.unlink()
    (book / "evidence" / "runs.csv").unlink()
    assert evidence(book, "run", "--seeds", "1", "--claims", "gain") == 0
    assert rows(book)[0]["value"] == together


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("d2l_ext/layers/double.py", "2 * x", "3 * x"),
        ("d2l_ext/data/sets.py", "float(", "2 * float("),
        ("d2l_ext/_files/digits.txt", "0.5", "0.7"),
        ("chapters/part/one.ipynb", "double(3)", "double(4)"),
        ("chapters/part/one.ipynb", "gains[0] + load", "gains[0] - load"),
        ("evidence/claims.yml", "margin: 1", "margin: 2"),
    ],
)
@pytest.mark.usefixtures("threads")
def test_evidence_of_another_version_does_not_count(
    book, capsys, file, old, new
):
    gain = "run", "--seeds", "2", "--claims", "gain"
    assert evidence(book, *gain) == 0
    before = {row["code"] for row in rows(book)}
    edit(book / file, old, new)
    capsys.readouterr()
    assert evidence(book, "check") == 1
    assert "gain: belongs to another version" in capsys.readouterr().out
    # What is there stays until there is something new.
    assert evidence(book, "verdicts") == 0
    assert verdicts(book)["gain"]["arms"][0]["count"] == 2
    assert evidence(book, "run", "--seeds", "1", "--claims", "gain") == 0
    (row,) = rows(book)
    assert row["code"] not in before
    # And back again: what was kept of that version counts.
    edit(book / file, new, old)
    assert evidence(book, *gain) == 0
    assert "0 measurements are missing" in capsys.readouterr().out
    assert {row["code"] for row in rows(book)} == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("d2l_ext/layers/double.py", "Doubles.", "Twice."),
        ("d2l_ext/layers/unused.py", "return x", "return 2 * x"),
        ("d2l_ext/layers/__init__.py", "", "from d2l_ext.layers import z\n"),
        ("d2l_ext/evidence/machine.py", "a machine", "another"),
        ("chapters/part/one.ipynb", "a figure", "another figure"),
        ("chapters/part/one.ipynb", "double(3)", "(double( 3 ))"),
        ("evidence/claims.yml", "It gains.", "It does gain."),
    ],
)
@pytest.mark.usefixtures("threads")
def test_what_changes_no_number_makes_nothing_stale(
    book, capsys, file, old, new
):
    assert evidence(book, "run", "--seeds", "1", "--claims", "gain") == 0
    edit(book / file, old, new)
    capsys.readouterr()
    assert evidence(book, "check") == 1
    assert "gain: 1 runs of 12" in capsys.readouterr().out


# What goes wrong


def failing(tmp_path, gain, **claims):
    cells = {"gains": "gains = [1.0]", "claim-gain": gain}
    return write_book(tmp_path, cells, {**CLAIMS, **claims})


@pytest.mark.parametrize(
    ("gain", "error"),
    [
        ("1 / 0", "cell claim-gain: ZeroDivisionError: division by zero"),
        ('claim("gain", float("nan"))', "the value is nan"),
        ('claim("gain", float("-inf"))', "the value is -inf"),
        ('if 0:\n    claim("gain", 1)', "its cell measured nothing"),
        ('claim("gain", {"x": 1})', "the cell measures the arms ['x']"),
        (
            'import os\nos._exit(3)\nclaim("gain", 1)',
            "the process ended with status 3",
        ),
    ],
)
@pytest.mark.usefixtures("threads")
def test_a_failed_measurement_is_tried_again_and_counted(
    tmp_path, capsys, gain, error
):
    if "claim(" not in gain:
        gain += '\nclaim("gain", 1)'
    root = failing(tmp_path, gain)
    assert evidence(root, "run", "--seeds", "1") == 1
    printed = capsys.readouterr().out
    assert printed.count("gain failed, tried again") == 1
    row, other, _ = rows(root)
    assert (row["status"], row["value"], row["arm"]) == ("failed", "", "")
    assert error in row["error"]
    # The other claims of the chapter are measured all the same.
    assert (other["claim"], other["status"]) == ("often", "ok")
    (arm,) = verdicts(root)["gain"]["arms"]
    assert (arm["count"], arm["failed"]) == (0, 1)
    # It counts as done, unless it is asked for.
    assert evidence(root, "run", "--seeds", "1") == 1
    assert "0 measurements" in capsys.readouterr().out
    assert evidence(root, "run", "--seeds", "1", "--retry") == 1
    assert "1 measurements" in capsys.readouterr().out


@pytest.mark.usefixtures("threads")
def test_a_task_that_takes_too_long_is_ended(tmp_path):
    forever = 'import time\ntime.sleep(60)\nclaim("gain", 1)'
    root = failing(tmp_path, forever)
    start = time.monotonic()
    assert evidence(root, "run", "--seeds", "1", "--limit", "4") == 1
    assert time.monotonic() - start < 30
    row = rows(root)[0]
    assert row["status"] == "timeout"
    assert row["error"] == "did not end within 4 seconds"


@pytest.mark.usefixtures("threads")
def test_arms_budgets_and_a_missing_seed(tmp_path, capsys):
    claims = {
        "gain": EFFECT
        | {"arms": ["low", "high"], "budgets": ["short", "long"]}
    }
    cell = """
        import os
        sign = -1 if os.environ["D2L_EXT_BUDGET"] == "long" else 1
        noise = setting() / 100
        claim("gain", {"low": 5 + noise, "high": sign * 5 + noise})
        """
    root = write_book(
        tmp_path, {"claim-gain": cell, "claim-often": "", "claim-sum": ""}
    )
    write_book(
        tmp_path,
        {"claim-gain": cell, "claim-often": "", "claim-sum": ""},
        claims,
    )
    assert evidence(root, "run", "--long-seeds", "0") == 0
    assert verdicts(root)["gain"]["verdict"] == "holds"
    assert evidence(root, "check", "--long-seeds", "0") == 0
    assert evidence(root, "check") == 1
    assert "gain: 12 runs of 18" in capsys.readouterr().out
    assert evidence(root, "run") == 0
    assert len(rows(root)) == 2 * (12 + 6)
    found = verdicts(root)["gain"]
    assert found["verdict"] == "holds only when"
    assert found["condition"] == "low; or high, and training is short"
    long_ = [arm for arm in found["arms"] if arm["budget"] == "long"]
    assert [arm["p_corrected"] for arm in long_] == [None, None]
    assert evidence(root, "check") == 0
    # Without one seed it is open, and the check says so.
    table = root / "evidence" / "runs.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text(
        "".join(li for li in lines if f",short,{FIRST_SEED}," not in li),
        encoding="utf-8",
    )
    assert evidence(root, "verdicts") == 0
    assert verdicts(root)["gain"]["verdict"] == "undecided"
    capsys.readouterr()
    assert evidence(root, "check") == 1
    assert "gain: 17 runs of 18" in capsys.readouterr().out


@pytest.mark.usefixtures("threads")
def test_two_runs_at_once_on_one_folder(book, capsys):
    with kept.locked(book / "_build" / "evidence"):
        assert evidence(book, "run") == 1
    told = capsys.readouterr().err
    assert f"another run (process {os.getpid()}) measures in" in told
    assert evidence(book, "run", "--seeds", "1") == 0


@pytest.mark.usefixtures("threads")
def test_unknown_names_are_told(book, capsys):
    assert evidence(book, "run", "--claims", "gian") == 1
    assert "there is no claim 'gian'" in capsys.readouterr().err
    assert evidence(book, "run", "--chapters", "two") == 1
    assert "these do: one" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_is_named(book, capsys, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    address = "tcp://127.0.0.1:9"
    assert evidence(book, "run", "--scheduler", address) == 1
    assert f"no Dask scheduler at {address}" in capsys.readouterr().err


def test_without_dask_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(EvidenceError, match="pip install distributed"),
        pool.open_pool("", 1),
    ):
        pass


# With Dask, in processes of their own


def start(root, *words):
    """Starts the command as a user does, on another book."""
    code = (
        "import sys; sys.modules['mxnet'] = None\n"
        "from pathlib import Path\n"
        "from tools.evidence.command import main\n"
        f"sys.exit(main({list(words)!r}, Path({str(root)!r})))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def waiting_book(tmp_path):
    """A book whose runs wait until a file is there, from seed 2 on."""
    go = tmp_path / "go"
    cell = f"""
        import os, time
        if setting() > 1:
            with open({str(tmp_path / "pids")!r}, "a") as file:
                print(os.getpid(), os.getppid(), file=file)
            while not os.path.exists({str(go)!r}):
                time.sleep(0.05)
        claim("gain", setting())
        """
    root = tmp_path / "book"
    write_book(
        root,
        {"claim-gain": cell, "claim-often": "", "claim-sum": ""},
        {"gain": EFFECT},
    )
    return root, go


def pids(tmp_path, count):
    """Waits for lines of a process and its parent."""
    path = tmp_path / "pids"
    for _ in range(1200):
        if path.exists():
            lines = path.read_text().splitlines()
            if len(lines) >= count:
                return [tuple(map(int, line.split())) for line in lines]
        time.sleep(0.05)
    raise AssertionError("it did not start")


def is_gone(pid):
    for _ in range(600):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or ") Z " in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_killed_worker_is_tried_again(tmp_path):
    pytest.importorskip("distributed")
    root, go = waiting_book(tmp_path)
    process = start(root, "run", "--seeds", "2", "--workers", "1")
    ((child, worker),) = pids(tmp_path, 1)
    os.kill(worker, signal.SIGKILL)
    assert is_gone(child)
    go.touch()
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    assert "gain failed, tried again: KilledWorker" in printed
    assert [row["value"] for row in rows(root)] == ["1.0", "2.0"]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    pytest.importorskip("distributed")
    root, go = waiting_book(tmp_path)
    process = start(root, "run", "--seeds", "3", "--workers", "2")
    found = pids(tmp_path, 2)
    # The first seed is finished, or is once the others are.
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=120)
    assert all(is_gone(child) and is_gone(worker) for child, worker in found)
    done = len(kept.read(root / "_build" / "evidence"))
    go.touch()
    process = start(root, "run", "--seeds", "3", "--workers", "1")
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    assert f"{3 - done} measurements are missing" in printed
    assert [row["value"] for row in rows(root)] == ["1.0", "2.0", "3.0"]


def test_a_cluster_by_its_address_whose_workers_have_no_checkout(tmp_path):
    pytest.importorskip("distributed")
    root, go = waiting_book(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    scheduler, worker, address = start_cluster(elsewhere, root)
    try:
        run = ("run", "--seeds", "2", "--scheduler", address)
        process = start(root, *run)
        pids(tmp_path, 1)
        go.touch()
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, printed
        assert len(rows(root)) == 2
        # And when the scheduler dies, what is finished is kept.
        go.unlink()
        (tmp_path / "pids").unlink()
        process = start(root, "run", "--seeds", "3", "--scheduler", address)
        pids(tmp_path, 1)
        scheduler.kill()
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 1
        assert f"the Dask scheduler at {address} is gone" in printed
        assert len(rows(root)) == 2
    finally:
        for each in (scheduler, worker):
            each.kill()
            each.communicate()


def start_cluster(folder, package):
    """Starts a scheduler and a worker that has the package alone."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environ["PYTHONPATH"] = str(package)
    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = {"cwd": folder, "env": environ, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [
            *dask,
            *("--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
            *("--scheduler-file", str(file)),
        ],
        **options,
    )
    dask[-1] = "distributed.cli.dask_worker"
    worker = subprocess.Popen(
        [
            *dask,
            *("--scheduler-file", str(file), "--nthreads", "1"),
            *("--no-nanny", "--no-dashboard"),
        ],
        **options,
    )
    for _ in range(1200):
        if file.exists() and file.read_text():
            return scheduler, worker, json.loads(file.read_text())["address"]
        time.sleep(0.05)
    raise AssertionError("no scheduler")
