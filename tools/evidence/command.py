"""The command line: ``run``, ``verdicts``, ``check`` and ``show``."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from d2l_ext.evidence.declarations import CONDITIONAL

from tools import evidence
from tools.evidence import kept
from tools.evidence.book import Book, EvidenceError
from tools.evidence.campaign import Campaign
from tools.evidence.judging import write_verdicts
from tools.evidence.pool import open_pool
from tools.evidence.table import (
    ENGINE,
    Table,
    joined,
    read_table,
    write_table,
)
from tools.evidence.tasks import LONG_SEEDS, Estimate, missing, wanted
from tools.side_by_side import cores

ROOT = Path(__file__).resolve().parents[2]
#: How often the table is written during a run, in seconds.
WRITE_EVERY = 120.0


def main(argv: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Does what the command line says and returns the exit status."""
    arguments = _parse(argv)
    # So that what is finished is written, and the workers end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(arguments.command(Book(root), arguments))
    except EvidenceError as error:
        print(f"evidence: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "evidence: interrupted; the same command goes on",
            file=sys.stderr,
        )
        return 130


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.evidence",
        description=(evidence.__doc__ or "").splitlines()[0],
    )
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="measure what is missing")
    run.set_defaults(command=_run)
    run.add_argument("--claims", nargs="+", default=[], metavar="ID")
    run.add_argument("--chapters", nargs="+", default=[], metavar="CHAPTER")
    run.add_argument(
        "--seeds",
        type=_number,
        metavar="N",
        help="measure with N seeds",
    )
    run.add_argument("--engine", choices=[ENGINE], default=ENGINE)
    run.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="of a Dask cluster; by default one of this machine is started",
    )
    run.add_argument("--workers", type=_number, default=cores(), metavar="N")
    run.add_argument(
        "--limit",
        type=float,
        default=3600.0,
        metavar="SECONDS",
        help="how long one chapter may take with one seed",
    )
    run.add_argument(
        "--minutes",
        type=float,
        default=math.inf,
        help="start nothing after so many minutes",
    )
    run.add_argument(
        "--retry",
        action="store_true",
        help="measure again what failed in earlier runs",
    )
    for name, command, text in (
        ("verdicts", _verdicts, "compute verdicts.json from runs.csv"),
        ("check", _check, "tell which evidence is missing or out of date"),
        ("show", _show, "print the verdicts"),
    ):
        each = commands.add_parser(name, help=text)
        each.set_defaults(command=command)
    for name in ("run", "check"):
        commands.choices[name].add_argument(
            "--long-seeds",
            type=_number_or_none,
            default=LONG_SEEDS,
            metavar="N",
            help="how many seeds where training is long; 0 for none",
        )
    return parser.parse_args(argv)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 or more")
    return int(text)


def _number_or_none(text: str) -> int:
    return 0 if text == "0" else _number(text)


def _run(book: Book, arguments: argparse.Namespace) -> int:
    folder, store = book.root / "evidence", _store(book)
    claims = book.chosen(arguments.claims, arguments.chapters)
    for name in book.unmeasured:
        print(f"{name}: no cell of its chapter measures it")
    with kept.locked(store):
        runs = kept.read(store)
        before = read_table(folder)
        table = joined(book, before, runs)
        done = _done(book, table, with_failed=not arguments.retry)
        tasks = missing(claims, done, arguments.seeds, arguments.long_seeds)
        total = sum(len(task.claims) for task in tasks)
        print(f"{total} measurements are missing, in {len(tasks)} tasks.")
        try:
            left = 0
            if tasks:
                left = _measure(book, arguments, tasks, runs, before)
        finally:
            # Also when it is interrupted.
            table = joined(book, before, runs)
            write_table(folder, table)
            write_verdicts(book, folder)
    return _summary(book, table, claims, left, arguments)


def _measure(
    book: Book,
    arguments: argparse.Namespace,
    tasks: Sequence[Any],
    runs: list[kept.Run],
    before: Table,
) -> int:
    """Measures tasks, adds to ``runs``, and returns how many are left."""
    folder, store = book.root / "evidence", _store(book)
    deadline = time.monotonic() + 60 * arguments.minutes
    written = time.monotonic()

    def keep(new: Sequence[kept.Run]) -> None:
        kept.keep(store, new)
        runs.extend(new)

    def between() -> None:
        nonlocal written
        if time.monotonic() > written + WRITE_EVERY:
            write_table(folder, joined(book, before, runs))
            written = time.monotonic()

    with open_pool(arguments.scheduler, arguments.workers) as pool:
        campaign = Campaign(
            book,
            tasks,
            pool,
            Estimate(book, _seconds(runs)),
            keep,
            path=[] if arguments.scheduler else [str(book.root)],
            limit=arguments.limit,
            deadline=deadline,
        )
        campaign.run(between)
        return campaign.left


