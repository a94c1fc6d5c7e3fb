"""Measures speed and memory as ratios in one run, and keeps the table.

    make bench                       # all
    python benchmarks/run.py NAME    # some comparisons
    python benchmarks/run.py course --submissions 4    # a quick look

Each side of a comparison runs in a process of its own, the two sides in turn
for several rounds; the ratio is taken round by round and its median counts,
so that a machine whose speed drifts does not favor a side. PyTorch is compared
with where it is installed (``uv pip install torch``, or the group ``peers``).
The table goes to ``benchmarks/RESULTS.md`` when everything was measured.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import busy
from jupyter_cache import get_cache

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "RESULTS.md"


@dataclass(frozen=True)
class Comparison:
    """Two sides whose rates are compared, and the ratio to reach.

    A comparison that is `long` is made once: what it measures is long enough.
    """

    name: str
    text: str
    ours: str
    theirs: str
    goal: float
    needs: str | None = None
    long: bool = False


COMPARISONS = (
    Comparison(
        "lenet-d2l",
        "`fit` / `d2l.train_ch6` as it is, LeNet + BN, examples/s",
        *("lenet_fit", "lenet_d2l_as_is", 2.5),
    ),
    Comparison(
        "lenet-d2l-loop",
        "`fit` / `d2l.train_ch6` on our mini-batches, its figure off",
        *("lenet_fit", "lenet_d2l", 1.0),
    ),
    Comparison(
        "lenet-torch",
        "`fit` / PyTorch loop, LeNet + BN, examples/s",
        *("lenet_fit", "lenet_torch", 0.6, "torch"),
    ),
    Comparison(
        "resnet-d2l",
        "`fit` / `d2l.train_ch6` on our mini-batches, ResNet-20",
        *("resnet_fit", "resnet_d2l", 1.0),
    ),
    Comparison(
        "resnet-torch",
        "`fit` / PyTorch loop, ResNet-20, examples/s",
        *("resnet_fit", "resnet_torch", 0.9, "torch"),
    ),
    Comparison(
        "densenet-d2l",
        "`fit` / `d2l.train_ch6` on our mini-batches, small DenseNet",
        *("densenet_fit", "densenet_d2l", 1.0),
    ),
    Comparison(
        "densenet-torch",
        "`fit` / PyTorch loop, small DenseNet, examples/s",
        *("densenet_fit", "densenet_torch", 0.9, "torch"),
    ),
    Comparison(
        "batches",
        "mini-batches / `DataLoader` with `ToTensor`, examples/s",
        *("batches_ours", "batches_gluon", 50),
    ),
    Comparison(
        "course",
        "`course grade` / nbgrader's `autograde`, submissions/s",
        # At most 0.6 of nbgrader's time.
        *("course_grade", "course_nbgrader", 1.67, "nbgrader", True),
    ),
)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    text: str
    measured: str
    goal: str
    reached: bool | None


def run_side(
    name: str, *size: int, variables: Mapping[str, str] | None = None
) -> float:
    """Runs one side in a new process and returns its number."""
    environment = dict(os.environ, CI="1", MPLBACKEND="agg")
    environment |= variables or {}
    result = subprocess.run(
        [sys.executable, os.fspath(HERE / "sides.py"), name, *map(str, size)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        sys.exit(f"{name} failed:\n{result.stderr}")
    return float(result.stdout.split()[-1])


def compare(comparison: Comparison, rounds: int, *size: int) -> Row:
    """Runs both sides in turn and returns the median of the ratios."""
    goal = f"≥ {comparison.goal:g}"
    if comparison.needs and not importlib.util.find_spec(comparison.needs):
        text = f"not measured: {comparison.needs} is not installed"
        return Row(comparison.text, text, goal, None)
    ratios, ours, theirs = [], [], []
    for _ in range(1 if comparison.long else rounds):
        ours.append(run_side(comparison.ours, *size))
        theirs.append(run_side(comparison.theirs, *size))
        ratios.append(ours[-1] / theirs[-1])
    ratio = statistics.median(ratios)
    measured = (
        f"{ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f}): "
        f"{_rate(statistics.median(ours))} / "
        f"{_rate(statistics.median(theirs))}"
    )
    return Row(comparison.text, measured, goal, ratio >= comparison.goal)


def _rate(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def measure_import(rounds: int) -> Row:
    """How much `import d2l_ext` adds to `import mxnet`."""
    seconds = statistics.median(
        run_side("import_ours") - run_side("import_mxnet")
        for _ in range(2 * rounds)
    )
    return Row(
        "`import d2l_ext` over `import mxnet`",
        f"{seconds:.2f} s",
        "≤ 0.3 s",
        seconds <= 0.3,
    )


def measure_book() -> list[Row]:
    """Time and peak memory of a build from nothing, and of one after it."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    rows = []
    for text, limit in (("the first `make book`", None), ("a second", 20)):
        seconds, memory = _run_watched(["make", "book"])
        rows.append(
            Row(
                f"{text}: time",
                f"{seconds:.0f} s",
                f"≤ {limit} s" if limit else "",
                seconds <= limit if limit else None,
            )
        )
        rows.append(
            Row(
                f"{text}: peak memory of all its processes",
                f"{memory / 2**30:.2f} GB",
                "< 2 GB",
                memory < 2 * 2**30,
            )
        )
        if limit is None:
            rows += _rows_of_chapters(seconds)
    return rows


#: The claims of this chapter, with this many seeds, stand for all.
EVIDENCE = ("--chapters", "momentum", "--seeds", "4", "--long-seeds", "0")


