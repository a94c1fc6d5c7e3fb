"""Runs the chapters' claims as other machines would: ``make machines``.

Readers have other processors, other numbers of threads, and other programs
beside the book. Each chapter is run under each of :data:`CONDITIONS`, one
after the other, and the report says for every claim which verdict it got in
each of them and whether its numbers differ.

Each run that came to its end is kept below ``_build/machines/``. What is
interrupted, by hand or after ``--minutes``, goes on where it was; what a
chapter depends on is part of a run's name, so that only changes run again.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import (
    Collection,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.contradictions import records

ROOT = Path(__file__).resolve().parents[1]

#: Ends by itself when the process that started it is gone.
BUSY = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): 0"


@dataclass(frozen=True)
class Condition:
    """A machine that a reader may have.

    Attributes
    ----------
    name : str
    environ : mapping of str to str
        Variables that make this machine behave like it.
    busy : bool
        Whether as many programs as there are cores compute beside it.
    """

    name: str
    environ: Mapping[str, str]
    busy: bool = False


def held_to(isa: str, numpy_keeps: Collection[str] = ()) -> dict[str, str]:
    """Returns the variables that hold oneDNN and NumPy to old processors.

    Parameters
    ----------
    isa : str
        The newest instructions that oneDNN may use.
    numpy_keeps : collection of str
        What NumPy may use besides what it cannot do without; it names them
        otherwise from version to version.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    without = [name for name in found if name not in numpy_keeps]
    variables = {"DNNL_MAX_CPU_ISA": isa, "OMP_NUM_THREADS": "1"}
    return variables | {"NPY_DISABLE_CPU_FEATURES": " ".join(without)}


_OLD = ("SSE3", "SSSE3", "SSE41", "POPCNT", "SSE42", "AVX", "F16C")
CONDITIONS = (
    Condition("one-thread", {"OMP_NUM_THREADS": "1"}),
    # Waiting without spinning: the same sums, and the machine stays usable.
    Condition(
        "two-threads", {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}
    ),
    Condition("SSE41", held_to("SSE41")),
    Condition("AVX2", held_to("AVX2", {*_OLD, "FMA3", "AVX2", "X86_V3"})),
    Condition("busy", {"OMP_NUM_THREADS": "1"}, busy=True),
)


