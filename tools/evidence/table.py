"""The table of all runs, ``evidence/runs.csv``, and what its code is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from tools.evidence.book import LONG, SHORT, Book, Claim, EvidenceError
from tools.evidence.kept import OK, STATUSES, Run, write

#: What trains the networks.
ENGINE = "mxnet"


@dataclass(frozen=True)
class Row:
    """An arm of a claim in a run; ``evidence/README.md`` has the columns."""

    claim: str
    chapter: str
    arm: str
    budget: str
    seed: int
    value: float | None
    status: str
    error: str
    numbers: str
    code: str
    scale: str
    engine: str
    context: str
    python: str
    numpy: str
    mxnet: str
    d2l_ext: str
    machine: str
    seconds: float

    @property
    def run(self) -> tuple[str, int]:
        """Which run of its claim it belongs to: the budget and the seed."""
        return self.budget, self.seed


COLUMNS = tuple(field.name for field in fields(Row))


@dataclass(frozen=True)
class Entry:
    """What the code of a claim's rows is made of, in ``code.json``.

    Attributes
    ----------
    code : str
        As the rows have it.
    cells, modules : dict of str to str
        Digests by the ids of cells and the paths of files.
    """

    code: str
    cells: dict[str, str]
    modules: dict[str, str]

    def is_current(self, claim: Claim, book: Book) -> bool:
        """Whether it belongs to the claim as the book has it now."""
        return self.code == claim.code(self.modules) and book.are_current(
            self.modules
        )


@dataclass(frozen=True)
class Table:
    """The runs, and what the code of each claim is made of.

    Attributes
    ----------
    rows : list of Row
        Sorted.
    codes : dict of str to Entry
        By the ids of the claims.
    """

    rows: list[Row]
    codes: dict[str, Entry]

    def by_claim(self) -> dict[str, list[Row]]:
        """Returns the rows with the newest code of each claim."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            entry = self.codes.get(row.claim)
            if entry is not None and row.code == entry.code:
                found[row.claim].append(row)
        return found


def read_table(folder: Path) -> Table:
    """Returns the table in a folder; an empty one if there is none.

    Raises
    ------
    EvidenceError
        If it is damaged; it names the file and the line.
    """
    return Table(_read_rows(folder / "runs.csv"), _read_codes(folder))


def _read_rows(path: Path) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _damaged(path, line, "is not UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    seen: dict[tuple[object, ...], int] = {}
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise _damaged(path, 1, f"the columns are not {COLUMNS}")
        for cells in reader:
            row = _row(cells)
            key = row.claim, row.arm, row.budget, row.seed
            if key in seen:
                raise ValueError(f"the run of line {seen[key]} again")
            seen[key] = reader.line_num
            rows.append(row)
    except (csv.Error, ValueError) as error:
        raise _damaged(path, reader.line_num, str(error)) from error
    return rows


def _row(cells: Sequence[str]) -> Row:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} cells instead of {len(COLUMNS)}")
    texts: dict[str, Any] = dict(zip(COLUMNS, cells, strict=True))
    value = float(texts["value"]) if texts["value"] else None
    if texts["status"] not in STATUSES:
        raise ValueError(f"the status {texts['status']!r} is none")
    if (value is not None) != (texts["status"] == OK):
        raise ValueError("a run that is ok has a value, and no other has")
    if value is not None and not math.isfinite(value):
        raise ValueError(f"the value {value} is no finite number")
    if texts["budget"] not in (SHORT, LONG):
        raise ValueError(f"the budget {texts['budget']!r} is none")
    if texts["numbers"]:
        json.loads(texts["numbers"])
    numbers = {"seed": int(texts["seed"]), "seconds": float(texts["seconds"])}
    return Row(**texts | numbers | {"value": value})


def _damaged(path: Path, line: int, reason: str) -> EvidenceError:
    return EvidenceError(
        f"{path}:{line}: damaged ({reason}); nothing was changed. Mend the "
        "line, or take the file from git again"
    )


