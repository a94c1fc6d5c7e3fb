"""The verdicts that the rule gives, from the table of runs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from d2l_ext.evidence.declarations import EFFECT, EQUAL, EXACT, SHARE
from d2l_ext.evidence.verdict import (
    MIN_LONG_RUNS,
    MIN_PAIRS,
    Effect,
    Share,
    Verdict,
    combine,
    corrected,
    effect,
    judge_effect,
    judge_equal,
    judge_exact,
    judge_share,
    over_budgets,
    share,
    unsettled,
)

from tools.evidence.book import LONG, SHORT, Book, Claim
from tools.evidence.kept import OK, write
from tools.evidence.table import Row, Table, digest_of_runs, read_table

#: An arm of a claim at a budget.
Key = tuple[str, str, str]


def judged(book: Book, table: Table, digest: str) -> dict[str, Any]:
    """Returns the content of ``verdicts.json``."""
    rows = table.by_claim()
    found: dict[Key, Effect | Share | None] = {}
    for name, claim in book.claims.items():
        for budget in claim.budgets:
            for arm in claim.arms:
                values = _values(rows.get(name, []), arm, budget)
                key = name, arm, budget
                found[key] = _summary(claim.kind, list(values.values()))
    p_values = {
        key: summary.p
        for key, summary in found.items()
        if isinstance(summary, Effect)
        and key[2] == SHORT
        and book.claims[key[0]].direction != EQUAL
    }
    p_corrected = corrected(p_values)
    claims = {}
    for name, claim in sorted(book.claims.items()):
        if name not in rows:  # no evidence is no verdict
            continue
        own = {k[1:]: v for k, v in found.items() if k[0] == name}
        p = {k[1:]: v for k, v in p_corrected.items() if k[0] == name}
        code = table.codes[name].code
        claims[name] = _claim(claim, rows[name], own, p, code)
    return {"runs": digest, "claims": claims}


def _values(rows: Sequence[Row], arm: str, budget: str) -> dict[int, float]:
    return {
        row.seed: row.value
        for row in rows
        if row.value is not None and (row.arm, row.budget) == (arm, budget)
    }


def _failed(rows: Sequence[Row], budget: str) -> int:
    return sum(row.status != OK and row.budget == budget for row in rows)


def _summary(kind: str, values: Sequence[float]) -> Effect | Share | None:
    if kind == EFFECT:
        return effect(values) if len(values) > 1 else None
    return share(sum(v == 1 for v in values), len(values)) if values else None


def _claim(
    claim: Claim,
    rows: Sequence[Row],
    found: Mapping[tuple[str, str], Effect | Share | None],
    p_corrected: Mapping[tuple[str, str], float],
    code: str,
) -> dict[str, Any]:
    verdicts: dict[tuple[str, str], Verdict] = {}
    arms = []
    for (arm, budget), summary in found.items():
        failed = _failed(rows, budget)
        p = p_corrected.get((arm, budget))
        verdict = unsettled(_judge(claim, summary, budget, p), failed)
        verdicts[arm, budget] = verdict
        values = _values(rows, arm, budget)
        arms.append(
            {
                "arm": arm,
                "budget": budget,
                "count": len(values),
                **_numbers(claim, summary, list(values.values())),
                "p_corrected": p,
                "verdict": verdict.verdict,
                "manner": verdict.manner,
                "failed": failed,
                "values": {str(s): v for s, v in sorted(values.items())},
            }
        )
    conditions: dict[str, Verdict] = {}
    for arm in claim.arms:
        conditions |= over_budgets(
            arm, verdicts[arm, SHORT], verdicts.get((arm, LONG))
        )
    whole = combine(conditions)
    return {
        "kind": claim.kind,
        "chapter": claim.chapter,
        "verdict": whole.verdict,
        "condition": whole.condition,
        "manner": whole.manner,
        "code": code,
        "budgets": list(claim.budgets),
        "arms": arms,
    }


def _judge(
    claim: Claim,
    found: Effect | Share | None,
    budget: str,
    p: float | None,
) -> Verdict:
    needed = MIN_LONG_RUNS if budget == LONG else MIN_PAIRS
    margin = claim.margin or 0.0
    if isinstance(found, Effect):
        if claim.direction == EQUAL:
            return judge_equal(found, margin, needed)
        return judge_effect(found, margin, p, needed)
    if claim.kind == EXACT:
        return judge_exact(found)
    if claim.kind == SHARE and found is not None:
        return judge_share(found, margin, needed)
    return unsettled()


def _numbers(
    claim: Claim, found: Effect | Share | None, values: Sequence[float]
) -> dict[str, float | None]:
    none = dict.fromkeys(("mean", "low", "high", "agree", "p", "spread"))
    if isinstance(found, Effect):
        return none | {
            "mean": found.mean,
            "low": found.low,
            "high": found.high,
            "agree": _agreeing(claim, found, values),
            "p": found.p,
            "spread": _spread(claim, found),
        }
    if isinstance(found, Share):
        mean = found.happened / found.count
        low, high = found.low, found.high
        if claim.kind == EXACT:
            low = high = mean
        return none | {"mean": mean, "low": low, "high": high, "agree": mean}
    mean = statistics.fmean(values) if values else None
    return none | {"mean": mean}


def _agreeing(claim: Claim, found: Effect, values: Sequence[float]) -> float:
    """Returns the share of the seeds that support the statement."""
    if claim.direction != EQUAL:
        return found.agree
    margin = claim.margin or 0.0
    return statistics.fmean(abs(value) <= margin for value in values)


def _spread(claim: Claim, found: Effect) -> float | None:
    """How far from the mean another run may lie; see ``Effect.spread``.

    Few runs say nothing of others, and no run is outside that differs by less
    than what matters: where all seeds agree, another machine may round one of
    them to the next epoch.
    """
    if found.count < MIN_PAIRS:
        return None
    return max(found.spread, claim.margin or 0.0)


def write_verdicts(book: Book, folder: Path) -> dict[str, Any]:
    """Computes ``verdicts.json`` in a folder from ``runs.csv`` beside it.

    Raises
    ------
    EvidenceError
        If the table is damaged.
    """
    table = read_table(folder)
    digest = digest_of_runs(folder) if table.rows else ""
    found = judged(book, table, digest)
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    write(folder / "verdicts.json", text + "\n")
    return found