def measure_evidence() -> list[Row]:
    """What a second worker is worth, and what all claims take."""
    seconds = {workers: _measured_with(workers) for workers in (1, 2)}
    share = seconds[2] / seconds[1]
    # What the claims of a chapter share is counted with the longest.
    tasks: dict[tuple[str, str], float] = defaultdict(float)
    with (ROOT / "evidence" / "runs.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["budget"] == "short":
                key = row["chapter"], row["seed"]
                tasks[key] = max(tasks[key], float(row["seconds"]))
    hours = sum(tasks.values()) / 3600
    return [
        Row(
            "evidence for a chapter: two workers / one, time",
            f"{share:.2f}: {seconds[2]:.0f} s / {seconds[1]:.0f} s",
            "≤ 0.6",
            share <= 0.6,
        ),
        Row(
            "all evidence at the short budget, as recorded: CPU time / 2",
            f"{hours / 2:.1f} h",
            "≤ 3 h",
            hours / 2 <= 3,
        ),
    ]


def _measured_with(workers: int) -> float:
    """Returns the seconds of a small campaign that finds nothing done."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in listed.stdout.decode().split("\0"):
            if name and name not in (
                "evidence/runs.csv",
                "evidence/code.json",
            ):
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, target, follow_symlinks=False)
        run = (sys.executable, "-m", "tools.evidence", "run", *EVIDENCE)
        start = time.perf_counter()
        result = subprocess.run(
            [*run, "--workers", str(workers)],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            sys.exit(f"the evidence failed:\n{result.stdout}{result.stderr}")
        return time.perf_counter() - start


def measure_threads(rounds: int) -> list[Row]:
    """What the defaults give beside other programs, on three networks."""
    rows = []
    cores = os.cpu_count() or 1
    for network, side in busy.NETWORKS.items():
        for count in sorted({0, 1, cores}):
            found = busy.rates(side, count, rounds, run_side)
            share, goal = busy.share(found, count > 0)
            every = ", ".join(f"{k} {_rate(v)}" for k, v in found.items())
            beside = f"beside {count} busy programs" if count else "alone"
            # A goal beside fewer programs than cores is nobody's promise.
            reached = share >= goal if count in (0, cores) else None
            rows.append(
                Row(
                    f"{network}, {beside}: examples/s by threads",
                    f"{share:.2f}: {every}",
                    f"≥ {goal:g}" if reached is not None else "",
                    reached,
                )
            )
    return rows


def _rows_of_chapters(seconds: float) -> list[Row]:
    """What a first build, of so many seconds, took for each chapter."""
    cache = get_cache(ROOT / "_build" / ".jupyter_cache")
    took = {
        Path(record.uri).stem: record.data["cpu_seconds"]
        for record in cache.list_cache_records()
    }
    total, longest = sum(took.values()), max(took, key=took.__getitem__)
    return [
        Row(
            "the first `make book`: its time / CPU time of its chapters",
            f"{seconds / total:.2f}: {seconds:.0f} s / {total:.0f} s",
            "≤ 0.6 on two cores",
            seconds <= 0.6 * total,
        ),
        Row(
            "the longest chapter: CPU time with one thread",
            f"{took[longest]:.0f} s: {longest}",
            "≤ 25 s",
            took[longest] <= 25,
        ),
    ]


def _run_watched(command: list[str]) -> tuple[float, int]:
    """Runs a command and returns its seconds and peak memory in bytes."""
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, _tree_memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    done.set()
    watcher.join()
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, peak


def _tree_memory(root: int) -> int:
    """Returns the resident memory of a process and all below it."""
    parents, sizes = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            pages = int((entry / "statm").read_text().split()[1])
        except OSError:
            continue  # it has ended
        parents[int(entry.name)] = int(fields[1])
        sizes[int(entry.name)] = pages * os.sysconf("SC_PAGE_SIZE")
    total = 0
    for pid, size in sizes.items():
        ancestor: int | None = pid
        while ancestor not in (root, None, 0):
            ancestor = parents.get(ancestor)
        total += size if ancestor == root else 0
    return total


def machine() -> str:
    """Describes the machine, as far as the figures depend on it."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    names = ["mxnet", "numpy", "d2l", "torch"]
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return (
        f"{cpu}, {os.cpu_count()} cores; {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )


def to_markdown(rows: list[Row], rounds: int) -> str:
    """Returns the table with the machine's description."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Ratios are medians (smallest-largest) over "
        f"{rounds} rounds with both sides in turn; larger is better for us.",
        "",
        f"Machine: {machine()}. Shared with others, so that absolute figures "
        "vary; the ratios are what counts.",
        "",
        "| what | measured | goal | reached |",
        "|---|---|---|---|",
    ]
    marks = {True: "yes", False: "**no**", None: ""}
    lines += [
        f"| {row.text} | {row.measured} | {row.goal} | {marks[row.reached]} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Runs what is asked for and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes: dict[str, list[int]] = {}
    jobs: dict[str, Callable[[int], list[Row]]] = {
        comparison.name: lambda rounds, c=comparison: [
            compare(c, rounds, *sizes.get(c.name, []))
        ]
        for comparison in COMPARISONS
    }
    jobs["import"] = lambda rounds: [measure_import(rounds)]
    jobs["threads"] = measure_threads
    jobs["evidence"] = lambda _: measure_evidence()
    jobs["book"] = lambda _: measure_book()
    parser.add_argument("names", nargs="*", help=", ".join(jobs))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submissions", type=int, default=100)
    arguments = parser.parse_args()
    sizes["course"] = [arguments.submissions]
    unknown = [name for name in arguments.names if name not in jobs]
    if unknown:
        parser.error(f"no comparison {unknown}; there are: {', '.join(jobs)}")
    rows = []
    for name in arguments.names or jobs:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += jobs[name](arguments.rounds)
    table = to_markdown(rows, arguments.rounds)
    print(table)
    if not arguments.names:
        RESULTS.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