def _read_codes(folder: Path) -> dict[str, Entry]:
    path = folder / "code.json"
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        return {name: Entry(**record) for name, record in records.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        line = getattr(error, "lineno", 1)
        raise _damaged(path, line, str(error)) from error


def write_table(folder: Path, table: Table) -> None:
    """Writes both files, each whole or not at all."""
    codes = {
        name: {"code": e.code, "cells": e.cells, "modules": e.modules}
        for name, e in sorted(table.codes.items())
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table.rows:
        writer.writerow(["" if v is None else v for v in astuple(row)])
    # If this is interrupted in between, the rows are those of the old code,
    # and are measured from what is kept again.
    write(folder / "code.json", json.dumps(codes, indent=1) + "\n")
    write(folder / "runs.csv", text.getvalue())


def digest_of_runs(folder: Path) -> str:
    """Returns the SHA-256 of ``runs.csv``."""
    return hashlib.sha256((folder / "runs.csv").read_bytes()).hexdigest()


def joined(book: Book, table: Table, runs: Iterable[Run]) -> Table:
    """Returns the table with the runs that were kept.

    Of each claim it has what was measured of its present version. Rows of an
    older one stay until the first new one is there.

    Parameters
    ----------
    book : Book
    table : Table
        As it is now.
    runs : iterable of Run
        The oldest first.
    """
    current: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.is_current(book):
            current[run.claim].append(run)
    present = table.by_claim()
    rows: list[Row] = []
    codes: dict[str, Entry] = {}
    for name in book.declared:
        old, new = table.codes.get(name), current.get(name, [])
        claim = book.claims.get(name)
        valid = claim and old and old.is_current(claim, book)
        if claim is None or not (new or valid):
            if old is not None:
                codes[name] = old
            rows += [row for row in table.rows if row.claim == name]
            continue
        entry = _entry(claim, old if valid else None, new)
        codes[name] = entry
        kept = present.get(name, []) if valid else []
        rows += _of_one_claim(entry, kept, new)
    rows.sort(key=lambda row: (row.claim, row.arm, row.budget, row.seed))
    return Table(rows, codes)


def _entry(claim: Claim, old: Entry | None, runs: Sequence[Run]) -> Entry:
    """Seeds may take other ways through the code: all modules count."""
    modules: dict[str, str] = dict(old.modules) if old else {}
    for run in runs:
        modules |= run.modules
    modules = dict(sorted(modules.items()))
    return Entry(claim.code(modules), dict(claim.cells), modules)


def _of_one_claim(
    entry: Entry, kept: Iterable[Row], runs: Iterable[Run]
) -> list[Row]:
    """Returns one run for each seed and budget: the last that was finished."""
    by_run: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in kept:
        by_run[row.run].append(replace(row, code=entry.code))
    for run in runs:
        key = run.budget, run.seed
        finished = any(row.status == OK for row in by_run[key])
        if run.status == OK or not finished:
            by_run[key] = rows_of(run, entry.code)
    return [row for rows in by_run.values() for row in rows]


def rows_of(run: Run, code: str) -> list[Row]:
    """Returns a row for each arm of a run, or one if it failed."""
    settings: Mapping[str, str] = run.settings
    values: dict[str, float | None] = {**run.values}
    return [
        Row(
            claim=run.claim,
            chapter=run.chapter,
            arm=arm,
            budget=run.budget,
            seed=run.seed,
            value=value,
            status=run.status,
            error=run.error,
            numbers=json.dumps(run.numbers, ensure_ascii=False),
            code=code,
            scale=settings.get("scale", ""),
            engine=ENGINE,
            context=settings.get("context", ""),
            python=settings.get("python", ""),
            numpy=settings.get("numpy", ""),
            mxnet=settings.get("mxnet", ""),
            d2l_ext=settings.get("d2l_ext", ""),
            machine=settings.get("machine", ""),
            seconds=round(run.seconds, 2),
        )
        for arm, value in (values or {"": None}).items()
    ]