@dataclass(frozen=True)
class Run:
    """What one chapter gave under one condition.

    Attributes
    ----------
    chapter, condition : str
    seconds : float
    claims : list of dict
        The machine-readable form of each claim's box.
    error : str or None
        Why the chapter did not run to its end.
    changed : list of str
        The cells whose kept output, which nbval compares, was another one.
    """

    chapter: str
    condition: str
    seconds: float
    claims: list[dict[str, Any]]
    error: str | None = None
    changed: list[str] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs what is missing, prints the report and returns the exit status.

    0 if each chapter ran under each condition and no verdict that gates
    depends on the condition, 1 if not.
    """
    arguments = _parse(argv)
    names = arguments.conditions or [c.name for c in CONDITIONS]
    chosen = [c for c in CONDITIONS if c.name in names]
    chapters = arguments.chapters or with_claims(ROOT)
    # So that the kernel and the busy processes end with this one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    deadline = time.monotonic() + 60 * arguments.minutes
    runs, left = [], 0
    for chapter in chapters:
        for condition in chosen:
            kept = place(ROOT, chapter, condition)
            run = read(kept)
            if run is None and time.monotonic() < deadline:
                run = execute(chapter, condition, arguments.limit)
                if run.error is None:
                    write(kept, run)
                print(_line(run), flush=True)
            if run is None:
                left += 1
            else:
                runs.append(run)
    print(report(runs))
    if left:
        print(f"{left} runs are left; the same command goes on with them.")
    return int(bool(left) or bool(troubles(runs)))


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.machines",
        description=(__doc__ or "").splitlines()[0],
    )
    parser.add_argument("chapters", nargs="*", type=Path)
    parser.add_argument(
        "--condition",
        action="append",
        dest="conditions",
        choices=[condition.name for condition in CONDITIONS],
        help="only this one; may be given several times",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=120,
        help="start no run after so many minutes",
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=900,
        metavar="SECONDS",
        help="how long one chapter may take",
    )
    return parser.parse_args(argv)


def with_claims(root: Path) -> list[Path]:
    """Returns the chapters that measure claims."""
    chapters = {claim["chapter"] for claim in _declared(root).values()}
    found = sorted((root / "chapters").rglob("*.ipynb"))
    return [path for path in found if path.stem in chapters]


def _declared(root: Path) -> dict[str, dict[str, Any]]:
    text = (root / "evidence" / "claims.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


# One run


def execute(chapter: Path, condition: Condition, limit: float) -> Run:
    """Runs a chapter under a condition, for at most ``limit`` seconds."""
    notebook = nbformat.read(chapter, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=None,
        # A busy machine takes its time.
        startup_timeout=limit,
        kernel_name="python3",
        resources={"metadata": {"path": os.fspath(chapter.parent)}},
    )
    before = kept_outputs(notebook)
    environ = surroundings(condition, os.environ)
    start, error = time.monotonic(), None
    with busy_processes((os.cpu_count() or 1) * condition.busy):
        try:
            _wait_for(client.async_execute(env=environ), limit)
        except CellExecutionError as failed:
            error = f"{failed.ename}: {failed.evalue}"
        except (TimeoutError, asyncio.TimeoutError):
            error = f"did not end within {limit:g} seconds"
        except RuntimeError as failed:  # a kernel that dies, or never starts
            error = str(failed)
    seconds = time.monotonic() - start
    claims = list(records([notebook]))
    after = kept_outputs(notebook)
    changed = [name for name in before if before[name] != after[name]]
    return Run(chapter.stem, condition.name, seconds, claims, error, changed)


def kept_outputs(notebook: Any) -> dict[str, str]:
    """Returns the text of the cells whose output nbval compares, by id."""
    return {
        cell.id: "".join(
            output.get("text", output.get("data", {}).get("text/plain", ""))
            for output in cell.outputs
        )
        for cell in notebook.cells
        if "nbval-check-output" in cell.metadata.get("tags", ())
    }


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that leaves signals alone.

    The notebook's client would answer Ctrl-C by ending its kernel, and we
    would go on with the next chapter.
    """

    def add_signal_handler(self, *_: Any) -> None:
        raise NotImplementedError


def _wait_for(execution: Coroutine[Any, Any, Any], limit: float) -> None:
    """Runs to the end, the limit or Ctrl-C; in each case the kernel ends."""
    loop = _Loop()
    task = loop.create_task(execution)
    try:
        loop.run_until_complete(asyncio.wait_for(task, limit))
    except KeyboardInterrupt:
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        raise
    finally:
        loop.close()


def surroundings(
    condition: Condition, outer: Mapping[str, str]
) -> dict[str, str]:
    """Returns the variables that a chapter runs with under a condition."""
    ours = ("D2L_EXT_", "OMP_", "DNNL_", "GOMP_", "MXNET_", "NPY_")
    kept = {k: v for k, v in outer.items() if not k.startswith(ours)}
    quiet = {"TQDM_DISABLE": "1", "D2L_EXT_CTX": "cpu"}
    return kept | quiet | dict(condition.environ)


