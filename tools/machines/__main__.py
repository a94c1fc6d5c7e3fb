"""The command line: runs what is missing, and prints the report."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools import machines
from tools.machines.conditions import CONDITIONS
from tools.machines.report import report, troubles
from tools.machines.run import Run, execute, place, read, with_claims, write

ROOT = Path(__file__).resolve().parents[2]


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
        description=(machines.__doc__ or "").splitlines()[0],
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


def _line(run: Run) -> str:
    outcome = run.error or f"{len(run.claims)} claims"
    return (
        f"{run.chapter:24} {run.condition:12} {run.seconds:5.0f} s {outcome}"
    )


if __name__ == "__main__":
    sys.exit(main())