def _seconds(
    runs: Sequence[kept.Run],
) -> dict[tuple[str, str], list[float]]:
    """Returns about what earlier tasks took: what their longest claim did."""
    tasks: dict[tuple[str, str, int], float] = defaultdict(float)
    for run in runs:
        key = run.chapter, run.budget, run.seed
        tasks[key] = max(tasks[key], run.seconds)
    found = defaultdict(list)
    for (chapter, budget, _), seconds in tasks.items():
        found[chapter, budget].append(seconds)
    return found


def _summary(
    book: Book,
    table: Table,
    claims: Sequence[Any],
    left: int,
    arguments: argparse.Namespace,
) -> int:
    done = _done(book, table, with_failed=False)
    rows = table.by_claim()
    chosen = {claim.id for claim in claims}
    failed = [
        row for name in chosen for row in rows.get(name, []) if row.error
    ]
    open_ = sum(
        len(wanted(c, arguments.seeds, arguments.long_seeds) - done[c.id])
        for c in claims
    ) - len(failed)
    print(f"{len(table.rows)} rows in evidence/runs.csv.")
    for row in failed:
        print(
            f"{row.claim}, seed {row.seed}, {row.budget}: {row.status}: "
            f"{row.error}"
        )
    if failed:
        print(f"{len(failed)} runs failed; --retry measures them again.")
    if left or open_ > 0:
        print(f"{max(open_, 0)} runs are left; the same command goes on.")
    return int(bool(failed or left or open_ > 0))


def _store(book: Book) -> Path:
    return book.root / "_build" / "evidence"


def _done(
    book: Book, table: Table, *, with_failed: bool
) -> dict[str, set[tuple[str, int]]]:
    """Returns which runs of the claims as they stand the table has."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for name, rows in table.by_claim().items():
        claim = book.claims.get(name)
        if claim and table.codes[name].is_current(claim, book):
            found[name] = {
                row.run for row in rows if with_failed or row.status == kept.OK
            }
    return found


def _verdicts(book: Book, arguments: argparse.Namespace) -> int:
    found = write_verdicts(book, book.root / "evidence")
    print(f"{len(found['claims'])} verdicts in evidence/verdicts.json.")
    return 0


def _check(book: Book, arguments: argparse.Namespace) -> int:
    """Lists the claims without evidence, or with that of another version."""
    table = read_table(book.root / "evidence")
    rows, done = table.by_claim(), _done(book, table, with_failed=False)
    problems = []
    for name, claim in book.claims.items():
        entry = table.codes.get(name)
        needed = wanted(claim, None, arguments.long_seeds)
        short_of = needed - done[name]
        failed = sum(bool(row.error) for row in rows.get(name, []))
        if entry is None or not rows.get(name):
            problems.append(f"{name}: no evidence")
        elif not entry.is_current(claim, book):
            why = _changes(entry, claim, book)
            problems.append(f"{name}: belongs to another version: {why}")
        elif short_of:
            count = len(needed & done[name])
            problems.append(
                f"{name}: {count} runs of {len(needed)}"
                + (f", {failed} failed" if failed else "")
            )
    problems += [
        f"{name}: no cell of its chapter measures it"
        for name in book.unmeasured
    ]
    for problem in problems:
        print(problem)
    if problems:
        print("python -m tools.evidence run measures what is missing.")
    return int(bool(problems))


def _changes(entry: Any, claim: Any, book: Book) -> str:
    """Returns what of a claim is not what it was, in words."""
    cells = [
        f"cell {cell}"
        for cell in {**entry.cells, **claim.cells}
        if entry.cells.get(cell) != claim.cells.get(cell)
    ]
    modules = [
        name for name, was in entry.modules.items() if book.digest(name) != was
    ]
    return ", ".join([*cells, *modules]) or "its declaration"


def _show(book: Book, arguments: argparse.Namespace) -> int:
    path = book.root / "evidence" / "verdicts.json"
    try:
        claims = json.loads(path.read_text(encoding="utf-8"))["claims"]
    except FileNotFoundError:
        raise EvidenceError(
            "there is no evidence/verdicts.json; python -m tools.evidence "
            "verdicts computes it"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        line = getattr(error, "lineno", 1)
        raise EvidenceError(f"{path}:{line}: damaged ({error})") from error
    for name, claim in claims.items():
        print(f"{name:24} {claim['kind']:7} {_in_words(claim)}")
        for arm in claim["arms"]:
            print(f"    {_arm_in_words(arm)}")
    return 0


def _in_words(claim: Mapping[str, Any]) -> str:
    words = str(claim["verdict"])
    if words == CONDITIONAL:
        return f"{words} {claim['condition']}"
    return f"{words}: {claim['manner']}" if claim["manner"] else words


def _arm_in_words(arm: Mapping[str, Any]) -> str:
    words = f"{arm['budget']:5} N = {arm['count']:2}"
    if arm["low"] is not None:
        words += f"  {arm['mean']:.4g} [{arm['low']:.4g}, {arm['high']:.4g}]"
    if arm["failed"]:
        words += f"  {arm['failed']} failed"
    return f"{words}  {arm['verdict']}" + (
        f"  {arm['arm']}" * bool(arm["arm"])
    )