@contextmanager
def busy_processes(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keeps ``count`` cores busy for the time of a ``with`` statement."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            command = [sys.executable, "-c", BUSY, str(os.getpid())]
            started.append(subprocess.Popen(command))
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


# What is kept


def place(root: Path, chapter: Path, condition: Condition) -> Path:
    """Returns the file that keeps a run, named by what it depends on."""
    total = hashlib.sha256(chapter.read_bytes())
    for path in sorted((root / "d2l_ext").rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(path.read_bytes())
    for path in sorted((root / "data").glob("*.npz")):
        total.update(path.read_bytes())
    own = {
        name: claim
        for name, claim in _declared(root).items()
        if claim["chapter"] == chapter.stem
    }
    total.update(json.dumps([own, asdict(condition)], default=str).encode())
    name = f"{chapter.stem}.{condition.name}.{total.hexdigest()[:16]}.json"
    return root / "_build" / "machines" / name


def read(path: Path) -> Run | None:
    """Returns the run that a file keeps; ``None`` if it keeps none."""
    try:
        return Run(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(path: Path, run: Run) -> None:
    """Keeps a run, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(asdict(run), indent=1), encoding="utf-8")
    partial.replace(path)


def _line(run: Run) -> str:
    outcome = run.error or f"{len(run.claims)} claims"
    return (
        f"{run.chapter:24} {run.condition:12} {run.seconds:5.0f} s {outcome}"
    )


# The report


@dataclass(frozen=True)
class Comparison:
    """One claim under all conditions that it was measured in.

    Attributes
    ----------
    claim, chapter, kind, recorded : str
    verdicts : dict of str to str
        The measured verdict by condition.
    largest : float
        The largest relative difference of one of its numbers from that of
        the first condition; infinite if a text or a truth value differs.
    number : str
        Which of them that is.
    """

    claim: str
    chapter: str
    kind: str
    recorded: str
    verdicts: dict[str, str]
    largest: float
    number: str

    @property
    def changes(self) -> bool:
        """Whether the verdict depends on the machine."""
        return len(set(self.verdicts.values())) > 1


def compare(runs: Iterable[Run]) -> list[Comparison]:
    """Returns each claim under all its conditions, in the order of runs."""
    measured: dict[str, dict[str, dict[str, Any]]] = {}
    for run in runs:
        for claim in run.claims:
            measured.setdefault(claim["id"], {})[run.condition] = claim
    compared = []
    for name, by_condition in measured.items():
        first, *others = by_condition.values()
        largest, number = max(
            (
                (_difference(value, other["numbers"].get(key)), key)
                for key, value in first["numbers"].items()
                for other in others
            ),
            default=(0.0, ""),
        )
        compared.append(
            Comparison(
                name,
                first["chapter"],
                first.get("kind", ""),
                _words(first["recorded"], first["condition"]),
                {
                    condition: _words(c["measured"], c["measured_condition"])
                    for condition, c in by_condition.items()
                },
                largest,
                number,
            )
        )
    return compared


def _difference(value: Any, other: Any) -> float:
    if value == other:
        return 0.0
    numbers = all(
        isinstance(v, (int, float)) and not isinstance(v, bool)
        for v in (value, other)
    )
    if not numbers:
        return math.inf
    return abs(value - other) / max(abs(value), abs(other))


def _words(verdict: str | None, condition: str | None) -> str:
    return " ".join(filter(None, (verdict, condition))) or "-"


def troubles(runs: Sequence[Run]) -> list[str]:
    """Returns what a gate would stumble over on another machine."""
    found = [f"{r.chapter}, {r.condition}: {r.error}" for r in runs if r.error]
    found += [
        f"{run.chapter}, {run.condition}: the output of {name!r} is another"
        for run in runs
        for name in run.changed
    ]
    for claim in compare(runs):
        if claim.kind == "machine":
            continue
        for condition, verdict in claim.verdicts.items():
            if claim.recorded not in (verdict, "undecided"):
                found.append(
                    f"{claim.claim}: {verdict!r} under {condition}, recorded "
                    f"as {claim.recorded!r}"
                )
    return found


def report(runs: Sequence[Run]) -> str:
    """Returns the report: a line for each claim, then the troubles."""
    row = "{:24} {:8} {:>10}  {}"
    lines = ["", row.format("claim", "kind", "numbers", "verdicts")]
    for claim in compare(runs):
        numbers = "equal"
        if claim.largest:
            numbers = f"± {claim.largest:.1e}"
        verdicts = f"{len(claim.verdicts)} × {claim.recorded}"
        if claim.changes or claim.recorded not in claim.verdicts.values():
            verdicts = "; ".join(
                f"{k}: {v}" for k, v in claim.verdicts.items()
            )
        lines.append(row.format(claim.claim, claim.kind, numbers, verdicts))
    found = troubles(runs)
    lines.append("")
    lines += found or ["No verdict that gates depends on the condition."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
