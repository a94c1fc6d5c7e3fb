"""What is to be measured, in parts that a process does at a time."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from d2l_ext.evidence.declarations import EXACT, SHARE

from tools.evidence.book import LONG, SHORT, Book, Claim
from tools.evidence.kept import FAILED, OK, Run
from tools.side_by_side import expected_seconds

#: Those before it may have been looked at while an experiment was designed.
FIRST_SEED = 101
EFFECT_SEEDS = 12
SHARE_SEEDS = 20
LONG_SEEDS = 6
#: How much longer the long budget is taken to be, before any was measured.
LONGER = 10


@dataclass(frozen=True)
class Task:
    """Some claims of a chapter, with one seed and budget.

    Attributes
    ----------
    chapter, budget : str
    seed : int
    claims : tuple of Claim
    again : bool
        Whether it failed before.
    """

    chapter: str
    budget: str
    seed: int
    claims: tuple[Claim, ...]
    again: bool = False

    def __str__(self) -> str:
        return f"{self.chapter}, seed {self.seed}, {self.budget}"

    def job(self, book: Book, path: Iterable[str]) -> dict[str, Any]:
        """Returns what a worker needs to measure it."""
        digests: dict[str, str] = {}
        for claim in self.claims:
            digests |= claim.cells
        return {
            "cells": [
                {"id": cell, "source": source, "digest": digests[cell]}
                for cell, source in book.sources[self.chapter].items()
                if cell in digests
            ],
            "claims": {claim.id: list(claim.cells) for claim in self.claims},
            "seed": self.seed,
            "budget": self.budget,
            "path": list(path),
        }

    def again_for(self, claim: str) -> Task:
        """Returns what is tried again, where no other claim stops it."""
        own = tuple(each for each in self.claims if each.id == claim)
        return replace(self, claims=own, again=True)

    def runs(self, result: Mapping[str, Any]) -> list[Run]:
        """Returns what a worker's answer says of each claim."""
        return [self._run(claim, result) for claim in self.claims]

    def _run(self, claim: Claim, result: Mapping[str, Any]) -> Run:
        settings: dict[str, str] = {}
        modules: dict[str, str] = {}
        told: dict[str, Mapping[str, Any]] = {}
        record: Mapping[str, Any] = {}
        for line in result["lines"]:
            if "settings" in line:
                settings = line["settings"]
                modules |= line["modules"]
            elif line.get("cell") in claim.cells:
                told[line["cell"]] = line
                modules |= line["modules"]
            elif line.get("claim") == claim.id:
                record = line
        errors = [line["error"] for line in told.values() if line["error"]]
        status, error, values = OK, "", {}
        if errors:
            status, error = FAILED, errors[0]
        elif len(told) < len(claim.cells):
            status, error = result["status"], result["error"]
            if status == OK:
                status, error = FAILED, "the process told nothing of it"
        elif not record:
            status, error = FAILED, "its cell measured nothing"
        else:
            values, error = _values(record["values"], claim)
            status = FAILED if error else OK
        return Run(
            claim=claim.id,
            chapter=self.chapter,
            budget=self.budget,
            seed=self.seed,
            status=status,
            error=error,
            values=values,
            numbers=dict(record.get("numbers", {})),
            declared=claim.declared,
            cells=dict(claim.cells),
            modules=dict(sorted(modules.items())),
            settings=settings,
            seconds=sum(line["seconds"] for line in told.values()),
        )


def _values(
    measured: Mapping[str, list[float]], claim: Claim
) -> tuple[dict[str, float], str]:
    """Returns the value of each arm, and what is wrong with them."""
    if set(measured) != set(claim.arms):
        return {}, (
            f"the cell measures the arms {sorted(measured)}, claims.yml has "
            f"{sorted(claim.arms)}"
        )
    values = {}
    for arm in claim.arms:
        found = measured[arm]
        where = f" of the arm {arm!r}" if arm else ""
        if len(found) != 1:
            return {}, f"{len(found)} values{where} instead of one"
        if not math.isfinite(found[0]):
            return {}, f"the value{where} is {found[0]}"
        values[arm] = float(found[0])
    return values, ""


def wanted(
    claim: Claim, seeds: int | None = None, long_seeds: int = LONG_SEEDS
) -> set[tuple[str, int]]:
    """Returns the budgets and seeds that a claim is measured with."""
    if claim.kind == EXACT:
        return {(SHORT, FIRST_SEED)}
    number = SHARE_SEEDS if claim.kind == SHARE else EFFECT_SEEDS
    counts = {SHORT: number if seeds is None else seeds, LONG: long_seeds}
    return {
        (budget, seed)
        for budget in claim.budgets
        for seed in range(FIRST_SEED, FIRST_SEED + counts[budget])
    }


def missing(
    claims: Iterable[Claim],
    done: Mapping[str, set[tuple[str, int]]],
    seeds: int | None,
    long_seeds: int,
) -> list[Task]:
    """Returns the tasks that measure what is not done."""
    grouped: dict[tuple[str, str, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        left = wanted(claim, seeds, long_seeds) - done.get(claim.id, set())
        for budget, seed in left:
            grouped[claim.chapter, budget, seed].append(claim)
    return [
        Task(chapter, budget, seed, tuple(claims))
        for (chapter, budget, seed), claims in sorted(grouped.items())
    ]


class Estimate:
    """How long tasks take: as those of their chapter did.

    Parameters
    ----------
    book : Book
    seconds : mapping of (chapter, budget) to list of float
        What finished tasks took.
    """

    def __init__(
        self, book: Book, seconds: Mapping[tuple[str, str], list[float]]
    ) -> None:
        self._book = book
        self._seconds = defaultdict(list, seconds)

    def add(self, task: Task, seconds: float) -> None:
        """Notes how long a task took."""
        self._seconds[task.chapter, task.budget].append(seconds)

    def of(self, task: Task) -> float:
        """Returns how long a task takes, infinite if nothing is known."""
        for budget, factor in ((task.budget, 1.0), (SHORT, float(LONGER))):
            known = self._seconds[task.chapter, budget]
            if known:
                return factor * statistics.fmean(known)
        factor = LONGER if task.budget == LONG else 1
        return factor * expected_seconds(Path(task.chapter))

    def left(self, tasks: Iterable[Task], width: int) -> str:
        """Returns how long tasks take, in words; empty if nothing is known."""
        each = [self.of(task) for task in tasks]
        finite = [seconds for seconds in each if math.isfinite(seconds)]
        if not each or not finite:
            return ""
        total = statistics.fmean(finite) * len(each) / max(width, 1)
        return f"about {max(1, round(total / 60))} min left"
